package store_test

import (
	"testing"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

func TestWhoBecomesAdministratorMeanwhileIsNotSuspendedByAModerator(t *testing.T) {
	dsn := storetest.Postgres(t) // SQLite has one writer
	s, err := store.Open(t.Context(), dsn)
	must(t, err)
	defer s.Close()
	db := sqlx.MustConnect("pgx", dsn)
	defer db.Close()
	ada, ben, cleo := crew(t, s)
	must(t, s.SetRole(t.Context(), by(ada), ben.ID, store.Moderator))
	tx := db.MustBegin()
	tx.MustExec("update users set role = 'administrator' where id = $1", cleo.ID)
	done := make(chan error, 1)
	go func() {
		_, err := s.Impose(t.Context(), by(ben), store.Measure{Kind: store.Suspension, User: cleo.ID, Reason: store.Spam})
		done <- err
	}()
	for waits := 0; waits == 0 && len(done) == 0; {
		must(t, db.Get(&waits, "select count(*) from pg_locks where not granted"))
	}
	must(t, tx.Commit())
	must(t, s.SetRole(t.Context(), by(ada), ada.ID, store.Member)) // there is another
	wants(t, "he suspends the last administrator", <-done, store.ErrNotFound)
	if now, err := s.User(t.Context(), cleo.ID); err != nil || !now.SuspendedAt.IsZero() {
		t.Errorf("nobody administers: %+v, %v", now, err)
	}
}
