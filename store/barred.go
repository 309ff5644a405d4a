package store

import (
	"context"
	"errors"
	"strings"
)

// Barred is a room that a moderator has removed somebody from, as they may know of it.
type Barred struct {
	Room
	By Measure // that keeps them out
}

// BarredFrom returns the room that a removal keeps user out of now. ErrNotFound covers a
// room that none does, and a private one that they were not in then: they do not learn by
// it that there is one.
func (s *Store) BarredFrom(ctx context.Context, id RoomID, user UserID) (Barred, error) {
	by, err := s.RemovalOf(ctx, id, user)
	if err != nil {
		return Barred{}, err
	}
	room, err := s.AnyRoom(ctx, id)
	if err == nil && room.Kind != OpenRoom && !(room.Kind == PrivateRoom && by.tookOut()) {
		err = ErrNotFound
	}
	if err != nil {
		return Barred{}, err
	}
	return Barred{room, by}, nil
}

// tookOut says whether who was removed by m was in the room; noticesOf asks it in a query.
func (m Measure) tookOut() bool { return strings.HasPrefix(m.kept, "true") } // see removeByMeasure

// Removals returns what keeps user out of rooms now.
func (s *Store) Removals(ctx context.Context, user UserID) (map[RoomID]Measure, error) {
	all, err := s.measures(ctx, removals, user, micros(s.now()))
	out := make(map[RoomID]Measure, len(all))
	for _, m := range all {
		out[m.Room] = m
	}
	return out, err
}

const removals = measureColumns + `
  join members m on m.room_id = x.room_id and m.user_id = x.user_id and m.barred = x.id and not m.present
 where x.user_id = $1 and x.kind = 'remove' and x.ended_at = 0 and (x.until_at = 0 or x.until_at > $2)`

// Admits says whether user is in the room id, or may join it: then it is returned as they
// see it, who joined it or not. Otherwise it is ErrNotFound.
func (s *Store) Admits(ctx context.Context, id RoomID, user UserID) (Listed, error) {
	in, err := s.Membership(ctx, id, user)
	if err == nil {
		return Listed{Room: in.Room, Joined: true}, nil
	}
	if !errors.Is(err, ErrNotFound) {
		return Listed{}, err
	}
	room, err := s.Door(ctx, id, user)
	if err == nil && room.Archived() {
		return Listed{}, ErrNotFound
	}
	return room, err
}
