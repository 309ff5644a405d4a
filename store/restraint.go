package store

import (
	"context"
	"database/sql"
	"regexp"
	"time"
)

// What keeps people from writing is kept where a post looks anyway: with the account,
// with the membership, and with the room.
func init() {
	effects[TimeOut] = effect{
		begin: func(s *Store, ctx context.Context, tx *transaction, m *Measure) error {
			if m.Until.IsZero() {
				return Invalid{"until", "A time-out has an end. Choose how long it lasts."}
			}
			return quiet(ctx, tx, m.Room, m.User, m.At, micros(m.Until))
		},
		end: func(s *Store, ctx context.Context, tx *transaction, m Measure) error {
			return quiet(ctx, tx, m.Room, m.User, s.now(), 0)
		},
	}
	effects[SlowMode] = effect{
		begin: func(s *Store, ctx context.Context, tx *transaction, m *Measure) error {
			if m.Amount < 1 || m.Amount > 24*60*60 {
				return Invalid{"amount", "Choose from one second to a day between two messages."}
			}
			if err := replaceMeasures(ctx, tx, *m, s.now()); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, "update rooms set slow_seconds = $1 where id = $2", m.Amount, m.Room)
			return err
		},
		end: func(s *Store, ctx context.Context, tx *transaction, m Measure) error {
			_, err := tx.ExecContext(ctx, "update rooms set slow_seconds = 0 where id = $1", m.Room)
			return err
		},
	}
	effects[RoomLock] = effect{
		begin: func(s *Store, ctx context.Context, tx *transaction, m *Measure) error {
			if err := replaceMeasures(ctx, tx, *m, s.now()); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, "update rooms set locked = $1 where id = $2", m.ID, m.Room)
			return err
		},
		end: func(s *Store, ctx context.Context, tx *transaction, m Measure) error {
			_, err := tx.ExecContext(ctx, "update rooms set locked = 0 where id = $1 and locked = $2", m.Room, m.ID)
			return err
		},
	}
	effects[NewcomerCap] = effect{
		begin: func(s *Store, ctx context.Context, tx *transaction, m *Measure) error {
			if m.Amount < 1 || m.Amount > 24*30 {
				return Invalid{"amount", "Choose from one hour to thirty days."}
			}
			return replaceMeasures(ctx, tx, *m, s.now())
		},
	}
}

// quiet keeps user from writing in room (0: anywhere) until the latest end of the
// time-outs that hold at now, and of until.
func quiet(ctx context.Context, tx *transaction, room RoomID, user UserID, now time.Time, until int64) error {
	var last sql.NullInt64
	if err := tx.GetContext(ctx, &last, lastTimeOut, user, room, micros(now)); err != nil {
		return err
	}
	until = max(until, last.Int64)
	if room == 0 {
		_, err := tx.ExecContext(ctx, "update users set quiet_until = $1 where id = $2", until, user)
		return err
	}
	_, err := tx.ExecContext(ctx, "update members set quiet_until = $1 where room_id = $2 and user_id = $3", until, room, user)
	return err
}

const lastTimeOut = `
select max(until_at)
  from measures
 where user_id = $1 and ended_at = 0 and room_id = $2 and kind = 'time-out' and until_at > $3`

// replaceMeasures ends the measure of m's kind that holds where m is to: a new one takes
// its place.
func replaceMeasures(ctx context.Context, tx *transaction, m Measure, now time.Time) error {
	_, err := tx.ExecContext(ctx, "update measures set ended_at = $1, ended_by = $2 where room_id = $3 and ended_at = 0 and kind = $4 and user_id = 0",
		micros(now), m.By, m.Room, m.Kind)
	return err
}

// StandingIn returns what user is in room now, with what keeps them from writing;
// ErrNotFound unless they are a member and not suspended.
func (s *Store) StandingIn(ctx context.Context, room RoomID, user UserID) (Standing, error) {
	q, err := s.prepared(ctx, standingOf)
	if err != nil {
		return Standing{}, s.plain(err)
	}
	var r standingRow
	err = q.QueryRowContext(s.reading(ctx), room, user).Scan(r.places()...)
	by := r.standing(user)
	by.windows = s.windows()
	return by, s.plain(err)
}

// Restraint is what keeps by from writing now, nil if nothing does.
func (s *Store) Restraint(by Standing) error { return restraint(by, s.now()) }

// longestNewcomer is how long an account can be a newcomer's at most.
const longestNewcomer = 30 * 24 * time.Hour

// newcomerMay is a Restraint if by is too new here to post body, which has a link.
func newcomerMay(ctx context.Context, tx *transaction, by Standing, body string, now time.Time) error {
	if by.Moderates() || now.Sub(by.Since) > longestNewcomer || !link.MatchString(body) {
		return nil
	}
	return notNewcomer(ctx, tx, by.Since, now)
}

// link finds what a text has of addresses, also such as leads nowhere without a click.
var link = regexp.MustCompile(`(?i)https?://|\bwww\.`)

// notNewcomer is a Restraint if an account created at since is a newcomer's now.
func notNewcomer(ctx context.Context, tx asking, since, now time.Time) error {
	var hours sql.NullInt64
	if err := tx.GetContext(ctx, &hours, newcomers, micros(now)); err != nil {
		return err
	}
	if wait := since.Add(time.Duration(hours.Int64) * time.Hour).Sub(now); wait > 0 {
		return Restraint{Kind: NewcomerCap, Wait: wait}
	}
	return nil
}

const newcomers = `
select max(amount)
  from measures
 where room_id = 0 and ended_at = 0 and kind = 'newcomer' and (until_at = 0 or until_at > $1)`
