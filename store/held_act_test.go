package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/store"
)

func TestAPublishedMessageIsItsAuthorsAsAnyOther(t *testing.T) {
	ruled(t, func(t *testing.T, c *court) {
		h := c.waits(c.ben, "k", "casino, @cleo")
		_, err := c.try(lobby, c.cleo, "c", "in between")
		must(t, err)
		m, err := c.s.PublishHeld(t.Context(), act(c.mod), h.ID)
		must(t, err)
		if m.Seq != 3 || m.Author != c.ben || m.PrevAuthor != c.cleo || len(m.Mentions) != 1 {
			t.Errorf("published as %+v", m)
		}
		// The answer that the author did not get: the same draft is that message.
		again, err := c.try(lobby, c.ben, "k", "casino, @cleo")
		if err != nil || again.Seq != m.Seq {
			t.Errorf("again it is %+v, %v", again, err)
		}
		_, err = c.s.EditMessage(t.Context(), lobby, m.Seq, c.ben, "I mean the cinema")
		must(t, err)
		_, err = c.s.DeleteMessage(t.Context(), lobby, m.Seq, c.ben)
		must(t, err)
		var kept int
		must(t, c.db.Get(&kept, "select count(*) from held where body <> ''"))
		if kept != 0 || len(c.heldOf(c.ben)) != 0 {
			t.Error("the text of a published message is kept where its author cannot delete it")
		}
	})
}

func TestOfTwoWhoDecideAHeldMessageOneIsTold(t *testing.T) {
	ruled(t, func(t *testing.T, c *court) {
		for i, race := range [][2]func(id store.HeldID) error{
			{c.publish(c.mod), c.publish(c.ada)},
			{c.publish(c.mod), c.turnDown(c.ada)},
			{c.turnDown(c.mod), c.turnDown(c.ada)},
		} {
			before := len(c.said1())
			h := c.waits(c.ben, string(rune('a'+i)), "casino")
			got := make([]error, 2)
			var both sync.WaitGroup
			for n, do := range race {
				both.Go(func() { got[n] = do(h.ID) })
			}
			both.Wait()
			if (got[0] == nil) == (got[1] == nil) || !errors.Is(errors.Join(got...), store.ErrConflict) {
				t.Errorf("race %d: got %v", i, got)
			}
			if more := len(c.said1()) - before; more > 1 || more == 1 != (got[0] == nil && i < 2 || got[1] == nil && i == 0) {
				t.Errorf("race %d: %d messages more, %v", i, more, got)
			}
		}
	})
}

func (c *court) publish(by store.UserID) func(store.HeldID) error {
	return func(id store.HeldID) error {
		_, err := c.s.PublishHeld(c.t.Context(), act(by), id)
		return err
	}
}

func (c *court) turnDown(by store.UserID) func(store.HeldID) error {
	return func(id store.HeldID) error {
		_, err := c.s.TurnDownHeld(c.t.Context(), act(by), id, "", "")
		return err
	}
}

func TestWhatIsHeldCannotBePublishedForWhoIsGone(t *testing.T) {
	ruled(t, func(t *testing.T, c *court) {
		ben, cleo := c.waits(c.ben, "1", "casino"), c.waits(c.cleo, "2", "casino")
		_, err := c.s.Impose(t.Context(), act(c.mod), store.Measure{Kind: store.Suspension, User: c.ben, Reason: store.Spam})
		must(t, err)
		must(t, c.s.Leave(t.Context(), lobby, c.cleo))
		var p store.Invalid
		for _, id := range []store.HeldID{ben.ID, cleo.ID} {
			if err := c.publish(c.mod)(id); !errors.As(err, &p) {
				t.Errorf("published: %v", err)
			}
			must(t, c.turnDown(c.mod)(id))
		}
		garden, err := c.s.CreateRoom(t.Context(), c.ada, store.Charter{Name: "Garden", Kind: store.OpenRoom})
		must(t, err)
		must(t, c.s.Join(t.Context(), garden, c.dan))
		var w store.Waits
		if _, err := c.try(garden, c.dan, "3", "casino"); !errors.As(err, &w) {
			t.Fatal(err)
		}
		all, err := c.s.HeldOf(t.Context(), c.dan, garden)
		must(t, err)
		_, err = c.db.Exec("update rooms set archived_at = 1 where id = $1", garden)
		must(t, err)
		if err := c.publish(c.ada)(all[0].ID); !errors.As(err, &p) {
			t.Errorf("published in an archived room: %v", err)
		}
		if all := c.said1(); len(all) != 0 {
			t.Errorf("the Lobby has %+v", all)
		}
	})
}

func TestASuspensionWhileAHeldMessageIsPublishedLeavesOneOfBoth(t *testing.T) {
	ruled(t, func(t *testing.T, c *court) {
		h := c.waits(c.ben, "1", "casino")
		var both sync.WaitGroup
		var published error
		both.Go(func() { published = c.publish(c.mod)(h.ID) })
		both.Go(func() {
			_, err := c.s.Impose(t.Context(), act(c.ada), store.Measure{Kind: store.Suspension, User: c.ben, Reason: store.Spam})
			if err != nil {
				t.Error(err)
			}
		})
		both.Wait()
		var p store.Invalid
		if all := c.said1(); len(all) > 1 || (published == nil) != (len(all) == 1) || published != nil && !errors.As(published, &p) {
			t.Errorf("%d messages, %v", len(all), published)
		}
	})
}

func TestWhoSeesAndDecidesWhatIsHeld(t *testing.T) {
	ruled(t, func(t *testing.T, c *court) {
		kitchen, err := c.s.CreateRoom(t.Context(), c.cleo, store.Charter{Name: "Kitchen", Kind: store.PrivateRoom})
		must(t, err)
		must(t, c.s.AddMember(t.Context(), kitchen, store.Actor{User: c.cleo}, c.ben))
		var w store.Waits
		if _, err := c.try(kitchen, c.ben, "1", "casino in the kitchen"); !errors.As(err, &w) {
			t.Fatal(err)
		}
		there, err := c.s.HeldOf(t.Context(), c.ben, kitchen)
		must(t, err)
		here := c.waits(c.ben, "2", "casino for all")
		sees := func(user store.UserID, room store.RoomID) []store.HeldID {
			all, err := c.s.HeldFor(t.Context(), user, room, 10)
			if err != nil {
				wants(t, "look", err, store.ErrNotFound)
				return []store.HeldID{0}
			}
			var ids []store.HeldID
			for _, m := range all {
				ids = append(ids, m.ID)
			}
			return ids
		}
		nothing := []store.HeldID{0}
		for _, row := range []struct {
			who  string
			user store.UserID
			room store.RoomID
			want []store.HeldID
		}{
			{"a moderator, everywhere", c.mod, 0, []store.HeldID{here.ID}},
			{"a moderator, in the Lobby", c.mod, lobby, []store.HeldID{here.ID}},
			{"a moderator, in a private room", c.mod, kitchen, nothing},
			{"its owner", c.cleo, kitchen, []store.HeldID{there[0].ID}},
			{"its owner, in the Lobby", c.cleo, lobby, nothing},
			{"its owner, everywhere", c.cleo, 0, nothing},
			{"the author", c.ben, lobby, nothing},
			{"a member", c.dan, 0, nothing},
		} {
			if got := sees(row.user, row.room); !slices.Equal(got, row.want) {
				t.Errorf("%s: got %v, want %v", row.who, got, row.want)
			}
		}
		for name, err := range map[string]error{
			"a moderator in a private room": c.publish(c.mod)(there[0].ID),
			"its owner in the Lobby":        c.turnDown(c.cleo)(here.ID),
			"the author":                    c.publish(c.ben)(here.ID),
			"a member":                      c.publish(c.dan)(here.ID),
			"what is not there":             c.publish(c.mod)(99),
			"somebody else withdraws":       third2(c.s.WithdrawHeld(t.Context(), c.cleo, here.ID)),
		} {
			wants(t, name, err, store.ErrNotFound)
		}
		c.promote(c.ben)
		wants(t, "the author, a moderator now", c.publish(c.ben)(here.ID), store.ErrNotFound)
		must(t, c.publish(c.cleo)(there[0].ID))
		_, err = c.s.WithdrawHeld(t.Context(), c.ben, here.ID)
		must(t, err)
		wants(t, "publish what was withdrawn", c.publish(c.mod)(here.ID), store.ErrConflict)
		_, err = c.s.WithdrawHeld(t.Context(), c.ben, there[0].ID)
		wants(t, "withdraw what was published", err, store.ErrConflict)
		entries, err := c.s.Entries(t.Context(), store.EntryQuery{Act: "rule.publish"}, 10)
		must(t, err)
		if len(entries) != 1 || entries[0].Target.Kind != store.OnMessage || entries[0].Reason != "casino" || entries[0].Was+entries[0].Now != "" {
			t.Errorf("the log has %+v", entries)
		}
	})
}

func third2(_ store.HeldMessage, err error) error { return err }

func TestWhoTurnsAMessageDownTellsItsAuthorWhyAndNobodyElse(t *testing.T) {
	ruled(t, func(t *testing.T, c *court) {
		h := c.waits(c.ben, "1", "casino")
		for who, want := range map[store.UserID]error{c.mod: nil, c.ada: nil, c.ben: store.ErrNotFound, c.cleo: store.ErrNotFound} {
			m, err := c.s.HeldToDecide(t.Context(), who, h.ID)
			if !errors.Is(err, want) || want == nil && m.Body != "casino" {
				t.Errorf("%d looks at it: %+v, %v", who, m, err)
			}
		}
		_, err := c.s.HeldToDecide(t.Context(), c.mod, 99)
		wants(t, "what is not there", err, store.ErrNotFound)
		var p store.Invalid
		if _, err := c.s.TurnDownHeld(t.Context(), act(c.mod), h.ID, "", strings.Repeat("é", store.WordsRunes+1)); !errors.As(err, &p) || p.Field != "words" {
			t.Errorf("too long: %v", err)
		}
		_, err = c.s.TurnDownHeld(t.Context(), act(c.mod), h.ID, "", " Ask the few who care.\r\n")
		must(t, err)
		if all := c.heldOf(c.ben); len(all) != 1 || all[0].Words != "Ask the few who care." || all[0].Sentence != "About casino" {
			t.Errorf("Ben sees %+v", all)
		}
		_, err = c.s.HeldToDecide(t.Context(), c.ada, h.ID)
		wants(t, "decided", err, store.ErrConflict)
		log, err := c.s.Entries(t.Context(), store.EntryQuery{}, 20)
		if must(t, err); strings.Contains(fmt.Sprint(log), "few who care") {
			t.Error("the log has what was said to him")
		}
		_, err = c.s.WithdrawHeld(t.Context(), c.ben, h.ID)
		must(t, err)
		var kept string
		if must(t, c.db.Get(&kept, "select words from held where id = $1", h.ID)); kept != "" {
			t.Errorf("put away, it is kept: %q", kept)
		}
	})
}

func TestWhatWasDecidedIsForgottenAWeekLaterAndWhatWaitsIsNot(t *testing.T) {
	ruled(t, func(t *testing.T, c *court) {
		published, waiting := c.waits(c.ben, "1", "casino"), c.waits(c.ben, "2", "casino again")
		must(t, c.publish(c.mod)(published.ID))
		forget := func() int {
			n, err := c.s.ForgetHeld(t.Context(), 10)
			must(t, err)
			return n
		}
		if n := forget(); n != 0 {
			t.Errorf("%d are forgotten at once", n)
		}
		week := store.HeldLife.Microseconds()
		_, err := c.db.Exec("update held set at = at - $1, decided_at = case when decided_at > 0 then decided_at - $1 else 0 end", week+time.Minute.Microseconds())
		must(t, err)
		if all := c.heldOf(c.ben); len(all) != 1 || all[0].ID != waiting.ID {
			t.Errorf("a week later Ben sees %+v", all)
		}
		if n := forget(); n != 1 {
			t.Errorf("%d are forgotten, a week later", n)
		}
	})
}
