package handlers_test

import (
	"net/url"
	"strings"
	"testing"
)

func TestAClosedCaseLeadsToTheNextThatOneMayDecide(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		c.report("dan", "/rooms/1/messages/1")
		c.report("dan", "/rooms/2/messages/1")
		c.does("cleo", "/rooms/2/messages", draft("hers in the kitchen"), 303)
		const none = "No other case waits for you."
		leads := func(name, page, to string) {
			t.Helper()
			body := c.people[name].get(page).body
			if to == "" {
				if !strings.Contains(body, none) || strings.Contains(body, `id="next-case"`) {
					t.Errorf("%s at %s is not told that nothing is left", name, page)
				}
			} else if strings.Contains(body, none) || !strings.Contains(body, `class="button button--main" href="`+to+`"`) {
				t.Errorf("%s at %s is not led to %s", name, page, to)
			}
		}
		if body := c.people["mod"].get("/moderation/cases/1").body; strings.Contains(body, `id="next-case"`) || strings.Contains(body, none) {
			t.Error("a case that is open leads on before it is decided")
		}
		c.does("mod", "/moderation/cases/1/close", url.Values{"version": {"1"}}, 303)
		leads("mod", "/moderation/cases/1", "/moderation/cases/2")
		c.does("ada", "/moderation/cases/2/taker", url.Values{"version": {"1"}, "user": {"1"}}, 303)
		leads("mod", "/moderation/cases/1", "") // Ada has the other one
		leads("ada", "/moderation/cases/1", "/moderation/cases/2")
		c.does("ada", "/moderation/cases/2/measures", url.Values{"version": {"2"}, "kind": {"warn"}, "reason": {"hate"}, "close": {"yes"}}, 303)
		leads("ada", "/moderation/cases/2", "")
		// Who moderates one room does not hear of what waits elsewhere.
		c.does("mod", "/moderation/cases/1/reopen", url.Values{"version": {"2"}}, 303)
		leads("cleo", "/moderation/cases/2", "")
		leads("ada", "/moderation/cases/2", "")
		c.does("mod", "/moderation/cases/1/taker", url.Values{"version": {"3"}, "user": {"0"}}, 303)
		leads("cleo", "/moderation/cases/2", "")
		leads("ada", "/moderation/cases/2", "/moderation/cases/1")
	})
}
