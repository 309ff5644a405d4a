package handlers_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/store"
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
		if to := a.Header.Get("Location"); to != "/moderation/cases/1?saved=lifted.3" {
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

func TestAnActLastsUntilADateOfOnesOwn(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		c.report("dan", "/rooms/1/messages/1")
		mod, err := c.store.User(t.Context(), c.ids["mod"])
		if err != nil {
			t.Fatal(err)
		}
		if err := c.store.SetProfile(t.Context(), mod.ID, store.Profile{Name: "mod", Zone: "Asia/Kolkata", Announce: mod.Announce}); err != nil {
			t.Fatal(err)
		}
		c.people["mod"] = c.world.browser()
		c.does("mod", "/login", url.Values{"login": {"mod"}, "password": {password}}, 303)
		year := time.Now().Year() + 1
		end := fmt.Sprintf("%d-06-02T15:04", year)
		want := time.Date(year, 6, 2, 9, 34, 0, 0, time.UTC) // India is 5:30 ahead, always
		ben := fmt.Sprint(c.ids["ben"])
		forms := map[string]url.Values{
			"/moderation/cases/1/measures": {"version": {"1"}, "kind": {"time-out"}},
			"/measures":                    {"user": {ben}, "kind": {"suspend"}},
		}
		for path, form := range forms {
			form = with(form, "reason", "hate")
			form = with(form, "words", "Come back <later>")
			for bad, sentence := range map[string]string{
				"": "Choose a date and a time.", "tomorrow": "Choose a date and a time.", "2024-02-30T10:00": "Choose a date and a time.", "2024-02-03T10:00": "Choose an end that is still to come.",
			} {
				a := c.does("mod", path, with(with(form, "for", "own"), "end", bad), 422)
				for _, kept := range []string{sentence + "</p>", `value="own" selected`, `value="` + bad + `"`, "Come back &lt;later&gt;", `value="hate" selected`} {
					if !strings.Contains(a.body, kept) {
						t.Errorf("%s, %q: the page lacks %q", path, bad, kept)
					}
				}
			}
			c.does("mod", path, with(form, "for", "no length"), 422)
			c.does("mod", path, with(with(form, "for", "own"), "end", end), 303)
		}
		all, err := c.store.MeasuresOn(t.Context(), c.ids["ben"], 10)
		if err != nil || len(all) != 2 || !all[0].Until.Equal(want) || !all[1].Until.Equal(want) {
			t.Errorf("they last until %+v, %v; want %s", all, err, want)
		}
	})
}

// Both forms ask for the same in the same words.
func TestTheFormsOfAnActAskForTheSame(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		c.report("dan", "/rooms/1/messages/1")
		person := c.main("mod", "/people/"+fmt.Sprint(c.ids["ben"])+"/moderate?room=1")
		file := c.main("mod", "/moderation/cases/1")
		for _, both := range []string{"How long", "What you say to them", `name="for"`, `name="end" type="datetime-local"`, "<textarea", "10 minutes", "Until a date of my own…"} {
			if !strings.Contains(person, both) || !strings.Contains(file, both) {
				t.Errorf("%q is on the page of the person: %t, of the case: %t", both, strings.Contains(person, both), strings.Contains(file, both))
			}
		}
	})
}

func TestHalfWrittenWordsSurviveThatSomebodyElseHasTheCase(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		const file = "/moderation/cases/1"
		c.report("dan", "/rooms/1/messages/1")
		// act is the form as Ada has filled it in, of a page of so long ago.
		act := func(version int) url.Values {
			form := with(decide(version, "time-out.room"), "for", "own")
			form = with(form, "end", "2099-12-31T18:00")
			return with(form, "words", "Please <calm> down")
		}
		has := func(what, body string, held string, sends bool) {
			t.Helper()
			for _, kept := range []string{"Please &lt;calm&gt; down", `value="time-out.room" selected`, `value="own" selected`, "2099-12-31T18:00", `value="hate" selected`, `data-hold="` + held + `"`} {
				if !strings.Contains(body, kept) {
					t.Errorf("%s: the page lacks %q", what, kept)
				}
			}
			_, button, _ := strings.Cut(body, `id="act-go"`)
			button, _, _ = strings.Cut(button, "</div>")
			if strings.Contains(button, "disabled") == sends {
				t.Errorf("%s: the button is %s", what, button)
			}
		}
		c.does("mod", file+"/taker", url.Values{"version": {"1"}, "user": {fmt.Sprint(c.ids["mod"])}}, 303)
		page := c.does("ada", file+"/measures", act(1), 409).body
		has("taken by Mod", page, "other", false)
		if !strings.Contains(page, "\u2068mod\u2069 has this case now") {
			t.Error("the form does not say who has it")
		}
		me := fmt.Sprint(c.ids["ada"])
		has("taken over too late", c.does("ada", file+"/taker", with(act(1), "user", me), 409).body, "other", false)
		has("taken over", c.does("ada", file+"/taker", with(act(2), "user", me), 200).body, "mine", true)
		c.does("mod", file+"/taker", with(url.Values{"version": {"3"}, "kind": {""}, "words": {" "}}, "user", fmt.Sprint(c.ids["mod"])), 303) // nothing to keep
		c.does("mod", file+"/close", url.Values{"version": {"4"}}, 303)
		page = c.does("ada", file+"/measures", act(3), 409).body
		has("closed", page, "closed", false)
		if !strings.Contains(page, "\u2068mod\u2069 has closed this case") {
			t.Error("the form does not say who closed it")
		}
		has("opened again", c.does("ada", file+"/reopen", act(5), 200).body, "mine", true)
	})
}

func TestWhoActedIsNotAskedToDecideAboutItAndReadsWhoIs(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		ben := fmt.Sprint(c.ids["ben"])
		c.does("mod", "/measures", url.Values{"kind": {"warn"}, "user": {ben}, "reason": {"hate"}}, 303)
		c.does("cleo", "/measures", url.Values{"kind": {"warn"}, "user": {ben}, "room": {"2"}, "reason": {"hate"}}, 303) // alone in her room
		for _, n := range []string{"1", "2"} {
			c.does("ben", "/notices/"+n+"/appeal", url.Values{"text": {"It was a joke"}}, 303)
		}
		for _, row := range []struct {
			name, path string
			form       bool
			says       string
		}{
			{"mod", "/moderation/appeals/1", false, "somebody else decides:"},
			{"ada", "/moderation/appeals/1", true, ""},
			{"mia", "/moderation/appeals/1", true, ""},
			{"cleo", "/moderation/appeals/2", true, "There is nobody else who could decide this"},
		} {
			page := c.main(row.name, row.path)
			if strings.Contains(page, `<form id="appeal"`) != row.form || !strings.Contains(page, row.says) {
				t.Errorf("%s at %s: wants a form: %t, and %q\n%s", row.name, row.path, row.form, row.says, page)
			}
		}
		for _, path := range []string{"/moderation/appeals/1", "/moderation/appeals"} {
			page := c.main("mod", path)
			for _, name := range []string{"ada", "mia"} {
				if !strings.Contains(page, "<bdi>"+name+"</bdi></a>") {
					t.Errorf("%s does not name %s, who can decide", path, name)
				}
			}
			if strings.Contains(page, "<bdi>cleo</bdi>") {
				t.Errorf("%s names Cleo, who cannot", path)
			}
		}
		answer := url.Values{"answer": {"No <joke>"}}
		const words = "No &lt;joke&gt;</textarea>"
		if a := c.does("mod", "/moderation/appeals/1", answer, 422); !strings.Contains(a.body, words) || strings.Contains(a.body, `<form id="appeal"`) {
			t.Error("what Mod answers all the same is lost")
		}
		c.does("mia", "/moderation/appeals/1", url.Values{"answer": {"It was none"}}, 303)
		if a := c.does("ada", "/moderation/appeals/1", answer, 409); !strings.Contains(a.body, "It was none") || !strings.Contains(a.body, words) {
			t.Error("who comes second does not see what was decided, or loses their words")
		}
		if page := c.main("ada", "/moderation/appeals/1"); !strings.Contains(page, "It was none") || strings.Contains(page, `<form id="appeal"`) {
			t.Error("what is decided is asked for again")
		}
		log := c.main("ada", "/admin/log?act=appeal.refuse")
		if !strings.Contains(log, "Answer: It was none") || strings.Contains(log, "Reason:") {
			t.Errorf("the log says of the decision %s", log)
		}
	})
}

func TestAModeratorReadsThatTheyReportedACaseThemselves(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		c.report("mod", "/rooms/1/messages/1")
		for name, want := range map[string]bool{"mod": true, "mia": false} {
			if got := strings.Contains(c.main(name, "/moderation/cases/1"), "You reported this yourself"); got != want {
				t.Errorf("%s is told so: %t", name, got)
			}
		}
		c.does("mod", "/moderation/cases/1/measures", with(decide(1, "warn"), "close", "yes"), 303) // it is a hint
	})
}

func TestMembersReadWhyARoomIsLockedOrSlow(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		composer := func() string {
			t.Helper()
			_, at, _ := strings.Cut(c.people["dan"].get("/rooms/1-lobby").body, `id="restraint"`)
			at, _, _ = strings.Cut(at, "</p>")
			return at
		}
		form := func(kind, reason, words string) url.Values {
			return url.Values{"kind": {kind}, "room": {"1"}, "amount": {"30"}, "for": {"1h"}, "reason": {reason}, "words": {words}}
		}
		page := c.main("mod", "/rooms/1/moderate")
		for _, reason := range []string{"Heated discussion", "Flood of messages", "Off topic", "Maintenance", "Something else"} {
			if !strings.Contains(page, ">"+reason+"</option>") {
				t.Errorf("the form does not offer %q", reason)
			}
		}
		if strings.Contains(page, "Harassment") || strings.Contains(c.main("mod", "/people/"+fmt.Sprint(c.ids["ben"])+"/moderate"), "Maintenance") {
			t.Error("the forms offer reasons of the others")
		}
		if a := c.does("mod", "/measures", form("lock", "harassment", "for <now>"), 422); !strings.Contains(a.body, "Choose a reason.") || !strings.Contains(a.body, "for &lt;now&gt;") {
			t.Error("a reason that is none for a room is taken, or the words are lost")
		}
		c.does("mod", "/measures", form("slow", "flood", "One <at> a time"), 303)
		if got := composer(); !strings.Contains(got, "Flood of messages") || !strings.Contains(got, "One &lt;at&gt; a time") {
			t.Errorf("of the slow mode Dan reads %s", got)
		}
		c.does("mod", "/measures", form("lock", "maintenance", ""), 303)
		if got := composer(); !strings.Contains(got, "Maintenance") || strings.Contains(got, "One &lt;at&gt; a time") {
			t.Errorf("of the lock Dan reads %s", got)
		}
		log := c.main("dan", "/rooms/1/moderation/log")
		if !strings.Contains(log, "One &lt;at&gt; a time") || !strings.Contains(log, "Maintenance") || strings.Contains(log, ">mod<") {
			t.Errorf("in the log of the room Dan reads %s", log)
		}
		if log := c.main("ada", "/admin/log?act=moderation.lock"); !strings.Contains(log, "Reason: Maintenance") {
			t.Error("the log of administration says the reason in code")
		}
		c.does("mod", "/measures/2/lift", url.Values{}, 303)
		if got := composer(); !strings.Contains(got, "Flood of messages") {
			t.Errorf("unlocked, Dan reads %s", got)
		}
	})
}

func TestTheListOfRoomsTellsOfADecidedReportUntilItIsRead(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		told := func(path string) bool {
			return strings.Contains(c.people["dan"].get(path).body, `href="/reports"><span class="sidebar__text">`)
		}
		c.report("dan", "/rooms/1/messages/1")
		if told("/rooms/1-lobby") {
			t.Error("Dan is told of nothing")
		}
		c.does("mod", "/moderation/cases/1/close", url.Values{"version": {"1"}}, 303)
		if !told("/rooms/1-lobby") || told("/reports") || told("/rooms/1-lobby") {
			t.Error("Dan is not told, or once more than he has looked")
		}
	})
}

func TestAWarningFromACaseAsksForNoEndWhateverWasChosenBeforeIt(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		c.report("dan", "/rooms/1/messages/1")
		const file, said = "/moderation/cases/1", "Please be kind"
		long := strings.Repeat("a", store.WordsRunes+1)
		version := 1
		for _, row := range []struct{ kind, last, end, words, sentence string }{
			{"time-out", "own", "", said, "Choose a date and a time."},
			{"time-out", "own", "2001-01-01T00:00", said, "Choose an end that is still to come."},
			{"time-out", "ages", "", said, "Choose how long it lasts."},
			{"warn", "own", "2001-01-01T00:00", long, "This has 1,001 characters, and 1,000 fit. Shorten it by 1."},
			{"", "own", "", said, "Choose what to do."},
			{"warn", "own", "", said, ""},
			{"warn.room", "own", "2001-01-01T00:00", said, ""},
			{"warn", "own", "2099-01-01T00:00", said, ""},
			{"warn.room", "ages", "", said, ""},
			{"warn", "24h", "", said, ""},
		} {
			form := with(with(with(decide(version, row.kind), "for", row.last), "end", row.end), "words", row.words)
			if row.sentence != "" {
				a := c.does("mod", file+"/measures", form, 422)
				if !strings.Contains(a.body, row.sentence) || !strings.Contains(a.body, row.words+"</textarea>") || !strings.Contains(a.body, `value="`+row.kind+`" selected`) {
					t.Errorf("%+v: the page lacks the sentence, or what was written", row)
				}
				continue
			}
			c.does("mod", file+"/measures", form, 303)
			version++
		}
		all, err := c.store.MeasuresOf(t.Context(), 1)
		if err != nil || len(all) != 5 {
			t.Fatalf("%d warnings (%v), want 5", len(all), err)
		}
		for _, m := range all {
			if m.Kind != store.Warning || !m.Until.IsZero() {
				t.Errorf("%s until %s", m.Kind, m.Until)
			}
		}
	})
}

func TestWhatWasToBeToldToAnAuthorIsKeptIfSomebodyElseDecidedBefore(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		c.does("ada", "/moderation/rules", url.Values{"kind": {"word"}, "text": {"casino"}, "act": {"hold"}}, 303)
		c.does("ben", "/rooms/1/messages", draft("casino"), 303)
		c.does("mod", "/moderation/held/1/refuse", url.Values{"words": {"No, thanks"}}, 303)
		a := c.does("mia", "/moderation/held/1/refuse", url.Values{"words": {"We do not want to"}}, 409)
		if !strings.Contains(a.body, "Nothing was done") || !strings.Contains(a.body, "We do not want to</textarea>") {
			t.Error("the page lacks the sentence, or what Mia wrote")
		}
	})
}
