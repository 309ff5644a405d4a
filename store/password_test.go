package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"parley/store"
	"parley/store/storetest"
)

func TestWhoShowedTheOldPasswordGetsNoSessionAfterItsChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := person(t, s, "ada")
		thief, err := s.Authenticate(t.Context(), "ada", "correct horse ada")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.ChangePassword(t.Context(), ada.ID, "correct horse ada", "a better one than that", ""); err != nil {
			t.Fatal(err)
		}
		if _, err := s.CreateSession(t.Context(), thief, "", ""); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
		owner, err := s.Authenticate(t.Context(), "ada", "a better one than that")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.CreateSession(t.Context(), owner, "", ""); err != nil {
			t.Errorf("with the new password: %v", err)
		}
	})
}

func TestOfManyChangesWithTheSameOldPasswordOneWins(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := person(t, s, "ada")
		var wg sync.WaitGroup
		won := make(chan string, 4)
		for i := range cap(won) {
			wg.Go(func() {
				password := fmt.Sprintf("the new password %d", i)
				err := s.ChangePassword(t.Context(), ada.ID, "correct horse ada", password, "")
				var problems store.Problems
				if err == nil {
					won <- password
				} else if !errors.As(err, &problems) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		close(won)
		if len(won) != 1 {
			t.Errorf("%d changes were made, want 1", len(won))
		}
		for password := range won {
			if _, err := s.Authenticate(t.Context(), "ada", password); err != nil {
				t.Errorf("the one that won: %v", err)
			}
		}
	})
}

func TestASessionFromBeforeASuspensionStaysEnded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		person(t, s, "ada") // administers
		ben := person(t, s, "ben")
		token, err := s.CreateSession(t.Context(), ben, "", "")
		if err != nil {
			t.Fatal(err)
		}
		if err := suspend(t.Context(), s, store.Actor{}, ben.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.CreateSession(t.Context(), ben, "", ""); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("while suspended: got %v", err)
		}
		if err := reactivate(t.Context(), s, store.Actor{}, ben.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Session(t.Context(), token); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the old session: got %v", err)
		}
	})
}
