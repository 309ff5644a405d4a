package store_test

import (
	"errors"
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
