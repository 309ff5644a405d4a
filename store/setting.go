package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SignUpMode is who may create an account.
type SignUpMode string

// The modes of sign-up.
const (
	SignUpOpen    SignUpMode = "open"
	SignUpInvited SignUpMode = "invited" // with an invitation
	SignUpClosed  SignUpMode = "closed"  // administrators alone create accounts
)

// Settings are what administrators decide for the whole instance.
type Settings struct {
	Version int64 // grows with each change

	Name    string // of this place; "Parley" if none was given
	Welcome string // a sentence on the page where one signs in; "": Parley's own
	Accent  string // "#rrggbb"; "": Parley's own

	SignUp  SignUpMode
	Domains []string // of the e-mails of new accounts; none: any

	MembersCreateRooms bool // otherwise administrators alone

	MostRunes    int           // of a message
	PostsBurst   int           // messages of one person in one room at once
	PostsPerMin  int           // and as many more each minute
	EditWithin   time.Duration // how long its author may edit a message; 0: always
	DeleteWithin time.Duration // how long its author may delete a message; 0: always
	Retention    time.Duration // how long messages are kept; 0: for ever

	NewShowsTyping bool // what new accounts begin with
	NewShowsSeen   bool
}

// setting is one value of the settings: its name in the table, and how it is written.
type setting struct {
	name  string
	write func(Settings) string
	read  func(*Settings, string)
}

// A value that is not in the table is as it is here.
var defaultSettings = Settings{
	Name: "Parley", SignUp: SignUpOpen, MembersCreateRooms: true,
	MostRunes: MessageRunes, PostsBurst: 20, PostsPerMin: 180, NewShowsTyping: true, NewShowsSeen: true,
}

var allSettings = []setting{
	textSetting("name", func(s *Settings) *string { return &s.Name }),
	textSetting("welcome", func(s *Settings) *string { return &s.Welcome }),
	textSetting("accent", func(s *Settings) *string { return &s.Accent }),
	textSetting("accounts.sign_up", func(s *Settings) *SignUpMode { return &s.SignUp }),
	{"accounts.domains", func(s Settings) string { return strings.Join(s.Domains, " ") }, func(s *Settings, v string) { s.Domains = strings.Fields(v) }},
	switchSetting("rooms.members_create", func(s *Settings) *bool { return &s.MembersCreateRooms }),
	numberSetting("messages.most", func(s *Settings) *int { return &s.MostRunes }),
	numberSetting("messages.burst", func(s *Settings) *int { return &s.PostsBurst }),
	numberSetting("messages.per_minute", func(s *Settings) *int { return &s.PostsPerMin }),
	timeSetting("messages.edit_within", func(s *Settings) *time.Duration { return &s.EditWithin }),
	timeSetting("messages.delete_within", func(s *Settings) *time.Duration { return &s.DeleteWithin }),
	timeSetting("messages.retention", func(s *Settings) *time.Duration { return &s.Retention }),
	switchSetting("accounts.shows_typing", func(s *Settings) *bool { return &s.NewShowsTyping }),
	switchSetting("accounts.shows_seen", func(s *Settings) *bool { return &s.NewShowsSeen }),
}

func textSetting[T ~string](name string, of func(*Settings) *T) setting {
	return setting{name, func(s Settings) string { return string(*of(&s)) }, func(s *Settings, v string) { *of(s) = T(v) }}
}

func switchSetting(name string, of func(*Settings) *bool) setting {
	return setting{name, func(s Settings) string {
		if *of(&s) {
			return "yes"
		}
		return "no"
	}, func(s *Settings, v string) { *of(s) = v == "yes" }}
}

func numberSetting(name string, of func(*Settings) *int) setting {
	return setting{name, func(s Settings) string { return strconv.Itoa(*of(&s)) }, func(s *Settings, v string) {
		if n, err := strconv.Atoi(v); err == nil {
			*of(s) = n
		}
	}}
}

func timeSetting(name string, of func(*Settings) *time.Duration) setting {
	return setting{name, func(s Settings) string { return of(&s).String() }, func(s *Settings, v string) {
		if d, err := time.ParseDuration(v); err == nil {
			*of(s) = d
		}
	}}
}

// Settings returns what is set, with defaults for the rest: as this process knows it,
// which is at most as old as the last RefreshSettings.
func (s *Store) Settings() Settings {
	in := *s.settings.Load()
	in.Domains = slices.Clone(in.Domains)
	return in
}

// RefreshSettings learns what another process has set, and says whether that was
// anything.
func (s *Store) RefreshSettings(ctx context.Context) (changed bool, err error) {
	var version int64
	if err := s.get(ctx, &version, settingsVersion); err != nil {
		return false, s.plain(err)
	}
	was := s.settings.Load()
	if was != nil && was.Version == version {
		return false, nil
	}
	in := defaultSettings
	// Read after its version: what is newer is read again.
	in.Version = version
	var rows []struct{ Name, Value string }
	if err := s.list(ctx, &rows, "select name, value from settings"); err != nil {
		return false, s.plain(err)
	}
	for _, r := range rows {
		for _, one := range allSettings {
			if one.name == r.Name {
				one.read(&in, r.Value)
			}
		}
	}
	return s.settings.CompareAndSwap(was, &in) && was != nil, nil
}

const settingsVersion = "select value from counters where name = 'settings'"

// SetSettings changes the settings to in, whose Version is the one that by saw: it fails
// with ErrConflict if they have changed since, and with ErrNotFound if by is no
// administrator. Each value that changes is an entry of the log.
func (s *Store) SetSettings(ctx context.Context, by Actor, in Settings) error {
	err := s.administer(ctx, by, func(ctx context.Context, tx *transaction) ([]Entry, error) {
		res, err := tx.ExecContext(ctx, "update counters set value = value + 1 where name = 'settings' and value = $1", in.Version)
		if err := one(res, err); err != nil {
			if err == ErrNotFound {
				err = ErrConflict
			}
			return nil, err
		}
		was := defaultSettings
		var rows []struct{ Name, Value string }
		if err := tx.SelectContext(ctx, &rows, "select name, value from settings"); err != nil {
			return nil, err
		}
		kept := map[string]string{}
		for _, r := range rows {
			kept[r.Name] = r.Value
		}
		var entries []Entry
		for _, one := range allSettings {
			before, is := kept[one.name]
			if !is {
				before = one.write(was)
			}
			after := one.write(in)
			if after == before {
				continue
			}
			if _, err := tx.ExecContext(ctx, "insert into settings (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value", one.name, after); err != nil {
				return nil, err
			}
			entries = append(entries, Entry{Act: "setting.change", Target: Target{Kind: OnSetting, Name: one.name}, Was: before, Now: after})
		}
		return entries, nil
	})
	if err != nil {
		return err
	}
	_, err = s.RefreshSettings(ctx)
	return err
}

// administers is nil if user is an active administrator, sql.ErrNoRows if not.
func administers(ctx context.Context, tx *transaction, user UserID) error {
	var n int
	return tx.GetContext(ctx, &n, "select 1 from users where id = $1 and role = $2 and suspended_at = 0", user, Administrator)
}
