package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// DirectPeople is how many people a direct conversation has at most.
const DirectPeople = 12

// Converse returns the direct conversation of by with the people in with, and makes
// it if there is none: the same people always have the same one. Without others it
// is by's notes. It fails with Invalid if there are too many, or one is no active account
// or blocks by, and with Restraint if by begins none now.
func (s *Store) Converse(ctx context.Context, by UserID, with []UserID) (RoomID, error) {
	people := append([]UserID{by}, with...)
	slices.Sort(people)
	people = slices.Compact(people)
	if len(people) > DirectPeople {
		return 0, Invalid{"people", "At most 12 people can talk directly. Make a private room for more."}
	}
	words := make([]string, len(people))
	for i, p := range people {
		words[i] = fmt.Sprint(int64(p))
	}
	key := strings.Join(words, " ")
	var room RoomID
	for range 2 { // two may make it at once; the second finds the first's
		err := s.plain(s.get(ctx, &room, conversationOf, key))
		if err != ErrNotFound {
			return room, err
		}
		err = s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
			blocked, err := blockedBy(ctx, tx, by)
			if err != nil {
				return err
			}
			if len(people) > 1 {
				var since int64
				if err := tx.GetContext(ctx, &since, "select created_at from users where id = $1 and role = 'member' union all select 0 limit 1", by); err != nil {
					return err
				}
				if err := s.mayConverse(fromMicros(since), s.now()); err != nil {
					return err
				}
				if err := s.timedOut(ctx, tx, by); err != nil {
					return err
				}
			}
			for _, p := range people {
				var n int
				if err := tx.GetContext(ctx, &n, "select count(*) from users where id = $1 and suspended_at = 0", p); err != nil {
					return err
				}
				if n == 0 {
					return Invalid{"people", "There is nobody of that name. Look for them by typing a part of it."}
				}
				if slices.Contains(blocked, p) {
					return Invalid{"people", "One of these people does not want to talk to you directly. Leave them out."}
				}
			}
			if err := mayBeInMore(ctx, tx, by); err != nil {
				return err
			}
			if err := tx.GetContext(ctx, &room, nextID, "room"); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, insertConversation, room, key, by, micros(s.now())); err != nil {
				return err
			}
			for _, p := range people {
				if err := setMember(ctx, tx, room, p, true, false); err != nil {
					return err
				}
			}
			// The others have not looked yet, and have nothing to look at: see RoomsOf.
			_, err = tx.ExecContext(ctx, "update members set seen_seq = -1 where room_id = $1 and user_id <> $2", room, by)
			return err
		})
		if !isConflict(err) {
			return room, err
		}
	}
	return 0, ErrConflict
}

const conversationOf = `
select id
  from rooms
 where people_key = $1`

const insertConversation = `
insert into rooms (id, slug, name, kind, people_key, created_by, created_at)
values ($1, 'direct', '', 'direct', $2, $3, $4)`
