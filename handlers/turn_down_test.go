package handlers_test

import (
	"net/url"
	"strings"
	"testing"
)

// shows fails for each of parts that the page at path does not show to who, or does if it
// begins with "not ".
func (c *court) shows(who, path string, parts ...string) {
	c.t.Helper()
	page := c.people[who].get(path)
	if page.StatusCode != 200 {
		c.t.Errorf("%s at %s: got %s", who, path, page.Status)
		return
	}
	for _, part := range parts {
		text, not := strings.CutPrefix(part, "not ")
		if strings.Contains(page.body, text) == not {
			c.t.Errorf("%s at %s: %q", who, path, part)
		}
	}
}

// turnedDown has Mod turn down what Ben says in the Lobby: measure 1, and held message 1.
func (c *court) turnedDown() {
	c.t.Helper()
	c.does("mod", "/moderation/rules", ruleForm("casino", "hold", "We do not <gamble> here"), 303)
	c.does("ben", "/rooms/1/messages", draft("casino tonight"), 303)
	c.does("mod", "/moderation/held/1/refuse", url.Values{"reason": {"off-topic"}}, 303)
}

func TestWhoseMessageWasTurnedDownReadsWhyAndObjectsAndSomebodyElseDecides(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.turnedDown()
		c.shows("ben", "/rooms/1-lobby", "casino tonight", `href="/notices#notice-1"`)
		c.shows("ben", "/notices", "A message of yours in Lobby was turned down", "Off topic", "We do not &lt;gamble&gt; here", "casino tonight", `action="/notices/1/appeal"`, "Somebody who did not decide this will look at it.", `id="held-1"`)
		c.does("ben", "/notices/1/appeal", url.Values{"text": {"It is a film"}}, 303)
		c.shows("mod", "/moderation/appeals", "casino tonight", "It is a film", "You imposed this, so somebody else decides:", "not /moderation/appeals/1")
		c.shows("mia", "/moderation/appeals", "casino tonight", "/moderation/appeals/1")
		c.shows("mia", "/moderation/appeals/1", "casino tonight", "Rule: casino", "It is a film", "We do not &lt;gamble&gt; here", "not Lift it", "Publish")
		for _, who := range []string{"cleo", "dan", "ben"} {
			if a := c.people[who].get("/moderation/appeals/1"); a.StatusCode != 404 {
				t.Errorf("%s looks at it: %s", who, a.Status)
			}
		}
		if a := c.does("mod", "/moderation/appeals/1", url.Values{"answer": {"No"}}, 422); !strings.Contains(a.body, "somebody else decides") {
			t.Error("Mod decides about what he did")
		}
		c.does("mia", "/moderation/appeals/1", url.Values{"answer": {"It is indeed"}, "granted": {"yes"}}, 303)
		c.shows("dan", "/rooms/1-lobby", "casino tonight")
		c.shows("ben", "/rooms/1-lobby", "not /notices#notice-1", "not Turned down")
		c.shows("ben", "/notices", "turned down, and is published after all", "You were right: it is in the room now.", "It is indeed", "not casino tonight")
		late := c.does("ada", "/moderation/appeals/1", url.Values{"answer": {"But no"}}, 409)
		if !strings.Contains(late.body, "This is decided already") || !strings.Contains(late.body, "But no") {
			t.Error("Ada is not told, or her words are lost")
		}
		c.shows("ada", "/admin/log", "ben</bdi></a> that was turned down", "Rule: casino", "An objection was granted")
	})
}

func TestWhoAloneModeratesDecidesAgainAndThePageSaysSo(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		c.does("mod", "/moderation/rules", ruleForm("casino", "hold", ""), 303)
		c.does("ben", "/rooms/2/messages", draft("casino, in the kitchen"), 303)
		c.does("cleo", "/moderation/held/1/refuse", url.Values{"words": {"Not here"}}, 303)
		c.shows("ben", "/notices", "Nobody else here may decide about this")
		c.does("ben", "/notices/1/appeal", url.Values{"text": {"Why not"}}, 303)
		c.shows("cleo", "/moderation/appeals/1", "There is nobody else who could decide this", "casino, in the kitchen")
		c.shows("mod", "/moderation/appeals", "not kitchen")
		c.shows("mod", "/moderation/measures?kind=turn-down", "not kitchen")
		c.does("cleo", "/moderation/appeals/1", url.Values{"answer": {"So be it"}, "granted": {"yes"}}, 303)
		c.shows("dan", "/rooms/2-kitchen", "casino, in the kitchen")
	})
}

// Wherever it can be lifted, one reads first what would be published, and why it cannot be.
func TestWhatWasTurnedDownIsReadAndPublishedFromEachListOfMeasures(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		c.report("dan", "/rooms/1/messages/1")
		c.turnedDown()
		c.does("ben", "/notices/1/appeal", url.Values{"text": {"It is a film"}}, 303)
		lists := []struct{ page, field, value string }{
			{"/moderation/measures", "list", "in-force"},
			{"/moderation/measures?kind=turn-down", "list", "in-force"},
			{"/people/2/moderate?room=1", "", ""},
			{"/moderation/cases/1", "case", "1"},
		}
		for _, l := range lists {
			c.shows("mod", l.page, "casino tonight", "kept until", "Publish<span")
		}
		c.shows("dan", "/rooms/1/moderation/log", "not casino")
		c.does("ben", "/rooms/1/leave", nil, 303)
		for _, l := range lists {
			form := url.Values{l.field: {l.value}}
			if a := c.does("mod", "/measures/1/lift", form, 422); !strings.Contains(a.body, "Its author has left the room, or was suspended") || !strings.Contains(a.body, "Publish<span") {
				t.Errorf("from %s Mod is told %s", l.page, a.body)
			}
		}
		a := c.does("mia", "/moderation/appeals/1", url.Values{"answer": {"It is indeed"}, "granted": {"yes"}}, 422)
		if !strings.Contains(a.body, "Its author has left the room, or was suspended") || !strings.Contains(a.body, "It is indeed") {
			t.Errorf("Mia is told %s", a.body)
		}
		c.does("ben", "/rooms/1/join", nil, 303)
		c.does("mod", "/measures/1/lift", url.Values{"list": {"in-force"}}, 303)
		c.shows("dan", "/rooms/1-lobby", "casino tonight")
		for _, l := range lists[:1] {
			c.shows("mod", l.page, "not casino tonight")
		}
		if a := c.does("mia", "/measures/1/lift", url.Values{"list": {"in-force"}}, 409); !strings.Contains(a.body, "Nothing was done") {
			t.Error("Mia is not told that he was quicker")
		}
	})
}
