package store

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// UserID numbers an account; it is decimal in every URL and DOM id.
type UserID int64

// Role is what an account may do on the whole instance.
type Role string

// The roles, from the least to the most.
const (
	Member        Role = "member"
	Moderator     Role = "moderator"
	Administrator Role = "administrator"
)

// roles are all of them, from the least to the most.
var roles = []Role{Member, Moderator, Administrator}

// AtLeast says whether who has role r may do what takes role other.
func (r Role) AtLeast(other Role) bool {
	return slices.Index(roles, r) >= slices.Index(roles, other)
}

// User is an account as pages may show it; the password never leaves this package.
type User struct {
	ID          UserID
	Username    string
	Email       string
	Name        string
	Role        Role
	Zone        string // IANA name, "" is UTC
	LastRoom    RoomID // 0: none yet
	CreatedAt   time.Time
	SuspendedAt time.Time // zero: active
	DeletedAt   time.Time // zero: not deleted; whoever is, is suspended too
	HereAt      time.Time // last connected; zero: never

	About    string
	Status   Status
	Language string // BCP 47; "": as the browser asks
	Scheme   Scheme
	Announce Announce

	ShowsTyping bool // others see that they type
	ShowsSeen   bool // others see how far they have read, and they see others'

	Muted []UserID // whose messages they have folded away, by id

	proof string // the password's hash, for whom has just shown the password
}

// SignUp is what a stranger enters to get an account.
type SignUp struct {
	Username, Email, Password, Zone string
	// MayBeFirst: this person may become the first account, and so administrator.
	MayBeFirst bool
	Invitation Token  // "": none
	Address    string // from where, for the log
	// Granted: an administrator creates the account, whatever the settings say of sign-up.
	Granted bool
}

// ErrSetupCode is CreateUser's answer while there is no account yet to somebody
// who has not shown to be the owner of the server.
var ErrSetupCode = Invalid{"code", "Enter the set-up code that the server printed in its log."}

// CreateUser adds an account, a member of every room that everyone is in, and
// returns it. The very first account becomes the administrator, and is always possible;
// for others the settings decide. It fails with Problems that name every mistaken field.
// An invitation is used by it: it gives the role, and further rooms.
func (s *Store) CreateUser(ctx context.Context, in SignUp) (User, error) {
	username, email, problems := checkSignUp(in)
	// Before any work, and before it says which names are taken; the transaction asks again.
	if has, err := s.HasUsers(ctx); err != nil {
		return User{}, err
	} else if no, is := s.Settings().admits(in, email).(Invalid); is && has {
		if no.Field == "" {
			problems = nil
		}
		problems = append(problems, no)
	}
	if len(problems) == 0 {
		if taken, err := s.takenFields(ctx, username, email); err != nil {
			return User{}, err
		} else {
			problems = taken
		}
	}
	if in.Invitation != "" {
		if err := s.MaySignUp(ctx, in.Invitation); err != nil {
			problem, is := err.(Invalid)
			if !is {
				return User{}, err
			}
			problems = Problems{problem} // nothing else helps
		}
	}
	if len(problems) > 0 {
		return User{}, problems
	}
	hash, err := hashPassword(ctx, in.Password)
	if err != nil {
		return User{}, err
	}
	u := User{Username: username, Email: email, Name: username, Role: Member, Zone: validZone(in.Zone), CreatedAt: s.now(),
		Announce: AnnounceCount, proof: hash}
	err = s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		u.Role = Member
		invited := in.Invitation
		// The counter's row is the lock: two who sign up at once on an empty
		// instance get 1 and 2, and only 1 is the administrator.
		if err := tx.GetContext(ctx, &u.ID, nextID, "user"); err != nil {
			return err
		}
		settings, err := settingsIn(ctx, tx)
		if err != nil {
			return err
		}
		u.ShowsTyping, u.ShowsSeen = settings.NewShowsTyping, settings.NewShowsSeen
		if u.ID == 1 {
			if !in.MayBeFirst {
				return ErrSetupCode
			}
			u.Role = Administrator
			invited = ""
		} else if err := settings.admits(in, email); err != nil {
			return err
		} else if !in.Granted {
			if err := notRefused(ctx, tx, email, in.Address, u.CreatedAt); err != nil {
				return err
			}
		}
		var by Invitation
		var rooms []RoomID
		if invited != "" {
			var err error
			if by, rooms, err = s.takeInvitation(ctx, tx, invited, u.Email); err != nil {
				return err
			}
			u.Role = by.Role
		}
		if _, err := tx.ExecContext(ctx, insertUser, u.ID, u.Username, nameKey(u.Username), u.Email, emailKey(u.Email),
			u.Name, u.Role, hash, u.Zone, micros(u.CreatedAt), u.ShowsTyping, u.ShowsSeen); err != nil {
			return err
		}
		if err := setNameWords(ctx, tx, u); err != nil {
			return err
		}
		if err := s.joinFirst(ctx, tx, u.ID, by.By, rooms); err != nil || invited == "" {
			return err
		}
		return s.arrive(ctx, tx, by, Actor{u.ID, in.Address}, true)
	})
	if problem, ok := err.(Invalid); ok {
		return User{}, Problems{problem}
	}
	if isConflict(err) {
		// Somebody took it between the question and the insert: ask again whose it was.
		if taken, err := s.takenFields(ctx, username, email); err == nil && len(taken) > 0 {
			return User{}, taken
		}
	}
	if err != nil {
		return User{}, fmt.Errorf("create account: %w", err)
	}
	return u, nil
}

const insertUser = `
insert into users (id, username, username_key, email, email_key, name, role, password, zone, created_at, shows_typing, shows_seen)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`

func (s *Store) takenFields(ctx context.Context, username, email string) (Problems, error) {
	var rows []struct {
		UsernameKey string `db:"username_key"`
		EmailKey    string `db:"email_key"`
	}
	if err := s.list(ctx, &rows, takenBy, nameKey(username), emailKey(email)); err != nil {
		return nil, s.plain(err)
	}
	var p Problems
	for _, r := range rows {
		if r.UsernameKey == nameKey(username) {
			p = append(p, Invalid{"username", "That name is taken. Try another."})
		}
		if r.EmailKey == emailKey(email) {
			p = append(p, Invalid{"email", "There is an account with this address. Sign in, or use another address."})
		}
	}
	return p, nil
}

const takenBy = `
select username_key, email_key
  from users
 where username_key = $1 or email_key = $2`

// HasUsers says whether there is any account yet.
func (s *Store) HasUsers(ctx context.Context) (bool, error) {
	var n int64
	err := s.get(ctx, &n, "select value from counters where name = 'user'")
	return n > 0, s.plain(err)
}

// User returns the account id, or ErrNotFound.
func (s *Store) User(ctx context.Context, id UserID) (User, error) {
	return s.user(ctx, userColumns+" where u.id = $1", id)
}

// UserByLogin returns the account with this username or e-mail, or ErrNotFound.
func (s *Store) UserByLogin(ctx context.Context, login string) (User, error) {
	return s.user(ctx, userColumns+" where (u.username_key = $1 or u.email_key = $2) and u.deleted_at = 0", nameKey(login), emailKey(login))
}

// userFields are the columns of a userRow, of users u.
const userFields = `u.id, u.username, u.email, u.name, u.role, u.zone, u.last_room, u.created_at, u.suspended_at, u.deleted_at, u.here_at,
       u.about, u.status_emoji, u.status_text, u.status_until, u.language, u.scheme, u.announce, u.shows_typing, u.shows_seen, u.muted`

const userColumns = `
select ` + userFields + `
  from users u`

type userRow struct {
	ID          UserID
	Username    string
	Email       string
	Name        string
	Role        Role
	Zone        string
	LastRoom    RoomID `db:"last_room"`
	CreatedAt   int64  `db:"created_at"`
	SuspendedAt int64  `db:"suspended_at"`
	DeletedAt   int64  `db:"deleted_at"`
	HereAt      int64  `db:"here_at"`
	About       string
	StatusEmoji string `db:"status_emoji"`
	StatusText  string `db:"status_text"`
	StatusUntil int64  `db:"status_until"`
	Language    string
	Scheme      Scheme
	Announce    Announce
	ShowsTyping bool `db:"shows_typing"`
	ShowsSeen   bool `db:"shows_seen"`
	Muted       string
}

// places are where userFields are read to, as the driver's own types.
func (r *userRow) places() []any {
	return []any{
		(*int64)(&r.ID), &r.Username, &r.Email, &r.Name, (*string)(&r.Role), &r.Zone, (*int64)(&r.LastRoom), &r.CreatedAt, &r.SuspendedAt, &r.DeletedAt, &r.HereAt,
		&r.About, &r.StatusEmoji, &r.StatusText, &r.StatusUntil, &r.Language, (*string)(&r.Scheme), (*string)(&r.Announce), &r.ShowsTyping, &r.ShowsSeen, &r.Muted,
	}
}

func (r userRow) user() User {
	return User{
		ID: r.ID, Username: r.Username, Email: r.Email, Name: r.Name, Role: r.Role, Zone: r.Zone, LastRoom: r.LastRoom,
		CreatedAt: fromMicros(r.CreatedAt), SuspendedAt: fromMicros(r.SuspendedAt), DeletedAt: fromMicros(r.DeletedAt), HereAt: fromMicros(r.HereAt),
		About: r.About, Status: Status{r.StatusEmoji, r.StatusText, fromMicros(r.StatusUntil)},
		Language: r.Language, Scheme: r.Scheme, Announce: r.Announce, ShowsTyping: r.ShowsTyping, ShowsSeen: r.ShowsSeen, Muted: mutedOf(r.Muted),
	}
}

func usersOf(rows []userRow) []User {
	users := make([]User, len(rows))
	for i, r := range rows {
		users[i] = r.user()
	}
	return users
}

func (s *Store) user(ctx context.Context, query string, args ...any) (User, error) {
	var r userRow
	if err := s.get(ctx, &r, query, args...); err != nil {
		return User{}, s.plain(err)
	}
	return r.user(), nil
}

// SetZone changes the time zone of user to an IANA name.
func (s *Store) SetZone(ctx context.Context, user UserID, zone string) error {
	if !ValidZone(zone) {
		return Problems{{"zone", "That is not a time zone. Choose one from the list, like Europe/Berlin."}}
	}
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		_, err := tx.ExecContext(ctx, "update users set zone = $1 where id = $2", zone, user)
		return err
	})
}

// ValidZone says whether zone is a known IANA name in its one spelling.
func ValidZone(zone string) bool { return zone != "" && validZone(zone) == zone }

// validZone is zone if it is a known IANA name, otherwise "".
func validZone(zone string) string {
	// Only the one spelling of each name: "./Europe//Berlin" is a file, too.
	if len(zone) > 64 || zone == "Local" || path.Clean(zone) != zone || strings.ContainsAny(zone[:min(1, len(zone))], "./") {
		return ""
	}
	if _, err := time.LoadLocation(zone); err != nil {
		return ""
	}
	return zone
}
