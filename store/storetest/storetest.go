// Package storetest runs one test on every database that Parley supports.
package storetest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/internal/cost"
)

// Each runs fn on a fresh SQLite and on a fresh PostgreSQL database.
// PostgreSQL is a throwaway cluster; where its programs are missing the test
// fails, and says what to install.
func Each(t *testing.T, fn func(t *testing.T, s *store.Store)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) { fn(t, SQLite(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { fn(t, open(t, Postgres(t))) })
}

// Databases is Each with a second connection to the same database, to prepare what
// the store itself would take too long for.
func Databases(t *testing.T, fn func(t *testing.T, s *store.Store, db *sqlx.DB)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) { Embedded(t, fn) })
	t.Run("PostgreSQL", func(t *testing.T) {
		dsn := Postgres(t)
		s := open(t, dsn)
		fn(t, s, connect(t, "pgx", dsn))
	})
}

// Embedded is Databases with SQLite alone, for what asks the store as other tests do on
// both.
func Embedded(t *testing.T, fn func(t *testing.T, s *store.Store, db *sqlx.DB)) {
	t.Helper()
	path := File(t)
	s := open(t, "sqlite:"+path)
	fn(t, s, connect(t, "sqlite", path+"?_pragma=busy_timeout(10000)")) // the store writes, too
}

func connect(t *testing.T, driver, dsn string) *sqlx.DB {
	t.Helper()
	db, err := sqlx.Connect(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// Twice is Each with a second store on the same database, as another process has one.
func Twice(t *testing.T, fn func(t *testing.T, s, other *store.Store)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		dsn := "sqlite:" + File(t)
		fn(t, open(t, dsn), open(t, dsn))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		dsn := Postgres(t)
		fn(t, open(t, dsn), open(t, dsn))
	})
}

// SQLite returns a store on a fresh file.
func SQLite(t testing.TB) *store.Store {
	t.Helper()
	return open(t, "sqlite:"+File(t))
}

// File returns the path of a fresh SQLite database. It is a copy of one that was made
// once: to bring it up to date costs more than most tests, with the race detector seconds.
func File(t testing.TB) string {
	t.Helper()
	empty, err := emptyFile()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "parley.db")
	if err := os.WriteFile(path, empty, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var emptyFile = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "parley-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "parley.db")
	if err := update("sqlite:" + path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// update brings the schema at dsn up to date.
func update(dsn string) error {
	s, err := store.Open(context.Background(), dsn)
	if err != nil {
		return err
	}
	return s.Close()
}

func open(t testing.TB, dsn string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// Postgres returns the address of a fresh database in the throwaway cluster: a copy, too.
func Postgres(t testing.TB) string {
	t.Helper()
	c, err := cluster()
	if err != nil {
		t.Fatalf("start PostgreSQL (apt-get install postgresql): %v", err)
	}
	clusterMu.Lock()
	databases++
	name := fmt.Sprintf("parley_%d_%d", os.Getpid(), databases)
	clusterMu.Unlock()
	db, err := sqlx.Connect("pgx", c+"&dbname=postgres")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("create database " + name + " template empty"); err != nil {
		t.Fatal(err)
	}
	return c + "&dbname=" + name
}

var (
	clusterMu sync.Mutex
	databases int
	stop      func()
)

// Main runs the tests of a package, with passwords that cost little, and stops the cluster
// afterwards: call it from TestMain.
func Main(m *testing.M) {
	cost.Lower()
	code := m.Run()
	Stop()
	os.Exit(code)
}

// Stop stops the cluster, if one was started.
func Stop() {
	if stop != nil {
		stop()
	}
}

var cluster = sync.OnceValues(startCluster)

func startCluster() (string, error) {
	bin, err := binaries()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "parley-pg-")
	if err != nil {
		return "", err
	}
	run := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(bin, name), args...)
		cmd.Dir = dir
		return cmd
	}
	if os.Geteuid() == 0 {
		// PostgreSQL refuses to run as root.
		u, err := user.Lookup("postgres")
		if err != nil {
			return "", err
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Chown(dir, uid, gid); err != nil {
			return "", err
		}
		plain := run
		run = func(name string, args ...string) *exec.Cmd {
			cmd := plain(name, args...)
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
			return cmd
		}
	}
	data := filepath.Join(dir, "data")
	if out, err := run("initdb", "-D", data, "-U", "parley", "-A", "trust", "-E", "UTF8", "--locale=C", "-N").CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w: %s", err, out)
	}
	server := run("postgres", "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "max_connections=300",
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "autovacuum=off") // nothing here survives the tests, or lives long enough to be tidied
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	// The cluster ends with the tests, also when they are killed.
	if server.SysProcAttr == nil {
		server.SysProcAttr = &syscall.SysProcAttr{}
	}
	if err := server.Start(); err != nil {
		return "", err
	}
	stop = func() {
		server.Process.Signal(syscall.SIGINT)
		server.Wait()
		os.RemoveAll(dir)
	}
	url := "postgres:///?host=" + dir + "&user=parley"
	deadline := time.Now().Add(20 * time.Second)
	for {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		db, err := sqlx.ConnectContext(ctx, "pgx", url+"&dbname=postgres")
		cancel()
		if err == nil {
			defer db.Close()
			if _, err := db.Exec("create database empty"); err != nil {
				return "", err
			}
			return url, update(url + "&dbname=empty")
		}
		if time.Now().After(deadline) {
			return "", fmt.Errorf("%w: %s", err, log.String())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func binaries() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // the pattern is right
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", err
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return "", err
	}
	return filepath.Dir(path), nil
}
