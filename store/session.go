package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// A session ends after 30 days without use, and after a year in any case
// (OWASP ASVS 5.0, 7.3).
const (
	SessionIdle = 30 * 24 * time.Hour
	SessionLife = 365 * 24 * time.Hour
)

// Token is the secret in a session's cookie or a one-time link: 256 random bits.
// Only its SHA-256 is stored; that needs no salt, as the token cannot be guessed.
type Token string

// NewToken returns a fresh token.
func NewToken() Token {
	b := make([]byte, 32)
	rand.Read(b)
	return Token(base64.RawURLEncoding.EncodeToString(b))
}

func (t Token) hash() string {
	if t == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(t))
	return hex.EncodeToString(sum[:])
}

// SessionID names a session without being able to use it.
type SessionID string

// Session is one browser that is signed in.
type Session struct {
	ID   SessionID
	User User
}

// CreateSession signs user in and returns the token for the cookie. user must be
// as Authenticate, CreateUser or Reset returned them: it fails with ErrNotFound if
// they were suspended or their password changed since.
func (s *Store) CreateSession(ctx context.Context, user User, agent, address string) (Token, error) {
	t, now := NewToken(), micros(s.now())
	err := s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		// An update takes the row: a change of the password that is under way comes
		// either before, and is seen, or after, and ends this session too.
		res, err := tx.ExecContext(ctx, "update users set id = id where id = $1 and password = $2 and suspended_at = 0", user.ID, user.proof)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return orNotFound(err)
		}
		if _, err := tx.ExecContext(ctx, insertSession, t.hash(), user.ID, clip(agent, 300), address, now); err != nil {
			return err
		}
		if err := s.recordSignIn(ctx, tx, user.ID, address); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "delete from sessions where used_at < $1 or created_at < $2",
			micros(s.now().Add(-SessionIdle)), micros(s.now().Add(-SessionLife)))
		return err
	})
	return t, err
}

// AdministratorSignIn is an entry for each session of an administrator.
const AdministratorSignIn Act = "administrator.sign_in"

func (s *Store) recordSignIn(ctx context.Context, tx *transaction, user UserID, address string) error {
	var u struct {
		Name string
		Role Role
	}
	if err := tx.GetContext(ctx, &u, "select name, role from users where id = $1", user); err != nil || u.Role != Administrator {
		return err
	}
	return s.record(ctx, tx, Actor{User: user, Address: address}, Entry{Act: AdministratorSignIn, Target: Target{Kind: OnAccount, ID: int64(user), Name: u.Name}})
}

const insertSession = `
insert into sessions (token_hash, user_id, agent, address, created_at, used_at)
values ($1, $2, $3, $4, $5, $5)`

// Session returns who is signed in with t, or ErrNotFound.
func (s *Store) Session(ctx context.Context, t Token) (Session, error) {
	if t == "" {
		return Session{}, ErrNotFound
	}
	return s.SessionByID(ctx, SessionID(t.hash()))
}

// noteUse is how exactly it is kept when a session was used last.
const noteUse = 5 * time.Minute

// SessionByID returns the session id if it has not ended, or ErrNotFound. What ends it
// in this process counts at once, what another process does within trustLife.
func (s *Store) SessionByID(ctx context.Context, id SessionID) (Session, error) {
	if found, ok := s.trusted.session(id); ok {
		return found, nil
	}
	began, epoch := time.Now(), s.trusted.now()
	now := s.now()
	user, used, err := s.sessionUser(ctx, id, now)
	if err != nil {
		return Session{}, s.plain(err)
	}
	if now.Sub(used) > noteUse {
		// Reading must neither fail nor wait because this cannot be noted now.
		ctx, cancel := context.WithTimeout(ctx, noteTimeout)
		defer cancel()
		_ = s.inLog(ctx, func(ctx context.Context, tx *transaction) error {
			_, err := tx.ExecContext(ctx, "update sessions set used_at = $1 where token_hash = $2", micros(now), string(id))
			return err
		})
	}
	found := Session{ID: id, User: user}
	s.trusted.keep(found, began, epoch)
	return found, nil
}

// sessionUser reads whose session id is and when it was used last. Each request asks,
// and reflection would cost more than the query.
func (s *Store) sessionUser(ctx context.Context, id SessionID, now time.Time) (User, time.Time, error) {
	var r userRow
	var used int64
	err := s.readOne(ctx, append(r.places(), &used), sessionByHash, string(id), micros(now.Add(-SessionIdle)), micros(now.Add(-SessionLife)))
	return r.user(), fromMicros(used), err
}

const sessionByHash = `
select ` + userFields + `, s.used_at
  from sessions s
  join users u on u.id = s.user_id
 where s.token_hash = $1 and s.used_at > $2 and s.created_at > $3 and u.suspended_at = 0`

// DeleteSession signs the session out.
func (s *Store) DeleteSession(ctx context.Context, id SessionID) error {
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		if _, err := tx.ExecContext(ctx, "delete from sessions where token_hash = $1", string(id)); err != nil {
			return err
		}
		return countEnded(ctx, tx)
	})
}

// Login is one of a person's sessions, as the list of them shows it.
type Login struct {
	ID        SessionID
	Agent     string // what the browser calls itself
	Address   string
	CreatedAt time.Time
	UsedAt    time.Time // to noteUse
}

// LoginsOf returns where user is signed in, the last used first.
func (s *Store) LoginsOf(ctx context.Context, user UserID) ([]Login, error) {
	var rows []struct {
		Hash      string `db:"token_hash"`
		Agent     string
		Address   string
		CreatedAt int64 `db:"created_at"`
		UsedAt    int64 `db:"used_at"`
	}
	now := s.now()
	if err := s.list(ctx, &rows, loginsOf, user, micros(now.Add(-SessionIdle)), micros(now.Add(-SessionLife))); err != nil {
		return nil, s.plain(err)
	}
	all := make([]Login, len(rows))
	for i, r := range rows {
		all[i] = Login{SessionID(r.Hash), r.Agent, r.Address, fromMicros(r.CreatedAt), fromMicros(r.UsedAt)}
	}
	return all, nil
}

const loginsOf = `
select token_hash, agent, address, created_at, used_at
  from sessions
 where user_id = $1 and used_at > $2 and created_at > $3
 order by used_at desc, created_at desc
 limit 100`

// EndSession ends one of user's own sessions, ErrNotFound if it is none of theirs.
func (s *Store) EndSession(ctx context.Context, user UserID, id SessionID) error {
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		if err := one(tx.ExecContext(ctx, "delete from sessions where user_id = $1 and token_hash = $2", user, string(id))); err != nil {
			return err
		}
		return countEnded(ctx, tx)
	})
}

// EndOtherSessions ends all of user's sessions but keep.
func (s *Store) EndOtherSessions(ctx context.Context, user UserID, keep SessionID) error {
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		if _, err := tx.ExecContext(ctx, "delete from sessions where user_id = $1 and token_hash <> $2", user, string(keep)); err != nil {
			return err
		}
		return countEnded(ctx, tx)
	})
}

func endSessions(ctx context.Context, tx *transaction, user UserID, keep string) error {
	if _, err := tx.ExecContext(ctx, "delete from sessions where user_id = $1 and token_hash <> $2", user, keep); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "delete from signin_links where user_id = $1", user); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "delete from resets where user_id = $1", user); err != nil {
		return err
	}
	return countEnded(ctx, tx)
}

// countEnded comes last in what ends sessions: from here on others who end some wait.
func countEnded(ctx context.Context, tx *transaction) error {
	_, err := tx.ExecContext(ctx, nextEnded)
	return err
}

const nextEnded = `
insert into counters (name, value)
values ('ended', 1)
on conflict (name) do update
   set value = counters.value + 1`

// Ended is a number that grows whenever sessions are ended, by whatever process: what
// has not grown since it was asked last has ended none but by their age.
func (s *Store) Ended(ctx context.Context) (int64, error) {
	var n int64
	err := s.get(ctx, &n, "select coalesce(max(value), 0) from counters where name = 'ended'")
	return n, s.plain(err)
}

// noteTimeout is how long a read waits to note that it happened.
const noteTimeout = 200 * time.Millisecond

// clip returns at most n bytes of text, as valid UTF-8.
func clip(text string, n int) string { return readable(text[:min(n, len(text))]) }

// readable leaves out what PostgreSQL refuses and nobody can read.
func readable(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")
}

func orNotFound(err error) error {
	if err != nil {
		return err
	}
	return ErrNotFound
}

// Viewer is an open page: a session that looks at a room, or at none if Room is 0, and
// that only somebody of the role Needs may look at, or who moderates the room Moderates
// (SomeRoom: any) or the instance.
type Viewer struct {
	Session   SessionID
	User      UserID
	Room      RoomID
	Needs     Role   // "": anybody's
	Moderates RoomID // 0: anybody's
}

// SomeRoom is in a Viewer whichever room they moderate.
const SomeRoom RoomID = -1

// Denial is why a viewer may no longer look; the empty one means that they may.
type Denial string

// The reasons of Denials.
const (
	SessionEnded Denial = "signed out"
	NotAMember   Denial = "removed"
	NotTheRole   Denial = "role"
)

// Denials says for each of viewers, at most 1,000, whether they may still look,
// in two questions for all of them, and two more if some moderate rooms.
func (s *Store) Denials(ctx context.Context, viewers []Viewer) ([]Denial, error) {
	denials := make([]Denial, len(viewers))
	if len(viewers) == 0 {
		return denials, nil
	}
	hashes, users, rooms := make([]string, len(viewers)), make([]UserID, len(viewers)), make([]RoomID, 0, 1)
	var moderated []RoomID
	for i, v := range viewers {
		hashes[i], users[i] = string(v.Session), v.User
		if v.Moderates != 0 && !slices.Contains(moderated, v.Moderates) {
			moderated = append(moderated, v.Moderates)
		}
		if v.Room != 0 && !slices.Contains(rooms, v.Room) {
			rooms = append(rooms, v.Room)
		}
	}
	now := s.now()
	var alive []struct {
		Hash string `db:"token_hash"`
		Role Role
	}
	if err := s.in(ctx, &alive, sessionsAlive, micros(now.Add(-SessionIdle)), micros(now.Add(-SessionLife)), hashes); err != nil {
		return nil, err
	}
	var members []struct {
		RoomID RoomID `db:"room_id"`
		UserID UserID `db:"user_id"`
	}
	if len(rooms) > 0 {
		if err := s.in(ctx, &members, membersPresent, rooms, users); err != nil {
			return nil, err
		}
	}
	moderates, err := s.moderatorsOf(ctx, moderated, users)
	if err != nil {
		return nil, err
	}
	signedIn, present := map[string]Role{}, map[Viewer]bool{}
	for _, r := range alive {
		signedIn[r.Hash] = r.Role
	}
	for _, m := range members {
		present[Viewer{User: m.UserID, Room: m.RoomID}] = true
	}
	for i, v := range viewers {
		switch {
		case signedIn[string(v.Session)] == "":
			denials[i] = SessionEnded
		case v.Needs != "" && !signedIn[string(v.Session)].AtLeast(v.Needs):
			denials[i] = NotTheRole
		case v.Moderates != 0 && !moderates[Viewer{User: v.User, Moderates: v.Moderates}] && !signedIn[string(v.Session)].AtLeast(Moderator):
			denials[i] = NotTheRole
		case v.Room != 0 && !present[Viewer{User: v.User, Room: v.Room}]:
			denials[i] = NotAMember
		}
	}
	return denials, nil
}

const sessionsAlive = `
select s.token_hash, u.role
  from sessions s
  join users u on u.id = s.user_id
 where s.used_at > ? and s.created_at > ? and u.suspended_at = 0 and s.token_hash in (?)`

const membersPresent = `
select room_id, user_id
  from members
 where room_id in (?) and user_id in (?) and present`
