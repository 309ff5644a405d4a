package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"parley/store/storetest"
)

func TestAnAdministratorDecidesWhetherMembersCreateRooms(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		kitchen := url.Values{"name": {"Kitchen"}, "kind": {"open"}}
		ada.post("/admin/settings", url.Values{"form": {"rooms"}})
		if a := ben.post("/rooms", kitchen); a.StatusCode != http.StatusNotFound {
			t.Errorf("Ben creates a room all the same: %s", a.Status)
		}
		if a := ben.get("/rooms"); strings.Contains(a.body, "/rooms/new") || strings.Contains(a.body, "/admin/settings") {
			t.Error("Ben is offered what he may not do")
		}
		ada.post("/admin/settings", url.Values{"form": {"rooms"}, "members_create": {"yes"}})
		if a := ben.post("/rooms", kitchen); a.StatusCode != http.StatusSeeOther {
			t.Errorf("Ben may not create a room after all: %s", a.Status)
		}
		// A name that is taken stays in the form, with what to do.
		a := ada.post("/rooms", url.Values{"name": {"KITCHEN"}, "topic": {"Lunch & more"}, "kind": {"private"}})
		if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "There is a room of that name. Choose another.") ||
			!strings.Contains(a.body, `value="KITCHEN"`) || !strings.Contains(a.body, "Lunch &amp; more") || !strings.Contains(a.body, `value="private" checked`) {
			t.Errorf("got %s\n%s", a.Status, a.body)
		}
	})
}

func TestAnOldAddressOfARoomLeadsToItsNewOne(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		ada.post("/rooms", url.Values{"name": {"Küche"}, "kind": {"open"}})
		ada.post("/rooms/2/about", url.Values{"name": {"Kantine"}, "kind": {"open"}})
		a := ada.get("/rooms/2-k%C3%BCche?before=3")
		if a.StatusCode != http.StatusFound || a.Header.Get("Location") != "/rooms/2-kantine?before=3" {
			t.Errorf("got %s to %q", a.Status, a.Header.Get("Location"))
		}
	})
}

func TestARoomsAddressMayHaveLettersOfAnyLanguage(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		to := ada.post("/rooms", url.Values{"name": {"Straße & Ärger"}, "kind": {"open"}}).Header.Get("Location")
		if a := ada.get(to); a.StatusCode != http.StatusOK || to != "/rooms/2-stra%C3%9Fe-%C3%A4rger" {
			t.Errorf("%s: %s, to %s", to, a.Status, a.Header.Get("Location"))
		}
		if a := ada.get("/rooms/2?at=1"); a.Header.Get("Location") != to+"?at=1" {
			t.Errorf("the number alone leads to %s", a.Header.Get("Location"))
		}
	})
}

func TestTheLastOneOfAPrivateRoomIsToldWhatToDoInsteadOfLeaving(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		ada.post("/rooms", url.Values{"name": {"Mine"}, "kind": {"private"}})
		if a := ada.post("/rooms/2/leave", url.Values{}); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "You are the last one") {
			t.Errorf("alone: %s", a.Status)
		}
		// A part of the name will do, if it is one person's.
		if a := ada.post("/rooms/2/members", url.Values{"person": {"be"}}); a.StatusCode != http.StatusSeeOther {
			t.Errorf("add by a part of the name: %s %s", a.Status, a.body)
		}
		w.signUp("Benedict")
		if a := ada.post("/rooms/2/members", url.Values{"person": {"be"}}); a.StatusCode != http.StatusUnprocessableEntity || strings.Count(a.body, `name="with"`) != 2 || !strings.Contains(a.body, "Tick whom you mean") {
			t.Errorf("of two: %s", a.Status)
		}
		if a := ada.post("/rooms/2/leave", url.Values{}); a.StatusCode != http.StatusSeeOther {
			t.Errorf("with another in it: %s", a.Status)
		}
		if a := ben.get("/rooms/2-mine"); a.StatusCode != http.StatusOK {
			t.Errorf("the other: %s", a.Status)
		}
	})
}

// What cannot be undone is not a key away: no such question has its answer in focus.
func TestNoDangerousAnswerHasTheFocus(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		ben.say("old")
		id := w.idOf("ben")
		for _, path := range []string{
			"/admin/rooms/1/delete", "/admin/rooms/1/keep?keep=days&days=1", fmt.Sprintf("/admin/people/%d/delete", id), fmt.Sprintf("/admin/people/%d/suspend", id),
			fmt.Sprintf("/admin/sessions/of/%d/end", id), "/profile/delete",
		} {
			a := ada.get(path)
			for _, button := range regexp.MustCompile(`<button[^>]*>`).FindAllString(a.body, -1) {
				if strings.Contains(button, "button--danger") && strings.Contains(button, "autofocus") {
					t.Errorf("%s: %s", path, button)
				}
			}
			if a.StatusCode != http.StatusOK {
				t.Errorf("%s: %s", path, a.Status)
			}
		}
	})
}

func TestARoomThatAnAdministratorIsNotInIsNotTheirsToOpenOrToTake(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		ben.post("/rooms", url.Values{"name": {"Secret"}, "kind": {"private"}})
		const record = "/admin/rooms/2"
		if page := ada.get(record).body; strings.Contains(page, `type="radio" name="kind" value="open"`) || !strings.Contains(page, "only its owners can open it") {
			t.Error("the page offers to open it")
		}
		if a := ada.post(record, url.Values{"name": {"Secret"}, "topic": {"Plans"}, "kind": {"open"}}); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "not yours to open") || !strings.Contains(a.body, "Plans") {
			t.Errorf("open it: %s", a.Status)
		}
		ben.post("/rooms/2/archive", url.Values{})
		ben.post("/rooms/2/leave", url.Values{})
		if page := ada.get(record).body; !strings.Contains(page, `<option value="ben"`) || strings.Contains(page, `<option value="ada"`) {
			t.Error("it is not offered to whom it was, or to others")
		}
		if a := ada.post(record+"/members", url.Values{"person": {"ada"}}); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "never in this room") {
			t.Errorf("take it: %s", a.Status)
		}
		ada.post("/admin/people/2/delete", url.Values{"messages": {"keep"}, "password": {password}})
		if page := ada.get(record).body; !strings.Contains(page, "It can only be deleted.") || strings.Contains(page, `name="person"`) {
			t.Error("nobody can have it, and the page does not say so")
		}
	}, unlimited)
}

func TestTheMessagesAreReadOutByTheirOwnRegionAlone(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	page := w.signUp("ada").get("/rooms/1-lobby").body
	if strings.Count(page, `role="log"`) != 1 || !strings.Contains(page, `role="log" aria-live="off"`) {
		t.Error("a log reads out by itself what comes into it, older messages too")
	}
}

func TestWhoBeginsAPlaceIsToldThatItIsTheirs(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	const told = "you are its administrator"
	ada := w.signUp("ada")
	if page := ada.get("/rooms/1-lobby").body; !strings.Contains(page, told) || !strings.Contains(page, `href="/admin/invitations/new"`) {
		t.Error("she is not told what comes next")
	}
	ada.post("/rooms", url.Values{"name": {"Kitchen"}, "kind": {"open"}})
	if page := ada.get("/rooms/2-kitchen").body; strings.Contains(page, told) {
		t.Error("she is told in every room")
	}
	ben := w.signUp("ben")
	for _, page := range []string{ada.get("/rooms/1-lobby").body, ben.get("/rooms/1-lobby").body} {
		if strings.Contains(page, told) {
			t.Error("it is said where somebody else is")
		}
	}
}

func TestARoomWhoseNameWasTakenMeanwhileIsOpenedAgainByAnother(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		ada.post("/rooms", url.Values{"name": {"Fox den"}, "kind": {"open"}})
		ada.post("/rooms/2/archive", url.Values{})
		ada.post("/rooms", url.Values{"name": {"FOX DEN"}, "kind": {"open"}})
		asks := func(form url.Values, name, why string) {
			t.Helper()
			a := ada.post("/rooms/2/reopen", form)
			if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, `value="`+name+`"`) || !strings.Contains(a.body, why) {
				t.Errorf("%v: %s", form, a.Status)
			}
		}
		asks(url.Values{}, "Fox den", "There is a room of that name")
		asks(url.Values{"name": {"fox Den"}}, "fox Den", "There is a room of that name")
		asks(url.Values{"name": {strings.Repeat("x", 61)}}, strings.Repeat("x", 61), "1 to 60 characters")
		if a := ada.post("/rooms/2/reopen", url.Values{"name": {"Old fox den"}}); a.StatusCode != http.StatusSeeOther {
			t.Errorf("by another name: %s", a.Status)
		}
		if a := ada.get("/rooms/2-old-fox-den"); a.StatusCode != http.StatusOK || !strings.Contains(a.body, "Old fox den") {
			t.Errorf("its page: %s", a.Status)
		}
	})
}
