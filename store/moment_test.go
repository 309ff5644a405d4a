package store_test

import (
	"testing"
	"time"

	"parley/store"
	"parley/store/storetest"
)

// Nobody tidies up in these: each measure ends at its very end.

func TestALockAndASlowModeEndAtTheirVeryEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := judge(t, s)
		must(t, j.say(j.ben, j.kitchen, "the first"))
		until := j.now.Add(time.Minute)
		j.impose(j.cleo, store.Measure{Kind: store.RoomLock, Room: j.kitchen, Until: until.Add(-10 * time.Second)})
		j.impose(j.cleo, store.Measure{Kind: store.RoomLock, Room: j.kitchen, Until: until})
		j.now = until.Add(-time.Microsecond)
		j.kept("just before", j.say(j.ben, j.kitchen, "hello"), store.RoomLock)
		_, err := s.EditMessage(t.Context(), j.kitchen, 1, j.ben.ID, "changed")
		j.kept("just before, an edit", err, store.RoomLock)
		j.now = until
		must(t, j.say(j.ben, j.kitchen, "in the same moment"))
		_, err = s.EditMessage(t.Context(), j.kitchen, 1, j.ben.ID, "changed")
		must(t, err)
		if by, err := s.StandingIn(t.Context(), j.kitchen, j.ben.ID); err != nil || by.Locked {
			t.Errorf("the page says that it is locked: %v", err)
		}

		until = j.now.Add(time.Minute)
		j.impose(j.cleo, store.Measure{Kind: store.SlowMode, Room: j.kitchen, Amount: 3600, Until: until})
		must(t, j.say(j.ben, j.kitchen, "one"))
		j.now = until.Add(-time.Microsecond)
		j.kept("just before", j.say(j.ben, j.kitchen, "two"), store.SlowMode)
		j.now = until
		must(t, j.say(j.ben, j.kitchen, "two"))
		must(t, j.say(j.ben, j.kitchen, "three"))
		if by, err := s.StandingIn(t.Context(), j.kitchen, j.ben.ID); err != nil || by.SlowMode != 0 {
			t.Errorf("the page says that it is slow: %v", err)
		}
		// Of locks one that has no end counts, and it alone when the other is over.
		open := j.impose(j.cleo, store.Measure{Kind: store.RoomLock, Room: j.kitchen})
		j.impose(j.cleo, store.Measure{Kind: store.RoomLock, Room: j.kitchen, Until: j.now.Add(time.Second)})
		j.now = j.now.Add(time.Hour)
		j.kept("without end", j.say(j.ben, j.kitchen, "four"), store.RoomLock)
		j.lift(open)
		must(t, j.say(j.ben, j.kitchen, "four"))
	})
}

func TestWhoWasRemovedCanJoinFromTheVeryEndOnAndIsWhatTheyWere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := judge(t, s)
		must(t, s.SetModerator(t.Context(), store.Actor{User: j.cleo.ID}, j.kitchen, j.ben.ID, true))
		before, until := j.state(), j.now.Add(time.Minute)
		j.impose(j.cleo, store.Measure{Kind: store.Removal, User: j.ben.ID, Room: j.kitchen, Until: until})
		j.now = until.Add(-time.Microsecond)
		j.kept("just before", s.Join(t.Context(), j.kitchen, j.ben.ID), store.Removal)
		j.now = until
		must(t, s.Join(t.Context(), j.kitchen, j.ben.ID))
		must(t, j.say(j.ben, j.kitchen, "in the same moment"))
		if n := j.later(0); n != 1 {
			t.Errorf("%d ended", n)
		}
		if after := j.state(); after != before {
			t.Errorf("it was\n%s\nand is\n%s", before, after)
		}
		// Also by an invitation.
		until = j.now.Add(time.Minute)
		j.impose(j.cleo, store.Measure{Kind: store.Removal, User: j.ben.ID, Room: j.kitchen, Until: until})
		link, _, err := s.CreateInvitation(t.Context(), store.Actor{User: j.ada.ID}, store.InvitationDraft{Life: time.Hour, Uses: 5, Role: store.Member, Rooms: []store.RoomID{j.kitchen}})
		must(t, err)
		j.now = until.Add(-time.Microsecond)
		if _, err := s.AcceptInvitation(t.Context(), store.Actor{User: j.ben.ID}, link); err == nil {
			t.Error("an invitation brought him back before")
		}
		j.now = until
		_, err = s.AcceptInvitation(t.Context(), store.Actor{User: j.ben.ID}, link)
		must(t, err)
	})
}

func TestWhoWasSuspendedSignsInFromTheVeryEndOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := judge(t, s)
		until := j.now.Add(time.Minute)
		j.impose(j.ada, store.Measure{Kind: store.Ban, User: j.ben.ID, Until: until})
		longer := j.impose(j.ada, store.Measure{Kind: store.Suspension, User: j.cleo.ID})
		in := func(u store.User) bool {
			t.Helper()
			_, err := s.EndMeasuresOn(t.Context(), u.ID)
			must(t, err)
			shown, err := s.Authenticate(t.Context(), u.Username, "correct horse battery")
			must(t, err)
			_, err = s.CreateSession(t.Context(), shown, "Firefox", "")
			return err == nil
		}
		j.now = until.Add(-time.Microsecond)
		if in(j.ben) {
			t.Error("he signs in before")
		}
		j.now = until
		if !in(j.ben) || in(j.cleo) {
			t.Error("he does not sign in, or she does, whose time is not over")
		}
		j.lift(longer)
		if n := j.later(0); n != 0 {
			t.Errorf("%d ended once more", n)
		}
	})
}
