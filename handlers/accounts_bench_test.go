package handlers_test

import (
	"net/http"
	"path/filepath"
	"testing"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

// manyPeople is how many accounts a page about people is measured with.
const manyPeople = 100_000

// BenchmarkAccounts is what each page about people takes, as its reader waits for it.
func BenchmarkAccounts(b *testing.B) {
	file := filepath.Join(b.TempDir(), "parley.db")
	for name, database := range map[string]struct{ driver, path, dsn string }{
		"SQLite":     {"sqlite", file, "sqlite:" + file},
		"PostgreSQL": {driver: "pgx"},
	} {
		if database.driver == "pgx" {
			database.dsn = storetest.Postgres(b)
			database.path = database.dsn
		}
		b.Run(name, func(b *testing.B) {
			s, err := store.Open(b.Context(), database.dsn)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			w := newWorld(b, s, unlimited)
			ada := w.signUp("ada")
			db, err := sqlx.Connect(database.driver, database.path)
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			people(db, manyPeople)
			for page, path := range map[string]string{
				"list": "/admin/people", "newest": "/admin/people?sort=newest", "here": "/admin/people?sort=here", "members": "/admin/people?show=members",
				"moderators": "/admin/people?show=moderators&sort=here", "suspended": "/admin/people?show=suspended", "deep": "/admin/people?after=50000.cem+moss050000",
				"found": "/admin/people?q=moss0500", "broad": "/admin/people?q=cem&sort=here", "broadest": "/admin/people?q=u&show=moderators", "email": "/admin/people?q=u00777@mail",
				"person": "/admin/people/777", "nobody": "/admin/people?q=zzz",
			} {
				b.Run(page, func(b *testing.B) {
					for b.Loop() {
						if a := ada.get(path); a.StatusCode != http.StatusOK {
							b.Fatal(a.Status)
						}
					}
				})
			}
		})
	}
}

// people adds accounts up to number n, all of them in the Lobby: too many for a form each.
func people(db *sqlx.DB, n int) {
	numbers := `with recursive n(i) as (select 2 union all select i + 1 from n where i < $1) `
	name := `case i % 6 when 0 then 'Ada' when 1 then 'Bo' when 2 then 'Cem' when 3 then 'Dina' when 4 then 'Eli' else 'Fay' end || ' ' ||
	         case i % 3 when 0 then 'Moss' when 1 then 'Reed' else 'Stone' end || substr('' || (1000000 + i), 2)`
	username := `'u' || substr('' || (1000000 + i), 2)`
	db.MustExec(`insert into users (id, username, username_key, email, email_key, name, name_key, role, password, created_at, here_at, suspended_at) `+numbers+
		`select i, `+username+`, `+username+`, `+username+` || '@mail.example', `+username+` || '@mail.example', `+name+`, lower(`+name+`),
		        case i % 500 when 2 then 'moderator' else 'member' end, 'x', i, (i * 7919) % 1000003, case i % 1000 when 1 then 1 else 0 end from n`, n)
	for _, word := range []string{"username", "lower(name)", "lower(substr(name, 1, 3))", "substr(lower(name), length(name) - 10)"} {
		db.MustExec("insert into name_words (word, user_id) select " + word + ", id from users where id > 1 on conflict do nothing")
	}
	db.MustExec("insert into members (room_id, user_id, rev) select 1, id, 1 from users where id > 1")
	db.MustExec("update counters set value = $1 where name = 'user'", n)
	if db.DriverName() == "pgx" { // which does so by itself, a little later
		db.MustExec("analyze")
	}
}
