package handlers_test

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// noticeHeads are the notices of a page in their order, each with what it says is new of it.
var noticeHeads = regexp.MustCompile(`id="notice-(\d+)">(?:<span class="state state--mine notice-card__new">([^<]*)</span>\s*)?<p[^>]*><strong>`)

// notices are those of name's page, as "2 New: answered".
func (c *court) notices(name string) (all []string) {
	c.t.Helper()
	for _, n := range noticeHeads.FindAllStringSubmatch(c.main(name, "/notices"), -1) {
		all = append(all, strings.TrimSpace(n[1]+" "+n[2]))
	}
	return all
}

// What the list of rooms counts leads to what it counts: at the top, and marked.
func TestNoticesAreInTheOrderOfWhatHappenedLastAndSayWhatIsNew(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		reads := func(when string, counted int, want ...string) {
			t.Helper()
			if n := c.told("ben"); n != counted {
				t.Errorf("%s: the list of rooms counts %d, want %d", when, n, counted)
			}
			if got := c.notices("ben"); !slices.Equal(got, want) {
				t.Errorf("%s: Ben reads %q, want %q", when, got, want)
			}
		}
		warn := func(words string) {
			t.Helper()
			c.does("mod", "/measures", url.Values{"kind": {"warn"}, "user": {fmt.Sprint(c.ids["ben"])}, "reason": {"spam"}, "words": {words}}, 303)
		}
		for _, words := range []string{"One", "Two", "Three", "Four"} {
			warn(words)
		}
		reads("after four warnings", 4, "4 New", "3 New", "2 New", "1 New")
		reads("having read them", 0, "4", "3", "2", "1")
		c.does("ben", "/notices/2/appeal", url.Values{"text": {"It was a joke"}}, 303)
		c.does("ben", "/notices/3/appeal", url.Values{"text": {"It was a film"}}, 303)
		if main := c.main("ben", "/notices"); strings.Index(main, "Waiting for an answer") > strings.Index(main, `id="notice-2"`) {
			t.Error("what waits for an answer has no heading over it")
		}
		reads("having objected", 0, "4", "1", "3", "2")
		c.does("ada", "/moderation/appeals/2", url.Values{"answer": {"It was none"}}, 303)
		reads("after an answer", 1, "2 New: answered", "4", "1", "3")
		warn("Five")
		c.does("mod", "/measures/1/lift", nil, 303)
		reads("after a lift", 2, "1 New: lifted", "5 New", "2", "4", "3")
		reads("having read that", 0, "1", "5", "2", "4", "3")
		c.does("mod", "/measures/3/lift", nil, 303) // to which he has objected
		reads("after a lift of what he objected to", 1, "3 New: lifted", "1", "5", "2", "4")
	})
}

func TestWhatIsHeldStandsUnderAHeadingOfItsOwn(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		c.turnedDown()
		c.does("ben", "/rooms/1/messages", draft("another casino"), 303)
		main := c.main("ben", "/notices")
		decided, waiting, found := strings.Cut(main, "Waiting for a moderator</h2>")
		if !found || !strings.Contains(decided, "casino tonight") || strings.Contains(decided, "another casino") {
			t.Error("what waits stands among what was decided")
		}
		if strings.Contains(waiting, "casino tonight") || !strings.Contains(waiting, "another casino") {
			t.Error("what was decided stands among what waits")
		}
		c.does("ben", "/held/1/withdraw", url.Values{"back": {"notices"}}, 303)
		c.shows("ben", "/notices", "not casino tonight", "What it said is erased")
	})
}
