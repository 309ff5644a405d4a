package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

// court is a world with people of every kind for moderation. Room 2 is Cleo's, private,
// with Dan and Ben in it; room 3 is Ben's, open; room 4 is Ben and Dan's conversation.
// Ben wrote in each. Mod and Mia moderate the instance, and Mia wrote in the Lobby.
type court struct {
	*world
	people map[string]*browser
	ids    map[string]store.UserID
}

func inCourt(t *testing.T, fn func(t *testing.T, c *court)) {
	storetest.Databases(t, inCourtOf(fn))
}

// inOneCourt is inCourt for what does not depend on the database.
func inOneCourt(t *testing.T, fn func(t *testing.T, c *court)) {
	storetest.Embedded(t, inCourtOf(fn))
}

func inCourtOf(fn func(t *testing.T, c *court)) func(t *testing.T, s *store.Store, db *sqlx.DB) {
	return func(t *testing.T, s *store.Store, db *sqlx.DB) {
		w := newWorld(t, s, unlimited)
		c := &court{world: w, people: map[string]*browser{"nobody": w.browser()}, ids: map[string]store.UserID{}}
		for _, name := range []string{"ada", "ben", "cleo", "dan", "eve", "mod", "mia"} {
			c.people[name] = w.signUp(name)
			u, err := s.UserByLogin(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			c.ids[name] = u.ID
			if name[0] == 'm' {
				if _, err := db.Exec("update users set role = 'moderator' where id = $1", u.ID); err != nil {
					t.Fatal(err)
				}
				c.people[name] = w.browser() // a session of before may be remembered
				c.does(name, "/login", url.Values{"login": {name}, "password": {password}}, 303)
			}
		}
		c.does("ben", "/rooms/1/messages", draft("mine"), 303)
		c.does("mia", "/rooms/1/messages", draft("hers"), 303)
		c.does("cleo", "/rooms", url.Values{"name": {"Kitchen"}, "kind": {"private"}}, 303)
		for _, name := range []string{"ben", "dan"} {
			c.does("cleo", "/rooms/2/members", url.Values{"person": {name}}, 303)
		}
		c.does("ben", "/rooms/2/messages", draft("mine in the kitchen"), 303)
		c.does("ben", "/rooms", url.Values{"name": {"Garden"}, "kind": {"open"}}, 303)
		c.does("ben", "/direct", url.Values{"with": {fmt.Sprint(c.ids["dan"])}}, 303)
		c.does("ben", "/rooms/4/messages", draft("mine for Dan"), 303)
		fn(t, c)
	}
}

func (c *court) does(name, path string, form url.Values, want int) answer {
	c.t.Helper()
	a := c.people[name].post(path, form)
	if a.StatusCode != want {
		c.t.Fatalf("%s: POST %s: got %s, want %d\n%s", name, path, a.Status, want, a.body)
	}
	return a
}

func (c *court) report(name, path string) {
	c.t.Helper()
	c.does(name, path+"/report", url.Values{"reason": {"harassment"}, "note": {"Look at this"}}, 303)
}

func TestWhoHandlesWhichCase(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		for _, path := range []string{"/rooms/1/messages/1", "/rooms/2/messages/1", "/rooms/4/messages/1", "/people/" + fmt.Sprint(c.ids["ben"]), "/rooms/1/messages/2"} {
			c.report("dan", path)
		}
		names := []string{"nobody", "ben", "dan", "eve", "cleo", "mod", "mia", "ada"}
		for i, row := range []struct {
			about string
			want  [8]int // Ben is reported, Dan reports, Eve is a member, Cleo owns the Kitchen, Mod and Mia moderate, Ada administers
		}{
			{"a message in the Lobby", [8]int{303, 404, 404, 404, 404, 200, 200, 200}},
			{"a message in the Kitchen", [8]int{303, 404, 404, 404, 200, 200, 200, 200}},
			{"a message between two", [8]int{303, 404, 404, 404, 404, 200, 200, 200}},
			{"a person", [8]int{303, 404, 404, 404, 404, 200, 200, 200}},
			{"a message of Mia's", [8]int{303, 404, 404, 404, 404, 200, 404, 200}},
		} {
			page := fmt.Sprintf("/moderation/cases/%d", i+1)
			for n, name := range names {
				a := c.people[name].get(page)
				if a.StatusCode != row.want[n] {
					t.Errorf("%s for %s: got %d, want %d", row.about, name, a.StatusCode, row.want[n])
				}
				wrote := map[int]int{303: 401, 404: 404, 200: 303}[row.want[n]]
				for do, form := range map[string]url.Values{"notes": {"text": {"seen"}}} {
					if a := c.people[name].post(page+"/"+do, form); a.StatusCode != wrote {
						t.Errorf("%s, %s of %s: got %d, want %d", row.about, do, name, a.StatusCode, wrote)
					}
				}
				if wrote != 303 {
					for do, form := range map[string]url.Values{"taker": {"user": {"1"}}, "close": nil, "reopen": nil, "measures": {"kind": {"warn"}, "reason": {"spam"}}} {
						form = url.Values{"version": {"1"}, "user": form["user"], "kind": form["kind"], "reason": form["reason"]}
						if a := c.people[name].post(page+"/"+do, form); a.StatusCode != wrote {
							t.Errorf("%s, %s of %s: got %d, want %d", row.about, do, name, a.StatusCode, wrote)
						}
					}
				}
			}
		}
		for path, want := range map[string][8]int{
			"/moderation":         {303, 200, 404, 404, 200, 200, 200, 200}, // Ben and Cleo own rooms
			"/rooms/1/moderation": {303, 404, 404, 404, 404, 200, 200, 200},
			"/rooms/2/moderation": {303, 404, 404, 404, 200, 404, 404, 404},
			"/rooms/3/moderation": {303, 200, 404, 404, 404, 200, 200, 200},
			"/rooms/4/moderation": {303, 404, 404, 404, 404, 404, 404, 404},
		} {
			for n, name := range names {
				if a := c.people[name].get(path); a.StatusCode != want[n] {
					t.Errorf("%s for %s: got %d, want %d", path, name, a.StatusCode, want[n])
				}
			}
		}
	})
}

func TestWhatAModeratorSeesEndsWhereTheyMayRead(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.does("dan", "/rooms/4/messages", draft("a secret of Dan's"), 303)
		c.does("dan", "/rooms/2/messages", draft("a secret of the kitchen"), 303)
		c.does("dan", "/rooms/1/messages", draft("for everybody"), 303)
		c.report("dan", "/rooms/1/messages/1")
		c.report("dan", "/rooms/2/messages/1")
		c.report("dan", "/rooms/4/messages/1")
		for _, row := range []struct {
			name, page, shown, hidden string
		}{
			{"mod", "/moderation/cases/1", "for everybody", ""},
			{"mod", "/moderation/cases/2", "mine in the kitchen", "a secret of the kitchen"},
			{"mod", "/moderation/cases/2", "Message in a private room", "Kitchen"},
			{"mod", "/moderation/cases/3", "mine for Dan", "a secret of Dan"},
			{"cleo", "/moderation/cases/2", "a secret of the kitchen", ""},
			{"cleo", "/moderation/cases/2", "Look at this", "Suspend"},
			{"cleo", "/rooms/2/moderation", "mine in the kitchen", "mine for Dan"},
			{"mod", "/moderation", "mine for Dan", "Kitchen"},
			{"dan", "/reports", "Moderators have it before them", "mod"},
		} {
			a := c.people[row.name].get(row.page)
			if !strings.Contains(a.body, row.shown) || row.hidden != "" && strings.Contains(strings.ReplaceAll(a.body, "moderat", ""), row.hidden) {
				t.Errorf("%s at %s (%s): wants %q and not %q\n%s", row.name, row.page, a.Status, row.shown, row.hidden, a.body)
			}
		}
	})
}

func TestAConflictNamesWhoWasQuickerAndKeepsWhatWasTyped(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.report("dan", "/rooms/1/messages/1")
		c.does("mod", "/moderation/cases/1/taker", url.Values{"version": {"1"}, "user": {fmt.Sprint(c.ids["mod"])}}, 303)
		a := c.does("ada", "/moderation/cases/1/measures", url.Values{"version": {"1"}, "kind": {"warn"}, "reason": {"hate"}, "words": {"Please be kind to each other"}}, http.StatusConflict)
		for _, text := range []string{"mod has this case now", "Please be kind to each other", `value="hate" selected`} {
			if !strings.Contains(a.body, text) {
				t.Errorf("the page lacks %q", text)
			}
		}
		c.does("mod", "/moderation/cases/1/taker", url.Values{"version": {"2"}, "to": {fmt.Sprint(c.ids["cleo"])}}, 422)
		c.does("mod", "/moderation/cases/1/taker", url.Values{"version": {"2"}, "to": {fmt.Sprint(c.ids["ada"])}}, 303)
		if a := c.people["ada"].get("/moderation?tab=mine"); !strings.Contains(a.body, "/moderation/cases/1") {
			t.Error("what was handed over to her is not among hers")
		}
		a = c.does("ada", "/moderation/cases/1/measures", url.Values{"version": {"3"}, "kind": {"warn"}, "words": {"Please be kind"}}, 422)
		if !strings.Contains(a.body, "Choose a reason.") || !strings.Contains(a.body, "Please be kind") {
			t.Error("a measure without a reason: the page lacks the sentence, or what was typed")
		}
		c.does("ada", "/moderation/cases/1/measures", url.Values{"version": {"3"}, "kind": {"warn"}, "reason": {"hate"}, "close": {"yes"}}, 303)
		if a := c.people["dan"].get("/reports"); !strings.Contains(a.body, "did something about it") || strings.Contains(a.body, ">ada<") {
			t.Error("Dan does not learn what became of it, or from whom")
		}
		// A report that was wrong comes back as well, with scripts and without.
		for _, header := range []string{"", "true"} {
			a := c.people["dan"].post("/rooms/2/messages/1/report", url.Values{"note": {"What he wrote"}}, "HX-Request", header)
			if a.StatusCode != 422 || !strings.Contains(a.body, "Choose a reason.") || !strings.Contains(a.body, "What he wrote") {
				t.Errorf("a report without a reason: %s\n%s", a.Status, a.body)
			}
		}
	})
}

func TestTheFormSaysWhatIsShownToWhom(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		for path, want := range map[string]string{
			"/rooms/1/messages/1": "this message and what is around it",
			"/rooms/2/messages/1": "only those who are in this room",
			"/rooms/4/messages/1": "nothing else of this conversation",
			"/people/2":           "the name of the account",
		} {
			if a := c.people["dan"].get(path + "/report"); !strings.Contains(a.body, want) {
				t.Errorf("%s: the form lacks %q", path, want)
			}
		}
		c.does("ben", "/rooms/4/messages/1/delete", url.Values{}, 303)
		if a := c.people["dan"].get("/rooms/4/messages/1/report"); !strings.Contains(a.body, "was deleted: moderators cannot see it either") {
			t.Error("the form does not say that the text is gone")
		}
	})
}

func TestLivePartsAreOnesOwn(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.report("dan", "/rooms/2/messages/1")
		part := func(name, part string) bool {
			a := c.people[name].get("/live?title=Reports&here=0&part=" + url.QueryEscape(part))
			return a.StatusCode == 200 && !strings.Contains(a.body, "no longer for you to see")
		}
		own := func(name, format string) string { return fmt.Sprintf(format, c.ids[name]) }
		for _, row := range []struct {
			name, part string
			want       bool
		}{
			{"mod", own("mod", "queue/%d/open/0"), true},
			{"mod", own("ada", "queue/%d/open/0"), false},
			{"mod", own("mod", "queue/%d/open/2"), false},
			{"cleo", own("cleo", "queue/%d/open/2"), true},
			{"cleo", own("cleo", "queue/%d/open/0"), false},
			{"dan", own("dan", "queue/%d/open/2"), false},
			{"cleo", own("cleo", "case/1/%d"), true},
			{"cleo", own("mod", "case/1/%d"), false},
			{"ben", own("ben", "case/1/%d"), false},
			{"dan", own("dan", "case/1/%d"), false},
			{"dan", own("dan", "reports/%d"), true},
			{"ben", own("dan", "reports/%d"), false},
			{"mod", own("mod", "appeals/%d/0"), true},
			{"mod", own("mod", "appeals/%d/2"), false},
			{"cleo", own("cleo", "appeals/%d/0"), true}, // she owns a room
			{"cleo", own("cleo", "appeals/%d/2"), true},
			{"cleo", own("cleo", "appeals/%d/3"), false},
			{"cleo", own("mod", "appeals/%d/0"), false},
			{"dan", own("dan", "appeals/%d/0"), false},
			{"cleo", own("cleo", "desk/%d"), true},
			{"cleo", own("mod", "desk/%d"), false},
			{"dan", own("dan", "desk/%d"), false},
			{"mod", own("mod", "measures/%d/0/kind=ban"), true},
			{"mod", own("mod", "measures/%d/2/"), false},
			{"cleo", own("cleo", "measures/%d/0/"), true},
			{"cleo", own("cleo", "measures/%d/2/q=b"), true},
			{"cleo", own("mod", "measures/%d/0/"), false},
			{"dan", own("dan", "measures/%d/0/"), false},
			{"mod", "measures", false},
			{"mod", "desk", false},
			{"mod", "case/x", false},
			{"mod", "queue", false},
		} {
			if got := part(row.name, row.part); got != row.want {
				t.Errorf("%s at %s: got %v", row.name, row.part, got)
			}
		}
	})
}

// What was said in a private room stays there: a case about something else says nothing of it.
func TestACaseTellsNothingOfPrivateRoomsElsewhere(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.does("cleo", "/measures", url.Values{"kind": {"warn"}, "user": {fmt.Sprint(c.ids["ben"])}, "room": {"2"}, "reason": {"spam"}, "words": {"Do not tell of the merger"}}, 303)
		c.report("dan", "/rooms/1/messages/1")
		if a := c.people["mod"].get("/moderation/cases/1"); a.StatusCode != http.StatusOK || strings.Contains(a.body, "merger") {
			t.Errorf("Mod, who is not in the Kitchen, got %s, with what was said there: %v", a.Status, strings.Contains(a.body, "merger"))
		}
		c.report("dan", "/rooms/2/messages/1")
		if a := c.people["cleo"].get("/moderation/cases/2"); !strings.Contains(a.body, "merger") {
			t.Error("Cleo, whose room it is, does not see what she did there")
		}
	})
}

func TestAnActFromACaseLastsAsIsUsualForIt(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.report("dan", "/rooms/1/messages/1")
		if page := c.people["mod"].get("/moderation/cases/1").body; !strings.Contains(page, `<option value="usually" selected>`) {
			t.Error("the form proposes something else")
		}
		for i, kind := range []string{"hide.room", "time-out.room", "suspend"} {
			c.does("mod", "/moderation/cases/1/measures", url.Values{"version": {fmt.Sprint(i + 1)}, "kind": {kind}, "reason": {"spam"}, "for": {"usually"}}, 303)
		}
		all, err := c.store.MeasuresOn(t.Context(), c.ids["ben"], 10)
		if err != nil || len(all) != 3 {
			t.Fatalf("what was done is %+v, %v", all, err)
		}
		for i, want := range []time.Duration{7 * 24 * time.Hour, time.Hour, 0} {
			if m := all[i]; m.Until.IsZero() != (want == 0) || want > 0 && m.Until.Sub(m.At).Round(time.Minute) != want {
				t.Errorf("%s lasts from %s to %s, want %s", m.Kind, m.At, m.Until, want)
			}
		}
	})
}

func TestWhoReportsTheSameAgainSeesWhatTheySaid(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		const path = "/rooms/1/messages/1/report"
		if page := c.people["dan"].get(path).body; strings.Contains(page, "already") {
			t.Error("the form speaks of a report that there is not")
		}
		c.does("dan", path, url.Values{"reason": {"hate"}, "note": {"He means <me>"}}, 303)
		if page := c.people["dan"].get(path).body; !strings.Contains(page, "already") || !strings.Contains(page, "He means &lt;me&gt;") || !strings.Contains(page, `value="hate" selected`) {
			t.Error("the form does not begin with it")
		}
		if page := c.people["cleo"].get(path).body; strings.Contains(page, "He means") {
			t.Error("Cleo sees what Dan reported")
		}
	})
}

func TestAReportFromAPageOfItsOwnIsAnsweredByAPage(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		path := fmt.Sprintf("/people/%d/report", c.ids["ben"])
		if page := c.people["dan"].get(path).body; strings.Contains(page, `hx-post="`+path) {
			t.Error("its answer would go beside a room that is not there")
		}
		if card := c.people["dan"].get(path, "HX-Request", "true").body; !strings.Contains(card, `hx-post="`+path) {
			t.Error("beside a room the answer would take the room away")
		}
	})
}

func TestABanFromACaseRefusesTheAddressesIfItIsChosen(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.report("dan", "/rooms/1/messages/1")
		act := func(version, kind, reason string) url.Values {
			return url.Values{"version": {version}, "kind": {kind}, "reason": {reason}, "for": {"24h"}, "addresses": {"yes"}}
		}
		if page := c.people["mod"].get("/moderation/cases/1").body; !strings.Contains(page, `name="addresses"`) {
			t.Error("the form does not offer it")
		}
		if again := c.does("mod", "/moderation/cases/1/measures", act("1", "ban", ""), 422); !strings.Contains(again.body, `name="addresses" value="yes" checked`) {
			t.Error("a mistake forgets that it was chosen")
		}
		c.does("mod", "/moderation/cases/1/measures", act("1", "suspend", "spam"), 303)
		c.does("mod", "/moderation/cases/1/measures", act("2", "ban", "spam"), 303)
		all, err := c.store.MeasuresOn(t.Context(), c.ids["ben"], 10)
		if err != nil || len(all) != 2 || all[0].Kind != store.Ban || all[0].Amount != 1 || all[1].Amount != 0 {
			t.Errorf("what was done is %+v, %v", all, err)
		}
		// Who cannot ban is offered no such thing.
		c.report("dan", "/rooms/2/messages/1")
		if page := c.people["cleo"].get("/moderation/cases/2").body; !strings.Contains(page, `id="act"`) || strings.Contains(page, `name="addresses"`) {
			t.Error("an owner of a room is offered to refuse addresses")
		}
	})
}

func TestWhatIsHiddenAroundACaseIsSaidToBe(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.does("dan", "/rooms/1/messages", draft("beside it"), 303)
		c.report("dan", "/rooms/1/messages/1")
		c.does("mia", "/measures", url.Values{"kind": {"hide"}, "room": {"1"}, "seq": {"3"}, "reason": {"spam"}}, 303)
		if page := c.people["mod"].get("/moderation/cases/1").body; !strings.Contains(page, "A moderator has hidden this message.") || strings.Contains(page, "beside it") {
			t.Errorf("the case shows %s", page)
		}
	})
}

func TestTheLogNamesTheRoomOfAnActAndNoPageDoesToWhoMayNotReadIt(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		ben := fmt.Sprint(c.ids["ben"])
		c.does("mod", "/measures", url.Values{"kind": {"hide"}, "room": {"1"}, "seq": {"1"}, "reason": {"spam"}}, 303)
		c.does("cleo", "/measures", url.Values{"kind": {"remove"}, "user": {fmt.Sprint(c.ids["dan"])}, "room": {"2"}, "for": {"1h"}, "reason": {"spam"}}, 303)
		c.does("cleo", "/measures", url.Values{"kind": {"time-out"}, "user": {ben}, "room": {"2"}, "for": {"1h"}, "reason": {"spam"}}, 303)
		c.does("cleo", "/rooms/2/moderators", url.Values{"user": {ben}, "is": {"yes"}}, 303)
		c.does("mod", "/measures", url.Values{"kind": {"warn"}, "user": {ben}, "reason": {"spam"}}, 303)
		// What was reported is hidden by who is not in there.
		for i, room := range []string{"2", "4"} {
			reporter := map[string]string{"2": "cleo", "4": "dan"}[room]
			c.report(reporter, "/rooms/"+room+"/messages/1")
			c.does("mod", fmt.Sprintf("/moderation/cases/%d/measures", i+1), url.Values{"version": {"1"}, "kind": {"hide.room"}, "reason": {"hate"}}, 303)
		}
		links := regexp.MustCompile(`<a [^>]*>|</?bdi>|</a>|\s+`)
		log := links.ReplaceAllString(c.people["ada"].get("/admin/log").body, " ")
		_, log, _ = strings.Cut(strings.ReplaceAll(strings.Join(strings.Fields(log), " "), " ,", ","), `<ol class="log">`)
		for _, line := range []string{
			"mod hid message 1, in Lobby", "cleo removed dan from Kitchen", "cleo gave ben a time-out, in Kitchen", "cleo made ben moderator of Kitchen",
			"mod warned ben </p>", "mod hid message 1, in Kitchen", "mod hid message 1, in a direct conversation",
		} {
			if !strings.Contains(log, line) {
				t.Errorf("the log lacks %q\n%s", line, log)
			}
		}
		if page := c.people["ada"].get("/admin/log?q=kitchen&act=moderation.remove").body; !strings.Contains(page, `href="/admin/rooms/2"`) {
			t.Error("the room is not found by its name, or leads nowhere")
		}
		c.does("ben", "/notices/6/appeal", url.Values{"text": {"Everybody laughed"}}, 303)
		for _, path := range []string{"/people/" + ben + "/moderate", "/moderation/appeals", "/moderation/appeals/6", "/moderation/cases/1"} {
			for _, name := range []string{"mod", "mia"} {
				a := c.people[name].get(path)
				if a.StatusCode != 200 || !strings.Contains(a.body, "Hide the message") || strings.Contains(a.body, "Kitchen") {
					t.Errorf("%s for %s: %s\n%s", path, name, a.Status, a.body)
				}
			}
		}
		if page := c.people["cleo"].get("/moderation/appeals").body; !strings.Contains(page, "Kitchen") {
			t.Error("who owns the room is not told which")
		}
	})
}

func TestWhoHasReportedIsOfferedWhatTheyCanDoByThemselves(t *testing.T) {
	storetest.Embedded(t, func(t *testing.T, s *store.Store, _ *sqlx.DB) {
		w := newWorld(t, s, unlimited)
		c := &court{world: w, people: map[string]*browser{}}
		for _, name := range []string{"ada", "ben", "dan"} {
			c.people[name] = w.signUp(name)
		}
		c.does("ben", "/rooms/1/messages", draft("Buy my things"), 303)
		report := url.Values{"reason": {"spam"}}
		form := func(do string) string { return `name="do" value="` + do + `"` }
		shows := func(what, body string, want ...string) {
			t.Helper()
			for _, do := range []string{"mute", "block", ""} {
				if got := strings.Contains(body, form(do)); got != slices.Contains(want, do) {
					t.Errorf("%s: %q is offered: %t", what, do, got)
				}
			}
			if !strings.Contains(body, `action="/people/2/mute"`) {
				t.Errorf("%s: for somebody else", what)
			}
		}
		shows("beside the room", c.people["dan"].post("/rooms/1/messages/1/report", report, "HX-Request", "true").body, "mute", "block")
		a := c.does("dan", "/people/2/report", report, 303)
		shows("on a page", c.people["dan"].get(a.Header.Get("Location")).body, "mute", "block")
		c.does("dan", "/people/2/mute", url.Values{"do": {"mute"}}, 303)
		shows("muted", c.people["dan"].get(a.Header.Get("Location")).body, "block", "")
		c.does("dan", "/people/2/mute", url.Values{"do": {"block"}}, 303)
		shows("blocked", c.people["dan"].get(a.Header.Get("Location")).body, "mute", "")
		if body := c.people["dan"].get("/reports?about=2").body; strings.Contains(body, "/mute") {
			t.Error("it is offered where nothing was reported")
		}
	})
}
