package store_test

import (
	"errors"
	"sync"
	"testing"

	"parley/store"
	"parley/store/storetest"
)

// ruled is a court in which "casino" is held, "spam" refused and "lottery" flagged.
func ruled(t *testing.T, fn func(t *testing.T, c *court)) {
	inCourt(t, func(t *testing.T, c *court) {
		for text, act := range map[string]store.RuleAct{"casino": store.RuleHolds, "spam": store.RuleRefuses, "lottery": store.RuleFlags} {
			_, err := c.s.CreateRule(t.Context(), store.Actor{User: c.mod}, store.Rule{Kind: store.RuleWord, Text: text, Act: act, Sentence: "About " + text})
			must(t, err)
		}
		fn(t, c)
	})
}

func (c *court) try(room store.RoomID, by store.UserID, key, body string) (store.Message, error) {
	return c.s.PostMessage(c.t.Context(), store.Draft{Room: room, Author: by, Key: key, Body: body})
}

// waits posts what is held and returns it as its author sees it.
func (c *court) waits(by store.UserID, key, body string) store.HeldMessage {
	c.t.Helper()
	var w store.Waits
	if _, err := c.try(lobby, by, key, body); !errors.As(err, &w) || w.State != store.HeldWaiting {
		c.t.Fatalf("%q: got %v", body, err)
	}
	all := c.heldOf(by)
	return all[len(all)-1]
}

func (c *court) heldOf(by store.UserID) []store.HeldMessage {
	c.t.Helper()
	all, err := c.s.HeldOf(c.t.Context(), by, lobby)
	must(c.t, err)
	return all
}

func (c *court) said1() []store.Message {
	c.t.Helper()
	all, err := c.s.MessagesAfter(c.t.Context(), lobby, c.ada, 1, 100)
	must(c.t, err)
	return all
}

func TestARuleRefusesHoldsOrFlagsWhatIsPosted(t *testing.T) {
	ruled(t, func(t *testing.T, c *court) {
		var refused store.Ruled
		if _, err := c.try(lobby, c.ben, "1", "Buy my SPAM"); !errors.As(err, &refused) || refused.Sentence != "About spam" {
			t.Errorf("refused: got %v", err)
		}
		h := c.waits(c.ben, "2", "come to the casino")
		if h.Rule != "casino" || h.Sentence != "About casino" || h.Body != "come to the casino" {
			t.Errorf("Ben sees %+v", h)
		}
		if all := c.said1(); len(all) != 0 {
			t.Errorf("the room has %+v", all)
		}
		m, err := c.try(lobby, c.ben, "3", "win the lottery")
		must(t, err)
		f := c.file(m.Case, c.mod)
		if f.Room != lobby || f.Seq != m.Seq || f.Reports != 0 || len(f.Copies) != 1 || f.Copies[0].Body != "win the lottery" || f.Rule() != "lottery" {
			t.Errorf("the case is %+v", f.Case)
		}
		// Somebody reports the same: it is the same case.
		if again := c.report(c.cleo, m); again.ID != m.Case {
			t.Errorf("the report is in case %d, not %d", again.ID, m.Case)
		}
		m, err = c.try(lobby, c.ben, "4", "nothing of that")
		must(t, err)
		if m.Case != 0 {
			t.Errorf("a case is about %+v", m)
		}
	})
}

func TestARuleRefusesOrFlagsWhatAMessageIsChangedInto(t *testing.T) {
	ruled(t, func(t *testing.T, c *court) {
		edit := func(by store.UserID, seq store.Seq, body string) (store.Message, error) {
			return c.s.EditMessage(t.Context(), lobby, seq, by, body)
		}
		var refused store.Ruled
		if _, err := edit(c.ben, 1, "spam"); !errors.As(err, &refused) || refused.Edit {
			t.Errorf("refused: got %v", err)
		}
		if _, err := edit(c.ben, 1, "casino"); !errors.As(err, &refused) || !refused.Edit {
			t.Errorf("held: got %v", err)
		}
		_, err := edit(c.cleo, 1, "spam")
		wants(t, "somebody else's", err, store.ErrNotFound)
		m, err := edit(c.ben, 1, "lottery")
		must(t, err)
		again, err := edit(c.ben, 1, "lottery, lottery")
		must(t, err)
		f := c.file(m.Case, c.mod)
		if again.Case != m.Case || len(f.Copies) != 2 || f.Copies[1].Body != "lottery, lottery" {
			t.Errorf("the cases are %d and %d, the copies %+v", m.Case, again.Case, f.Copies)
		}
		if got := c.heldOf(c.ben); len(got) != 0 {
			t.Errorf("held: %+v", got)
		}
	})
}

func TestModeratorsAreOnlyEverRefusedAndSoIsWhatIsSaidDirectly(t *testing.T) {
	ruled(t, func(t *testing.T, c *court) {
		direct, err := c.s.Converse(t.Context(), c.ben, []store.UserID{c.cleo})
		must(t, err)
		own, err := c.s.CreateRoom(t.Context(), c.dan, store.Charter{Name: "Garden", Kind: store.OpenRoom})
		must(t, err)
		for _, who := range []struct {
			room store.RoomID
			by   store.UserID
		}{{lobby, c.mod}, {lobby, c.ada}, {own, c.dan}, {direct, c.ben}} {
			for _, body := range []string{"casino", "lottery"} {
				m, err := c.try(who.room, who.by, body, body)
				must(t, err)
				if m.Case != 0 {
					t.Errorf("a case is about %+v", m)
				}
				_, err = c.s.EditMessage(t.Context(), who.room, m.Seq, who.by, "again: "+body)
				must(t, err)
			}
			var refused store.Ruled
			if _, err := c.try(who.room, who.by, "spam", "spam"); !errors.As(err, &refused) {
				t.Errorf("%+v is not refused: %v", who, err)
			}
		}
		// Who is no member learns nothing of rules.
		for _, body := range []string{"spam", "casino"} {
			_, err = c.try(direct, c.dan, body, body)
			wants(t, "a stranger", err, store.ErrNotFound)
		}
	})
}

func TestTheSamePostIsHeldOnceAndFoundWhateverBecameOfIt(t *testing.T) {
	ruled(t, func(t *testing.T, c *court) {
		state := func(key, body string) store.HeldState {
			t.Helper()
			m, err := c.try(lobby, c.ben, key, body)
			var w store.Waits
			if err != nil && !errors.As(err, &w) {
				t.Fatal(err)
			}
			if err == nil && m.Body != body {
				t.Errorf("%s is now %+v", key, m)
			}
			return w.State
		}
		var at sync.WaitGroup
		for range 8 {
			at.Go(func() {
				var w store.Waits
				if _, err := c.try(lobby, c.ben, "k", "casino one"); !errors.As(err, &w) {
					t.Error(err)
				}
			})
		}
		at.Wait()
		one := c.heldOf(c.ben)
		if len(one) != 1 {
			t.Fatalf("held: %+v", one)
		}
		// The same key with another text is another message.
		c.waits(c.ben, "k", "casino two")
		if got := state("k", "no more of that"); got != "" {
			t.Errorf("a harmless text: %q", got)
		}
		if all := c.heldOf(c.ben); len(all) != 2 {
			t.Fatalf("held: %+v", all)
		}
		// Also when the rule is gone.
		rules, err := c.s.Rules(t.Context())
		must(t, err)
		for _, r := range rules {
			must(t, c.s.DeleteRule(t.Context(), act(c.mod), r.ID))
		}
		if got := state("k", "casino one"); got != store.HeldWaiting {
			t.Errorf("waiting: %q", got)
		}
		two := c.heldOf(c.ben)[1]
		m, err := c.s.PublishHeld(t.Context(), act(c.mod), one[0].ID)
		must(t, err)
		if got := state("k", "casino one"); got != store.HeldPublished {
			t.Errorf("published: %q", got)
		}
		_, err = c.s.TurnDownHeld(t.Context(), act(c.mod), two.ID, "", "")
		must(t, err)
		if got := state("k", "casino two"); got != store.HeldTurnedDown {
			t.Errorf("turned down: %q", got)
		}
		if _, err := c.s.WithdrawHeld(t.Context(), c.ben, two.ID); err != nil {
			t.Error(err)
		}
		if got := state("k", "casino two"); got != store.HeldWithdrawn {
			t.Errorf("put away: %q", got)
		}
		if got := state("k", "no more of that"); got != "" {
			t.Errorf("what was posted: %q", got)
		}
		if all := c.said1(); len(all) != 2 || all[1].Seq != m.Seq {
			t.Errorf("the room has %+v", all)
		}
	})
}

func TestAnotherProcessFollowsTheRules(t *testing.T) {
	storetest.Twice(t, func(t *testing.T, s, other *store.Store) {
		ada, ben, _ := crew(t, s)
		_, err := s.CreateRule(t.Context(), store.Actor{User: ada.ID}, store.Rule{Kind: store.RuleWord, Text: "casino", Act: store.RuleHolds})
		must(t, err)
		d := store.Draft{Room: lobby, Author: ben.ID, Key: "k", Body: "casino"}
		var w store.Waits
		if _, err := s.PostMessage(t.Context(), d); !errors.As(err, &w) {
			t.Fatal(err)
		}
		// The same post goes to a process that does not know of the rule yet.
		early, err := other.PostMessage(t.Context(), d)
		must(t, err)
		must(t, other.RefreshRules(t.Context()))
		d.Key = "l"
		if _, err := other.PostMessage(t.Context(), d); !errors.As(err, &w) {
			t.Fatal(err)
		}
		held, err := other.HeldOf(t.Context(), ben.ID, lobby)
		must(t, err)
		if len(held) != 2 {
			t.Fatalf("held: %+v", held)
		}
		m, err := other.PublishHeld(t.Context(), store.Actor{User: ada.ID}, held[0].ID)
		if err != nil || m.Seq != early.Seq {
			t.Errorf("it is there twice: %+v, %v", m, err)
		}
	})
}
