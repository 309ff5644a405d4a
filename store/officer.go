package store

import (
	"context"
	"database/sql"
	"errors"
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
// ends at that room; nobody does anything to themselves or to somebody of their rank.
func MayModerate(by Officer, m Measure, on Officer) bool {
	if by.User == 0 || !by.Active || by.rank() < roomRank {
		return false
	}
	if m.User != 0 && (m.User == by.User || by.rank() <= on.rank()) {
		return false
	}
	everywhere := by.rank() >= instanceRank
	here := m.Room != 0 && by.Kind != DirectRoom && by.Sees()
	switch m.Kind {
	case HideMessage:
		return m.Seq != 0 && m.Room != 0 && (here || everywhere && by.Case)
	case Warning, TimeOut:
		if m.User == 0 {
			return false
		}
		return here || m.Room == 0 && everywhere
	case Removal:
		return m.User != 0 && here
	case SlowMode, RoomLock:
		return m.User == 0 && here
	case Suspension, Ban:
		return m.User != 0 && m.Room == 0 && everywhere
	case NewcomerCap:
		return m.User == 0 && m.Room == 0 && everywhere
	}
	return false
}

// officerIn reads what user is in room, 0 for the instance alone: sql.ErrNoRows if
// there is no such person or room.
func officerIn(ctx context.Context, tx asked, room RoomID, user UserID) (Officer, error) {
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
	o.Member, o.Owner, o.Moderator = m.Present, m.Owner, m.Moderator
	return o, err
}
