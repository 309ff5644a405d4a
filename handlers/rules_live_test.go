package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestTheListOfRulesFollowsWhatOtherModeratorsDo(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		if page := c.people["mod"].get("/moderation/rules?q=a&from=0").body; !strings.Contains(page, "part=rules%2Ffrom%3D0%26q%3Da") {
			t.Error("the page does not follow its list")
		}
		all, first := c.people["mod"].followAt("/live?part="+url.QueryEscape("rules/q=&from="), resume)
		if !strings.Contains(first, "There is no rule yet") {
			t.Errorf("it begins with %s", first)
		}
		c.does("ada", "/moderation/rules", ruleForm("casino", "hold", ""), 303)
		if frame := until(t, all, `id="rule-1"`); !strings.Contains(frame, "1 rule") || strings.Contains(frame, "There is no rule yet") {
			t.Errorf("a new rule: %s", frame)
		}
		found, first := c.people["mod"].followAt("/live?part="+url.QueryEscape("rules/q=cas&from="), resume)
		if !strings.Contains(first, `id="rule-1"`) {
			t.Errorf("what is looked for is not in %s", first)
		}
		off := ruleForm("dice", "hold", "")
		off.Set("version", "1")
		c.does("ada", "/moderation/rules/1", off, 303)
		until(t, all, "state--off")
		until(t, found, "No rule has this in it.")
		c.does("ada", "/moderation/rules/1/delete", nil, 303)
		until(t, all, "There is no rule yet")
	})
}

func TestTheRestOfALongListOfRulesIsLive(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		for i := range 101 {
			c.does("ada", "/moderation/rules", ruleForm(fmt.Sprintf("word%03d", i), "flag", ""), 303)
		}
		older, first := c.people["mod"].followAt("/live?part="+url.QueryEscape("rules/q=&from=100"), resume)
		if got := strings.Count(first, `class="rule__text"`); got != 1 {
			t.Fatalf("the second page has %d rules", got)
		}
		c.does("ada", "/moderation/rules", ruleForm("zebra", "flag", ""), 303)
		if frame := until(t, older, "102 rules"); strings.Count(frame, `class="rule__text"`) != 2 {
			t.Errorf("after one more it has %d", strings.Count(frame, `class="rule__text"`))
		}
	})
}

func TestARulesPageSaysAtOnceWhatBecameOfIt(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		c.does("ada", "/moderation/rules", ruleForm("casino", "hold", ""), 303)
		if page := c.people["mod"].get("/moderation/rules/1").body; !strings.Contains(page, "part=rule%2F1%2F1") || strings.Contains(page, "meanwhile:") {
			t.Error("the page does not follow its rule")
		}
		conn, first := c.people["mod"].followAt("/live?part=rule/1/1", resume)
		if !strings.Contains(first, ">casino</h1>") || strings.Contains(first, "meanwhile:") {
			t.Errorf("it begins with %s", first)
		}
		form := func(text string) url.Values {
			f := ruleForm(text, "refuse", "Not here")
			f.Set("version", "1")
			f.Set("active", "yes")
			return f
		}
		c.does("ada", "/moderation/rules/1", form("dice"), 303)
		if frame := until(t, conn, "This rule was changed meanwhile"); !strings.Contains(frame, ">dice</h1>") || strings.Contains(frame, "<input") {
			t.Errorf("after a change: %s", frame)
		}
		if again := c.does("mod", "/moderation/rules/1", form("kasino"), 409).body; !strings.Contains(again, `value="kasino"`) || !strings.Contains(again, "part=rule%2F1%2F2") {
			t.Error("what mod entered is lost")
		}

		// Of what was deleted, what is in the form is a new rule.
		c.does("ada", "/moderation/rules/1/delete", nil, 303)
		if frame := until(t, conn, "This rule was deleted meanwhile"); strings.Contains(frame, "<h1") {
			t.Errorf("the page says no more what it was: %s", frame)
		}
		again := c.does("mod", "/moderation/rules/1", form("kasino"), 409).body
		if !strings.Contains(again, `value="kasino"`) || !strings.Contains(again, `value="Not here"`) || !strings.Contains(again, `action="/moderation/rules"`) || !strings.Contains(again, "add it as a new rule") {
			t.Errorf("what mod entered is lost: %s", again)
		}
		c.does("mod", "/moderation/rules", form("kasino"), 303)
		if a := c.people["mod"].get("/moderation/rules/2"); a.StatusCode != http.StatusOK || !strings.Contains(a.body, ">kasino</h1>") {
			t.Error(a.Status)
		}
	})
}

func TestWhoMakesModeratorsSeesAtOnceWhoIsOne(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		is := func(name, is string) {
			t.Helper()
			c.does("cleo", "/rooms/2/moderators", url.Values{"user": {fmt.Sprint(c.ids[name])}, "is": {is}}, 303)
		}
		follow := func(name string) string { return "/live?part=" + fmt.Sprintf("past/%d/0/2", c.ids[name]) }
		cleo, first := c.people["cleo"].followAt(follow("cleo"), resume)
		if !strings.Contains(first, `id="room-mods"`) || strings.Contains(first, `id="mod-`) {
			t.Errorf("it begins with %s", first)
		}
		is("ben", "yes")
		until(t, cleo, fmt.Sprintf(`id="mod-%d"`, c.ids["ben"]))
		if _, bens := c.people["ben"].followAt(follow("ben"), resume); strings.Contains(bens, "room-mods") {
			t.Errorf("Ben makes no moderators, and is shown %s", bens)
		}
		is("ben", "")
		if frame := until(t, cleo, `id="room-mods"`); strings.Contains(frame, `id="mod-`) {
			t.Errorf("and no longer: %s", frame)
		}
	})
}
