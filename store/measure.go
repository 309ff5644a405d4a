package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"
)

// MeasureID numbers the measures.
type MeasureID int64

// MeasureKind is what a moderator does.
type MeasureKind string

// The kinds. Those on a person are notices to them; those on a room its members see.
const (
	HideMessage MeasureKind = "hide"     // a placeholder for others; its author and moderators can read it
	Warning     MeasureKind = "warn"     // nothing but the notice
	TimeOut     MeasureKind = "time-out" // cannot write, in a room or everywhere
	Removal     MeasureKind = "remove"   // out of a room, and cannot come back
	Suspension  MeasureKind = "suspend"  // cannot sign in
	Ban         MeasureKind = "ban"      // nor create another account
	SlowMode    MeasureKind = "slow"     // one message each Amount seconds
	RoomLock    MeasureKind = "lock"     // nobody but its moderators writes
	NewcomerCap MeasureKind = "newcomer" // accounts younger than Amount hours: no links, no new direct conversations
)

// Reason is why, of a short list; reports have the same.
type Reason string

// The reasons.
const (
	Spam        Reason = "spam"
	Harassment  Reason = "harassment"
	Hate        Reason = "hate"
	Violence    Reason = "violence"
	Illegal     Reason = "illegal"
	OffTopic    Reason = "off-topic"
	OtherReason Reason = "other"
)

// Reasons are all of them in the order of the list.
var Reasons = []Reason{Spam, Harassment, Hate, Violence, Illegal, OffTopic, OtherReason}

// Measure is an act of moderation. It holds until Until, or until it is lifted; then
// all is as before.
type Measure struct {
	ID      MeasureID
	Kind    MeasureKind
	User    UserID // on whom; 0: on a room, or on all newcomers
	Room    RoomID // where; 0: everywhere
	Seq     Seq    // of the message that is hidden, or that it is about; 0: none
	Case    CaseID // 0: none
	By      UserID // 0: a rule, or the server itself
	At      time.Time
	Until   time.Time // zero: until it is lifted
	EndedAt time.Time // zero: it holds
	EndedBy UserID    // 0: it ended by itself
	Reason  Reason
	Words   string // what the person is told, besides the reason
	Amount  int    // seconds or hours, as the kind says; of a Ban 1: addresses are refused, too
	ReadAt  time.Time

	UserName, RoomName, ByName string // where it was read to be shown; "": none

	kept string // what it takes to undo it
}

// Holds says whether m is in force at now.
func (m Measure) Holds(now time.Time) bool {
	return m.EndedAt.IsZero() && (m.Until.IsZero() || m.Until.After(now))
}

// CaseID numbers the cases.
type CaseID int64

// effect is what a kind of measure does when it begins and when it ends. end runs for
// one that was lifted and for one that ended by itself, and leaves what other measures
// of the kind that still hold want.
type effect struct {
	begin func(*Store, context.Context, *transaction, *Measure) error
	end   func(*Store, context.Context, *transaction, Measure) error
}

// effects are those of each kind; each is beside what it changes.
var effects = map[MeasureKind]effect{
	Warning: {},
}

// ErrMeasured is Impose's answer where the same measure holds already.
var ErrMeasured = errors.New("this measure holds already")

// Impose does in as an act of by, with its entry in the log, and returns it. It fails
// with ErrNotFound if by may not do this to them (see MayModerate), and with Invalid.
func (s *Store) Impose(ctx context.Context, by Actor, in Measure) (Measure, error) {
	in.By, in.At = by.User, s.now()
	if p := checkMeasure(in); p != nil {
		return in, p
	}
	err := s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		if in.Seq != 0 { // whose message it is, nobody chooses
			if err := tx.GetContext(ctx, &in.User, "select author_id from messages where room_id = $1 and seq = $2", in.Room, in.Seq); err != nil {
				return err
			}
		}
		if err := mayImpose(ctx, tx, by.User, in); err != nil {
			return err
		}
		return s.impose(ctx, tx, by, &in)
	})
	if err != nil {
		return in, fmt.Errorf("%s: %w", in.Kind, err)
	}
	return in, nil
}

func checkMeasure(m Measure) error {
	if _, is := effects[m.Kind]; !is {
		return Invalid{"kind", "Choose what to do."}
	}
	if !slices.Contains(Reasons, m.Reason) {
		return Invalid{"reason", "Choose a reason."}
	}
	if !m.Until.IsZero() && !m.Until.After(m.At) {
		return Invalid{"until", "Choose an end that is still to come."}
	}
	if len(m.Words) > mostOfValue {
		return Invalid{"words", "That is too long. Say it in a few sentences."}
	}
	return nil
}

// impose is Impose within a transaction, by somebody who may.
func (s *Store) impose(ctx context.Context, tx *transaction, by Actor, m *Measure) error {
	if err := tx.GetContext(ctx, &m.ID, nextID, "measure"); err != nil {
		return err
	}
	if begin := effects[m.Kind].begin; begin != nil {
		if err := begin(s, ctx, tx, m); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, insertMeasure, m.ID, m.Kind, m.User, m.Room, m.Seq, m.Case, m.By, micros(m.At), micros(m.Until),
		m.Reason, m.Words, m.Amount, m.kept); err != nil {
		return err
	}
	entry, err := measureEntry(ctx, tx, *m)
	if err != nil {
		return err
	}
	return s.record(ctx, tx, by, entry)
}

const insertMeasure = `
insert into measures (id, kind, user_id, room_id, seq, case_id, by_id, at, until_at, reason, words, amount, kept)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`

// measureEntry is the log's entry of m.
func measureEntry(ctx context.Context, tx *transaction, m Measure) (Entry, error) {
	e := Entry{Act: Act("moderation." + m.Kind), Reason: string(m.Reason)}
	if !m.Until.IsZero() {
		e.Now = "until " + m.Until.Format(time.RFC3339)
	}
	switch {
	case m.Seq != 0:
		e.Target = Target{Kind: OnMessage, ID: int64(m.Room), Seq: m.Seq}
	case m.User != 0:
		e.Target = Target{Kind: OnAccount, ID: int64(m.User)}
		return e, tx.GetContext(ctx, &e.Target.Name, "select name from users where id = $1", m.User)
	case m.Room != 0:
		e.Target = Target{Kind: OnRoom, ID: int64(m.Room)}
		return e, tx.GetContext(ctx, &e.Target.Name, "select name from rooms where id = $1", m.Room)
	}
	return e, nil
}

// Lift ends the measure before its time, as an act of by. It fails with ErrNotFound if
// by could not have imposed it, and with ErrConflict if it has ended.
func (s *Store) Lift(ctx context.Context, by Actor, id MeasureID, why string) (Measure, error) {
	var m Measure
	err := s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		var err error
		if m, err = lockMeasure(ctx, tx, id); err != nil {
			return err
		}
		if err := mayImpose(ctx, tx, by.User, m); err != nil {
			return err
		}
		return s.lift(ctx, tx, by, &m, why)
	})
	return m, err
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

// end notes that m has ended, and undoes what it did.
func (s *Store) end(ctx context.Context, tx *transaction, m *Measure, by UserID) error {
	m.EndedAt, m.EndedBy = s.now(), by
	if _, err := tx.ExecContext(ctx, "update measures set ended_at = $1, ended_by = $2 where id = $3", micros(m.EndedAt), by, m.ID); err != nil {
		return err
	}
	if end := effects[m.Kind].end; end != nil {
		return end(s, ctx, tx, *m)
	}
	return nil
}

// EndMeasures ends those whose time is over, at most limit, and returns them: what
// their persons may do again they may from Until on; this has the pages say so.
func (s *Store) EndMeasures(ctx context.Context, limit int) ([]Measure, error) {
	var due []MeasureID
	if err := s.list(ctx, &due, measuresDue, micros(s.now()), limit); err != nil || len(due) == 0 {
		return nil, s.plain(err)
	}
	var ended []Measure
	for _, id := range due { // each by itself: one that fails does not hold up the others
		err := s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
			m, err := lockMeasure(ctx, tx, id)
			if err != nil || !m.EndedAt.IsZero() || m.Until.IsZero() || m.Until.After(s.now()) {
				return err
			}
			if err := s.end(ctx, tx, &m, 0); err != nil {
				return err
			}
			ended = append(ended, m)
			return nil
		})
		if err != nil {
			return ended, err
		}
	}
	return ended, nil
}

const measuresDue = `
select id
  from measures
 where ended_at = 0 and until_at > 0 and until_at <= $1
 order by until_at
 limit $2`

// lockMeasure reads the measure and holds its row until the transaction ends.
func lockMeasure(ctx context.Context, tx *transaction, id MeasureID) (Measure, error) {
	var r measureRow
	err := tx.GetContext(ctx, &r, "update measures set id = id where id = $1 returning "+measureFields, id)
	return r.measure(), err
}

const measureFields = `id, kind, user_id, room_id, seq, case_id, by_id, at, until_at, ended_at, ended_by, reason, words, amount, kept, read_at`

type measureRow struct {
	ID      MeasureID
	Kind    MeasureKind
	UserID  UserID `db:"user_id"`
	RoomID  RoomID `db:"room_id"`
	Seq     Seq
	CaseID  CaseID `db:"case_id"`
	ByID    UserID `db:"by_id"`
	At      int64
	UntilAt int64  `db:"until_at"`
	EndedAt int64  `db:"ended_at"`
	EndedBy UserID `db:"ended_by"`
	Reason  Reason
	Words   string
	Amount  int
	Kept    string
	ReadAt  int64 `db:"read_at"`

	UserName string `db:"user_name"`
	RoomName string `db:"room_name"`
	ByName   string `db:"by_name"`
}

func (r measureRow) measure() Measure {
	return Measure{
		ID: r.ID, Kind: r.Kind, User: r.UserID, Room: r.RoomID, Seq: r.Seq, Case: r.CaseID, By: r.ByID, At: fromMicros(r.At),
		Until: fromMicros(r.UntilAt), EndedAt: fromMicros(r.EndedAt), EndedBy: r.EndedBy, Reason: r.Reason, Words: r.Words,
		Amount: r.Amount, ReadAt: fromMicros(r.ReadAt), kept: r.Kept,
		UserName: r.UserName, RoomName: r.RoomName, ByName: r.ByName,
	}
}

func (s *Store) measures(ctx context.Context, query string, args ...any) ([]Measure, error) {
	var rows []measureRow
	if err := s.list(ctx, &rows, query, args...); err != nil {
		return nil, s.plain(err)
	}
	all := make([]Measure, len(rows))
	for i, r := range rows {
		all[i] = r.measure()
	}
	return all, nil
}

// MeasuresOn returns what was done to user, the newest first, at most limit.
func (s *Store) MeasuresOn(ctx context.Context, user UserID, limit int) ([]Measure, error) {
	return s.measures(ctx, measuresOn, user, limit)
}

// measureColumns are a measureRow with its names. A direct conversation has none.
const measureColumns = `
select x.id, x.kind, x.user_id, x.room_id, x.seq, x.case_id, x.by_id, x.at, x.until_at, x.ended_at, x.ended_by, x.reason, x.words, x.amount, x.kept, x.read_at,
       coalesce(u.name, '') as user_name, coalesce(r.name, '') as room_name, coalesce(b.name, '') as by_name
  from measures x
  left join users u on u.id = x.user_id
  left join rooms r on r.id = x.room_id
  left join users b on b.id = x.by_id`

const measuresOn = measureColumns + `
 where x.user_id = $1
 order by x.id desc
 limit $2`

// MeasuresIn returns what was done in room, the newest first, at most limit.
func (s *Store) MeasuresIn(ctx context.Context, room RoomID, limit int) ([]Measure, error) {
	return s.measures(ctx, measuresIn, room, limit)
}

const measuresIn = measureColumns + `
 where x.room_id = $1
 order by x.id desc
 limit $2`

// MeasuresOf returns what was done about a case, the oldest first.
func (s *Store) MeasuresOf(ctx context.Context, id CaseID) ([]Measure, error) {
	return s.measures(ctx, measureColumns+" where x.case_id = $1 order by x.id", id)
}

// MeasureByID returns one measure, whoever asks.
func (s *Store) MeasureByID(ctx context.Context, id MeasureID) (Measure, error) {
	all, err := s.measures(ctx, measureColumns+" where x.id = $1", id)
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Measure{}, err
	}
	return all[0], nil
}

// mayImpose is nil if by may do what m says, and otherwise sql.ErrNoRows, as for what
// is not there.
func mayImpose(ctx context.Context, tx *transaction, by UserID, m Measure) error {
	officer, err := officerIn(ctx, tx, m.Room, by)
	if err != nil {
		return err
	}
	var target Officer
	if m.User != 0 {
		if target, err = officerIn(ctx, tx, m.Room, m.User); err != nil {
			return err
		}
	}
	if m.Case != 0 && m.Seq != 0 {
		var n int
		err := tx.GetContext(ctx, &n, "select count(*) from cases where id = $1 and room_id = $2 and seq = $3", m.Case, m.Room, m.Seq)
		if officer.Case = n > 0; err != nil {
			return err
		}
	}
	if !MayModerate(officer, m, target) {
		return sql.ErrNoRows
	}
	return nil
}
