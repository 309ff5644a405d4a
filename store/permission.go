package store

import (
	"context"
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
}

// Standing is what u, whose membership m is, is in the room.
func (m Membership) Standing(u User) Standing {
	return Standing{
		User: u.ID, Name: u.Name, Administrator: u.Role == Administrator, Member: m.User == u.ID && u.ID != 0,
		Owner: m.Owner, Kind: m.Kind, Archived: m.Archived(),
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
	case Edit, Delete:
		return !by.Archived && m != nil && m.Author == by.User && m.DeletedAt.IsZero()
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
	var r struct {
		Name       string
		Role       Role
		Owner      bool
		Kind       Kind
		ArchivedAt int64 `db:"archived_at"`
	}
	err := tx.GetContext(ctx, &r, standingOf, room, user)
	return Standing{User: user, Name: r.Name, Administrator: r.Role == Administrator, Member: err == nil, Owner: r.Owner, Kind: r.Kind, Archived: r.ArchivedAt != 0}, err
}

const standingOf = `
select u.name, u.role, m.owner, r.kind, r.archived_at
  from members m
  join users u on u.id = m.user_id
  join rooms r on r.id = m.room_id
 where m.room_id = $1 and m.user_id = $2 and m.present and u.suspended_at = 0`

// permit is nil if by may do it, ErrArchived if only that the room is archived
// forbids it, and otherwise ErrNotFound.
func permit(by Standing, do Action, m *Message) error {
	if May(by, do, m) {
		return nil
	}
	open := by
	if open.Archived = false; by.Archived && May(open, do, m) {
		return ErrArchived
	}
	return ErrNotFound
}
