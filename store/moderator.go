package store

import (
	"context"
)

// SetModerator makes user a moderator of room, or a plain member again, on behalf of by,
// who may manage the room. It fails with ErrNotFound if user is no member.
func (s *Store) SetModerator(ctx context.Context, by Actor, room RoomID, user UserID, is bool) error {
	return s.manage(ctx, room, by, func(ctx context.Context, tx *transaction, _ Standing) error {
		if err := one(tx.ExecContext(ctx, "update members set moderator = $1 where room_id = $2 and user_id = $3 and present", is, room, user)); err != nil {
			return err
		}
		e := Entry{Act: "moderator.appoint", Target: Target{Kind: OnAccount, ID: int64(user)}}
		if !is {
			e.Act = "moderator.dismiss"
		}
		if err := tx.GetContext(ctx, &e.Target.Name, "select name from users where id = $1", user); err != nil {
			return err
		}
		if err := tx.GetContext(ctx, &e.Now, "select name from rooms where id = $1", room); err != nil {
			return err
		}
		return s.record(ctx, tx, by, e)
	})
}

// ModeratorsOf returns who moderates room besides its owners, by name.
func (s *Store) ModeratorsOf(ctx context.Context, room RoomID) ([]Named, error) {
	var all []Named
	err := s.list(ctx, &all, moderatorsOf, room)
	return all, s.plain(err)
}

const moderatorsOf = `
select u.id, u.name
  from members m
  join users u on u.id = m.user_id
 where m.room_id = $1 and m.moderator and m.present
 order by u.username_key`

// ModeratesWith says whether by owns or moderates a room that user is in.
func (s *Store) ModeratesWith(ctx context.Context, by, user UserID) (bool, error) {
	var n int
	err := s.get(ctx, &n, moderatesWith, by, user)
	return n > 0, s.plain(err)
}

const moderatesWith = `
select count(*)
  from members m
  join rooms r on r.id = m.room_id
  join members x on x.room_id = m.room_id and x.user_id = $2
 where m.user_id = $1 and m.present and (m.owner or m.moderator) and r.kind <> 'direct'`
