package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley/store"
)

// reported is what the moderators of the court have to do: in the Lobby, in a private
// Kitchen that mod is not in, in an open Garden, in a direct conversation, and about Ben.
type reported struct {
	kitchen, garden, direct              store.RoomID
	insult, spam, soup, weeds, said, ben store.CaseID
}

func (c *court) reported() (r reported) {
	c.t.Helper()
	t := c.t
	var err error
	about := func(m store.Message, by store.UserID, why store.Reason) store.CaseID {
		t.Helper()
		one, err := c.s.ReportMessage(t.Context(), m.Room, m.Seq, by, why, "")
		must(t, err)
		return one.ID
	}
	r.kitchen, err = c.s.CreateRoom(t.Context(), c.cleo, store.Charter{Name: "Kitchen", Kind: store.PrivateRoom})
	must(t, err)
	must(t, c.s.AddMember(t.Context(), r.kitchen, act(c.cleo), c.ben))
	r.garden, err = c.s.CreateRoom(t.Context(), c.cleo, store.Charter{Name: "Garden", Kind: store.OpenRoom})
	must(t, err)
	must(t, c.s.Join(t.Context(), r.garden, c.ben))
	r.direct, err = c.s.Converse(t.Context(), c.mod, []store.UserID{c.ben})
	must(t, err)
	r.insult = about(c.said, c.cleo, store.Harassment)
	about(c.said, c.dan, store.Hate)
	r.spam = about(c.say(c.ben, "Buy my soup"), c.cleo, store.Spam)
	r.soup = about(c.sayIn(r.kitchen, c.ben, "Buy this soup"), c.cleo, store.Spam)
	r.weeds = about(c.sayIn(r.garden, c.ben, "Buy my weeds"), c.cleo, store.Spam)
	r.said = about(c.sayIn(r.direct, c.ben, "Buy my soup, you"), c.mod, store.Spam)
	one, err := c.s.ReportPerson(t.Context(), c.ben, c.dan, store.Spam, "")
	must(t, err)
	r.ben = one.ID
	return r
}

func TestAQueueIsNarrowedDownToARoomAndAReason(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		r := c.reported()
		ask := func(q store.Queue) (got []store.CaseID) {
			t.Helper()
			for { // one by one, so that each goes on where the one before ended
				page, err := c.s.Cases(t.Context(), q, 1)
				must(t, err)
				if len(page) == 0 {
					return got
				}
				got, q.After = append(got, page[0].ID), page[0].Mark()
			}
		}
		shows := func(name string, q store.Queue, want ...store.CaseID) {
			t.Helper()
			if got := ask(q); !slices.Equal(got, want) {
				t.Errorf("%s: got %v, want %v", name, got, want)
			}
		}
		mod := func(in store.RoomID, why store.Reason) store.Queue {
			return store.Queue{User: c.mod, Tab: "open", CaseFilter: store.CaseFilter{In: in, Reason: why}}
		}
		shows("all", mod(0, ""), r.insult, r.spam, r.soup, r.weeds, r.said, r.ben)
		shows("of the Lobby", mod(lobby, ""), r.insult, r.spam)
		shows("spam, wherever", mod(0, store.Spam), r.spam, r.soup, r.weeds, r.said, r.ben)
		shows("spam in the Lobby", mod(lobby, store.Spam), r.spam)
		shows("what one of two reported it for", mod(lobby, store.Hate), r.insult)
		shows("what nobody reported", mod(0, store.Violence))
		shows("a room that there is not", mod(999, ""))
		shows("a private room of others", mod(r.kitchen, ""))
		shows("a direct conversation, even one's own", mod(r.direct, ""))
		shows("a room's queue, by its moderator", store.Queue{User: c.cleo, Room: r.kitchen, Tab: "open", CaseFilter: store.CaseFilter{Reason: store.Spam}}, r.soup)
		shows("and for another reason", store.Queue{User: c.cleo, Room: r.kitchen, Tab: "open", CaseFilter: store.CaseFilter{Reason: store.Hate}})
		must(t, c.s.AddMember(t.Context(), r.kitchen, act(c.cleo), c.mod))
		shows("the private room, once one is in it", mod(r.kitchen, store.Spam), r.soup)

		for _, id := range []store.CaseID{r.spam, r.insult, r.weeds} {
			must(t, c.s.AssignCase(t.Context(), act(c.mod), id, 1, c.mod))
		}
		own := mod(lobby, "")
		own.Tab = "mine"
		shows("mine, of the Lobby", own, r.insult, r.spam)
		own.CaseFilter = store.CaseFilter{Reason: store.Spam}
		shows("mine, for spam", own, r.spam, r.weeds)
		for _, id := range []store.CaseID{r.spam, r.insult, r.weeds} {
			must(t, c.s.CloseCase(t.Context(), act(c.mod), id, 2))
		}
		closed := mod(lobby, "")
		closed.Tab = "closed"
		shows("closed, of the Lobby", closed, r.insult, r.spam)
		closed.CaseFilter = store.CaseFilter{Reason: store.Spam}
		shows("closed, for spam", closed, r.weeds, r.spam)
	})
}

// The list of rooms to choose from tells nobody of what they may not read, nor of what is
// about themselves.
func TestAQueueIsNarrowedDownToRoomsThatOneMayRead(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		r := c.reported()
		offers := func(who store.UserID, tab, want string) {
			t.Helper()
			all, err := c.s.RoomsOfCases(t.Context(), who, tab, 10)
			must(t, err)
			var names []string
			for _, room := range all {
				names = append(names, room.Name)
			}
			if got := strings.Join(names, ", "); got != want {
				t.Errorf("%d is offered %q of %s, want %q", who, got, tab, want)
			}
		}
		offers(c.mod, "open", "Garden, Lobby")
		offers(c.mod, "mine", "")
		offers(c.mod, "closed", "")
		must(t, c.s.AddMember(t.Context(), r.kitchen, act(c.cleo), c.mod))
		offers(c.mod, "open", "Garden, Kitchen, Lobby")
		must(t, c.s.CloseCase(t.Context(), act(c.mod), r.weeds, 1))
		offers(c.mod, "open", "Kitchen, Lobby")
		offers(c.mod, "closed", "Garden")
		must(t, c.s.Leave(t.Context(), r.kitchen, c.mod))
		offers(c.mod, "open", "Lobby")
		c.promote(c.ben) // who wrote all that
		offers(c.ben, "open", "")
		offers(c.ben, "closed", "")
		for i := range 3 {
			room, err := c.s.CreateRoom(t.Context(), c.ada, store.Charter{Name: fmt.Sprint("Attic ", i), Kind: store.OpenRoom})
			must(t, err)
			must(t, c.s.Join(t.Context(), room, c.mod))
			c.report(c.mod, c.sayIn(room, c.ada, "dusty"))
		}
		if all, err := c.s.RoomsOfCases(t.Context(), c.mod, "open", 2); err != nil || len(all) != 2 || all[1].Name != "Attic 1" {
			t.Errorf("the first two rooms are %v, %v", all, err)
		}
	})
}

func TestFromAFilteredQueueOneGoesOnInIt(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		r := c.reported()
		next := func(name string, who store.UserID, from store.CaseID, f store.CaseFilter, want store.CaseID) {
			t.Helper()
			one, err := c.s.CaseFor(t.Context(), from, who)
			must(t, err)
			if got, err := c.s.NextCase(t.Context(), who, one, f); err != nil || got != want {
				t.Errorf("%s: got %d, %v, want %d", name, got, err, want)
			}
		}
		must(t, c.s.CloseCase(t.Context(), act(c.mod), r.spam, 1))
		next("to whatever is next", c.mod, r.spam, store.CaseFilter{}, r.soup)
		next("in the Lobby, after its last the first", c.mod, r.spam, store.CaseFilter{In: lobby}, r.insult)
		next("in the Garden", c.mod, r.spam, store.CaseFilter{In: r.garden}, r.weeds)
		next("spam", c.mod, r.insult, store.CaseFilter{Reason: store.Spam}, r.soup)
		next("spam, after the last the first", c.mod, r.ben, store.CaseFilter{Reason: store.Spam}, r.soup)
		next("what nobody reported", c.mod, r.spam, store.CaseFilter{Reason: store.Violence}, 0)
		next("in a room that one may not read", c.mod, r.spam, store.CaseFilter{In: r.kitchen}, 0)
		next("in a room of one's own", c.cleo, r.weeds, store.CaseFilter{Reason: store.Hate}, 0)
		next("and for its reason", c.cleo, r.weeds, store.CaseFilter{Reason: store.Spam}, r.weeds)
	})
}
