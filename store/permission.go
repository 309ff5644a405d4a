package store

// Action is something a person may want to do to a message or in a room.
type Action string

// The actions that are decided by May.
const (
	Read   Action = "read"
	Post   Action = "post"
	Edit   Action = "edit"
	Delete Action = "delete"
)

// May decides what a person may do; HTTP, the socket and the store's own writes
// all ask it. member: whether by is a member of the room; m: the message, nil
// where the action is on the room. Who may not read a room is told that it is
// not there, so every denial to a stranger is ErrNotFound.
func May(by UserID, member bool, do Action, m *Message) bool {
	if by == 0 || !member {
		return false
	}
	switch do {
	case Read, Post:
		return true
	case Edit, Delete:
		return m != nil && m.Author == by && m.DeletedAt.IsZero()
	}
	return false
}
