package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func TestOnlyOurOwnPagesOpenASocket(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		port := w.http.URL[strings.LastIndex(w.http.URL, ":"):]
		for origin, ok := range map[string]bool{
			w.http.URL: true, "http://localhost" + port: true, "http://[::1]" + port: true,
			"": false, "null": false, "https://127.0.0.1" + port: false, "http://127.0.0.1": false, "http://127.0.0.1:1": false,
			"http://127.0.0.1" + port + ".evil.example": false, "HTTP://LOCALHOST" + port: false, "http://evil.example" + port: false,
		} {
			c, resp, err := ada.dial("Origin", origin)
			if (err == nil) != ok {
				t.Errorf("origin %q: got %v", origin, err)
			}
			if err == nil {
				c.Close()
			} else if resp.StatusCode != http.StatusForbidden {
				t.Errorf("origin %q: got %s, want 403", origin, resp.Status)
			}
		}
	})
}

func TestAResumeIsAnsweredWithWhatThePageLacksAndThenThePulse(t *testing.T) {
	eachWay(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		for i := range 5 {
			ada.say(fmt.Sprintf("message %d", i+1))
		}
		for resume, want := range map[string][]bool{ // which messages come
			`{"type":"resume","rev":"0","have":[]}`:                                  {true, true, true, true, true},
			`{"type":"resume","rev":0}`:                                              {true, true, true, true, true},
			`{"type":"resume","rev":"6","have":["1.2","2.3","3.4","4.5","5.6"]}`:     {false, false, false, false, false},
			`{"type":"resume","rev":"6","as":"1","have":["1.2","2.3","3.4","4.5"]}`:  {false, false, false, false, true},
			`{"type":"resume","rev":"6","have":["1.2","2.3","3.1","4.5","5.6"]}`:     {false, false, true, false, false},
			`{"type":"resume","rev":"6","have":"4.5"}`:                               {false, false, false, false, true},
			`{"type":"resume","rev":"900","have":["1.2"]}`:                           {true, true, true, true, true},
			`{"type":"resume","rev":"x","have":["1.2","x","9999999999999999999.1"]}`: {false, true, true, true, true},
		} {
			_, got := ada.follow(resume)
			if !strings.HasSuffix(strings.TrimSpace(got), "</i>") || !strings.HasPrefix(got, "<") {
				t.Errorf("%s: the answer does not end with the pulse: %s", resume, got)
			}
			for i, comes := range want {
				if strings.Contains(got, fmt.Sprintf("message %d", i+1)) != comes {
					t.Errorf("%s: message %d comes: %v, want %v", resume, i+1, !comes, comes)
				}
			}
		}
	})
}

func TestAMessageIsPushedToEveryoneWhoFollows(t *testing.T) {
	eachWay(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		a, _ := ada.follow(`{"type":"resume","rev":"0"}`)
		b, _ := ben.follow(`{"type":"resume","rev":"0"}`)
		ada.say("hello")
		if got, other := read(t, a, "hello"), read(t, b, "hello"); got != other {
			t.Errorf("the frames differ:\n%s\n%s", got, other)
		}
		ada.say("again")
		frame := read(t, a, "again")
		for _, attribute := range []string{"hx-post", "hx-get", "hx-nonce", "hx-trigger", "nonce="} {
			if strings.Contains(frame, attribute) {
				t.Errorf("a pushed frame has %s: %s", attribute, frame)
			}
		}
	})
}

func TestWhoMayNotLookIsToldWhyAndClosedForGood(t *testing.T) {
	eachWay(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		t.Run("signed out", func(t *testing.T) {
			c, _ := ada.follow(`{"type":"resume","rev":"0"}`)
			start := time.Now()
			ada.post("/logout", nil)
			text, code := closed(t, c)
			if code != 1008 || !strings.Contains(text, "You are signed out") {
				t.Errorf("got %d and %s", code, text)
			}
			if took := time.Since(start); took > time.Second {
				t.Errorf("it took %v", took)
			}
		})
		t.Run("nobody", func(t *testing.T) {
			c, _, err := w.browser().dial()
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if text, code := closed(t, c); code != 1008 || !strings.Contains(text, "You are signed out") {
				t.Errorf("got %d and %s", code, text)
			}
		})
		t.Run("another person", func(t *testing.T) {
			c, _, err := ben.dial()
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if err := c.WriteMessage(websocket.TextMessage, []byte(`{"type":"resume","rev":"0","as":"1"}`)); err != nil {
				t.Fatal(err)
			}
			if text, code := closed(t, c); code != 1008 || !strings.Contains(text, "You are signed in as ben now") {
				t.Errorf("got %d and %s", code, text)
			}
		})
		t.Run("removed", func(t *testing.T) {
			cleo := w.signUp("cleo")
			c, _ := cleo.follow(`{"type":"resume","rev":"0"}`)
			user, err := w.store.UserByLogin(t.Context(), "cleo")
			if err != nil {
				t.Fatal(err)
			}
			if err := w.store.Leave(t.Context(), 1, user.ID); err != nil {
				t.Fatal(err)
			}
			ben.say("behind her back")
			text, code := closed(t, c)
			if code != 1008 || !strings.Contains(text, "no longer a member") || strings.Contains(text, "behind her back") {
				t.Errorf("got %d and %s", code, text)
			}
		})
	})
}

func TestMisbehavingSocketsAreClosedWithTheRightCode(t *testing.T) {
	eachWay(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		for name, try := range map[string]struct {
			kind int
			data string
			want int
		}{
			"too large": {websocket.TextMessage, `{"type":"resume","have":"` + strings.Repeat("1", 17<<10) + `"}`, 1013},
			"binary":    {websocket.BinaryMessage, "x", 1003},
		} {
			c, _, err := ada.dial()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.WriteMessage(try.kind, []byte(try.data)); err != nil {
				t.Fatal(err)
			}
			if _, code := closed(t, c); code != try.want {
				t.Errorf("%s: got %d, want %d", name, code, try.want)
			}
			c.Close()
		}
		// What is not a resume is ignored, and the resume after it is answered.
		c, _, err := ada.dial()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		for _, data := range []string{`{"type":"typing"}`, `not json`, `[]`, `null`, `{"type":"resume","rev":"0"}`} {
			if err := c.WriteMessage(websocket.TextMessage, []byte(data)); err != nil {
				t.Fatal(err)
			}
		}
		read(t, c, `id="pulse"`)
		// A flood of pings ends.
		for range 400 {
			if c.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second)) != nil {
				break
			}
		}
		if _, code := closed(t, c); code != 1013 {
			t.Errorf("after a flood of pings: got %d, want 1013", code)
		}
	})
}

func TestARestartSendsEveryPageBackLater(t *testing.T) {
	eachWay(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		c, _ := ada.follow(`{"type":"resume","rev":"0"}`)
		go w.server.Drain(t.Context())
		if _, code := closed(t, c); code != 1012 {
			t.Errorf("got %d, want 1012", code)
		}
		if a := ada.get("/readyz"); a.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("readyz: got %s", a.Status)
		}
		if _, resp, err := ada.dial(); err == nil || resp.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("a new socket: got %v", err)
		}
	})
}

func TestAPageInThePastReloadsWhenItMissedTooMuch(t *testing.T) {
	eachWay(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		for i := range 210 {
			ada.say(fmt.Sprintf("message %d", i))
		}
		if _, got := ada.followAt("/rooms/1/live?past=1", `{"type":"resume","rev":"1"}`); !strings.Contains(got, `http-equiv="refresh"`) || strings.Contains(got, "message 1") {
			t.Errorf("got %.300s", got)
		}
		if _, got := ada.follow(`{"type":"resume","rev":"1"}`); !strings.Contains(got, "message 209") || strings.Contains(got, `http-equiv="refresh"`) {
			t.Errorf("got %.300s", got)
		}
	}, unlimited)
}

func TestAPageInThePastFollowsChangesAndIsToldHowMuchIsNew(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		for i := range 5 {
			ada.say(fmt.Sprintf("message %d", i+1))
		}
		// It shows 2 and 3 of 5, and 2 as it was before an edit.
		ada.post("/rooms/1/messages/2", url.Values{"body": {"message 2, edited"}})
		c, got := ada.followAt("/rooms/1/live?past=1", `{"type":"resume","rev":"6","have":["2.3","3.4"]}`)
		if !strings.Contains(got, "message 2, edited") || strings.Contains(got, "message 4") || strings.Contains(got, "arrived") {
			t.Errorf("the resume is answered with %q", got)
		}
		ada.say("something new")
		got = read(t, c, `id="arrived-6"`)
		if strings.Contains(got, "something new") {
			t.Errorf("a page that does not show it is sent %q", got)
		}
		ada.post("/rooms/1/messages/3", url.Values{"body": {"message 3, edited"}})
		if got := read(t, c, "message 3, edited"); strings.Contains(got, "arrived") {
			t.Errorf("an edit counts as new: %q", got)
		}
	}, unlimited)
}

func TestAPageWithoutARoomFollowsOnesRoomsAndTitle(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		c, _, err := ada.dialAt("/live?title=Rooms")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := c.WriteMessage(websocket.TextMessage, []byte(`{"type":"resume","as":"1"}`)); err != nil {
			t.Fatal(err)
		}
		until(t, c, `id="pulse"`)
		ben.say("hello, @ada")
		if got := until(t, c, "<title"); !strings.Contains(got, ">(1) Rooms · Parley</title>") || !strings.Contains(got, "badge--mention") || strings.Contains(got, "hello") {
			t.Errorf("got %q", got)
		}
		ada.post("/logout", url.Values{})
		if got, code := closed(t, c); code != 1008 || !strings.Contains(got, "You are signed out") {
			t.Errorf("after signing out: %d, %q", code, got)
		}
	}, unlimited)
}

func TestAPageInThePastReadsNothingByBeingInFront(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		for past, want := range map[bool]string{true: "(1) Rooms", false: ">Rooms"} {
			path := "/rooms/1/live"
			if past {
				path += "?past=1"
			}
			ada.post("/read", url.Values{})
			c, _, err := ada.dialAt(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, frame := range []string{`{"type":"front"}`, `{"type":"resume","rev":"0"}`} {
				if err := c.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
					t.Fatal(err)
				}
			}
			until(t, c, `id="pulse"`)
			ben.say("hello")
			until(t, c, `name="rev"`)
			if a := ada.get("/rooms"); !strings.Contains(a.body, want) {
				t.Errorf("past %v: the title has no %q", past, want)
			}
			c.Close()
		}
	}, unlimited)
}
