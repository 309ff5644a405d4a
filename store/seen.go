package store

import (
	"context"
)

// Place is how far a member has read in a room.
type Place struct {
	Room RoomID
	User UserID
	Seq  Seq
}

// MarkSeen moves members forward to where they have read, never back.
func (s *Store) MarkSeen(ctx context.Context, places []Place) error {
	return s.inLog(ctx, func(ctx context.Context, tx *transaction) error {
		for _, p := range places {
			if _, err := tx.ExecContext(ctx, "update members set seen_seq = $1 where room_id = $2 and user_id = $3 and seen_seq < $1", p.Seq, p.Room, p.User); err != nil {
				return err
			}
		}
		return nil
	})
}

// MarkUnread makes message seq and all after it unread for user, who is a member.
func (s *Store) MarkUnread(ctx context.Context, room RoomID, user UserID, seq Seq) error {
	return s.inLog(ctx, func(ctx context.Context, tx *transaction) error {
		return one(tx.ExecContext(ctx, "update members set seen_seq = $1 where room_id = $2 and user_id = $3 and present", max(0, seq-1), room, user))
	})
}

// MarkAllSeen makes every message in every room read for user.
func (s *Store) MarkAllSeen(ctx context.Context, user UserID) error {
	return s.inLog(ctx, func(ctx context.Context, tx *transaction) error {
		_, err := tx.ExecContext(ctx, markAllSeen, user)
		return err
	})
}

const markAllSeen = `
update members
   set seen_seq = (select r.last_seq from rooms r where r.id = members.room_id)
 where user_id = $1`

// SeenBy returns at most limit members who show how far they read and have read
// room up to seq.
func (s *Store) SeenBy(ctx context.Context, room RoomID, seq Seq, limit int) ([]Named, error) {
	var all []Named
	var one Named
	err := s.read(ctx, []any{(*int64)(&one.ID), &one.Name}, func() { all = append(all, one) }, seenBy, room, seq, limit)
	return all, s.plain(err)
}

const seenBy = `
select u.id, u.name
  from members m
  join users u on u.id = m.user_id
 where m.room_id = $1 and m.seen_seq >= $2 and m.present and u.shows_seen and u.suspended_at = 0
 order by u.id
 limit $3`
