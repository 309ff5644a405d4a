package store

import (
	"context"

	"github.com/jmoiron/sqlx"
)

// People returns the members of room by name, at most 500, for one who is a member.
func (s *Store) People(ctx context.Context, room RoomID) ([]User, error) {
	var rows []userRow
	if err := s.db.SelectContext(ctx, &rows, people, room); err != nil {
		return nil, s.plain(err)
	}
	users := make([]User, len(rows))
	for i, r := range rows {
		users[i] = r.user()
	}
	return users, nil
}

const people = `
select u.id, u.username, u.email, u.name, u.role, u.zone, u.last_room, u.created_at, u.suspended_at
  from members m
  join users u on u.id = m.user_id
 where m.room_id = $1 and m.present and u.suspended_at = 0
 order by u.username_key
 limit 500`

// joinEveryone makes user a member of the rooms that everyone is in, by
// ascending id, so that two who sign up at once wait for each other in order.
func joinEveryone(ctx context.Context, tx *sqlx.Tx, user UserID) error {
	var rooms []RoomID
	if err := tx.SelectContext(ctx, &rooms, "select id from rooms where everyone order by id"); err != nil {
		return err
	}
	for _, room := range rooms {
		if err := setMember(ctx, tx, room, user, true); err != nil {
			return err
		}
	}
	return nil
}

// RemoveMember ends user's membership of room; it takes a revision, so that every
// process drops their sockets before it shows anything later.
func (s *Store) RemoveMember(ctx context.Context, room RoomID, user UserID) error {
	return s.inTx(ctx, func(ctx context.Context, tx *sqlx.Tx) error {
		var present bool
		if err := tx.GetContext(ctx, &present, "select present from members where room_id = $1 and user_id = $2", room, user); err != nil {
			return err
		}
		if !present {
			return ErrNotFound
		}
		return setMember(ctx, tx, room, user, false)
	})
}

func setMember(ctx context.Context, tx *sqlx.Tx, room RoomID, user UserID, present bool) error {
	var rev Rev
	if err := tx.GetContext(ctx, &rev, bumpRoom, room); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, upsertMember, room, user, rev, present)
	return err
}

const upsertMember = `
insert into members (room_id, user_id, rev, present)
values ($1, $2, $3, $4)
on conflict (room_id, user_id) do update set rev = excluded.rev, present = excluded.present`
