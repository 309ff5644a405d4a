package store

import (
	"context"
	"slices"
	"time"
)

// Keep is for how many days a room keeps its messages.
type Keep int64

// What is no number of days.
const (
	KeepAsAll   Keep = -1 // as Settings.Retention says
	KeepForever Keep = 0
)

// MostKeepDays is ten years: what should be kept for longer is kept for ever.
const MostKeepDays = 3650

// ForgetsAfter is how long the room keeps its messages under in, 0 for ever.
func (r Room) ForgetsAfter(in Settings) time.Duration {
	if r.Keep == KeepAsAll {
		return in.Retention
	}
	return time.Duration(r.Keep) * 24 * time.Hour
}

// purgeAfter is for how long the log shows that a message is forgotten; its row goes
// then. A page that comes back later gets its list anew.
const purgeAfter = 7 * 24 * time.Hour

// forgetStep bounds a step of Forget.
const forgetStep = 300

// mostAsked bounds how many rooms RoomsToForget looks at.
const mostAsked = 1000

// RoomsToForget looks at the next rooms after after: due are those in which Forget has
// something to do, and next is after which to go on, 0 if there are no more.
func (s *Store) RoomsToForget(ctx context.Context, after RoomID) (due []RoomID, next RoomID, err error) {
	var rows []struct {
		ID  RoomID
		Due bool
	}
	now := s.now()
	all := int64(0) // every message is newer
	if keep := s.Settings().Retention; keep > 0 {
		all = micros(now.Add(-keep))
	}
	if err := s.list(ctx, &rows, roomsToForget, after, all, micros(now), micros(now.Add(-purgeAfter))); err != nil {
		return nil, 0, s.plain(err)
	}
	for _, r := range rows {
		if r.Due {
			due = append(due, r.ID)
		}
	}
	if len(rows) == mostAsked {
		next = rows[len(rows)-1].ID
	}
	return due, next, nil
}

const roomsToForget = `
select r.id,
       r.kind <> 'deleted' and (
       coalesce((select m.created_at from messages m where m.room_id = r.id and m.seq > r.forgot_seq order by m.seq limit 1)
              < case when r.keep_days < 0 then $2 when r.keep_days > 0 then $3 - r.keep_days * 86400000000 else 0 end, false)
    or exists (select 1 from held h where h.room_id = r.id
                  and h.at < case when r.keep_days < 0 then $2 when r.keep_days > 0 then $3 - r.keep_days * 86400000000 else 0 end)
    or coalesce((select m.deleted_at from messages m where m.room_id = r.id and m.seq <= r.forgot_seq order by m.seq limit 1) < $4, false)) as due
  from rooms r
 where r.id > $1
 order by r.id
 limit 1000`

// Forgotten is what a step of Forget did.
type Forgotten struct {
	More  bool     // another step is due
	Moved bool     // the room's log moved
	Held  []UserID // of whom it removed what waited for a moderator
}

// Forget does one step in room: it erases the text of what the room keeps no longer, so
// that open pages lose it, and removes the rows of what was forgotten long ago.
func (s *Store) Forget(ctx context.Context, room RoomID) (f Forgotten, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		f = Forgotten{}
		if err := s.lockRoom(ctx, tx, room); err != nil {
			return err
		}
		var r Room
		if err := tx.GetContext(ctx, &r, anyRoom, room); err != nil || r.Kind == DeletedRoom {
			return err
		}
		var upto Seq
		if keep := r.ForgetsAfter(s.Settings()); keep > 0 {
			if upto, f.More, err = oldest(ctx, tx, room, r.Forgot, s.now().Add(-keep)); err != nil {
				return err
			}
			// What waits for a moderator is the room's, too.
			if f.Held, err = s.forgetHeldIn(ctx, tx, room, micros(s.now().Add(-keep))); err != nil {
				return err
			}
		}
		if f.Moved = upto > r.Forgot; f.Moved {
			if err := s.eraseUpto(ctx, tx, r, upto); err != nil {
				return err
			}
			r.Forgot = upto
		}
		rest, err := s.purge(ctx, tx, r)
		f.More = f.More || rest
		return err
	})
	return f, err
}

// forgetHeldIn removes what was held in room before then, and says of whom.
func (s *Store) forgetHeldIn(ctx context.Context, tx *transaction, room RoomID, then int64) (of []UserID, err error) {
	var gone []lockedHeld
	if err := tx.SelectContext(ctx, &gone, forgetHeldIn, room, then); err != nil {
		return nil, err
	}
	var kept []MeasureID
	for _, h := range gone {
		of, kept = append(of, h.UserID), append(kept, h.MeasureID)
	}
	return of, s.endWithText(ctx, tx, kept)
}

const forgetHeldIn = "delete from held where room_id = $1 and at < $2 returning user_id, measure_id"

// oldest is the last of room's messages after seq that were posted before then, of one
// step; more: there may be others.
func oldest(ctx context.Context, tx *transaction, room RoomID, seq Seq, then time.Time) (upto Seq, more bool, err error) {
	var rows []struct {
		Seq       Seq
		CreatedAt int64 `db:"created_at"`
	}
	if err := tx.SelectContext(ctx, &rows, oldestMessages, room, seq, forgetStep); err != nil {
		return 0, false, err
	}
	for _, r := range rows {
		if r.CreatedAt >= micros(then) {
			return upto, false, nil
		}
		upto = r.Seq
	}
	return upto, len(rows) == forgetStep, nil
}

const oldestMessages = `
select seq, created_at
  from messages
 where room_id = $1 and seq > $2
 order by seq
 limit $3`

// eraseUpto erases r's messages up to upto. Each takes a revision, in their order, as if
// it were changed alone.
func (s *Store) eraseUpto(ctx context.Context, tx *transaction, r Room, upto Seq) error {
	var rev Rev
	if err := tx.GetContext(ctx, &rev, bumpForgotten, r.ID, upto-r.Forgot, upto); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, eraseMessages, rev-Rev(upto), micros(s.now()), r.ID, r.Forgot, upto); err != nil {
		return err
	}
	return forgetTraces(ctx, tx, r.ID, r.Forgot, upto)
}

const bumpForgotten = `
update rooms
   set rev = rev + $2, forgot_seq = $3
 where id = $1
returning rev`

const eraseMessages = `
update messages
   set rev = $1 + seq, body = '', mentions = '', edited_at = 0, deleted_at = $2
 where room_id = $3 and seq > $4 and seq <= $5`

// forgetTraces removes what is kept beside the messages of room after first and up to
// last. The keys of posts go by themselves after a day, which is the least that a room
// keeps its messages.
func forgetTraces(ctx context.Context, tx *transaction, room RoomID, first, last Seq) error {
	_, err := tx.ExecContext(ctx, "delete from mentions where room_id = $1 and seq > $2 and seq <= $3", room, first, last)
	return err
}

// purge removes rows that were forgotten long ago; more: there may be others.
func (s *Store) purge(ctx context.Context, tx *transaction, r Room) (more bool, err error) {
	var rows []struct {
		Seq       Seq
		Rev       Rev
		DeletedAt int64 `db:"deleted_at"`
	}
	if err := tx.SelectContext(ctx, &rows, forgottenMessages, r.ID, r.Forgot, forgetStep); err != nil {
		return false, err
	}
	old := micros(s.now().Add(-purgeAfter))
	var upto Seq
	var rev Rev
	for _, m := range rows {
		if m.DeletedAt >= old {
			break
		}
		upto, rev = m.Seq, max(rev, m.Rev)
	}
	if upto == 0 {
		return false, nil
	}
	if _, err := tx.ExecContext(ctx, "update rooms set purged_rev = $1 where id = $2 and purged_rev < $1", rev, r.ID); err != nil {
		return false, err
	}
	_, err = tx.ExecContext(ctx, "delete from messages where room_id = $1 and seq <= $2", r.ID, upto)
	return upto == rows[len(rows)-1].Seq && len(rows) == forgetStep, err
}

const forgottenMessages = `
select seq, rev, deleted_at
  from messages
 where room_id = $1 and seq <= $2
 order by seq
 limit $3`

// SetKeep decides for how long room keeps its messages. It fails with Invalid for more
// than ten years. Who was shown what was decided before says it as was: if that is
// another by now, it is ErrOutdated.
func (s *Store) SetKeep(ctx context.Context, by Actor, room RoomID, keep Keep, was ...Keep) error {
	if keep < KeepAsAll || keep > MostKeepDays {
		return Invalid{"keep", "Enter a number of days up to 3650."}
	}
	return s.govern(ctx, by, room, func(ctx context.Context, tx *transaction, r Room) ([]Entry, error) {
		if r.Keep == keep {
			return nil, nil
		}
		if len(was) > 0 && !slices.Contains(was, r.Keep) {
			return nil, ErrOutdated
		}
		_, err := tx.ExecContext(ctx, "update rooms set keep_days = $1 where id = $2", keep, room)
		return []Entry{{Act: RoomKeep, Was: r.Keep.String(), Now: keep.String()}}, err
	})
}

// String is how the log writes it.
func (k Keep) String() string {
	switch k {
	case KeepAsAll:
		return "as everywhere"
	case KeepForever:
		return "for ever"
	}
	return (time.Duration(k) * 24 * time.Hour).String()
}

// Forgettable is how many messages room would forget at once if it kept them for keep
// from now on under the settings, at most mostCounted.
func (s *Store) Forgettable(ctx context.Context, r Room, keep Keep) (int, error) {
	r.Keep = keep
	after := r.ForgetsAfter(s.Settings())
	if after <= 0 {
		return 0, nil
	}
	var n int
	err := s.get(ctx, &n, forgettable, r.ID, r.Forgot, micros(s.now().Add(-after)), MostCounted)
	return n, s.plain(err)
}

// MostCounted is up to what Forgettable counts.
const MostCounted = 10_000

const forgettable = `
select count(*)
  from (select created_at from messages where room_id = $1 and seq > $2 order by seq limit $4) few
 where few.created_at < $3`
