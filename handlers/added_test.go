package handlers_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestWhoAddsSomebodyRemovedIsToldThatItEndsThatAndThePagesAboutThemFollow(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		dan := fmt.Sprint(c.ids["dan"])
		remove := func(by string) {
			t.Helper()
			c.does(by, "/measures", url.Values{"kind": {"remove"}, "user": {dan}, "room": {"3"}, "reason": {"spam"}, "for": {"1h"}, "words": {by}}, 303)
		}
		c.does("dan", "/rooms/3/join", nil, 303)
		remove("ben")
		page, _ := c.people["ada"].followAt("/live?part="+fmt.Sprintf("past/%d/%s/0", c.ids["ada"], dan), resume)
		a := c.does("ben", "/rooms/3/members", url.Values{"with": {dan}}, 303)
		c.shows("ben", a.Header.Get("Location"), "Added: \u2068dan\u2069.", "\u2068dan\u2069 had been removed on "+time.Now().UTC().Format("2 January")+". That is over now.")
		c.shows("dan", a.Header.Get("Location"), "not That is over now")
		until(t, page, `aria-live="polite" hidden`)

		remove("ada")
		a = c.does("ben", "/rooms/3/members", url.Values{"with": {dan}}, 422)
		if !strings.Contains(a.body, "Somebody above you removed them from this room, so it is not yours to let them in again.") {
			t.Errorf("Ben, whose room it is, is told %s", a.body)
		}
		c.does("eve", "/rooms/3/join", nil, 303)
		if a := c.does("eve", "/rooms/3/members", url.Values{"with": {dan}}, 422); !strings.Contains(a.body, "Somebody who moderates it can let them in again.") {
			t.Errorf("Eve, who is a member, is told %s", a.body)
		}
	})
}
