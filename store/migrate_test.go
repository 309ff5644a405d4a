package store

import (
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jmoiron/sqlx"

	"parley/store/migrations"
)

func TestASQLiteFileIsCopiedForItsOwnerAloneBeforeItIsUpdated(t *testing.T) {
	path := filepath.Join(t.TempDir(), "parley.db")
	s, err := Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if copies, _ := filepath.Glob(path + ".before-*"); len(copies) > 0 {
		t.Errorf("a new file was copied: %v", copies)
	}
	newer := fstest.MapFS{"9999_later.sql": {Data: []byte("-- +goose Up\ncreate table later (id bigint);\n")}}
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		sql, err := migrations.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		newer[name] = &fstest.MapFile{Data: sql}
	}
	if err := (dialect{"sqlite", path}).migrate(t.Context(), newer); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path + ".before-9999")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("got %v, %v; want a copy with 0600", info, err)
	}
	// The copy is the database from before: this program opens it, and not the other.
	old, err := Open(t.Context(), "sqlite:"+path+".before-9999")
	if err != nil {
		t.Fatal(err)
	}
	old.Close()
	if _, err := Open(t.Context(), "sqlite:"+path); err == nil {
		t.Error("the updated file was opened by the older program")
	}
}

func TestMessagesAndKeysComeThroughTheUpdate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "parley.db")
	old := fstest.MapFS{}
	for _, name := range []string{"0001_rooms_and_people.sql", "0002_kinds_of_rooms.sql", "0003_the_last_message_of_a_room.sql"} {
		sql, err := migrations.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		old[name] = &fstest.MapFile{Data: sql}
	}
	d := dialect{"sqlite", path}
	if err := d.migrate(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	db, err := d.open(false)
	if err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		"insert into users (id, username, username_key, email, email_key, name, role, password, created_at) values (7, 'ada', 'ada', 'a@b', 'a@b', 'Ada', 'member', '', 1)",
		"insert into members (room_id, user_id, rev) values (1, 7, 1)",
		"insert into messages (room_id, seq, rev, posted_rev, author_id, body, created_at, edited_at, deleted_at, prev_author, prev_at, mentions) values (1, 1, 4, 2, 7, 'first', 10, 11, 0, 0, 0, '7=ada')",
		"insert into messages (room_id, seq, rev, posted_rev, author_id, body, created_at, deleted_at, prev_author, prev_at) values (1, 2, 5, 3, 7, '', 12, 13, 7, 10)",
		"insert into post_keys (author_id, room_id, key, digest, seq, posted_at) values (7, 1, 'k', '', 2, 12)",
		"update rooms set rev = 5, last_seq = 2 where id = 1",
	} {
		if _, err := db.Exec(query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got, err := s.MessagesBefore(t.Context(), 1, 7, 0, 10)
	want := []Message{
		{Room: 1, Seq: 1, Rev: 4, PostedRev: 2, Author: 7, AuthorName: "Ada", Body: "first", CreatedAt: fromMicros(10), EditedAt: fromMicros(11), Mentions: []Mention{{7, "ada"}}},
		{Room: 1, Seq: 2, Rev: 5, PostedRev: 3, Author: 7, AuthorName: "Ada", CreatedAt: fromMicros(12), DeletedAt: fromMicros(13), PrevAuthor: 7, PrevAt: fromMicros(10)},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	if m, err := s.PostMessage(t.Context(), Draft{Room: 1, Author: 7, Key: "k", Body: "deleted before"}); err != nil || m.Seq != 2 {
		t.Errorf("the same key again is message %d, %v; want 2", m.Seq, err)
	}
	if n, err := s.ForgetKeys(t.Context()); err != nil || n != 1 {
		t.Errorf("%d old keys are forgotten, %v; want 1", n, err)
	}
	if m, err := s.PostMessage(t.Context(), Draft{Room: 1, Author: 7, Key: "k", Body: "now new"}); err != nil || m.Seq != 3 || m.Rev != 6 {
		t.Errorf("a new message is %d at %d, %v; want 3 at 6", m.Seq, m.Rev, err)
	}
}

// before returns an embedded database as it was before the migration.
func before(t *testing.T, migration string) (dialect, *sqlx.DB) {
	t.Helper()
	d := dialect{"sqlite", filepath.Join(t.TempDir(), "parley.db")}
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	old := fstest.MapFS{}
	for _, name := range names {
		sql, err := migrations.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if name < migration && !strings.Contains(name, ".postgres.") {
			old[strings.Replace(name, ".sqlite", "", 1)] = &fstest.MapFile{Data: sql}
		}
	}
	if err := d.migrate(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	db, err := d.open(false)
	if err != nil {
		t.Fatal(err)
	}
	return d, db
}

func TestTheEndsOfLocksAndSlowModesComeThroughTheUpdate(t *testing.T) {
	d, db := before(t, "0013")
	measure := "insert into measures (id, kind, user_id, room_id, seq, case_id, by_id, at, ended_at, reason, words, amount, until_at) values "
	for _, query := range []string{
		"insert into rooms (id, slug, name, name_key, kind, created_by, created_at) values (2, 'a', 'a', 'a', 'open', 0, 1), (3, 'b', 'b', 'b', 'open', 0, 1)",
		measure + "(1, 'lock', 0, 1, 0, 0, 0, 1, 0, '', '', 0, 70), (2, 'lock', 0, 1, 0, 0, 0, 1, 0, '', '', 0, 50)",
		measure + "(3, 'lock', 0, 2, 0, 0, 0, 1, 0, '', '', 0, 70), (4, 'lock', 0, 2, 0, 0, 0, 1, 0, '', '', 0, 0)",
		measure + "(5, 'slow', 0, 1, 0, 0, 0, 1, 0, '', '', 9, 0), (6, 'slow', 0, 1, 0, 0, 0, 1, 0, '', '', 10, 60), (7, 'slow', 0, 1, 0, 0, 0, 1, 5, '', '', 10, 90)",
		"update rooms set locked = id where id < 3",
		"update rooms set slow_seconds = 10 where id = 1",
	} {
		if _, err := db.ExecContext(t.Context(), query); err != nil {
			t.Fatal(query, err)
		}
	}
	db.Close()
	s, err := Open(t.Context(), "sqlite:"+d.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for room, want := range map[RoomID][2]int64{1: {70, 60}, 2: {0, 0}, 3: {0, 0}} {
		var got struct{ Locked, Slow int64 }
		err := s.get(t.Context(), &got, "select locked_until as locked, slow_until as slow from rooms where id = $1", room)
		if err != nil || got.Locked != want[0] || got.Slow != want[1] {
			t.Errorf("room %d: got %+v, %v; want %v", room, got, err, want)
		}
	}
}

func TestTheUpdateSettlesObjectionsToWhatHasEnded(t *testing.T) {
	d, db := before(t, "0017")
	for _, query := range []string{
		`insert into measures (id, kind, user_id, room_id, seq, case_id, by_id, at, until_at, ended_at, ended_by, reason, words, amount)
		 values (1, 'ban', 1, 0, 0, 0, 2, 1, 0, 0, 0, '', '', 0), (2, 'ban', 1, 0, 0, 0, 2, 1, 5, 6, 0, '', '', 0), (3, 'ban', 1, 0, 0, 0, 2, 1, 0, 7, 3, '', '', 0), (4, 'ban', 1, 0, 0, 0, 2, 1, 0, 8, 3, '', '', 0)`,
		"insert into appeals (measure_id, user_id, at, text) values (1, 1, 2, 'why'), (2, 1, 2, 'why'), (3, 1, 2, 'why')",
		"insert into appeals (measure_id, user_id, at, text, decided_at, decided_by, answer) values (4, 1, 2, 'why', 4, 5, 'no')",
	} {
		if _, err := db.ExecContext(t.Context(), query); err != nil {
			t.Fatal(query, err)
		}
	}
	db.Close()
	s, err := Open(t.Context(), "sqlite:"+d.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var got []string
	err = s.list(t.Context(), &got, "select measure_id || ': ' || decided_at || ' ' || decided_by || ' ' || granted || ' ' || answer from appeals order by measure_id")
	if want := []string{"1: 0 0 0 ", "2: 6 0 0 ", "3: 7 3 1 ", "4: 4 5 0 no"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}
