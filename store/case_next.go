package store

import (
	"context"
	"database/sql"
	"errors"
)

// NextCase returns what user comes to after c, in the order of the queue that c is in for
// them, of those that f leaves: the next open case that nobody else has, or after the last
// one the first. It is 0 if none is left, and fails with ErrNotFound for who does not
// handle c.
func (s *Store) NextCase(ctx context.Context, user UserID, c Case, f CaseFilter) (CaseID, error) {
	o, err := officerIn(ctx, reads{s}, c.Room, user)
	if err == nil && !handles(o, c) {
		err = ErrNotFound
	}
	if err != nil {
		return 0, s.plain(err)
	}
	q := Queue{User: user, CaseFilter: f}
	if o.rank() < instanceRank {
		q.Room = c.Room
	}
	for _, q.After = range []CaseMark{{c.Reports, micros(c.OpenedAt), c.ID}, {}} {
		query, args := q.next()
		var id CaseID
		if err := s.get(ctx, &id, query, args...); !errors.Is(err, sql.ErrNoRows) && !errors.Is(err, ErrNotFound) {
			return id, s.plain(err)
		}
	}
	return 0, nil
}

// next is the query for the first open case of q that nobody else has. Whoever has a case
// is looked at on the way along the queue: few are taken.
func (q Queue) next() (string, []any) {
	v := values{q.User}
	query := "select k.id from cases k where k.user_id <> $1 and k.state = 'open' and k.taken_by + 0 in (0, $1)"
	if q.After.ID != 0 {
		query += q.After.openAfter(&v)
	}
	if q.Room != 0 {
		query += " and k.room_id = " + v.place(q.Room)
	}
	return query + q.CaseFilter.condition(&v) + " order by k.reports desc, k.opened_at, k.id limit 1", v
}
