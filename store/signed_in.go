package store

import (
	"context"
	"time"
)

// SignedIn is a session with its person, as administrators see it.
type SignedIn struct {
	Login
	User     UserID
	Name     string
	Username string
}

// LastSession is where a list of sessions goes on: after the one that was used then and
// has that ID. The zero value is its beginning.
type LastSession struct {
	UsedAt time.Time
	ID     SessionID
}

// Sessions returns at most limit sessions of everybody that have not ended, the last
// used first, after the one that after names.
func (s *Store) Sessions(ctx context.Context, after LastSession, limit int) ([]SignedIn, error) {
	now := s.now()
	if after == (LastSession{}) {
		after.UsedAt = now.Add(24 * time.Hour) // clocks of two machines differ
	}
	var rows []signedInRow
	err := s.list(ctx, &rows, allSessions, micros(now.Add(-SessionIdle)), micros(now.Add(-SessionLife)), micros(after.UsedAt), string(after.ID), limit)
	return signedInOf(rows), s.plain(err)
}

// SessionsOf returns the sessions of users, at most 1,000 people, that have not ended,
// the last used first; at most 500.
func (s *Store) SessionsOf(ctx context.Context, users []UserID) ([]SignedIn, error) {
	if len(users) == 0 {
		return nil, nil
	}
	now := s.now()
	var rows []signedInRow
	err := s.in(ctx, &rows, sessionsOf, micros(now.Add(-SessionIdle)), micros(now.Add(-SessionLife)), users)
	return signedInOf(rows), err
}

const signedInColumns = `
select s.token_hash, s.user_id, u.name, u.username, s.agent, s.address, s.created_at, s.used_at
  from sessions s
  join users u on u.id = s.user_id`

const allSessions = signedInColumns + `
 where s.used_at > $1 and s.created_at > $2 and (s.used_at, s.token_hash) < ($3, $4)
 order by s.used_at desc, s.token_hash desc
 limit $5`

const sessionsOf = signedInColumns + `
 where s.used_at > ? and s.created_at > ? and s.user_id in (?)
 order by s.used_at desc, s.token_hash desc
 limit 500`

type signedInRow struct {
	TokenHash string `db:"token_hash"`
	UserID    UserID `db:"user_id"`
	Name      string
	Username  string
	Agent     string
	Address   string
	CreatedAt int64 `db:"created_at"`
	UsedAt    int64 `db:"used_at"`
}

func signedInOf(rows []signedInRow) []SignedIn {
	all := make([]SignedIn, len(rows))
	for i, r := range rows {
		all[i] = SignedIn{Login{SessionID(r.TokenHash), r.Agent, r.Address, fromMicros(r.CreatedAt), fromMicros(r.UsedAt)}, r.UserID, r.Name, r.Username}
	}
	return all
}

// EndSessionOfAnyone ends a session as an act of an administrator, and returns whose it
// was. It fails with ErrNotFound if there is none, or by is no administrator.
func (s *Store) EndSessionOfAnyone(ctx context.Context, by Actor, id SessionID) (UserID, error) {
	var r signedInRow
	err := s.administer(ctx, by, func(ctx context.Context, tx *transaction) ([]Entry, error) {
		if err := tx.GetContext(ctx, &r, sessionToEnd, string(id)); err != nil {
			return nil, err
		}
		if err := one(tx.ExecContext(ctx, "delete from sessions where token_hash = $1", string(id))); err != nil {
			return nil, err
		}
		return []Entry{{Act: "session.end", Target: Target{Kind: OnAccount, ID: int64(r.UserID), Name: r.Name}, Was: r.Address + " " + r.Agent}}, countEnded(ctx, tx)
	})
	return r.UserID, err
}

const sessionToEnd = signedInColumns + `
 where s.token_hash = $1`

// EndSessionsOf ends all sessions of user as an act of an administrator, and says how
// many there were.
func (s *Store) EndSessionsOf(ctx context.Context, by Actor, user UserID) (n int64, err error) {
	err = s.administer(ctx, by, func(ctx context.Context, tx *transaction) ([]Entry, error) {
		var name string
		if err := tx.GetContext(ctx, &name, "select name from users where id = $1", user); err != nil {
			return nil, err
		}
		res, err := tx.ExecContext(ctx, "delete from sessions where user_id = $1", user)
		if err != nil {
			return nil, err
		}
		if n, err = res.RowsAffected(); err != nil || n == 0 {
			return nil, err
		}
		return []Entry{{Act: "session.end_all", Target: Target{Kind: OnAccount, ID: int64(user), Name: name}}}, countEnded(ctx, tx)
	})
	return n, err
}

// LogSocketEnd logs that an administrator ends an open page of user's, which is at
// address: the page itself is in no database. It fails with ErrNotFound if by is no
// administrator.
func (s *Store) LogSocketEnd(ctx context.Context, by Actor, user UserID, address string) error {
	return s.administer(ctx, by, func(ctx context.Context, tx *transaction) ([]Entry, error) {
		var name string
		if err := tx.GetContext(ctx, &name, "select name from users where id = $1", user); err != nil {
			return nil, err
		}
		return []Entry{{Act: "socket.end", Target: Target{Kind: OnAccount, ID: int64(user), Name: name}, Was: address}}, nil
	})
}

// Names returns the names of users, at most 1,000 of them.
func (s *Store) Names(ctx context.Context, users []UserID) (map[UserID]string, error) {
	names := make(map[UserID]string, len(users))
	if len(users) == 0 {
		return names, nil
	}
	var rows []struct {
		ID   UserID
		Name string
	}
	err := s.in(ctx, &rows, "select id, name from users where id in (?)", users)
	for _, r := range rows {
		names[r.ID] = r.Name
	}
	return names, err
}

// RoomNames returns the names of rooms, at most 1,000 of them; that of a direct
// conversation is "".
func (s *Store) RoomNames(ctx context.Context, rooms []RoomID) (map[RoomID]string, error) {
	names := make(map[RoomID]string, len(rooms))
	if len(rooms) == 0 {
		return names, nil
	}
	var rows []struct {
		ID   RoomID
		Name string
		Kind Kind
	}
	err := s.in(ctx, &rows, "select id, name, kind from rooms where id in (?)", rooms)
	for _, r := range rows {
		if r.Kind == DirectRoom {
			r.Name = ""
		}
		names[r.ID] = r.Name
	}
	return names, err
}
