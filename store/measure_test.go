package store_test

import (
	"errors"
	"testing"
	"time"

	"parley/store"
	"parley/store/storetest"
)

func TestAHiddenMessageKeepsItsTextForItsAuthorAndComesBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		m := post(t, s, ben, "one", "something rude")
		hidden, err := s.Impose(t.Context(), store.Actor{User: ada.ID}, store.Measure{Kind: store.HideMessage, Room: lobby, Seq: m.Seq, Reason: store.Harassment})
		must(t, err)
		if hidden.User != ben.ID {
			t.Errorf("the notice goes to %d, want the author", hidden.User)
		}
		for _, who := range []store.User{ada, ben, cleo} {
			seen, err := s.Message(t.Context(), lobby, m.Seq, who.ID)
			if err != nil || seen.Body != "" || seen.Hidden != hidden.ID {
				t.Errorf("%s reads %q, %v", who.Name, seen.Body, err)
			}
		}
		c, err := s.ChangesSince(t.Context(), lobby, m.Rev, 10)
		if err != nil || len(c.Messages) != 1 || c.Messages[0].Body != "" || c.Messages[0].Hidden == 0 {
			t.Errorf("the log tells %+v, %v", c.Messages, err)
		}
		for who, want := range map[store.UserID]error{ada.ID: nil, ben.ID: nil, cleo.ID: store.ErrNotFound} {
			if text, err := s.HiddenText(t.Context(), lobby, m.Seq, who); !errors.Is(err, want) || want == nil && text != "something rude" {
				t.Errorf("%d is given %q, %v", who, text, err)
			}
		}
		_, err = s.EditMessage(t.Context(), lobby, m.Seq, ben.ID, "something else")
		wants(t, "its author edits it", err, store.ErrHidden)
		_, err = s.Lift(t.Context(), store.Actor{User: cleo.ID}, hidden.ID, "")
		wants(t, "a member lifts it", err, store.ErrNotFound)
		_, err = s.Lift(t.Context(), store.Actor{User: ada.ID}, hidden.ID, "was a joke")
		must(t, err)
		if seen, err := s.Message(t.Context(), lobby, m.Seq, cleo.ID); err != nil || seen.Body != "something rude" {
			t.Errorf("restored, Cleo reads %q, %v", seen.Body, err)
		}
		_, err = s.Lift(t.Context(), store.Actor{User: ada.ID}, hidden.ID, "")
		wants(t, "lifted twice", err, store.ErrConflict)
		log, err := s.Entries(t.Context(), store.EntryQuery{On: store.Target{Kind: store.OnMessage}}, 10)
		if must(t, err); len(log) != 2 || log[0].Act != "moderation.lift-hide" || log[1].Reason != "harassment" {
			t.Errorf("the log has %+v", log)
		}
	})
}

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
