package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"
)

// What takes people out of a room or off the instance. Lifted, all is as before: the
// membership with its owner, the account that may sign in.
func init() {
	effects[Removal] = effect{begin: removeByMeasure, end: readmit}
	effects[Suspension] = effect{begin: suspendByMeasure, end: endSuspension}
	effects[Ban] = effect{
		begin: func(s *Store, ctx context.Context, tx *transaction, m *Measure) error {
			if err := refuseAccounts(ctx, tx, *m); err != nil {
				return err
			}
			return suspendByMeasure(s, ctx, tx, m)
		},
		end: func(s *Store, ctx context.Context, tx *transaction, m Measure) error {
			if _, err := tx.ExecContext(ctx, "delete from refusals where measure_id = $1", m.ID); err != nil {
				return err
			}
			return endSuspension(s, ctx, tx, m)
		},
	}
}

// removeByMeasure ends a membership and keeps what it was.
func removeByMeasure(s *Store, ctx context.Context, tx *transaction, m *Measure) error {
	if err := s.lockRoom(ctx, tx, m.Room); err != nil {
		return err
	}
	var was struct {
		Present, Owner, Moderator bool
		Barred                    MeasureID
	}
	err := tx.GetContext(ctx, &was, "select present, owner, moderator, barred from members where room_id = $1 and user_id = $2", m.Room, m.User)
	if err != nil {
		return err
	}
	if was.Barred != 0 {
		return ErrMeasured
	}
	m.kept = strings.Join([]string{strconv.FormatBool(was.Present), strconv.FormatBool(was.Owner), strconv.FormatBool(was.Moderator)}, " ")
	if was.Present {
		if err := setMember(ctx, tx, m.Room, m.User, false, false); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, "update members set barred = $1, moderator = false where room_id = $2 and user_id = $3", m.ID, m.Room, m.User)
	return err
}

// notBarred is a Restraint if a moderator has removed user from room.
func notBarred(ctx context.Context, tx *transaction, room RoomID, user UserID) error {
	var barred int
	if err := tx.GetContext(ctx, &barred, "select count(*) from members where room_id = $1 and user_id = $2 and barred > 0", room, user); err != nil {
		return err
	}
	if barred > 0 {
		return Restraint{Kind: Removal}
	}
	return nil
}

// readmit makes the person what they were in the room: they have read nothing meanwhile.
func readmit(s *Store, ctx context.Context, tx *transaction, m Measure) error {
	if err := s.lockRoom(ctx, tx, m.Room); err != nil {
		return err
	}
	var present, owner, moderator bool
	for i, word := range strings.Fields(m.kept) {
		*[]*bool{&present, &owner, &moderator}[min(i, 2)] = word == "true"
	}
	res, err := tx.ExecContext(ctx, "update members set barred = 0, moderator = $1 where room_id = $2 and user_id = $3 and barred = $4", moderator, m.Room, m.User, m.ID)
	if err := one(res, err); err != nil || !present {
		if errors.Is(err, ErrNotFound) {
			return nil // the room is gone, or the person
		}
		return err
	}
	var seen Seq
	if err := tx.GetContext(ctx, &seen, "select seen_seq from members where room_id = $1 and user_id = $2", m.Room, m.User); err != nil {
		return err
	}
	if err := setMember(ctx, tx, m.Room, m.User, true, owner); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "update members set seen_seq = $1 where room_id = $2 and user_id = $3", seen, m.Room, m.User)
	return err
}

// suspendByMeasure ends every session of the person, who cannot sign in while it, or
// another, holds.
func suspendByMeasure(s *Store, ctx context.Context, tx *transaction, m *Measure) error {
	// Who was made an administrator just now stays one: perhaps they are the last. The
	// update takes the row, and finds what they are by then.
	if err := one(tx.ExecContext(ctx, "update users set suspended_at = case when suspended_at = 0 then $1 else suspended_at end where id = $2 and role <> 'administrator'", micros(m.At), m.User)); err != nil {
		return err
	}
	return endSessions(ctx, tx, m.User, "")
}

// endSuspension lets the person sign in again unless another suspension or ban holds.
func endSuspension(s *Store, ctx context.Context, tx *transaction, m Measure) error {
	var others int
	if err := tx.GetContext(ctx, &others, otherSuspensions, m.User, m.ID, micros(s.now())); err != nil || others > 0 {
		return err
	}
	_, err := tx.ExecContext(ctx, "update users set suspended_at = 0 where id = $1", m.User)
	return err
}

const otherSuspensions = `
select count(*)
  from measures
 where user_id = $1 and ended_at = 0 and id <> $2 and kind in ('suspend', 'ban') and (until_at = 0 or until_at > $3)`

// SuspensionOf returns the suspension or ban that keeps user out longest, or
// ErrNotFound: none does.
func (s *Store) SuspensionOf(ctx context.Context, user UserID) (Measure, error) {
	all, err := s.measures(ctx, suspensionOf, user, micros(s.now()))
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Measure{}, err
	}
	return all[0], nil
}

const suspensionOf = "select " + measureFields + `
  from measures
 where user_id = $1 and ended_at = 0 and kind in ('suspend', 'ban') and (until_at = 0 or until_at > $2)
 order by case when until_at = 0 then 1 else 0 end desc, until_at desc
 limit 1`

// The kinds of refusals.
const (
	refusedEmail   = "email"
	refusedAddress = "address"
)

// addressRefusal is how long addresses are refused at most: somebody else has them then.
const addressRefusal = 30 * 24 * time.Hour

// refuseAccounts keeps new accounts from having the e-mail of who is banned, and, if the
// ban says so, from the networks of their sessions.
func refuseAccounts(ctx context.Context, tx *transaction, m Measure) error {
	var email string
	if err := tx.GetContext(ctx, &email, "select email_key from users where id = $1", m.User); err != nil {
		return err
	}
	if err := refuse(ctx, tx, m, refusedEmail, email, micros(m.Until)); err != nil {
		return err
	}
	if m.Amount == 0 {
		return nil
	}
	var addresses []string
	if err := tx.SelectContext(ctx, &addresses, "select distinct address from sessions where user_id = $1 and address <> ''", m.User); err != nil {
		return err
	}
	until := m.At.Add(addressRefusal)
	if !m.Until.IsZero() && m.Until.Before(until) {
		until = m.Until
	}
	for _, address := range addresses {
		if err := refuse(ctx, tx, m, refusedAddress, address, micros(until)); err != nil {
			return err
		}
	}
	return nil
}

func refuse(ctx context.Context, tx *transaction, m Measure, kind, value string, until int64) error {
	_, err := tx.ExecContext(ctx, "insert into refusals (kind, value, measure_id, until_at) values ($1, $2, $3, $4) on conflict do nothing", kind, value, m.ID, until)
	return err
}

// refused says whether no account may be created with this e-mail, or from there, now.
func refused(ctx context.Context, tx *transaction, email, address string, now time.Time) (bool, error) {
	var found sql.NullInt64
	err := tx.GetContext(ctx, &found, refusal, email, address, micros(now))
	return found.Int64 > 0, err
}

const refusal = `
select count(*)
  from refusals
 where (kind = 'email' and value = $1 or kind = 'address' and value = $2) and (until_at = 0 or until_at > $3)`
