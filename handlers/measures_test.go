package handlers_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

// Which acts each kind of person may do over HTTP to each kind of target: 303 or 404.
// Ada administers, Eva moderates the instance, Ben owns the Kitchen (an open room), Cleo
// moderates it, Dan is a member of it; the Cellar is Ben's and private.
func TestWhoMayDoWhichActsOverHTTP(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		w := newWorld(t, s, unlimited)
		names := []string{"ada", "ben", "cleo", "dan", "eva", "finn"}
		people := map[string]*browser{"nobody": w.browser()}
		for _, name := range names {
			people[name] = w.signUp(name)
		}
		db.MustExec("update users set role = 'moderator' where username_key = 'eva'")
		for _, room := range []url.Values{{"name": {"Kitchen"}, "kind": {"open"}}, {"name": {"Cellar"}, "kind": {"private"}}} {
			if a := people["ben"].post("/rooms", room); a.StatusCode != http.StatusSeeOther {
				t.Fatal(a.Status)
			}
		}
		rooms, err := s.RoomsOf(t.Context(), 2)
		if err != nil {
			t.Fatal(err)
		}
		number := map[string]string{"": "0"}
		for _, m := range rooms {
			number[m.Name] = strconv.Itoa(int(m.ID))
		}
		kitchen := "/rooms/" + number["Kitchen"]
		for _, name := range []string{"cleo", "dan"} {
			people[name].post(kitchen+"/join", url.Values{})
		}
		if a := people["ben"].post("/rooms/"+number["Cellar"]+"/members", url.Values{"person": {"dan"}}); a.StatusCode != http.StatusSeeOther {
			t.Fatal(a.Status)
		}
		people["ben"].post(kitchen+"/moderators", url.Values{"user": {"3"}, "is": {"yes"}})
		for _, room := range []string{"Kitchen", "Cellar"} {
			if a := people["dan"].post("/rooms/"+number[room]+"/messages", draft("by Dan")); a.StatusCode != http.StatusSeeOther {
				t.Fatal(a.Status)
			}
		}
		for _, row := range []struct {
			kind, on, room string
			seq            string
			who            string // who may; the others may not
		}{
			{"warn", "dan", "Kitchen", "", "ada eva ben cleo"},
			{"warn", "dan", "Cellar", "", "ben"},
			{"warn", "dan", "", "", "ada eva"},
			{"warn", "cleo", "Kitchen", "", "ada eva ben"},
			{"warn", "ben", "Kitchen", "", "ada eva"},
			{"warn", "eva", "Kitchen", "", "ada"},
			{"warn", "ada", "", "", ""},
			{"time-out", "dan", "Kitchen", "", "ada eva ben cleo"},
			{"time-out", "finn", "", "", "ada eva"},
			{"hide", "", "Kitchen", "1", "ada"}, // the first who does it
			{"hide", "", "Cellar", "1", "ben"},
			{"remove", "finn", "Kitchen", "", "ada"},
			{"suspend", "ben", "", "", "ada eva"},
			{"slow", "", "Kitchen", "", "ada eva ben cleo"},
			{"slow", "", "Cellar", "", "ben"},
			{"lock", "", "Kitchen", "", "ada eva ben cleo"},
			{"newcomer", "", "", "", "ada eva"},
			{"wait", "", "", "", "ada eva"},
			{"dance", "dan", "", "", ""},
		} {
			form := url.Values{"kind": {row.kind}, "room": {number[row.room]}, "seq": {row.seq}, "reason": {"other"}, "amount": {"1"}, "for": {"1h"}}
			if row.on != "" {
				u, err := s.UserByLogin(t.Context(), row.on)
				if err != nil {
					t.Fatal(err)
				}
				form.Set("user", strconv.Itoa(int(u.ID)))
			}
			// Who may not goes first, so that nothing that was done hides it.
			for _, may := range []bool{false, true} {
				for name, b := range people {
					if row.kind == "suspend" && (name == "ben") || strings.Contains(row.who, name) != may || name == row.on {
						continue
					}
					want := http.StatusNotFound
					switch {
					case may:
						want = http.StatusSeeOther
					case name == "nobody":
						want = http.StatusUnauthorized
					case row.kind == "dance" && name != "finn":
						want = http.StatusUnprocessableEntity // they see the page on which to choose
					}
					if row.kind == "hide" && !may && name == "eva" && row.room == "Kitchen" || (row.kind == "hide" || row.kind == "remove") && row.room == "Kitchen" && (name == "eva" || name == "ben" || name == "cleo") {
						continue // they may, too, but only once
					}
					if a := b.post("/measures", form); a.StatusCode != want {
						t.Errorf("%s %s %s in %q: got %d, want %d", name, row.kind, row.on, row.room, a.StatusCode, want)
					}
				}
			}
			if row.kind == "suspend" || row.kind == "wait" { // the others go on
				all, err := s.MeasuresOn(t.Context(), 2, 10)
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range all {
					if m.Kind == store.Suspension && m.EndedAt.IsZero() {
						if _, err := s.Lift(t.Context(), store.Actor{User: 1}, m.ID, ""); err != nil {
							t.Fatal(err)
						}
					}
				}
				back := w.browser()
				back.post("/login", url.Values{"login": {"ben"}, "password": {password}})
				people["ben"] = back
			}
		}
	})
}

var tokenIn = regexp.MustCompile(`name="token" value="([^"]+)"`)

func TestAnObjectionFromOutsideTakesATokenThatIsRightAndFresh(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		w.signUp("ben")
		ada.post("/measures", url.Values{"kind": {"ban"}, "user": {"2"}, "reason": {"spam"}, "words": {"You <b>know</b> why"}})
		stranger := w.browser()
		login := func() answer {
			t.Helper()
			return stranger.post("/login", url.Values{"login": {"ben"}, "password": {password}})
		}
		if a := stranger.post("/login", url.Values{"login": {"ben"}, "password": {"wrong"}}); a.StatusCode != http.StatusUnprocessableEntity || strings.Contains(a.body, "know") {
			t.Errorf("who does not know the password learns of the ban: %d", a.StatusCode)
		}
		a := login()
		found := tokenIn.FindStringSubmatch(a.body)
		if a.StatusCode != http.StatusForbidden || found == nil || !strings.Contains(a.body, "You &lt;b&gt;know&lt;/b&gt; why") {
			t.Fatalf("sign in: %d %s", a.StatusCode, a.body)
		}
		secret, err := w.store.Secret(t.Context(), "appeal")
		if err != nil {
			t.Fatal(err)
		}
		token := func(user, measure int, until time.Time, secret string) string {
			what := fmt.Sprintf("%d %d %d", user, measure, until.Unix())
			mac := hmac.New(sha256.New, []byte(secret))
			mac.Write([]byte(what))
			return base64.RawURLEncoding.EncodeToString([]byte(what + " " + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))))
		}
		later := time.Now().Add(time.Hour)
		for name, bad := range map[string]string{
			"none": "", "not base64": "!", "no numbers": base64.RawURLEncoding.EncodeToString([]byte("x")), "another secret": token(2, 1, later, "x"),
			"too old": token(2, 1, time.Now().Add(-time.Minute), secret), "something more": found[1] + "AA", "another's measure": token(1, 1, later, secret),
			"no such measure": token(2, 9, later, secret), "nobody": token(9, 1, later, secret),
		} {
			if a := stranger.post("/appeal", url.Values{"token": {bad}, "text": {"It was not me"}}); a.StatusCode == http.StatusOK {
				t.Errorf("%s: got %d", name, a.StatusCode)
			}
		}
		if open, err := w.store.OpenAppeals(t.Context(), store.AppealQuery{User: 1}, 10); err != nil || len(open) != 0 {
			t.Fatalf("there are %v, %v", open, err)
		}
		if a := stranger.post("/appeal", url.Values{"token": {found[1]}, "text": {" "}}); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("without a text: %d", a.StatusCode)
		}
		for range 2 { // sent twice is sent
			if a := stranger.post("/appeal", url.Values{"token": {found[1]}, "text": {"It was not me"}}); a.StatusCode != http.StatusOK || !strings.Contains(a.body, "You have objected") {
				t.Errorf("objected: %d %s", a.StatusCode, a.body)
			}
		}
		if a := login(); tokenIn.MatchString(a.body) || !strings.Contains(a.body, "Nobody else here may decide") {
			t.Errorf("the second time it shows %s", a.body)
		}
		for range 12 { // the right password is no guess
			if a := login(); a.StatusCode != http.StatusForbidden {
				t.Fatalf("again: %d", a.StatusCode)
			}
		}
		ada.post("/moderation/appeals/1", url.Values{"answer": {"You are right"}, "granted": {"yes"}})
		if a := stranger.post("/appeal", url.Values{"token": {found[1]}, "text": {"Once more"}}); a.StatusCode != http.StatusSeeOther {
			t.Errorf("when it is over: %d", a.StatusCode)
		}
		if a := login(); a.StatusCode != http.StatusSeeOther {
			t.Errorf("afterwards: %d", a.StatusCode)
		}
	})
}

func TestASuspensionThatIsOverKeepsNobodyFromSigningIn(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		w := newWorld(t, s, unlimited)
		ada := w.signUp("ada")
		w.signUp("ben")
		back := w.browser()
		for range 5 { // each second it ends by itself, too
			ada.post("/measures", url.Values{"kind": {"suspend"}, "user": {"2"}, "reason": {"spam"}, "for": {"1h"}})
			if a := back.post("/login", url.Values{"login": {"ben"}, "password": {password}}); a.StatusCode != http.StatusForbidden {
				t.Fatalf("while it holds: %d", a.StatusCode)
			}
			db.MustExec("update measures set until_at = at + 1 where ended_at = 0")
			if a := back.post("/login", url.Values{"login": {"ben"}, "password": {password}}); a.StatusCode != http.StatusSeeOther {
				t.Fatalf("when it is over: %d", a.StatusCode)
			}
		}
	})
}

func TestWhoIsBlockedIsToldSoInAConversationOfTwoAndNowhereElse(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		w.signUp("cleo")
		w.signUp("dan")
		for _, with := range [][]string{{"1"}, {"1", "3"}} {
			if a := ben.post("/direct", url.Values{"with": with}); a.StatusCode != http.StatusSeeOther {
				t.Fatal(a.Status, a.body)
			}
		}
		ada.post("/people/2/mute", url.Values{"do": {"block"}})
		if a := ben.post("/rooms/2/messages", draft("hello")); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "do not want to talk to you directly") || !strings.Contains(a.body, "hello") {
			t.Errorf("blocked: %d", a.StatusCode)
		}
		for _, with := range [][]string{{"1", "4"}, {"4", "1", "3"}} {
			if a := ben.post("/direct", url.Values{"with": with}); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "does not want to talk to you directly") {
				t.Errorf("blocked, he starts a conversation with %s: %d", with, a.StatusCode)
			}
		}
		for _, path := range []string{"/rooms/3/messages", "/rooms/1/messages"} {
			if a := ben.post(path, draft("hello")); a.StatusCode != http.StatusSeeOther {
				t.Errorf("%s: %d", path, a.StatusCode)
			}
		}
		if a := ada.post("/rooms/2/messages", draft("hello")); a.StatusCode != http.StatusSeeOther {
			t.Errorf("who blocks writes: %d", a.StatusCode)
		}
		ada.post("/people/2/mute", url.Values{"do": {""}, "back": {"list"}})
		if a := ben.post("/rooms/2/messages", draft("hello")); a.StatusCode != http.StatusSeeOther {
			t.Errorf("undone: %d", a.StatusCode)
		}
	}, unlimited)
}

func TestMembersReadWhatWasModeratedWithoutNamesUnlessSoSet(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		w.signUp("benjamin")
		cleo := w.signUp("cleo")
		ada.post("/measures", url.Values{"kind": {"time-out"}, "user": {"2"}, "room": {"1"}, "for": {"1h"}, "reason": {"hate"}, "words": {"for him alone"}})
		main := func() string {
			_, main, _ := strings.Cut(cleo.get("/rooms/1/moderation/log").body, "<main")
			return main
		}
		if got := main(); !strings.Contains(got, "Time-out") || !strings.Contains(got, "Hate") || strings.Contains(got, "benjamin") || strings.Contains(got, "ada") || strings.Contains(got, "him alone") {
			t.Errorf("she reads %s", got)
		}
		in := w.store.Settings()
		in.ModerationNames = true
		if err := w.store.SetSettings(t.Context(), store.Actor{User: 1}, in); err != nil {
			t.Fatal(err)
		}
		if got := main(); !strings.Contains(got, "benjamin") || strings.Contains(got, "ada") || strings.Contains(got, "him alone") {
			t.Errorf("with names she reads %s", got)
		}
	})
}

// A room that one may not see is like one that there is not, also where one moderates somebody.
func TestARoomThatOneMayNotSeeIsLikeNoneWhereOneModerates(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		page := "/people/" + fmt.Sprint(c.ids["ben"]) + "/moderate?room="
		for _, name := range []string{"mod", "ada"} {
			for _, room := range []string{"2", "4"} { // Cleo's, and a conversation
				if there, none := c.people[name].get(page+room), c.people[name].get(page+"999"); there.StatusCode != none.StatusCode {
					t.Errorf("%s: room %s answers %s, and what is not there %s", name, room, there.Status, none.Status)
				}
				form := url.Values{"kind": {"warn"}, "user": {fmt.Sprint(c.ids["ben"])}}
				there := c.people[name].post("/measures", with(form, "room", room))
				if none := c.people[name].post("/measures", with(form, "room", "999")); there.StatusCode != none.StatusCode {
					t.Errorf("%s: a mistake about room %s answers %s, and about what is not there %s", name, room, there.Status, none.Status)
				}
			}
		}
	})
}

func TestWhoMayNotHideAMessageIsNotAskedAgainHow(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		form := url.Values{"kind": {"hide"}, "room": {"1"}, "seq": {"1"}} // and no reason
		c.does("dan", "/measures", form, http.StatusNotFound)
		c.does("ben", "/measures", form, http.StatusNotFound) // who wrote it
		c.does("mod", "/measures", form, http.StatusUnprocessableEntity)
	})
}

func TestAHiddenMessageDoesNotSayWhomItMentions(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.does("ben", "/rooms/1/messages", draft("a secret of @dan"), 303)
		mark := fmt.Sprintf(`data-mentions="%d"`, c.ids["dan"])
		if a := c.people["eve"].get("/rooms/1-lobby"); !strings.Contains(a.body, mark) {
			t.Fatalf("%s, without the mention", a.Status)
		}
		conn, _ := c.people["eve"].follow(resume)
		c.does("mod", "/measures", url.Values{"kind": {"hide"}, "room": {"1"}, "seq": {"3"}, "reason": {"spam"}}, 303)
		if pushed := until(t, conn, "has hidden this message"); strings.Contains(pushed[strings.LastIndex(pushed, "<article"):], mark) {
			t.Error("the row that is pushed says it")
		}
		if a := c.people["eve"].get("/rooms/1-lobby"); strings.Contains(a.body, mark) {
			t.Error("the page says it")
		}
		c.does("mod", "/measures/1/lift", url.Values{}, 303)
		if a := c.people["eve"].get("/rooms/1-lobby"); !strings.Contains(a.body, mark) {
			t.Error("shown again, it does not say it")
		}
		// From a page that is older than that it is a sentence among what was done.
		if again := c.does("mod", "/measures/1/lift", url.Values{}, http.StatusConflict); !again.says("It has ended already: see what was done.", "Hide the message") {
			t.Error("lifted twice, the page does not say what became of it")
		}
	})
}

// A moderator who hid what was reported from a private room is not told which it is.
func TestWhatWasHiddenInAPrivateRoomDoesNotNameIt(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.report("dan", "/rooms/2/messages/1")
		c.does("mod", "/moderation/cases/1/measures", url.Values{"kind": {"hide.room"}, "reason": {"spam"}, "version": {"1"}, "close": {"yes"}}, 303)
		c.does("ben", "/notices/1/appeal", url.Values{"text": {"It was a joke"}}, 303)
		looks := func(when string) {
			t.Helper()
			for _, path := range []string{"/people/" + fmt.Sprint(c.ids["ben"]) + "/moderate", "/moderation/appeals", "/moderation/appeals/1", "/moderation/cases/1"} {
				if a := c.people["mia"].get(path); strings.Contains(a.body, "Kitchen") {
					t.Errorf("%s, %s: Mia, who is not in it, reads the name of the room", when, path)
				}
			}
			if a := c.people["cleo"].get("/moderation/appeals"); !strings.Contains(a.body, "Kitchen") {
				t.Errorf("%s: Cleo, whose room it is, does not read its name", when)
			}
		}
		looks("open")
		c.does("mia", "/moderation/appeals/1", url.Values{"answer": {"No"}}, 303)
		looks("decided")
	})
}

func TestAFormThatIsSentTwiceIsDoneOnce(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		warning := url.Values{"kind": {"warn"}, "user": {fmt.Sprint(c.ids["eve"])}, "reason": {"spam"}, "words": {"Please stop"}}
		lock := url.Values{"kind": {"lock"}, "room": {"1"}, "reason": {"heated"}, "for": {"1h"}}
		for _, form := range []url.Values{warning, lock} {
			c.does("mod", "/measures", form, 303)
			c.does("mod", "/measures", form, 303)
		}
		if n := strings.Count(c.people["eve"].get("/notices").body, "Please stop"); n != 1 {
			t.Errorf("Eve was warned %d times", n)
		}
		log, err := c.store.Entries(t.Context(), store.EntryQuery{Act: "moderation.lock"}, 10)
		if err != nil || len(log) != 1 {
			t.Errorf("the log says %d times that the room was locked (%v)", len(log), err)
		}
		c.does("mod", "/measures/2/lift", url.Values{}, 303)
		c.does("ben", "/rooms/1/messages", draft("open again"), 303)
		// What is not the same is done, too: other words, by somebody else, or again once it has ended.
		c.does("mod", "/measures", lock, 303)
		warning.Set("words", "I mean it")
		c.does("mod", "/measures", warning, 303)
		c.does("mia", "/measures", warning, 303)
		if n := strings.Count(c.people["eve"].get("/notices").body, "I mean it"); n != 2 {
			t.Errorf("Eve reads it %d times, want 2", n)
		}
		c.does("ben", "/rooms/1/messages", draft("locked again"), 403)
	})
}

func TestWhoHasATimeOutIsToldSoAtTheFormWithTheirWordsStillInIt(t *testing.T) {
	storetest.Embedded(t, func(t *testing.T, s *store.Store, _ *sqlx.DB) {
		w := newWorld(t, s, unlimited)
		ada, ben := w.signUp("ada"), w.signUp("ben")
		w.signUp("cleo")
		ben.post("/rooms", url.Values{"name": {"Garden"}, "kind": {"open"}})
		ada.post("/measures", url.Values{"kind": {"time-out"}, "user": {"2"}, "for": {"1h"}, "reason": {"spam"}})
		for path, form := range map[string]url.Values{
			"/profile":       {"name": {"Ben the Great"}, "zone": {"UTC"}, "announce": {"count"}},
			"/rooms":         {"name": {"A new room"}, "kind": {"open"}},
			"/rooms/2/about": {"name": {"Ben's own garden"}, "kind": {"open"}},
			"/direct":        {"with": {"3"}},
		} {
			a := ben.post(path, form)
			if a.StatusCode != http.StatusForbidden || !strings.Contains(a.body, "You have a time-out") || !strings.Contains(a.body, "Try again in 60 minutes.") || a.Header.Get("Retry-After") == "" {
				t.Errorf("%s: %s", path, a.Status)
			}
			if kept := form.Get("name"); kept != "" && !strings.Contains(a.body, `value="`+strings.ReplaceAll(kept, "'", "&#39;")+`"`) {
				t.Errorf("%s: %q is lost", path, kept)
			}
		}
	})
}

func TestAnObjectionThatComesTooLateIsStillThereToBeCopied(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		for range 2 {
			c.does("mod", "/measures", url.Values{"kind": {"time-out"}, "user": {fmt.Sprint(c.ids["ben"])}, "reason": {"spam"}, "for": {"1h"}}, 303)
			c.does("mod", "/measures", url.Values{"kind": {"warn"}, "user": {fmt.Sprint(c.ids["ben"])}, "reason": {"spam"}}, 303)
		}
		c.does("mod", "/measures/1/lift", url.Values{}, 303)
		c.does("ben", "/notices/2/appeal", url.Values{"text": {"It was a joke"}}, 303)
		for notice, row := range map[string]struct {
			status   int
			sentence string
		}{"1": {422, "This has ended already, so there is nothing left to object to."}, "2": {409, "You have objected to this already."}} {
			a := c.does("ben", "/notices/"+notice+"/appeal", url.Values{"text": {"It was meant well"}}, row.status)
			_, card, _ := strings.Cut(a.body, `id="notice-`+notice+`"`)
			card, _, _ = strings.Cut(card, "</article>")
			if !strings.Contains(card, row.sentence) || !strings.Contains(card, "It was meant well</textarea>") {
				t.Errorf("notice %s lacks the sentence, or the words: %s", notice, card)
			}
		}
	})
}
