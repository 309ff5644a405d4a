// Package store keeps everything that must survive: one file per noun, with its
// type, its rules and its SQL. A room is a log, and this database is the log.
package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store/migrations"
)

// What callers decide on.
var (
	ErrNotFound    = errors.New("not found")
	ErrConflict    = errors.New("conflict")
	ErrOutdated    = errors.New("somebody else changed this meanwhile")
	ErrUnavailable = errors.New("the database does not answer now")
	ErrFull        = errors.New("the disk is full")
	ErrReadOnly    = errors.New("no more writes: the disk did not confirm one")
	ErrArchived    = errors.New("the room is archived")
	ErrNewer       = errors.New("the database was made by a newer Parley")
)

// Invalid is a mistake in what a person entered: the field's name and the
// sentence to show next to it.
type Invalid struct{ Field, Text string }

func (e Invalid) Error() string { return e.Field + ": " + e.Text }

// mostWrites is how many of PostgreSQL's connections may write at once.
const mostWrites = 12

// Store is one open database. It is safe for concurrent use.
type Store struct {
	db        *sqlx.DB // reads; on PostgreSQL also writes
	dialect   dialect
	writer    *writer       // SQLite's one writer; nil on PostgreSQL
	readers   *readers      // SQLite's, for what is read most; nil on PostgreSQL
	writes    chan struct{} // PostgreSQL: so many at once, so that reads find a connection
	queries   sync.Map      // string -> *sqlx.Stmt, of db
	settings  atomic.Pointer[Settings]
	rules     atomic.Pointer[ruleset]
	newcomers atomic.Pointer[[]newcomerLimit]
	work      work
	failed    atomic.Bool // a commit could not be confirmed: no more writes
	digest    []byte      // key of the digests of posts
	trusted   trusted     // sessions that were alive a moment ago
	posted    posted      // the newest messages of this process
	now       func() time.Time
}

// Open opens the database at dsn ("sqlite:PATH" or "postgres://…"), brings its
// schema up to date and returns it. It fails with ErrNewer if the database has
// migrations that this program does not know.
func Open(ctx context.Context, dsn string) (*Store, error) {
	d, err := parseDSN(dsn)
	if err != nil {
		return nil, err
	}
	if err := d.migrate(ctx, migrations.Files); err != nil {
		return nil, fmt.Errorf("open %s: %w", d.name(), err)
	}
	s := &Store{dialect: d, writes: make(chan struct{}, mostWrites), now: func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }}
	if s.db, err = d.open(true); err != nil {
		return nil, err
	}
	if d.single() {
		w, err := d.open(false)
		if err != nil {
			s.db.Close()
			return nil, err
		}
		s.writer = newWriter(w, s.refusal, s.committed)
		s.readers = newReaders(s.db)
	}
	key, err := s.Secret(ctx, "digest")
	if err != nil {
		s.Close()
		return nil, err
	}
	s.digest = []byte(key)
	if _, err := s.RefreshSettings(ctx); err != nil {
		s.Close()
		return nil, err
	}
	if _, err := s.RefreshNewcomers(ctx); err != nil {
		s.Close()
		return nil, err
	}
	if err := s.RefreshRules(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Close ends all work and closes the database; writes under way are finished first.
func (s *Store) Close() error {
	var err error
	if s.writer != nil {
		err = s.writer.close()
		s.readers.close()
	}
	return errors.Join(err, s.db.Close())
}

// Ready says whether the database answers and takes writes.
func (s *Store) Ready(ctx context.Context) error {
	if s.failed.Load() {
		return ErrReadOnly
	}
	return s.plain(s.db.PingContext(ctx))
}

// inTx runs fn in one write transaction. What fn does is kept if it returns nil
// and the commit succeeds, and otherwise leaves nothing behind. fn must use the
// context it is given: a request's own would roll back its neighbours' posts.
// fn can be run again, when the database has rolled it back for another's sake: what it
// leaves outside itself it sets anew each time. Afterwards every session is looked up anew,
// and every message is read.
func (s *Store) inTx(ctx context.Context, fn func(context.Context, *transaction) error) error {
	defer s.trusted.forget()
	defer s.posted.forgetAll()
	return s.inLog(ctx, fn)
}

// inLog is inTx for a write that changes no row of users and of sessions, and no message
// that is there.
func (s *Store) inLog(ctx context.Context, fn func(context.Context, *transaction) error) error {
	begun := time.Now()
	err := s.write(ctx, fn)
	if err == nil {
		s.work.writes.Add(1)
		s.work.times.Observe(time.Since(begun))
	}
	return err
}

func (s *Store) write(ctx context.Context, fn func(context.Context, *transaction) error) error {
	if err := s.refusal(); err != nil {
		return err
	}
	if s.writer != nil {
		return s.plain(s.writer.do(ctx, fn))
	}
	// A request that is cancelled while it commits would leave the answer unknown
	// for no gain; the transaction is short, so it is finished.
	ctx = context.WithoutCancel(ctx)
	select {
	case s.writes <- struct{}{}:
		defer func() { <-s.writes }()
	case <-time.After(patience):
		return errNoTurn
	}
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	err := s.writeOnce(ctx, fn)
	for try := 1; try < mostTries && s.dialect.yielded(err) && ctx.Err() == nil; try++ {
		time.Sleep(time.Duration(try) * yieldFor) // or it takes what the other one waits for
		err = s.writeOnce(ctx, fn)
	}
	return s.plain(err)
}

// yieldFor is how long a write that was rolled back for another's sake leaves that one.
const yieldFor = 20 * time.Millisecond

// mostTries is how often a write is begun that the database rolls back for another's sake.
const mostTries = 4

// writeOnce runs fn in one transaction of the server's.
func (s *Store) writeOnce(ctx context.Context, fn func(context.Context, *transaction) error) error {
	tx, err := s.db.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	t := &transaction{tx: tx}
	if err := fn(ctx, t); err != nil {
		tx.Rollback() // the error that counts is fn's
		return err
	}
	return s.committed(t, tx.Commit())
}

// refusal is ErrReadOnly after a commit that the disk did not confirm.
func (s *Store) refusal() error {
	if s.failed.Load() {
		return ErrReadOnly
	}
	return nil
}

// committed is called with what a commit returned, before anybody knows of it.
func (s *Store) committed(tx *transaction, err error) error {
	if err == nil {
		s.posted.add(tx.posted)
	}
	return s.commitError(err)
}

// commitError counts the commits, and notes one that the disk did not confirm: after a failed fsync
// the pages in memory and on disk may differ, and no later success can be
// believed (https://wiki.postgresql.org/wiki/Fsync_Errors).
func (s *Store) commitError(err error) error {
	if err == nil {
		s.work.commits.Add(1)
	}
	if err != nil && s.dialect.unconfirmed(err) {
		s.failed.Store(true)
		return errors.Join(ErrReadOnly, err)
	}
	return err
}

// plain turns a driver's error into one that callers decide on.
func (s *Store) plain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return ErrNotFound
	default:
		return s.dialect.classify(err)
	}
}

// get reads one row, and list all rows, with a query that is one of this package's
// constants: it is prepared once and kept, as parsing costs more than most of them.
func (s *Store) get(ctx context.Context, row any, query string, args ...any) error {
	q, err := s.prepared(ctx, query)
	if err = cmp.Or(err, ctx.Err()); err != nil {
		return err
	}
	return q.GetContext(s.reading(ctx), row, args...)
}

func (s *Store) list(ctx context.Context, rows any, query string, args ...any) error {
	q, err := s.prepared(ctx, query)
	if err = cmp.Or(err, ctx.Err()); err != nil {
		return err
	}
	return q.SelectContext(s.reading(ctx), rows, args...)
}

// reading is the context of a read. The embedded database's reads are short, each
// served by an index, and being ready to cancel one costs more than it (two
// goroutines); those of a server may hang, and can be cancelled.
func (s *Store) reading(ctx context.Context) context.Context {
	if s.dialect.single() {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

func (s *Store) prepared(ctx context.Context, query string) (*sqlx.Stmt, error) {
	if q, ok := s.queries.Load(query); ok {
		return q.(*sqlx.Stmt), nil
	}
	text := query
	if s.dialect.single() {
		text = unpeeked(query)
	}
	q, err := s.db.PreparexContext(ctx, text)
	if err != nil {
		return nil, err
	}
	if first, loaded := s.queries.LoadOrStore(query, q); loaded {
		q.Close() // another was quicker
		return first.(*sqlx.Stmt), nil
	}
	return q, nil
}

// mostListed is how many values a list in a query has: SQLite takes 32,766 in all.
const mostListed = 1000

// in reads rows with a query that has lists in its place holders ("?").
func (s *Store) in(ctx context.Context, rows any, query string, args ...any) error {
	query, args, err := sqlx.In(query, args...)
	if err != nil {
		return err
	}
	return s.plain(s.db.SelectContext(ctx, rows, s.db.Rebind(query), args...))
}

// one is ErrNotFound for a write that found no row.
func one(res sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return orNotFound(err)
	}
	return nil
}

const nextID = `
update counters
   set value = value + 1
 where name = $1
returning value`

// micros is a time as it is stored: microseconds since 1970 UTC, 0 for none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
