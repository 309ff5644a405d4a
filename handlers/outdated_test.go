package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"parley/store"
)

var hiddenInput = regexp.MustCompile(`<input[^>]*type="hidden"[^>]*>`)

// shownAt is the form on a page that is posted to action, as it was made, with values.
func (b *browser) shownAt(path, action string, values ...string) url.Values {
	b.w.t.Helper()
	return shownIn(b.w.t, b.get(path).body, action, values...)
}

func shownIn(t testing.TB, page, action string, values ...string) url.Values {
	t.Helper()
	_, form, found := strings.Cut(page, `action="`+action+`"`)
	if !found {
		t.Fatalf("no form for %s in %s", action, page)
	}
	form, _, _ = strings.Cut(form, "</form>")
	in := url.Values{}
	for _, tag := range hiddenInput.FindAllString(form, -1) {
		in.Set(attribute(tag, "name"), attribute(tag, "value"))
		if name, was := strings.CutPrefix(attribute(tag, "name"), "was."); was && name != "keep" {
			in.Set(name, attribute(tag, "value"))
		}
	}
	for i := 0; i < len(values); i += 2 {
		in.Set(values[i], values[i+1])
	}
	return in
}

// conflict wants the answer to a form of what somebody else has changed.
func conflict(t *testing.T, what string, a answer, parts ...string) {
	t.Helper()
	if a.StatusCode != http.StatusConflict {
		t.Fatalf("%s: %s", what, a.Status)
	}
	has(t, what, a.body, parts...)
}

func TestTwoAdministratorsOfOneRoomDoNotOverwriteEachOther(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, cleo := w.signUp("ada"), w.signUp("cleo")
		if err := w.store.SetRole(t.Context(), store.Actor{}, w.idOf("cleo"), store.Administrator); err != nil {
			t.Fatal(err)
		}
		const page = "/admin/rooms/1"
		mine := ada.shownAt(page, page, "name", "Hall")
		theirs := cleo.shownAt(page, page, "name", "Foyer", "topic", "Coffee")
		if a := cleo.post(page, theirs); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("the first: %s", a.Status)
		}
		a := ada.post(page, mine)
		conflict(t, "the second", a, "Somebody else changed this while you did.", "cleo changed this meanwhile. It is now: “Foyer”", "cleo changed this meanwhile. It is now: “Coffee”",
			`name="name" type="text" value="Hall"`, `name="topic" type="text" value="Coffee"`)
		if r, err := w.store.RoomRecord(t.Context(), 1); err != nil || r.Name != "Foyer" {
			t.Fatalf("the room is %q, %v", r.Name, err)
		}
		// What she posts after a mistake is still of what she was shown.
		if a := ada.post(page, shownIn(t, ada.post(page, mine).body, page, "name", "")); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, `name="was.name" value="Foyer"`) {
			t.Errorf("a mistake: %s", a.Status)
		}
		if a := ada.post(page, shownIn(t, a.body, page, "name", "Hall")); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("the second decides: %s", a.Status)
		}
		// How long messages are kept: where it is asked, and where it is answered.
		asked := ada.shownAt(page, page+"/keep", "keep", "days", "days", "30")
		answered := shownIn(t, ada.get(page+"/keep?"+asked.Encode()).body, page+"/keep")
		if a := cleo.post(page+"/keep", url.Values{"keep": {"days"}, "days": {"90"}}); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("90 days: %s", a.Status)
		}
		for what, a := range map[string]answer{"asked": ada.get(page + "/keep?" + asked.Encode()), "answered": ada.post(page+"/keep", answered)} {
			conflict(t, what, a, "cleo changed this meanwhile. It is now: “90 days”", `value="days" checked`, `name="days" type="number" value="30"`)
			again := shownIn(t, a.body, page+"/keep", "keep", "days", "days", "30")
			if a := ada.get(page + "/keep?" + again.Encode()); a.StatusCode != http.StatusOK {
				t.Errorf("%s, and asked again: %s", what, a.Status)
			}
		}
	})
}

func TestAnOwnerIsToldWhatAnAdministratorChangedAndNotWho(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		ben.post("/rooms", url.Values{"name": {"Kitchen"}, "kind": {"open"}})
		mine := ben.shownAt("/rooms/2/about", "/rooms/2/about", "name", "Kitchen", "topic", "Soup", "kind", "open")
		if a := ada.post("/admin/rooms/2", url.Values{"name": {"Kitchen"}, "topic": {"Salad"}, "kind": {"private"}}); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("ada: %s", a.Status)
		}
		a := ben.post("/rooms/2/about", mine)
		conflict(t, "ben", a, "Somebody changed this meanwhile. It is now: “Salad”", `name="topic" type="text" value="Soup"`, "Somebody changed this meanwhile. It is now: “Private room”", `value="private" checked`)
		if a := ben.post("/rooms/2/about", shownIn(t, a.body, "/rooms/2/about", "name", "Kitchen", "topic", "Soup", "kind", "private")); a.StatusCode != http.StatusSeeOther {
			t.Errorf("ben decides: %s", a.Status)
		}
	})
}

func TestTwoAdministratorsOfOneAccountDoNotOverwriteEachOther(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, cleo := w.signUp("ada"), w.signUp("cleo")
		w.signUp("ben")
		if err := w.store.SetRole(t.Context(), store.Actor{}, w.idOf("cleo"), store.Administrator); err != nil {
			t.Fatal(err)
		}
		page := fmt.Sprintf("/admin/people/%d", w.idOf("ben"))
		mine := ada.shownAt(page, page, "name", "Benjamin", "username", "ben", "email", "ben@example.com")
		role := ada.shownAt(page, page+"/role", "role", "moderator", "password", password)
		if a := cleo.post(page, cleo.shownAt(page, page, "name", "Benny", "username", "benny", "email", "ben@example.com")); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("the first: %s", a.Status)
		}
		a := ada.post(page, mine)
		conflict(t, "the second", a, "Somebody else changed this while you did.", "cleo changed this meanwhile. It is now: “Benny”", "cleo changed this meanwhile. It is now: “benny”",
			`name="name" type="text" value="Benjamin"`, `name="username" type="text" value="benny"`)
		if a := ada.post(page, shownIn(t, a.body, page, "name", "Benjamin", "username", "benny", "email", "ben@example.com")); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("the second decides: %s", a.Status)
		}
		if a := cleo.post(page+"/role", cleo.shownAt(page, page+"/role", "role", "administrator", "password", password)); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("a role: %s", a.Status)
		}
		a = ada.post(page+"/role", role)
		conflict(t, "another role", a, "cleo changed this meanwhile. It is now: “Administrator”", `value="moderator" selected`)
		if a := ada.post(page+"/role", shownIn(t, a.body, page+"/role", "role", "moderator", "password", password)); a.StatusCode != http.StatusSeeOther {
			t.Errorf("the second decides: %s", a.Status)
		}
	})
}
