package store_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"parley/store"
	"parley/store/storetest"
)

func TestAOneTimeLinkSignsInOnceAndLetsSetAPassword(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, _ := crew(t, s)
		by := store.Actor{User: ada.ID, Address: "192.0.2.1"}
		before, err := s.CreateSignInLink(t.Context(), by, ben.ID, "")
		must(t, err)
		link, err := s.CreateSignInLink(t.Context(), by, ben.ID, "")
		must(t, err)
		_, _, _, err = s.UseSignInLink(t.Context(), before, "", "")
		wants(t, "an earlier link", err, store.ErrNotFound)
		for range 3 { // to look at it uses nothing up
			u, err := s.SignInLinkUser(t.Context(), link)
			must(t, err)
			if u.ID != ben.ID {
				t.Errorf("it is for %s", u.Username)
			}
		}
		// Of those who press the button at once one gets in.
		tokens, resets, errs := make([]store.Token, 4), make([]store.Token, 4), make([]error, 4)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() {
				tokens[i], resets[i], _, errs[i] = s.UseSignInLink(t.Context(), link, "a browser", "192.0.2.9")
			})
		}
		all.Wait()
		won := slices.Index(errs, nil)
		for i, err := range errs {
			if i != won {
				wants(t, "a second use", err, store.ErrNotFound)
			}
		}
		if won < 0 {
			t.Fatalf("nobody got in: %v", errs)
		}
		session, err := s.Session(t.Context(), tokens[won])
		must(t, err)
		if session.User.ID != ben.ID {
			t.Errorf("signed in as %s", session.User.Username)
		}
		if _, err := s.Reset(t.Context(), resets[won], "another horse battery"); err != nil {
			t.Errorf("set a password: %v", err)
		}
		if got := acts(t, s); !slices.Equal(got, []string{"signin_link.create by ada", "signin_link.create by ada", "signin_link.use by ben"}) {
			t.Errorf("the log: got %q", got)
		}
		entries, err := s.Entries(t.Context(), store.EntryQuery{Act: "signin_link.use"}, 1)
		must(t, err)
		if entries[0].Address != "192.0.2.9" || entries[0].Target.ID != int64(ben.ID) {
			t.Errorf("the entry of the use: got %+v", entries[0])
		}
	})
}

func TestAnAdministratorWhoComesByALinkIsLoggedAsSigningIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		must(t, s.SetRole(t.Context(), by(ada), ben.ID, store.Administrator))
		for _, who := range []store.User{ben, cleo} {
			link, err := s.CreateSignInLink(t.Context(), by(ada), who.ID, "correct horse battery")
			must(t, err)
			_, _, _, err = s.UseSignInLink(t.Context(), link, "a browser", "192.0.2.9")
			must(t, err)
		}
		entries, err := s.Entries(t.Context(), store.EntryQuery{Act: store.AdministratorSignIn}, 10)
		if must(t, err); len(entries) != 1 || entries[0].By != ben.ID || entries[0].Address != "192.0.2.9" {
			t.Errorf("logged: %+v", entries)
		}
	})
}

func TestAOneTimeLinkIsForWhoMaySignInAndByWhoMayMakeIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		by := store.Actor{User: ada.ID}
		create := func(by store.Actor, user store.UserID, password string) (store.Token, error) {
			return s.CreateSignInLink(t.Context(), by, user, password)
		}
		_, err := create(store.Actor{User: ben.ID}, cleo.ID, "")
		wants(t, "by a member", err, store.ErrNotFound)
		_, err = create(by, 99, "")
		wants(t, "for nobody", err, store.ErrNotFound)
		for _, wrong := range []string{"", "not hers at all"} {
			if _, err := create(by, ada.ID, wrong); problem(err, "again") == "" {
				t.Errorf("for an administrator with the password %q: got %v", wrong, err)
			}
		}
		_, err = create(by, ada.ID, "correct horse battery")
		must(t, err)
		use := func(what string, link store.Token) {
			t.Helper()
			_, err := s.SignInLinkUser(t.Context(), link)
			wants(t, what, err, store.ErrNotFound)
			_, _, _, err = s.UseSignInLink(t.Context(), link, "", "")
			wants(t, what, err, store.ErrNotFound)
		}
		use("unknown", store.NewToken())
		link, err := create(by, ben.ID, "")
		must(t, err)
		must(t, suspend(t.Context(), s, store.Actor{}, ben.ID))
		use("of somebody suspended", link)
		_, err = create(by, ben.ID, "")
		wants(t, "for somebody suspended", err, store.ErrNotFound)
		must(t, reactivate(t.Context(), s, store.Actor{}, ben.ID))
		use("from before the suspension", link)
		// A new password makes it worthless, too.
		if link, err = create(by, ben.ID, ""); err != nil {
			t.Fatal(err)
		}
		must(t, s.ChangePassword(t.Context(), ben.ID, "correct horse battery", "another horse battery", ""))
		use("from before the new password", link)
		// And so does the end of whoever made it.
		if link, err = create(by, ben.ID, ""); err != nil {
			t.Fatal(err)
		}
		must(t, s.SetRole(t.Context(), store.Actor{}, person(t, s, "zoe").ID, store.Administrator))
		must(t, suspend(t.Context(), s, store.Actor{}, ada.ID))
		use("of a maker who is suspended", link)
		if _, err := create(by, ben.ID, ""); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("made by somebody suspended: got %v", err)
		}
	})
}
