package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
)

// Held is ErrConflict for an act on a case that somebody else changed: who has it, or
// who closed it, by name; "": nobody has it any more.
type Held struct {
	By    string
	State CaseState
}

func (e Held) Error() string { return "the case is " + string(e.State) + ", with " + e.By }

func (e Held) Unwrap() error { return ErrConflict }

// onCase runs fn in one transaction as an act of by on the case as it was at version,
// and logs the entry that fn returns. The case cannot change meanwhile, and another
// version follows. It fails with ErrNotFound for who does not handle it, and with Held.
func (s *Store) onCase(ctx context.Context, by Actor, id CaseID, version int, fn func(context.Context, *transaction, *Case) (Entry, error)) error {
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		c, err := s.lockCase(ctx, tx, by.User, id)
		if err != nil {
			return err
		}
		if c.Version != version {
			return heldBy(ctx, tx, c)
		}
		entry, err := fn(ctx, tx, &c)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, updateCase, c.State, c.TakenBy, micros(c.ClosedAt), c.ClosedBy, c.Outcome, id); err != nil {
			return err
		}
		if entry.Act == "" {
			return nil
		}
		if entry.Target, err = targetOf(ctx, tx, c); err != nil {
			return err
		}
		return s.record(ctx, tx, by, entry)
	})
}

const updateCase = `
update cases
   set version = version + 1, state = $1, taken_by = $2, closed_at = $3, closed_by = $4, outcome = $5
 where id = $6`

// lockCase reads the case for an act of by, and holds it until the transaction ends.
// What it is about is locked before it, as those do who report it.
func (s *Store) lockCase(ctx context.Context, tx *transaction, by UserID, id CaseID) (Case, error) {
	var about struct {
		RoomID RoomID `db:"room_id"`
		UserID UserID `db:"user_id"`
	}
	if err := tx.GetContext(ctx, &about, "select room_id, user_id from cases where id = $1", id); err != nil {
		return Case{}, err
	}
	if about.RoomID != 0 { // a measure that follows locks the person, after their room
		if err := s.lockRoom(ctx, tx, about.RoomID); err != nil {
			return Case{}, err
		}
	} else if err := s.lockPerson(ctx, tx, about.UserID); err != nil {
		return Case{}, err
	}
	if _, err := tx.ExecContext(ctx, "update cases set id = id where id = $1", id); err != nil {
		return Case{}, err
	}
	var r caseRow
	if err := tx.GetContext(ctx, &r, "select "+caseFields+" from cases c where c.id = $1", id); err != nil {
		return Case{}, err
	}
	o, err := officerIn(ctx, tx, r.RoomID, by)
	if err == nil && !handles(o, r.theCase()) {
		err = sql.ErrNoRows
	}
	return r.theCase(), err
}

func heldBy(ctx context.Context, tx *transaction, c Case) error {
	held, who := Held{State: c.State}, c.TakenBy
	if c.State == CaseClosed {
		who = c.ClosedBy
	}
	if who != 0 {
		if err := tx.GetContext(ctx, &held.By, "select name from users where id = $1", who); err != nil {
			return err
		}
	}
	return held
}

func targetOf(ctx context.Context, tx *transaction, c Case) (Target, error) {
	if c.Seq != 0 {
		return Target{Kind: OnMessage, ID: int64(c.Room), Seq: c.Seq}, nil
	}
	t := Target{Kind: OnAccount, ID: int64(c.User)}
	return t, tx.GetContext(ctx, &t.Name, "select name from users where id = $1", c.User)
}

// decides is nil if by may decide c now: it is open, and nobody else has it.
func decides(ctx context.Context, tx *transaction, c Case, by UserID) error {
	if c.State != CaseOpen || c.TakenBy != 0 && c.TakenBy != by {
		return heldBy(ctx, tx, c)
	}
	return nil
}

// AssignCase gives the open case to to: oneself, who so takes it, somebody else who
// handles such cases, or nobody (0). Only who has it, if anybody has, hands it over or
// gives it back; taking it from them is possible, knowing that they have it.
func (s *Store) AssignCase(ctx context.Context, by Actor, id CaseID, version int, to UserID) error {
	return s.onCase(ctx, by, id, version, func(ctx context.Context, tx *transaction, c *Case) (Entry, error) {
		if c.State != CaseOpen {
			return Entry{}, heldBy(ctx, tx, *c)
		}
		if to != by.User {
			if err := decides(ctx, tx, *c, by.User); err != nil {
				return Entry{}, err
			}
		}
		if to != 0 {
			o, err := officerIn(ctx, tx, c.Room, to)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return Entry{}, err
			}
			if !handles(o, *c) {
				return Entry{}, Invalid{"to", "They cannot handle this case. Choose somebody else."}
			}
		}
		c.TakenBy = to
		return Entry{}, nil
	})
}

// CloseCase decides that no more is to be done: what was done is the outcome, nothing if
// nothing was. Nobody else may have it.
func (s *Store) CloseCase(ctx context.Context, by Actor, id CaseID, version int) error {
	return s.onCase(ctx, by, id, version, func(ctx context.Context, tx *transaction, c *Case) (Entry, error) {
		if err := decides(ctx, tx, *c, by.User); err != nil {
			return Entry{}, err
		}
		return s.closeCase(ctx, tx, by, c)
	})
}

func (s *Store) closeCase(ctx context.Context, tx *transaction, by Actor, c *Case) (Entry, error) {
	var done int
	if err := tx.GetContext(ctx, &done, "select count(*) from measures where case_id = $1", c.ID); err != nil {
		return Entry{}, err
	}
	c.State, c.Outcome, c.ClosedAt, c.ClosedBy = CaseClosed, NothingDone, s.now(), by.User
	if done > 0 {
		c.Outcome = MeasuresDone
	}
	return Entry{Act: "case.close", Now: string(c.Outcome)}, newsOfCase(ctx, tx, c.ID, by.User)
}

// ReopenCase has a closed case be looked at again, by who reopens it.
func (s *Store) ReopenCase(ctx context.Context, by Actor, id CaseID, version int) error {
	return s.onCase(ctx, by, id, version, func(ctx context.Context, tx *transaction, c *Case) (Entry, error) {
		if c.State != CaseClosed {
			return Entry{}, heldBy(ctx, tx, *c)
		}
		var another caseRow
		err := tx.GetContext(ctx, &another, openCaseAbout, c.Room, c.Seq, c.User)
		if err == nil {
			return Entry{}, Invalid{"reopen", "There is a newer open case about the same. Decide that one."}
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return Entry{}, err
		}
		c.State, c.TakenBy, c.ClosedAt, c.ClosedBy, c.Outcome = CaseOpen, by.User, time.Time{}, 0, ""
		return Entry{Act: "case.reopen"}, noNewsOf(ctx, tx, c.ID)
	})
}

// ImposeInCase is Impose of a measure that the case is about, in one act with closing
// it, if close. Nobody else may have the case.
func (s *Store) ImposeInCase(ctx context.Context, by Actor, id CaseID, version int, in Measure, close bool) (m Measure, err error) {
	m = in
	m.By, m.At, m.Case = by.User, s.now(), id
	if p := checkMeasure(&m); p != nil {
		return m, p
	}
	err = s.onCase(ctx, by, id, version, func(ctx context.Context, tx *transaction, c *Case) (Entry, error) {
		if err := decides(ctx, tx, *c, by.User); err != nil {
			return Entry{}, err
		}
		m.User, m.Seq = c.User, 0
		if m.Room != 0 {
			m.Seq = c.Seq
		}
		if m.Room != 0 && m.Room != c.Room {
			return Entry{}, sql.ErrNoRows
		}
		// What they are must not become another meanwhile.
		if err := s.lockMeasured(ctx, tx, m.Room, m.User); err != nil {
			return Entry{}, err
		}
		if err := mayImpose(ctx, tx, by.User, m); err != nil {
			return Entry{}, err
		}
		if err := s.impose(ctx, tx, by, &m); err != nil {
			return Entry{}, err
		}
		c.TakenBy = by.User
		if !close {
			return Entry{}, nil
		}
		return s.closeCase(ctx, tx, by, c)
	})
	return m, err
}

// AddNote adds to the case what by writes to the others who handle it. A form that is sent
// twice is done once: what is the last note already is not added again.
func (s *Store) AddNote(ctx context.Context, by UserID, id CaseID, text string) error {
	text = strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), ""))
	if text == "" {
		return Invalid{"text", "Write something first."}
	}
	if err := fits("text", text, NoteRunes); err != nil {
		return err
	}
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		if _, err := s.lockCase(ctx, tx, by, id); err != nil {
			return err
		}
		var last struct {
			ByID UserID `db:"by_id"`
			Text string
		}
		if err := tx.GetContext(ctx, &last, lastNote, id); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if last.ByID == by && last.Text == text {
			return nil
		}
		var note int64
		if err := tx.GetContext(ctx, &note, nextID, "note"); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "insert into case_notes (id, case_id, by_id, at, text) values ($1, $2, $3, $4, $5)", note, id, by, micros(s.now()), text)
		return err
	})
}

const lastNote = "select by_id, text from case_notes where case_id = $1 order by id desc limit 1"
