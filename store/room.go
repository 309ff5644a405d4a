package store

import (
	"context"

	"github.com/jmoiron/sqlx"
)

// RoomID numbers a room; it is decimal in every URL and DOM id.
type RoomID int64

// Seq is a message's place in its room, from 1 without gaps.
type Seq int64

// Rev is a room's revision: it grows by one with each change of the room.
type Rev int64

// Room is a log of messages with a name.
type Room struct {
	ID      RoomID
	Slug    string
	Name    string
	Topic   string
	LastSeq Seq `db:"last_seq"`
	Rev     Rev
}

// Room returns the room id as user may see it: ErrNotFound both where it is not
// there and where user is no member.
func (s *Store) Room(ctx context.Context, id RoomID, user UserID) (Room, error) {
	var r Room
	err := s.db.GetContext(ctx, &r, roomOfMember, id, user)
	return r, s.plain(err)
}

const roomOfMember = `
select r.id, r.slug, r.name, r.topic, r.last_seq, r.rev
  from members m
  join rooms r on r.id = m.room_id
 where m.room_id = $1 and m.user_id = $2 and m.present`

// RoomsOf returns the rooms that user is a member of, by name.
func (s *Store) RoomsOf(ctx context.Context, user UserID) ([]Room, error) {
	var rooms []Room
	err := s.db.SelectContext(ctx, &rooms, roomsOfMember, user)
	return rooms, s.plain(err)
}

const roomsOfMember = `
select r.id, r.slug, r.name, r.topic, r.last_seq, r.rev
  from members m
  join rooms r on r.id = m.room_id
 where m.user_id = $1 and m.present
 order by r.name, r.id`

// Landing returns the room that user comes to first: the last one visited, or
// the oldest of theirs. ErrNotFound: a member of none.
func (s *Store) Landing(ctx context.Context, user UserID) (Room, error) {
	var r Room
	err := s.db.GetContext(ctx, &r, landing, user)
	return r, s.plain(err)
}

const landing = `
select r.id, r.slug, r.name, r.topic, r.last_seq, r.rev
  from members m
  join rooms r on r.id = m.room_id
  join users u on u.id = m.user_id
 where m.user_id = $1 and m.present
 order by case when r.id = u.last_room then 0 else 1 end, r.id
 limit 1`

// Visit notes room as the last one that user was in. It does not wait long: a page
// is shown also while nothing can be written.
func (s *Store) Visit(ctx context.Context, user UserID, room RoomID) error {
	ctx, cancel := context.WithTimeout(ctx, noteTimeout)
	defer cancel()
	return s.inTx(ctx, func(ctx context.Context, tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, "update users set last_room = $1 where id = $2", room, user)
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
	var rows []struct {
		ID  RoomID
		Rev Rev
	}
	if err := s.in(ctx, &rows, "select id, rev from rooms where id in (?)", rooms); err != nil {
		return nil, err
	}
	for _, r := range rows {
		heads[r.ID] = r.Rev
	}
	return heads, nil
}

const bumpRoom = `
update rooms
   set rev = rev + 1
 where id = $1
returning rev`
