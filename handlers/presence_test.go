package handlers_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/handlers/live"
	"parley/store/storetest"
)

// here is the part of the people panel that lists who is here.
func here(page string) string {
	_, from, _ := strings.Cut(page, `id="people-list"`)
	until, _, _ := strings.Cut(from, "Not here")
	return until
}

func TestWhoUsesNoScriptsIsHereWhileTheyLoadPagesAndFollow(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), unlimited)
	told := make(chan struct{}, 10)
	defer w.server.Bus.Subscribe(func(h live.Hint) {
		if h.Topic == "here/2" {
			told <- struct{}{}
		}
	})()
	ada, ben := w.signUp("ada"), w.signUp("ben")
	if page := ben.get("/rooms/1-lobby").body; !strings.Contains(here(page), "/people/2") {
		t.Error("on his own page he is not here")
	}
	if page := ada.get("/rooms/1-lobby").body; !strings.Contains(here(page), "/people/2") {
		t.Error("others do not see him here")
	}
	// Everybody else is told, too, and when he was here last is noted when he is gone.
	<-told
	ben.post("/logout", nil)
	if page := ada.get("/rooms/1-lobby").body; strings.Contains(here(page), "/people/2") {
		t.Error("he is here when he has signed out")
	}
	<-told
	eventually(t, "it is noted when he was here last", func() bool {
		was, err := w.store.UserByLogin(t.Context(), "ben")
		return err == nil && !was.HereAt.IsZero()
	})

	// A stream that is open says so again and again.
	cleo := w.signUp("cleo")
	ctx, leave := context.WithTimeout(t.Context(), time.Minute)
	defer leave()
	req, err := http.NewRequestWithContext(ctx, "GET", w.http.URL+"/rooms/1/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := cleo.client.Do(req)
	if err != nil || stream.StatusCode != http.StatusOK {
		t.Fatal(stream, err)
	}
	defer stream.Body.Close()
	if page := ada.get("/rooms/1-lobby").body; !strings.Contains(here(page), "/people/3") {
		t.Error("who follows is not here")
	}
}
