package store

import (
	"context"
	"database/sql"

	"github.com/jmoiron/sqlx"
)

// transaction is what a write runs its statements in, which are this package's
// constants. On the embedded database each is parsed once for the one connection that
// writes, for parsing costs more than most of them; PostgreSQL's driver does the same
// by itself.
type transaction struct {
	tx   *sqlx.Tx // PostgreSQL's
	conn *connection

	posted []Message // with it
}

// GetContext reads one row.
func (t *transaction) GetContext(ctx context.Context, row any, query string, args ...any) error {
	if t.tx != nil {
		return t.tx.GetContext(ctx, row, query, args...)
	}
	q, err := t.conn.prepared(ctx, query)
	if err != nil {
		return err
	}
	return q.GetContext(ctx, row, args...)
}

// scan reads one row to places, of which each is a *int64, *int, *string or *bool.
func (t *transaction) scan(ctx context.Context, places []any, query string, args ...any) error {
	if t.tx != nil {
		return t.tx.QueryRowContext(ctx, query, args...).Scan(places...)
	}
	return t.conn.scan(ctx, places, query, args)
}

// SelectContext reads all rows.
func (t *transaction) SelectContext(ctx context.Context, rows any, query string, args ...any) error {
	if t.tx != nil {
		return t.tx.SelectContext(ctx, rows, query, args...)
	}
	q, err := t.conn.prepared(ctx, query)
	if err != nil {
		return err
	}
	return q.SelectContext(ctx, rows, args...)
}

// ExecContext changes rows.
func (t *transaction) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if t.tx != nil {
		return t.tx.ExecContext(ctx, query, args...)
	}
	return t.conn.change(ctx, query, args)
}
