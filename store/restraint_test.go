package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

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
			m, err := s.Impose(t.Context(), store.Actor{User: ada.ID}, store.Measure{Kind: store.TimeOut, User: ben.ID, Room: room, Until: time.Now().Add(d), Reason: store.Spam})
			must(t, err)
			return m
		}
		short, long := impose(lobby, time.Minute), impose(lobby, time.Hour)
		if err := say("1"); !errors.As(err, &kept) || kept.Kind != store.TimeOut || kept.Wait < 59*time.Minute {
			t.Errorf("in a time-out he gets %v", err)
		}
		_, err := s.Lift(t.Context(), store.Actor{User: ada.ID}, long.ID, "")
		must(t, err)
		if err := say("2"); !errors.As(err, &kept) || kept.Wait > time.Minute {
			t.Errorf("in the shorter one he gets %v", err)
		}
		_, err = s.Lift(t.Context(), store.Actor{User: ada.ID}, short.ID, "")
		must(t, err)
		must(t, say("3"))
		everywhere := impose(0, time.Hour)
		if err := say("4"); !errors.As(err, &kept) {
			t.Errorf("in a time-out everywhere he gets %v", err)
		}
		_, err = s.Lift(t.Context(), store.Actor{User: ada.ID}, everywhere.ID, "")
		must(t, err)
		must(t, say("4"))
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
		for _, u := range []store.User{j.ben, dan} {
			j.impose(j.cleo, store.Measure{Kind: store.TimeOut, User: u.ID, Room: j.kitchen, Until: j.now.Add(time.Minute)})
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
		must(t, s.ReopenRoom(t.Context(), j.kitchen, store.Actor{User: j.cleo.ID}))
		must(t, j.say(j.ben, j.kitchen, "six"))

		for name, m := range map[string]store.Measure{
			"no kind": {Kind: "dance", User: j.ben.ID}, "no reason": {Kind: store.Warning, User: j.ben.ID, Reason: "because"},
			"over already": {Kind: store.TimeOut, User: j.ben.ID, Reason: store.Spam, Until: j.now}, "without end": {Kind: store.TimeOut, User: j.ben.ID, Reason: store.Spam},
			"too slow": {Kind: store.SlowMode, Room: j.kitchen, Reason: store.Spam, Amount: 100_000}, "not slow": {Kind: store.SlowMode, Room: j.kitchen, Reason: store.Spam},
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
