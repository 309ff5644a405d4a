package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io"
	"slices"

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

// scan reads one row to places, of which each is a *int64, a *string or a *bool.
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
// statements. What each post runs goes to the driver directly: database/sql would look
// for a free connection, and convert each value by reflection.
type writerConn struct {
	*sqlx.Conn
	statements map[string]*sqlx.Stmt
	direct     map[string]statement
	values     []driver.Value // of the row that scan reads
}

type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// connect opens the connection.
func connect(ctx context.Context, db *sqlx.DB) (*writerConn, error) {
	c, err := db.Connx(ctx)
	if err != nil {
		return nil, err
	}
	return &writerConn{Conn: c, statements: map[string]*sqlx.Stmt{}, direct: map[string]statement{}}, nil
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

// with calls fn with the driver's statement.
func (c *writerConn) with(ctx context.Context, query string, fn func(statement) error) error {
	return c.Raw(func(conn any) error {
		q := c.direct[query]
		if q == nil {
			made, err := conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
			if err != nil {
				return err
			}
			q = made.(statement)
			c.direct[query] = q
		}
		return fn(q)
	})
}

// change runs a statement that returns no rows.
func (c *writerConn) change(ctx context.Context, query string, args []any) (res sql.Result, err error) {
	named, err := namedValues(args)
	if err != nil {
		return nil, err
	}
	err = c.with(ctx, query, func(q statement) error {
		res, err = q.ExecContext(ctx, named)
		return err
	})
	return res, err
}

// exec runs a statement without values.
func (c *writerConn) exec(ctx context.Context, query string) error {
	_, err := c.change(ctx, query, nil)
	return err
}

// scan reads one row; it is sql.ErrNoRows if there is none.
func (c *writerConn) scan(ctx context.Context, places []any, query string, args []any) error {
	named, err := namedValues(args)
	if err != nil {
		return err
	}
	return c.with(ctx, query, func(q statement) error {
		rows, err := q.QueryContext(ctx, named)
		if err != nil {
			return err
		}
		c.values = slices.Grow(c.values[:0], len(places))[:len(places)]
		err = rows.Next(c.values)
		if err == io.EOF {
			err = sql.ErrNoRows
		}
		for i, place := range places {
			if err == nil {
				err = assign(place, c.values[i])
			}
		}
		return cmp.Or(err, rows.Close())
	})
}

// assign puts what the driver has read in its place.
func assign(place any, value driver.Value) error {
	switch place := place.(type) {
	case *int64:
		if n, is := value.(int64); is {
			*place = n
			return nil
		}
	case *string:
		if text, is := value.(string); is {
			*place = text
			return nil
		}
	case *bool:
		switch value := value.(type) {
		case bool:
			*place = value
			return nil
		case int64:
			*place = value != 0
			return nil
		}
	}
	return fmt.Errorf("a column is %T, and its place is %T", value, place)
}

// namedValues are args as drivers take them.
func namedValues(args []any) ([]driver.NamedValue, error) {
	named := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		value, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return nil, fmt.Errorf("value %d: %w", i+1, err)
		}
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: value}
	}
	return named, nil
}

// giveUp closes the connection, which stays open as long as a statement of it is. There
// is nothing to do about an error.
func (c *writerConn) giveUp() {
	for _, q := range c.statements {
		_ = q.Close()
	}
	_ = c.Raw(func(any) error {
		for _, q := range c.direct {
			_ = q.Close()
		}
		return nil
	})
	_ = c.Close()
}
