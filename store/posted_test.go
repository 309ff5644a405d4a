package store_test

import (
	"fmt"
	"reflect"
	"sync"
	"testing"

	"parley/store"
	"parley/store/storetest"
)

func TestWhatWasJustPostedIsWhatTheLogSays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben := person(t, s, "ada"), person(t, s, "ben")
		before, err := s.ChangesSince(t.Context(), lobby, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		var posting sync.WaitGroup
		for i := range 20 {
			posting.Go(func() {
				d := store.Draft{Room: lobby, Author: []store.User{ada, ben}[i%2].ID, Key: fmt.Sprint(i), Body: "Hello @ben, @ada"}
				if i%5 == 0 {
					d.Author = 999 // refused: it leaves nothing
				}
				if _, err := s.PostMessage(t.Context(), d); (err == nil) == (i%5 == 0) {
					t.Errorf("post %d: %v", i, err)
				}
			})
		}
		posting.Wait()
		want, err := s.ChangesSince(t.Context(), lobby, before.Upto, 100)
		if err != nil {
			t.Fatal(err)
		}
		got, is := s.Posted(lobby, before.Upto, before.Upto+10, 100)
		if !is || !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, %+v, want %+v", is, got, want)
		}
		for name, ask := range map[string][2]store.Rev{
			"more than there is":   {before.Upto, before.Upto + 17},
			"nothing":              {before.Upto + 3, before.Upto + 3},
			"what a member's join": {before.Upto - 1, before.Upto + 1},
		} {
			if got, is := s.Posted(lobby, ask[0], ask[1], 100); is {
				t.Errorf("%s is %+v", name, got)
			}
		}
	})
}

func TestADeletedTextIsNotShownFromMemory(t *testing.T) {
	s := storetest.SQLite(t)
	ada := person(t, s, "ada")
	m := post(t, s, ada, "k", "a mistake")
	if _, err := s.DeleteMessage(t.Context(), lobby, m.Seq, ada.ID); err != nil {
		t.Fatal(err)
	}
	if got, is := s.Posted(lobby, m.Rev-1, m.Rev, 100); is {
		t.Errorf("it is still %+v", got)
	}
}

func TestOnlyTheNewestPostsAreKeptInMemory(t *testing.T) {
	s := storetest.SQLite(t)
	ada := person(t, s, "ada")
	first := post(t, s, ada, "first", "hello")
	var last store.Message
	for i := range 300 {
		last = post(t, s, ada, fmt.Sprint(i), "hello")
	}
	if _, is := s.Posted(lobby, first.Rev-1, first.Rev, 100); is {
		t.Error("the first is still there")
	}
	if c, is := s.Posted(lobby, last.Rev-50, last.Rev, 50); !is || len(c.Messages) != 50 || c.LastSeq != last.Seq {
		t.Errorf("the last 50 are %v, %d, up to %d", is, len(c.Messages), c.LastSeq)
	}
}
