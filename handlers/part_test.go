package handlers_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"parley/handlers"
	"parley/handlers/live"
	"parley/store"
	"parley/store/storetest"
)

// What a page says that it shows is what a browser sends: whatever it is, nothing breaks.
func TestPartsThatAreAskedForOddlyHarmNobody(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.report("dan", "/rooms/1/messages/1")
		ada := fmt.Sprint(c.ids["ada"])
		for _, part := range append(handlers.LiveParts(), "none") {
			for _, rest := range []string{
				"", "/", "/1", "/-1", "/4", "/9223372036854775807", "/99999999999999999999", "/x", "/%", "/\x00", "/from=9223372036854775807", "/from=-1&q=%00", "/1/2/3/4",
				"/" + ada, "/" + ada + "/0", "/" + ada + "/4", "/" + ada + "/9223372036854775807", "/1/" + ada, "/1/" + ada + "/", "/" + ada + "/open/4", "/" + ada + "/\x00/0", "/" + ada + "/mine/-1",
			} {
				conn, _, err := c.people["ada"].dialAt("/live?part=" + url.QueryEscape(part+rest))
				if err != nil {
					t.Fatalf("%q: %v", part+rest, err)
				}
				_ = conn.WriteMessage(websocket.TextMessage, []byte(resume)) // it may be closed already
				for {
					_, frame, err := conn.ReadMessage()
					if err != nil || strings.Contains(string(frame), `id="pulse"`) {
						break
					}
					if strings.Contains(string(frame), "mine for Dan") || strings.Contains(string(frame), "mine in the kitchen") {
						t.Errorf("%q: %s", part+rest, frame)
					}
				}
				conn.Close()
			}
		}
		if a := c.people["ada"].get("/admin/sockets?from=9223372036854775807"); a.StatusCode != http.StatusOK {
			t.Error(a.Status)
		}
	})
}

func TestNobodyFollowsWhatIsLiveForAnother(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), unlimited)
	w.signUp("ada")
	w.signUp("ben")
	ada := store.User{ID: 1, Role: store.Administrator}
	for _, part := range handlers.LiveParts() {
		bens := []string{"2", "2/", "2/0", "2/1", "2/0/0", "2/1/1", "2/open/0", "2/1764460800000000"}
		switch part {
		case "administration", "charts", "figures", "invitations", "person", "room", "rule", "rules", "sockets":
			continue // all administrators see the same
		case "card", "case", "members":
			bens = []string{"1/2"}
		}
		for _, rest := range bens {
			if err := w.server.MayFollow(t.Context(), ada, part+"/"+rest); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("Ada follows %s/%s, which is Ben's: %v", part, rest, err)
			}
		}
	}
}

// hinted is a world on s whose hints go through bus.
func hinted(t *testing.T, fn func(t *testing.T, w *world, bus *live.Local)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		bus := &live.Local{}
		fn(t, newWorld(t, s, unlimited, func(c *handlers.Config) { c.Bus = bus }), bus)
	})
}

func TestWhoModeratesARoomNoMoreIsAskedAboutAtOnce(t *testing.T) {
	hinted(t, func(t *testing.T, w *world, bus *live.Local) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		ada.post("/rooms/1/moderators", url.Values{"user": {"2"}, "is": {"yes"}})
		for _, act := range []func() answer{
			func() answer { return ada.post("/rooms/1/moderators", url.Values{"user": {"2"}}) },
			func() answer { return ben.post("/rooms/1/leave", url.Values{}) },
		} {
			asked := make(chan live.Person, 100)
			stop := bus.Subscribe(func(h live.Hint) {
				if h.Person == 2 {
					asked <- h.Person
				}
			})
			a := act()
			stop()
			if a.StatusCode != http.StatusSeeOther || len(asked) == 0 {
				t.Errorf("%s: %s, and asked about %d times", a.Request.URL.Path, a.Status, len(asked))
			}
		}
	})
}

func TestWhoIsNamedOftenIsHintedAtOnce(t *testing.T) {
	hinted(t, func(t *testing.T, w *world, bus *live.Local) {
		ada := w.signUp("ada")
		w.signUp("ben")
		hints := make(chan live.Hint, 2000)
		stop := bus.Subscribe(func(h live.Hint) {
			if h.Topic == "person/2" {
				hints <- h
			}
		})
		defer stop()
		if a := ada.post("/direct", url.Values{"with": strings.Split(strings.Repeat("2 ", 999)+"2", " ")}); a.StatusCode != http.StatusSeeOther || len(hints) > 2 {
			t.Errorf("%s, and %d hints", a.Status, len(hints))
		}
	})
}

// A page about a room that its person moderates no more ends, whatever it shows, and
// does not come back: not by a resume either.
func TestPagesOfARoomsModeratorEndWithTheOffice(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.report("cleo", "/rooms/2/messages/1") // case 1: Ben's
		dan := fmt.Sprint(c.ids["dan"])
		moderators := func(is string) {
			t.Helper()
			c.does("cleo", "/rooms/2/moderators", url.Values{"user": {dan}, "is": {is}}, 303)
		}
		for _, part := range []string{"queue/" + dan + "/open/2", "held/" + dan + "/2", "case/1/" + dan} {
			moderators("yes")
			path := "/live?part=" + url.QueryEscape(part)
			conn, _ := c.people["dan"].followAt(path, resume)
			moderators("")
			c.does("cleo", "/moderation/cases/1/notes", url.Values{"text": {"Dan must not read this"}}, 303)
			_ = conn.WriteMessage(websocket.TextMessage, []byte(resume)) // it may be closed already
			if text, code := closed(t, conn); code != live.Revoked || strings.Contains(text, "must not read") || !strings.Contains(text, "no longer") {
				t.Errorf("%s: closed with %d after %s", part, code, text)
			}
			again, _, err := c.people["dan"].dialAt(path)
			if err != nil {
				t.Fatal(err)
			}
			if text, code := closed(t, again); code != live.Revoked || strings.Contains(text, "must not read") || strings.Contains(text, "mine in the kitchen") {
				t.Errorf("%s, again: closed with %d after %s", part, code, text)
			}
		}
	})
}
