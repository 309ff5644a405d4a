package store

import (
	"context"
	"slices"
	"strings"
	"time"
)

// RoomID numbers a room; it is decimal in every URL and DOM id.
type RoomID int64

// Seq is a message's place in its room, from 1 without gaps.
type Seq int64

// Rev is a room's revision: it grows by one with each change of the room.
type Rev int64

// Kind is who may come into a room.
type Kind string

// The kinds. Every account may join an open room; into a private one its members
// let people in; a direct conversation has the same people for ever.
const (
	OpenRoom    Kind = "open"
	PrivateRoom Kind = "private"
	DirectRoom  Kind = "direct"
	DeletedRoom Kind = "deleted" // nothing is left but the number
)

// Room is a log of messages with a name.
type Room struct {
	ID         RoomID
	Slug       string
	Name       string // "": a direct conversation
	Topic      string
	Kind       Kind
	Everyone   bool  // new accounts are in it
	ArchivedAt int64 `db:"archived_at"` // microseconds; 0: in use
	LastSeq    Seq   `db:"last_seq"`
	Rev        Rev
	Members    int `db:"member_count"`

	DeleteAt int64 `db:"delete_at"` // when it will be deleted, microseconds; 0: it stays
	Keep     Keep  `db:"keep_days"`
	Forgot   Seq   `db:"forgot_seq"` // every message up to here is forgotten
}

// Archived says whether the room can be read only.
func (r Room) Archived() bool { return r.ArchivedAt != 0 }

// Level is of what in a room a member wants to be told.
type Level string

// The levels, from the most to the least. A hidden room is not in the sidebar.
const (
	Everything   Level = "all"
	MentionsOnly Level = "mentions"
	Nothing      Level = "none"
	Hidden       Level = "hidden"
)

// Membership is a room as one of its members has it.
type Membership struct {
	Room
	User      UserID `db:"user_id"`
	Owner     bool
	Moderator bool
	Favourite bool
	Level     Level
	Seen      Seq     `db:"seen_seq"` // read up to here; below 0: let into a room or conversation without messages, and has not looked yet
	Mentions  int     // unread
	ActiveAt  int64   `db:"active_at"` // of the last message, microseconds; 0: none
	With      []Named `db:"-"`         // the others of a direct conversation, by id
	Silent    bool    `db:"-"`         // the member has muted all of them
	Draft     Draft   `db:"-"`         // what they have begun to write, if it has a Key; the Body is Membership's alone

	windows windows // in which messages may be changed, when it was read
}

// Named is a person and their name.
type Named struct {
	ID   UserID
	Name string
}

// Unread is how many messages came since the member read.
func (m Membership) Unread() int { return max(0, int(m.LastSeq-max(m.Seen, m.Forgot))) }

// Fresh says whether the member was let in by somebody, has not looked yet, and there is
// no message that would be unread.
func (m Membership) Fresh() bool { return m.Seen < 0 && m.Unread() == 0 }

// Tells says whether what is unread is worth a mark at this level.
func (m Membership) Tells() bool {
	if m.Silent {
		return false
	}
	switch m.Level {
	case Everything:
		return m.Unread() > 0 || m.Fresh()
	case MentionsOnly:
		return m.Mentions > 0
	}
	return false
}

const roomFields = `r.id, r.slug, r.name, r.topic, r.kind, r.everyone, r.archived_at, r.last_seq, r.rev, r.member_count, r.delete_at, r.keep_days, r.forgot_seq`

// places are where roomFields are read to, as the driver's own types.
func (r *Room) places() []any {
	return []any{
		(*int64)(&r.ID), &r.Slug, &r.Name, &r.Topic, (*string)(&r.Kind), &r.Everyone, &r.ArchivedAt, (*int64)(&r.LastSeq), (*int64)(&r.Rev),
		&r.Members, &r.DeleteAt, (*int64)(&r.Keep), (*int64)(&r.Forgot),
	}
}

const membershipColumns = `
select ` + roomFields + `, m.user_id, m.owner, m.moderator, m.favourite, m.level, m.seen_seq,
       (select count(*) from mentions x where x.user_id = m.user_id and x.room_id = m.room_id and x.seq > m.seen_seq) as mentions,
       r.last_at as active_at, coalesce(d.key, '')`

const fromMemberships = `
  from members m
  join rooms r on r.id = m.room_id
  left join drafts d on d.user_id = m.user_id and d.room_id = m.room_id and not ` + draftSent

// readMemberships reads rows of membershipColumns and the text of a draft.
func (s *Store) readMemberships(ctx context.Context, query string, args ...any) ([]Membership, error) {
	var all []Membership
	m := Membership{windows: s.windows()}
	places := append(m.Room.places(), (*int64)(&m.User), &m.Owner, &m.Moderator, &m.Favourite, (*string)(&m.Level), (*int64)(&m.Seen), &m.Mentions, &m.ActiveAt, &m.Draft.Key, &m.Draft.Body)
	err := s.read(ctx, places, func() { all = append(all, m) }, query, args...)
	if err != nil {
		return nil, s.plain(err)
	}
	return all, s.nameDirect(ctx, all)
}

// Membership returns the room id as user has it: ErrNotFound both where it is not
// there and where user is no member.
func (s *Store) Membership(ctx context.Context, id RoomID, user UserID) (Membership, error) {
	found, err := s.readMemberships(ctx, membership, id, user)
	if err != nil || len(found) == 0 {
		return Membership{}, orNotFound(err)
	}
	return found[0], nil
}

const membership = membershipColumns + ", coalesce(d.body, '')" + fromMemberships + `
 where m.room_id = $1 and m.user_id = $2 and m.present`

// RoomsOf returns the rooms that user is a member of and that are in use: those
// with something unread first, the last active first, then the others by name. A direct
// conversation in which nobody has written is there for those who have opened it.
func (s *Store) RoomsOf(ctx context.Context, user UserID) ([]Membership, error) {
	rooms, err := s.readMemberships(ctx, roomsOfMember, user)
	SortRooms(rooms)
	return rooms, err
}

// SortRooms orders rooms as RoomsOf says.
func SortRooms(rooms []Membership) {
	slices.SortStableFunc(rooms, func(a, b Membership) int {
		switch {
		case a.Tells() != b.Tells():
			if a.Tells() {
				return -1
			}
			return 1
		case a.Tells() || a.Kind == DirectRoom && b.Kind == DirectRoom:
			return int(min(1, max(-1, b.ActiveAt-a.ActiveAt)))
		}
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
}

// AnyRoom returns the room id, whoever asks: it is for regions, whose viewers are
// members.
func (s *Store) AnyRoom(ctx context.Context, id RoomID) (Room, error) {
	var r Room
	err := s.get(ctx, &r, anyRoom, id)
	return r, s.plain(err)
}

const roomsOfMember = membershipColumns + ", ''" + fromMemberships + `
 where m.user_id = $1 and m.present and r.archived_at = 0 and (r.kind <> 'direct' or r.last_seq > 0 or m.seen_seq >= 0)
 order by r.id`

// nameDirect finds the others of the direct conversations among rooms, which are one person's.
func (s *Store) nameDirect(ctx context.Context, rooms []Membership) error {
	at := map[RoomID]int{}
	var ids []RoomID
	for i, m := range rooms {
		if m.Kind == DirectRoom {
			at[m.ID] = i
			ids = append(ids, m.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	for chunk := range slices.Chunk(ids, mostListed) {
		var rows []struct {
			RoomID RoomID `db:"room_id"`
			Named
			Muted bool
		}
		if err := s.in(ctx, &rows, peopleOfDirect, rooms[0].User, chunk); err != nil {
			return err
		}
		for _, r := range rows {
			if m := &rooms[at[r.RoomID]]; r.ID != m.User {
				m.Silent = r.Muted && (m.Silent || len(m.With) == 0)
				m.With = append(m.With, r.Named)
			}
		}
	}
	return nil
}

const peopleOfDirect = `
select m.room_id, u.id, u.name, exists (select 1 from mutes x where x.user_id = ? and x.other_id = u.id) as muted
  from members m
  join users u on u.id = m.user_id
 where m.room_id in (?) and m.present
 order by m.room_id, u.id`

// Listed is an open room as somebody sees it who looks for rooms.
type Listed struct {
	Room
	Joined bool
}

// RoomsToBrowse returns, by name, the rooms that user may open or join: the open ones,
// and the private ones that they are in; archived ones if archived.
func (s *Store) RoomsToBrowse(ctx context.Context, user UserID, archived bool) ([]Listed, error) {
	query := roomsInUse
	if archived {
		query = roomsArchived
	}
	var rooms []Listed
	err := s.list(ctx, &rooms, query, user)
	return rooms, s.plain(err)
}

const roomsToBrowse = `
select ` + roomFields + `,
       exists (select 1 from members x where x.room_id = r.id and x.user_id = $1 and x.present) as joined
  from rooms r`

// The index by name holds just the rooms in use that are no direct conversations.
const roomsInUse = roomsToBrowse + `
 where r.name_key > '' and (r.kind = 'open' or exists (select 1 from members x where x.room_id = r.id and x.user_id = $1 and x.present))
 order by r.name_key
 limit 1000`

const roomsArchived = roomsToBrowse + `
 where r.archived_at > 0 and (r.kind = 'open' or exists (select 1 from members x where x.room_id = r.id and x.user_id = $1 and x.present))
 order by r.archived_at desc
 limit 1000`

// Landing returns the room that user comes to first: the last one visited, or
// the oldest of theirs. ErrNotFound: a member of none.
func (s *Store) Landing(ctx context.Context, user UserID) (Room, error) {
	var r Room
	err := s.get(ctx, &r, landing, user)
	return r, s.plain(err)
}

const landing = `
select ` + roomFields + `
  from members m
  join rooms r on r.id = m.room_id
  join users u on u.id = m.user_id
 where m.user_id = $1 and m.present
 order by case when r.id = u.last_room then 0 when r.archived_at = 0 then 1 else 2 end, r.id
 limit 1`

// Visit notes room as the last one that user was in, and that they have looked into it.
// It does not wait long: a page is shown also while nothing can be written.
func (s *Store) Visit(ctx context.Context, user UserID, room RoomID) error {
	ctx, cancel := context.WithTimeout(ctx, noteTimeout)
	defer cancel()
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		if _, err := tx.ExecContext(ctx, "update users set last_room = $1 where id = $2", room, user); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "update members set seen_seq = 0 where room_id = $1 and user_id = $2 and seen_seq < 0", room, user)
		return err
	})
}

// Heads returns the revision of each of rooms, in one query; a room that is not
// there is left out.
func (s *Store) Heads(ctx context.Context, rooms []RoomID) (map[RoomID]Rev, error) {
	heads := make(map[RoomID]Rev, len(rooms))
	if len(rooms) == 0 {
		return heads, nil
	}
	for chunk := range slices.Chunk(rooms, mostListed) {
		var rows []struct {
			ID  RoomID
			Rev Rev
		}
		if err := s.in(ctx, &rows, "select id, rev from rooms where id in (?)", chunk); err != nil {
			return nil, err
		}
		for _, r := range rows {
			heads[r.ID] = r.Rev
		}
	}
	return heads, nil
}

const bumpRoom = `
update rooms
   set rev = rev + 1
 where id = $1
returning rev`

// LastAt is when the last message was posted; zero: none yet.
func (m Membership) LastAt() time.Time { return fromMicros(m.ActiveAt) }
