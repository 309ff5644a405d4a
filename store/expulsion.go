package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
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
	if err := acquaint(ctx, tx, m.Room, m.User); err != nil {
		return err
	}
	var was struct {
		Present, Owner, Moderator bool
		Barred                    MeasureID
		Seen                      Seq `db:"seen_seq"`
	}
	err := tx.GetContext(ctx, &was, "select present, owner, moderator, barred, seen_seq from members where room_id = $1 and user_id = $2", m.Room, m.User)
	if err != nil {
		return err
	}
	if was.Barred > 0 {
		return ErrMeasured
	}
	m.kept = fmt.Sprint(was.Present, was.Owner, was.Moderator, was.Seen, was.Barred)
	if was.Present {
		if err := setMember(ctx, tx, m.Room, m.User, false, false); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, "update members set barred = $1, moderator = false where room_id = $2 and user_id = $3", m.ID, m.Room, m.User)
	return err
}

// liftRemoval lifts, as an act of by, what keeps user out of room. It is Invalid if by may not.
func (s *Store) liftRemoval(ctx context.Context, tx *transaction, room RoomID, by Actor, user UserID) error {
	var id MeasureID
	if err := tx.GetContext(ctx, &id, removalOf, room, user, micros(s.now())); isNone(err) {
		return nil
	} else if err != nil {
		return err
	}
	m, err := s.lockMeasure(ctx, tx, id)
	if err != nil {
		return err
	}
	if may, err := mayLift(ctx, tx, by.User, m); err != nil {
		return err
	} else if !may {
		return removedByOther(ctx, tx, room, by.User)
	}
	return s.lift(ctx, tx, by, &m, "")
}

// removedByOther says to by why they do not let somebody into room again: they moderate
// nothing there, or somebody did it who ranks above them.
func removedByOther(ctx context.Context, tx *transaction, room RoomID, by UserID) error {
	o, err := officerIn(ctx, tx, room, by)
	if err != nil {
		return err
	}
	if o.rank() >= roomRank {
		return Invalid{"person", "Somebody above you removed them from this room, so it is not yours to let them in again. Ask an administrator of this place."}
	}
	return Invalid{"person", "A moderator has removed them from this room. Somebody who moderates it can let them in again."}
}

// RemovalOf returns the removal that keeps user out of room now, or ErrNotFound.
func (s *Store) RemovalOf(ctx context.Context, room RoomID, user UserID) (Measure, error) {
	var id MeasureID
	if err := s.get(ctx, &id, removalOf, room, user, micros(s.now())); err != nil {
		return Measure{}, s.plain(err)
	}
	return s.MeasureByID(ctx, id)
}

const removalOf = `
select x.id
  from members m
  join measures x on x.id = m.barred
 where m.room_id = $1 and m.user_id = $2 and not m.present and (x.until_at = 0 or x.until_at > $3)`

// Removable are those of people, all members of room, whom by may remove from it.
func (s *Store) Removable(ctx context.Context, by UserID, room RoomID, people []Person) (map[UserID]bool, error) {
	officer, err := officerIn(ctx, reads{s}, room, by)
	if err != nil {
		return nil, s.plain(err)
	}
	if officer.rank() < roomRank {
		return nil, nil
	}
	moderators, err := s.ModeratorsOf(ctx, room)
	if err != nil {
		return nil, err
	}
	may := make(map[UserID]bool, len(people))
	for _, p := range people {
		on := Officer{User: p.ID, Role: p.Role, Active: true, Member: true, Owner: p.Owner, Room: room, Kind: officer.Kind}
		on.Moderator = slices.ContainsFunc(moderators, func(m Named) bool { return m.ID == p.ID })
		may[p.ID] = MayModerate(officer, Measure{Kind: Removal, User: p.ID, Room: room}, on)
	}
	return may, nil
}

// notBarred is a Restraint if a moderator has removed user from room, and that holds now.
func (s *Store) notBarred(ctx context.Context, tx *transaction, room RoomID, user UserID) error {
	var id MeasureID
	err := tx.GetContext(ctx, &id, removalOf, room, user, micros(s.now()))
	if isNone(err) {
		return nil
	}
	return cmp.Or(err, error(Restraint{Kind: Removal}))
}

// readmit makes the person what they were in the room: they have read nothing meanwhile.
func readmit(s *Store, ctx context.Context, tx *transaction, m Measure) error {
	var present, owner, moderator bool
	var seen Seq
	var barred MeasureID
	if n, err := fmt.Sscan(m.kept, &present, &owner, &moderator, &seen, &barred); n < 4 { // whether they had been there was not kept once
		return fmt.Errorf("what measure %d has kept: %w", m.ID, err)
	}
	res, err := tx.ExecContext(ctx, "update members set barred = $5, moderator = $1 where room_id = $2 and user_id = $3 and barred = $4", moderator, m.Room, m.User, m.ID, barred)
	if err := one(res, err); err != nil || !present {
		if errors.Is(err, ErrNotFound) {
			return nil // the room is gone, or the person
		}
		return err
	}
	if err := setMember(ctx, tx, m.Room, m.User, true, owner); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "update members set seen_seq = $1 where room_id = $2 and user_id = $3", seen, m.Room, m.User)
	return err
}

// An account that cannot sign in has the time since when it cannot: that of a measure,
// and the end of all its measures lets it in. Any other time is from when administrators
// suspended without one, which Reactivate alone undoes.

// suspendByMeasure ends every session of the person, who cannot sign in while it, or
// another, holds.
func suspendByMeasure(s *Store, ctx context.Context, tx *transaction, m *Measure) error {
	if err := one(tx.ExecContext(ctx, "update users set suspended_at = case when suspended_at = 0 then $1 else suspended_at end where id = $2", micros(m.At), m.User)); err != nil {
		return err
	}
	return endSessions(ctx, tx, m.User, "")
}

// endSuspension lets the person sign in again unless another suspension or ban holds, or
// an administrator has suspended the account without one.
func endSuspension(s *Store, ctx context.Context, tx *transaction, m Measure) error {
	_, err := tx.ExecContext(ctx, measuredSuspension+" where id = $1 and deleted_at = 0 and "+byMeasure, m.User, micros(s.now()))
	return err
}

// liftSuspensions lifts every suspension and ban on user, and returns them.
func (s *Store) liftSuspensions(ctx context.Context, tx *transaction, by Actor, user UserID) ([]Measure, error) {
	if err := s.lockPerson(ctx, tx, user); err != nil { // none comes meanwhile
		return nil, err
	}
	var holding []MeasureID
	if err := tx.SelectContext(ctx, &holding, "select id from measures where user_id = $1 and ended_at = 0 and kind in ('suspend', 'ban') order by id", user); err != nil {
		return nil, err
	}
	var lifted []Measure
	for _, id := range holding {
		m, err := s.lockMeasure(ctx, tx, id)
		if err == nil {
			err = s.lift(ctx, tx, by, &m, "")
		}
		if err != nil {
			return nil, err
		}
		lifted = append(lifted, m)
	}
	return lifted, nil
}

// clearSuspension lets user in where no measure keeps them out, and says whether
// something did.
func clearSuspension(ctx context.Context, tx *transaction, user UserID) (bool, error) {
	err := one(tx.ExecContext(ctx, "update users set suspended_at = 0 where id = $1 and suspended_at <> 0 and deleted_at = 0", user))
	if err == ErrNotFound {
		return false, nil
	}
	return err == nil, err
}

// measuredSuspension is since when measures that hold at $2 keep account $1 out.
const measuredSuspension = `
update users
   set suspended_at = coalesce((select min(at)
                                  from measures
                                 where user_id = $1 and ended_at = 0 and kind in ('suspend', 'ban') and (until_at = 0 or until_at > $2)), 0)`

// byMeasure says that measures keep account $1 out.
const byMeasure = `suspended_at in (select at from measures where user_id = $1 and kind in ('suspend', 'ban'))`

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

const suspensionOf = measureColumns + `
 where x.user_id = $1 and x.ended_at = 0 and x.kind in ('suspend', 'ban') and (x.until_at = 0 or x.until_at > $2)
 order by case when x.until_at = 0 then 1 else 0 end desc, x.until_at desc
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
	if err := refuse(ctx, tx, m, refusedEmail, mailbox(email), micros(m.Until)); err != nil {
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
		if network := networkOf(address); network != "" {
			if err := refuse(ctx, tx, m, refusedAddress, network, micros(until)); err != nil {
				return err
			}
		}
	}
	return nil
}

// networkOf is what one household or server has of an address: of IPv6 the /64 (RFC
// 6177). It is "" for what is no address, and for the machine itself: everybody seems to
// come from there behind a proxy that is not trusted.
func networkOf(address string) string {
	ip, err := netip.ParseAddr(address)
	ip = ip.Unmap()
	if err != nil || ip.IsLoopback() || ip.IsUnspecified() || ip.IsLinkLocalUnicast() {
		return ""
	}
	if ip.Is4() {
		return ip.String()
	}
	return netip.PrefixFrom(ip.WithZone(""), 64).Masked().String()
}

func refuse(ctx context.Context, tx *transaction, m Measure, kind, value string, until int64) error {
	_, err := tx.ExecContext(ctx, "insert into refusals (kind, value, measure_id, until_at) values ($1, $2, $3, $4) on conflict do nothing", kind, value, m.ID, until)
	return err
}

// notRefused is ErrRefused if no account may be created with this e-mail, or from there,
// at now.
func notRefused(ctx context.Context, tx *transaction, email, address string, now time.Time) error {
	box := mailbox(email)
	var found []string
	if err := tx.SelectContext(ctx, &found, refusal, box, networkOf(address), micros(now)); err != nil {
		return err
	}
	for _, value := range found { // what is no mailbox is compared as one
		if value == networkOf(address) || mailbox(value) == box {
			return ErrRefused
		}
	}
	return nil
}

// ErrRefused is CreateUser's answer where a ban holds: it says the same of an e-mail and
// of an address, and nothing of anybody.
var ErrRefused = Invalid{"", "No account can be created here now. Ask whoever runs this place."}

// What was refused before there were mailboxes is as it was written: with a plus, or at
// Gmail with its other name, or with dots.
const refusal = `
select value
  from refusals
 where (kind = 'email' and (value = $1 or value like '%+%@%' or value like '%.%@gmail.com' or value like '%@googlemail.com') or kind = 'address' and value = $2) and (until_at = 0 or until_at > $3)`
