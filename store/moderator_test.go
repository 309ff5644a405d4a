package store_test

import (
	"testing"

	"parley/store"
	"parley/store/storetest"
)

func TestWhoLeavesARoomModeratesItNoMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := judge(t, s)
		must(t, s.SetModerator(t.Context(), store.Actor{User: j.cleo.ID}, j.kitchen, j.ben.ID, true))
		must(t, s.Leave(t.Context(), j.kitchen, j.ben.ID))
		must(t, s.Join(t.Context(), j.kitchen, j.ben.ID))
		mods, err := s.ModeratorsOf(t.Context(), j.kitchen)
		must(t, err)
		if len(mods) != 0 {
			t.Errorf("who left and came back moderates the room as one of %v", mods)
		}
	})
}
