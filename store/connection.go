package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io"
	"regexp"
	"slices"

	"github.com/jmoiron/sqlx"
)

// connection is one to the embedded database, with its statements; one at a time uses it.
// What each post and each page runs goes to the driver directly: database/sql would look
// for a free connection, and convert each value by reflection.
type connection struct {
	*sqlx.Conn
	statements map[string]*sqlx.Stmt
	direct     map[string]statement
	values     []driver.Value // of the row that each reads
}

type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// connect opens the connection.
func connect(ctx context.Context, db *sqlx.DB) (*connection, error) {
	c, err := db.Connx(ctx)
	if err != nil {
		return nil, err
	}
	return &connection{Conn: c, statements: map[string]*sqlx.Stmt{}, direct: map[string]statement{}}, nil
}

// unpeeked is query as a statement of the embedded database that is kept. SQLite looks at
// the value of a parameter as it plans, to see whether an index of some rows will do, and
// then plans anew for each other value: BenchmarkOnePersonAfterAnother has what that costs.
// It does not look into an expression, which +$1 is.
func unpeeked(query string) string { return parameter.ReplaceAllString(query, "+$0") }

var parameter = regexp.MustCompile(`\$[0-9]+`)

func (c *connection) prepared(ctx context.Context, query string) (*sqlx.Stmt, error) {
	if q := c.statements[query]; q != nil {
		return q, nil
	}
	q, err := c.PreparexContext(ctx, unpeeked(query))
	if err != nil {
		return nil, err
	}
	c.statements[query] = q
	return q, nil
}

// with calls fn with the driver's statement.
func (c *connection) with(ctx context.Context, query string, fn func(statement) error) error {
	return c.Raw(func(conn any) error {
		q := c.direct[query]
		if q == nil {
			made, err := conn.(driver.ConnPrepareContext).PrepareContext(ctx, unpeeked(query))
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
func (c *connection) change(ctx context.Context, query string, args []any) (res sql.Result, err error) {
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
func (c *connection) exec(ctx context.Context, query string) error {
	_, err := c.change(ctx, query, nil)
	return err
}

// scan reads one row; it is sql.ErrNoRows if there is none.
func (c *connection) scan(ctx context.Context, places []any, query string, args []any) error {
	found := false
	err := c.each(ctx, places, func() { found = true }, query, args)
	if err == nil && !found {
		return sql.ErrNoRows
	}
	return err
}

// each reads rows to places, and calls row after each.
func (c *connection) each(ctx context.Context, places []any, row func(), query string, args []any) error {
	named, err := namedValues(args)
	if err != nil {
		return err
	}
	return c.with(ctx, query, func(q statement) error {
		rows, err := q.QueryContext(ctx, named)
		if err != nil {
			return err
		}
		return cmp.Or(c.readAll(rows, places, row), rows.Close())
	})
}

func (c *connection) readAll(rows driver.Rows, places []any, row func()) error {
	c.values = slices.Grow(c.values[:0], len(places))[:len(places)]
	for {
		if err := rows.Next(c.values); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		for i, place := range places {
			if err := assign(place, c.values[i]); err != nil {
				return err
			}
		}
		row()
	}
}

// assign puts what the driver has read in its place.
func assign(place any, value driver.Value) error {
	switch place := place.(type) {
	case *int64:
		if n, is := value.(int64); is {
			*place = n
			return nil
		}
	case *int:
		if n, is := value.(int64); is {
			*place = int(n)
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
func (c *connection) giveUp() {
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
