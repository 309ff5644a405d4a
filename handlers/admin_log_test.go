package handlers_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"parley/handlers"
	"parley/store"
	"parley/store/storetest"
)

// No route changes or deletes an entry of the log: as an administrator each is asked
// with what the golden table asks it.
func TestNothingChangesOrDeletesAnEntryOfTheLog(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		w.signUp("ben")
		ada.post("/rooms", url.Values{"name": {"Mine"}, "kind": {"private"}})
		ada.post("/admin/rooms/2", url.Values{"name": {"Ours"}, "kind": {"private"}})
		before, err := w.store.Entries(t.Context(), store.EntryQuery{}, 1000)
		if err != nil || len(before) < 2 {
			t.Fatalf("%d entries, %v", len(before), err)
		}
		for _, row := range access {
			if method, _, _ := strings.Cut(row.route, " "); row.want[4] != 0 && row.route != "POST /logout" {
				ada.do(method, row.path, row.form)
			}
		}
		after, err := w.store.Entries(t.Context(), store.EntryQuery{}, 1000)
		if err != nil || len(after) <= len(before) {
			t.Fatalf("%d entries, %v", len(after), err)
		}
		for i, want := range before {
			if got := after[len(after)-len(before)+i]; got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		}
	}, unlimited)
}

// And no statement of the program could.
func TestNoStatementChangesOrDeletesAnEntryOfTheLog(t *testing.T) {
	paths, err := filepath.Glob("../store/*.go")
	if err != nil || len(paths) == 0 {
		t.Fatal(err)
	}
	changes := regexp.MustCompile(`(?i)(update|delete\s+from|drop\s+table|truncate)\s+(log_entries|log_words)`)
	for _, path := range paths {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if found := changes.Find(source); found != nil {
			t.Errorf("%s: %s", path, found)
		}
	}
}

func TestTheLogIsExportedAsItIsAskedFor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		ada.post("/rooms", url.Values{"name": {"Mine"}, "kind": {"private"}})
		ada.post("/admin/rooms/2", url.Values{"name": {"=1+1"}, "kind": {"private"}})
		for i := range 1100 { // more than one chunk
			if err := w.store.SetCharter(t.Context(), store.Actor{User: 1}, 2, store.Charter{Name: "=1+1", Topic: fmt.Sprint(i), Kind: store.PrivateRoom}); err != nil {
				t.Fatal(err)
			}
		}
		a := ada.post("/admin/log/export", url.Values{"format": {"csv"}, "on": {"room"}, "id": {"2"}})
		rows, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
		if err != nil || a.StatusCode != http.StatusOK || !strings.Contains(a.Header.Get("Content-Disposition"), "parley-log.csv") {
			t.Fatalf("%s %v", a.Status, err)
		}
		if len(rows) != 1102 || rows[1][5] != "room.topic" || rows[1101][5] != "room.rename" || rows[1101][11] != "'=1+1" {
			t.Errorf("%d rows, the last is %q", len(rows), rows[len(rows)-1])
		}
		a = ada.post("/admin/log/export", url.Values{"format": {"jsonl"}, "act": {"room.rename"}})
		lines := strings.Split(strings.TrimSpace(a.body), "\n")
		var line struct{ Act, Was, Now, ByName string }
		if err := json.Unmarshal([]byte(lines[0]), &line); err != nil || len(lines) != 1 || line.Was != "Mine" || line.Now != "=1+1" {
			t.Errorf("%q: %+v, %v", lines, line, err)
		}
		entries, err := w.store.Entries(t.Context(), store.EntryQuery{Act: store.LogExport}, 10)
		if err != nil || len(entries) != 2 || entries[0].Now != "jsonl act=room.rename" || entries[0].Address == "" {
			t.Errorf("the log has %+v, %v", entries, err)
		}
	}, unlimited)
}

func TestAnExportOfTheLogEndsWithTheRole(t *testing.T) {
	p := newPipes() // what is written waits until it is read
	s := storetest.SQLite(t)
	w := newWorldAt(t, s, p, p.dial, unlimited)
	ada, ben := w.signUp("ada"), w.signUp("ben")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.SetRole(t.Context(), store.Actor{User: 1}, 2, store.Administrator))
	ada.post("/rooms", url.Values{"name": {"Mine"}, "kind": {"private"}})
	for i := range 1100 { // more than one chunk
		must(s.SetCharter(t.Context(), store.Actor{User: 1}, 2, store.Charter{Name: "Mine", Topic: fmt.Sprint(i), Kind: store.PrivateRoom}))
	}
	req, err := http.NewRequest(http.MethodPost, w.http.URL+"/admin/log/export", strings.NewReader("format=jsonl&act=room.topic"))
	must(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", w.http.URL)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := ben.client.Do(req)
	must(err)
	defer resp.Body.Close()
	must(s.SetRole(t.Context(), store.Actor{User: 1}, 2, store.Member))
	all, err := io.ReadAll(resp.Body)
	if n := strings.Count(string(all), "\n"); resp.StatusCode != http.StatusOK || n == 0 || n > 1000 || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%s, %d entries, %v", resp.Status, n, err)
	}
}

// Whoever administers gets the words of a room that they are not in by no request.
func TestAnAdministratorReadsNoRoomThatTheyAreNotIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		w.signUp("cleo")
		ben.post("/rooms", url.Values{"name": {"Secret"}, "kind": {"private"}})
		ben.post("/direct", url.Values{"with": {"3"}})
		for _, room := range []string{"2", "3"} {
			ben.post("/rooms/"+room+"/messages", draft("the treasure is under the stairs"))
		}
		for _, room := range []string{"2", "3"} {
			for _, row := range access {
				method, pattern, _ := strings.Cut(row.route, " ")
				if !strings.Contains(pattern, "{room}") || strings.HasSuffix(pattern, "/members") || strings.HasSuffix(pattern, "/join") {
					continue
				}
				path := strings.NewReplacer("{room}", room, "{seq}", "1").Replace(pattern)
				if a := ada.do(method, path, url.Values{"name": {"Secret"}, "kind": {"private"}, "keep": {"ever"}}); strings.Contains(a.body, "treasure") {
					t.Errorf("%s %s: %s shows it", method, path, a.Status)
				}
			}
		}
		for _, path := range []string{"/admin/rooms", "/admin/log", "/admin/rooms?q=direct", "/admin/rooms?kind=direct"} {
			if a := ada.get(path); strings.Contains(a.body, "treasure") || strings.Contains(a.body, "/rooms/3") {
				t.Errorf("%s shows it", path)
			}
		}
		// Nor by a socket, whatever it says that it shows.
		sockets := []string{"/rooms/2/live", "/rooms/3/live", "/rooms/3/live?past=1", "/live?title=Rooms&here=3"}
		for _, part := range handlers.LiveParts() {
			for _, of := range []string{"", "/2", "/3", "/3/1", "/2/archived"} {
				sockets = append(sockets, "/live?title=Rooms&part="+part+of)
			}
		}
		for _, path := range sockets {
			c, _, err := ada.dialAt(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.WriteMessage(websocket.TextMessage, []byte(`{"type":"resume","rev":"0"}`)); err != nil {
				t.Fatal(err)
			}
			var sent strings.Builder
			for !strings.Contains(sent.String(), `id="pulse"`) {
				_, frame, err := c.ReadMessage()
				if websocket.IsCloseError(err, 1008) {
					break
				} else if err != nil {
					t.Fatalf("%s: %v", path, err)
				}
				sent.Write(frame)
			}
			if got := sent.String(); strings.Contains(got, "treasure") || strings.Contains(got, "/rooms/3") {
				t.Errorf("%s is sent %.300q", path, got)
			}
			c.Close()
		}
	}, unlimited)
}

// Each act of moderation is in the log once, as a sentence, and is found by what it was.
func TestTheLogHasEveryActOfModeration(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		ben := fmt.Sprint(c.ids["ben"])
		n := 0
		for _, m := range []url.Values{
			{"kind": {"hide"}, "room": {"1"}, "seq": {"1"}}, {"kind": {"warn"}, "user": {ben}}, {"kind": {"time-out"}, "user": {ben}, "for": {"1h"}}, {"kind": {"remove"}, "user": {ben}, "room": {"1"}},
			{"kind": {"suspend"}, "user": {ben}}, {"kind": {"ban"}, "user": {ben}}, {"kind": {"slow"}, "room": {"1"}, "amount": {"5"}}, {"kind": {"lock"}, "room": {"1"}},
			{"kind": {"newcomer"}, "amount": {"5"}}, {"kind": {"wait"}, "amount": {"5"}},
		} {
			n++
			c.does("mod", "/measures", with(m, "reason", "other"), 303)
			c.does("mod", fmt.Sprintf("/measures/%d/lift", n), nil, 303)
		}
		c.people["ben"] = c.browser()
		c.does("ben", "/login", url.Values{"login": {"ben"}, "password": {password}}, 303)
		for _, granted := range []string{"yes", ""} {
			n++
			c.does("mod", "/measures", url.Values{"kind": {"warn"}, "user": {ben}, "reason": {"spam"}, "words": {granted}}, 303)
			c.does("ben", fmt.Sprintf("/notices/%d/appeal", n), url.Values{"text": {"It was a joke"}}, 303)
			c.does("mia", fmt.Sprintf("/moderation/appeals/%d", n), url.Values{"answer": {"So it is"}, "granted": {granted}}, 303)
		}
		c.report("dan", "/rooms/1/messages/1")
		c.does("mod", "/moderation/cases/1/close", url.Values{"version": {"1"}}, 303)
		c.does("mod", "/moderation/cases/1/reopen", url.Values{"version": {"2"}}, 303)
		for _, is := range []string{"yes", ""} {
			c.does("cleo", "/rooms/2/moderators", url.Values{"user": {ben}, "is": {is}}, 303)
		}
		rule := url.Values{"kind": {"word"}, "text": {"casino"}, "act": {"hold"}, "active": {"yes"}}
		c.does("mod", "/moderation/rules", rule, 303)
		for _, do := range []string{"publish", "refuse"} {
			c.does("ben", "/rooms/1/messages", draft("to the casino, "+do), 303)
			c.does("mod", fmt.Sprintf("/moderation/held/%d/%s", map[string]int{"publish": 1, "refuse": 2}[do], do), nil, 303)
		}
		c.does("mod", fmt.Sprintf("/measures/%d/lift", n+1), nil, 303) // he publishes it after all
		for i, change := range [][2]string{{"act", "flag"}, {"text", "poker"}, {"sentence", "Not here"}} {
			rule = with(rule, change[0], change[1])
			c.does("mod", "/moderation/rules/1", with(rule, "version", fmt.Sprint(i+1)), 303)
		}
		c.does("mod", "/moderation/rules/1/delete", nil, 303)

		twice := map[string]int{"moderation.warn": 3, "moderation.lift-warn": 2} // with the one that was granted
		choices := regexp.MustCompile(`<option value="((?:moderation|appeal|case|moderator|rule)\.[^"]+)">([^<]*)<`).FindAllStringSubmatch(c.people["ada"].get("/admin/log").body, -1)
		said := map[string]bool{}
		for _, choice := range choices {
			if said[choice[2]] || strings.Contains(choice[2], choice[1]) {
				t.Errorf("%s is offered as %q, like another, or as it is called", choice[1], choice[2])
			}
			said[choice[2]] = true
			main := c.main("ada", "/admin/log?act="+choice[1])
			if got := strings.Count(main, `class="log__entry"`); got != max(1, twice[choice[1]]) {
				t.Errorf("of %s the log has %d entries", choice[1], got)
			}
		}
		all, err := c.store.Entries(t.Context(), store.EntryQuery{}, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			act := string(e.Act)
			if strings.HasPrefix(act, "moder") && !slices.ContainsFunc(choices, func(c []string) bool { return c[1] == act }) {
				t.Errorf("%s cannot be chosen", act)
			}
		}
		if len(choices) != 34 {
			t.Errorf("there are %d kinds of acts: do the new one", len(choices))
		}
	})
}

func TestWhatIsWrongInAFilterIsSaidAtItsField(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		for path, want := range map[string]string{
			"/admin/log?by=nobody":                      "There is nobody of that name. Enter a username.",
			"/admin/log?since=yesterday":                "Enter a day like 2026-03-31.",
			"/admin/rooms/1/keep?keep=days&days=0":      "Enter a number of days up to 3650.",
			"/admin/rooms/1/keep?keep=days&days=100000": "Enter a number of days up to 3650.",
		} {
			if a := ada.get(path); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, want) {
				t.Errorf("%s: %s", path, a.Status)
			}
		}
	})
}
