package store

import (
	"context"
	"database/sql"
	"errors"
)

// NextCase returns what user comes to after c, in the order of the queue that c is in for
// them: the next open case that nobody else has, or after the last one the first. It is 0
// if none is left, and fails with ErrNotFound for who does not handle c.
func (s *Store) NextCase(ctx context.Context, user UserID, c Case) (CaseID, error) {
	o, err := officerIn(ctx, reads{s}, c.Room, user)
	if err == nil && !handles(o, c) {
		err = ErrNotFound
	}
	if err != nil {
		return 0, s.plain(err)
	}
	for _, after := range []CaseMark{{c.Reports, micros(c.OpenedAt), c.ID}, {Reports: 1 << 30}} {
		query, args := nextCase, []any{user, after.Reports, after.At, after.ID}
		if o.rank() < instanceRank {
			query, args = nextCaseIn, append(args, c.Room)
		}
		var id CaseID
		if err := s.get(ctx, &id, query, args...); !errors.Is(err, sql.ErrNoRows) && !errors.Is(err, ErrNotFound) {
			return id, s.plain(err)
		}
	}
	return 0, nil
}

// Whoever has a case is looked at on the way along the queue: few are taken.
const (
	nextCase   = casesLeft + inTheirOrder
	nextCaseIn = casesLeft + " and k.room_id = $5" + inTheirOrder

	casesLeft = `
select k.id
  from cases k
 where k.user_id <> $1 and k.state = 'open' and k.taken_by + 0 in (0, $1)
   and k.reports <= $2 and (k.reports < $2 or k.opened_at > $3 or k.opened_at = $3 and k.id > $4)`
	inTheirOrder = `
 order by k.reports desc, k.opened_at, k.id
 limit 1`
)
