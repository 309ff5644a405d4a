package store

import (
	"context"
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
	Logo    string // the name of a picture; "": Parley's own mark

	SignUp  SignUpMode
	Domains []string // of the e-mails of new accounts; none: any. Shared: not to be changed in place

	MembersCreateRooms bool // otherwise administrators alone
	ModerationNames    bool // members see who was moderated in their rooms

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
	textSetting("logo", func(s *Settings) *string { return &s.Logo }),
	textSetting("accounts.sign_up", func(s *Settings) *SignUpMode { return &s.SignUp }),
	{"accounts.domains", func(s Settings) string { return strings.Join(s.Domains, " ") }, func(s *Settings, v string) { s.Domains = strings.Fields(v) }},
	switchSetting("rooms.members_create", func(s *Settings) *bool { return &s.MembersCreateRooms }),
	switchSetting("moderation.names", func(s *Settings) *bool { return &s.ModerationNames }),
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
func (s *Store) Settings() Settings { return *s.settings.Load() }

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
	var rows []settingRow
	if err := s.list(ctx, &rows, settingValues); err != nil {
		return false, s.plain(err)
	}
	in := settingsOf(rows)
	in.Version = version // read before its values: what is newer is read again
	return s.settings.CompareAndSwap(was, &in) && was != nil, nil
}

const settingsVersion = "select value from counters where name = 'settings'"

const settingValues = "select name, value from settings"

type settingRow struct{ Name, Value string }

func settingsOf(rows []settingRow) Settings {
	in := defaultSettings
	for _, r := range rows {
		for _, one := range allSettings {
			if one.name == r.Name {
				one.read(&in, r.Value)
			}
		}
	}
	return in
}

// settingsIn are the settings in a transaction, as they are now.
func settingsIn(ctx context.Context, tx *transaction) (Settings, error) {
	var rows []settingRow
	err := tx.SelectContext(ctx, &rows, settingValues)
	return settingsOf(rows), err
}

// SetSettings changes the settings to in, whose Version is the one that by saw: it fails
// with ErrConflict if they have changed since, with ErrNotFound if by is no
// administrator, and with Problems that name every mistaken field. Each value that
// changes is an entry of the log.
func (s *Store) SetSettings(ctx context.Context, by Actor, in Settings) error {
	return s.setSettings(ctx, by, in, nil)
}

// setSettings is SetSettings and, in the same transaction, also.
func (s *Store) setSettings(ctx context.Context, by Actor, in Settings, also func(ctx context.Context, tx *transaction, was Settings) error) error {
	err := s.administer(ctx, by, func(ctx context.Context, tx *transaction) ([]Entry, error) {
		in, p := checkSettings(in)
		if len(p) > 0 {
			return nil, p
		}
		res, err := tx.ExecContext(ctx, "update counters set value = value + 1 where name = 'settings' and value = $1", in.Version)
		if err := one(res, err); err != nil {
			if err == ErrNotFound {
				err = ErrConflict
			}
			return nil, err
		}
		was, err := settingsIn(ctx, tx)
		if err != nil {
			return nil, err
		}
		var entries []Entry
		for _, one := range allSettings {
			before, after := one.write(was), one.write(in)
			if after == before {
				continue
			}
			if _, err := tx.ExecContext(ctx, "insert into settings (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value", one.name, after); err != nil {
				return nil, err
			}
			entries = append(entries, Entry{Act: "setting.change", Target: Target{Kind: OnSetting, Name: one.name}, Was: before, Now: after})
		}
		if also != nil {
			return entries, also(ctx, tx, was)
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
