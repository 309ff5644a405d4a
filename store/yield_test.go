package store_test

import (
	"sync"
	"testing"

	"parley/store"
	"parley/store/storetest"
)

// On PostgreSQL two writes can come to wait for each other: the database ends one of them,
// and it is done after the other.
func TestOfTwoWritesThatWaitForEachOtherBothAreDone(t *testing.T) {
	s, err := store.Open(t.Context(), storetest.Postgres(t))
	must(t, err)
	defer s.Close()
	_, ben, cleo := crew(t, s)
	var met sync.WaitGroup // both have their first
	met.Add(2)
	tries := [2]int{}
	failed := [2]error{}
	var both sync.WaitGroup
	for i, users := range [][]store.UserID{{ben.ID, cleo.ID}, {cleo.ID, ben.ID}} {
		both.Go(func() {
			failed[i] = s.NameInTurn(t.Context(), []string{"a", "b"}[i], func() {
				if tries[i]++; tries[i] == 1 {
					met.Done()
					met.Wait()
				}
			}, users...)
		})
	}
	both.Wait()
	if failed[0] != nil || failed[1] != nil || tries[0]+tries[1] < 3 {
		t.Errorf("after %v tries: %v", tries, failed)
	}
	for _, user := range []store.User{ben, cleo} {
		now, err := s.User(t.Context(), user.ID)
		if must(t, err); now.About != "ab" && now.About != "ba" {
			t.Errorf("of %s it says %q: one was not done, or twice", user.Name, now.About)
		}
	}
}
