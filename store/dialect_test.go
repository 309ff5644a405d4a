package store_test

import (
	"errors"
	"testing"
	"time"

	"parley/store"
	"parley/store/storetest"
)

func TestNothingIsCalledWhatIsNoText(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, _, _ := crew(t, s)
		for _, bytes := range []string{"\x00", "a\x00b", "a \x00", "\xff"} {
			for name, ask := range map[string]func() error{
				"a logo": func() error { _, err := s.Logo(t.Context(), bytes); return err },
				"the log": func() error {
					_, err := s.Entries(t.Context(), store.EntryQuery{Act: store.Act(bytes), Word: bytes}, 10)
					return err
				},
				"rooms": func() error {
					_, err := s.RoomRecords(t.Context(), store.RoomQuery{Kind: store.Kind(bytes)}, 10)
					return err
				},
				"sessions": func() error {
					_, err := s.Sessions(t.Context(), store.LastSession{UsedAt: time.Now(), ID: store.SessionID(bytes)}, 10)
					return err
				},
				"the end of one": func() error {
					_, err := s.EndSessionOfAnyone(t.Context(), by(ada), store.SessionID(bytes))
					return err
				},
			} {
				if err := ask(); err != nil && !errors.Is(err, store.ErrNotFound) {
					t.Errorf("%s of %q: %v", name, bytes, err)
				}
			}
		}
	})
}
