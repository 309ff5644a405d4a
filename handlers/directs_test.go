package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

func TestAConversationIsOfferedOnlyToWhomMayBeginOne(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		ben, person := c.people["ben"], func(name string) string { return fmt.Sprintf("/people/%d", c.ids[name]) }
		card := func(name string) string { return ben.get(person(name), "HX-Request", "true").body }
		const line, offer = "you can begin conversations from", `<form class="begins"`
		offers := func(when string, is bool) {
			t.Helper()
			for what, page := range map[string]string{"the card": card("cleo"), "its page": ben.get(person("cleo")).body, "going there": ben.get("/go?q=zzz").body, "a new message": ben.get("/direct/new").body} {
				if strings.Contains(page, line) == is {
					t.Errorf("%s, %s says from when on: %t", when, what, !is)
				}
			}
			// Who is found in a list without the line has it on their card.
			if list := ben.get("/go/list?q=cleo").body; strings.Contains(list, offer) != is || strings.Contains(list, `href="`+person("cleo")+`"`) == is {
				t.Errorf("%s the list of the sidebar offers it, or leads to Cleo's card: %s", when, list)
			}
			// What there is, and notes, are no new ones.
			for _, name := range []string{"dan", "ben"} {
				if page := card(name); strings.Contains(page, line) || !strings.Contains(page, `action="/direct"`) || strings.Contains(page, offer) {
					t.Errorf("%s, what Ben has with %s is not offered as ever", when, name)
				}
			}
			want := http.StatusSeeOther
			if !is {
				want = http.StatusForbidden
			}
			if a := ben.post("/direct", url.Values{"with": {fmt.Sprint(c.ids["dan"])}}); a.StatusCode != http.StatusSeeOther {
				t.Errorf("%s, Dan: %s", when, a.Status)
			}
			a := ben.post("/direct", url.Values{"with": {fmt.Sprint(c.ids["eve"])}})
			if link := ben.post("/rooms/1/messages", draft("See https://example.com")); link.StatusCode == http.StatusForbidden && strings.Contains(link.body, "new conversations") {
				t.Errorf("%s, a link is refused because of conversations:\n%s", when, link.body)
			}
			if a.StatusCode != want || !is && (!strings.Contains(a.body, line) || a.Header.Get("Retry-After") == "") {
				t.Errorf("%s, Eve: %s", when, a.Status)
			}
		}
		does := func(measure int, form url.Values) {
			t.Helper()
			form.Set("reason", "spam")
			c.does("ada", "/measures", form, 303)
			offers(form.Get("kind"), false)
			c.does("ada", fmt.Sprintf("/measures/%d/lift", measure), url.Values{}, 303)
		}
		does(1, url.Values{"kind": {"newcomer"}, "amount": {"24"}})
		does(2, url.Values{"kind": {"wait"}, "amount": {"5"}})
		does(3, url.Values{"kind": {"time-out"}, "user": {fmt.Sprint(c.ids["ben"])}, "for": {"1h"}})
		offers("with nothing in force", true)
	})
}

// What an account may not do while it is new is told on open pages when that is decided,
// and when it is over: also because the account has grown old enough.
func TestOpenPagesSayFromWhenOnAConversationMayBegin(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		w := newWorld(t, s, unlimited)
		ada, ben := w.signUp("ada"), w.signUp("ben")
		page, _ := ben.followAt("/live?title=New", resume)
		room, _ := ben.followAt("/rooms/1/live", resume)
		for _, conn := range []*websocket.Conn{page, room} {
			if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"front"}`)); err != nil {
				t.Fatal(err)
			}
		}
		const nothing = `class="begin" hx-swap-oob="true"></div>`
		lift := func(measure string) { ada.post("/measures/"+measure+"/lift", nil) }
		says := func(what string) {
			t.Helper()
			until(t, page, what)
			until(t, room, what)
		}
		limits := func(kind, amount string) {
			ada.post("/measures", url.Values{"kind": {kind}, "amount": {amount}, "reason": {"spam"}})
		}
		limits("newcomer", "24")
		says("you can begin conversations from")
		lift("1")
		says(nothing)
		limits("newcomer", "24")
		says("you can begin conversations from")
		if _, err := db.Exec("update users set created_at = $1 where id = 2", time.Now().Add(2*time.Second-5*time.Minute).UnixMicro()); err != nil {
			t.Fatal(err)
		}
		limits("wait", "5")
		until(t, room, "you can write here from")
		lift("2")
		says(nothing)
	})
}
