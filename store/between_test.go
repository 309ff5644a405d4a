package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

// officers are an administrator, a moderator of the instance, and a member.
func officers(t *testing.T, s *store.Store) (ada, ben, cleo store.User) {
	t.Helper()
	ada, ben, cleo = crew(t, s)
	must(t, s.SetRole(t.Context(), by(ada), ben.ID, store.Moderator))
	return ada, ben, cleo
}

func suspension(t *testing.T, s *store.Store, who, whom store.User, d time.Duration) store.Measure {
	t.Helper()
	m := store.Measure{Kind: store.Suspension, User: whom.ID, Reason: store.Spam}
	if d > 0 {
		m.Until = time.Now().Add(d)
	}
	m, err := s.Impose(t.Context(), by(who), m)
	must(t, err)
	return m
}

func suspended(t *testing.T, s *store.Store, u store.User) bool {
	t.Helper()
	now, err := s.User(t.Context(), u.ID)
	must(t, err)
	return !now.SuspendedAt.IsZero()
}

func TestWhomAModeratorRemovedComesBackByNoInvitationAndNoGift(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := officers(t, s)
		kitchen := makeRoom(t, s, ben, "Kitchen", store.OpenRoom)
		must(t, s.Join(t.Context(), kitchen, cleo.ID))
		_, err := s.Impose(t.Context(), by(ben), store.Measure{Kind: store.Removal, User: cleo.ID, Room: kitchen, Reason: store.Harassment})
		must(t, err)
		link, _, err := s.CreateInvitation(t.Context(), by(ada), store.InvitationDraft{Life: time.Hour, Uses: 5, Role: store.Member, Rooms: []store.RoomID{kitchen}})
		must(t, err)
		refused := func(link store.Token, want string) {
			t.Helper()
			var no store.Invalid
			if joined, err := s.AcceptInvitation(t.Context(), by(cleo), link); !errors.As(err, &no) || !strings.Contains(no.Text, want) || strings.Contains(no.Text, "Kitchen") {
				t.Errorf("an invitation brought her into %v: %v", joined, err)
			}
		}
		refused(link, "A moderator has removed you from a room of this invitation")
		into := func(rooms ...store.RoomID) store.Token {
			t.Helper()
			link, _, err := s.CreateInvitation(t.Context(), by(ada), store.InvitationDraft{Life: time.Hour, Uses: 5, Role: store.Member, Rooms: rooms})
			must(t, err)
			return link
		}
		refused(into(lobby, kitchen), "A moderator has removed you from a room of this invitation")
		refused(into(lobby), "You are in all rooms of this invitation already")
		refused(into(), "leads to no room")
		garden := makeRoom(t, s, ben, "Garden", store.OpenRoom)
		old := into(garden)
		must(t, s.ArchiveRoom(t.Context(), garden, by(ben)))
		refused(old, "leads to no room")
		must(t, s.Leave(t.Context(), kitchen, ben.ID))
		var no store.Invalid
		if err := s.GiveMember(t.Context(), by(ada), kitchen, cleo.ID); !errors.As(err, &no) || no.Field != "person" {
			t.Errorf("she was given the room: %v", err)
		}
		if _, err := s.Membership(t.Context(), kitchen, cleo.ID); err == nil {
			t.Error("she is in it")
		}
	})
}

func TestOneMeasureThatCannotEndHoldsUpNoOther(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		ada, ben, cleo := officers(t, s)
		m := post(t, s, cleo, "1", "rude")
		_, err := s.Impose(t.Context(), by(ben), store.Measure{Kind: store.HideMessage, Room: lobby, Seq: m.Seq, Reason: store.Spam, Until: time.Now().Add(time.Minute)})
		must(t, err)
		suspension(t, s, ada, cleo, 2*time.Minute)
		_, err = db.Exec("delete from messages where room_id = 1") // as retention does, and the end of a room
		must(t, err)
		s.Later(time.Hour)
		ended, err := s.EndMeasures(t.Context(), 10)
		if err != nil || len(ended) != 2 {
			t.Errorf("%d ended: %v", len(ended), err)
		}
		if suspended(t, s, cleo) {
			t.Error("her time is over, and she cannot sign in")
		}
	})
}

func TestAPageThatSawWhatWasPurgedOutOfOrderIsMadeAnew(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		ada, ben, _ := crew(t, s)
		post(t, s, ben, "1", "one")
		m := post(t, s, ada, "2", "two")
		must(t, s.SetKeep(t.Context(), store.Actor{User: ada.ID}, lobby, 1))
		age(t, db, lobby, 3)
		forgetAll(t, s)
		// The first takes a later revision than the second, and is purged before it.
		must(t, s.DeleteAccount(t.Context(), store.Actor{User: ada.ID}, ben.ID, true))
		for err := error(nil); err == nil; {
			_, err = s.RunJob(t.Context())
		}
		_, err := db.Exec("update messages set deleted_at = deleted_at - $1 where seq = 1", (8 * 24 * time.Hour).Microseconds())
		must(t, err)
		forgetAll(t, s)
		c, err := s.ChangesSince(t.Context(), lobby, m.Rev, 100)
		if must(t, err); !c.Torn {
			t.Fatal("the log has lost the first")
		}
		purged := func() (rev store.Rev) {
			must(t, db.Get(&rev, "select purged_rev from rooms where id = 1"))
			return rev
		}
		before := purged()
		age(t, db, lobby, 8)
		forgetAll(t, s)
		if after := purged(); after < before {
			t.Errorf("the log lost something at %d, and says %d", before, after)
		}
	})
}

func TestWhateverEndsSessionsOrTakesARoleIsToldToOtherProcesses(t *testing.T) {
	storetest.Twice(t, func(t *testing.T, s, other *store.Store) {
		ada, ben, _ := crew(t, s)
		signIn := func() store.SessionID {
			shown, err := s.Authenticate(t.Context(), ben.Username, "correct horse battery")
			must(t, err)
			token, err := s.CreateSession(t.Context(), shown, "a browser", "192.0.2.9")
			must(t, err)
			session, err := s.Session(t.Context(), token)
			must(t, err)
			return session.ID
		}
		for name, act := range map[string]func() error{
			"a role":                 func() error { return s.SetRole(t.Context(), by(ada), ben.ID, store.Moderator) },
			"a session of a person":  func() error { return s.EndSessionOf(t.Context(), by(ada), ben.ID, signIn()) },
			"all of a person's":      func() error { signIn(); return s.EndSessionOf(t.Context(), by(ada), ben.ID, "") },
			"a session of the list":  func() error { _, err := s.EndSessionOfAnyone(t.Context(), by(ada), signIn()); return err },
			"all of one in the list": func() error { signIn(); _, err := s.EndSessionsOf(t.Context(), by(ada), ben.ID); return err },
		} {
			before, err := other.Ended(t.Context())
			must(t, err)
			must(t, act())
			if after, err := other.Ended(t.Context()); err != nil || after == before {
				t.Errorf("%s: another process looks at %d still, %v", name, after, err)
			}
		}
	})
}

func TestTheEndOfARemovalBringsNoDeletedAccountBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := officers(t, s)
		_, err := s.Impose(t.Context(), by(ben), store.Measure{Kind: store.Removal, User: cleo.ID, Room: lobby, Reason: store.Spam, Until: time.Now().Add(time.Minute)})
		must(t, err)
		must(t, s.DeleteAccount(t.Context(), by(ada), cleo.ID, false))
		s.Later(time.Hour)
		ended, err := s.EndMeasures(t.Context(), 10)
		if err != nil || len(ended) != 1 {
			t.Errorf("%d ended: %v", len(ended), err)
		}
		if _, err := s.Membership(t.Context(), lobby, cleo.ID); err == nil {
			t.Error("a deleted account is a member again")
		}
	})
}
