package store

import (
	"context"
	"errors"
)

// AppealQuery chooses appeals that User can decide, or could if they had not acted.
type AppealQuery struct {
	User  UserID
	Room  RoomID // 0: wherever they moderate
	After AppealMark
}

// AppealMark is an open appeal's place in the list; zero: before the first.
type AppealMark struct {
	At int64
	ID MeasureID
}

// Mark is a's place among those that are open.
func (a Appeal) Mark() AppealMark { return AppealMark{micros(a.At), a.Measure.ID} }

// OpenAppeals returns those that wait for a decision, the oldest first, at most limit.
// It fails with ErrNotFound for who moderates neither the instance nor q.Room, or with
// no room, any room.
func (s *Store) OpenAppeals(ctx context.Context, q AppealQuery, limit int) ([]Appeal, error) {
	return s.appealsOf(ctx, q, [3]string{openAppeals, openAppealsIn, openAppealsOfRooms}, q.After.At, q.After.ID, limit)
}

// DecidedAppeals returns those that were decided, the last first, at most limit. It fails
// as OpenAppeals does.
func (s *Store) DecidedAppeals(ctx context.Context, q AppealQuery, limit int) ([]Appeal, error) {
	return s.appealsOf(ctx, q, [3]string{decidedAppeals, decidedAppealsIn, decidedAppealsOfRooms}, limit)
}

// appealsOf asks the query for the instance, for one room, or for those of the person.
func (s *Store) appealsOf(ctx context.Context, q AppealQuery, queries [3]string, args ...any) ([]Appeal, error) {
	everywhere, err := s.moderatesIn(ctx, q.User, q.Room)
	if err != nil {
		return nil, err
	}
	args = append([]any{q.User}, args...)
	switch {
	case q.Room != 0:
		return s.known(ctx, q.User, queries[1], append(args, q.Room)...)
	case everywhere:
		return s.known(ctx, q.User, queries[0], args...)
	}
	return s.known(ctx, q.User, queries[2], args...)
}

// moderatesIn is nil for who moderates room, or with 0 the instance or any room, of which
// everywhere says which; and otherwise ErrNotFound.
func (s *Store) moderatesIn(ctx context.Context, user UserID, room RoomID) (everywhere bool, err error) {
	if room != 0 {
		return false, s.MayQueue(ctx, user, room)
	}
	if err := s.MayQueue(ctx, user, 0); err == nil {
		return true, nil
	} else if !errors.Is(err, ErrNotFound) {
		return false, err
	}
	any, err := s.ModeratesAny(ctx, user)
	if err == nil && !any {
		err = ErrNotFound
	}
	return false, err
}

// known are the appeals of query, with what user may know of their measures.
func (s *Store) known(ctx context.Context, user UserID, query string, args ...any) ([]Appeal, error) {
	all, err := s.appeals(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	measures := make([]Measure, len(all))
	for i, a := range all {
		measures[i] = a.Measure
	}
	if measures, err = s.Lifts(ctx, user, measures); err != nil {
		return nil, err
	}
	var known []Appeal
	for _, a := range all {
		if len(known) < len(measures) && measures[len(known)].ID == a.Measure.ID { // they are in the same order
			a.Measure = measures[len(known)]
			known = append(known, a)
		}
	}
	return known, nil
}

// The names are looked up only for those of a page.
var (
	openAppeals        = someOpen("")
	openAppealsIn      = someOpen(" and a.room_id = $5")
	openAppealsOfRooms = someOpen(" and a.room_id in (" + roomsInOffice + ")")

	decidedAppeals        = someDecided("")
	decidedAppealsIn      = someDecided(" and a.room_id = $3")
	decidedAppealsOfRooms = someDecided(" and a.room_id in (" + roomsInOffice + ")")
)

const roomsInOffice = "select m.room_id from members m where " + inOffice

func someOpen(where string) string {
	return appealColumns + `
 where a.measure_id in (select a.measure_id
                          from users o
                         cross join appeals a
                         cross join measures x
                         where o.id = $1 and a.decided_at = 0 and x.id = a.measure_id` + where + `
                           and a.at >= $2 and (a.at > $2 or a.measure_id > $3) and ` + mayEnd("o") + `
                         order by a.at, a.measure_id
                         limit $4)
 order by a.at, a.measure_id`
}

func someDecided(where string) string {
	return appealColumns + `
 where a.measure_id in (select a.measure_id
                          from users o
                         cross join appeals a
                         cross join measures x
                         where o.id = $1 and a.decided_at > 0 and x.id = a.measure_id` + where + `
                           and ` + mayEnd("o") + `
                         order by a.decided_at desc
                         limit $2)
 order by a.decided_at desc`
}
