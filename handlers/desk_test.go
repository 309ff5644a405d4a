package handlers_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// main is what the page at path says, beside the lists.
func (c *court) main(name, path string) string {
	c.t.Helper()
	a := c.people[name].get(path)
	_, main, found := strings.Cut(a.body, "<main")
	if !found {
		c.t.Fatalf("%s: GET %s: %s", name, path, a.Status)
	}
	return main
}

// decide is the form of an act in a case.
func decide(version int, kind string) url.Values {
	return url.Values{"version": {fmt.Sprint(version)}, "kind": {kind}, "reason": {"hate"}}
}

func TestWhatWasDoneInACaseIsLiftedThere(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		c.report("dan", "/rooms/2/messages/1")
		c.does("cleo", "/moderation/cases/1/measures", decide(1, "hide.room"), 303) // in her room
		c.does("cleo", "/moderation/cases/1/measures", decide(2, "warn.room"), 303)
		c.does("mod", "/moderation/cases/1/taker", url.Values{"version": {"3"}, "user": {fmt.Sprint(c.ids["mod"])}}, 303)
		c.does("mod", "/moderation/cases/1/measures", decide(4, "suspend"), 303)
		offers := func(name string, measure int) bool {
			return strings.Contains(c.main(name, "/moderation/cases/1"), fmt.Sprintf(`action="/measures/%d/lift"`, measure))
		}
		for name, want := range map[string][3]bool{
			"cleo": {true, true, false}, // Cleo's room is all that she moderates
			"mod":  {true, false, true}, // Mod is not in it: nothing but what was reported
			"ada":  {true, false, true},
		} {
			for i := range want {
				if got := offers(name, i+1); got != want[i] {
					t.Errorf("measure %d is %s's to lift: got %t", i+1, name, got)
				}
			}
		}
		lift := url.Values{"case": {"1"}}
		a := c.does("ada", "/measures/3/lift", lift, 303)
		if to := a.Header.Get("Location"); to != "/moderation/cases/1?saved=lifted" {
			t.Errorf("it goes on to %s", to)
		}
		if page := c.main("mod", "/moderation/cases/1"); !strings.Contains(page, "Lifted by \u2068ada\u2069") || offers("mod", 3) {
			t.Error("the case does not say who lifted it, or offers it again")
		}
		if a := c.does("mod", "/measures/3/lift", lift, 409); !strings.Contains(a.body, "It has ended already") || !strings.Contains(a.body, "Lifted by \u2068ada\u2069") {
			t.Errorf("who comes second is told %s", a.body)
		}
		c.does("cleo", "/measures/2/lift", url.Values{"case": {"2"}}, 404) // she goes back to no other case
		c.does("dan", "/measures/1/lift", lift, 404)
	})
}
