package store

import (
	"context"
	"errors"
	"time"
)

// What keeps people from writing is kept where a post looks anyway: with the account,
// with the membership, and with the room. Each time it is what all measures that hold
// come to: of time-outs and locks the last end counts, of slow modes the newest. The end
// is kept beside it, so that nothing counts a moment longer; where an older slow mode
// goes on after that, it does once EndMeasures has seen to it.
func init() {
	effects[TimeOut] = effect{
		check: func(m *Measure) error {
			if m.Until.IsZero() {
				return Invalid{"until", "A time-out has an end. Choose how long it lasts."}
			}
			return nil
		},
		begin: func(s *Store, ctx context.Context, tx *transaction, m *Measure) error {
			return quiet(ctx, tx, m.Room, m.User, m.At)
		},
		end: func(s *Store, ctx context.Context, tx *transaction, m Measure) error {
			return quiet(ctx, tx, m.Room, m.User, s.now())
		},
	}
	effects[SlowMode] = effect{
		check: func(m *Measure) error {
			if m.Amount < 1 || m.Amount > 24*60*60 {
				return Invalid{"amount", "Choose from one second to a day between two messages."}
			}
			return nil
		},
		begin: func(s *Store, ctx context.Context, tx *transaction, m *Measure) error {
			return setOf(ctx, tx, slowNow, m.Room, m.At)
		},
		end: func(s *Store, ctx context.Context, tx *transaction, m Measure) error {
			return setOf(ctx, tx, slowNow, m.Room, s.now())
		},
	}
	effects[RoomLock] = effect{
		begin: func(s *Store, ctx context.Context, tx *transaction, m *Measure) error {
			return setOf(ctx, tx, lockedNow, m.Room, m.At)
		},
		end: func(s *Store, ctx context.Context, tx *transaction, m Measure) error {
			return setOf(ctx, tx, lockedNow, m.Room, s.now())
		},
	}
}

// quiet keeps user from writing in room (0: anywhere) until the last end of the
// time-outs that hold at now.
func quiet(ctx context.Context, tx *transaction, room RoomID, user UserID, now time.Time) error {
	if room == 0 {
		_, err := tx.ExecContext(ctx, quietNow, user, micros(now))
		return err
	}
	if err := acquaint(ctx, tx, room, user); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, quietInNow, user, micros(now), room)
	return err
}

const quietNow = `
update users
   set quiet_until = coalesce((select max(until_at)
                                 from measures
                                where user_id = $1 and ended_at = 0 and room_id = 0 and kind = 'time-out' and until_at > $2), 0)
 where id = $1`

const quietInNow = `
update members
   set quiet_until = coalesce((select max(until_at)
                                 from measures
                                where user_id = $1 and ended_at = 0 and room_id = $3 and kind = 'time-out' and until_at > $2), 0)
 where user_id = $1 and room_id = $3`

// acquaint makes sure that what is kept of user in room has a place, also if they have
// never been a member: it holds for when they come. Until then they do not get the room
// when nobody is in it (see setMember).
func acquaint(ctx context.Context, tx *transaction, room RoomID, user UserID) error {
	_, err := tx.ExecContext(ctx, acquainted, room, user)
	return err
}

const acquainted = `
insert into members (room_id, user_id, rev, present, owner, barred)
values ($1, $2, (select rev from rooms where id = $1), false, false, -1)
on conflict do nothing`

func setOf(ctx context.Context, tx *transaction, query string, room RoomID, now time.Time) error {
	_, err := tx.ExecContext(ctx, query, room, micros(now))
	return err
}

const slowNow = `
update rooms
   set slow_seconds = coalesce((select amount ` + slowest + `), 0), slow_until = coalesce((select until_at ` + slowest + `), 0)
 where id = $1`

const slowest = `
  from measures
 where room_id = $1 and ended_at = 0 and kind = 'slow' and user_id = 0 and (until_at = 0 or until_at > $2)
 order by id desc
 limit 1`

const lockedNow = `
update rooms
   set locked = coalesce((select max(id) ` + locks + `), 0),
       locked_until = coalesce((select case when min(until_at) = 0 then 0 else max(until_at) end ` + locks + `), 0)
 where id = $1`

const locks = `
  from measures
 where room_id = $1 and ended_at = 0 and kind = 'lock' and user_id = 0 and (until_at = 0 or until_at > $2)`

// pace notes that who has written in a slow room, also what a rule holds, and returns when
// they can again; zero: at once. It is a Restraint if they wrote at the same moment elsewhere.
func pace(ctx context.Context, tx *transaction, d Draft, who Standing, now time.Time) (time.Time, error) {
	slow := who.at(now).SlowMode
	if slow == 0 || who.Moderates() {
		return time.Time{}, nil
	}
	err := one(tx.ExecContext(ctx, paced, micros(now), d.Room, d.Author, micros(now.Add(-slow))))
	if errors.Is(err, ErrNotFound) {
		return time.Time{}, Restraint{Kind: SlowMode, Wait: slow, Every: slow}
	}
	return now.Add(slow), err
}

const paced = `
update members
   set posted_at = $1
 where room_id = $2 and user_id = $3 and posted_at <= $4`

// Waits is how long by waits at now for their next message in a slow room; 0: they do not.
func (by Standing) Waits(now time.Time) time.Duration {
	var r Restraint
	if errors.As(restraint(by, now), &r) && r.Kind == SlowMode {
		return r.Wait
	}
	return 0
}

// StandingIn returns what user is in room now, with what keeps them from writing;
// ErrNotFound unless they are a member and not suspended.
func (s *Store) StandingIn(ctx context.Context, room RoomID, user UserID) (Standing, error) {
	var r standingRow
	err := s.readOne(ctx, r.places(), standingOf, room, user)
	by := r.standing(user).at(s.now())
	by.windows = s.windows()
	if err == nil && (by.Locked || by.SlowMode > 0 || by.Quiet.After(s.now())) {
		by.Why, by.Words, err = s.toldIn(ctx, room, by)
	}
	if wait := s.newcomerWait(NewcomerLag, by.Since, s.now()); wait > 0 && !by.Moderates() {
		by.New = s.now().Add(wait)
	}
	return by, s.plain(err)
}

// toldIn is why by has a time-out, or else why the room is locked, or else slow, and what
// who cannot write is told of it.
func (s *Store) toldIn(ctx context.Context, room RoomID, by Standing) (Reason, string, error) {
	kind := SlowMode
	if by.Locked {
		kind = RoomLock
	}
	var m struct {
		Reason Reason
		Words  string
	}
	now := s.now()
	query, args := toldIn, []any{room, kind, micros(now)}
	if by.Quiet.After(now) {
		query, args = toldOfTimeOut, []any{by.User, room, micros(now)}
	}
	err := s.get(ctx, &m, query, args...)
	if isNone(err) {
		return "", "", nil // it has just ended
	}
	return m.Reason, m.Words, err
}

const toldIn = `
select reason, words
  from measures
 where room_id = $1 and ended_at = 0 and kind = $2 and user_id = 0 and (until_at = 0 or until_at > $3)
 order by id desc
 limit 1`

// Of several time-outs the one whose end counts.
const toldOfTimeOut = `
select reason, words
  from measures
 where user_id = $1 and ended_at = 0 and kind = 'time-out' and room_id in (0, $2) and until_at > $3
 order by until_at desc, id desc
 limit 1`

// timedOut is a Restraint if user has a time-out everywhere: then they say nothing else to
// everybody either, and begin nothing.
func (s *Store) timedOut(ctx context.Context, tx asking, user UserID) error {
	var until int64
	if err := tx.GetContext(ctx, &until, "select quiet_until from users where id = $1", user); err != nil {
		return err
	}
	return timedOutUntil(fromMicros(until), s.now())
}

func timedOutUntil(until, now time.Time) error {
	if wait := until.Sub(now); wait > 0 {
		return Restraint{Kind: TimeOut, Wait: wait}
	}
	return nil
}

// Restraint is what keeps by from writing now, nil if nothing does.
func (s *Store) Restraint(by Standing) error { return restraint(by, s.now()) }

// stillMay asks again, holding the room and its author, whether d may be stored, or held,
// at now: on PostgreSQL what keeps its author from it may have been decided since the question.
// Whoever decides it locks one of the two, so nothing is stored after it was decided.
func (s *Store) stillMay(ctx context.Context, tx *transaction, d Draft, now time.Time) error {
	if s.writer != nil {
		return nil // there is one writer
	}
	who, err := standing(ctx, tx, d.Room, d.Author)
	if err != nil {
		return err
	}
	return permit(who, Post, nil, now)
}
