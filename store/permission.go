package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Action is something a person may want to do to a message or in a room.
type Action string

// The actions that are decided by May.
const (
	Read   Action = "read"
	Post   Action = "post"
	Edit   Action = "edit"
	Delete Action = "delete"
	Leave  Action = "leave"
	Invite Action = "invite" // add members
	Manage Action = "manage" // rename, topic, kind, archive, remove members
)

// Standing is what a person is in a room.
type Standing struct {
	User          UserID
	Name          string
	Administrator bool
	Member        bool
	Owner         bool
	Kind          Kind
	Archived      bool

	Since     time.Time // when the account was created
	Moderator bool      // of the room
	Officer   bool      // moderates everywhere
	Quiet     time.Time // cannot write until then; zero: can
	Slow      time.Time // the next message in a slow room
	SlowMode  time.Duration
	Locked    bool      // only its moderators write
	LockEnds  time.Time // zero: when it is lifted
	SlowEnds  time.Time
	Why       Reason    // of the time-out, or why the room is locked, or else slow; StandingIn alone knows it
	Words     string    // what they are told about it
	New       time.Time // too new an account to write until then; zero: it is not

	windows windows
}

// Moderates says whether by is above what a room asks of its members.
func (by Standing) Moderates() bool { return by.Owner || by.Moderator || by.Officer }

// windows are for how long after it was posted the author of a message may change it, as
// of now; 0: always.
type windows struct {
	now          time.Time
	edit, delete time.Duration
}

func (s *Store) windows() windows {
	in := s.settings.Load()
	return windows{s.now(), in.EditWithin, in.DeleteWithin}
}

// Until is when the author of m can do that no more, zero if they always can.
func (by Standing) Until(do Action, m *Message) time.Time {
	within := by.windows.edit
	if do == Delete {
		within = by.windows.delete
	}
	if within == 0 || do != Edit && do != Delete {
		return time.Time{}
	}
	return m.CreatedAt.Add(within)
}

// Late says whether it is too late to do that to m.
func (by Standing) Late(do Action, m *Message) bool {
	until := by.Until(do, m)
	return !until.IsZero() && !by.windows.now.Before(until)
}

// TooLate is the error that the author of a message could have done it once, and can no more.
type TooLate struct{ Do Action }

func (e TooLate) Error() string { return "too late to " + string(e.Do) + " the message" }

// Standing is what u, whose membership m is, is in the room.
func (m Membership) Standing(u User) Standing {
	return Standing{
		User: u.ID, Name: u.Name, Administrator: u.Role == Administrator, Member: m.User == u.ID && u.ID != 0,
		Owner: m.Owner, Kind: m.Kind, Archived: m.Archived(), windows: m.windows,
		Moderator: m.Moderator, Officer: u.Role.AtLeast(Moderator), Since: u.CreatedAt,
	}
}

// May decides what a person may do; HTTP, the socket and the store's own writes
// all ask it. m: the message, nil where the action is on the room. Who may not
// read a room is told that it is not there, so every denial to a stranger is
// ErrNotFound. An administrator has no more right to read than anybody.
func May(by Standing, do Action, m *Message) bool {
	if by.User == 0 || !by.Member || by.Kind == DeletedRoom {
		return false
	}
	switch do {
	case Read:
		return true
	case Post:
		return !by.Archived
	case Edit:
		return !by.Archived && m != nil && m.Author == by.User && m.DeletedAt.IsZero() && m.Hidden == 0 && !by.Late(do, m)
	case Delete:
		return !by.Archived && m != nil && m.Author == by.User && m.DeletedAt.IsZero() && !by.Late(do, m)
	case Leave, Invite:
		return by.Kind != DirectRoom && (do == Leave || !by.Archived)
	case Manage:
		return by.Kind != DirectRoom && (by.Owner || by.Administrator)
	}
	return false
}

// standing returns what user is in room: sql.ErrNoRows unless they are a member
// and not suspended.
func standing(ctx context.Context, tx *transaction, room RoomID, user UserID) (Standing, error) {
	var r standingRow
	err := tx.scan(ctx, r.places(), standingOf, room, user)
	return r.standing(user), err
}

const standingOf = `
select ` + standingFields + `
  from members m
  join users u on u.id = m.user_id
  join rooms r on r.id = m.room_id
 where m.room_id = $1 and m.user_id = $2 and m.present and u.suspended_at = 0`

const standingFields = `u.name, u.role, u.created_at, u.quiet_until, m.owner, m.moderator, m.quiet_until, m.posted_at, r.kind, r.archived_at, r.locked, r.locked_until, r.slow_seconds, r.slow_until`

// standingRow is standingFields as the driver's own types.
type standingRow struct {
	name, role, kind                              string
	created, quiet, quietHere, postedAt, archived int64
	locked, lockedUntil, slowSeconds, slowUntil   int64
	owner, moderator                              bool
}

func (r *standingRow) places() []any {
	return []any{&r.name, &r.role, &r.created, &r.quiet, &r.owner, &r.moderator, &r.quietHere, &r.postedAt, &r.kind, &r.archived,
		&r.locked, &r.lockedUntil, &r.slowSeconds, &r.slowUntil}
}

func (r *standingRow) standing(user UserID) Standing {
	by := Standing{
		User: user, Name: r.name, Administrator: Role(r.role) == Administrator, Officer: Role(r.role).AtLeast(Moderator), Member: r.name != "",
		Owner: r.owner, Moderator: r.moderator, Kind: Kind(r.kind), Archived: r.archived != 0, Locked: r.locked != 0, Since: fromMicros(r.created),
		Quiet: fromMicros(max(r.quiet, r.quietHere)), SlowMode: time.Duration(r.slowSeconds) * time.Second,
		LockEnds: fromMicros(r.lockedUntil), SlowEnds: fromMicros(r.slowUntil),
	}
	if by.SlowMode > 0 && r.postedAt > 0 {
		by.Slow = fromMicros(r.postedAt).Add(by.SlowMode)
	}
	return by
}

// at is by without what is over at now: it may not be tidied up yet.
func (by Standing) at(now time.Time) Standing {
	if !by.LockEnds.IsZero() && !by.LockEnds.After(now) {
		by.Locked = false
	}
	if !by.SlowEnds.IsZero() && !by.SlowEnds.After(now) {
		by.SlowMode, by.Slow = 0, time.Time{}
	}
	return by
}

// Restraint is the error of somebody whom a measure keeps from writing now.
type Restraint struct {
	Kind  MeasureKind   // TimeOut, SlowMode or RoomLock
	Wait  time.Duration // until they can; 0: nobody knows
	Every time.Duration // how often one may write in a slow room
}

func (e Restraint) Error() string { return fmt.Sprintf("%s: cannot write for %v", e.Kind, e.Wait) }

// ErrHidden is what a hidden message answers to who would change it.
var ErrHidden = errors.New("the message is hidden")

// restraint is what keeps by from writing at now, nil if nothing does.
func restraint(by Standing, now time.Time) error {
	by = by.at(now)
	switch {
	case by.Quiet.After(now):
		return Restraint{Kind: TimeOut, Wait: by.Quiet.Sub(now)}
	case by.Moderates():
		return nil
	case by.Locked:
		return Restraint{Kind: RoomLock}
	case by.Slow.After(now):
		return Restraint{Kind: SlowMode, Wait: by.Slow.Sub(now), Every: by.SlowMode}
	}
	return nil
}

// permit is nil if by may do it at now, a Restraint if a measure keeps them from writing,
// ErrHidden or ErrArchived if only that the message is hidden or the room archived
// forbids it, and otherwise ErrNotFound.
func permit(by Standing, do Action, m *Message, now time.Time) error {
	if May(by, do, m) {
		if do == Post || do == Edit && (by.at(now).Locked || by.Quiet.After(now)) {
			return restraint(by, now)
		}
		return nil
	}
	if do == Edit && m != nil && m.Hidden != 0 {
		shown := *m
		if shown.Hidden = 0; May(by, do, &shown) {
			return ErrHidden
		}
	}
	timely := by
	if timely.windows = (windows{}); May(timely, do, m) {
		return TooLate{do}
	}
	open := by
	if open.Archived = false; by.Archived && May(open, do, m) {
		return ErrArchived
	}
	return ErrNotFound
}
