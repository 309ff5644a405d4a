package handlers_test

import (
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

// BenchmarkAdministration renders the pages about what is going on with 100,000 people
// who are signed in and a week of figures. The issue wants each below 100 ms.
func BenchmarkAdministration(b *testing.B) {
	bench := func(b *testing.B, s *store.Store, db *sqlx.DB) {
		w := newWorld(b, s, unlimited)
		ada := w.signUp("ada")
		now := time.Now()
		for _, statement := range []string{
			fmt.Sprintf(`
with recursive numbers (i) as (select 2 union all select i + 1 from numbers where i < 100001)
insert into users (id, username, username_key, email, email_key, name, role, password, created_at)
select i, 'person' || i, 'person' || i, 'p' || i || '@example.com', 'p' || i || '@example.com', 'Person ' || i, 'member', '', %d from numbers`, now.UnixMicro()),
			fmt.Sprintf(`
with recursive numbers (i) as (select 2 union all select i + 1 from numbers where i < 100001)
insert into sessions (token_hash, user_id, agent, address, created_at, used_at)
select 'hash' || i, i, 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', '203.0.113.7', %d, %d - i * 1000 from numbers`, now.UnixMicro(), now.UnixMicro()),
			`insert into name_words (word, user_id) select username, id from users where id > 1`,
			`insert into name_words (word, user_id) select 'person', id from users where id > 1`,
		} {
			if _, err := db.Exec(statement); err != nil {
				b.Fatal(err)
			}
		}
		start := now.UTC().Truncate(time.Hour)
		keepMinutes := func(node string, from, to time.Time) {
			for at := from; at.Before(to); at = at.Add(time.Minute) {
				f := store.Figure{At: at, Node: node, Span: time.Minute, People: 10, Sockets: 12, Posts: 30, Deliveries: 300, Commits: 20, Writes: 40, Dropped: map[string]int64{"silent": 1, "renewed": 2}}
				var h store.Histogram
				for i := range 200 {
					h.Observe(time.Duration(i*i) * 100 * time.Microsecond)
				}
				f.Delivery, f.Write = h.Times(), h.Times()
				if err := s.KeepFigure(b.Context(), f, at.Add(time.Minute)); err != nil {
					b.Fatal(err)
				}
			}
		}
		for hour := start.Add(-7 * 24 * time.Hour); hour.Before(start.Add(-25 * time.Hour)); hour = hour.Add(time.Hour) {
			keepMinutes("one", hour, hour.Add(2*time.Minute))
		}
		for _, node := range []string{"one", "two", "three"} {
			keepMinutes(node, now.UTC().Add(-24*time.Hour).Truncate(time.Minute), now.UTC().Truncate(time.Minute))
		}
		if _, err := db.Exec("analyze"); err != nil {
			b.Fatal(err)
		}
		for _, path := range []string{"/admin", "/admin?range=day", "/admin?range=week", "/admin/sockets", "/admin/sessions", "/admin/sessions?q=person", "/admin/sessions?q=person777"} {
			b.Run(path, func(b *testing.B) {
				req := httptest.NewRequest("GET", w.http.URL+path, nil)
				for _, c := range ada.client.Jar.Cookies(req.URL) {
					req.AddCookie(c)
				}
				for b.Loop() {
					answer := httptest.NewRecorder()
					w.server.ServeHTTP(answer, req.Clone(b.Context()))
					if answer.Code != 200 {
						b.Fatalf("got %d: %s", answer.Code, answer.Body)
					}
				}
			})
		}
	}
	b.Run("SQLite", func(b *testing.B) {
		path := b.TempDir() + "/parley.db"
		benchOn(b, "sqlite:"+path, "sqlite", path, bench)
	})
	b.Run("PostgreSQL", func(b *testing.B) {
		dsn := storetest.Postgres(b)
		benchOn(b, dsn, "pgx", dsn, bench)
	})
}

func benchOn(b *testing.B, dsn, driver, address string, fn func(*testing.B, *store.Store, *sqlx.DB)) {
	s, err := store.Open(b.Context(), dsn)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	db, err := sqlx.Connect(driver, address)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	fn(b, s, db)
}
