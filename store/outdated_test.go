package store_test

import (
	"errors"
	"sync"
	"testing"

	"parley/store"
	"parley/store/storetest"
)

// atOnce does both at the same time, and wants one to be done and one to be told that it
// was shown what is no more.
func atOnce(t *testing.T, what string, one, other func() error) {
	t.Helper()
	var wait sync.WaitGroup
	errs := make([]error, 2)
	for i, do := range []func() error{one, other} {
		wait.Go(func() { errs[i] = do() })
	}
	wait.Wait()
	if errs[0] != nil {
		errs[0], errs[1] = errs[1], errs[0]
	}
	if errs[0] != nil || !errors.Is(errs[1], store.ErrOutdated) {
		t.Errorf("%s at once: got %v and %v, want one done and one outdated", what, errs[0], errs[1])
	}
}

func TestOfTwoAdministratorsWhoChangeOneFormAtOnceTheSecondIsTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		must(t, s.SetRole(t.Context(), by(ada), ben.ID, store.Administrator))
		kitchen := makeRoom(t, s, cleo, "Kitchen", store.OpenRoom)
		shown := &store.Charter{Name: "Kitchen", Kind: store.OpenRoom}
		atOnce(t, "a room's form",
			func() error {
				return s.SetCharter(t.Context(), by(ada), kitchen, store.Charter{Name: "Canteen", Kind: store.OpenRoom, Was: shown})
			},
			func() error {
				return s.SetCharter(t.Context(), by(ben), kitchen, store.Charter{Name: "Bakery", Kind: store.OpenRoom, Was: shown})
			})
		room, err := s.RoomRecord(t.Context(), kitchen)
		must(t, err)
		atOnce(t, "an administrator and the owner",
			func() error {
				return s.SetCharter(t.Context(), by(ada), kitchen, store.Charter{Name: room.Name, Topic: "Soup", Kind: store.OpenRoom, Was: &store.Charter{Name: room.Name, Kind: store.OpenRoom}})
			},
			func() error {
				return s.UpdateRoom(t.Context(), kitchen, by(cleo), store.Charter{Name: room.Name, Topic: "Salad", Kind: store.OpenRoom, Was: &store.Charter{Name: room.Name, Kind: store.OpenRoom}})
			})
		atOnce(t, "how long messages are kept",
			func() error { return s.SetKeep(t.Context(), by(ada), kitchen, 30, store.KeepAsAll) },
			func() error { return s.SetKeep(t.Context(), by(ben), kitchen, 7, store.KeepAsAll) })
		was := &store.Account{Name: cleo.Name, Username: cleo.Username, Email: cleo.Email}
		atOnce(t, "an account's form",
			func() error {
				return s.UpdateAccount(t.Context(), by(ada), cleo.ID, store.Account{Name: "Cleo One", Username: cleo.Username, Email: cleo.Email, Was: was})
			},
			func() error {
				return s.UpdateAccount(t.Context(), by(ben), cleo.ID, store.Account{Name: "Cleo Two", Username: cleo.Username, Email: cleo.Email, Was: was})
			})
		atOnce(t, "a role",
			func() error { return s.SetRole(t.Context(), by(ada), cleo.ID, store.Administrator, store.Member) },
			func() error { return s.SetRole(t.Context(), by(ben), cleo.ID, store.Moderator, store.Member) })
	})
}

func TestWhatChangesNothingOfWhatOthersDidIsDone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		kitchen := makeRoom(t, s, ben, "Kitchen", store.OpenRoom)
		shown := &store.Charter{Name: "Kitchen", Kind: store.OpenRoom}
		same := store.Charter{Name: "Canteen", Kind: store.OpenRoom, Was: shown}
		must(t, s.SetCharter(t.Context(), by(ada), kitchen, same))
		must(t, s.SetCharter(t.Context(), by(ada), kitchen, same)) // the same form, sent again
		// One's own change of another field would undo it, and is told so.
		wants(t, "another field", s.SetCharter(t.Context(), by(ada), kitchen, store.Charter{Name: "Kitchen", Topic: "Soup", Kind: store.OpenRoom, Was: shown}), store.ErrOutdated)
		// What owners are not shown, who may always be in a new room, is not in their way.
		must(t, s.SetCharter(t.Context(), by(ada), kitchen, store.Charter{Name: "Canteen", Kind: store.OpenRoom, Everyone: true}))
		must(t, s.UpdateRoom(t.Context(), kitchen, by(ben), store.Charter{Name: "Canteen", Topic: "Soup", Kind: store.OpenRoom, Was: &store.Charter{Name: "Canteen", Kind: store.OpenRoom}}))
		if r, err := s.RoomRecord(t.Context(), kitchen); err != nil || !r.Everyone || r.Topic != "Soup" {
			t.Errorf("got %+v, %v", r, err)
		}
		// Nor is what its person made of a profile undone.
		must(t, s.SetProfile(t.Context(), cleo.ID, store.Profile{Name: "Cleopatra", Zone: "Europe/Berlin", Announce: store.AnnounceCount}))
		wants(t, "a profile", s.UpdateAccount(t.Context(), by(ada), cleo.ID, store.Account{Name: "Cleo M", Username: cleo.Username, Email: cleo.Email,
			Was: &store.Account{Name: cleo.Name, Username: cleo.Username, Email: cleo.Email}}), store.ErrOutdated)
	})
}
