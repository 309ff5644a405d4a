package store_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"parley/store"
)

// turnedDown is a message of Ben's in room that Mod has turned down.
func (c *court) turnedDown(room store.RoomID, key, body string) store.Measure {
	c.t.Helper()
	var w store.Waits
	if _, err := c.try(room, c.ben, key, body); !errors.As(err, &w) {
		c.t.Fatalf("%q: got %v", body, err)
	}
	all, err := c.s.HeldOf(c.t.Context(), c.ben, room)
	must(c.t, err)
	m, err := c.s.TurnDownHeld(c.t.Context(), act(c.mod), all[len(all)-1].ID, "", "Not here")
	must(c.t, err)
	return m
}

func (c *court) objects(m store.Measure) store.Measure {
	c.t.Helper()
	must(c.t, c.s.CreateAppeal(c.t.Context(), c.ben, m.ID, "It is about a film"))
	return m
}

func (c *court) decide(by store.UserID, m store.Measure, granted bool) error {
	_, err := c.s.DecideAppeal(c.t.Context(), act(by), m.ID, granted, "I have read it")
	return err
}

func (c *court) lift(by store.UserID, m store.Measure) error {
	_, err := c.s.Lift(c.t.Context(), act(by), m.ID, "")
	return err
}

// text is what is kept of what m turned down.
func (c *court) text(m store.Measure) string {
	c.t.Helper()
	all, err := c.s.TurnedDown(c.t.Context(), []store.Measure{m})
	must(c.t, err)
	return all[m.ID].Body
}

func (c *court) inForce(by store.UserID) []store.MeasureID {
	c.t.Helper()
	all, err := c.s.MeasuresInForce(c.t.Context(), store.InForce{User: by, Kind: store.TurnDown}, 10)
	must(c.t, err)
	var ids []store.MeasureID
	for _, m := range all {
		ids = append(ids, m.ID)
	}
	return ids
}

func TestWhatWasTurnedDownIsPostedWhenSomebodyElseAgreesToTheObjection(t *testing.T) {
	ruled(t, func(t *testing.T, c *court) {
		m := c.turnedDown(lobby, "1", "casino, @cleo")
		if m.User != c.ben || m.Room != lobby || m.Reason != store.ByRule || m.Words != "Not here" || c.text(m) != "casino, @cleo" {
			t.Errorf("it is %+v", m)
		}
		if b, err := c.s.Aside(t.Context(), c.ben); err != nil || b.Notices != 1 {
			t.Errorf("Ben is told of %d, %v", b.Notices, err)
		}
		wants(t, "Cleo objects for him", c.s.CreateAppeal(t.Context(), c.cleo, m.ID, "x"), store.ErrNotFound)
		c.objects(m)
		wants(t, "he objects twice", c.s.CreateAppeal(t.Context(), c.ben, m.ID, "Really"), store.ErrConflict)
		if b, err := c.s.Aside(t.Context(), c.ada); err != nil || b.Objections != 1 {
			t.Errorf("%d objections wait for Ada, %v", b.Objections, err)
		}
		var p store.Invalid
		if err := c.decide(c.mod, m, true); !errors.As(err, &p) {
			t.Errorf("Mod decides about what he did: %v", err)
		}
		for who, by := range map[string]store.UserID{"a member": c.cleo, "the author": c.ben} {
			wants(t, who+" decides", c.decide(by, m, true), store.ErrNotFound)
			wants(t, who+" lifts", c.lift(by, m), store.ErrNotFound)
		}
		if got := c.said1(); len(got) != 0 {
			t.Fatalf("it is in the room: %+v", got)
		}
		_, err := c.try(lobby, c.cleo, "c", "in between")
		must(t, err)
		must(t, c.decide(c.ada, m, true))

		all := c.said1()
		if len(all) != 2 || all[1].Body != "casino, @cleo" || all[1].Author != c.ben || all[1].PrevAuthor != c.cleo || len(all[1].Mentions) != 1 {
			t.Fatalf("the room has %+v", all)
		}
		if again, err := c.try(lobby, c.ben, "1", "casino, @cleo"); err != nil || again.Seq != all[1].Seq {
			t.Errorf("the same draft again is %+v, %v", again, err)
		}
		if len(c.heldOf(c.ben)) != 0 || len(c.inForce(c.ada)) != 0 || c.text(m) != "" {
			t.Error("it is turned down as well")
		}
		wants(t, "decided twice", c.decide(c.ada, m, false), store.ErrConflict)
		wants(t, "lifted after that", c.lift(c.ada, m), store.ErrConflict)
		log, err := c.s.Entries(t.Context(), store.EntryQuery{}, 3)
		if must(t, err); log[0].Act != "moderation.lift-turn-down" || log[1].Act != "appeal.grant" || log[2].Act != "moderation.turn-down" || log[2].Now != "casino" || log[2].Reason != "rule" || log[2].Room != lobby {
			t.Errorf("the log has %+v", log)
		}
	})
}

func TestWhoTurnedAMessageDownLetsItThroughAfterAll(t *testing.T) {
	ruled(t, func(t *testing.T, c *court) {
		m := c.objects(c.turnedDown(lobby, "1", "casino"))
		if got := c.inForce(c.mod); !slices.Equal(got, []store.MeasureID{m.ID}) {
			t.Errorf("in force are %v", got)
		}
		must(t, c.lift(c.mod, m))
		if all := c.said1(); len(all) != 1 || all[0].Body != "casino" {
			t.Errorf("the room has %+v", all)
		}
		if a, err := c.s.AppealOf(t.Context(), m.ID); err != nil || !a.Granted || a.DecidedBy != c.mod {
			t.Errorf("the objection is %+v, %v", a, err)
		}
		// What an administrator turned down is not for those below her.
		m, err := c.s.TurnDownHeld(t.Context(), act(c.ada), c.waits(c.ben, "2", "casino").ID, store.Spam, "")
		must(t, err)
		wants(t, "Mod lifts what Ada did", c.lift(c.mod, m), store.ErrNotFound)
		if alone, err := c.s.Alone(t.Context(), m); err != nil || !alone {
			t.Errorf("Ada is alone with it: %t, %v", alone, err)
		}
		must(t, c.decide(c.ada, c.objects(m), true))
	})
}

func TestNobodyTurnsDownWhatNoRuleHolds(t *testing.T) {
	ruled(t, func(t *testing.T, c *court) {
		var p store.Invalid
		_, err := c.s.Impose(t.Context(), act(c.ada), store.Measure{Kind: store.TurnDown, User: c.ben, Room: lobby, Reason: store.ByRule})
		if !errors.As(err, &p) || p.Field != "kind" {
			t.Errorf("as any measure: %v", err)
		}
		open := c.report(c.cleo, c.said)
		_, err = c.s.ImposeInCase(t.Context(), act(c.ada), open.ID, open.Version, store.Measure{Kind: store.TurnDown, Room: lobby, Reason: store.ByRule}, false)
		if !errors.As(err, &p) || p.Field != "kind" {
			t.Errorf("in a case: %v", err)
		}
		if _, err := c.s.TurnDownHeld(t.Context(), act(c.mod), c.waits(c.ben, "1", "casino").ID, store.Heated, ""); !errors.As(err, &p) || p.Field != "reason" {
			t.Errorf("for a reason that is none: %v", err)
		}
	})
}

func TestWhatWasTurnedDownIsKeptForAWeekAndWhileAnObjectionIsOpen(t *testing.T) {
	ruled(t, func(t *testing.T, c *court) {
		now := time.Now().UTC().Truncate(time.Microsecond)
		c.s.SetClock(func() time.Time { return now })
		later := func(days int) {
			t.Helper()
			now = now.Add(time.Duration(days) * 24 * time.Hour)
			must2(c.s.EndMeasures(t.Context(), 10))(t)
			must2(c.s.ForgetHeld(t.Context(), 10))(t)
		}
		kept := func(when string, want ...store.Measure) {
			t.Helper()
			var shown, of []store.MeasureID
			for _, h := range c.heldOf(c.ben) {
				if h.Body == "casino" && h.Words == "Not here" {
					shown = append(shown, h.Measure)
				}
			}
			for _, m := range want {
				of = append(of, m.ID)
			}
			var rows int
			must(t, c.db.Get(&rows, "select count(*) from held where body <> ''"))
			if !slices.Equal(shown, of) || rows != len(want) {
				t.Errorf("%s: %v are kept in %d rows, want %v", when, shown, rows, of)
			}
		}
		quiet, refused, open := c.turnedDown(lobby, "1", "casino"), c.turnedDown(lobby, "2", "casino"), c.turnedDown(lobby, "3", "casino")
		later(6)
		c.objects(refused)
		c.objects(open)
		kept("six days later", quiet, refused, open)
		later(2)
		kept("after the week", refused, open)
		if err := c.s.CreateAppeal(t.Context(), c.ben, quiet.ID, "Too late"); !errors.As(err, new(store.Invalid)) {
			t.Errorf("he objects to what is over: %v", err)
		}
		wants(t, "lift what is over", c.lift(c.ada, quiet), store.ErrConflict)
		later(50)
		must(t, c.decide(c.ada, refused, false))
		later(6)
		kept("six days after it was refused", refused, open)
		later(2)
		kept("and a week after that", open)
		later(25)
		kept("ninety days after it was turned down")
		if a, err := c.s.AppealOf(t.Context(), open.ID); err != nil || a.DecidedAt.IsZero() || a.Granted || a.DecidedBy != 0 {
			t.Errorf("the objection that nobody decided is %+v, %v", a, err)
		}
		if all := c.said1(); len(all) != 0 {
			t.Errorf("the room has %+v", all)
		}
	})
}

func TestAgreeingLosesNothingWhereItsAuthorCannotWriteNow(t *testing.T) {
	undo := func(c *court, of store.RoomID) error { // what gone did, as far as it can be
		all, err := c.s.MeasuresInForce(c.t.Context(), store.InForce{User: c.ada}, 20)
		for _, m := range all {
			if err == nil && m.Kind != store.TurnDown {
				err = c.lift(c.ada, m)
			}
		}
		if room, failed := c.s.AnyRoom(c.t.Context(), of); err == nil && failed == nil && room.Archived() {
			return c.s.SetArchived(c.t.Context(), act(c.ada), of, false)
		}
		return err
	}
	for what := range (&court{t: t}).gone(0) {
		t.Run(what, func(t *testing.T) {
			ruled(t, func(t *testing.T, c *court) {
				garden := c.garden()
				m := c.objects(c.turnedDown(garden, "1", "casino"))
				must(t, c.gone(garden)[what]())
				granted, lifted := c.decide(c.ada, m, true), c.lift(c.ada, m)
				a, err := c.s.AppealOf(t.Context(), m.ID)
				switch what {
				case "his account is deleted", "the room is deleted":
					for _, got := range []error{granted, lifted} {
						if !errors.Is(got, store.ErrConflict) && !errors.Is(got, store.ErrNotFound) {
							t.Errorf("Ada is told %v", got)
						}
					}
					if holds, failed := c.s.MeasureByID(t.Context(), m.ID); failed != nil || holds.EndedAt.IsZero() || err == nil && a.DecidedAt.IsZero() {
						t.Errorf("it holds still: %+v, %v; %+v", holds, failed, a)
					}
					if c.text(m) != "" || len(c.inForce(c.ada)) != 0 {
						t.Error("it is kept, or in force")
					}
					return
				}
				var p store.Invalid
				if !errors.As(granted, &p) || !errors.As(lifted, &p) {
					t.Errorf("Ada is told %v, and %v", granted, lifted)
				}
				if err != nil || !a.DecidedAt.IsZero() || c.text(m) != "casino" {
					t.Errorf("the objection is %+v, %v; the text %q", a, err, c.text(m))
				}
				must(t, undo(c, garden))
				must(t, c.decide(c.ada, m, true))
				if all, err := c.s.MessagesAfter(t.Context(), garden, c.ada, 0, 10); err != nil || len(all) != 1 || all[0].Body != "casino" {
					t.Errorf("the Garden has %+v, %v", all, err)
				}
			})
		})
	}
}

func TestWhatErasesTheTextEndsThatItIsTurnedDown(t *testing.T) {
	ruled(t, func(t *testing.T, c *court) {
		for what, erase := range map[string]func(m store.Measure) error{
			"he puts it away": func(m store.Measure) error {
				_, err := c.s.WithdrawHeld(t.Context(), c.ben, c.heldOf(c.ben)[0].ID)
				return err
			},
			"the room keeps nothing that old": func(m store.Measure) error {
				if _, err := c.db.Exec("update held set at = 1 where measure_id = $1", m.ID); err != nil {
					return err
				}
				must(t, c.s.SetKeep(t.Context(), act(c.ada), lobby, 30))
				f, err := c.s.Forget(t.Context(), lobby)
				if !slices.Equal(f.Held, []store.UserID{c.ben}) {
					t.Errorf("it was %v", f.Held)
				}
				return err
			},
		} {
			m := c.objects(c.turnedDown(lobby, what, "casino"))
			must(t, c.s.ReadNotices(t.Context(), c.ben, m.ID))
			must(t, erase(m))
			if c.text(m) != "" || len(c.heldOf(c.ben)) != 0 || len(c.inForce(c.ada)) != 0 {
				t.Errorf("%s: it is kept, or in force", what)
			}
			wants(t, what+", and Ada lifts it", c.lift(c.ada, m), store.ErrConflict)
			wants(t, what+", and Ada agrees", c.decide(c.ada, m, true), store.ErrConflict)
			if a, err := c.s.AppealOf(t.Context(), m.ID); err != nil || a.DecidedAt.IsZero() || a.Granted {
				t.Errorf("%s: the objection is %+v, %v", what, a, err)
			}
			if b, err := c.s.Aside(t.Context(), c.ben); err != nil || b.Notices != 1 {
				t.Errorf("%s: Ben is told of %d, %v", what, b.Notices, err)
			}
			must(t, c.s.ReadNotices(t.Context(), c.ben, m.ID))
		}
	})
}

func TestOfTwoWhoDecideAboutWhatWasTurnedDownOneIsTold(t *testing.T) {
	ruled(t, func(t *testing.T, c *court) {
		eva := person(t, c.s, "eva").ID
		c.promote(eva)
		agrees := func(by store.UserID) func(store.Measure) error {
			return func(m store.Measure) error { return c.decide(by, m, true) }
		}
		refuses := func(by store.UserID) func(store.Measure) error {
			return func(m store.Measure) error { return c.decide(by, m, false) }
		}
		lifts := func(by store.UserID) func(store.Measure) error {
			return func(m store.Measure) error { return c.lift(by, m) }
		}
		putsAway := func(m store.Measure) error {
			all := c.heldOf(c.ben)
			if len(all) == 0 {
				return store.ErrConflict
			}
			_, err := c.s.WithdrawHeld(t.Context(), c.ben, all[0].ID)
			return err
		}
		for name, race := range map[string][2]func(store.Measure) error{
			"both agree":             {agrees(c.ada), agrees(eva)},
			"both lift":              {lifts(c.ada), lifts(c.mod)},
			"one agrees, one lifts":  {agrees(eva), lifts(c.mod)},
			"one agrees, he puts it": {agrees(eva), putsAway},
			"one agrees, one not":    {agrees(c.ada), refuses(eva)},
		} {
			before := len(c.said1())
			m := c.objects(c.turnedDown(lobby, name, "casino"))
			got := make([]error, 2)
			var both sync.WaitGroup
			for n, do := range race {
				both.Go(func() { got[n] = do(m) })
			}
			both.Wait()
			if (got[0] == nil) == (got[1] == nil) || !errors.Is(errors.Join(got...), store.ErrConflict) {
				t.Errorf("%s: got %v", name, got)
			}
			posted := got[0] == nil || name == "both agree" || name == "both lift" || name == "one agrees, one lifts"
			if more := len(c.said1()) - before; more > 1 || (more == 1) != posted {
				t.Errorf("%s: %d messages more, %v", name, more, got)
			}
			for _, h := range c.heldOf(c.ben) { // what stays turned down
				must2(c.s.WithdrawHeld(t.Context(), c.ben, h.ID))(t)
			}
		}
	})
}

func TestWhatSomebodyWroteWhoHasRisenSinceIsNotTurnedDownFromBelow(t *testing.T) {
	ruled(t, func(t *testing.T, c *court) {
		m := c.waits(c.ben, "1", "casino tonight")
		must(t, c.s.SetRole(t.Context(), act(c.ada), c.ben, store.Administrator))
		_, err := c.s.TurnDownHeld(t.Context(), act(c.mod), m.ID, "", "")
		var problem store.Invalid
		if !errors.As(err, &problem) || problem.Field != "words" {
			t.Errorf("turned down: got %v", err)
		}
		_, err = c.s.PublishHeld(t.Context(), act(c.mod), m.ID)
		must(t, err)
	})
}
