package handlers_test

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

// Who and what is looked at in the world of all sizes.
const (
	busiest      = 777  // is in 2,000 rooms and 1,000 conversations, and has 25 sessions, 5,000 entries, cases and measures
	openRoom     = 5002 // of four people and 90 messages, like each of the others
	privateRoom  = 5004 // that Ada is not in
	roomWithNone = 5103 // private, of former members only
	ofTheLobby   = 4004 // moderates it
)

// atFullScale runs fn on each database with the world of all sizes: 100,000 people with
// a session each, all of them in the Lobby, 10,000 rooms, 1,000,000 messages, 100,000
// entries of the log, 10,000 invitations, 10,000 cases, 1,000 rules, and figures for a
// week. Ada administers, and is in 40 rooms.
func atFullScale(b *testing.B, fn func(*testing.B, *world, *browser)) {
	file := filepath.Join(b.TempDir(), "parley.db")
	for _, database := range []struct{ name, driver, address, dsn string }{
		{"SQLite", "sqlite", file, "sqlite:" + file},
		{"PostgreSQL", "pgx", "", ""},
	} {
		b.Run(database.name, func(b *testing.B) {
			if database.driver == "pgx" {
				database.dsn = storetest.Postgres(b)
				database.address = database.dsn
			}
			s, err := store.Open(b.Context(), database.dsn)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := s.CreateUser(b.Context(), store.SignUp{Username: "ada", Email: "ada@example.com", Password: password, MayBeFirst: true}); err != nil {
				b.Fatal(err)
			}
			db, err := sqlx.Connect(database.driver, database.address)
			if err != nil {
				b.Fatal(err)
			}
			fill(b, s, db)
			if err := cmp.Or(db.Close(), s.Close()); err != nil {
				b.Fatal(err)
			}
			if s, err = store.Open(b.Context(), database.dsn); err != nil { // as after a restart: nothing waits in SQLite's log
				b.Fatal(err)
			}
			defer s.Close()
			w := newWorld(b, s, unlimited)
			ada := w.browser()
			ada.post("/login", map[string][]string{"login": {"ada"}, "password": {password}})
			fn(b, w, ada)
		})
	}
}

// fill adds all that to a database that has Ada, in one transaction.
func fill(b *testing.B, s *store.Store, db *sqlx.DB) {
	now := time.Now()
	f := store.Figure{
		At: now.Add(-8 * 24 * time.Hour), Node: "one", Span: time.Minute, People: 10, Sockets: 12, Posts: 30, Deliveries: 300, Commits: 20, Writes: 40,
		Dropped: map[string]int64{"silent": 1, "renewed": 2},
	}
	var h store.Histogram
	for i := range 200 {
		h.Observe(time.Duration(i*i) * 100 * time.Microsecond)
	}
	f.Delivery, f.Write = h.Times(), h.Times()
	if err := s.KeepFigure(b.Context(), f, f.At.Add(time.Minute)); err != nil {
		b.Fatal(err)
	}
	tx := db.MustBegin()
	defer tx.Rollback()
	names := strings.NewReplacer("$now", fmt.Sprint(now.UnixMicro()), "$minute", fmt.Sprint(now.Truncate(time.Minute).UnixMicro()),
		"$quarter", fmt.Sprint(now.Truncate(15*time.Minute).UnixMicro()), "$hour", fmt.Sprint(now.Truncate(time.Hour).UnixMicro()), "$busiest", fmt.Sprint(busiest))
	for _, statement := range fullScale {
		if _, err := tx.Exec(names.Replace(statement)); err != nil {
			b.Fatalf("%s: %v", statement, err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	if db.DriverName() == "pgx" { // which does so by itself, a little later; Parley never asks SQLite for it
		db.MustExec("vacuum analyze")
	}
	b.Logf("a world of all sizes in %v", time.Since(now).Round(time.Second))
}

// numbers begins a statement that has i from first to last in n.
func numbers(first, last int) string {
	return fmt.Sprintf("with recursive n (i) as (select cast(%d as bigint) union all select i + 1 from n where i < %d) ", first, last)
}

const (
	firstWord = `case i % 6 when 0 then 'Ada' when 1 then 'Bo' when 2 then 'Cem' when 3 then 'Dina' when 4 then 'Eli' else 'Fay' end`
	lastWord  = `case i % 3 when 0 then 'Moss' when 1 then 'Reed' else 'Stone' end || substr('' || (1000000 + i), 2)`
	username  = `'u' || substr('' || (1000000 + i), 2)`

	// What was done, to what, by whom; what is older than the newest half is about
	// targets whose names begin with a word of their own.
	actOf  = `case i % 8 when 0 then 'room.rename' when 1 then 'account.suspend' when 2 then 'setting.change' when 3 then 'administrator.sign_in' when 4 then 'account.role' when 5 then 'measure.hide' when 6 then 'room.archive' else 'session.end' end`
	kindOf = `case i % 8 when 0 then 'room' when 2 then 'setting' when 5 then 'message' when 6 then 'room' else 'account' end`
	target = `case when i % 20 = 1 then $busiest else i % 1000 end`
	era    = `case when i <= 51000 then 'legacy' else 'target' end`
	byOf   = `case when i % 3 = 0 then 1 else 2 + 500 * (i % 7) end`
)

// fullScale fills a database for SQLite and for PostgreSQL.
var fullScale = []string{
	// People: each five hundredth moderates, each thousandth is suspended, or deleted.
	numbers(2, 100_000) + `
insert into users (id, username, username_key, email, email_key, name, name_key, role, password, created_at, here_at, suspended_at, deleted_at)
select i, ` + username + `, ` + username + `, ` + username + ` || '@mail.example', ` + username + ` || '@mail.example',
       ` + firstWord + ` || ' ' || ` + lastWord + `, lower(` + firstWord + ` || ' ' || ` + lastWord + `),
       case i % 500 when 2 then 'moderator' when 3 then 'administrator' else 'member' end, 'x', $now - (100001 - i) * 60000000, $now - (i * 7919) % 1000003 * 60000000,
       case i % 1000 when 1 then $now else 0 end, case i % 1000 when 5 then $now else 0 end
  from n`,
	numbers(2, 100_000) + "insert into name_words (word, user_id) select " + username + ", i from n where i % 1000 <> 5",
	numbers(2, 100_000) + "insert into name_words (word, user_id) select lower(" + firstWord + "), i from n where i % 1000 <> 5",
	numbers(2, 100_000) + "insert into name_words (word, user_id) select lower(" + lastWord + "), i from n where i % 1000 <> 5",
	numbers(2, 100_000) + "insert into name_words (word, user_id) select lower(" + firstWord + " || ' ' || " + lastWord + "), i from n where i % 1000 <> 5",
	numbers(2, 100_000) + `
insert into sessions (token_hash, user_id, agent, address, created_at, used_at)
select 'hash' || i, case when i % 4000 = 0 then $busiest else i end, 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
       '203.0.' || (i / 256 % 256) || '.' || (i % 256), $now - 360000000000, $now - i * 1000000
  from n`,

	// Rooms: a tenth are direct conversations, and of the others a third are private.
	numbers(2, 10_001) + `
insert into rooms (id, slug, name, name_key, list_name, topic, kind, created_by, created_at, last_seq, last_at, last_author, rev, archived_at, delete_at, keep_days)
select i, 'room-' || i, case when i % 10 = 0 then '' else 'Room ' || i end, case when i % 10 = 0 or i % 20 = 1 then null else 'room ' || i end,
       case when i % 10 = 0 then '' else 'room ' || i end, 'What room ' || i || ' is about', case when i % 10 = 0 then 'direct' when i % 3 = 0 then 'private' else 'open' end,
       1 + i % 1000, $now - 31536000000000 + i * 1000000, 90, $now - i * 7919 % 10007 * 60000000, 2, 100,
       case when i % 20 = 1 then $now else 0 end, case when i % 500 = 7 then $now + 80000000000 else 0 end, -1
  from n`,
	"insert into room_words (word, room_id) select list_name, id from rooms where id > 1 and list_name <> ''",
	"insert into room_words (word, room_id) select substr(list_name, 6), id from rooms where id > 1 and list_name <> ''",
	numbers(2, 100_000) + "insert into members (room_id, user_id, rev, seen_seq) select 1, i, 100001, 99000 from n where i % 1000 <> 5",
	numbers(0, 4) + `
insert into members (room_id, user_id, rev, present, owner, seen_seq)
select r.id, 1000 + (r.id * 5 + i) % 99000, 91, i < 4 and r.id % 50 <> 3, i = 0, 80 from rooms r, n where r.id > 1 and (i < 2 or r.kind <> 'direct')`,
	"insert into members (room_id, user_id, rev, seen_seq) select id, $busiest, 92, 90 from rooms where id > 1 and (id % 5 = 1 or kind = 'direct')",
	"insert into members (room_id, user_id, rev, seen_seq) select id, 1, 93, 85 from rooms where id between 2 and 40 and id % 50 <> 3",
	fmt.Sprintf("update members set moderator = true where room_id = 1 and user_id = %d", ofTheLobby),
	"update rooms set member_count = (select count(*) from members m where m.room_id = rooms.id and m.present)",

	// Messages: 100,000 in the Lobby, and 90 in each other room.
	numbers(1, 100_000) + `
insert into messages (room_id, seq, rev, posted_rev, author_id, body, created_at)
select 1, i, i, i, 2 + i * 31 % 99990, 'A line of text of a usual length, as people write it', $now - 31536000000000 + i * 300000000 from n`,
	numbers(1, 90) + `
insert into messages (room_id, seq, rev, posted_rev, author_id, body, created_at)
select r.id, i, i, i, 1000 + (r.id * 5 + i % 4) % 99000, 'A line of text of a usual length, as people write it', $now - 31536000000000 + i * 300000000000 from rooms r, n where r.id > 1`,
	"insert into mentions (user_id, room_id, seq) select author_id, room_id, seq from messages where seq % 10 = 0",
	"insert into mentions (user_id, room_id, seq) select 1, room_id, seq from messages where room_id between 1 and 40 and seq % 10 = 1",
	"update rooms set last_seq = 100000, rev = 100002, last_at = $now, last_author = 2 where id = 1",

	// The log.
	numbers(1001, 101_000) + `
insert into log_entries (id, at, by_id, by_name, address, act, target_kind, target_id, target_seq, target_name, was, now, reason)
select i, $now - (101000 - i) * 300000000, ` + byOf + `, case when i % 3 = 0 then 'ada' else 'Officer ' || (i % 7) end, '192.0.2.' || (i % 200), ` + actOf + `, ` + kindOf + `, ` + target + `,
       case when i % 8 = 5 then i % 90 else 0 end, ` + era + ` || ' no' || (` + target + `), 'What it was before', 'What it is now', 'As was agreed'
  from n`,
	numbers(1001, 101_000) + "insert into log_words (word, entry_id) select case when i % 3 = 0 then 'ada' else 'officer' end, i from n",
	numbers(1001, 101_000) + "insert into log_words (word, entry_id) select " + era + ", i from n",
	numbers(1001, 101_000) + "insert into log_words (word, entry_id) select 'no' || (" + target + "), i from n",
	numbers(1001, 101_000) + "insert into log_words (word, entry_id) select case when i % 8 in (0, 6) then 'room' when i % 8 in (1, 4) then 'account' else 'act' || (i % 8) end, i from n",
	numbers(1001, 101_000) + "insert into log_words (word, entry_id) select word, i from n cross join (select 'what' as word union all select 'it' union all select 'was' union all select 'before' union all select 'is' union all select 'now' union all select 'agreed') said",
	numbers(1001, 101_000) + "insert into log_words (word, entry_id) select '192.0.2.' || (i % 200), i from n",

	// Invitations with two rooms and eight guests each; each third is the busiest one's.
	numbers(1, 10_000) + `
insert into invitations (id, token_hash, by_id, created_at, expires_at, most, used, role, note)
select i, 'hash' || i, case when i % 3 = 0 then $busiest else 1 end, $now - (10001 - i) * 60000000, $now + (i % 1000 - 500) * 3600000000, 10, 8, 'member', 'Note ' || i from n`,
	numbers(0, 19_999) + "insert into invitation_rooms (invitation_id, room_id) select i / 2 + 1, i * 2 % 10000 + 1 from n",
	numbers(0, 79_999) + "insert into arrivals (invitation_id, user_id, place, at, created) select i / 8 + 1, (i * 7) % 100000 + 1, i % 8 + 1, $now - (80000 - i) * 1000000, i < 70000 from n",

	// Cases: of ten one is closed, and one is Ada's; half are about the busiest one.
	numbers(1, 10_000) + `
insert into cases (id, kind, user_id, room_id, seq, state, taken_by, reports, opened_at, closed_at, closed_by, outcome, copy_body)
select i, case when i % 7 = 0 then 'person' else 'message' end, case when i % 2 = 0 then $busiest else 1000 + i end, case when i % 7 = 0 then 0 when i % 3 = 0 then 2 + i % 10000 else 1 end,
       case when i % 7 = 0 then 0 else 1 + i % 90 end, case when i % 10 = 0 then 'closed' else 'open' end, case when i % 10 = 1 then 1 else 0 end, 1 + i % 3, $now - (10001 - i) * 60000000,
       case when i % 10 = 0 then $now - i * 1000000 else 0 end, case when i % 10 = 0 then 2 else 0 end, case when i % 10 = 0 then 'nothing' else '' end,
       case when i % 7 = 0 then '' else '[{"body":"A message of a usual length that somebody did not like at all, number ' || i || '","rev":1,"at":"2026-11-24T15:00:00Z"}]' end
  from n`,
	numbers(1, 3) + "insert into reports (case_id, user_id, at, reason, note) select c.id, 2000 + c.id + i, c.opened_at + i, case i when 1 then 'spam' else 'hate' end, 'I do not like it' from cases c, n where i <= c.reports",
	numbers(1, 200) + "insert into reports (case_id, user_id, at, reason, note) select 5002, 50000 + i, $now, 'other', 'Neither do I' from n",
	"insert into case_notes (id, case_id, by_id, at, text) select id, 1 + id % 5003, 1, $now, 'What I think of it' from cases",
	`
insert into measures (id, kind, user_id, room_id, seq, case_id, by_id, at, until_at, ended_at, ended_by, reason, words, amount, read_at)
select id, case id % 3 when 0 then 'warn' when 1 then 'hide' else 'time-out' end, user_id, room_id, seq, id, 2 + 500 * (id % 5), $now - (10001 - id) * 1000000, $now + 3600000000000,
       case when id % 4 = 0 then 0 else $now - 1 end, 0, 'spam', 'Please do not', 0, $now
  from cases`,
	"insert into appeals (measure_id, user_id, room_id, at, text, decided_at, decided_by, answer) select id, user_id, room_id, at, 'It was a joke', case when id % 20 = 0 then 0 else at + 1000 end, 2, 'It was none' from measures where id % 4 = 0",

	// Rules, and what they hold.
	numbers(1, 1000) + `
insert into rules (id, kind, text, text_key, act, by_id, at)
select i, case when i % 10 = 0 then 'host' else 'word' end, case when i % 10 = 0 then 'host' || i || '.example' else 'forbidden' || i || 'word' end, 'key' || i,
       case i % 3 when 0 then 'flag' when 1 then 'hold' else 'refuse' end, 1, $now
  from n`,
	numbers(1, 10_000) + `
insert into held (id, room_id, user_id, post_key, body, at, rule_id, decided_at, decided_by, state)
select i, case when i % 2 = 0 then 1 else 2 + i % 10000 end, 1000 + i % 5000, 'key' || i, 'A line with forbidden9word in it', $now - i * 1000000, 9,
       case when i % 2 = 0 then 0 else $now end, 2, case when i % 2 = 0 then 'waiting' else 'published' end
  from n`,

	// Figures: three processes' minutes of a day, and the sums that are made of them.
	"update figures set grain = 0",
	numbers(1, 1499) + figures("60", "$minute - i * 60000000", "node.name") + "cross join (select 'one' as name union all select 'two' union all select 'three') node",
	numbers(1, 99) + figures("900", "$quarter - i * 900000000", "''"),
	numbers(1, 168) + figures("3600", "$hour - i * 3600000000", "''"),
	"delete from figures where grain = 0",

	"update counters set value = 100000 where name = 'user'",
	"update counters set value = 10001 where name = 'room'",
	"update counters set value = 101000 where name = 'entry'",
	"update counters set value = 10000 where name in ('invitation', 'case', 'note', 'measure', 'held')",
	"update counters set value = 1000 where name in ('rule', 'rules')",
}

// figures are copies of the one that is there.
func figures(grain, at, node string) string {
	const measured = "people, sockets, queue_bytes, database_bytes, memory_bytes, goroutines, posts, deliveries, resumes, commits, writes, dropped, delivery_times, write_times"
	return "insert into figures (grain, at, node, span, " + measured + ") select " + grain + ", " + at + ", " + node + ", " + grain + "000000, " + measured +
		" from n cross join (select " + measured + " from figures where grain = 0) f "
}
