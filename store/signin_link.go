package store

import (
	"context"
	"time"
)

// SignInLinkLife is how long a one-time link to sign in works.
const SignInLinkLife = time.Hour

// CreateSignInLink returns the token of a one-time link with which user, who is locked
// out, signs in; earlier ones stop working. For an administrator's account by shows the
// password again: otherwise it fails with Problems at "again". It fails with ErrNotFound
// for who is suspended.
func (s *Store) CreateSignInLink(ctx context.Context, by Actor, user UserID, password string) (Token, error) {
	whose, err := s.User(ctx, user)
	if err != nil {
		return "", err
	}
	if whose.Role == Administrator && by.User != 0 {
		if err := s.showsPassword(ctx, by.User, password); err != nil {
			if problem, is := err.(Invalid); is {
				err = Problems{problem}
			}
			return "", err
		}
	}
	t, now := NewToken(), s.now()
	return t, s.administer(ctx, by, func(ctx context.Context, tx *transaction) ([]Entry, error) {
		// The update takes the row, and their role is still what the password was asked for.
		if err := one(tx.ExecContext(ctx, "update users set id = id where id = $1 and role = $2 and suspended_at = 0", user, whose.Role)); err != nil {
			return nil, err
		}
		if _, err := tx.ExecContext(ctx, "delete from signin_links where user_id = $1 or expires_at < $2", user, micros(now)); err != nil {
			return nil, err
		}
		if _, err := tx.ExecContext(ctx, "insert into signin_links (token_hash, user_id, role, by_id, expires_at) values ($1, $2, $3, $4, $5)",
			t.hash(), user, whose.Role, by.User, micros(now.Add(SignInLinkLife))); err != nil {
			return nil, err
		}
		return []Entry{{Act: "signin_link.create", Target: Target{Kind: OnAccount, ID: int64(user), Name: whose.Name}}}, nil
	})
}

// SignInLinkUser returns whom t signs in, or ErrNotFound if it does not work.
func (s *Store) SignInLinkUser(ctx context.Context, t Token) (User, error) {
	return s.user(ctx, signInLinkUser, t.hash(), micros(s.now()))
}

// Whoever made the link still administers, and it is still for what its account was.
const signInLink = `
  from signin_links l
 where l.token_hash = $1 and l.expires_at > $2
   and exists (select 1 from users x where x.id = l.user_id and x.role = l.role and x.suspended_at = 0)
   and (l.by_id = 0 or exists (select 1 from users b where b.id = l.by_id and b.role = 'administrator' and b.suspended_at = 0))`

const signInLinkUser = userColumns + `
 where u.id = (select l.user_id` + signInLink + `)`

const useSignInLink = "delete from signin_links where token_hash in (select l.token_hash" + signInLink + ") returning user_id"

// UseSignInLink signs t's account in, uses t up, and returns the token for the cookie
// and that of a link to set a new password: who is locked out does not know the old one.
// It fails with ErrNotFound if t does not work.
func (s *Store) UseSignInLink(ctx context.Context, t Token, agent, address string) (session, reset Token, user User, err error) {
	session, reset = NewToken(), NewToken()
	now := s.now()
	err = s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		var id UserID
		if err := tx.GetContext(ctx, &id, "select user_id from signin_links where token_hash = $1", t.hash()); err != nil {
			return err
		}
		// The person first, as those do who end their sessions.
		if err := one(tx.ExecContext(ctx, "update users set id = id where id = $1 and suspended_at = 0", id)); err != nil {
			return err
		}
		// Of two who open it at once one finds nothing.
		if err := tx.GetContext(ctx, &id, useSignInLink, t.hash(), micros(now)); err != nil {
			return err
		}
		var r userRow
		if err := tx.GetContext(ctx, &r, userColumns+" where u.id = $1", id); err != nil {
			return err
		}
		user = r.user()
		if _, err := tx.ExecContext(ctx, insertSession, session.hash(), id, clip(agent, 300), address, micros(now)); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "delete from resets where user_id = $1", id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "insert into resets (token_hash, user_id, expires_at) values ($1, $2, $3)", reset.hash(), id, micros(now.Add(ResetLife))); err != nil {
			return err
		}
		if err := s.record(ctx, tx, Actor{id, address}, Entry{Act: "signin_link.use", Target: Target{Kind: OnAccount, ID: int64(id), Name: user.Name}}); err != nil {
			return err
		}
		return s.recordSignIn(ctx, tx, id, address)
	})
	return session, reset, user, err
}
