package store_test

import (
	"testing"
	"time"

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

func TestAMentionInAMessageThatIsGoneDoesNotEndTheDeletion(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		ada, ben, cleo := crew(t, s)
		post(t, s, cleo, "1", "hello @ben")
		m := post(t, s, ben, "2", "hello")
		must(t, s.DeleteAccount(t.Context(), by(ada), ben.ID, true))
		_, err := db.Exec("delete from messages where seq = 1") // by another process, that deletes the room
		must(t, err)
		for err := error(nil); err == nil; {
			_, err = s.RunJob(t.Context())
		}
		if j, err := s.DeletionOf(t.Context(), ben.ID); err != nil || j.State != store.JobDone {
			t.Errorf("the job is %+v, %v", j, err)
		}
		if seen, err := s.Message(t.Context(), lobby, m.Seq, ada.ID); err != nil || seen.Body != "" {
			t.Errorf("what he wrote is %q, %v", seen.Body, err)
		}
	})
}

func TestADeletedAccountComesIntoNoRoomByTheEndOfARemoval(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		for _, u := range []store.User{ben, cleo} { // of the one it is lifted, of the other it ends
			m, err := s.Impose(t.Context(), by(ada), store.Measure{Kind: store.Removal, User: u.ID, Room: lobby, Reason: store.Spam, Until: time.Now().Add(time.Minute)})
			must(t, err)
			must(t, s.DeleteAccount(t.Context(), by(ada), u.ID, false))
			for err := error(nil); err == nil; {
				_, err = s.RunJob(t.Context())
			}
			if u.ID == ben.ID {
				_, err = s.Lift(t.Context(), by(ada), m.ID, "")
				must(t, err)
			}
		}
		s.Later(time.Hour)
		_, err := s.EndMeasures(t.Context(), 10)
		must(t, err)
		if r, err := s.RoomRecord(t.Context(), lobby); err != nil || r.Members != 1 {
			t.Errorf("the room has %d members, %v", r.Members, err)
		}
	})
}
