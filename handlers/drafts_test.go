package handlers_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/handlers/live"
	"parley/store"
	"parley/store/storetest"
)

// begins saves what b has begun to write, as the composer does.
func (b *browser) begins(room string, form url.Values) answer {
	b.w.t.Helper()
	return b.post("/rooms/"+room+"/draft", form, "HX-Request", "true")
}

var (
	field  = regexp.MustCompile(`(?s)<textarea id="composer-text"[^>]*>\n?(.*?)</textarea>`)
	itsKey = regexp.MustCompile(`name="key" value="([^"]*)"`)
	marked = regexp.MustCompile(`<li id="side-(\d+)">[^\n]*?>Draft</span>`)
)

// written is what the composer of a page holds, and with which key.
func (b *browser) written(path string) (text, key string) {
	b.w.t.Helper()
	page := b.get(path).body
	text1, key1 := field.FindStringSubmatch(page), itsKey.FindStringSubmatch(page)
	if text1 == nil || key1 == nil {
		b.w.t.Fatalf("%s has no composer", path)
	}
	return text1[1], key1[1]
}

// marks are the rooms that the list on a page marks.
func (b *browser) marks(path string) (rooms []string) {
	for _, item := range strings.Split(b.get(path).body, "<li ")[1:] {
		if m := marked.FindStringSubmatch("<li " + item); m != nil {
			rooms = append(rooms, m[1])
		}
	}
	return rooms
}

func TestWhatOneHasBegunIsInTheComposerOfTheRoomAndMarkedElsewhere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		ada.post("/rooms", url.Values{"name": {"Kitchen"}, "kind": {"open"}})
		ben.post("/rooms/2/join", nil)
		form := draft("Good <morning>\nand")
		if a := ada.begins("1", form); a.StatusCode != http.StatusNoContent || a.body != "" {
			t.Errorf("got %s: %s", a.Status, a.body)
		}
		for _, path := range []string{"/rooms/1-lobby", "/rooms/1/write", "/rooms/1-lobby?at=1"} {
			if text, key := ada.written(path); text != "Good &lt;morning&gt;\nand" || key != form.Get("key") {
				t.Errorf("%s has %q with the key %q", path, text, key)
			}
		}
		if text, _ := ada.written("/rooms/2-kitchen"); text != "" {
			t.Errorf("the kitchen has %q", text)
		}
		if got := ada.marks("/rooms/2-kitchen"); !slices.Equal(got, []string{"1"}) {
			t.Errorf("in the kitchen %v are marked", got)
		}
		if got := ada.marks("/rooms/1-lobby"); got != nil {
			t.Errorf("where one sees the text %v are marked", got)
		}
		if text, _ := ben.written("/rooms/1-lobby"); text != "" || ben.marks("/rooms/2-kitchen") != nil {
			t.Errorf("Ben has %q", text)
		}
		form.Set("body", "")
		ada.begins("1", form)
		if text, key := ada.written("/rooms/1-lobby"); text != "" || key == form.Get("key") || ada.marks("/rooms/2-kitchen") != nil {
			t.Errorf("emptied, there is %q", text)
		}
	})
}

func TestAMessageEndsItsDraftAndALateSaveBringsNothingBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		form := draft("Good morning")
		ada.begins("1", form)
		if a := ada.post("/rooms/1/messages", form, "HX-Request", "true"); a.StatusCode != http.StatusOK {
			t.Fatal(a.Status)
		}
		gone := func(when string) {
			t.Helper()
			if text, key := ada.written("/rooms/1-lobby"); text != "" || key == form.Get("key") {
				t.Errorf("%s: there is %q", when, text)
			}
			if got := ada.marks("/rooms"); got != nil {
				t.Errorf("%s: %v are marked", when, got)
			}
		}
		gone("sent")
		a := ada.begins("1", form)
		next := itsKey.FindStringSubmatch(a.body)
		if a.StatusCode != http.StatusOK || next == nil || next[1] == form.Get("key") || strings.Contains(a.body, "<textarea") {
			t.Errorf("the late save is answered %s: %s", a.Status, a.body)
		}
		gone("saved late")
		ada.begins("1", url.Values{"key": {next[1]}, "body": {"And then"}}) // the tab that did not know
		if text, _ := ada.written("/rooms/1-lobby"); text != "And then" {
			t.Errorf("under the next key there is %q", text)
		}
	})
}

func TestASaveThatIsRefusedSaysNothingToWhoTypes(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	ada, ben := w.signUp("ada"), w.signUp("ben")
	ada.post("/rooms", url.Values{"name": {"Cellar"}, "kind": {"private"}})
	refused := func(what string, a answer, status int) {
		t.Helper()
		if a.StatusCode != status || a.body != "" {
			t.Errorf("%s: got %s: %s", what, a.Status, a.body)
		}
	}
	refused("nobody", w.browser().begins("1", draft("x")), 401)
	refused("no member", ben.begins("2", draft("x")), 404)
	other := draft("x")
	other.Set("as", "1")
	refused("of another person's page", ben.begins("1", other), 409)
	refused("too large", ada.begins("1", draft(strings.Repeat("x", store.MessageBytes+1))), 422)
	if a := ada.begins("1", draft(strings.Repeat("x", store.MessageBytes))); a.StatusCode != http.StatusNoContent {
		t.Errorf("as large as can be: got %s", a.Status)
	}
	var last answer
	for range 30 {
		last = ben.begins("1", draft("again and again"))
	}
	refused("too often", last, 429)
	if a := ben.post("/rooms/1/messages", draft("hello"), "HX-Request", "true"); a.StatusCode != http.StatusOK {
		t.Errorf("then a message is answered %s", a.Status)
	}
}

func TestATextThatWasRefusedIsStillThereWhenOneComesBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		a := ada.post("/measures", url.Values{"kind": {"time-out"}, "user": {"2"}, "room": {"1"}, "for": {"1h"}, "reason": {"spam"}})
		if a.StatusCode != http.StatusSeeOther {
			t.Fatal(a.Status)
		}
		for _, htmx := range []string{"true", ""} {
			form := draft("what I wanted to say " + htmx)
			if a := ben.post("/rooms/1/messages", form, "HX-Request", htmx); a.StatusCode != http.StatusForbidden {
				t.Fatalf("got %s", a.Status)
			}
			if text, key := ben.written("/rooms/1-lobby"); text != form.Get("body") || key != form.Get("key") {
				t.Errorf("he finds %q", text)
			}
			// Who has no scripts empties the field like this.
			form.Set("body", "")
			ben.post("/rooms/1/messages", form, "HX-Request", htmx)
			if text, _ := ben.written("/rooms/1-lobby"); text != "" {
				t.Errorf("emptied, there is %q", text)
			}
		}
	})
}

func TestOnesOtherPagesAreToldOfADraftOnceAndNotOfEachSave(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	ada := w.signUp("ada")
	told := make(chan live.Topic, 100)
	defer w.server.Bus.Subscribe(func(h live.Hint) {
		if strings.HasPrefix(string(h.Topic), "drafts/") || h.Topic == "end" {
			told <- h.Topic
		}
	})()
	form := draft("")
	for _, text := range []string{"", "Good", "Good morn", "Good morning", "", ""} {
		form.Set("body", text)
		ada.begins("1", form)
	}
	w.server.Bus.Publish(live.Hint{Topic: "end"})
	var got []live.Topic
	for {
		select {
		case topic := <-told:
			if topic == "end" {
				if want := []live.Topic{"drafts/1/", "drafts/1/"}; !slices.Equal(got, want) {
					t.Errorf("got %v, want %v", got, want)
				}
				return
			}
			got = append(got, topic)
		case <-time.After(10 * time.Second):
			t.Fatal("the end is not told")
		}
	}
}
