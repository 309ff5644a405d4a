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
		if err := suspend(t.Context(), s, store.Actor{}, dan.User); err != nil {
			t.Fatal(err)
		}
		got, err := s.Denials(t.Context(), []store.Viewer{ada, ben, cleo, dan, ada})
		if want := []store.Denial{"", store.SessionEnded, store.NotAMember, store.SessionEnded, ""}; err != nil || !slices.Equal(got, want) {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	})
}

func TestDenialsNameWhoNoLongerModeratesARoom(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		room, err := c.s.CreateRoom(t.Context(), c.ben, store.Charter{Name: "Kitchen", Kind: store.OpenRoom})
		must(t, err)
		must(t, c.s.Join(t.Context(), room, c.cleo))
		var all []store.Viewer
		for _, name := range []string{"ada", "ben", "cleo", "mod"} {
			u, err := c.s.Authenticate(t.Context(), name, map[bool]string{true: "correct horse mod", false: "correct horse battery"}[name == "mod"])
			must(t, err)
			token, err := c.s.CreateSession(t.Context(), u, "a browser", "127.0.0.1")
			must(t, err)
			session, err := c.s.Session(t.Context(), token)
			must(t, err)
			all = append(all, store.Viewer{Session: session.ID, User: u.ID, Moderates: room})
		}
		is := func(want ...store.Denial) {
			t.Helper()
			if got, err := c.s.Denials(t.Context(), all); err != nil || !slices.Equal(got, want) {
				t.Errorf("got %q, %v; want %q", got, err, want)
			}
		}
		inSome := func(want ...store.Denial) {
			t.Helper()
			for i := range all {
				all[i].Moderates = store.SomeRoom
			}
			is(want...)
			for i := range all {
				all[i].Moderates = room
			}
		}
		is("", "", store.NotTheRole, "")
		other, err := c.s.CreateRoom(t.Context(), c.cleo, store.Charter{Name: "Garden", Kind: store.OpenRoom})
		must(t, err)
		is("", "", store.NotTheRole, "")
		inSome("", "", "", "")
		must(t, c.s.Leave(t.Context(), other, c.cleo))
		_, err = c.s.Converse(t.Context(), c.cleo, []store.UserID{c.ben}) // nobody moderates that
		must(t, err)
		inSome("", "", store.NotTheRole, "")
		_, err = c.db.Exec("update members set moderator = true where room_id = $1 and user_id = $2", room, c.cleo)
		must(t, err)
		is("", "", "", "")
		must(t, c.s.Leave(t.Context(), room, c.ben))
		must(t, c.s.Leave(t.Context(), room, c.cleo))
		is("", store.NotTheRole, store.NotTheRole, "")
	})
}

func TestWhatEndsSessionsIsCounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		person(t, s, "root") // who administers
		ada := person(t, s, "ada")
		signIn := func() store.SessionID {
			t.Helper()
			token, err := s.CreateSession(t.Context(), ada, "a browser", "127.0.0.1")
			if err != nil {
				t.Fatal(err)
			}
			session, err := s.Session(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			return session.ID
		}
		ended := func() int64 {
			t.Helper()
			n, err := s.Ended(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := ended()
		for _, tt := range []struct {
			name string
			act  func(store.SessionID) error
			want bool
		}{
			{"nothing", func(store.SessionID) error { return nil }, false},
			{"sign-out", func(id store.SessionID) error { return s.DeleteSession(t.Context(), id) }, true},
			{"the end of one", func(id store.SessionID) error { return s.EndSession(t.Context(), ada.ID, id) }, true},
			{"the end of the others", func(id store.SessionID) error { return s.EndOtherSessions(t.Context(), ada.ID, id) }, true},
			{"a suspension", func(store.SessionID) error { return suspend(t.Context(), s, store.Actor{}, ada.ID) }, true},
			{"the end of it", func(store.SessionID) error { return reactivate(t.Context(), s, store.Actor{}, ada.ID) }, true},
		} {
			var id store.SessionID
			if tt.name != "the end of it" {
				id = signIn()
			}
			err := tt.act(id)
			now := ended()
			if err != nil || now > before != tt.want || now < before {
				t.Errorf("%s: %d became %d, %v", tt.name, before, now, err)
			}
			before = now
		}
	})
}
