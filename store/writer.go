package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
)

const (
	writeTimeout = 15 * time.Second
	// patience is how long a write waits for its turn before it is refused: as long as
	// the one in front of it waits for another process (busy_timeout), not one after the
	// other.
	patience   = 5 * time.Second
	writeQueue = 1024 // full: the caller waits as for its turn
	writeBatch = 256
)

// writer is SQLite's one writing connection. What waits for it is committed together
// (group commit): one fsync then confirms many posts. Who finds it free writes at once,
// without waking anybody.
type writer struct {
	db     *sqlx.DB
	refuse func() error // why nothing is written any more; nil: it is
	commit func(*transaction, error) error
	jobs   chan *job

	closing sync.RWMutex // held for reading while a job is brought to its end
	closed  bool

	busy sync.Mutex  // held by who writes
	conn *connection // guarded by busy; nil: to be opened
}

type job struct {
	ctx   context.Context
	fn    func(context.Context, *transaction) error
	state atomic.Int32 // jobWaits, or one of those that it becomes
	err   error
	out   chan error
}

const (
	jobWaits int32 = iota
	jobBegun       // its caller waits for the answer
	jobLeft        // its caller has left, and it is not done
)

// run is fn, with a panic as an error: who writes for others must come to the end.
func (j *job) run(ctx context.Context, tx *transaction) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic in a write: %v\n%s", v, debug.Stack())
		}
	}()
	return j.fn(ctx, tx)
}

func newWriter(db *sqlx.DB, refuse func() error, commit func(*transaction, error) error) *writer {
	db.SetMaxIdleConns(-1) // one that is given up is closed, and not used again
	return &writer{db: db, refuse: refuse, commit: commit, jobs: make(chan *job, writeQueue)}
}

// do runs fn as one job of the next batch and returns once it is on disk. If ctx or the
// caller's patience ends before fn has begun, it is not run, and that is certain; once
// it has, do waits for its end, for fn may write where its caller reads.
func (w *writer) do(ctx context.Context, fn func(context.Context, *transaction) error) error {
	w.closing.RLock()
	defer w.closing.RUnlock()
	if w.closed {
		return ErrUnavailable
	}
	j := &job{ctx: ctx, fn: fn, out: make(chan error, 1)}
	var late <-chan time.Time
	select {
	case w.jobs <- j:
	default:
		late = time.After(patience)
		select {
		case w.jobs <- j:
		case <-late:
			return errNoTurn
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if w.busy.TryLock() {
		w.batch()
		w.next()
	}
	select {
	case err := <-j.out: // most find the writer free, and need no timer
		return err
	default:
	}
	if late == nil {
		late = time.After(patience)
	}
	var err error
	select {
	case err := <-j.out:
		return err
	case <-late:
		err = errNoTurn
	case <-ctx.Done():
		err = ctx.Err()
	}
	if j.state.CompareAndSwap(jobWaits, jobLeft) {
		return err
	}
	return <-j.out
}

var errNoTurn = fmt.Errorf("%w: others write for too long", ErrUnavailable)

// next passes the writing on: to a goroutine of its own if more came meanwhile, which
// no caller should have to write. It is called with busy held and lets go of it.
func (w *writer) next() {
	if len(w.jobs) > 0 {
		go func() {
			w.batch()
			w.next()
		}()
		return
	}
	w.busy.Unlock()
	// A job that came between the look and the unlock found nobody free.
	if len(w.jobs) > 0 && w.busy.TryLock() {
		w.next()
	}
}

// close waits until every job has had its answer or was given up, and what was begun
// is written.
func (w *writer) close() error {
	w.closing.Lock()
	w.closed = true
	w.closing.Unlock()
	w.busy.Lock()
	defer w.busy.Unlock()
	w.batch()
	if w.conn != nil {
		w.conn.giveUp() // everything is committed
	}
	return w.db.Close()
}

// batch writes what waits. It is called with busy held.
func (w *writer) batch() {
	var batch []*job
fill:
	for len(batch) < writeBatch {
		select {
		case j := <-w.jobs:
			batch = append(batch, j)
		default:
			break fill
		}
	}
	if len(batch) == 0 {
		return
	}
	err := w.write(batch)
	for _, j := range batch {
		if err != nil && j.err == nil {
			j.err = err
		}
		j.out <- j.err
	}
}

// write commits the batch. Each job has its savepoint, so that one that is refused
// leaves its neighbours alone; the error it returns is everybody's. Nothing here can
// be cancelled: a statement is short, waits for another process at most busy_timeout,
// and being ready to cancel one costs more than it.
func (w *writer) write(batch []*job) (err error) {
	ctx := context.Background()
	if err := w.refuse(); err != nil { // those that waited while a commit failed, too
		return err
	}
	if w.conn == nil {
		if w.conn, err = connect(ctx, w.db); err != nil {
			return err
		}
	}
	if err := w.conn.exec(ctx, "begin immediate"); err != nil {
		w.abandon(ctx)
		return err
	}
	defer func() {
		if err != nil {
			w.abandon(ctx)
		}
	}()
	tx := &transaction{conn: w.conn}
	for _, j := range batch {
		if !j.state.CompareAndSwap(jobWaits, jobBegun) {
			continue
		}
		if j.err = j.ctx.Err(); j.err != nil {
			continue
		}
		if len(batch) == 1 {
			if j.err = j.run(ctx, tx); j.err != nil {
				return j.err
			}
			break
		}
		if err := w.conn.exec(ctx, "savepoint job"); err != nil {
			return err
		}
		before := len(tx.posted)
		if j.err = j.run(ctx, tx); j.err != nil {
			tx.posted = tx.posted[:before]
			if err := w.conn.exec(ctx, "rollback to job"); err != nil {
				return errors.Join(j.err, fmt.Errorf("roll back one of a batch: %w", err))
			}
		}
		if err := w.conn.exec(ctx, "release job"); err != nil {
			return err
		}
	}
	return w.commit(tx, w.conn.exec(ctx, "commit"))
}

// abandon rolls back what is under way. A connection that cannot do that is given up,
// and the next batch opens another.
func (w *writer) abandon(ctx context.Context) {
	// SQLite rolls back by itself after some errors; then there is nothing to do.
	if err := w.conn.exec(ctx, "rollback"); err == nil || strings.Contains(err.Error(), "no transaction is active") {
		return
	}
	w.conn.giveUp() // its transaction ends with it
	w.conn = nil
}
