package handlers_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/store"
)

// shownSeen is what the form of a time-out on the page was made at.
var shownSeen = regexp.MustCompile(`name="seen" value="(\d+)" form="do-(?:time-out|slow)"`)

func (c *court) seenBy(name, path string) string {
	c.t.Helper()
	found := shownSeen.FindStringSubmatch(c.main(name, path))
	if found == nil {
		c.t.Fatalf("the page %s says not what it has shown", path)
	}
	return found[1]
}

func TestWhoDoesWhatAnotherHasJustDoneIsToldFirstAndKeepsTheWords(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		ben := fmt.Sprint(c.ids["ben"])
		page := "/people/" + ben + "/moderate"
		for _, row := range []struct {
			page string
			form url.Values
		}{
			{page, url.Values{"kind": {"time-out"}, "user": {ben}, "reason": {"spam"}, "for": {"8h"}}},
			{page + "?room=1", url.Values{"kind": {"time-out"}, "user": {ben}, "room": {"1"}, "reason": {"spam"}, "for": {"8h"}}},
			{"/rooms/1/moderate", url.Values{"kind": {"slow"}, "room": {"1"}, "amount": {"30"}, "reason": {"heated"}, "for": {""}}},
		} {
			row.form.Set("seen", c.seenBy("mod", row.page))
			mods := with(row.form, "words", "Enough")
			mods.Set("for", "1h")
			c.does("mod", "/measures", mods, 303)
			c.does("mod", "/measures", mods, 303) // the same form, sent by a second click
			a := c.does("ada", "/measures", with(row.form, "words", "Calm <down>"), 422)
			for _, part := range []string{"Nothing was done: \u2068mod\u2069 has done this just now, and it holds until ", "Calm &lt;down&gt;", `id="holding"`, "Enough"} {
				if !strings.Contains(a.body, part) {
					t.Errorf("%s: Ada is not told %q", row.page, part)
				}
			}
			again := with(row.form, "words", "Calm <down>")
			again.Set("seen", shownSeen.FindStringSubmatch(a.body)[1])
			c.does("ada", "/measures", again, 303)
		}
		all, err := c.store.MeasuresOn(t.Context(), c.ids["ben"], 10)
		if err != nil || len(all) != 4 {
			t.Errorf("Ben has %d measures on him, want 4: %v", len(all), err)
		}
	})
}

func TestWhatIsInForceStandsOverTheForms(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		ben := fmt.Sprint(c.ids["ben"])
		for _, kind := range []string{"warn", "time-out"} {
			c.does("mod", "/measures", url.Values{"kind": {kind}, "user": {ben}, "reason": {"spam"}, "words": {"Words of a " + kind}}, 303)
		}
		over, _, _ := strings.Cut(c.main("ada", "/people/"+ben+"/moderate"), `class="measures"`)
		if !strings.Contains(over, "Words of a time-out") || strings.Contains(over, "Words of a warn") {
			t.Error("over the forms there is not just what is in force")
		}
		for i := range 101 { // by number, it is not among the newest any more
			if _, err := c.store.Impose(t.Context(), store.Actor{User: c.ids["mod"]}, store.Measure{Kind: store.Warning, User: c.ids["ben"], Reason: store.Spam, Words: fmt.Sprint(i)}); err != nil {
				t.Fatal(err)
			}
		}
		if over, _, _ := strings.Cut(c.main("ada", "/people/"+ben+"/moderate"), `class="measures"`); !strings.Contains(over, "Words of a time-out") {
			t.Error("after a hundred warnings the time-out is not in force any more")
		}
		page, _ := c.people["ada"].followAt("/live?part="+fmt.Sprintf("past/%d/%s/0", c.ids["ada"], ben), resume)
		c.does("mod", "/measures/2/lift", nil, 303)
		until(t, page, `aria-live="polite" hidden`) // there is none any more
	})
}

// What was lifted is not all that keeps somebody from something.
func TestALiftSaysWhatOfTheSameIsStillInForce(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		ben := fmt.Sprint(c.ids["ben"])
		out := func(by, room, last string) {
			t.Helper()
			c.does(by, "/measures", url.Values{"kind": {"time-out"}, "user": {ben}, "room": {room}, "reason": {"spam"}, "for": {last}, "words": {by + room}}, 303)
		}
		lifts := func(id int, form url.Values, says ...string) {
			t.Helper()
			a := c.does("ada", fmt.Sprintf("/measures/%d/lift", id), form, 303)
			c.shows("ada", a.Header.Get("Location"), says...)
		}
		out("ada", "", "1h")
		out("mod", "", "8h")
		out("mod", "1", "24h")
		lifts(1, nil, "Lifted. Still in force: Time-out · \u2068Lobby\u2069 · until ", "; Time-out · everywhere · until ")
		lifts(2, url.Values{"list": {"in-force"}}, "Lifted. Still in force: Time-out · \u2068Lobby\u2069 · until ", "not everywhere · until")
		lifts(3, nil, "Lifted. What it did is undone.")
		for _, seconds := range []string{"30", "10"} {
			c.does("mod", "/measures", url.Values{"kind": {"slow"}, "room": {"1"}, "amount": {seconds}, "reason": {"heated"}, "for": {""}}, 303)
		}
		c.shows("ada", "/rooms/1/moderate", "Goes on when the newer one ends.")
		lifts(5, nil, "Lifted. Still in force: Slow mode · 30 seconds · until it is lifted.", "not Goes on when")

		// Who moderates one room is told of nothing that they may not know of.
		out("ada", "", "1h")
		m, err := c.store.Impose(t.Context(), store.Actor{User: c.ids["cleo"]}, store.Measure{Kind: store.TimeOut, User: c.ids["ben"], Room: 2, Reason: store.Spam, Until: time.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		a := c.does("cleo", fmt.Sprintf("/measures/%d/lift", m.ID), nil, 303)
		c.shows("cleo", a.Header.Get("Location"), "Lifted. What it did is undone.", "not Still in force")
	})
}
