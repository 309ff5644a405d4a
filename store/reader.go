package store

import (
	"context"
	"database/sql"
	"sync"

	"github.com/jmoiron/sqlx"
)

// mostReaders is how many of readers read at once.
const mostReaders = 2

// readers are the embedded database's connections for what is read most. Who was free
// last is taken first: what it has read is still in its memory.
type readers struct {
	db     *sqlx.DB
	turns  chan struct{} // as many as read at once
	mu     sync.Mutex
	free   []*connection
	closed bool
}

func newReaders(db *sqlx.DB) *readers {
	return &readers{db: db, turns: make(chan struct{}, mostReaders)}
}

// with calls fn with a connection that nobody else uses meanwhile. One that fails is given
// up, and the next opens another.
func (r *readers) with(ctx context.Context, fn func(*connection) error) error {
	select {
	case r.turns <- struct{}{}:
		defer func() { <-r.turns }()
	case <-ctx.Done():
		return ctx.Err()
	}
	c, err := r.take(ctx)
	if err != nil {
		return err
	}
	if err := fn(c); err != nil {
		c.giveUp()
		return err
	}
	r.give(c)
	return nil
}

func (r *readers) take(ctx context.Context) (*connection, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, sql.ErrConnDone
	}
	if last := len(r.free) - 1; last >= 0 {
		c := r.free[last]
		r.free = r.free[:last]
		return c, nil
	}
	return connect(context.WithoutCancel(ctx), r.db)
}

func (r *readers) give(c *connection) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.free = append(r.free, c)
}

// close waits for those who read.
func (r *readers) close() {
	for range mostReaders {
		r.turns <- struct{}{}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for _, c := range r.free {
		c.giveUp()
	}
	r.free = nil
	for range mostReaders {
		<-r.turns
	}
}

// read reads the rows of query to places, of which each is a *int64, *int, *string or *bool,
// and calls row after each. It is for what every page and every message asks: there the
// reflection of get and list costs as much as the query.
func (s *Store) read(ctx context.Context, places []any, row func(), query string, args ...any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.readers != nil {
		return s.readers.with(ctx, func(c *connection) error { return c.each(s.reading(ctx), places, row, query, args) })
	}
	q, err := s.prepared(ctx, query)
	if err != nil {
		return err
	}
	rows, err := q.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	return eachRow(rows, places, row)
}

func eachRow(rows *sql.Rows, places []any, row func()) error {
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return err
		}
		row()
	}
	return rows.Err()
}

// readOne reads one row; it is sql.ErrNoRows if there is none.
func (s *Store) readOne(ctx context.Context, places []any, query string, args ...any) error {
	found := false
	err := s.read(ctx, places, func() { found = true }, query, args...)
	if err == nil && !found {
		return sql.ErrNoRows
	}
	return err
}
