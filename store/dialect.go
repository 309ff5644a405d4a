package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// dialect is all that differs between the two databases: driver, address, pools,
// error codes.
type dialect struct {
	driver string // "sqlite" or "pgx"
	dsn    string // a path or a postgres:// URL
}

func parseDSN(dsn string) (dialect, error) {
	switch {
	case strings.HasPrefix(dsn, "postgres://"), strings.HasPrefix(dsn, "postgresql://"):
		return dialect{"pgx", dsn}, nil
	case strings.HasPrefix(dsn, "sqlite:"):
		return dialect{"sqlite", strings.TrimPrefix(dsn, "sqlite:")}, nil
	}
	return dialect{}, fmt.Errorf(`database %q: write "sqlite:PATH" or "postgres://…"`, dsn)
}

func (d dialect) single() bool { return d.driver == "sqlite" }

// size is the query for how many bytes the database has.
func (d dialect) size() string {
	if d.single() {
		return "select page_count * page_size from pragma_page_count(), pragma_page_size()"
	}
	return "select pg_database_size(current_database())"
}

// name is what an error may show: never a password.
func (d dialect) name() string {
	if d.single() {
		return d.dsn
	}
	u, err := url.Parse(d.dsn)
	if err != nil {
		return "postgres"
	}
	return u.Scheme + "://" + u.Host + u.Path // a password can stand in the query, too
}

func (d dialect) open(readOnly bool) (*sqlx.DB, error) {
	dsn := d.dsn
	if !d.single() && readOnly {
		dsn = withLimits(dsn)
	}
	if d.single() {
		q := url.Values{"_pragma": {
			"busy_timeout(5000)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(1)", "temp_store(memory)",
		}}
		if readOnly {
			q.Add("_pragma", "query_only(1)")
		} else {
			q.Set("_txlock", "immediate")
			// Text of a deleted message must not stay in free pages.
			q.Add("_pragma", "secure_delete(1)")
		}
		dsn = "file:" + (&url.URL{Path: d.dsn}).EscapedPath() + "?" + q.Encode()
	}
	db, err := sqlx.Open(d.driver, dsn)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", d.name(), err)
	}
	switch {
	case d.single() && readOnly:
		db.SetMaxOpenConns(mostReaders + 2)
		db.SetMaxIdleConns(2) // beside the readers, which are never idle
	case d.single():
		db.SetMaxOpenConns(1)
	default:
		db.SetMaxOpenConns(16)
		db.SetMaxIdleConns(16)
		db.SetConnMaxIdleTime(5 * time.Minute)
	}
	return db, nil
}

// withLimits adds what keeps one stuck transaction, of a node that lost its network
// say, from holding up everybody else. Migrations run without. Nor are statements compiled
// to machine code: those here are short, and for what waits for a moderator PostgreSQL, which
// judges by the rows that it expects, compiled for 440 ms what took 8.
func withLimits(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		return dsn // the driver says what is wrong with it
	}
	q := u.Query()
	for name, value := range map[string]string{
		"lock_timeout": "3s", "statement_timeout": "15s", "idle_in_transaction_session_timeout": "10s", "connect_timeout": "5",
		"jit": "off",
	} {
		if !q.Has(name) {
			q.Set(name, value)
		}
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// migrate brings the schema up to date with files. A SQLite file that has to change is
// copied first, to PATH.before-VERSION.
func (d dialect) migrate(ctx context.Context, files fs.FS) error {
	db, err := d.open(false)
	if err != nil {
		return err
	}
	defer db.Close()
	which, theirs := goose.DialectSQLite3, "*.postgres.sql"
	if !d.single() {
		which, theirs = goose.DialectPostgres, "*.sqlite.sql"
		// One node migrates, the others wait: an advisory lock for as long as this connection.
		conn, err := db.Conn(ctx)
		if err != nil {
			return d.classify(err)
		}
		defer conn.Close()
		if _, err := conn.ExecContext(ctx, "select pg_advisory_lock(7237301)"); err != nil {
			return d.classify(err)
		}
		defer conn.ExecContext(context.WithoutCancel(ctx), "select pg_advisory_unlock(7237301)") // released with the connection otherwise
	}
	others, err := fs.Glob(files, theirs)
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(which, db.DB, files, goose.WithLogger(goose.NopLogger()), goose.WithExcludeNames(others))
	if err != nil {
		return err
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return d.classify(err)
	}
	if current > target {
		return fmt.Errorf("%w: its schema is %d, this program knows %d; start a newer Parley, or restore the copy made before the update", ErrNewer, current, target)
	}
	if current == target {
		return nil
	}
	if d.single() && current > 0 {
		copied := fmt.Sprintf("%s.before-%d", d.dsn, target)
		if err := os.Remove(copied); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if _, err := db.ExecContext(ctx, "vacuum into $1", copied); err != nil {
			return fmt.Errorf("copy the database before the update: %w", err)
		}
		if err := os.Chmod(copied, 0o600); err != nil { // it holds password hashes
			return err
		}
		slog.Info("database copied before the update", "copy", copied)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("update the schema: %w", err)
	}
	return nil
}

// classify maps what the drivers say onto this package's errors.
func (d dialect) classify(err error) error {
	var lite *sqlite.Error
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &lite):
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_INTERRUPT:
			return errors.Join(ErrUnavailable, err)
		case sqlite3.SQLITE_FULL:
			return errors.Join(ErrFull, err)
		case sqlite3.SQLITE_CONSTRAINT:
			return errors.Join(ErrConflict, err)
		case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY:
			return errors.Join(ErrUnavailable, err)
		}
	case errors.As(err, &pg):
		switch {
		case pg.Code == "23505":
			return errors.Join(ErrConflict, err)
		case pg.Code == "22021": // bytes that are no text: nothing is called so
			return errors.Join(ErrNotFound, err)
		case strings.HasPrefix(pg.Code, "53"):
			if pg.Code == "53100" {
				return errors.Join(ErrFull, err)
			}
			return errors.Join(ErrUnavailable, err)
		case strings.HasPrefix(pg.Code, "57"), strings.HasPrefix(pg.Code, "08"), strings.HasPrefix(pg.Code, "40"), pg.Code == "55P03": // lock not available
			return errors.Join(ErrUnavailable, err)
		}
	case pgconn.SafeToRetry(err), pgconn.Timeout(err), errors.Is(err, sql.ErrConnDone), errors.Is(err, driver.ErrBadConn),
		errors.Is(err, context.DeadlineExceeded), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, new(*net.OpError)):
		return errors.Join(ErrUnavailable, err)
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return errors.Join(ErrUnavailable, err)
	}
	return err
}

// yielded reports whether err says that a transaction was rolled back so that another could go
// on: two waited for each other, or could not both be (PostgreSQL, appendix A). Then nothing of
// it is left, and it can be run again.
func (d dialect) yielded(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40P01" || pg.Code == "40001")
}

// unconfirmed reports whether err says that the disk did not confirm a write.
func (d dialect) unconfirmed(err error) bool {
	var lite *sqlite.Error
	return errors.As(err, &lite) && (lite.Code() == sqlite3.SQLITE_IOERR_FSYNC || lite.Code() == sqlite3.SQLITE_IOERR_DIR_FSYNC)
}
