package store

import (
	"context"
	"crypto/rand"
)

// Secret returns the instance's secret of that name; the first to ask makes it.
func (s *Store) Secret(ctx context.Context, name string) (string, error) {
	var value string
	err := s.plain(s.get(ctx, &value, "select value from secrets where name = $1", name))
	if err != ErrNotFound {
		return value, err
	}
	var made string
	err = s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		if _, err := tx.ExecContext(ctx, "insert into secrets (name, value) values ($1, $2) on conflict do nothing", name, rand.Text()+rand.Text()); err != nil {
			return err
		}
		return tx.GetContext(ctx, &made, "select value from secrets where name = $1", name)
	})
	if err != nil {
		return "", err // made may still be written: the caller has left
	}
	return made, nil
}
