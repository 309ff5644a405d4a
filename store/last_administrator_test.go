package store_test

import (
	"testing"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

func TestNobodyComesAnywhereWhoIsDeletedMeanwhile(t *testing.T) {
	dsn := storetest.Postgres(t) // SQLite has one writer
	s, err := store.Open(t.Context(), dsn)
	must(t, err)
	defer s.Close()
	db := sqlx.MustConnect("pgx", dsn)
	defer db.Close()
	ada, _, _ := crew(t, s)
	secret := makeRoom(t, s, ada, "Secret", store.PrivateRoom)
	for name, comes := range map[string]func(who store.User) error{
		"into a room": func(who store.User) error { return s.AddMember(t.Context(), secret, store.Actor{User: ada.ID}, who.ID) },
		"by themselves": func(who store.User) error {
			return s.Join(t.Context(), makeRoom(t, s, ada, "Of "+who.Username, store.OpenRoom), who.ID)
		},
		"into a conversation": func(who store.User) error {
			_, err := s.Converse(t.Context(), ada.ID, []store.UserID{who.ID})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			who := person(t, s, "guest"+name[len(name)-4:])
			tx := db.MustBegin() // another process deletes them
			tx.MustExec("update users set username_key = $1, deleted_at = 1, suspended_at = 1 where id = $2", "#"+who.Username, who.ID)
			done := make(chan error, 1)
			go func() { done <- comes(who) }()
			for waits := 0; waits == 0 && len(done) == 0; {
				must(t, db.Get(&waits, "select count(*) from pg_locks where not granted"))
			}
			must(t, tx.Commit())
			if err := <-done; err == nil {
				t.Error("they came")
			}
			var n int
			if must(t, db.Get(&n, "select count(*) from members m join rooms r on r.id = m.room_id where m.user_id = $1 and m.present and r.name <> 'Lobby'", who.ID)); n > 0 {
				t.Errorf("they are in %d rooms", n)
			}
		})
	}
}

func TestWhoBecomesAdministratorMeanwhileIsNotSuspendedByAModerator(t *testing.T) {
	dsn := storetest.Postgres(t) // SQLite has one writer
	s, err := store.Open(t.Context(), dsn)
	must(t, err)
	defer s.Close()
	db := sqlx.MustConnect("pgx", dsn)
	defer db.Close()
	ada, ben, cleo := crew(t, s)
	must(t, s.SetRole(t.Context(), by(ada), ben.ID, store.Moderator))
	m, err := s.PostMessage(t.Context(), store.Draft{Room: lobby, Author: cleo.ID, Key: "1", Body: "Buy watches"})
	must(t, err)
	c, err := s.ReportMessage(t.Context(), lobby, m.Seq, ada.ID, store.Spam, "")
	must(t, err)
	in := store.Measure{Kind: store.Suspension, User: cleo.ID, Reason: store.Spam}
	for name, suspend := range map[string]func() error{
		"by themselves": func() error { _, err := s.Impose(t.Context(), by(ben), in); return err },
		"in a case":     func() error { _, err := s.ImposeInCase(t.Context(), by(ben), c.ID, c.Version, in, false); return err },
	} {
		db.MustExec("update users set role = 'member' where id = $1", cleo.ID)
		tx := db.MustBegin()
		tx.MustExec("update users set role = 'administrator' where id = $1", cleo.ID)
		done := make(chan error, 1)
		go func() { done <- suspend() }()
		for waits := 0; waits == 0 && len(done) == 0; {
			must(t, db.Get(&waits, "select count(*) from pg_locks where not granted"))
		}
		must(t, tx.Commit())
		wants(t, name+", an administrator", <-done, store.ErrNotFound)
		if now, err := s.User(t.Context(), cleo.ID); err != nil || !now.SuspendedAt.IsZero() {
			t.Errorf("%s: she is suspended: %+v, %v", name, now, err)
		}
	}
}
