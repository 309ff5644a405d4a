package store_test

import (
	"testing"

	"parley/store"
	"parley/store/storetest"
)

func TestWhoLeavesARoomModeratesItNoMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := judge(t, s)
		for name, depart := range map[string]func() error{
			"left":        func() error { return s.Leave(t.Context(), j.kitchen, j.ben.ID) },
			"was removed": func() error { return s.RemoveMember(t.Context(), j.kitchen, store.Actor{User: j.cleo.ID}, j.ben.ID) },
		} {
			must(t, s.SetModerator(t.Context(), store.Actor{User: j.cleo.ID}, j.kitchen, j.ben.ID, true))
			must(t, depart())
			must(t, s.Join(t.Context(), j.kitchen, j.ben.ID))
			mods, err := s.ModeratorsOf(t.Context(), j.kitchen)
			must(t, err)
			if len(mods) != 0 {
				t.Errorf("who %s and came back moderates the room as one of %v", name, mods)
			}
		}
	})
}
