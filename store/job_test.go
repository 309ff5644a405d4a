package store_test

import (
	"testing"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

func TestWhoWaitedForAStepDoesNotDoOneBeforeItsTime(t *testing.T) {
	dsn := storetest.Postgres(t) // SQLite has one writer
	s, err := store.Open(t.Context(), dsn)
	must(t, err)
	defer s.Close()
	db := sqlx.MustConnect("pgx", dsn)
	defer db.Close()
	_, ben, _ := crew(t, s)
	must(t, s.CreateExport(t.Context(), ben.ID))
	// Another process does the last step: what it has written is to be removed in a week.
	tx := db.MustBegin()
	tx.MustExec("update jobs set place = 'ready', note = '1', run_at = run_at + $1", store.ExportLife.Microseconds())
	done := make(chan error, 1)
	go func() { _, err := s.RunJob(t.Context()); done <- err }()
	for waits := 0; waits == 0 && len(done) == 0; {
		must(t, db.Get(&waits, "select count(*) from pg_locks where not granted"))
	}
	must(t, tx.Commit())
	wants(t, "the next step", <-done, store.ErrNotFound)
	if e, err := s.ExportOf(t.Context(), ben.ID); err != nil || !e.Ready() {
		t.Errorf("the export is %+v, %v", e, err)
	}
}

func TestWhatAFailedExportHasWrittenGoesWithTheAccount(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		ada, ben, _ := crew(t, s)
		must(t, s.CreateExport(t.Context(), ben.ID))
		_, err := s.RunJob(t.Context())
		must(t, err)
		_, err = db.Exec("update jobs set state = 'failed'")
		must(t, err)
		must(t, s.DeleteAccount(t.Context(), by(ada), ben.ID, true))
		for err := error(nil); err == nil; {
			_, err = s.RunJob(t.Context())
		}
		var left int
		if must(t, db.Get(&left, "select count(*) from export_parts")); left > 0 {
			t.Errorf("%d parts are left", left)
		}
	})
}
