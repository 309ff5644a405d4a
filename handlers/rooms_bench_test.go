package handlers_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

// crowd fills a database with 10,000 rooms, 1,000,000 messages and 100,000 entries of
// the log, by 1,000 people.
var crowd = []string{
	"insert into users (id, username, username_key, email, email_key, name, role, password, created_at) with recursive n (n) as (select 2 union all select n + 1 from n where n < 1001) " +
		"select n, 'guest' || n, 'guest' || n, 'guest' || n, 'guest' || n, 'Guest ' || n, 'member', '', 1 from n",
	"insert into rooms (id, slug, name, name_key, list_name, kind, created_by, created_at, last_seq, last_at, rev, member_count) with recursive n (n) as (select 2 union all select n + 1 from n where n < 10001) " +
		"select n, 'room', 'Room ' || n, 'room ' || n, 'room ' || n, case when n % 3 = 0 then 'private' else 'open' end, 1, n, 100, n * 7919 % 10007, 100, 10 from n",
	"insert into room_words (word, room_id) select list_name, id from rooms where id > 1",
	"insert into room_words (word, room_id) select substr(list_name, 6), id from rooms where id > 1",
	"insert into members (room_id, user_id, rev, present) with recursive n (n) as (select 0 union all select n + 1 from n where n < 9) select r.id, 2 + (r.id * 10 + n) % 1000, 1, true from rooms r, n where r.id > 1",
	"insert into messages (room_id, seq, rev, posted_rev, author_id, body, created_at) with recursive n (n) as (select 1 union all select n + 1 from n where n < 100) select r.id, n, n, n, 2, 'A line of text of a usual length', n from rooms r, n where r.id > 1",
	"insert into log_entries (id, at, by_id, by_name, address, act, target_kind, target_id, target_seq, target_name, was, now, reason) with recursive n (n) as (select cast(1000 as bigint) union all select n + 1 from n where n < 100999) " +
		"select n, n * 1000000, 1 + n % 7, case when n % 7 = 0 then 'ada' else 'Guest ' || (n % 7) end, '192.0.2.' || (n % 200), case n % 4 when 0 then 'room.rename' when 1 then 'account.suspend' when 2 then 'setting.change' else 'administrator.sign_in' end, " +
		"case n % 3 when 0 then 'room' else 'account' end, n % 1000, 0, 'Target ' || (n % 1000), 'was', 'now', '' from n",
	"insert into log_words (word, entry_id) select lower(by_name), id from log_entries where id >= 1000 and by_name = 'ada'",
	"insert into log_words (word, entry_id) select 'guest', id from log_entries where id >= 1000 and by_name <> 'ada'",
	"insert into log_words (word, entry_id) select 'target', id from log_entries where id >= 1000",
	"insert into log_words (word, entry_id) select 'no' || target_id, id from log_entries where id >= 1000",
	"insert into log_words (word, entry_id) select address, id from log_entries where id >= 1000",
	"insert into log_words (word, entry_id) select act, id from log_entries where id >= 1000",
	"update counters set value = 101000",
}

var crowdPages = map[string]string{
	"rooms":                 "/admin/rooms",
	"rooms in the middle":   "/admin/rooms?after=5000+room+5000",
	"rooms by members":      "/admin/rooms?sort=members",
	"rooms by size":         "/admin/rooms?sort=size&kind=private",
	"rooms by activity":     "/admin/rooms?sort=activity&after=5000+5000",
	"rooms named":           "/admin/rooms?q=room",
	"rooms without members": "/admin/rooms?state=empty",
	"a room":                "/admin/rooms/5000",
	"a room to forget":      "/admin/rooms/5000/keep?keep=days&days=1",
	"log":                   "/admin/log",
	"log in the middle":     "/admin/log?before=50000",
	"log of a person":       "/admin/log?by=guest3",
	"log of an act":         "/admin/log?act=room.rename",
	"log of a room":         "/admin/log?on=room&id=5",
	"log of rooms":          "/admin/log?on=room",
	"log with a rare word":  "/admin/log?q=no77",
	"log with a word":       "/admin/log?q=target",
	"log with two words":    "/admin/log?q=target+ada",
	"log of a day":          "/admin/log?since=1970-01-01&until=1970-01-01",
	"log of everything":     "/admin/log?q=ada&act=room.rename&on=account&since=1970-01-01",
}

// BenchmarkRoomAndLogPages is what the pages of rooms and of the log cost in a place of
// 10,000 rooms: the issue asks for less than 100 ms.
func BenchmarkRoomAndLogPages(b *testing.B) {
	for _, name := range []string{"SQLite", "PostgreSQL"} {
		b.Run(name, func(b *testing.B) {
			driver, path, dsn := "sqlite", filepath.Join(b.TempDir(), "parley.db"), ""
			if dsn = "sqlite:" + path; name == "PostgreSQL" {
				path = storetest.Postgres(b)
				driver, dsn = "pgx", path
			}
			s, err := store.Open(context.Background(), dsn)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			w := newWorld(b, s, unlimited)
			ada := w.signUp("ada")
			db := sqlx.MustConnect(driver, path)
			defer db.Close()
			for _, statement := range crowd {
				if _, err := db.Exec(statement); err != nil {
					b.Fatalf("%s: %v", statement, err)
				}
			}
			if name == "PostgreSQL" {
				db.MustExec("analyze") // as autovacuum does in a minute
			}
			cookies := ada.cookies()
			for page, path := range crowdPages {
				b.Run(page, func(b *testing.B) {
					for b.Loop() {
						r := httptest.NewRequest(http.MethodGet, w.http.URL+path, nil)
						for _, c := range cookies {
							r.AddCookie(c)
						}
						a := httptest.NewRecorder()
						if w.server.ServeHTTP(a, r); a.Code != http.StatusOK {
							b.Fatalf("%s: %d", path, a.Code)
						}
					}
				})
			}
		})
	}
}

func (b *browser) cookies() []*http.Cookie {
	u, _ := url.Parse(b.w.http.URL) // it is one
	return b.client.Jar.Cookies(u)
}
