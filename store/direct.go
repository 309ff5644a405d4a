package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// DirectPeople is how many people a direct conversation has at most.
const DirectPeople = 12

// MayConverse is nil if user may begin a conversation with others now, and otherwise the
// Restraint that keeps them from it longest: that they are new here, or have a time-out
// everywhere. What they have, and their notes, stay open to them.
func (s *Store) MayConverse(ctx context.Context, user UserID) error {
	return s.plain(s.mayConverse(ctx, reads{s}, user))
}

func (s *Store) mayConverse(ctx context.Context, tx asking, user UserID) error {
	var by struct {
		Role      Role
		CreatedAt int64 `db:"created_at"`
		Quiet     int64 `db:"quiet_until"`
	}
	if err := tx.GetContext(ctx, &by, conversing, user); err != nil {
		return err
	}
	now, since := s.now(), fromMicros(by.CreatedAt)
	is := Restraint{Kind: NewcomerCap}
	if !by.Role.AtLeast(Moderator) {
		is.Wait = max(s.newcomerWait(NewcomerCap, since, now), s.newcomerWait(NewcomerLag, since, now))
	}
	if quiet := fromMicros(by.Quiet).Sub(now); quiet > is.Wait {
		is = Restraint{Kind: TimeOut, Wait: quiet}
	}
	if is.Wait > 0 {
		return is
	}
	return nil
}

const conversing = "select role, created_at, quiet_until from users where id = $1"

// Conversation returns the direct conversation of by with the people in with, ErrNotFound
// if there is none.
func (s *Store) Conversation(ctx context.Context, by UserID, with ...UserID) (RoomID, error) {
	var room RoomID
	_, key := talking(by, with)
	return room, s.plain(s.get(ctx, &room, conversationOf, key))
}

// talking are by and the people in with, each once, and what their conversation is found by.
func talking(by UserID, with []UserID) (people []UserID, key string) {
	people = append([]UserID{by}, with...)
	slices.Sort(people)
	people = slices.Compact(people)
	words := make([]string, len(people))
	for i, p := range people {
		words[i] = fmt.Sprint(int64(p))
	}
	return people, strings.Join(words, " ")
}

// Converse returns the direct conversation of by with the people in with, and makes
// it if there is none: the same people always have the same one. Without others it
// is by's notes. It fails with Invalid if there are too many, or one is no active account
// or blocks by, and with Restraint if by begins none now.
func (s *Store) Converse(ctx context.Context, by UserID, with []UserID) (RoomID, error) {
	people, key := talking(by, with)
	if len(people) > DirectPeople {
		return 0, Invalid{"people", "At most 12 people can talk directly. Make a private room for more."}
	}
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
				if err := s.mayConverse(ctx, tx, by); err != nil {
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
