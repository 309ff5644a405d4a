package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"time"
)

// What is turned down is kept while that holds, so that somebody can let it through yet:
// lifted, it is posted now. What ends it otherwise erases the text, and what erases the
// text ends it: there is nothing left to decide about.
func init() {
	effects[TurnDown] = effect{
		check: func(m *Measure) error {
			if m.held == 0 {
				return Invalid{"kind", "Choose what to do."} // TurnDownHeld alone begins it
			}
			m.Until = m.At.Add(HeldLife)
			return nil
		},
		begin: func(s *Store, ctx context.Context, tx *transaction, m *Measure) error {
			_, err := tx.ExecContext(ctx, turnDown, m.By, micros(m.At), m.Words, m.ID, m.held)
			return err
		},
		end: func(s *Store, ctx context.Context, tx *transaction, m Measure) error {
			if m.EndedBy == 0 {
				_, err := tx.ExecContext(ctx, "delete from held where measure_id = $1", m.ID)
				return err
			}
			var h lockedHeld
			if err := tx.GetContext(ctx, &h, "select "+heldFields+" from held where measure_id = $1", m.ID); err != nil {
				return err
			}
			_, err := s.publish(ctx, tx, m.EndedBy, h)
			return err
		},
	}
}

const turnDown = `
update held
   set state = 'refused', decided_by = $1, decided_at = $2, words = $3, measure_id = $4
 where id = $5`

// TurnDownHeld keeps what was held out of its room, as an act of by, who moderates it: a
// measure on its author, who is told why (ByRule if it is ""), and with words, or if there are
// none, with what the rule says. It fails as PublishHeld does, and with Invalid if words are
// too long, or its author has risen meanwhile and is nobody whom by moderates.
func (s *Store) TurnDownHeld(ctx context.Context, by Actor, id HeldID, why Reason, words string) (Measure, error) {
	m := Measure{Kind: TurnDown, By: by.User, At: s.now(), Reason: cmp.Or(why, ByRule), Words: words, held: id}
	if err := checkMeasure(&m); err != nil {
		return m, err
	}
	err := s.onHeld(ctx, by, id, func(ctx context.Context, tx *transaction, h lockedHeld) error {
		m.User, m.Room = h.UserID, h.RoomID
		err := mayImpose(ctx, tx, by.User, m)
		if errors.Is(err, sql.ErrNoRows) {
			return Invalid{"words", "You do not moderate its author. Publish it, or leave it to somebody above both of you."}
		}
		if err != nil {
			return err
		}
		if m.Words == "" { // the rule may be deleted before they read it
			if err := tx.GetContext(ctx, &m.Words, "select coalesce((select sentence from rules where id = $1), '')", h.RuleID); err != nil {
				return err
			}
		}
		return s.impose(ctx, tx, by, &m)
	})
	return m, err
}

// keepHeld has what m turned down be kept until then, and no longer.
func keepHeld(ctx context.Context, tx *transaction, m Measure, until time.Time) error {
	if m.Kind != TurnDown {
		return nil
	}
	_, err := tx.ExecContext(ctx, "update measures set until_at = $1 where id = $2", micros(until), m.ID)
	return err
}

// endWithText ends the measures that kept what is erased now; those of all that are 0 are none.
func (s *Store) endWithText(ctx context.Context, tx *transaction, all []MeasureID) error {
	for _, id := range all {
		if id == 0 {
			continue
		}
		var r measureRow
		if err := tx.GetContext(ctx, &r, "update measures set id = id where id = $1 returning "+measureFields, id); err != nil {
			return err
		}
		m := r.measure()
		if err := s.end(ctx, tx, &m, 0); err != nil {
			return err
		}
	}
	return nil
}

// TurnedDown returns what those of all kept out of their rooms, by their measures. It says
// what people wrote: all are measures that who asks may lift, or that are on them.
func (s *Store) TurnedDown(ctx context.Context, all []Measure) (map[MeasureID]HeldMessage, error) {
	var ids []MeasureID
	for _, m := range all {
		if m.Kind == TurnDown && m.EndedAt.IsZero() {
			ids = append(ids, m.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []heldRow
	if err := s.in(ctx, &rows, turnedDown, ids); err != nil {
		return nil, err
	}
	by := make(map[MeasureID]HeldMessage, len(rows))
	for _, r := range rows {
		by[r.MeasureID] = r.message()
	}
	return by, nil
}

const turnedDown = heldColumns + " where h.measure_id in (?)"
