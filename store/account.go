package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The acts on accounts.
const (
	CreateAccountAct     Act = "account.create"
	RenameAccountAct     Act = "account.rename"
	ChangeUsernameAct    Act = "account.username"
	ChangeEmailAct       Act = "account.email"
	ChangeRoleAct        Act = "account.role"
	SuspendAccountAct    Act = "account.suspend" // before suspensions were measures
	ReactivateAccountAct Act = "account.reactivate"
	DeleteAccountAct     Act = "account.delete"
	EndSessionAct        Act = "session.end"
	EndSessionsAct       Act = "session.end_all"
)

// ErrLastAdministrator is the answer to whatever would leave nobody who administers.
var ErrLastAdministrator = Invalid{"role", "This is the last administrator. Make somebody else one first."}

// Account is what administrators say of an account.
type Account struct {
	Username, Name, Email string
	Role                  Role // of a new one

	// Was is what was said of it when its form was shown, nil for a change that stands
	// whatever that was: otherwise what others made of it since is ErrOutdated.
	Was *Account
}

func (in Account) outdated(u User) bool {
	return in.Was != nil && (replaces(in.Was.Name, u.Name, in.Name) || replaces(in.Was.Username, u.Username, in.Username) || replaces(in.Was.Email, u.Email, in.Email))
}

func onAccount(u User) Target { return Target{Kind: OnAccount, ID: int64(u.ID), Name: u.Name} }

// overAccount runs fn as an administrator's act on user, who is not deleted.
func (s *Store) overAccount(ctx context.Context, by Actor, user UserID, fn func(context.Context, *transaction, User) ([]Entry, error)) error {
	return s.administer(ctx, by, func(ctx context.Context, tx *transaction) ([]Entry, error) {
		u, err := accountFor(ctx, tx, user)
		if err != nil {
			return nil, err
		}
		if by.User != 0 { // again: another may have ended it while this waited
			if err := administers(ctx, tx, by.User); err != nil {
				return nil, err
			}
		}
		return fn(ctx, tx, u)
	})
}

// accountFor returns user for a change of who they are or what they may do. It takes
// one lock for all accounts, and each such act takes it first: so two administrators
// who demote each other do so one after the other, and the second finds the first's.
func accountFor(ctx context.Context, tx *transaction, user UserID) (User, error) {
	if _, err := tx.ExecContext(ctx, "update counters set value = value + 1 where name = 'administrators'"); err != nil {
		return User{}, err
	}
	var r userRow
	err := tx.GetContext(ctx, &r, userColumns+" where u.id = $1 and u.deleted_at = 0", user)
	return r.user(), err
}

// dispensable is ErrLastAdministrator if nobody would administer without u. Who is
// suspended does not count.
func dispensable(ctx context.Context, tx *transaction, u User) error {
	if u.Role != Administrator || !u.SuspendedAt.IsZero() {
		return nil
	}
	var others bool
	if err := tx.GetContext(ctx, &others, otherAdministrators, u.ID); err != nil {
		return err
	}
	if !others {
		return ErrLastAdministrator
	}
	return nil
}

const otherAdministrators = `select exists (select 1 from users where role = 'administrator' and suspended_at = 0 and deleted_at = 0 and id <> $1)`

// CreateAccount adds an account on behalf of by and returns it with the token of a
// one-time link with which its person chooses a password. It fails with Problems.
func (s *Store) CreateAccount(ctx context.Context, by Actor, in Account) (User, Token, error) {
	in, p := checkAccount(in)
	if !slices.Contains(roles, in.Role) {
		p = append(p, Invalid{"role", "Choose one from the list."})
	}
	if len(p) == 0 {
		var err error
		if p, err = s.takenFields(ctx, in.Username, in.Email); err != nil {
			return User{}, "", err
		}
	}
	if len(p) > 0 {
		return User{}, "", p
	}
	hash, err := hashPassword(ctx, rand.Text()) // nobody knows it
	if err != nil {
		return User{}, "", err
	}
	t := NewToken()
	u := User{Username: in.Username, Email: in.Email, Name: in.Name, Role: in.Role, CreatedAt: s.now(), Announce: AnnounceCount}
	err = s.administer(ctx, by, func(ctx context.Context, tx *transaction) ([]Entry, error) {
		if err := tx.GetContext(ctx, &u.ID, nextID, "user"); err != nil {
			return nil, err
		}
		settings, err := settingsIn(ctx, tx)
		if err != nil {
			return nil, err
		}
		u.ShowsTyping, u.ShowsSeen = settings.NewShowsTyping, settings.NewShowsSeen
		if _, err := tx.ExecContext(ctx, insertUser, u.ID, u.Username, nameKey(u.Username), u.Email, emailKey(u.Email), u.Name, u.Role, hash, "", micros(u.CreatedAt), u.ShowsTyping, u.ShowsSeen); err != nil {
			return nil, err
		}
		if err := setNameWords(ctx, tx, u); err != nil {
			return nil, err
		}
		if err := s.joinFirst(ctx, tx, u.ID, 0, nil); err != nil {
			return nil, err
		}
		_, err = tx.ExecContext(ctx, insertReset, t.hash(), u.ID, micros(s.now().Add(ResetLife)))
		return []Entry{{Act: CreateAccountAct, Target: onAccount(u), Now: string(u.Role)}}, err
	})
	if isConflict(err) {
		if taken, asked := s.takenFields(ctx, in.Username, in.Email); asked == nil && len(taken) > 0 {
			return User{}, "", taken
		}
	}
	if err != nil {
		return User{}, "", fmt.Errorf("create account: %w", err)
	}
	return u, t, nil
}

func checkAccount(in Account) (Account, Problems) {
	var p Problems
	in.Username, in.Email, in.Name = norm.NFC.String(strings.TrimSpace(in.Username)), norm.NFC.String(strings.TrimSpace(in.Email)), oneLine(in.Name)
	switch n := utf8.RuneCountInString(in.Name); {
	case n == 0:
		p = append(p, Invalid{"name", "Enter the name that others see."})
	case n > nameRunes:
		p = append(p, Invalid{"name", "Use at most 60 characters."})
	}
	if text := checkUsername(in.Username); text != "" {
		p = append(p, Invalid{"username", text})
	}
	if !validEmail(in.Email) {
		p = append(p, Invalid{"email", "Enter an email address like ada@example.com."})
	}
	return in, p
}

// UpdateAccount changes what user is called and reached by; their role stays. It fails
// with Problems and ErrOutdated. Each change is an entry.
func (s *Store) UpdateAccount(ctx context.Context, by Actor, user UserID, in Account) error {
	in, p := checkAccount(in)
	if len(p) > 0 {
		return p
	}
	err := s.overAccount(ctx, by, user, func(ctx context.Context, tx *transaction, u User) ([]Entry, error) {
		if in.outdated(u) {
			return nil, ErrOutdated
		}
		var entries []Entry
		for _, e := range []Entry{
			{Act: RenameAccountAct, Was: u.Name, Now: in.Name},
			{Act: ChangeUsernameAct, Was: u.Username, Now: in.Username},
			{Act: ChangeEmailAct, Was: u.Email, Now: in.Email},
		} {
			if e.Target = onAccount(u); e.Was != e.Now {
				entries = append(entries, e)
			}
		}
		if len(entries) == 0 {
			return nil, nil
		}
		if _, err := tx.ExecContext(ctx, updateAccount, in.Name, in.Username, nameKey(in.Username), in.Email, emailKey(in.Email), u.ID); err != nil {
			return nil, err
		}
		u.Name, u.Username = in.Name, in.Username
		return entries, setNameWords(ctx, tx, u)
	})
	if isConflict(err) {
		return s.takenByOther(ctx, user, in, err)
	}
	return err
}

const updateAccount = `
update users
   set name = $1, username = $2, username_key = $3, email = $4, email_key = $5
 where id = $6`

// takenByOther says what of in another account has: err if nothing.
func (s *Store) takenByOther(ctx context.Context, user UserID, in Account, err error) error {
	var p Problems
	for _, one := range []struct{ field, key, query, text string }{
		{"username", nameKey(in.Username), "select id from users where username_key = $1 and id <> $2", "That name is taken. Try another."},
		{"email", emailKey(in.Email), "select id from users where email_key = $1 and id <> $2", "There is an account with this address."},
	} {
		var other []UserID
		if err := s.list(ctx, &other, one.query, one.key, user); err != nil {
			return s.plain(err)
		}
		if len(other) > 0 {
			p = append(p, Invalid{one.field, one.text})
		}
	}
	if len(p) > 0 {
		return p
	}
	return err
}

// SetRole changes what user may do on the whole instance. The last administrator stays
// one: ErrLastAdministrator. Who was shown what they might do before says it as was: if
// that is another by now, it is ErrOutdated.
func (s *Store) SetRole(ctx context.Context, by Actor, user UserID, role Role, was ...Role) error {
	if !slices.Contains(roles, role) {
		return Invalid{"role", "Choose one from the list."}
	}
	return s.overAccount(ctx, by, user, func(ctx context.Context, tx *transaction, u User) ([]Entry, error) {
		if u.Role == role {
			return nil, nil
		}
		if len(was) > 0 && !slices.Contains(was, u.Role) {
			return nil, ErrOutdated
		}
		if err := dispensable(ctx, tx, u); err != nil {
			return nil, err
		}
		if _, err := tx.ExecContext(ctx, "update users set role = $1 where id = $2", role, u.ID); err != nil {
			return nil, err
		}
		// Pages that the role let them see end in other processes, too.
		return []Entry{{Act: ChangeRoleAct, Target: onAccount(u), Was: string(u.Role), Now: string(role)}}, countEnded(ctx, tx)
	})
}

// Suspend imposes in, a suspension, as an administrator's act: unlike Impose also on
// another administrator. It is a measure as any other: they are told, can object, and it
// ends at its time or when it is lifted. It fails with Invalid, for oneself too, and with
// ErrLastAdministrator. A form that is sent twice is done once.
func (s *Store) Suspend(ctx context.Context, by Actor, in Measure) (Measure, error) {
	m := Measure{Kind: Suspension, User: in.User, By: by.User, At: s.now(), Until: in.Until, Reason: in.Reason, Words: in.Words}
	if err := checkMeasure(&m); err != nil {
		return m, err
	}
	in = m
	err := s.overAccount(ctx, by, m.User, func(ctx context.Context, tx *transaction, u User) ([]Entry, error) {
		m = in
		if err := dispensable(ctx, tx, u); err != nil {
			return nil, err
		}
		if u.ID == by.User {
			return nil, errOwnSuspension
		}
		if err := s.lockMeasured(ctx, tx, 0, u.ID); err != nil {
			return nil, err
		}
		return nil, s.imposeOnce(ctx, tx, by, &m, math.MaxInt64) // its entry comes with it
	})
	return m, err
}

var errOwnSuspension = Invalid{"role", "Nobody suspends themselves. Another administrator can do it."}

// Reactivate lets a suspended user sign in again, whoever suspended them, and returns the
// measures that it has lifted for that. No session from before comes back.
func (s *Store) Reactivate(ctx context.Context, by Actor, user UserID) (lifted []Measure, err error) {
	err = s.overAccount(ctx, by, user, func(ctx context.Context, tx *transaction, u User) ([]Entry, error) {
		if lifted, err = s.liftSuspensions(ctx, tx, by, u.ID); err != nil {
			return nil, err
		}
		cleared, err := clearSuspension(ctx, tx, u.ID)
		if err != nil || !cleared && len(lifted) == 0 {
			return nil, err
		}
		if err := endSessions(ctx, tx, u.ID, ""); err != nil || !cleared {
			return nil, err // each measure has its entry
		}
		return []Entry{{Act: ReactivateAccountAct, Target: onAccount(u)}}, nil
	})
	return lifted, err
}

// EndSessionOf ends one of user's sessions on behalf of an administrator, or all of them
// if id is "". It fails with ErrNotFound if it is none of theirs.
func (s *Store) EndSessionOf(ctx context.Context, by Actor, user UserID, id SessionID) error {
	return s.overAccount(ctx, by, user, func(ctx context.Context, tx *transaction, u User) ([]Entry, error) {
		if id == "" {
			return []Entry{{Act: EndSessionsAct, Target: onAccount(u)}}, endSessions(ctx, tx, u.ID, "")
		}
		var agent string
		if err := tx.GetContext(ctx, &agent, "delete from sessions where user_id = $1 and token_hash = $2 returning agent", u.ID, string(id)); err != nil {
			return nil, err
		}
		return []Entry{{Act: EndSessionAct, Target: onAccount(u), Was: agent}}, countEnded(ctx, tx)
	})
}
