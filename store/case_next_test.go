package store_test

import (
	"testing"

	"parley/store"
)

func TestFromACaseOneGoesOnToTheNextThatIsLeft(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		var all []store.CaseID
		for range 4 {
			all = append(all, c.report(c.cleo, c.say(c.ben, "one of many")).ID)
		}
		c.report(c.dan, store.Message{Room: lobby, Seq: c.said.Seq + 3}) // the third is the first of the queue
		next := func(name string, who store.UserID, from, want store.CaseID) {
			t.Helper()
			one, err := c.s.CaseFor(t.Context(), from, who)
			must(t, err)
			if got, err := c.s.NextCase(t.Context(), who, one, store.CaseFilter{}); err != nil || got != want {
				t.Errorf("%s: got %d, %v, want %d", name, got, err, want)
			}
		}
		next("the most reported, then the oldest", c.mod, all[2], all[0])
		next("then the next oldest", c.mod, all[0], all[1])
		must(t, c.s.AssignCase(t.Context(), act(c.ada), all[1], 1, c.ada))
		next("not what Ada has", c.mod, all[0], all[3])
		next("Ada, who has it", c.ada, all[0], all[1])
		next("after the last the first", c.mod, all[3], all[2])
		about, err := c.s.ReportPerson(t.Context(), c.mod, c.cleo, store.Harassment, "")
		must(t, err)
		next("not what is about oneself", c.mod, all[3], all[2])
		next("a person, for Ada", c.ada, all[3], about.ID)
		for _, id := range []store.CaseID{all[0], all[2], all[3]} {
			must(t, c.s.CloseCase(t.Context(), act(c.mod), id, 1))
		}
		next("only Ada's is left", c.mod, all[0], 0)

		// Who moderates one room goes on in it.
		garden, err := c.s.CreateRoom(t.Context(), c.cleo, store.Charter{Name: "Garden", Kind: store.OpenRoom})
		must(t, err)
		must(t, c.s.Join(t.Context(), garden, c.ben))
		there := make([]store.CaseID, 2)
		for i := range there {
			there[i] = c.report(c.cleo, c.sayIn(garden, c.ben, "in the garden")).ID
		}
		next("Cleo in her Garden", c.cleo, there[0], there[1])
		must(t, c.s.CloseCase(t.Context(), act(c.cleo), there[0], 1))
		next("after the last the first that is left", c.cleo, there[1], there[1])
		must(t, c.s.CloseCase(t.Context(), act(c.cleo), there[1], 1))
		next("nothing is left in the Garden", c.cleo, there[1], 0)
		one, err := c.s.CaseFor(t.Context(), there[0], c.mod)
		must(t, err)
		_, err = c.s.NextCase(t.Context(), c.dan, one, store.CaseFilter{})
		wants(t, "a member", err, store.ErrNotFound)
	})
}
