package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

func TestAnAppealIsDecidedOnceBySomebodyElseIfThereIsAnybody(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		j := judge(t, s)
		appeal := func(m store.Measure) {
			t.Helper()
			must(t, s.CreateAppeal(t.Context(), j.ben.ID, m.ID, "It was a joke"))
		}
		decide := func(by store.User, m store.Measure, granted bool) error {
			_, err := s.DecideAppeal(t.Context(), store.Actor{User: by.ID}, m.ID, granted, "I have looked at it")
			return err
		}
		var problem store.Invalid
		byCleo := j.impose(j.cleo, store.Measure{Kind: store.TimeOut, User: j.ben.ID, Room: j.kitchen, Until: j.now.Add(time.Hour)})
		wants(t, "Cleo objects for him", s.CreateAppeal(t.Context(), j.cleo.ID, byCleo.ID, "x"), store.ErrNotFound)
		appeal(byCleo)
		wants(t, "twice", s.CreateAppeal(t.Context(), j.ben.ID, byCleo.ID, "Really"), store.ErrConflict)
		if err := decide(j.cleo, byCleo, false); !errors.As(err, &problem) {
			t.Errorf("Cleo decides about herself: %v", err)
		}
		must(t, s.ReadNotices(t.Context(), j.ben.ID, byCleo.ID))
		must(t, decide(j.ada, byCleo, true))
		if b, err := s.Aside(t.Context(), j.ben.ID); err != nil || b.Notices != 1 {
			t.Errorf("he is told of the decision: %d, %v", b.Notices, err)
		}
		must(t, j.say(j.ben, j.kitchen, "hello"))
		wants(t, "decided twice", decide(j.ada, byCleo, false), store.ErrConflict)

		// A moderator who cannot act there, or is too low, is nobody else.
		dan := person(t, s, "dan")
		db.MustExec("update users set role = 'moderator' where id = $1", dan.ID)
		cellar, err := s.CreateRoom(t.Context(), j.cleo.ID, store.Charter{Name: "Cellar", Kind: store.PrivateRoom})
		must(t, err)
		must(t, s.AddMember(t.Context(), cellar, store.Actor{User: j.cleo.ID}, j.ben.ID))
		m := j.impose(j.cleo, store.Measure{Kind: store.Removal, User: j.ben.ID, Room: cellar})
		appeal(m)
		if alone, err := s.Alone(t.Context(), m); err != nil || !alone {
			t.Errorf("Cleo is alone in her cellar: %t, %v", alone, err)
		}
		wants(t, "Dan decides what he cannot see", decide(dan, m, true), store.ErrNotFound)
		must(t, decide(j.cleo, m, false))
		_, err = s.Lift(t.Context(), store.Actor{User: j.cleo.ID}, m.ID, "")
		must(t, err)

		m = j.impose(j.ada, store.Measure{Kind: store.Warning, User: dan.ID})
		must(t, s.CreateAppeal(t.Context(), dan.ID, m.ID, "Why?"))
		must(t, decide(j.ada, m, true)) // nobody else is above Dan
		m = j.impose(j.ada, store.Measure{Kind: store.Suspension, User: j.ben.ID})
		appeal(m)
		wants(t, "Dan decides about who is above him", decide(dan, m, true), store.ErrNotFound)
		eva := person(t, s, "eva")
		db.MustExec("update users set role = 'administrator' where id = $1", eva.ID)
		if err := decide(j.ada, m, true); !errors.As(err, &problem) {
			t.Errorf("Ada decides, and there is Eva: %v", err)
		}
		must(t, decide(eva, m, true))
		over := j.impose(j.ada, store.Measure{Kind: store.TimeOut, User: j.ben.ID, Until: j.now.Add(time.Minute)})
		j.later(time.Hour)
		if err := s.CreateAppeal(t.Context(), j.ben.ID, over.ID, "Too late"); !errors.As(err, &problem) {
			t.Errorf("against what is over: %v", err)
		}
		by, err := s.AppealsBy(t.Context(), j.ben.ID)
		if must(t, err); len(by) != 3 || !by[byCleo.ID].Granted {
			t.Errorf("his appeals are %+v", by)
		}
	})
}

func TestAnObjectionIsSettledWithTheEndOfWhatItIsAbout(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := judge(t, s)
		waiting := func(want int) {
			t.Helper()
			open, err := s.OpenAppeals(t.Context(), store.AppealQuery{User: j.ada.ID}, 10)
			b, failed := s.Aside(t.Context(), j.ada.ID)
			if err != nil || failed != nil || len(open) != want || b.Total() != want {
				t.Errorf("%d objections are open, and %d wait for Ada: want %d; %v, %v", len(open), b.Total(), want, err, failed)
			}
		}
		objected := func(m store.Measure) store.Measure {
			t.Helper()
			must(t, s.CreateAppeal(t.Context(), j.ben.ID, m.ID, "It was a joke"))
			must(t, s.ReadNotices(t.Context(), j.ben.ID, m.ID))
			return m
		}
		settled := func(m store.Measure, by store.UserID, told int) {
			t.Helper()
			a, err := s.AppealOf(t.Context(), m.ID)
			if err != nil || a.DecidedAt.IsZero() || a.DecidedBy != by || a.Granted != (by != 0) || a.Answer != "" {
				t.Errorf("the objection is %+v, %v", a, err)
			}
			if b, err := s.Aside(t.Context(), j.ben.ID); err != nil || b.Notices != told {
				t.Errorf("Ben is told of %d, %v; want %d", b.Notices, err, told)
			}
			_, err = s.DecideAppeal(t.Context(), store.Actor{User: j.ada.ID}, m.ID, false, "No")
			wants(t, "decided after that", err, store.ErrConflict)
		}
		quiet := objected(j.impose(j.cleo, store.Measure{Kind: store.TimeOut, User: j.ben.ID, Room: j.kitchen, Until: j.now.Add(time.Hour)}))
		waiting(1)
		j.lift(quiet)
		waiting(0)
		settled(quiet, j.ada.ID, 1)
		short := objected(j.impose(j.cleo, store.Measure{Kind: store.TimeOut, User: j.ben.ID, Room: j.kitchen, Until: j.now.Add(time.Minute)}))
		waiting(1)
		j.later(time.Hour)
		waiting(0)
		settled(short, 0, 1)

		// What was decided stays as it was decided; that it is lifted all the same is told.
		kept := objected(j.impose(j.cleo, store.Measure{Kind: store.TimeOut, User: j.ben.ID, Room: j.kitchen, Until: j.now.Add(2 * time.Hour)}))
		must2(s.DecideAppeal(t.Context(), store.Actor{User: j.ada.ID}, kept.ID, false, "No"))(t)
		must(t, s.ReadNotices(t.Context(), j.ben.ID, kept.ID))
		j.lift(kept)
		if a, err := s.AppealOf(t.Context(), kept.ID); err != nil || a.Granted || a.Answer != "No" {
			t.Errorf("an objection that was refused is %+v, %v", a, err)
		}
		if b, err := s.Aside(t.Context(), j.ben.ID); err != nil || b.Notices != 1 {
			t.Errorf("Ben is told of %d, %v; want the lift", b.Notices, err)
		}
		// An account that an administrator lets in again has its ban lifted.
		ban := objected(j.impose(j.ada, store.Measure{Kind: store.Ban, User: j.ben.ID}))
		must2(s.Reactivate(t.Context(), store.Actor{User: j.ada.ID}, j.ben.ID))(t)
		settled(ban, j.ada.ID, 1)
	})
}
