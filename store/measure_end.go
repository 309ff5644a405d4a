package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
)

// How measures end: lifted, or when their time is over.

// Lift ends the measure before its time, as an act of by. It fails with ErrNotFound if
// by may not (see MayEnd), and with ErrConflict if it has ended.
func (s *Store) Lift(ctx context.Context, by Actor, id MeasureID, why string) (Measure, error) {
	var m Measure
	err := s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		var err error
		if m, err = s.lockMeasure(ctx, tx, id); err != nil {
			return err
		}
		if may, err := mayLift(ctx, tx, by.User, m); err != nil || !may {
			return cmp.Or(err, sql.ErrNoRows)
		}
		return s.lift(ctx, tx, by, &m, why)
	})
	if err != nil {
		return m, err
	}
	return m, s.refreshIf(ctx, m)
}

// lift is Lift within a transaction, by somebody who may. The caller has m locked.
func (s *Store) lift(ctx context.Context, tx *transaction, by Actor, m *Measure, why string) error {
	if !m.EndedAt.IsZero() {
		return ErrConflict
	}
	if err := s.end(ctx, tx, m, by.User); err != nil {
		return err
	}
	entry, err := measureEntry(ctx, tx, *m)
	if err != nil {
		return err
	}
	entry.Act, entry.Now, entry.Reason = Act("moderation.lift-"+m.Kind), "", why
	return s.record(ctx, tx, by, entry)
}

// end notes that m has ended, settles the objection to it, and undoes what it did. Who
// it was on is told if somebody lifted it.
func (s *Store) end(ctx context.Context, tx *transaction, m *Measure, by UserID) error {
	m.EndedAt, m.EndedBy = s.now(), by
	if _, err := tx.ExecContext(ctx, "update measures set ended_at = $1, ended_by = $2 where id = $3", micros(m.EndedAt), by, m.ID); err != nil {
		return err
	}
	if by != 0 {
		if err := tell(ctx, tx, m.ID); err != nil {
			return err
		}
	}
	if err := settleAppeal(ctx, tx, *m); err != nil {
		return err
	}
	if err := newsOfLift(ctx, tx, *m); err != nil {
		return err
	}
	end := effects[m.Kind].end
	if end == nil {
		return nil
	}
	err := end(s, ctx, tx, *m)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // what it was about is gone
	}
	return err
}

// EndMeasures ends those whose time is over, at most limit, and returns them. Who was
// kept from something can do it from Until on; this has the pages say so, shows again
// what was hidden, and brings back into their rooms who was removed.
func (s *Store) EndMeasures(ctx context.Context, limit int) ([]Measure, error) {
	return s.endDue(ctx, measuresDue, micros(s.now()), limit)
}

// EndMeasuresOn ends those on user whose time is over, and returns them: who is kept out
// no longer comes in at that moment, and not when all others are let in.
func (s *Store) EndMeasuresOn(ctx context.Context, user UserID) ([]Measure, error) {
	return s.endDue(ctx, measuresDueOn, user, micros(s.now()))
}

// endDue ends the measures that query names, but for those that another has ended.
func (s *Store) endDue(ctx context.Context, query string, args ...any) ([]Measure, error) {
	var due []MeasureID
	if err := s.list(ctx, &due, query, args...); err != nil || len(due) == 0 {
		return nil, s.plain(err)
	}
	var ended []Measure
	var failed error
	for _, id := range due { // each by itself: one that fails does not hold up the others
		var m Measure
		err := s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
			var err error
			if m, err = s.lockMeasure(ctx, tx, id); err != nil {
				return err
			}
			if !m.EndedAt.IsZero() {
				m = Measure{} // another process was quicker
				return nil
			}
			return s.end(ctx, tx, &m, 0)
		})
		if err == nil && m.ID != 0 {
			ended = append(ended, m)
		}
		failed = cmp.Or(failed, err)
	}
	return ended, failed
}

const measuresDue = `
select id
  from measures
 where ended_at = 0 and until_at > 0 and until_at <= $1
 order by until_at
 limit $2`

const measuresDueOn = `
select id
  from measures
 where user_id = $1 and ended_at = 0 and until_at > 0 and until_at <= $2
 order by id`

// lockMeasure reads the measure and holds it until the transaction ends, and before it
// what it is on, in the order in which those do who impose one.
func (s *Store) lockMeasure(ctx context.Context, tx *transaction, id MeasureID) (Measure, error) {
	var r measureRow
	if err := tx.GetContext(ctx, &r, "select room_id, user_id from measures where id = $1", id); err != nil {
		return Measure{}, err
	}
	if err := s.lockMeasured(ctx, tx, r.RoomID, r.UserID); err != nil {
		return Measure{}, err
	}
	err := tx.GetContext(ctx, &r, "update measures set id = id where id = $1 returning "+measureFields, id)
	return r.measure(), err
}
