package store

import (
	"context"
	"time"
)

// ResetLife is how long a one-time link to set a new password works.
const ResetLife = time.Hour

// CreateReset returns the token of a one-time link with which user sets a new
// password; earlier links stop working.
func (s *Store) CreateReset(ctx context.Context, user UserID) (Token, error) {
	t := NewToken()
	return t, s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		if _, err := tx.ExecContext(ctx, "delete from resets where user_id = $1 or expires_at < $2", user, micros(s.now())); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, insertReset,
			t.hash(), user, micros(s.now().Add(ResetLife)))
		return err
	})
}

const insertReset = "insert into resets (token_hash, user_id, expires_at) values ($1, $2, $3)"

// ResetUser returns whose password t may set, or ErrNotFound.
func (s *Store) ResetUser(ctx context.Context, t Token) (User, error) {
	return s.user(ctx, resetUser, t.hash(), micros(s.now()))
}

const resetUser = userColumns + `
 where u.id = (select user_id from resets where token_hash = $1 and expires_at > $2)`

// Reset sets the password of t's account, ends all its sessions and uses t up.
func (s *Store) Reset(ctx context.Context, t Token, password string) (User, error) {
	u, err := s.ResetUser(ctx, t)
	if err != nil {
		return User{}, err
	}
	return s.setPassword(ctx, u, password, "", func(ctx context.Context, tx *transaction) error {
		res, err := tx.ExecContext(ctx, "delete from resets where token_hash = $1", t.hash())
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return orNotFound(err)
		}
		return nil
	})
}
