package store

import (
	"context"
	"slices"
)

// InForce chooses measures that hold.
type InForce struct {
	User   UserID      // who looks
	Room   RoomID      // 0: wherever they moderate
	Kind   MeasureKind // "": all
	Name   string      // what a word of the person's or, if it is on a room, the room's name begins with
	Before MeasureID   // the last one of the page before; 0: the newest
}

// MeasuresInForce returns the measures that hold and that q.User may lift, the newest
// first, at most limit. It fails with ErrNotFound for who moderates neither the instance
// nor q.Room, or with no room, any room.
func (s *Store) MeasuresInForce(ctx context.Context, q InForce, limit int) ([]Measure, error) {
	everywhere, err := s.moderatesIn(ctx, q.User, q.Room)
	if err != nil {
		return nil, err
	}
	query, args := q.statement(everywhere, micros(s.now()), limit)
	all, err := s.measures(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return s.Lifts(ctx, q.User, all) // all of them, but of some rooms without the name
}

// statement is the query that q asks for at now and its values.
func (q InForce) statement(everywhere bool, now int64, limit int) (string, []any) {
	v := values{q.User}
	at := v.place(now)
	where := "o.id = $1 and x.ended_at = 0 and (x.until_at = 0 or x.until_at > " + at + ")"
	if q.Before != 0 {
		where += " and x.id < " + v.place(q.Before)
	}
	switch {
	case q.Room != 0:
		where += " and x.room_id = " + v.place(q.Room)
	case !everywhere:
		where += " and x.room_id in (" + roomsInOffice + ")"
	}
	if q.Kind != "" {
		where += " and x.kind = " + v.place(q.Kind)
	}
	if name := nameKey(clip(oneLine(q.Name), 100)); name != "" {
		room := roomKey(oneLine(q.Name))
		where += `
                   and (exists (select 1 from name_words w where w.user_id = x.user_id and w.word >= ` + v.place(name) + ` and w.word < ` + v.place(name+"\U0010ffff") + `)
                        or x.user_id = 0 and exists (select 1 from room_words w where w.room_id = x.room_id and w.word >= ` + v.place(room) + ` and w.word < ` + v.place(room+"\U0010ffff") + `))`
	}
	return measureColumns + `
 where x.id in (select x.id
                  from users o
                 cross join measures x
                 where ` + where + `
                   and ` + mayEnd("o") + `
                 order by x.id desc
                 limit ` + v.place(limit) + `)
 order by x.id desc`, v
}

// StillHolding returns what goes on having the effect of m, which has ended, as far as by
// may know of it: m ended nothing of that.
func (s *Store) StillHolding(ctx context.Context, by UserID, m Measure) ([]Measure, error) {
	if !m.alike(m) {
		return nil, nil
	}
	all, err := s.Holding(ctx, m.User, m.Room)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(other Measure) bool { return !other.Holds(s.now()) || !m.alike(other) })
	known, _, err := s.Known(ctx, by, all)
	return known, err
}

// Holding returns what keeps user from something, wherever that is, or if user is 0
// everybody in room, or if that is 0, too, all newcomers: the newest first, at most 100.
func (s *Store) Holding(ctx context.Context, user UserID, room RoomID) ([]Measure, error) {
	switch {
	case user != 0:
		return s.measures(ctx, holdingOn, user)
	case room != 0:
		return s.measures(ctx, holdingIn, room)
	}
	return s.measures(ctx, holdingOnNewcomers)
}

const (
	holdingOn = measureColumns + " where x.ended_at = 0 and x.user_id = $1 and x.kind not in ('hide', 'warn', 'turn-down') order by x.id desc limit 100"
	holdingIn = measureColumns + " where x.ended_at = 0 and x.room_id = $1 and x.user_id = 0 order by x.id desc limit 100"

	holdingOnNewcomers = measureColumns + " where x.ended_at = 0 and x.user_id = 0 and x.room_id + 0 = 0 order by x.id desc limit 100"
)

// alike says whether other keeps from the same as m does.
func (m Measure) alike(other Measure) bool {
	if m.User != other.User {
		return false
	}
	switch m.Kind {
	case Suspension, Ban:
		return other.Kind == Suspension || other.Kind == Ban
	case TimeOut:
		return other.Kind == TimeOut && (m.Room == 0 || other.Room == 0 || m.Room == other.Room)
	case SlowMode, RoomLock, NewcomerCap, NewcomerLag:
		return other.Kind == m.Kind && m.Room == other.Room
	}
	return false // of the others there is one at most, or they keep from nothing
}
