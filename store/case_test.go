package store_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"parley/store"
)

func TestTwoModeratorsCannotDecideACaseUnknowingly(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		id := c.report(c.cleo, c.said).ID
		must(t, c.s.AssignCase(t.Context(), act(c.mod), id, 1, c.mod))
		warn := store.Measure{Kind: store.Warning, Reason: store.Hate}
		_, imposed := c.s.ImposeInCase(t.Context(), act(c.ada), id, 1, warn, true)
		_, knowing := c.s.ImposeInCase(t.Context(), act(c.ada), id, 2, warn, true)
		for name, err := range map[string]error{
			"close as it was":       c.s.CloseCase(t.Context(), act(c.ada), id, 1),
			"close what Mod has":    c.s.CloseCase(t.Context(), act(c.ada), id, 2),
			"take as it was":        c.s.AssignCase(t.Context(), act(c.ada), id, 1, c.ada),
			"give away what is his": c.s.AssignCase(t.Context(), act(c.ada), id, 2, 0),
			"impose as it was":      imposed,
			"impose in Mod's case":  knowing,
		} {
			var held store.Held
			if wants(t, name, err, store.ErrConflict); !errors.As(err, &held) || held.By != "mod" || held.State != store.CaseOpen {
				t.Errorf("%s: got %+v", name, held)
			}
		}
		if done, err := c.s.MeasuresOf(t.Context(), id); err != nil || len(done) != 0 {
			t.Fatalf("measures were taken: %v, %v", done, err)
		}
		// Handed over to her, she decides, and Mod learns that it is closed.
		must(t, c.s.AssignCase(t.Context(), act(c.mod), id, 2, c.ada))
		must(t, c.s.CloseCase(t.Context(), act(c.ada), id, 3))
		var held store.Held
		if err := c.s.CloseCase(t.Context(), act(c.mod), id, 3); !errors.As(err, &held) || held.By != "ada" || held.State != store.CaseClosed {
			t.Errorf("Mod is told %+v", held)
		}
		must(t, c.s.ReopenCase(t.Context(), act(c.mod), id, 4))
		must(t, c.s.AssignCase(t.Context(), act(c.mod), id, 5, 0))
		must(t, c.s.AssignCase(t.Context(), act(c.ada), id, 6, c.ada))
		must(t, c.s.AssignCase(t.Context(), act(c.mod), id, 7, c.mod)) // taken over, knowing that she has it
	})
}

func TestWhoModeratesIsToldHowMuchWaitsForThem(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		waits := func(when string, who store.UserID, want int) {
			t.Helper()
			if b, err := c.s.Aside(t.Context(), who); err != nil || b.Total() != want {
				t.Errorf("%s: %d wait, %v; want %d", when, b.Total(), err, want)
			}
		}
		waits("before", c.mod, 0)
		id := c.report(c.cleo, c.said).ID
		waits("a report", c.mod, 1)
		waits("a report, for its author", c.ben, 0)
		waits("a report, for its reporter", c.cleo, 0)
		must(t, c.s.AssignCase(t.Context(), act(c.ada), id, 1, c.ada))
		waits("it is Ada's", c.ada, 1)
		waits("it is Ada's, for Mod", c.mod, 0)
		m, err := c.s.ImposeInCase(t.Context(), act(c.ada), id, 2, store.Measure{Kind: store.TimeOut, Reason: store.Spam, Until: time.Now().Add(time.Hour)}, true)
		must(t, err)
		waits("it is decided", c.ada, 0)
		must(t, c.s.CreateAppeal(t.Context(), c.ben, m.ID, "why"))
		waits("an objection to what an administrator did, for a moderator", c.mod, 0)
		must2(c.s.CreateRule(t.Context(), act(c.ada), store.Rule{Kind: store.RuleWord, Text: "casino", Act: store.RuleHolds, Active: true}))(t)
		var held store.Waits
		if _, err := c.s.PostMessage(t.Context(), store.Draft{Room: lobby, Author: c.cleo, Key: "casino", Body: "casino"}); !errors.As(err, &held) {
			t.Fatalf("a casino: %v", err)
		}
		waits("a held message", c.mod, 1)
		waits("a held message, for its author", c.cleo, 0)
		waits("a held message, and an objection to what she did, which nobody below her decides", c.ada, 2)
		must(t, c.s.SetRole(t.Context(), act(c.ada), c.mod, store.Member))
		waits("both, and nobody else moderates", c.ada, 2)
	})
}

func TestOfTwoWhoDecideAtOnceOneIsTold(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		for i, race := range []func(by store.UserID, id store.CaseID) error{
			func(by store.UserID, id store.CaseID) error {
				return c.s.AssignCase(t.Context(), act(by), id, 1, by)
			},
			func(by store.UserID, id store.CaseID) error { return c.s.CloseCase(t.Context(), act(by), id, 1) },
			func(by store.UserID, id store.CaseID) error {
				_, err := c.s.ImposeInCase(t.Context(), act(by), id, 1, store.Measure{Kind: store.Warning, Reason: store.Spam}, true)
				return err
			},
		} {
			id := c.report(c.cleo, c.say(c.ben, "and again")).ID
			var both sync.WaitGroup
			got := make([]error, 2)
			for n, by := range []store.UserID{c.ada, c.mod} {
				both.Go(func() { got[n] = race(by, id) })
			}
			both.Wait()
			slices.SortFunc(got, func(a, b error) int {
				if a == nil {
					return -1
				}
				return 1
			})
			if got[0] != nil || !errors.Is(got[1], store.ErrConflict) {
				t.Errorf("race %d: got %v", i, got)
			}
			if done, err := c.s.MeasuresOf(t.Context(), id); err != nil || len(done) > 1 {
				t.Errorf("race %d: %d measures, %v", i, len(done), err)
			}
		}
	})
}

func TestNobodyHandlesACaseAboutThemselves(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		id := c.report(c.cleo, c.say(c.mod, "I am the law")).ID
		about, err := c.s.ReportPerson(t.Context(), c.mod, c.cleo, store.OtherReason, "")
		must(t, err)
		for _, id := range []store.CaseID{id, about.ID} {
			_, imposed := c.s.ImposeInCase(t.Context(), act(c.mod), id, 1, store.Measure{Kind: store.Warning, Reason: store.Spam}, true)
			for name, err := range map[string]error{
				"look":  second(c.s.CaseFor(t.Context(), id, c.mod)),
				"take":  c.s.AssignCase(t.Context(), act(c.mod), id, 1, c.mod),
				"close": c.s.CloseCase(t.Context(), act(c.mod), id, 1),
				"note":  c.s.AddNote(t.Context(), c.mod, id, "it was not so"),
				"act":   imposed,
			} {
				wants(t, name, err, store.ErrNotFound)
			}
		}
		open, err := c.s.Cases(t.Context(), store.Queue{User: c.mod, Tab: "open"}, 10)
		must(t, err)
		if len(open) != 0 {
			t.Errorf("the queue shows %+v", open)
		}
		var p store.Invalid
		if err := c.s.AssignCase(t.Context(), act(c.ada), id, 1, c.mod); !errors.As(err, &p) {
			t.Errorf("hand it over to whom it is about: got %v", err)
		}
		if err := c.s.AssignCase(t.Context(), act(c.ada), id, 1, c.cleo); !errors.As(err, &p) {
			t.Errorf("hand it over to a member: got %v", err)
		}
		// Who moderates as well can be reported; what is done to them, administrators decide.
		if f := c.file(id, c.ada); len(f.Allowed) == 0 {
			t.Error("Ada may do nothing to a moderator")
		}
		c.promote(c.dan)
		if f := c.file(id, c.dan); len(f.Allowed) != 0 {
			t.Errorf("a moderator may do %+v to another", f.Allowed)
		}
	})
}

func TestWhoModeratesARoomHandlesWhatWasSaidThereAlone(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		kitchen, err := c.s.CreateRoom(t.Context(), c.cleo, store.Charter{Name: "Kitchen", Kind: store.PrivateRoom})
		must(t, err)
		must(t, c.s.AddMember(t.Context(), kitchen, store.Actor{User: c.cleo}, c.ben))
		must(t, c.s.AddMember(t.Context(), kitchen, store.Actor{User: c.cleo}, c.dan))
		c.sayIn(kitchen, c.dan, "Who wants soup?")
		there := c.report(c.dan, c.sayIn(kitchen, c.ben, "Not me")).ID
		elsewhere := c.report(c.dan, c.said).ID
		person, err := c.s.ReportPerson(t.Context(), c.ben, c.dan, store.Spam, "")
		must(t, err)
		own, err := c.s.Cases(t.Context(), store.Queue{User: c.cleo, Room: kitchen, Tab: "open"}, 10)
		must(t, err)
		if len(own) != 1 || own[0].ID != there || !own[0].Sees() || own[0].RoomName != "Kitchen" {
			t.Errorf("Cleo's queue is %+v", own)
		}
		f := c.file(there, c.cleo)
		if len(f.Around) != 2 || len(f.Earlier) != 0 {
			t.Errorf("she sees %d messages around it, and %d earlier cases", len(f.Around), len(f.Earlier))
		}
		if len(f.Allowed) == 0 || slices.ContainsFunc(f.Allowed, func(m store.Measure) bool { return m.Room != kitchen }) {
			t.Errorf("she may do %+v", f.Allowed)
		}
		for name, err := range map[string]error{
			"the queue of the instance":  third(c.s.Cases(t.Context(), store.Queue{User: c.cleo, Tab: "open"}, 10)),
			"the queue of another room":  third(c.s.Cases(t.Context(), store.Queue{User: c.cleo, Room: lobby, Tab: "open"}, 10)),
			"the queue as a member":      third(c.s.Cases(t.Context(), store.Queue{User: c.dan, Room: kitchen, Tab: "open"}, 10)),
			"a private room, from above": third(c.s.Cases(t.Context(), store.Queue{User: c.mod, Room: kitchen, Tab: "open"}, 10)),
			"a case of another room":     second(c.s.CaseFor(t.Context(), elsewhere, c.cleo)),
			"a case about a person":      second(c.s.CaseFor(t.Context(), person.ID, c.cleo)),
			"a case as the reporter":     second(c.s.CaseFor(t.Context(), there, c.dan)),
		} {
			wants(t, name, err, store.ErrNotFound)
		}
		// The moderators of the instance see the message, and nothing else of the room.
		f = c.file(there, c.mod)
		if len(f.Around) != 0 || f.Sees() || len(f.Copies) != 1 || len(f.Earlier) != 2 {
			t.Errorf("Mod sees %+v", f)
		}
		_, err = c.s.ImposeInCase(t.Context(), act(c.cleo), there, 1, store.Measure{Kind: store.Warning, Reason: store.OffTopic}, false)
		wants(t, "warn on behalf of the instance", err, store.ErrNotFound)
		_, err = c.s.ImposeInCase(t.Context(), act(c.cleo), there, 1, store.Measure{Kind: store.Warning, Reason: store.OffTopic, Room: lobby}, false)
		wants(t, "warn in another room", err, store.ErrNotFound)
		m, err := c.s.ImposeInCase(t.Context(), act(c.cleo), there, 1, store.Measure{Kind: store.Warning, Reason: store.OffTopic, Room: kitchen}, false)
		must(t, err)
		if m.User != c.ben || m.Case != there {
			t.Errorf("she did %+v", m)
		}
		if f := c.file(there, c.cleo); f.TakenBy != c.cleo || f.State != store.CaseOpen || len(f.Done) != 1 {
			t.Errorf("the case is now %+v", f.Case)
		}
	})
}

func third(_ []store.Case, err error) error { return err }

func TestTheMostReportedAndOldestComesFirst(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		var all []store.CaseID
		for range 5 {
			all = append(all, c.report(c.cleo, c.say(c.ben, "one of many")).ID)
		}
		c.report(c.dan, store.Message{Room: lobby, Seq: c.said.Seq + 3}) // the third
		want := []store.CaseID{all[2], all[0], all[1], all[3], all[4]}
		for _, queue := range []store.Queue{{User: c.mod, Tab: "open"}, {User: c.ada, Tab: "open"}, {User: c.mod, Tab: "open", Room: lobby}} {
			var got []store.CaseID
			for { // page by page
				page, err := c.s.Cases(t.Context(), queue, 2)
				must(t, err)
				if len(page) == 0 {
					break
				}
				for _, one := range page {
					got = append(got, one.ID)
				}
				queue.After = page[len(page)-1].Mark()
			}
			if !slices.Equal(got, want) {
				t.Errorf("%+v: got %v, want %v", queue, got, want)
			}
		}
		for i, id := range all[:3] {
			must(t, c.s.AssignCase(t.Context(), act(c.mod), id, 1, c.mod))
			if i > 0 {
				must(t, c.s.CloseCase(t.Context(), act(c.mod), id, 2))
			}
		}
		for tab, want := range map[string][]store.CaseID{"mine": {all[0]}, "closed": {all[2], all[1]}} {
			for _, room := range []store.RoomID{0, lobby} {
				page, err := c.s.Cases(t.Context(), store.Queue{User: c.mod, Tab: tab, Room: room}, 1)
				must(t, err)
				got := []store.CaseID{page[0].ID}
				page, err = c.s.Cases(t.Context(), store.Queue{User: c.mod, Tab: tab, Room: room, After: page[0].Mark()}, 5)
				must(t, err)
				for _, one := range page {
					got = append(got, one.ID)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s of room %d: got %v, want %v", tab, room, got, want)
				}
			}
		}
	})
}

func TestActsOnCasesAreInTheLogWithoutAnyText(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		id := c.report(c.cleo, c.said).ID
		must(t, c.s.AddNote(t.Context(), c.mod, id, "He did it before"))
		_, err := c.s.ImposeInCase(t.Context(), act(c.mod), id, 1, store.Measure{Kind: store.Warning, Reason: store.Hate, Words: "Stop it"}, true)
		must(t, err)
		must(t, c.s.ReopenCase(t.Context(), act(c.ada), id, 2))
		entries, err := c.s.Entries(t.Context(), store.EntryQuery{}, 10)
		must(t, err)
		var acts []store.Act
		for _, e := range entries {
			acts = append(acts, e.Act)
			for _, text := range []string{e.Was, e.Now, e.Reason} {
				if text == c.said.Body || text == "He did it before" || text == "Stop it" || text == "see for yourself" {
					t.Errorf("%s says %q", e.Act, text)
				}
			}
		}
		if want := []store.Act{"case.reopen", "case.close", "moderation.warn"}; !slices.Equal(acts, want) {
			t.Errorf("got %q, want %q", acts, want)
		}
		if on := entries[len(entries)-1].Target; on.Kind != store.OnAccount || on.ID != int64(c.ben) || on.Name != "ben" {
			t.Errorf("the warning is noted of %+v, and not of whom it is on", on)
		}
		f := c.file(id, c.mod)
		if len(f.Notes) != 1 || f.Notes[0].ByName != "mod" || f.Names[c.mod] != "mod" {
			t.Errorf("the file is %+v", f)
		}
	})
}

func TestACaseIsNotOpenedAgainBesideANewerOne(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		id := c.report(c.cleo, c.said).ID
		must(t, c.s.CloseCase(t.Context(), act(c.mod), id, 1))
		c.report(c.dan, c.said)
		var p store.Invalid
		if err := c.s.ReopenCase(t.Context(), act(c.mod), id, 2); !errors.As(err, &p) {
			t.Errorf("got %v", err)
		}
	})
}

func TestANoteThatIsSentTwiceIsThereOnce(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		id := c.report(c.cleo, c.said).ID
		for _, by := range []store.UserID{c.mod, c.mod, c.ada, c.mod, c.mod} {
			must(t, c.s.AddNote(t.Context(), by, id, "He did it before"))
		}
		if f := c.file(id, c.mod); len(f.Notes) != 3 {
			t.Errorf("the file has %d notes, want those of mod, of Ada, and of mod again", len(f.Notes))
		}
	})
}
