package store_test

import (
	"errors"
	"testing"

	"parley/store"
	"parley/store/storetest"
)

func TestWhoIsMutedNotifiesNoMoreAndWhoIsBlockedStartsNoConversation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		mentions := func() int {
			m, err := s.Membership(t.Context(), lobby, cleo.ID)
			must(t, err)
			return m.Mentions
		}
		must(t, s.Mute(t.Context(), cleo.ID, ben.ID, false))
		post(t, s, ben, "one", "look, @cleo")
		if n := mentions(); n != 0 {
			t.Errorf("muted, Ben mentions Cleo %d times", n)
		}
		post(t, s, ada, "two", "look, @cleo")
		if n := mentions(); n != 1 {
			t.Errorf("Ada mentions Cleo: got %d", n)
		}
		room, err := s.Converse(t.Context(), ben.ID, []store.UserID{cleo.ID})
		must(t, err) // muted is not blocked

		must(t, s.Mute(t.Context(), ada.ID, ben.ID, true))
		_, err = s.Converse(t.Context(), ben.ID, []store.UserID{cleo.ID, ada.ID})
		var problem store.Invalid
		if !errors.As(err, &problem) {
			t.Errorf("blocked, Ben starts a conversation with Ada: %v", err)
		}
		must(t, s.Mute(t.Context(), cleo.ID, ben.ID, true))
		if again, err := s.Converse(t.Context(), ben.ID, []store.UserID{cleo.ID}); err != nil || again != room {
			t.Errorf("the conversation that was there: %v, %v", again, err)
		}
		user, err := s.User(t.Context(), ada.ID)
		must(t, err)
		if len(user.Muted) != 1 || user.Muted[0] != ben.ID {
			t.Errorf("Ada has muted %v", user.Muted)
		}
		must(t, s.Unmute(t.Context(), ada.ID, ben.ID))
		if _, err := s.Converse(t.Context(), ben.ID, []store.UserID{ada.ID}); err != nil {
			t.Errorf("undone: %v", err)
		}
		if all, err := s.MutedBy(t.Context(), cleo.ID); err != nil || len(all) != 1 || !all[0].Blocks {
			t.Errorf("Cleo's list: %v, %v", all, err)
		}
		wants(t, "nobody", s.Mute(t.Context(), ada.ID, 99, false), store.ErrNotFound)
	})
}
