package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/store"
)

// What is offered, held, and objected to, by the kinds of people of tribunal.

var offeredForm = regexp.MustCompile(`id="do-([a-z-]+)"`)

// The pages on which one chooses an act have the forms of those that one may do.
func TestThePagesOfActsOfferEachToWhoMayDoIt(t *testing.T) {
	inTribunal(t, func(t *testing.T, c *tribunal) {
		offers, none := 0, 0
		same := func(by, path, on string, room store.RoomID, kinds ...store.MeasureKind) {
			t.Helper()
			var want, got []string
			for _, kind := range kinds {
				if c.may(by, on, store.Measure{Kind: kind, Room: room}) {
					want = append(want, string(kind))
				}
			}
			a := c.people[by].get(path)
			for _, found := range offeredForm.FindAllStringSubmatch(a.body, -1) {
				got = append(got, found[1])
			}
			if fmt.Sprint(got) != fmt.Sprint(want) || len(want) > 0 && a.StatusCode != http.StatusOK {
				t.Errorf("%s at %s: %s, with %v, want %v", by, path, a.Status, got, want)
			}
			if offers += len(want); len(want) == 0 {
				none++
			}
		}
		for _, by := range append(offices, "nobody") {
			for _, room := range c.rooms {
				for _, on := range offices {
					same(by, fmt.Sprintf("/people/%d/moderate?room=%d", c.ids[on], room), on, room, store.Warning, store.TimeOut, store.Removal, store.Suspension, store.Ban)
				}
				same(by, fmt.Sprintf("/rooms/%d/moderate", room), "", room, store.SlowMode, store.RoomLock)
			}
			same(by, "/moderation/newcomers", "", 0, store.NewcomerLag, store.NewcomerCap)
		}
		if offers < 100 || none < 100 {
			t.Errorf("only %d were offered, and to %d nothing", offers, none)
		}
	})
}

// An account is suspended, and let in again, from its page by administrators alone.
func TestEverySuspensionFromThePageOfAnAccountIsForAdministrators(t *testing.T) {
	adaLast := []string{"eva", "moe", "ben", "cleo", "dan", "finn", "nobody", "ada"}
	inTribunal(t, func(t *testing.T, c *tribunal) {
		for _, on := range offices {
			page := fmt.Sprintf("/admin/people/%d", c.ids[on])
			for _, by := range adaLast {
				want := status(by, by == "ada")
				if by == "ada" && on == "ada" {
					want = http.StatusUnprocessableEntity // the last who administers
				}
				if a := c.people[by].post(page+"/suspend", url.Values{"reason": {"other"}, "for": {"1h"}}); a.StatusCode != want {
					t.Errorf("%s suspends %s: got %d, want %d", by, on, a.StatusCode, want)
				}
			}
			for _, by := range adaLast {
				if by == on { // they cannot sign in, and Ada is not suspended
					continue
				}
				if a := c.people[by].post(page+"/reactivate", nil); a.StatusCode != status(by, by == "ada") {
					t.Errorf("%s lets %s in again: got %d, want %d", by, on, a.StatusCode, status(by, by == "ada"))
				}
			}
			c.back(on)
		}
	})
}

// What a rule holds is published by who moderates its room, turned down by who is also
// above its author now, and withdrawn by its author alone.
func TestEveryDecisionAboutWhatIsHeldIsForWhoMayMakeIt(t *testing.T) {
	inTribunal(t, func(t *testing.T, c *tribunal) {
		c.rooms["Lobby"] = 1
		if a := c.people["ada"].post("/moderation/rules", ruleForm("casino", "hold", "")); a.StatusCode != http.StatusSeeOther {
			t.Fatal(a.Status)
		}
		key := 0
		held := func(author, where string) string {
			key++
			_, err := c.store.PostMessage(t.Context(), store.Draft{Room: c.rooms[where], Author: c.ids[author], Key: fmt.Sprint(key), Body: "casino"})
			if _, is := err.(store.Waits); !is {
				t.Fatalf("%s in %s: %v", author, where, err)
			}
			var id int
			if err := c.db.Get(&id, "select max(id) from held"); err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(id)
		}
		for _, row := range []struct{ author, where, publish, refuse string }{
			{"dan", "Kitchen", "ada eva moe ben cleo", "ada eva moe ben cleo"},
			{"dan", "Cellar", "moe ben cleo", "moe ben cleo"},
			{"dan", "Lobby", "ada eva moe", "ada eva moe"},
			{"cleo", "Lobby", "ada eva moe", "ada eva moe"},
			{"ben", "Lobby", "ada eva moe", "ada eva moe"},
			{"finn", "Lobby", "ada eva moe", "ada"}, // who moderates the instance since
		} {
			for _, act := range []struct{ path, who string }{{"/publish", row.publish}, {"/refuse", row.refuse}, {"", row.author}} {
				for _, by := range append(offices, "nobody") {
					id := held(row.author, row.where)
					if row.author == "finn" {
						c.db.MustExec("update users set role = 'moderator' where username_key = 'finn'")
					}
					may := strings.Contains(act.who, by)
					path := "/moderation/held/" + id + act.path
					if act.path == "" {
						path = "/held/" + id + "/withdraw"
					}
					want := status(by, may)
					if !may && act.path == "/refuse" && strings.Contains(row.publish, by) {
						want = http.StatusUnprocessableEntity // the page says so
					}
					if a := c.people[by].post(path, url.Values{"reason": {"other"}}); a.StatusCode != want {
						t.Errorf("%s: POST %s, by %s in %s: got %d, want %d", by, path, row.author, row.where, a.StatusCode, want)
					}
					var waits int
					if err := c.db.Get(&waits, "select count(*) from held where state = 'waiting' and id = $1", id); err != nil || waits > 0 == may {
						t.Errorf("after %s asked for %s, %d wait: %v", by, path, waits, err)
					}
					c.db.MustExec("update users set role = 'member' where username_key = 'finn'")
				}
				c.db.MustExec("delete from held") // only so many wait
			}
		}
	})
}

// One objects to what was done to oneself, and who may lift it decides, but for who did
// it, unless there is nobody else.
func TestEveryObjectionIsDecidedByWhoMayLiftItAndDidNotDoIt(t *testing.T) {
	inTribunal(t, func(t *testing.T, c *tribunal) {
		var decided, own, alone, refused int
		for _, kind := range []store.MeasureKind{store.HideMessage, store.Warning, store.TimeOut, store.Removal, store.Suspension, store.Ban} {
			for where, room := range c.rooms {
				for _, on := range []string{"dan", "cleo", "moe"} {
					in := store.Measure{Kind: kind, Room: room, User: c.ids[on], Reason: kind.Reasons()[0], Until: time.Now().Add(time.Hour)}
					if kind == store.HideMessage {
						in.Seq = c.wrote[on+" in "+where]
					}
					for _, imposer := range offices {
						if kind == store.HideMessage && in.Seq == 0 || imposer == on || !c.may(imposer, on, in) {
							continue
						}
						m, err := c.store.Impose(t.Context(), store.Actor{User: c.ids[imposer]}, in)
						if err != nil {
							t.Fatalf("%s does %s to %s in %q: %v", imposer, kind, on, where, err)
						}
						what := fmt.Sprintf("%s of %s by %s in %q", kind, on, imposer, where)
						for _, by := range append(offices, "nobody") {
							if by == on {
								continue
							}
							if a := c.people[by].post(fmt.Sprintf("/notices/%d/appeal", m.ID), url.Values{"text": {"Why?"}}); a.StatusCode != status(by, false) {
								t.Errorf("%s objects to the %s: got %d", by, what, a.StatusCode)
							}
						}
						if kind == store.Suspension || kind == store.Ban { // from outside, with a token
							err = c.store.CreateAppeal(t.Context(), c.ids[on], m.ID, "Why?")
						} else if a := c.people[on].post(fmt.Sprintf("/notices/%d/appeal", m.ID), url.Values{"text": {"Why?"}}); a.StatusCode != http.StatusSeeOther {
							err = fmt.Errorf("%s %s", a.Status, a.body)
						}
						if err != nil {
							t.Fatalf("%s objects to the %s: %v", on, what, err)
						}
						nobodyElse, err := c.store.Alone(t.Context(), m)
						if err != nil {
							t.Fatal(err)
						}
						page := fmt.Sprintf("/moderation/appeals/%d", m.ID)
						for _, by := range append(offices, "nobody") {
							if by == on && (kind == store.Suspension || kind == store.Ban) {
								continue // they cannot sign in
							}
							want := status(by, store.MayEnd(c.officer(by, room), m, c.officer(on, room), c.officer(imposer, room)))
							looks := map[int]int{http.StatusSeeOther: http.StatusOK, http.StatusUnauthorized: http.StatusSeeOther, http.StatusNotFound: http.StatusNotFound}[want]
							if a := c.people[by].get(page); a.StatusCode != looks {
								t.Errorf("%s looks at the objection to the %s: got %d, want %d", by, what, a.StatusCode, looks)
							}
							switch {
							case want != http.StatusSeeOther:
								refused++
							case by == imposer && nobodyElse:
								alone++
							case by == imposer:
								want = http.StatusUnprocessableEntity
								own++
							default:
								decided++
							}
							if a := c.people[by].post(page, url.Values{"answer": {"No"}}); a.StatusCode != want {
								t.Errorf("%s decides about the %s: got %d, want %d", by, what, a.StatusCode, want)
							}
							c.db.MustExec("update appeals set decided_at = 0 where measure_id = $1", m.ID)
						}
						if _, err := c.store.Lift(t.Context(), store.Actor{User: c.ids[imposer]}, m.ID, ""); err != nil {
							t.Fatal(err)
						}
						in.Words += "." // the next is another
						if kind == store.Suspension || kind == store.Ban {
							c.back(on)
						}
					}
				}
			}
		}
		if decided < 100 || refused < 100 || own == 0 || alone == 0 {
			t.Errorf("only %d were decided, by who had acted %d alone, not %d, and by others not %d", decided, alone, own, refused)
		}
	})
}
