package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"parley/store"
	"parley/store/storetest"
)

func TestAPrivateRoomIsOpenedToAllOnlyWhenThatIsMeant(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), unlimited)
	ada, ben := w.signUp("ada"), w.signUp("ben")
	ada.post("/rooms", url.Values{"name": {"Mine"}, "kind": {"private"}})
	form := url.Values{"name": {"Ours & yours"}, "topic": {"All of it"}, "kind": {"open"}, "was.name": {"Mine"}, "was.topic": {""}, "was.kind": {"private"}}
	a := ada.post("/rooms/2/about", form)
	if a.StatusCode != http.StatusOK || !strings.Contains(a.body, "read all that was written in it until now") {
		t.Fatalf("she is not asked: %s", a.Status)
	}
	for name, values := range form {
		if !strings.Contains(a.body, `name="`+name+`" value="`+strings.ReplaceAll(values[0], "&", "&amp;")+`"`) {
			t.Errorf("the question has lost %s", name)
		}
	}
	if room, err := w.store.AnyRoom(t.Context(), 2); err != nil || room.Kind != store.PrivateRoom || room.Name != "Mine" {
		t.Fatalf("something was saved before she answered: %v %v", room, err)
	}
	form.Set("sure", "yes")
	if a := ada.post("/rooms/2/about", form); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("it is not saved: %s", a.Status)
	}
	if a := ben.get("/rooms/2"); !strings.Contains(a.body, "Ours &amp; yours") {
		t.Errorf("the room is not open: %s", a.Status)
	}
	// What is open already is not asked about, and back to private neither.
	delete(form, "sure")
	form.Set("topic", "Less of it")
	form.Set("was.kind", "open")
	form.Set("was.topic", "All of it")
	form.Set("was.name", "Ours & yours")
	if a := ada.post("/rooms/2/about", form); a.StatusCode != http.StatusSeeOther {
		t.Errorf("another topic: %s", a.Status)
	}
}

func TestLeavingAsksWhereOneCannotComeBackAsOneWas(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), unlimited)
	ada, ben := w.signUp("ada"), w.signUp("ben")
	ada.post("/rooms", url.Values{"name": {"Mine"}, "kind": {"private"}})
	ada.post("/rooms/2/members", url.Values{"person": {"ben"}})
	const asks = `href="/rooms/2/leave"`
	if !strings.Contains(ada.get("/rooms/2/about").body, asks) || !strings.Contains(ben.get("/rooms/2/about").body, asks) {
		t.Error("a private room is left without a question")
	}
	if page := ben.get("/rooms/1/about").body; strings.Contains(page, `href="/rooms/1/leave"`) || !strings.Contains(page, `action="/rooms/1/leave"`) {
		t.Error("an open room asks its members")
	}
	if page := ada.get("/rooms/2/leave").body; !strings.Contains(page, "unless somebody in it adds you again") || !strings.Contains(page, "You are an owner of it") {
		t.Error("the owner is not told what leaving means")
	}
	if page := ben.get("/rooms/2/leave").body; strings.Contains(page, "You are an owner of it") {
		t.Error("a member is told that they own the room")
	}
}
