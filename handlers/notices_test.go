package handlers_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

// What comes to an open page counts in the list of rooms on all of them until somebody has
// the one in front that shows it.
func TestWhatAPageInFrontShowsIsReadOnAllPagesOfItsPerson(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		c.report("dan", "/rooms/1/messages/1")
		warn := func() {
			c.does("mod", "/measures", url.Values{"kind": {"warn"}, "user": {fmt.Sprint(c.ids["ben"])}, "reason": {"spam"}}, 303)
		}
		decide := func() { c.does("mod", "/moderation/cases/1/close", url.Values{"version": {"1"}}, 303) }
		for _, row := range []struct {
			name, page, link string
			happens          func()
		}{
			{"ben", "notices/%d/1", "/notices", warn},
			{"dan", "reports/%d", "/reports", decide},
		} {
			page, _ := c.people[row.name].followAt("/live?part="+fmt.Sprintf(row.page, c.ids[row.name]), resume)
			elsewhere, _ := c.people[row.name].followAt("/live?title=Rooms", resume)
			row.happens()
			until(t, elsewhere, `href="`+row.link+`"><span class="sidebar__text">`)
			if n := c.told(row.name); n != 1 {
				t.Fatalf("%s is told of %d, and has looked at nothing", row.link, n)
			}
			if err := page.WriteMessage(websocket.TextMessage, []byte(`{"type":"front"}`)); err != nil {
				t.Fatal(err)
			}
			for frame := ""; !strings.Contains(frame, `id="rooms-list"`) || strings.Contains(frame, row.link); {
				_, read, err := elsewhere.ReadMessage()
				if err != nil {
					t.Fatalf("%s: the other page still counts it: %v", row.link, err)
				}
				frame = string(read)
			}
			if n := c.told(row.name); n != 0 {
				t.Errorf("%s: a page loaded now counts %d", row.link, n)
			}
		}
		warn() // the page is in front
		eventually(t, "what came to a page in front is not read", func() bool { return c.told("ben") == 0 })
	})
}

// told is how much the list of rooms tells name of.
func (c *court) told(name string) int {
	c.t.Helper()
	beside, err := c.store.Aside(c.t.Context(), c.ids[name])
	if err != nil {
		c.t.Fatal(err)
	}
	return beside.Notices + beside.News
}
