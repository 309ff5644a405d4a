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
	conn *writerConn

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

// scan reads one row to places of the driver's own types, without reflection.
func (t *transaction) scan(ctx context.Context, places []any, query string, args ...any) error {
	if t.tx != nil {
		return t.tx.QueryRowContext(ctx, query, args...).Scan(places...)
	}
	q, err := t.conn.prepared(ctx, query)
	if err != nil {
		return err
	}
	return q.QueryRowContext(ctx, args...).Scan(places...)
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
	q, err := t.conn.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return q.ExecContext(ctx, args...)
}

// queryMessages reads rows of messageColumns.
func (t *transaction) queryMessages(ctx context.Context, query string, args ...any) ([]Message, error) {
	if t.tx != nil {
		return scanMessages(t.tx.QueryxContext(ctx, query, args...))
	}
	q, err := t.conn.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return scanMessages(q.QueryxContext(ctx, args...))
}

// writerConn is the embedded database's one connection that writes, with its
// statements.
type writerConn struct {
	*sqlx.Conn
	statements map[string]*sqlx.Stmt
}

// connect opens the connection.
func connect(ctx context.Context, db *sqlx.DB) (*writerConn, error) {
	c, err := db.Connx(ctx)
	if err != nil {
		return nil, err
	}
	return &writerConn{c, map[string]*sqlx.Stmt{}}, nil
}

func (c *writerConn) prepared(ctx context.Context, query string) (*sqlx.Stmt, error) {
	if q := c.statements[query]; q != nil {
		return q, nil
	}
	q, err := c.PreparexContext(ctx, query)
	if err != nil {
		return nil, err
	}
	c.statements[query] = q
	return q, nil
}

// exec runs a statement without values.
func (c *writerConn) exec(ctx context.Context, query string) error {
	q, err := c.prepared(ctx, query)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx)
	return err
}

// giveUp closes the connection, which stays open as long as a statement of it is. There
// is nothing to do about an error.
func (c *writerConn) giveUp() {
	for _, q := range c.statements {
		_ = q.Close()
	}
	_ = c.Close()
}
