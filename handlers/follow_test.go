package handlers_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/store/storetest"
)

// inLobby is a form of createMeasure about person 2 in the Lobby, for an hour.
func inLobby(kind string, more ...string) url.Values {
	form := url.Values{"kind": {kind}, "user": {"2"}, "room": {"1"}, "for": {"1h"}, "reason": {"other"}, "words": {"Breathe & come back"}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

func TestTheFrameToWriteInSaysFromTheBeginningWhatKeepsOneFromIt(t *testing.T) {
	const log = `href="/rooms/1/moderation/log"`
	for _, tt := range []struct {
		what string
		form url.Values
		says []string
	}{
		{"a time-out", inLobby("time-out"), []string{"You cannot write here until ", "Reason: Something else.", "Breathe &amp; come back", `href="/notices"`, "What I can do"}},
		{"a time-out everywhere", inLobby("time-out", "room", ""), []string{"You cannot write here until ", "Breathe &amp; come back", `href="/notices"`}},
		{"a lock", inLobby("lock", "user", ""), []string{"locked this room until ", "Reason: Something else.", "Breathe &amp; come back", log}},
		{"slow mode", inLobby("slow", "user", "", "amount", "30"), []string{"one message in 30 seconds", "Breathe &amp; come back", log}},
		{"that newcomers wait", inLobby("wait", "user", "", "room", "", "amount", "60"), []string{"Your account is new: you can write here from "}},
	} {
		t.Run(tt.what, func(t *testing.T) {
			w := newWorld(t, storetest.SQLite(t), unlimited)
			ada, ben := w.signUp("ada"), w.signUp("ben")
			if a := ben.get("/rooms/1/write"); strings.Contains(a.body, "Reason") || strings.Contains(ben.get("/rooms/1/follow").body, "--told") {
				t.Fatalf("before it:\n%s", a.body)
			}
			if a := ada.post("/measures", tt.form); a.StatusCode != http.StatusSeeOther {
				t.Fatalf("%s\n%s", a.Status, a.body)
			}
			a := ben.get("/rooms/1/write")
			if !a.says(append(tt.says, `id="composer"`, `<base target="_top">`, `target="_self"`)...) {
				t.Errorf("%s\n%s", a.Status, a.body)
			}
			if a := ben.get("/rooms/1/follow"); !a.says("follow__write--told") {
				t.Errorf("the frame has no more room:\n%s", a.body)
			}
			// Who writes all the same reads it again, with the text.
			send := draft("Let me in")
			send.Set("frame", "write")
			ben.post("/rooms/1/messages", send)
			send = draft("And again")
			send.Set("frame", "write")
			if a := ben.post("/rooms/1/messages", send); a.StatusCode != http.StatusForbidden || !a.says(append(tt.says, "And again</textarea>")...) {
				t.Errorf("he writes: %s\n%s", a.Status, a.body)
			}
		})
	}
}

func TestAStreamEndsWithWhyAndWhereToGoOn(t *testing.T) {
	for _, tt := range []struct {
		what string
		end  func(w *world, ada, ben *browser)
		says []string
		then string // who loads the frame again
	}{
		{"he signs out", func(_ *world, _, ben *browser) { ben.post("/logout", nil) }, []string{"You are signed out.", `href="/login?next=%2Frooms%2F1%2Ffollow"`}, "You are signed out."},
		{"he is suspended", func(_ *world, ada, _ *browser) { ada.post("/measures", inLobby("suspend", "room", "")) }, []string{"Your account is suspended, so you are signed out.", `href="/login?next=%2Frooms%2F1%2Ffollow"`}, "You are signed out."},
		{"he is banned", func(_ *world, ada, _ *browser) { ada.post("/measures", inLobby("ban", "room", "")) }, []string{"Your account is suspended, so you are signed out."}, "You are signed out."},
		{"he deletes his account", func(_ *world, _, ben *browser) {
			ben.post("/profile/delete", url.Values{"messages": {"keep"}, "password": {password}})
		}, []string{"You are signed out."}, "You are signed out."},
		{"he is removed", func(_ *world, ada, _ *browser) { ada.post("/measures", inLobby("remove")) }, []string{"A moderator removed you from this room until ", "Reason: Something else.", `href="/notices#notice-1"`}, "A moderator removed you"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			w := newWorld(t, storetest.SQLite(t), unlimited)
			ada, ben := w.signUp("ada"), w.signUp("ben")
			ctx, leave := context.WithTimeout(t.Context(), time.Minute)
			defer leave()
			req, err := http.NewRequestWithContext(ctx, "GET", w.http.URL+"/rooms/1/stream", nil)
			if err != nil {
				t.Fatal(err)
			}
			stream, err := ben.client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer stream.Body.Close()
			tt.end(w, ada, ben)
			all, err := io.ReadAll(stream.Body)
			_, last, _ := strings.Cut(string(all), "follow__empty")
			if err != nil || !(answer{body: last}).says(append(tt.says, `target="_top"`)...) || strings.Contains(last, "refresh") {
				t.Errorf("it ends with %v\n%s", err, last)
			}
			// Both frames say so, too, when they are loaded again; the page to sign in on is in none.
			for _, path := range []string{"/rooms/1/stream", "/rooms/1/write"} {
				a := ben.get(path)
				if a.StatusCode >= 300 && a.StatusCode < 400 || a.Header.Get("X-Frame-Options") != "SAMEORIGIN" || !strings.Contains(a.Header.Get("Content-Security-Policy"), "frame-ancestors 'self'") || !a.says(tt.then, `target="_top"`) {
					t.Errorf("%s: %s, framed by %q\n%s", path, a.Status, a.Header.Get("X-Frame-Options"), a.body)
				}
			}
			if a := ben.get("/login"); a.Header.Get("X-Frame-Options") != "DENY" {
				t.Errorf("the page to sign in on can be framed: %s", a.Status)
			}
			// What he sends from the frame is not lost.
			send := draft("Too late?")
			send.Set("frame", "write")
			if a := ben.post("/rooms/1/messages", send); a.Header.Get("X-Frame-Options") != "SAMEORIGIN" || !a.says("Too late?</textarea>", `target="_top"`) {
				t.Errorf("he writes: %s, framed by %q\n%s", a.Status, a.Header.Get("X-Frame-Options"), a.body)
			}
		})
	}
}
