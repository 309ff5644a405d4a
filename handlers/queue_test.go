package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

// reported is a court with cases: 1 for harassment and 2 for spam in the Lobby, 3 for spam
// in the private Kitchen, 4 for spam in the Garden.
func (c *court) reported() {
	c.t.Helper()
	c.does("ben", "/rooms/1/messages", draft("Buy my soup"), 303)
	c.does("dan", "/rooms/3/join", nil, 303)
	c.does("ben", "/rooms/3/messages", draft("Buy my weeds"), 303)
	c.report("dan", "/rooms/1/messages/1")
	for _, path := range []string{"/rooms/1/messages/3", "/rooms/2/messages/1", "/rooms/3/messages/1"} {
		c.does("dan", path+"/report", url.Values{"reason": {"spam"}}, 303)
	}
}

// lists says which of the cases 1 to 4 a page or a frame has.
func lists(text string) string {
	var all strings.Builder
	for n := 1; n <= 4; n++ {
		if strings.Contains(text, fmt.Sprintf(`id="case-%d"`, n)) {
			fmt.Fprint(&all, n)
		}
	}
	return all.String()
}

func TestAQueueIsFilteredByRoomAndReason(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		c.reported()
		shows := func(name, path, want string) string {
			t.Helper()
			a := c.people[name].get(path)
			if got := lists(a.body); a.StatusCode != http.StatusOK || got != want {
				t.Errorf("%s at %s: %s, cases %s, want %s", name, path, a.Status, got, want)
			}
			return a.body
		}
		shows("mod", "/moderation", "1234")
		shows("mod", "/moderation?room=1", "12")
		shows("mod", "/moderation?reason=spam", "234")
		shows("mod", "/moderation?reason=nonsense&room=x", "1234")
		shows("cleo", "/rooms/2/moderation?reason=spam&room=1", "3")
		body := shows("mod", "/moderation?room=1&reason=spam", "2")
		for _, link := range []string{"/moderation?reason=spam&amp;room=1&amp;tab=mine", "/moderation?reason=spam&amp;room=1&amp;tab=closed", "/moderation/cases/2?reason=spam&amp;room=1"} {
			if !strings.Contains(body, `href="`+link+`"`) {
				t.Errorf("the filtered page does not lead to %s", link)
			}
		}
		// What it offers is what there is; what is chosen is, also where nothing is.
		body = shows("mod", "/moderation?tab=closed&room=3", "")
		for text, want := range map[string]bool{
			"No case here fits the filter.": true, `href="/moderation?tab=closed"`: true, `<option value="3" selected>Garden</option>`: true,
			`name="tab" value="closed"`: true, ">Lobby</option>": false, ">Kitchen</option>": false,
		} {
			if strings.Contains(body, text) != want {
				t.Errorf("the page of nothing has %q: %t", text, !want)
			}
		}
		// A room that one may not read is as one that there is not: private, or direct.
		for _, room := range []string{"2", "4", "99", "-1"} {
			if a := c.people["mod"].get("/moderation?room=" + room); a.StatusCode != http.StatusNotFound {
				t.Errorf("room %s: %s", room, a.Status)
			}
		}
		c.does("cleo", "/rooms/2/members", url.Values{"person": {"mod"}}, 303)
		if body := shows("mod", "/moderation?room=2", "3"); !strings.Contains(body, `<option value="2" selected>Kitchen</option>`) {
			t.Error("who was let in is not offered the Kitchen")
		}
	})
}

func TestAFilteredQueueGoesOnWhereItsPageEnds(t *testing.T) {
	storetest.Embedded(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		var c *court
		inCourtOf(func(_ *testing.T, made *court) { c = made })(t, s, db)
		c.reported()
		for _, statement := range []string{
			"insert into cases (id, kind, user_id, room_id, seq, state, reports, opened_at) select 100 + i, 'message', 2, 1, 100 + i, 'open', 1, 5 from n",
			"insert into reports (case_id, user_id, at, reason, note) select 100 + i, 4, 5, 'hate', '' from n",
		} {
			db.MustExec(numbers(1, 60) + statement)
		}
		body := c.people["mod"].get("/moderation?room=1&reason=hate").body
		if got := strings.Count(body, `class="case__link"`); got != 50 {
			t.Fatalf("the first page has %d cases", got)
		}
		_, link, _ := strings.Cut(body, `<p><a class="button" href="`)
		link, _, _ = strings.Cut(link, `"`)
		body = c.people["mod"].get(strings.ReplaceAll(link, "&amp;", "&")).body
		if got := strings.Count(body, `class="case__link"`); got != 10 || strings.Contains(body, "More reports") || lists(body) != "" {
			t.Errorf("at %s there are %d cases", link, got)
		}
	})
}

func TestAFilteredQueueStaysRightWhileOneLooks(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		c.reported()
		follows := func(name, filter string) (*websocket.Conn, string) {
			t.Helper()
			return c.people[name].followAt("/live?part="+url.QueryEscape(fmt.Sprintf("queue/%d/open/0/%s", c.ids[name], filter)), resume)
		}
		if !strings.Contains(c.people["mod"].get("/moderation?reason=spam&room=1").body, "%2Fopen%2F0%2Freason%3Dspam%26room%3D1") {
			t.Error("the page does not follow what it shows")
		}
		conn, first := follows("mod", "reason=spam&room=1")
		if lists(first) != "2" {
			t.Errorf("it begins with %s", lists(first))
		}
		c.does("ada", "/moderation/cases/2/close", url.Values{"version": {"1"}}, 303)
		if got := until(t, conn, "No case here fits the filter."); lists(got) != "" {
			t.Errorf("Ada closed it, and there is %s", lists(got))
		}
		c.does("dan", "/rooms/1/messages/1/report", url.Values{"reason": {"spam"}}, 303) // on second thought
		if got := until(t, conn, `id="case-`); lists(got) != "1" {
			t.Errorf("what is spam now is %s", lists(got))
		}

		// Who leaves a private room sees nothing more of it; who is not in it never does.
		conn, first = follows("mod", "room=2")
		if lists(first) != "" || !strings.Contains(first, "No case here fits the filter.") {
			t.Errorf("mod follows %s of a room of others", lists(first))
		}
		c.does("cleo", "/rooms/2/members", url.Values{"person": {"mod"}}, 303)
		if got := until(t, conn, `id="case-`); lists(got) != "3" {
			t.Errorf("who was let in sees %s", lists(got))
		}
		c.does("mod", "/rooms/2/leave", nil, 303)
		until(t, conn, "No case here fits the filter.")
	})
}

func TestFromAFilteredQueueEachCaseLeadsToTheNextInIt(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		c.reported()
		const (
			spam, lobby = "?reason=spam", "?reason=spam&room=1"
			none        = "No other case that fits the filter waits for you."
		)
		leads := func(name, body string, links ...string) {
			t.Helper()
			for _, link := range links {
				if !strings.Contains(body, `href="`+strings.ReplaceAll(link, "&", "&amp;")+`"`) {
					t.Errorf("%s: it does not lead to %s", name, link)
				}
			}
		}
		page := func(name, path string) string { t.Helper(); return c.people[name].get(path).body }
		leads("the case", page("mod", "/moderation/cases/2"+lobby), "/moderation"+lobby)
		leads("from a room of others", page("mod", "/moderation/cases/2?reason=spam&room=2"), "/moderation"+spam)
		leads("who moderates a room", page("cleo", "/moderation/cases/3?reason=spam&room=2"), "/rooms/2/moderation"+spam)

		// Each act goes back to the case as it was opened.
		for _, act := range []struct {
			do, back string
			form     url.Values
		}{
			{"notes", "&saved=note", url.Values{"text": {"Look"}}},
			{"taker", "", url.Values{"version": {"1"}, "user": {fmt.Sprint(c.ids["mod"])}}},
			{"close", "&saved=closed", url.Values{"version": {"2"}}},
		} {
			act.form.Set("from", lobby[1:])
			a := c.does("mod", "/moderation/cases/2/"+act.do, act.form, 303)
			if got, want := a.Header.Get("Location"), "/moderation/cases/2"+lobby+act.back; got != want {
				t.Errorf("%s leads to %s, want %s", act.do, got, want)
			}
		}
		if body := page("mod", "/moderation/cases/2"+lobby); !strings.Contains(body, none) || strings.Contains(body, `id="next-case"`) {
			t.Error("it is not said that none is left that fits")
		}
		leads("in all rooms", page("mod", "/moderation/cases/2"+spam), "/moderation/cases/3"+spam)
		leads("with no filter", page("mod", "/moderation/cases/2"), "/moderation/cases/3")
		if body := c.does("mod", "/moderation/cases/2/notes", url.Values{"text": {""}, "from": {lobby[1:]}}, 422).body; !strings.Contains(body, none) || !strings.Contains(body, `name="from" value="reason=spam&amp;room=1"`) {
			t.Error("what was refused has lost where it came from")
		}

		// And so does the page that somebody else's act reaches.
		conn, _ := c.people["mod"].followAt("/live?part="+url.QueryEscape(fmt.Sprintf("case/4/%d/reason=spam", c.ids["mod"])), resume)
		c.does("ada", "/moderation/cases/4/close", url.Values{"version": {"1"}}, 303)
		leads("live", until(t, conn, `id="next-case"`), "/moderation/cases/3"+spam)
	})
}
