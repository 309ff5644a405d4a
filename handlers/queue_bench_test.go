package handlers_test

import (
	"fmt"
	"testing"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

// manyCases is how many the queue is measured with.
const manyCases = 10_000

// The queue with 10,000 cases has to be there in less than 100 ms.
func BenchmarkQueue(b *testing.B) {
	for name, open := range map[string]func(testing.TB) string{
		"SQLite":     func(t testing.TB) string { return "sqlite:" + t.TempDir() + "/parley.db" },
		"PostgreSQL": storetest.Postgres,
	} {
		b.Run(name, func(b *testing.B) {
			dsn := open(b)
			s, err := store.Open(b.Context(), dsn)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			w := newWorld(b, s, unlimited)
			ada, driver := w.signUp("ada"), "pgx"
			w.signUp("ben")
			if name == "SQLite" {
				driver, dsn = "sqlite", dsn[len("sqlite:"):]
			}
			db, err := sqlx.Connect(driver, dsn)
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			seedCases(b, db)
			for _, tab := range []string{"open", "mine", "closed"} {
				for path, of := range map[string]string{"/moderation": "all", "/rooms/1/moderation": "room"} {
					b.Run(tab+" of "+of, func(b *testing.B) {
						for b.Loop() {
							if a := ada.get(path + "?tab=" + tab); a.StatusCode != 200 {
								b.Fatal(a.Status)
							}
						}
					})
				}
			}
		})
	}
}

// seedCases has Ben reported for messages in the Lobby: most cases are open, and a
// tenth is closed.
func seedCases(b *testing.B, db *sqlx.DB) {
	tx, err := db.Beginx()
	if err != nil {
		b.Fatal(err)
	}
	defer tx.Rollback()
	for i := 1; i <= manyCases; i++ {
		state, taken, closed := "open", 0, 0
		switch i % 10 {
		case 0:
			state, closed = "closed", 1_700_000_000_000_000+i
		case 1:
			taken = 1
		}
		body := fmt.Sprintf(`[{"body":"A message of a usual length that somebody did not like at all, number %d","rev":%d,"at":"2026-11-24T15:00:00Z"}]`, i, i)
		if _, err := tx.Exec(`insert into cases (id, kind, user_id, room_id, seq, state, taken_by, reports, opened_at, closed_at, outcome, copy_body)
			values ($1, 'message', 2, 1, $1, $2, $3, $4, $5, $6, 'nothing', $7)`, i, state, taken, 1+i%3, 1_600_000_000_000_000+i, closed, body); err != nil {
			b.Fatal(err)
		}
		if _, err := tx.Exec("insert into reports (case_id, user_id, at, reason, note) values ($1, 1, $2, 'spam', '')", i, 1_600_000_000_000_000+i); err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	if _, err := db.Exec("analyze"); err != nil {
		b.Fatal(err)
	}
}
