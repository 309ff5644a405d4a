package store

import (
	"io/fs"
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
