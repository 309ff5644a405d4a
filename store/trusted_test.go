package store_test

import (
	"errors"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/store"
	"parley/store/storetest"
)

func TestASessionThatWasJustUsedEndsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		person(t, s, "root") // who administers
		ada := person(t, s, "ada")
		for name, end := range map[string]func(id, other store.SessionID) error{
			"signing out":         func(id, _ store.SessionID) error { return s.DeleteSession(t.Context(), id) },
			"ending it elsewhere": func(id, _ store.SessionID) error { return s.EndSession(t.Context(), ada.ID, id) },
			"ending all others":   func(_, other store.SessionID) error { return s.EndOtherSessions(t.Context(), ada.ID, other) },
			"suspension": func(_, _ store.SessionID) error {
				defer reactivate(t.Context(), s, store.Actor{}, ada.ID)
				return suspend(t.Context(), s, store.Actor{}, ada.ID)
			},
		} {
			id, other := signedIn(t, s, ada), signedIn(t, s, ada)
			if err := end(id, other); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if _, err := s.SessionByID(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("after %s the session is still there: %v", name, err)
			}
		}
	})
}

func TestASessionShowsTheProfileAsItIs(t *testing.T) {
	s := storetest.SQLite(t)
	ada := person(t, s, "ada")
	id := signedIn(t, s, ada)
	if err := s.SetZone(t.Context(), ada.ID, "Europe/Berlin"); err != nil {
		t.Fatal(err)
	}
	if got, err := s.SessionByID(t.Context(), id); err != nil || got.User.Zone != "Europe/Berlin" {
		t.Errorf("the zone is %q, %v", got.User.Zone, err)
	}
}

// Another process ends it: there are two stores on one database.
func TestASessionThatAnotherProcessEndsIsOverWithinASecond(t *testing.T) {
	storetest.Twice(t, func(t *testing.T, s, other *store.Store) {
		person(t, s, "root") // who administers
		ada := person(t, s, "ada")
		id := signedIn(t, s, ada)
		if err := suspend(t.Context(), other, store.Actor{}, ada.ID); err != nil {
			t.Fatal(err)
		}
		for ended := time.Now(); ; {
			asked := time.Now()
			if _, err := s.SessionByID(t.Context(), id); errors.Is(err, store.ErrNotFound) {
				return
			}
			if asked.Sub(ended) > time.Second {
				t.Fatal("it is still there after a second")
			}
		}
	})
}

// Whoever has been told that a session has ended never finds it again, however many
// look it up at the same moment.
func TestALookUpDoesNotBringBackASessionThatEndsMeanwhile(t *testing.T) {
	s := storetest.SQLite(t)
	ada := person(t, s, "ada")
	for range 50 {
		id := signedIn(t, s, ada)
		var over atomic.Bool
		var looking sync.WaitGroup
		for range 4 {
			looking.Go(func() {
				for last := false; !last; {
					last = over.Load()
					if _, err := s.SessionByID(t.Context(), id); last && !errors.Is(err, store.ErrNotFound) {
						t.Errorf("the session is back: %v", err)
					}
				}
			})
		}
		if err := s.DeleteSession(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		over.Store(true)
		looking.Wait()
	}
}

func signedIn(t *testing.T, s *store.Store, u store.User) store.SessionID {
	t.Helper()
	token, err := s.CreateSession(t.Context(), u, "a browser", "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.Session(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.SessionByID(t.Context(), found.ID); err != nil || !reflect.DeepEqual(again, found) {
		t.Fatalf("asked again it is %v, %v", again, err)
	}
	return found.ID
}
