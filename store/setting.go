package store

import (
	"context"
	"errors"
)

// Settings are what administrators decide for the whole instance.
type Settings struct {
	MembersCreateRooms bool // otherwise administrators alone
}

// Settings returns what is set, with defaults for the rest.
func (s *Store) Settings(ctx context.Context) (Settings, error) {
	var value string
	err := s.plain(s.get(ctx, &value, "select value from settings where name = 'rooms.members_create'"))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Settings{}, err
	}
	return Settings{MembersCreateRooms: value != "no"}, nil
}

// SetSettings changes the settings; by must be an administrator, otherwise it fails
// with ErrNotFound.
func (s *Store) SetSettings(ctx context.Context, by UserID, in Settings) error {
	value := "no"
	if in.MembersCreateRooms {
		value = "yes"
	}
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		if err := administers(ctx, tx, by); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "insert into settings (name, value) values ('rooms.members_create', $1) on conflict (name) do update set value = excluded.value", value)
		return err
	})
}

// administers is nil if user is an active administrator, sql.ErrNoRows if not.
func administers(ctx context.Context, tx *transaction, user UserID) error {
	var n int
	return tx.GetContext(ctx, &n, "select 1 from users where id = $1 and role = $2 and suspended_at = 0", user, Administrator)
}
