package handlers_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

// tribunal is a world with somebody of each office. Ada administers; Eva and Moe moderate
// the instance; Ben owns the Kitchen, which is open, and the Cellar, which is private, Cleo
// moderates both, and Dan is in both, as Moe is; Finn is in neither. Moe, Cleo and Dan
// talk directly, too. Everybody has written where they are.
type tribunal struct {
	*world
	db     *sqlx.DB
	people map[string]*browser // and nobody
	ids    map[string]store.UserID
	rooms  map[string]store.RoomID // "": everywhere
	wrote  map[string]store.Seq    // "dan in Cellar"
}

var offices = []string{"ada", "eva", "moe", "ben", "cleo", "dan", "finn"}

func inTribunal(t *testing.T, fn func(t *testing.T, c *tribunal)) {
	// The decision is the store's: store/officer_test.go asks both databases for it.
	storetest.Embedded(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		c := &tribunal{world: newWorld(t, s, unlimited), db: db, people: map[string]*browser{}, ids: map[string]store.UserID{}, wrote: map[string]store.Seq{}}
		c.people["nobody"] = c.browser()
		for i, name := range offices {
			c.people[name], c.ids[name] = c.signUp(name), store.UserID(i+1)
		}
		db.MustExec("update users set role = 'moderator' where username_key in ('eva', 'moe')")
		c.rooms = map[string]store.RoomID{"": 0}
		for name, kind := range map[string]store.Kind{"Kitchen": store.OpenRoom, "Cellar": store.PrivateRoom} {
			room, err := s.CreateRoom(t.Context(), c.ids["ben"], store.Charter{Name: name, Kind: kind})
			if err != nil {
				t.Fatal(err)
			}
			c.rooms[name] = room
			for _, member := range []string{"cleo", "dan", "moe"} {
				err = errors.Join(err, s.AddMember(t.Context(), room, store.Actor{User: c.ids["ben"]}, c.ids[member]))
			}
			if err := errors.Join(err, s.SetModerator(t.Context(), store.Actor{User: c.ids["ben"]}, room, c.ids["cleo"], true)); err != nil {
				t.Fatal(err)
			}
		}
		direct, err := s.Converse(t.Context(), c.ids["dan"], []store.UserID{c.ids["moe"], c.ids["cleo"]})
		if err != nil {
			t.Fatal(err)
		}
		c.rooms["Direct"] = direct
		for name, room := range c.rooms {
			for _, author := range []string{"moe", "ben", "cleo", "dan"} {
				if name == "" || name == "Direct" && author == "ben" {
					continue
				}
				m, err := s.PostMessage(t.Context(), store.Draft{Room: room, Author: c.ids[author], Key: author, Body: "by " + author})
				if err != nil {
					t.Fatal(err)
				}
				c.wrote[author+" in "+name] = m.Seq
			}
		}
		for _, name := range []string{"eva", "moe"} { // a session of before may be remembered
			c.back(name)
		}
		fn(t, c)
	})
}

// back signs name in again.
func (c *tribunal) back(name string) {
	c.t.Helper()
	c.people[name] = c.browser()
	if a := c.people[name].post("/login", url.Values{"login": {name}, "password": {password}}); a.StatusCode != http.StatusSeeOther {
		c.t.Fatal(a.Status)
	}
}

// officer is what name is in room, and nothing if they are nobody.
func (c *tribunal) officer(name string, room store.RoomID) (o store.Officer) {
	c.t.Helper()
	if c.ids[name] == 0 {
		return o
	}
	o, err := c.store.OfficerIn(c.t.Context(), room, c.ids[name])
	if err != nil {
		c.t.Fatal(err)
	}
	return o
}

// may says whether by may do m to on, who may be nobody, as the golden table of the
// tests of the store has it.
func (c *tribunal) may(by, on string, m store.Measure) bool {
	c.t.Helper()
	o := c.officer(by, m.Room)
	o.Case = m.Case != 0 && m.Seq != 0
	m.User = c.ids[on]
	return store.MayModerate(o, m, c.officer(on, m.Room))
}

// status is what by is answered who may, or may not.
func status(by string, may bool) int {
	switch {
	case by == "nobody":
		return http.StatusUnauthorized
	case may:
		return http.StatusSeeOther
	}
	return http.StatusNotFound
}

// newest is what was done last.
func (c *tribunal) newest() (id store.MeasureID) {
	c.t.Helper()
	if err := c.db.Get(&id, "select max(id) from measures"); err != nil {
		c.t.Fatal(err)
	}
	return id
}

// undo lifts what was just done to on, as who did it.
func (c *tribunal) undo(by, on string, kind store.MeasureKind) {
	c.t.Helper()
	if _, err := c.store.Lift(c.t.Context(), store.Actor{User: c.ids[by]}, c.newest(), ""); err != nil {
		c.t.Fatalf("%s lifts %s of %s: %v", by, kind, on, err)
	}
	if kind == store.Suspension || kind == store.Ban {
		c.back(on)
	}
}

// Each act by each kind of person on each kind of target, where they are and everywhere,
// by its form.
func TestEveryActOverItsFormIsForWhoMayDoIt(t *testing.T) {
	inTribunal(t, func(t *testing.T, c *tribunal) {
		did := 0
		for _, kind := range []store.MeasureKind{store.HideMessage, store.Warning, store.TimeOut, store.Removal, store.Suspension, store.Ban, store.SlowMode, store.RoomLock, store.NewcomerCap, store.NewcomerLag, store.TurnDown} {
			for where, room := range c.rooms {
				for _, on := range append(offices, "") {
					m := store.Measure{Kind: kind, Room: room}
					if kind == store.HideMessage {
						if m.Seq = c.wrote[on+" in "+where]; m.Seq == 0 {
							continue // there is nothing to hide
						}
					}
					form := url.Values{"kind": {string(kind)}, "room": {fmt.Sprint(room)}, "seq": {fmt.Sprint(m.Seq)}, "user": {fmt.Sprint(c.ids[on])}, "reason": {"other"}, "amount": {"1"}, "for": {"1h"}}
					for _, by := range append(offices, "nobody") {
						may := kind != store.TurnDown && c.may(by, on, m) // no rule holds it
						want := status(by, may)
						a := c.people[by].post("/measures", form)
						if kind == store.TurnDown && want == http.StatusNotFound && a.StatusCode == http.StatusUnprocessableEntity {
							want = a.StatusCode // the forms do not offer it
						}
						if a.StatusCode != want {
							t.Errorf("%s does %s to %q in %q: got %d, want %d", by, kind, on, where, a.StatusCode, want)
						} else if may {
							did++
							c.undo(by, on, kind)
						}
					}
				}
			}
		}
		if did < 100 {
			t.Errorf("only %d acts were done", did)
		}
	})
}

// What the card of a message offers is what its form does.
func TestTheCardOfAMessageOffersToHideItToWhoMayDoThat(t *testing.T) {
	inTribunal(t, func(t *testing.T, c *tribunal) {
		did := 0
		for where, room := range c.rooms {
			for _, on := range offices {
				m := store.Measure{Kind: store.HideMessage, Room: room, Seq: c.wrote[on+" in "+where]}
				if m.Seq == 0 {
					continue
				}
				address := fmt.Sprintf("/rooms/%d/messages/%d", room, m.Seq)
				for _, by := range append(offices, "nobody") {
					if _, err := c.store.Membership(t.Context(), room, c.ids[by]); err != nil {
						continue // they have no card
					}
					may := c.may(by, on, m)
					if offered := strings.Contains(c.people[by].get(address+"/more").body, address+"/hide"); offered != may {
						t.Errorf("%s, on what %s wrote in %q, is offered to hide it: %t, and may: %t", by, on, where, offered, may)
					}
					if asked := c.people[by].get(address+"/hide").StatusCode == http.StatusOK; asked != may {
						t.Errorf("%s is asked why to hide what %s wrote in %q: %t, and may: %t", by, on, where, asked, may)
					}
					if may {
						did++
					}
				}
			}
		}
		if did < 10 {
			t.Errorf("only %d may be hidden", did)
		}
	})
}

// The same over a case, about a message or about the person.
func TestEveryActOverACaseIsForWhoMayDoIt(t *testing.T) {
	inTribunal(t, func(t *testing.T, c *tribunal) {
		did := 0
		for where, room := range c.rooms {
			for _, on := range offices {
				reporter := c.ids["dan"]
				if on == "dan" {
					reporter = c.ids["cleo"]
				}
				about, err := store.Case{}, error(nil)
				if seq := c.wrote[on+" in "+where]; where == "" {
					about, err = c.store.ReportPerson(t.Context(), c.ids[on], reporter, store.Spam, "")
				} else if seq != 0 {
					about, err = c.store.ReportMessage(t.Context(), room, seq, reporter, store.Spam, "")
				} else {
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				for _, kind := range []store.MeasureKind{store.HideMessage, store.Warning, store.TimeOut, store.Removal, store.Suspension, store.Ban, store.SlowMode, store.RoomLock, store.NewcomerCap, store.NewcomerLag, store.TurnDown} {
					for _, choice := range []string{string(kind), string(kind) + ".room"} {
						m := store.Measure{Kind: kind, Case: about.ID}
						if choice != string(kind) {
							m.Room, m.Seq = about.Room, about.Seq
						}
						for _, by := range append(offices, "nobody") {
							c.db.MustExec("update cases set taken_by = 0, version = 1 where id = $1", about.ID) // as if nobody had done anything
							may := kind != store.TurnDown && c.may(by, on, m)                                   // no rule holds it
							if _, err := c.store.CaseFor(t.Context(), about.ID, c.ids[by]); errors.Is(err, store.ErrNotFound) {
								may = false
							}
							form := url.Values{"version": {"1"}, "kind": {choice}, "reason": {"other"}, "for": {"1h"}}
							a := c.people[by].post(fmt.Sprintf("/moderation/cases/%d/measures", about.ID), form)
							want := status(by, may)
							switch kind {
							case store.SlowMode, store.NewcomerCap, store.NewcomerLag, store.TurnDown:
								if want == http.StatusNotFound && a.StatusCode == http.StatusUnprocessableEntity {
									want = a.StatusCode // the form offers none of them
								}
							}
							if a.StatusCode != want {
								t.Errorf("%s does %s to %s of %q: got %d, want %d", by, choice, on, where, a.StatusCode, want)
							} else if may {
								did++
								c.undo(by, on, kind)
							}
						}
					}
				}
			}
		}
		if did < 100 {
			t.Errorf("only %d acts were done", did)
		}
	})
}

// Each act by each kind of person is lifted by its form by who is not below them.
func TestEveryLiftOverItsFormIsForWhoMayDoIt(t *testing.T) {
	inTribunal(t, func(t *testing.T, c *tribunal) {
		did, refused := 0, 0
		for _, kind := range []store.MeasureKind{store.HideMessage, store.Warning, store.TimeOut, store.Removal, store.Suspension, store.Ban, store.SlowMode, store.RoomLock, store.NewcomerCap, store.NewcomerLag} {
			for where, room := range c.rooms {
				for _, on := range append(offices, "") {
					in := store.Measure{Kind: kind, Room: room, User: c.ids[on], Reason: kind.Reasons()[0], Until: time.Now().Add(time.Hour), Amount: 1}
					if kind == store.HideMessage {
						in.Seq = c.wrote[on+" in "+where]
					}
					for _, imposer := range offices {
						if kind == store.HideMessage && in.Seq == 0 || imposer == on || !c.may(imposer, on, in) {
							continue
						}
						impose := func() store.Measure {
							m, err := c.store.Impose(t.Context(), store.Actor{User: c.ids[imposer]}, in)
							if err != nil {
								t.Fatalf("%s does %s to %q in %q: %v", imposer, kind, on, where, err)
							}
							in.Words += "." // the next is another
							return m
						}
						m := impose()
						for _, by := range append(offices, "nobody") {
							may := store.MayEnd(c.officer(by, room), m, c.officer(on, room), c.officer(imposer, room))
							if by == on && (kind == store.Suspension || kind == store.Ban) {
								continue // they cannot sign in
							}
							if a := c.people[by].post(fmt.Sprintf("/measures/%d/lift", m.ID), nil); a.StatusCode != status(by, may) {
								t.Errorf("%s lifts what %s did, %s to %q in %q: got %d, want %d", by, imposer, kind, on, where, a.StatusCode, status(by, may))
							} else if may {
								did++
								m = impose()
							} else {
								refused++
							}
						}
						if _, err := c.store.Lift(t.Context(), store.Actor{User: c.ids["ada"]}, m.ID, ""); err != nil {
							if _, err = c.store.Lift(t.Context(), store.Actor{User: c.ids[imposer]}, m.ID, ""); err != nil {
								t.Fatal(err)
							}
						}
						if kind == store.Suspension || kind == store.Ban {
							c.back(on)
						}
					}
				}
			}
		}
		if did < 100 || refused < 100 {
			t.Errorf("only %d were lifted, and %d refused", did, refused)
		}
	})
}

// The way to take somebody out of a room from the list of its members.
func TestEveryRemovalFromTheListOfMembersIsForWhoMayDoIt(t *testing.T) {
	inTribunal(t, func(t *testing.T, c *tribunal) {
		did := 0
		for where, room := range c.rooms {
			if where == "" {
				continue
			}
			address := fmt.Sprintf("/rooms/%d/members/remove", room)
			for _, on := range offices {
				user := fmt.Sprint(c.ids[on])
				_, err := c.store.Membership(t.Context(), room, c.ids[on])
				member := err == nil
				for _, by := range append(offices, "nobody") {
					may := c.may(by, on, store.Measure{Kind: store.Removal, Room: room})
					if _, err := c.store.Membership(t.Context(), room, c.ids[by]); err != nil {
						may = false // to them there is no such list
					}
					if got := c.people[by].get(address+"?user="+user).StatusCode == http.StatusOK; got != (may && member) {
						t.Errorf("%s is asked why %s is to leave %q: %t", by, on, where, got)
					}
					if a := c.people[by].post(address, url.Values{"user": {user}, "reason": {"other"}, "for": {"1h"}}); a.StatusCode != status(by, may) {
						t.Errorf("%s removes %s from %q: got %d, want %d", by, on, where, a.StatusCode, status(by, may))
					} else if may {
						did++
						c.undo(by, on, store.Removal)
					}
				}
			}
		}
		if did < 10 {
			t.Errorf("only %d were removed", did)
		}
	})
}
