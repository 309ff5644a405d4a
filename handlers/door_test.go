package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"parley/store/storetest"
)

func TestTheAddressOfAnOpenRoomLeadsIn(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	ada, ben := w.signUp("ada"), w.signUp("ben")
	ada.post("/rooms", url.Values{"name": {"Kitchen"}, "topic": {"Lunch at noon"}, "kind": {"open"}})
	ada.post("/rooms/2/messages", draft("The soup is secret"))
	for _, path := range []string{"/rooms/2-kitchen", "/rooms/2", "/rooms/2-kitchen?at=1", "/rooms/2/messages/1", "/rooms/2/messages/77"} {
		a := ben.get(path)
		if a.StatusCode != http.StatusOK || !strings.Contains(a.body, "Lunch at noon") || !strings.Contains(a.body, "1 member") || !strings.Contains(a.body, `action="/rooms/2/join"`) {
			t.Errorf("%s: %s", path, a.Status)
		}
		if strings.Contains(a.body, "secret") {
			t.Errorf("%s shows what is written in the room", path)
		}
	}
	// Everything else about the room is not there.
	for _, path := range []string{"/rooms/2/about", "/rooms/2/follow", "/rooms/2/stream", "/rooms/2/write", "/rooms/2/messages?before=2", "/rooms/2/messages/1/more", "/rooms/2/new.css?from=1", "/rooms/2/read.css?upto=1", "/rooms/2/moderation/log"} {
		if a := ben.get(path); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, a.Status)
		}
	}
	// One comes back to what one was looking for.
	for _, next := range []string{"/rooms/2-kitchen?at=1#m-2-1", "/rooms/2/messages/1"} {
		if a := ben.get(strings.Replace(next, "#m-2-1", "", 1)); !strings.Contains(a.body, `name="next" value="`+next+`"`) {
			t.Errorf("the page does not lead back to %s", next)
		}
		if a := ben.post("/rooms/2/join", url.Values{"next": {next}}); a.Header.Get("Location") != next {
			t.Errorf("who joined is led to %q, want %q", a.Header.Get("Location"), next)
		}
		ben.post("/rooms/2/leave", nil)
	}
	if a := ben.post("/rooms/2/join", url.Values{"next": {"//elsewhere.example/"}}); a.Header.Get("Location") != "/rooms/2-kitchen" {
		t.Errorf("a form led away from here: %q", a.Header.Get("Location"))
	}
	ben.post("/rooms/2/leave", nil)

	// An archived one can be seen, and says why one cannot come in.
	ada.post("/rooms/2/archive", nil)
	if a := ben.get("/rooms/2-kitchen"); a.StatusCode != http.StatusOK || strings.Contains(a.body, `action="/rooms/2/join"`) || !strings.Contains(a.body, "This room is archived") {
		t.Errorf("an archived room: %s", a.Status)
	}
	ada.post("/rooms/2/reopen", nil)

	// Who was removed by a moderator is not asked in.
	ben.post("/rooms/2/join", nil)
	ada.post("/measures", url.Values{"kind": {"remove"}, "user": {"2"}, "room": {"2"}, "for": {"24h"}, "reason": {"spam"}})
	if a := ben.get("/rooms/2-kitchen"); strings.Contains(a.body, `action="/rooms/2/join"`) {
		t.Errorf("who was removed is asked to join: %s", a.Status)
	}
}
