package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
)

// Officer is what a person is where an act of moderation is about: on the whole
// instance, and in the room, if it is about one.
type Officer struct {
	User      UserID
	Role      Role
	Active    bool // not suspended
	Member    bool // of the room
	Owner     bool
	Moderator bool // of the room
	Known     bool // in the room: they are, or were, a member, or a measure kept them from it
	Room      RoomID
	Kind      Kind
	Case      bool // somebody reported just this
}

// rank orders people: who does something to somebody must be above them. Ranks of a
// room count in that room alone.
func (o Officer) rank() int {
	switch {
	case o.Role == Administrator:
		return 4
	case o.Role == Moderator:
		return 3
	case o.Member && o.Owner && o.Kind != DirectRoom:
		return 2
	case o.Member && o.Moderator && o.Kind != DirectRoom:
		return 1
	}
	return 0
}

// here is o by what they are in the room alone.
func (o Officer) here() Officer {
	o.Role = Member
	return o
}

// roomRank is the least that may moderate a room, and instanceRank all of them.
const (
	roomRank     = 1
	instanceRank = 3
)

// Sees says whether o may read the room that the act is about: it is how far the
// moderators of the instance may look, too. A direct conversation and a private room
// belong to their members.
func (o Officer) Sees() bool { return o.Member || o.Kind == OpenRoom }

// MayModerate decides who may do m: pages, forms and the store's own writes all ask it.
// on is whom it is about, the zero Officer if nobody. Who moderates one room does what
// ends at that room, to those who came there: anybody can make a room, and a notice
// reaches everybody. Nobody does anything to themselves or to somebody of their rank. Who
// owns a private room decides who is in it, whatever people are elsewhere.
func MayModerate(by Officer, m Measure, on Officer) bool {
	if by.User == 0 || !by.Active || by.rank() < roomRank {
		return false
	}
	above := by.rank() > on.rank()
	if m.Kind == Removal && by.Kind == PrivateRoom && by.Owner {
		above = above || by.here().rank() > on.here().rank()
	}
	if m.User != 0 && (m.User == by.User || !above) {
		return false
	}
	if m.Seq != 0 && m.User == 0 {
		return false // a message is somebody's
	}
	everywhere := by.rank() >= instanceRank
	if m.User != 0 && !everywhere && !on.Member && !on.Known && m.Kind != HideMessage {
		return false
	}
	here := m.Room != 0 && by.Kind != DirectRoom && by.Sees()
	switch m.Kind {
	case HideMessage:
		return m.Seq != 0 && m.Room != 0 && (here || everywhere && by.Case)
	case Warning, TimeOut:
		if m.User == 0 {
			return false
		}
		return here || m.Room == 0 && everywhere
	case Removal, TurnDown:
		return m.User != 0 && here
	case SlowMode, RoomLock:
		return m.User == 0 && here
	case Suspension, Ban:
		return m.User != 0 && m.Room == 0 && everywhere
	case NewcomerCap, NewcomerLag:
		return m.User == 0 && m.Room == 0 && everywhere
	}
	return false
}

// asking is where one row is read: a transaction, or the store.
type asking interface {
	GetContext(ctx context.Context, row any, query string, args ...any) error
}

// reads are questions to the store outside of a transaction.
type reads struct{ *Store }

// GetContext reads one row.
func (r reads) GetContext(ctx context.Context, row any, query string, args ...any) error {
	return r.get(ctx, row, query, args...)
}

// OfficerIn returns what user is in room, 0 for the instance alone: ErrNotFound if there
// is no such person or room.
func (s *Store) OfficerIn(ctx context.Context, room RoomID, user UserID) (Officer, error) {
	o, err := officerIn(ctx, reads{s}, room, user)
	return o, s.plain(err)
}

// Permitted returns those of kinds that by may impose on user (0: nobody), in room (0:
// everywhere), because of its message seq (0: none).
func (s *Store) Permitted(ctx context.Context, by UserID, user UserID, room RoomID, seq Seq, kinds ...MeasureKind) ([]MeasureKind, error) {
	officer, err := officerIn(ctx, reads{s}, room, by)
	if err != nil {
		return nil, s.plain(err)
	}
	var target Officer
	if user != 0 {
		if target, err = officerIn(ctx, reads{s}, room, user); err != nil {
			return nil, s.plain(err)
		}
	}
	var all []MeasureKind
	for _, kind := range kinds {
		if MayModerate(officer, Measure{Kind: kind, User: user, Room: room, Seq: seq}, target) {
			all = append(all, kind)
		}
	}
	return all, nil
}

// officerIn reads what user is in room, 0 for the instance alone: sql.ErrNoRows if
// there is no such person or room.
func officerIn(ctx context.Context, tx asking, room RoomID, user UserID) (Officer, error) {
	o := Officer{User: user, Room: room}
	var u struct {
		Role        Role
		SuspendedAt int64 `db:"suspended_at"`
	}
	if err := tx.GetContext(ctx, &u, "select role, suspended_at from users where id = $1", user); err != nil {
		return o, err
	}
	o.Role, o.Active = u.Role, u.SuspendedAt == 0
	if room == 0 {
		return o, nil
	}
	if err := tx.GetContext(ctx, &o.Kind, "select kind from rooms where id = $1", room); err != nil {
		return o, err
	}
	var m struct{ Owner, Moderator, Present bool }
	err := tx.GetContext(ctx, &m, "select owner, moderator, present from members where room_id = $1 and user_id = $2", room, user)
	if errors.Is(err, sql.ErrNoRows) {
		return o, nil
	}
	o.Member, o.Owner, o.Moderator, o.Known = m.Present, m.Owner, m.Moderator, err == nil
	return o, err
}

// mayImpose is nil if by may do what m says, and otherwise sql.ErrNoRows, as for what
// is not there.
func mayImpose(ctx context.Context, tx asking, by UserID, m Measure) error {
	officer, target, err := officersOf(ctx, tx, by, m)
	if err == nil && !MayModerate(officer, m, target) {
		err = sql.ErrNoRows
	}
	return err
}

// officersOf are by and whom m is on, where it is.
func officersOf(ctx context.Context, tx asking, by UserID, m Measure) (officer, target Officer, err error) {
	if officer, err = officerIn(ctx, tx, m.Room, by); err != nil {
		return officer, target, err
	}
	if m.User != 0 {
		if target, err = officerIn(ctx, tx, m.Room, m.User); err != nil {
			return officer, target, err
		}
	}
	officer.Case, err = reported(ctx, tx, m)
	return officer, target, err
}

// reported says whether somebody reported just what m is about.
func reported(ctx context.Context, tx asking, m Measure) (bool, error) {
	if m.Case == 0 || m.Seq == 0 {
		return false, nil
	}
	var n int
	err := tx.GetContext(ctx, &n, "select count(*) from cases where id = $1 and room_id = $2 and seq = $3", m.Case, m.Room, m.Seq)
	return n > 0, err
}

// MayEnd decides who may lift m: who could impose it, unless who did ranks above them
// there now. Whom it is on may have risen since; an administrator, but not they
// themselves, ends what would hold for ever then. imposer is the zero Officer for a rule,
// or the server itself.
func MayEnd(by Officer, m Measure, on, imposer Officer) bool {
	return mayKnow(by, m, on) && (m.By == by.User || !imposer.Active || imposer.rank() <= by.rank())
}

// mayKnow decides who knows of m, besides whom it is on: who could do the same, or undo it
// if nobody had.
func mayKnow(by Officer, m Measure, on Officer) bool {
	if by.Role == Administrator {
		on = Officer{User: on.User}
	}
	return MayModerate(by, m, on)
}

// judged is a measure with what decides who may end it, but for who asks.
type judged struct {
	Measure
	on, imposer Officer
}

// judge reads what decides who may end m. places are those asked for before.
func judge(ctx context.Context, tx asking, m Measure, places offices) (j judged, err error) {
	j.Measure = m
	if m.User != 0 {
		if j.on, err = places.in(ctx, tx, m.Room, m.User); err != nil {
			return j, err
		}
	}
	if m.By != 0 {
		if j.imposer, err = places.in(ctx, tx, m.Room, m.By); err != nil {
			return j, err
		}
	}
	return j, nil
}

// by is what user is where j is, and whether they may know of it, and end it.
func (j judged) by(ctx context.Context, tx asking, user UserID, places offices) (officer Officer, knows, ends bool, err error) {
	if officer, err = places.in(ctx, tx, j.Room, user); err != nil {
		return officer, false, false, err
	}
	if j.Kind == HideMessage && (!officer.Sees() || officer.Kind == DirectRoom) {
		if officer.Case, err = reported(ctx, tx, j.Measure); err != nil {
			return officer, false, false, err
		}
	}
	return officer, mayKnow(officer, j.Measure, j.on), MayEnd(officer, j.Measure, j.on, j.imposer), nil
}

// offices are what people are where: many measures are by few people on few in few rooms.
type offices map[office]Officer

type office struct {
	room RoomID
	user UserID
}

func (all offices) in(ctx context.Context, tx asking, room RoomID, user UserID) (Officer, error) {
	o, is := all[office{room, user}]
	if is {
		return o, nil
	}
	o, err := officerIn(ctx, tx, room, user)
	all[office{room, user}] = o
	return o, err
}

// mayLift says whether by may lift m: MayEnd.
func mayLift(ctx context.Context, tx asking, by UserID, m Measure) (bool, error) {
	places := offices{}
	j, err := judge(ctx, tx, m, places)
	if err != nil {
		return false, err
	}
	_, _, ends, err := j.by(ctx, tx, by, places)
	return ends, err
}

// Known are those of all that by may know of, and lifts which of them they may end:
// without the name of a room that they may not read, of which they know what was reported.
func (s *Store) Known(ctx context.Context, by UserID, all []Measure) (known []Measure, lifts map[MeasureID]bool, err error) {
	places, lifts := offices{}, map[MeasureID]bool{}
	for _, m := range all {
		j, err := judge(ctx, reads{s}, m, places)
		if err != nil {
			return nil, nil, s.plain(err)
		}
		officer, knows, ends, err := j.by(ctx, reads{s}, by, places)
		if err != nil {
			return nil, nil, s.plain(err)
		}
		if !knows {
			continue
		}
		if !officer.Sees() {
			m.RoomName = ""
		}
		known = append(known, m)
		lifts[m.ID] = ends
	}
	return known, lifts, nil
}

// Lifts are those of all that by may lift, as Known has them.
func (s *Store) Lifts(ctx context.Context, by UserID, all []Measure) ([]Measure, error) {
	known, lifts, err := s.Known(ctx, by, all)
	return slices.DeleteFunc(known, func(m Measure) bool { return !lifts[m.ID] }), err
}
