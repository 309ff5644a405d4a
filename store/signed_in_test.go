package store_test

import (
	"errors"
	"fmt"
	"testing"

	"parley/store"
	"parley/store/storetest"
)

func TestAnAdministratorGoesThroughAllSessionsAndEndsThem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben := person(t, s, "ada"), person(t, s, "ben")
		signIn := func(u store.User, agent string) store.SessionID {
			t.Helper()
			token, err := s.CreateSession(t.Context(), u, agent, "203.0.113.7")
			if err != nil {
				t.Fatal(err)
			}
			session, err := s.Session(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			return session.ID
		}
		for i := range 7 {
			signIn(ben, fmt.Sprint("agent ", i))
		}
		own := signIn(ada, "Firefox")
		seen, after := map[store.SessionID]bool{}, store.LastSession{}
		for {
			page, err := s.Sessions(t.Context(), after, 3)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range page {
				if seen[l.ID] {
					t.Errorf("%s is listed twice", l.Agent)
				}
				seen[l.ID] = true
				after = store.LastSession{UsedAt: l.UsedAt, ID: l.ID}
			}
			if len(page) < 3 {
				break
			}
		}
		if len(seen) != 8 {
			t.Errorf("got %d sessions, want 8", len(seen))
		}
		of, err := s.SessionsOf(t.Context(), []store.UserID{ben.ID})
		if err != nil || len(of) != 7 || of[0].Username != "ben" {
			t.Fatalf("got %d sessions of Ben, %v", len(of), err)
		}

		by := store.Actor{User: ada.ID, Address: "127.0.0.1"}
		if _, err := s.EndSessionOfAnyone(t.Context(), store.Actor{User: ben.ID}, own); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Ben, who is no administrator: %v", err)
		}
		if _, err := s.EndSessionsOf(t.Context(), store.Actor{User: ben.ID}, ada.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Ben, who is no administrator: %v", err)
		}
		if err := s.LogSocketEnd(t.Context(), store.Actor{User: ben.ID}, ada.ID, ""); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Ben, who is no administrator: %v", err)
		}
		user, err := s.EndSessionOfAnyone(t.Context(), by, of[0].ID)
		if err != nil || user != ben.ID {
			t.Errorf("end one: %v, %v", user, err)
		}
		if _, err := s.EndSessionOfAnyone(t.Context(), by, of[0].ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("end it again: %v", err)
		}
		if n, err := s.EndSessionsOf(t.Context(), by, ben.ID); err != nil || n != 6 {
			t.Errorf("end all: %d, %v", n, err)
		}
		if err := s.LogSocketEnd(t.Context(), by, ben.ID, "203.0.113.7"); err != nil {
			t.Error(err)
		}
		if _, err := s.SessionByID(t.Context(), own); err != nil {
			t.Errorf("Ada's own session: %v", err)
		}
		entries, err := s.Entries(t.Context(), store.EntryQuery{On: store.Target{Kind: store.OnAccount, ID: int64(ben.ID)}}, 10)
		if err != nil {
			t.Fatal(err)
		}
		var acts []store.Act
		for _, e := range entries {
			acts = append(acts, e.Act)
		}
		if fmt.Sprint(acts) != "[socket.end session.end_all session.end]" {
			t.Errorf("the log has %v", acts)
		}
	})
}
