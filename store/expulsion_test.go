package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

func TestWhoIsRemovedCannotComeBackAndIsWhatTheyWereAfterwards(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := judge(t, s)
		must(t, j.say(j.ben, j.kitchen, "one"))
		must(t, s.MarkUnread(t.Context(), j.kitchen, j.cleo.ID, 1))
		out := j.impose(j.ada, store.Measure{Kind: store.Removal, User: j.cleo.ID, Room: j.kitchen}) // its owner
		_, err := s.Membership(t.Context(), j.kitchen, j.cleo.ID)
		wants(t, "she is in it", err, store.ErrNotFound)
		j.kept("she joins", s.Join(t.Context(), j.kitchen, j.cleo.ID), store.Removal)
		var problem store.Invalid
		if err := s.AddMember(t.Context(), j.kitchen, store.Actor{User: j.ben.ID}, j.cleo.ID); !errors.As(err, &problem) {
			t.Errorf("Ben lets her in: %v", err)
		}
		wants(t, "she posts", j.say(j.cleo, j.kitchen, "two"), store.ErrNotFound)
		j.lift(out)
		m, err := s.Membership(t.Context(), j.kitchen, j.cleo.ID)
		if must(t, err); !m.Owner || m.Unread() != 1 {
			t.Errorf("she comes back as %+v", m)
		}
		// Who had left before does not come back by it.
		must(t, s.Leave(t.Context(), j.kitchen, j.ben.ID))
		out = j.impose(j.cleo, store.Measure{Kind: store.Removal, User: j.ben.ID, Room: j.kitchen})
		j.lift(out)
		_, err = s.Membership(t.Context(), j.kitchen, j.ben.ID)
		wants(t, "he left himself", err, store.ErrNotFound)
		must(t, s.Join(t.Context(), j.kitchen, j.ben.ID))
	})
}

func TestWhoMayLiftARemovalLetsInAgainByAddingAndOthersDoNot(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := judge(t, s)
		dan := person(t, s, "dan")
		must(t, s.Join(t.Context(), j.kitchen, dan.ID))
		must(t, s.SetModerator(t.Context(), store.Actor{User: j.cleo.ID}, j.kitchen, j.ben.ID, true))
		out := j.impose(j.cleo, store.Measure{Kind: store.Removal, User: j.ben.ID, Room: j.kitchen, Words: "Cool down", Until: j.now.Add(time.Hour)})
		told, err := s.RemovalOf(t.Context(), j.kitchen, j.ben.ID)
		if must(t, err); told.ID != out.ID || told.Words != "Cool down" || !told.Until.Equal(out.Until) {
			t.Errorf("he is told %+v", told)
		}
		add := func(by store.User) error {
			return s.AddMember(t.Context(), j.kitchen, store.Actor{User: by.ID}, j.ben.ID)
		}
		var problem store.Invalid
		if err := add(dan); !errors.As(err, &problem) {
			t.Errorf("Dan, who moderates nothing, lets him in: %v", err)
		}
		must(t, add(j.cleo))
		if m, err := s.Membership(t.Context(), j.kitchen, j.ben.ID); err != nil || !m.Moderator {
			t.Errorf("he comes back as %+v, %v", m, err)
		}
		if m, err := s.MeasureByID(t.Context(), out.ID); err != nil || m.EndedBy != j.cleo.ID {
			t.Errorf("the removal is %+v, %v", m, err)
		}
		if acts := actsOn(t, s, j.ben); acts[0] != "moderation.lift-remove" {
			t.Errorf("the log says %v", acts)
		}
		_, err = s.RemovalOf(t.Context(), j.kitchen, j.ben.ID)
		wants(t, "he is out", err, store.ErrNotFound)
		// Who was not in it when they were removed is a plain member afterwards.
		must(t, s.Leave(t.Context(), j.kitchen, j.ben.ID))
		j.impose(j.cleo, store.Measure{Kind: store.Removal, User: j.ben.ID, Room: j.kitchen})
		must(t, add(j.cleo))
		if m, err := s.Membership(t.Context(), j.kitchen, j.ben.ID); err != nil || m.Moderator {
			t.Errorf("he comes as %+v, %v", m, err)
		}
		must(t, add(dan)) // he is in it already
	})
}

func TestWhoOwnsAPrivateRoomDecidesWhoIsInIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := judge(t, s)
		cellar := makeRoom(t, s, j.ben, "Cellar", store.PrivateRoom)
		ben := store.Actor{User: j.ben.ID}
		must(t, s.AddMember(t.Context(), cellar, ben, j.ada.ID)) // who administers
		must(t, s.AddMember(t.Context(), cellar, ben, j.cleo.ID))
		must(t, s.SetModerator(t.Context(), ben, cellar, j.cleo.ID, true))
		removable := func(by store.User, room store.RoomID) string {
			people, err := s.People(t.Context(), store.Room{ID: room}, 10)
			must(t, err)
			may, err := s.Removable(t.Context(), by.ID, room, people)
			must(t, err)
			var names []string
			for _, p := range people {
				if may[p.ID] {
					names = append(names, p.Name)
				}
			}
			return fmt.Sprint(names)
		}
		must(t, s.Join(t.Context(), j.kitchen, j.ada.ID))
		for what, tt := range map[string][2]string{
			"Ben, in his own":              {removable(j.ben, cellar), "[ada cleo]"},
			"Cleo, who moderates it":       {removable(j.cleo, cellar), "[]"},
			"Ada, who is in it":            {removable(j.ada, cellar), "[ben cleo]"},
			"Cleo, in her open one":        {removable(j.cleo, j.kitchen), "[ben]"},
			"Ben, who is a member of that": {removable(j.ben, j.kitchen), "[]"},
		} {
			if tt[0] != tt[1] {
				t.Errorf("%s may remove %s, want %s", what, tt[0], tt[1])
			}
		}
		m := j.impose(j.ben, store.Measure{Kind: store.Removal, User: j.ada.ID, Room: cellar})
		_, err := s.Lift(t.Context(), store.Actor{User: j.ada.ID}, m.ID, "")
		wants(t, "she lets herself in again", err, store.ErrNotFound)
		must(t, s.AddMember(t.Context(), cellar, ben, j.ada.ID))
	})
}

func TestABanRefusesTheEmailAndTheNetworkForNewAccounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := judge(t, s)
		for _, address := range []string{"2001:db8:1:2::7", "203.0.113.9", "127.0.0.1"} {
			ben, err := s.Authenticate(t.Context(), "ben", "correct horse battery")
			must(t, err)
			_, err = s.CreateSession(t.Context(), ben, "Firefox", address)
			must(t, err)
		}
		names := 0
		sign := func(address string) error {
			names++
			name := fmt.Sprintf("new%d", names)
			_, err := s.CreateUser(t.Context(), store.SignUp{Username: name, Email: name + "@example.com", Password: "correct horse battery", Address: address})
			return err
		}
		refused := func(what string, err error, want bool) {
			t.Helper()
			var p store.Problems
			if is := errors.As(err, &p) && p[0] == store.ErrRefused; is != want {
				t.Errorf("%s: got %v", what, err)
			}
		}
		ban := j.impose(j.ada, store.Measure{Kind: store.Ban, User: j.ben.ID, Amount: 1})
		for address, want := range map[string]bool{"2001:db8:1:2::99": true, "203.0.113.9": true, "203.0.113.10": false, "2001:db8:1:3::7": false, "127.0.0.1": false, "": false} {
			refused(address, sign(address), want)
		}
		_, err := s.CreateUser(t.Context(), store.SignUp{Username: "ben2", Email: "Ben@Example.com", Password: "correct horse battery"})
		var p store.Problems
		if !errors.As(err, &p) || p.ByField()["email"] == "" {
			t.Errorf("his e-mail is taken, and no more is said: %v", err)
		}
		_, err = s.CreateUser(t.Context(), store.SignUp{Username: "guest", Email: "guest@example.com", Password: "correct horse battery", Address: "203.0.113.9", Granted: true})
		must(t, err) // an administrator knows what they do
		j.later(31 * 24 * time.Hour)
		refused("a month later", sign("203.0.113.9"), false)
		j.lift(ban)
		again := j.impose(j.ada, store.Measure{Kind: store.Ban, User: j.ben.ID, Amount: 1}) // he has no session to refuse
		refused("a ban of nobody's address", sign("203.0.113.9"), false)
		j.lift(again)
	})
}

// Before suspensions were measures an administrator's had none.
func TestAnOldSuspensionAndMeasuresDoNotUndoEachOther(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		j := judge(t, s)
		out := func() bool {
			u, err := s.User(t.Context(), j.ben.ID)
			must(t, err)
			return !u.SuspendedAt.IsZero()
		}
		measure := func() store.Measure {
			j.now = j.now.Add(time.Minute) // it is another than the one before
			return j.impose(j.ada, store.Measure{Kind: store.Suspension, User: j.ben.ID})
		}
		old := func() { db.MustExec("update users set suspended_at = 7 where id = $1", j.ben.ID) }
		activate := func() { must(t, reactivate(t.Context(), s, store.Actor{User: j.ada.ID}, j.ben.ID)) }
		is := func(what string, want bool) {
			t.Helper()
			if out() != want {
				t.Errorf("%s: kept out %t", what, out())
			}
		}
		old()
		m := measure()
		j.lift(m)
		is("a measure came and went", true)
		m = measure()
		activate()
		is("let in again, whoever suspended him", false)
		if ended, err := s.MeasureByID(t.Context(), m.ID); err != nil || ended.Holds(j.now) {
			t.Errorf("the measure holds still: %+v, %v", ended, err)
		}
		m, second := measure(), measure()
		j.lift(m)
		is("the second holds", true)
		j.lift(second)
		is("in the end", false)
	})
}

func TestARiseOfWhomAMeasureIsOnLeavesItAndAnAdministratorCanLiftIt(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		j := judge(t, s)
		dan := person(t, s, "dan")
		db.MustExec("update users set role = 'administrator' where id = $1", dan.ID)
		m := j.impose(dan, store.Measure{Kind: store.TimeOut, User: j.ben.ID, Until: j.now.Add(time.Hour)})
		db.MustExec("update users set role = 'administrator' where id = $1", j.ben.ID)
		j.kept("he has risen", j.say(j.ben, lobby, "hello"), store.TimeOut)
		_, err := s.Lift(t.Context(), store.Actor{User: j.ben.ID}, m.ID, "")
		wants(t, "he lifts it himself", err, store.ErrNotFound)
		_, err = s.Impose(t.Context(), store.Actor{User: j.ada.ID}, store.Measure{Kind: store.Ban, User: j.ben.ID, Reason: store.Spam})
		wants(t, "an administrator bans another", err, store.ErrNotFound)
		j.lift(m)
		must(t, j.say(j.ben, lobby, "hello"))
		for _, u := range []store.User{j.ben, dan} {
			db.MustExec("update users set role = 'member' where id = $1", u.ID)
		}
		_, err = s.Impose(t.Context(), store.Actor{User: j.ada.ID}, store.Measure{Kind: store.Ban, User: j.ada.ID, Reason: store.Spam})
		wants(t, "the last administrator bans herself", err, store.ErrNotFound)
	})
}
