package store

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

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
	const first = "0001_rooms_and_people.sql"
	sql, err := migrations.Files.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	newer := fstest.MapFS{first: {Data: sql}, "0002_later.sql": {Data: []byte("-- +goose Up\ncreate table later (id bigint);\n")}}
	if err := (dialect{"sqlite", path}).migrate(t.Context(), newer); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path + ".before-2")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("got %v, %v; want a copy with 0600", info, err)
	}
	// The copy is the database from before: this program opens it, and not the other.
	old, err := Open(t.Context(), "sqlite:"+path+".before-2")
	if err != nil {
		t.Fatal(err)
	}
	old.Close()
	if _, err := Open(t.Context(), "sqlite:"+path); err == nil {
		t.Error("the updated file was opened by the older program")
	}
}
