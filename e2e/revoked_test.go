package e2e

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestWhoMayNoLongerLookIsToldWhyAndStaysAway(t *testing.T) {
	t.Parallel()
	s := newServer(t, "--log-level", "debug")
	s.Unlimited()
	people := s.Crowd(5)
	s.Start()
	owner := people[0]
	if resp := owner.post("/rooms", url.Values{"name": {"Kitchen"}, "kind": {"open"}}); resp.StatusCode != 200 {
		t.Fatalf("make a room: %s", resp.Status)
	}
	writer := kitchen(t, owner)
	for i, tt := range []struct {
		name string
		do   func(p, elsewhere *Person, w *Window)
		says string
	}{
		{"signed out", func(p, _ *Person, w *Window) {
			p.post("/logout", nil)
			w.person().post("/logout", nil)
		}, "You are signed out"},
		{"password changed", func(_, elsewhere *Person, _ *Window) {
			elsewhere.post("/profile/password", url.Values{"old": {password}, "password": {"another horse battery"}})
		}, "You are signed out"},
		// The command is another process, whose hint does not reach this one.
		{"suspended", func(_, _ *Person, _ *Window) { s.Command("user", "suspend", "p4", "--for", "24h", "--reason", "spam") }, "You are signed out"},
		{"removed", func(_, _ *Person, _ *Window) {
			owner.post("/rooms/2/members/remove", url.Values{"user": {"5"}, "reason": {"off-topic"}})
		}, "A moderator removed you from this room"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			name, p := fmt.Sprintf("p%d", i+2), people[i+1]
			p.post("/rooms/2/join", nil)
			w := window(t, s)
			w.Returns(name)
			w.Open("/rooms/2-kitchen")
			w.Until(connected)
			page := kitchen(t, p)
			elsewhere := signIn(t, s, name)
			var writing sync.WaitGroup
			enough := make(chan struct{})
			writing.Go(func() {
				for n := 0; ; n++ {
					select {
					case <-enough:
						return
					case <-time.After(20 * time.Millisecond):
						_, _ = writer.Say(fmt.Sprintf("%s %d", tt.name, n)) // what counts is who sees it
					}
				}
			})
			eventually(t, "it is live", func() bool { return page.newest() > 0 && page.newest() == writer.newest() })

			tt.do(p, elsewhere, w)
			done := time.Now()
			within(t, time.Second, "the socket is gone", page.StaysAway)
			t.Logf("after %v", time.Since(done).Round(time.Millisecond))
			if codes := page.Codes(); !slices.Equal(codes, []int{1008}) {
				t.Errorf("it was closed with %v, want 1008", codes)
			}
			if !strings.Contains(page.Says(), tt.says) {
				t.Errorf("the page says %q, want %q", page.Says(), tt.says)
			}
			w.Until(`document.getElementById("live").textContent.includes("` + tt.says + `")`)
			shown, knocks := w.Rows(), strings.Count(s.Log(), `"path":"/rooms/2/live"`)
			if tt.name == "removed" && (len(shown) > 0 || len(page.Rows()) > 0) {
				t.Errorf("who was removed still sees %v and %v", shown, page.Rows())
			}
			newest := writer.newest()
			time.Sleep(3 * time.Second) // the time to knock again
			if now := strings.Count(s.Log(), `"path":"/rooms/2/live"`); now != knocks {
				t.Errorf("somebody knocked %d times", now-knocks)
			}
			if !slices.Equal(w.Rows(), shown) {
				t.Error("something arrived that should not")
			}
			close(enough)
			writing.Wait()
			if writer.newest() == newest {
				t.Error("nothing was written meanwhile: this shows nothing")
			}
		})
	}
}

// kitchen is the second room, open for p.
func kitchen(t *testing.T, p *Person) *Thin {
	t.Helper()
	c := newThin(t, p)
	c.path = "/rooms/2-kitchen"
	if err := c.load(); err != nil {
		t.Fatal(err)
	}
	c.open()
	allLive(t, c)
	return c
}
