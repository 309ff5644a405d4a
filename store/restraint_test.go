package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

func TestATimeOutKeepsFromWritingUntilItsEndAndTheLongestCounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, _ := crew(t, s)
		say := func(key string) error {
			_, err := s.PostMessage(t.Context(), store.Draft{Room: lobby, Author: ben.ID, Key: key, Body: "hello"})
			return err
		}
		var kept store.Restraint
		impose := func(room store.RoomID, d time.Duration) store.Measure {
			m, err := s.Impose(t.Context(), store.Actor{User: ada.ID}, store.Measure{Kind: store.TimeOut, User: ben.ID, Room: room, Until: time.Now().Add(d), Reason: store.Spam, Words: d.String()})
			must(t, err)
			return m
		}
		told := func(want string) { // of several, the one that counts
			t.Helper()
			if by, err := s.StandingIn(t.Context(), lobby, ben.ID); err != nil || by.Words != want || by.Why == "" != (want == "") {
				t.Errorf("he is told %q (%s), %v; want %q", by.Words, by.Why, err, want)
			}
		}
		short, long := impose(lobby, time.Minute), impose(lobby, time.Hour)
		if err := say("1"); !errors.As(err, &kept) || kept.Kind != store.TimeOut || kept.Wait < 59*time.Minute {
			t.Errorf("in a time-out he gets %v", err)
		}
		told("1h0m0s")
		_, err := s.Lift(t.Context(), store.Actor{User: ada.ID}, long.ID, "")
		must(t, err)
		if err := say("2"); !errors.As(err, &kept) || kept.Wait > time.Minute {
			t.Errorf("in the shorter one he gets %v", err)
		}
		told("1m0s")
		_, err = s.Lift(t.Context(), store.Actor{User: ada.ID}, short.ID, "")
		must(t, err)
		must(t, say("3"))
		everywhere := impose(0, time.Hour)
		if err := say("4"); !errors.As(err, &kept) {
			t.Errorf("in a time-out everywhere he gets %v", err)
		}
		elsewhere, err := s.CreateRoom(t.Context(), ada.ID, store.Charter{Name: "Elsewhere", Kind: store.OpenRoom})
		must(t, err)
		impose(elsewhere, 9*time.Hour) // counts there alone
		told("1h0m0s")
		_, err = s.Lift(t.Context(), store.Actor{User: ada.ID}, everywhere.ID, "")
		must(t, err)
		must(t, say("4"))
		told("")
	})
}

func TestWhatKeepsPeopleFromWritingInARoomDoesSoAndNothingElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := judge(t, s)
		// A time-out ends at its very end, whoever tidies up when.
		j.impose(j.cleo, store.Measure{Kind: store.TimeOut, User: j.ben.ID, Room: j.kitchen, Until: j.now.Add(time.Minute)})
		j.kept("in the room", j.say(j.ben, j.kitchen, "hello"), store.TimeOut)
		must(t, j.say(j.ben, lobby, "elsewhere"))
		_, err := s.EditMessage(t.Context(), j.kitchen, 1, j.ben.ID, "x")
		wants(t, "edit what is not there", err, store.ErrNotFound)
		j.now = j.now.Add(time.Minute)
		must(t, j.say(j.ben, j.kitchen, "in the same moment"))
		j.later(0)

		// Leaving and coming back is no way around it, nor is coming for the first time.
		dan := person(t, s, "dan")
		for u, by := range map[store.UserID]store.User{j.ben.ID: j.cleo, dan.ID: j.ada} {
			j.impose(by, store.Measure{Kind: store.TimeOut, User: u, Room: j.kitchen, Until: j.now.Add(time.Minute)})
		}
		must(t, s.Leave(t.Context(), j.kitchen, j.ben.ID))
		for _, u := range []store.User{j.ben, dan} {
			must(t, s.Join(t.Context(), j.kitchen, u.ID))
			j.kept(u.Name, j.say(u, j.kitchen, "hello"), store.TimeOut)
		}
		j.later(time.Hour)

		slow := j.impose(j.cleo, store.Measure{Kind: store.SlowMode, Room: j.kitchen, Amount: 10})
		must(t, j.say(j.ben, j.kitchen, "one"))
		var r store.Restraint
		if err := j.say(j.ben, j.kitchen, "two"); !errors.As(err, &r) || r.Wait != 10*time.Second || r.Every != 10*time.Second {
			t.Errorf("at once: %v", err)
		}
		_, err = s.EditMessage(t.Context(), j.kitchen, 2, j.ben.ID, "one, better")
		must(t, err)
		must(t, j.say(j.cleo, j.kitchen, "who moderates waits for nobody"))
		must(t, j.say(j.cleo, j.kitchen, "not a second"))
		j.now = j.now.Add(10 * time.Second)
		must(t, j.say(j.ben, j.kitchen, "two"))
		// The newer counts, and after it the older again.
		j.impose(j.cleo, store.Measure{Kind: store.SlowMode, Room: j.kitchen, Amount: 3600, Until: j.now.Add(time.Minute)})
		j.now = j.now.Add(10 * time.Second)
		j.kept("in the slower", j.say(j.ben, j.kitchen, "three"), store.SlowMode)
		j.later(time.Minute)
		must(t, j.say(j.ben, j.kitchen, "three"))
		j.kept("in the first again", j.say(j.ben, j.kitchen, "four"), store.SlowMode)
		j.lift(slow)
		must(t, j.say(j.ben, j.kitchen, "four"))

		lock := j.impose(j.ada, store.Measure{Kind: store.RoomLock, Room: j.kitchen})
		j.kept("locked", j.say(j.ben, j.kitchen, "five"), store.RoomLock)
		_, err = s.EditMessage(t.Context(), j.kitchen, 2, j.ben.ID, "write by editing")
		j.kept("locked, an edit", err, store.RoomLock)
		_, err = s.DeleteMessage(t.Context(), j.kitchen, 2, j.ben.ID)
		must(t, err)
		must(t, j.say(j.cleo, j.kitchen, "the owner"))
		// The room is archived and opened again meanwhile.
		must(t, s.ArchiveRoom(t.Context(), j.kitchen, store.Actor{User: j.cleo.ID}))
		wants(t, "archived", j.say(j.ben, j.kitchen, "six"), store.ErrArchived)
		j.lift(lock)
		must(t, s.ReopenRoom(t.Context(), j.kitchen, store.Actor{User: j.cleo.ID}, ""))
		must(t, j.say(j.ben, j.kitchen, "six"))

		for name, m := range map[string]store.Measure{
			"no kind": {Kind: "dance", User: j.ben.ID}, "no reason": {Kind: store.Warning, User: j.ben.ID, Reason: "because"},
			"over already": {Kind: store.TimeOut, User: j.ben.ID, Reason: store.Spam, Until: j.now}, "without end": {Kind: store.TimeOut, User: j.ben.ID, Reason: store.Spam},
			"too slow": {Kind: store.SlowMode, Room: j.kitchen, Reason: store.Flood, Amount: 100_000}, "not slow": {Kind: store.SlowMode, Room: j.kitchen, Reason: store.Flood},
			"a room for what people do": {Kind: store.RoomLock, Room: j.kitchen, Reason: store.Harassment}, "a person for what rooms need": {Kind: store.Warning, User: j.ben.ID, Reason: store.Maintenance},
			// So many hours, and minutes, are few nanoseconds in 64 bits.
			"too long a wait": {Kind: store.NewcomerCap, Reason: store.Spam, Amount: 5124095577}, "too long a wait to write": {Kind: store.NewcomerLag, Reason: store.Spam, Amount: 307445734562},
		} {
			var problem store.Invalid
			if _, err := s.Impose(t.Context(), store.Actor{User: j.ada.ID}, m); !errors.As(err, &problem) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestWhatARuleHoldsCountsInASlowRoomAndOfTwoAtOnceOneIsTaken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := judge(t, s)
		for text, act := range map[string]store.RuleAct{"casino": store.RuleHolds, "spam": store.RuleRefuses} {
			_, err := s.CreateRule(t.Context(), store.Actor{User: j.ada.ID}, store.Rule{Kind: store.RuleWord, Text: text, Act: act})
			must(t, err)
		}
		j.impose(j.cleo, store.Measure{Kind: store.SlowMode, Room: j.kitchen, Amount: 10})
		held := func(err error) bool {
			var w store.Waits
			return errors.As(err, &w)
		}
		if err := j.say(j.ben, j.kitchen, "spam"); errors.As(err, new(store.Restraint)) {
			t.Errorf("refused: %v", err)
		}
		if err := j.say(j.ben, j.kitchen, "the casino"); !held(err) {
			t.Errorf("what was refused counts: %v", err)
		}
		j.kept("after one that is held", j.say(j.ben, j.kitchen, "the casino again"), store.SlowMode)
		j.kept("and another", j.say(j.ben, j.kitchen, "hello"), store.SlowMode)
		for round := range 5 {
			j.now = j.now.Add(10 * time.Second)
			var group sync.WaitGroup
			errs := make([]error, 2)
			for i := range errs {
				group.Go(func() {
					_, errs[i] = s.PostMessage(t.Context(), store.Draft{Room: j.kitchen, Author: j.ben.ID, Key: fmt.Sprint(round, " ", i), Body: fmt.Sprint("casino ", i)})
				})
			}
			group.Wait()
			if held(errs[0]) == held(errs[1]) {
				t.Errorf("two at once: %v, %v", errs[0], errs[1])
			}
		}
		j.now = j.now.Add(10 * time.Second)
		m, err := s.PostMessage(t.Context(), store.Draft{Room: j.kitchen, Author: j.ben.ID, Key: "last", Body: "hello"})
		if must(t, err); !m.Next.Equal(j.now.Add(10 * time.Second)) {
			t.Errorf("Ben writes again at %v, it is %v", m.Next, j.now)
		}
		if by, err := s.StandingIn(t.Context(), j.kitchen, j.ben.ID); err != nil || by.Waits(j.now) != 10*time.Second || by.Waits(j.now.Add(10*time.Second)) != 0 {
			t.Errorf("he waits %v, %v", by.Waits(j.now), err)
		}
		// What a moderator publishes is none of his that counts now.
		all, err := s.HeldFor(t.Context(), j.cleo.ID, j.kitchen, 1)
		must(t, err)
		j.now = j.now.Add(10 * time.Second)
		_, err = s.PublishHeld(t.Context(), store.Actor{User: j.cleo.ID}, all[0].ID)
		must(t, err)
		must(t, j.say(j.ben, j.kitchen, "at once"))
	})
}

// What a time-out keeps from, in a room and everywhere: one that is elsewhere keeps from
// nothing there, and what is said to nobody else stays one's own to change.
func TestATimeOutKeepsFromWhateverElseIsSaidToOthers(t *testing.T) {
	storetest.Embedded(t, func(t *testing.T, s *store.Store, _ *sqlx.DB) {
		j := judge(t, s)
		garden, err := s.CreateRoom(t.Context(), j.ben.ID, store.Charter{Name: "Garden", Topic: "Herbs", Kind: store.OpenRoom})
		must(t, err)
		old, err := s.Converse(t.Context(), j.ben.ID, []store.UserID{j.cleo.ID})
		must(t, err)
		profile := store.Profile{Name: "Ben", About: "Gardener", Status: store.Status{Emoji: "🌱", Text: "Sowing"}, Zone: "UTC", Scheme: store.SchemeAuto, Announce: store.AnnounceCount}
		set := func(change func(*store.Profile)) func() error {
			return func() error {
				in := profile
				change(&in)
				return s.SetProfile(t.Context(), j.ben.ID, in)
			}
		}
		charter := func(in store.Charter) func() error {
			return func() error { return s.UpdateRoom(t.Context(), garden, store.Actor{User: j.ben.ID}, in) }
		}
		n := 0
		acts := []struct {
			name string
			in   bool // one in the room keeps from it, as one everywhere
			all  bool // only one everywhere does
			do   func() error
		}{
			{"a message", true, false, func() error { return j.say(j.ben, garden, "hello") }},
			{"the room's name", true, false, charter(store.Charter{Name: "Garden of Ben", Topic: "Herbs", Kind: store.OpenRoom})},
			{"its topic", true, false, charter(store.Charter{Name: "Garden", Topic: "Weeds", Kind: store.OpenRoom})},
			{"its kind", false, false, charter(store.Charter{Name: "Garden", Topic: "Herbs", Kind: store.PrivateRoom})},
			{"his name", false, true, set(func(p *store.Profile) { p.Name = "Ben the Great" })},
			{"the line about him", false, true, set(func(p *store.Profile) { p.About = "Buy my things" })},
			{"his status", false, true, set(func(p *store.Profile) { p.Status.Text = "Buy my things" })},
			{"its emoji", false, true, set(func(p *store.Profile) { p.Status.Emoji = "💰" })},
			{"his time zone", false, false, set(func(p *store.Profile) { p.Zone = "Europe/Berlin" })},
			{"taking back a line and a status", false, false, set(func(p *store.Profile) { p.About, p.Status = "", store.Status{} })},
			{"a new room", false, true, func() error {
				n++
				_, err := s.CreateRoom(t.Context(), j.ben.ID, store.Charter{Name: fmt.Sprint("Room ", n), Kind: store.OpenRoom})
				return err
			}},
			{"a new conversation", false, true, func() error {
				n++
				_, err := s.Converse(t.Context(), j.ben.ID, []store.UserID{j.ada.ID, person(t, s, fmt.Sprint("friend", n)).ID})
				return err
			}},
			{"the conversation that is there", false, false, func() error {
				again, err := s.Converse(t.Context(), j.ben.ID, []store.UserID{j.cleo.ID})
				if again != old {
					t.Errorf("it is %d, not %d", again, old)
				}
				return err
			}},
			{"his notes", false, false, func() error { _, err := s.Converse(t.Context(), j.ben.ID, nil); return err }},
		}
		for _, where := range []struct {
			name    string
			room    store.RoomID
			in, all bool
		}{{"nowhere", -1, false, false}, {"in another room", j.kitchen, false, false}, {"in the room", garden, true, false}, {"everywhere", 0, true, true}} {
			for _, act := range acts {
				must(t, s.SetProfile(t.Context(), j.ben.ID, profile))
				var out store.Measure
				if where.room >= 0 {
					out = j.impose(j.ada, store.Measure{Kind: store.TimeOut, User: j.ben.ID, Room: where.room, Until: j.now.Add(time.Hour)})
				}
				if want := act.in && where.in || act.all && where.all; want {
					j.kept(where.name+", "+act.name, act.do(), store.TimeOut)
				} else if err := act.do(); err != nil {
					t.Errorf("%s, %s: %v", where.name, act.name, err)
				}
				must(t, s.UpdateRoom(t.Context(), garden, store.Actor{User: j.ben.ID}, store.Charter{Name: "Garden", Topic: "Herbs", Kind: store.OpenRoom}))
				if where.room >= 0 {
					j.lift(out)
				}
				j.later(time.Minute)
			}
		}
	})
}
