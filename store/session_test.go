package store_test

import (
	"slices"
	"testing"

	"parley/store"
	"parley/store/storetest"
)

func TestDenialsNameWhoIsSignedOutAndWhoIsRemoved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		look := func(u store.User) store.Viewer {
			token, err := s.CreateSession(t.Context(), u, "a browser", "127.0.0.1")
			if err != nil {
				t.Fatal(err)
			}
			session, err := s.Session(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			return store.Viewer{Session: session.ID, User: u.ID, Room: lobby}
		}
		ada, ben, cleo, dan := look(person(t, s, "ada")), look(person(t, s, "ben")), look(person(t, s, "cleo")), look(person(t, s, "dan"))
		if err := s.DeleteSession(t.Context(), ben.Session); err != nil {
			t.Fatal(err)
		}
		if err := s.Leave(t.Context(), lobby, cleo.User); err != nil {
			t.Fatal(err)
		}
		if err := s.Suspend(t.Context(), store.Actor{}, dan.User, ""); err != nil {
			t.Fatal(err)
		}
		got, err := s.Denials(t.Context(), []store.Viewer{ada, ben, cleo, dan, ada})
		if want := []store.Denial{"", store.SessionEnded, store.NotAMember, store.SessionEnded, ""}; err != nil || !slices.Equal(got, want) {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	})
}
