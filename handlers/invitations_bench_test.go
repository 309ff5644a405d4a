package handlers_test

import (
	"net/http"
	"path/filepath"
	"testing"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

// many are 10,000 invitations with two rooms and eight guests each, of 10,000 people
// and rooms.
var many = []string{
	`with recursive n(i) as (select 2 union all select i + 1 from n where i < 10000)
	 insert into users (id, username, username_key, email, email_key, name, role, password, created_at)
	 select i, 'person' || i, 'person' || i, 'p' || i || '@example.com', 'p' || i || '@example.com', 'Person ' || i, 'member', 'x', 1 from n`,
	`with recursive n(i) as (select 2 union all select i + 1 from n where i < 10000)
	 insert into rooms (id, slug, name, name_key, created_at) select i, 'room' || i, 'Room ' || i, 'room ' || i, 1 from n`,
	`with recursive n(i) as (select 1 union all select i + 1 from n where i < 10000)
	 insert into invitations (id, token_hash, by_id, created_at, expires_at, most, used, role, note)
	 select i, 'hash' || i, 1, i, cast(i as bigint) * 1000000000, 10, 8, 'member', 'Note ' || i from n`,
	`with recursive n(i) as (select 0 union all select i + 1 from n where i < 19999)
	 insert into invitation_rooms (invitation_id, room_id) select i / 2 + 1, i % 10000 + 1 from n`,
	`with recursive n(i) as (select 0 union all select i + 1 from n where i < 79999)
	 insert into arrivals (invitation_id, user_id, place, at, created) select i / 8 + 1, (i * 7) % 10000 + 1, i % 8 + 1, i, i < 10000 from n`,
	`update counters set value = 10000 where name in ('user', 'room', 'invitation')`,
	`analyze`,
}

// BenchmarkInvitations is a page of the list over HTTP, the newest and an old one, one
// invitation, and the form with the rooms.
func BenchmarkInvitations(b *testing.B) {
	for name, at := range map[string]func() (driver, dsn, address string){
		"SQLite": func() (string, string, string) {
			path := filepath.Join(b.TempDir(), "parley.db")
			return "sqlite", path, "sqlite:" + path
		},
		"PostgreSQL": func() (string, string, string) {
			dsn := storetest.Postgres(b)
			return "pgx", dsn, dsn
		},
	} {
		b.Run(name, func(b *testing.B) {
			driver, dsn, address := at()
			s, err := store.Open(b.Context(), address)
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { s.Close() })
			w := newWorld(b, s, unlimited)
			ada := w.signUp("ada")
			db, err := sqlx.Connect(driver, dsn)
			if err != nil {
				b.Fatal(err)
			}
			for _, query := range many {
				if _, err := db.Exec(query); err != nil {
					b.Fatal(err)
				}
			}
			if err := db.Close(); err != nil {
				b.Fatal(err)
			}
			for name, path := range map[string]string{
				"newest": "/admin/invitations", "old": "/admin/invitations?before=5000", "one": "/admin/invitations/5000", "form": "/admin/invitations/new",
			} {
				b.Run(name, func(b *testing.B) {
					w.t = b
					for b.Loop() {
						if a := ada.get(path); a.StatusCode != http.StatusOK {
							b.Fatal(a.Status)
						}
					}
				})
			}
			w.t = b
		})
	}
}
