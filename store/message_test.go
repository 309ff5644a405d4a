package store_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"parley/store"
	"parley/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const lobby store.RoomID = 1

// person signs up; the password is not among the common ones.
func person(t *testing.T, s *store.Store, name string) store.User {
	t.Helper()
	u, err := s.CreateUser(t.Context(), store.SignUp{
		Username: name, Email: name + "@example.com", Password: "correct horse " + name, MayBeFirst: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func post(t *testing.T, s *store.Store, by store.User, key, body string) store.Message {
	t.Helper()
	m, err := s.PostMessage(t.Context(), store.Draft{Room: lobby, Author: by.ID, Key: key, Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMessagesAreNumberedInTheOrderOfTheRoomsRevision(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben := person(t, s, "ada"), person(t, s, "ben")
		first := post(t, s, ada, "k1", "Good morning")
		second := post(t, s, ben, "k2", "Morning, Ada")
		if first.Seq != 1 || second.Seq != 2 || second.Rev != first.Rev+1 {
			t.Errorf("got seq %d, %d and rev %d, %d", first.Seq, second.Seq, first.Rev, second.Rev)
		}
		if second.PrevAuthor != ada.ID || !second.PrevAt.Equal(first.CreatedAt) {
			t.Errorf("the second does not know its neighbour: %+v", second)
		}
	})
}

func TestEachOfManyPostsAtOnceKnowsTheOneBeforeIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		people := []store.User{person(t, s, "ada"), person(t, s, "ben"), person(t, s, "cleo"), person(t, s, "dan")}
		var wg sync.WaitGroup
		for _, who := range people {
			wg.Go(func() {
				for i := range 10 {
					if _, err := s.PostMessage(t.Context(), store.Draft{Room: lobby, Author: who.ID, Key: fmt.Sprint(i), Body: "at once"}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		all, err := s.MessagesBefore(t.Context(), lobby, people[0].ID, 0, 50)
		if err != nil || len(all) != 40 {
			t.Fatalf("got %d messages, %v; want 40", len(all), err)
		}
		for i, m := range all[1:] {
			if before := all[i]; m.Seq != before.Seq+1 || m.PrevAuthor != before.Author || !m.PrevAt.Equal(before.CreatedAt) {
				t.Errorf("message %d says that %d wrote before it at %v; %d did at %v", m.Seq, m.PrevAuthor, m.PrevAt, before.Author, before.CreatedAt)
			}
		}
	})
}

func TestTheSamePostTenTimesAtOnceIsOneMessage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := person(t, s, "ada")
		var wg sync.WaitGroup
		seqs := make([]store.Seq, 10)
		for i := range seqs {
			wg.Go(func() {
				m, err := s.PostMessage(t.Context(), store.Draft{Room: lobby, Author: ada.ID, Key: "k", Body: "once"})
				if err != nil {
					t.Error(err)
				}
				seqs[i] = m.Seq
			})
		}
		wg.Wait()
		for _, seq := range seqs {
			if seq != 1 {
				t.Errorf("got message %d, want 1", seq)
			}
		}
		all, err := s.MessagesBefore(t.Context(), lobby, ada.ID, 0, 50)
		if err != nil || len(all) != 1 {
			t.Errorf("got %d messages, %v; want 1", len(all), err)
		}
	})
}

func TestAKeyWithAnotherBodyIsANewMessageAndAfterADeleteTheKeyDecides(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := person(t, s, "ada")
		post(t, s, ada, "k", "one")
		if m := post(t, s, ada, "k", "two"); m.Seq != 2 {
			t.Errorf("another body: got message %d, want 2", m.Seq)
		}
		if _, err := s.DeleteMessage(t.Context(), lobby, 2, ada.ID); err != nil {
			t.Fatal(err)
		}
		if m := post(t, s, ada, "k", "two"); m.Seq != 2 || m.Body != "" {
			t.Errorf("after the delete: got %d %q, want the placeholder 2", m.Seq, m.Body)
		}
	})
}

func TestOnlyTheAuthorChangesAMessage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben := person(t, s, "ada"), person(t, s, "ben")
		post(t, s, ben, "k", "mine")
		if _, err := s.EditMessage(t.Context(), lobby, 1, ada.ID, "hers"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("edit: got %v, want ErrNotFound", err)
		}
		if _, err := s.DeleteMessage(t.Context(), lobby, 1, ada.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("delete: got %v, want ErrNotFound", err)
		}
		if m, err := s.EditMessage(t.Context(), lobby, 1, ben.ID, "still mine"); err != nil || m.Body != "still mine" || m.EditedAt.IsZero() {
			t.Errorf("got %+v, %v", m, err)
		}
	})
}

func TestWhoIsRemovedNeitherReadsNorWrites(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben := person(t, s, "ada"), person(t, s, "ben")
		post(t, s, ben, "k", "hello")
		if err := s.Leave(t.Context(), lobby, ben.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Membership(t.Context(), lobby, ben.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("room: got %v", err)
		}
		if _, err := s.PostMessage(t.Context(), store.Draft{Room: lobby, Author: ben.ID, Key: "k2", Body: "still here"}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("post: got %v", err)
		}
		if all, _ := s.MessagesBefore(t.Context(), lobby, ben.ID, 0, 50); len(all) != 0 {
			t.Errorf("reads %d messages", len(all))
		}
		c, err := s.ChangesSince(t.Context(), lobby, 3, 10)
		if err != nil || len(c.Gone) != 1 || c.Gone[0] != ben.ID {
			t.Errorf("the log says gone %v, %v", c.Gone, err)
		}
		if all, _ := s.MessagesBefore(t.Context(), lobby, ada.ID, 0, 50); len(all) != 1 {
			t.Errorf("Ada reads %d messages, want 1", len(all))
		}
	})
}

func TestTheDifferenceMakesAPageEqualToAFreshLoad(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := person(t, s, "ada")
		for _, k := range []string{"a", "b", "c", "d"} {
			post(t, s, ada, k, "message "+k)
		}
		room, err := s.Membership(t.Context(), lobby, ada.ID)
		if err != nil {
			t.Fatal(err)
		}
		all, _ := s.MessagesBefore(t.Context(), lobby, ada.ID, 0, 50)
		have := store.Have{}
		for _, m := range all {
			have[m.Seq] = m.Rev
		}
		delete(have, 3) // a swap that failed in the browser
		if _, err := s.EditMessage(t.Context(), lobby, 2, ada.ID, "changed"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.DeleteMessage(t.Context(), lobby, 4, ada.ID); err != nil {
			t.Fatal(err)
		}
		post(t, s, ada, "e", "new")
		d, err := s.DifferenceSince(t.Context(), lobby, room.Rev, have, false)
		if err != nil || d.Replace {
			t.Fatalf("got %+v, %v", d, err)
		}
		if got := seqs(d.New); got != "5 3" {
			t.Errorf("new: got %q, want 5 3", got)
		}
		if got := seqs(d.Changed); got != "2 4" {
			t.Errorf("changed: got %q, want 2 4", got)
		}
		if d, _ := s.DifferenceSince(t.Context(), lobby, room.Rev+1000, have, false); !d.Replace {
			t.Error("revisions that went back are not a replacement")
		}
	})
}

func TestTheTextIsCheckedAndKept(t *testing.T) {
	s := storetest.SQLite(t)
	ada := person(t, s, "ada")
	for name, body := range map[string]string{
		"empty": "", "blank": " \n\t ", "zero width": "\u200b", "too long": strings.Repeat("a", 8001), "too large": strings.Repeat("𝄞", 8000) + "\xff",
		"not UTF-8": "a\xffb", "NUL": "a\x00b",
	} {
		_, err := s.PostMessage(t.Context(), store.Draft{Room: lobby, Author: ada.ID, Key: "k", Body: body})
		var invalid store.Invalid
		if long := (store.TooLong{}); errors.As(err, &long) && long.Runes > long.Most {
			continue
		}
		if !errors.As(err, &invalid) || invalid.Field != "body" {
			t.Errorf("%s: got %v, want Invalid body", name, err)
		}
	}
	if m := post(t, s, ada, "k", "  indented\r\nsecond \n\n"); m.Body != "  indented\nsecond" {
		t.Errorf("got %q", m.Body)
	}
}

func seqs(all []store.Message) string {
	var out []string
	for _, m := range all {
		out = append(out, string(rune('0'+m.Seq)))
	}
	return strings.Join(out, " ")
}
