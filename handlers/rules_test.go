package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

func ruleForm(text, act, sentence string) url.Values {
	return url.Values{"kind": {"word"}, "text": {text}, "act": {act}, "sentence": {sentence}}
}

func TestARuleIsTriedBeforeItIsMadeAndAMistakeKeepsWhatWasTyped(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.does("ben", "/rooms/1/messages", draft("come to my casino"), 303)
		c.does("dan", "/rooms/2/messages", draft("a casino in the kitchen"), 303)
		again := c.does("mod", "/moderation/rules", ruleForm("two words", "hold", "We look at it first"), 422)
		for _, part := range []string{`value="two words"`, `value="We look at it first"`, "Choose a phrase.", `value="hold" selected`} {
			if !strings.Contains(again.body, part) {
				t.Errorf("the form lacks %s", part)
			}
		}
		trial := c.does("mod", "/moderation/rules/trial", ruleForm("cаsino", "hold", "Later"), 200) // with a Cyrillic а
		if !strings.Contains(trial.body, "come to my casino") || !strings.Contains(trial.body, "caught 1 message") || !strings.Contains(trial.body, `value="Later"`) {
			t.Errorf("the trial shows %s", trial.body)
		}
		if strings.Contains(trial.body, "kitchen") {
			t.Error("the trial shows a room that Mod is not in")
		}
		c.does("mod", "/measures", url.Values{"kind": {"hide"}, "room": {"1"}, "seq": {"3"}, "reason": {"spam"}}, 303)
		if trial := c.does("mod", "/moderation/rules/trial", ruleForm("casino", "hold", ""), 200).body; !strings.Contains(trial, "come to my casino") || !strings.Contains(trial, "Hidden") || !strings.Contains(trial, "Of the last 3 in the rooms") {
			t.Errorf("of what is hidden the trial shows %s", trial)
		}
		c.does("mod", "/measures/1/lift", nil, 303)
		c.does("ben", "/rooms/1/messages", draft("casino, still free"), 303)
		if n := strings.Count(c.people["mod"].get("/rooms/1-lobby").body, "casino"); n != 2 {
			t.Errorf("%d are in the room: a trial makes a rule", n)
		}
		c.does("mod", "/moderation/rules", ruleForm("casino", "flag", ""), 303)
		changed := func(version, text, sentence string) url.Values { // and off
			form := ruleForm(text, "refuse", sentence)
			form.Set("version", version)
			return form
		}
		if page := c.does("mod", "/moderation/rules/1/trial", changed("1", "free", "Later"), 200).body; !strings.Contains(page, "caught 1 message") || !strings.Contains(page, `value="Later"`) || !strings.Contains(page, `value="free"`) {
			t.Errorf("the rule's page shows %s", page)
		}
		c.does("ben", "/rooms/1/messages", draft("free as before"), 303) // the trial has changed nothing
		again = c.does("mod", "/moderation/rules/1", changed("1", "two words", "Not here"), 422)
		for _, part := range []string{`value="two words"`, `value="Not here"`, "Choose a phrase.", `value="refuse" selected`, `name="version" value="1"`} {
			if !strings.Contains(again.body, part) {
				t.Errorf("the form lacks %s", part)
			}
		}
		c.does("mod", "/moderation/rules/1", changed("1", "kasino", "Not here"), 303)
		late := c.does("mia", "/moderation/rules/1", changed("1", "cazino", "Nor there"), 409)
		for _, part := range []string{"Somebody else has changed this rule", ">kasino</h1>", "Not here", `value="cazino"`, `value="Nor there"`, `name="version" value="2"`} {
			if !strings.Contains(late.body, part) {
				t.Errorf("who is late is not shown %s", part)
			}
		}
		c.does("mia", "/moderation/rules/1", changed("2", "cazino", "Nor there"), 303)
		if log := c.people["ada"].get("/admin/log").body; !strings.Contains(log, "A word: kasino") || !strings.Contains(log, "A word: cazino") || !strings.Contains(log, "Nor there") || !strings.Contains(log, "Refuses, Off") {
			t.Error("the log does not say what the rule was, and is")
		}
		if list := c.people["mod"].get("/moderation/rules").body; !strings.Contains(list, "state--off") {
			t.Errorf("the list shows %s", list)
		}
	})
}

func TestWhatARuleRefusesComesBackWithItsSentence(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.does("mod", "/moderation/rules", ruleForm("spam", "refuse", "Not here, please."), 303)
		c.does("mod", "/moderation/rules", ruleForm("bait", "refuse", ""), 303)
		c.does("mod", "/moderation/rules", ruleForm("casino", "hold", ""), 303)
		for text, sentence := range map[string]string{"my spam": "Not here, please.", "my bait": "A rule of this place does not allow this text"} {
			for _, htmx := range []string{"true", ""} {
				form := draft(text)
				a := c.people["ben"].post("/rooms/1/messages", form, "HX-Request", htmx)
				if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, sentence) || !strings.Contains(a.body, text) || !strings.Contains(a.body, form.Get("key")) {
					t.Errorf("%s: got %s\n%s", text, a.Status, a.body)
				}
				a = c.people["ben"].post("/rooms/1/messages/1", url.Values{"body": {text}}, "HX-Request", htmx)
				if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, sentence) || !strings.Contains(a.body, text) {
					t.Errorf("edit to %s: got %s", text, a.Status)
				}
			}
		}
		a := c.people["ben"].post("/rooms/1/messages/1", url.Values{"body": {"my casino"}})
		if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Send it as a new message") || !strings.Contains(a.body, "my casino") {
			t.Errorf("edit to what is held: got %s", a.Status)
		}
	})
}

func TestWhatARuleHoldsIsShownToItsAuthorAndModeratorsAlone(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.does("mod", "/moderation/rules", ruleForm("casino", "hold", ""), 303)
		a := c.people["ben"].post("/rooms/1/messages", draft("casino tonight"), "HX-Request", "true")
		if a.StatusCode != http.StatusOK || !strings.Contains(a.body, "waits for a moderator") || strings.Contains(a.body, "tonight") {
			t.Errorf("got %s: %s", a.Status, a.body)
		}
		c.does("ben", "/rooms/2/messages", draft("casino tonight, in the kitchen"), 303)
		if a := c.people["ben"].post("/rooms/1/messages", url.Values{"body": {"casino once more"}, "key": {"k"}, "frame": {"1"}}); !strings.HasSuffix(a.Header.Get("Location"), "/write?held=yes") {
			t.Errorf("in a frame it leads to %s", a.Header.Get("Location"))
		} else if page := c.people["ben"].get("/rooms/1/write?held=yes"); !strings.Contains(page.body, "waits for a moderator") {
			t.Error("the frame does not say that it waits")
		}
		for _, row := range []struct {
			who, page string
			sees      bool
		}{
			{"ben", "/rooms/1-lobby", true}, {"dan", "/rooms/1-lobby", false}, {"mod", "/rooms/1-lobby", false},
			{"mod", "/moderation/held", true}, {"mod", "/moderation/held?room=1", true}, {"cleo", "/moderation/held?room=2", true},
		} {
			if got := strings.Contains(c.people[row.who].get(row.page).body, "casino tonight"); got != row.sees {
				t.Errorf("%s on %s: sees it: %v", row.who, row.page, got)
			}
		}
		if strings.Contains(c.people["mod"].get("/moderation/held").body, "kitchen") {
			t.Error("Mod sees what waits in a private room")
		}
		c.does("mod", "/moderation/held/1/publish", url.Values{}, 303)
		if !strings.Contains(c.people["dan"].get("/rooms/1-lobby").body, "casino tonight") || strings.Contains(c.people["ben"].get("/rooms/1-lobby").body, `id="held-1"`) {
			t.Error("it is not published, or held as well")
		}
		late := c.does("ada", "/moderation/held/1/refuse", url.Values{}, 409)
		if !strings.Contains(late.body, "Nothing was done") || !strings.Contains(late.body, `id="held-3"`) {
			t.Errorf("Ada is told %s", late.body)
		}
		if a := c.does("cleo", "/moderation/held/2/refuse", url.Values{"room": {"2"}}, 303); a.Header.Get("Location") != "/moderation/held?room=2&saved=refused" {
			t.Errorf("Cleo is led to %s", a.Header.Get("Location"))
		}
		if page := c.people["ben"].get("/rooms/2-kitchen").body; !strings.Contains(page, "Turned down by a moderator") || !strings.Contains(page, "in the kitchen") {
			t.Error("Ben does not see that it was turned down")
		}
		if page := c.people["mod"].get("/moderation/held/3/refuse").body; !strings.Contains(page, "casino once more") || !strings.Contains(page, "Rule: casino") {
			t.Errorf("the page that asks shows %s", page)
		}
		long := strings.Repeat("Because. ", 200)
		if again := c.does("mod", "/moderation/held/3/refuse", url.Values{"words": {long}, "room": {"1"}}, 422); !strings.Contains(again.body, "This has 1,799 characters, and 1,000 fit. Shorten it by 799.") || !strings.Contains(again.body, long) || !strings.Contains(again.body, `name="room" value="1"`) {
			t.Error("what is too long is not kept")
		}
		c.does("ben", "/rooms/1/messages", draft("casino for the last time"), 303)
		c.does("mod", "/moderation/held/4/refuse", url.Values{"words": {"Ask in the <Garden>."}}, 303)
		if page := c.people["ben"].get("/rooms/1-lobby").body; !strings.Contains(page, "Ask in the &lt;Garden&gt;.") {
			t.Error("Ben does not see what Mod says to him")
		}
		c.does("ben", "/held/2/withdraw", url.Values{}, 303)
		if page := c.people["ben"].get("/rooms/2-kitchen").body; strings.Contains(page, "Turned down by a moderator") {
			t.Error("Ben cannot put it away")
		}
		c.does("ben", "/rooms/1/leave", url.Values{}, 303)
		if gone := c.does("mod", "/moderation/held/3/publish", url.Values{}, 422); !strings.Contains(gone.body, "has left the room") {
			t.Errorf("Mod is told %s", gone.body)
		}
	})
}

func TestAFlaggedMessageIsInTheQueueWithItsRule(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.does("mod", "/moderation/rules", ruleForm("lottery", "flag", ""), 303)
		c.does("ben", "/rooms/1/messages", draft("win the lottery"), 303)
		for path, part := range map[string]string{"/moderation": "Rule: lottery", "/moderation/cases/1": "Nobody reported it: a rule caught it."} {
			if page := c.people["mod"].get(path).body; !strings.Contains(page, part) || !strings.Contains(page, "win the lottery") {
				t.Errorf("%s shows %s", path, page)
			}
		}
	})
}

// Each waiting message is on its author's page, so nobody fills the queue, and their own
// pages, without end.
func TestOnlySoManyMessagesOfOnePersonWaitInARoom(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.does("mod", "/moderation/rules", ruleForm("casino", "hold", ""), 303)
		first := draft("casino, the first")
		c.does("ben", "/rooms/1/messages", first, 303)
		for range store.MostHeld - 1 {
			c.does("ben", "/rooms/1/messages", draft("casino"), 303)
		}
		if a := c.does("ben", "/rooms/1/messages", draft("casino, one more"), 422); !strings.Contains(a.body, "casino, one more") || !strings.Contains(a.body, "Fifty messages of yours wait") {
			t.Errorf("the text or the sentence is missing: %s", a.body)
		}
		c.does("ben", "/rooms/1/messages", first, 303) // again: it waits already
		c.does("dan", "/rooms/1/messages", draft("casino, by somebody else"), 303)
		c.does("ben", "/rooms/2/messages", draft("casino, elsewhere"), 303)
		c.does("ben", "/rooms/1/messages", draft("what no rule holds"), 303)
		c.does("ben", "/held/1/withdraw", url.Values{}, 303)
		c.does("ben", "/rooms/1/messages", draft("casino, one more"), 303)
	})
}

func TestWhatIsHeldIsTakenBackAlsoByWhoHasLeftTheRoom(t *testing.T) {
	storetest.Embedded(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		w := newWorld(t, s, unlimited)
		ada, ben, cleo := w.signUp("ada"), w.signUp("ben"), w.signUp("cleo")
		ada.post("/moderation/rules", url.Values{"kind": {"word"}, "text": {"casino"}, "act": {"hold"}})
		cleo.post("/rooms", url.Values{"name": {"Garden"}, "kind": {"open"}})
		cleo.post("/rooms", url.Values{"name": {"Cellar"}, "kind": {"private"}})
		for _, room := range []string{"2", "3"} {
			cleo.post("/rooms/"+room+"/members", url.Values{"person": {"ben"}})
		}
		for _, room := range []string{"2", "3"} {
			ben.post("/rooms/"+room+"/messages", draft("to the casino in "+room))
			if a := ben.post("/rooms/"+room+"/leave", url.Values{}); a.StatusCode != http.StatusSeeOther {
				t.Fatal(a.Status)
			}
		}
		page := ben.get("/notices")
		for text, want := range map[string]bool{"to the casino in 2": true, "to the casino in 3": true, "Garden": true, "Cellar": false} {
			if got := strings.Contains(page.body, text); got != want {
				t.Errorf("the page has %q: %t", text, got)
			}
		}
		if got := cleo.get("/notices").body; strings.Contains(got, "casino") {
			t.Error("Cleo sees what of Ben's is held")
		}
		for _, held := range []string{"1", "2"} {
			if a := ben.post("/held/"+held+"/withdraw", url.Values{}); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/notices?saved=held" {
				t.Errorf("withdraw: %s to %s", a.Status, a.Header.Get("Location"))
			}
		}
		if got := ben.get("/notices?saved=held").body; strings.Contains(got, "casino") || !strings.Contains(got, "It is taken back") {
			t.Error("it is still there")
		}
	})
}

func TestARuleThatWouldCatchVeryMuchAsksBeforeItIsMade(t *testing.T) {
	storetest.Embedded(t, func(t *testing.T, s *store.Store, _ *sqlx.DB) {
		w := newWorld(t, s, unlimited)
		ada, ben := w.signUp("ada"), w.signUp("ben")
		for i := range 40 {
			text := "nothing much"
			if i < 9 {
				text = "the zebra again"
			}
			ben.post("/rooms/1/messages", draft(text))
		}
		rules := func() []store.Rule {
			t.Helper()
			all, err := s.Rules(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		sure := regexp.MustCompile(`name="sure" value="([^"]*)"`)
		asks := func(path string, form url.Values, want string) string {
			t.Helper()
			a := ada.post(path, form)
			found := sure.FindStringSubmatch(a.body)
			if (a.StatusCode != http.StatusOK || found == nil || !strings.Contains(a.body, want)) == (want != "") || a.StatusCode != http.StatusSeeOther && want == "" {
				t.Errorf("%s with %v: %s, asks %q", path, form, a.Status, found)
			}
			if found == nil {
				return ""
			}
			return found[1]
		}
		// 9 of 40 are more than a fifth.
		for text, want := range map[string]string{"zebra": "would have caught 9 of the last 40 messages", "e": "a single letter", "\u00c9 ": "a single letter"} {
			form := ruleForm(text, "flag", "")
			said := asks("/moderation/rules", form, want)
			form.Set("sure", "word something else")
			asks("/moderation/rules", form, want)
			if n := len(rules()); n != 0 {
				t.Fatalf("%q: there are %d rules", text, n)
			}
			form.Set("sure", said)
			asks("/moderation/rules", form, "")
			if all := rules(); len(all) != 1 {
				t.Fatalf("%q: there are %d rules", text, len(all))
			} else {
				ada.post(fmt.Sprintf("/moderation/rules/%d/delete", all[0].ID), url.Values{})
			}
		}
		asks("/moderation/rules", ruleForm("casino", "hold", ""), "")
		for range 10 { // 9 of 50 are not
			ben.post("/rooms/1/messages", draft("nothing much"))
		}
		asks("/moderation/rules", ruleForm("zebra", "flag", ""), "")
		// A change asks, too, but not for what it leaves as it was, or switches off.
		path := fmt.Sprintf("/moderation/rules/%d", rules()[0].ID)
		for _, r := range rules() {
			if r.Text == "casino" {
				path = fmt.Sprintf("/moderation/rules/%d", r.ID)
			}
		}
		change := func(version, text, active string) url.Values {
			form := ruleForm(text, "refuse", "")
			form.Set("version", version)
			form.Set("active", active)
			return form
		}
		form := change("1", "nothing", "yes")
		form.Set("sure", asks(path, form, "would have caught 41 of the last 50 messages"))
		asks(path, form, "")
		asks(path, change("2", "nothing", ""), "")
		asks(path, change("3", "nothing", "yes"), "would have caught 41 of the last 50 messages")
	})
}
