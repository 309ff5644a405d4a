package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MostMuted is how many people one person mutes or blocks.
const MostMuted = 200

// Muted is somebody whom a person has muted: their messages are folded away and they
// notify no more. Who is blocked cannot talk to the person directly either.
type Muted struct {
	Named
	Blocks bool
	At     time.Time
}

// Mute has user mute other, or block them; again it changes which of the two. It fails
// with ErrNotFound if there is no other, and with Invalid for user themselves and for
// too many.
func (s *Store) Mute(ctx context.Context, user, other UserID, blocks bool) error {
	if user == other {
		return Invalid{"user", "You cannot mute yourself."}
	}
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		// The row of user is the lock: muted below is what the table has.
		if err := one(tx.ExecContext(ctx, "update users set id = id where id = $1", user)); err != nil {
			return err
		}
		var n int
		if err := tx.GetContext(ctx, &n, "select 1 from users where id = $1", other); err != nil {
			return err
		}
		if err := tx.GetContext(ctx, &n, "select count(*) from mutes where user_id = $1 and other_id <> $2", user, other); err != nil {
			return err
		}
		if n >= MostMuted {
			return Invalid{"user", "You have muted 200 people. Undo one of them first."}
		}
		if _, err := tx.ExecContext(ctx, insertMute, user, other, blocks, micros(s.now())); err != nil {
			return err
		}
		return noteMuted(ctx, tx, user)
	})
}

const insertMute = `
insert into mutes (user_id, other_id, blocks, at)
values ($1, $2, $3, $4)
on conflict (user_id, other_id) do update
   set blocks = excluded.blocks`

// Unmute undoes Mute; who is not muted stays so.
func (s *Store) Unmute(ctx context.Context, user, other UserID) error {
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		if err := one(tx.ExecContext(ctx, "update users set id = id where id = $1", user)); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "delete from mutes where user_id = $1 and other_id = $2", user, other); err != nil {
			return err
		}
		return noteMuted(ctx, tx, user)
	})
}

// noteMuted keeps whom user has muted with their account, as every page asks for it.
func noteMuted(ctx context.Context, tx *transaction, user UserID) error {
	var others []UserID
	if err := tx.SelectContext(ctx, &others, "select other_id from mutes where user_id = $1 order by other_id", user); err != nil {
		return err
	}
	words := make([]string, len(others))
	for i, other := range others {
		words[i] = strconv.FormatInt(int64(other), 10)
	}
	_, err := tx.ExecContext(ctx, "update users set muted = $1 where id = $2", strings.Join(words, " "), user)
	return err
}

// mutedOf reads what noteMuted wrote.
func mutedOf(text string) []UserID {
	if text == "" {
		return nil
	}
	var all []UserID
	for word := range strings.FieldsSeq(text) {
		if n, err := strconv.ParseInt(word, 10, 64); err == nil {
			all = append(all, UserID(n))
		}
	}
	return all
}

// MutedBy returns whom user has muted, by name.
func (s *Store) MutedBy(ctx context.Context, user UserID) ([]Muted, error) {
	var rows []struct {
		Named
		Blocks bool
		At     int64
	}
	if err := s.list(ctx, &rows, mutedBy, user); err != nil {
		return nil, s.plain(err)
	}
	all := make([]Muted, len(rows))
	for i, r := range rows {
		all[i] = Muted{r.Named, r.Blocks, fromMicros(r.At)}
	}
	return all, nil
}

const mutedBy = `
select u.id, u.name, x.blocks, x.at
  from mutes x
  join users u on u.id = x.other_id
 where x.user_id = $1
 order by u.username_key`

// blockedBy returns those of people who block user.
func blockedBy(ctx context.Context, tx *transaction, user UserID) ([]UserID, error) {
	var all []UserID
	err := tx.SelectContext(ctx, &all, "select user_id from mutes where other_id = $1 and blocks", user)
	return all, err
}

// notBlocked is Invalid if author cannot write to the other in a conversation of two,
// because they are blocked there.
func notBlocked(ctx context.Context, tx *transaction, room RoomID, author UserID) error {
	var blocks, people int
	if err := tx.GetContext(ctx, &blocks, blockedIn, room, author); err != nil || blocks == 0 {
		return err
	}
	if err := tx.GetContext(ctx, &people, "select count(*) from members where room_id = $1 and present", room); err != nil || people > 2 {
		return err
	}
	return Invalid{"body", "They do not want to talk to you directly, so this was not sent. Keep your text."}
}

const blockedIn = `
select count(*)
  from mutes x
  join members m on m.user_id = x.user_id and m.room_id = $1
 where x.other_id = $2 and x.blocks and m.present`

// listening leaves out of all those who have muted author.
func listening(ctx context.Context, tx *transaction, author UserID, all []Mention) ([]Mention, error) {
	if len(all) == 0 {
		return all, nil
	}
	var deaf []UserID
	if err := tx.SelectContext(ctx, &deaf, "select user_id from mutes where other_id = $1", author); err != nil || len(deaf) == 0 {
		return all, err
	}
	return slices.DeleteFunc(slices.Clone(all), func(m Mention) bool { return slices.Contains(deaf, m.User) }), nil
}
