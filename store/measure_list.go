package store

import (
	"context"
	"time"
)

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
	Quote    string
}

func (r measureRow) measure() Measure {
	return Measure{
		ID: r.ID, Kind: r.Kind, User: r.UserID, Room: r.RoomID, Seq: r.Seq, Case: r.CaseID, By: r.ByID, At: fromMicros(r.At),
		Until: fromMicros(r.UntilAt), EndedAt: fromMicros(r.EndedAt), EndedBy: r.EndedBy, Reason: r.Reason, Words: r.Words,
		Amount: r.Amount, ReadAt: fromMicros(r.ReadAt), kept: r.Kept,
		UserName: r.UserName, RoomName: r.RoomName, ByName: r.ByName, Quote: r.Quote,
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

// fieldsOfMeasure are measureFields of the table x.
const fieldsOfMeasure = `x.id, x.kind, x.user_id, x.room_id, x.seq, x.case_id, x.by_id, x.at, x.until_at, x.ended_at, x.ended_by, x.reason, x.words, x.amount, x.kept, x.read_at`

// measureColumns are a measureRow with its names. A direct conversation has none.
const measureColumns = "select " + fieldsOfMeasure + `,
       coalesce(u.name, '') as user_name, coalesce(r.name, '') as room_name, coalesce(b.name, '') as by_name
  from measures x
  left join users u on u.id = x.user_id
  left join rooms r on r.id = x.room_id
  left join users b on b.id = x.by_id`

// The names are looked up only for those of a page.
const measuresOn = measureColumns + `
 where x.id in (select k.id from measures k where k.user_id = $1 order by k.id desc limit $2)
 order by x.id desc`

// MeasuresIn returns what was done in room, the newest first, at most limit.
func (s *Store) MeasuresIn(ctx context.Context, room RoomID, limit int) ([]Measure, error) {
	return s.measures(ctx, measuresIn, room, limit)
}

const measuresIn = measureColumns + `
 where x.id in (select k.id from measures k where k.room_id = $1 order by k.id desc limit $2)
 order by x.id desc`

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

// MeasuresOnNewcomers returns what was decided about all new accounts, the newest first,
// at most limit.
func (s *Store) MeasuresOnNewcomers(ctx context.Context, limit int) ([]Measure, error) {
	return s.measures(ctx, measuresOnNewcomers, limit)
}

const measuresOnNewcomers = measureColumns + `
 where x.user_id = 0 and x.room_id + 0 = 0
 order by x.id desc
 limit $1`

// sentAgain is how long after a measure the same one is taken for the same form, sent
// again by a second click.
const sentAgain = 5 * time.Second

// sameJustNow is what by did just before m, if it is the same and holds: sql.ErrNoRows if
// there is none. The caller has locked what m is on.
func sameJustNow(ctx context.Context, tx *transaction, m Measure) (Measure, error) {
	first, last := int64(0), int64(0) // both ends were counted from when the form came
	if !m.Until.IsZero() {
		first, last = micros(m.Until.Add(-sentAgain)), micros(m.Until)
	}
	var r measureRow
	err := tx.GetContext(ctx, &r, sameMeasure, m.User, m.Room, m.Seq, m.Kind, m.By, m.Reason, m.Words, m.Amount, micros(m.At.Add(-sentAgain)), first, last)
	return r.measure(), err
}

// It is one of the last.
const sameMeasure = "select " + measureFields + `
  from measures
 where user_id = $1 and room_id = $2 and seq = $3 and kind = $4 and by_id = $5 and reason = $6 and words = $7 and amount = $8
   and at >= $9 and until_at between $10 and $11 and case_id = 0 and ended_at = 0
   and id > (select value - 100 from counters where name = 'measure')
 order by id desc
 limit 1`

// sameSince is what was done after seen, if it is of the same kind on the same and holds at
// m.At, with the name of who did it: sql.ErrNoRows if there is none.
func sameSince(ctx context.Context, tx *transaction, m Measure, seen MeasureID) (Measure, error) {
	var r measureRow
	err := tx.GetContext(ctx, &r, sameAfter, m.User, m.Room, m.Kind, micros(m.At), seen)
	return r.measure(), err
}

// It is one of those that are in force.
const sameAfter = measureColumns + `
 where x.ended_at = 0 and x.id > $5 and x.user_id = $1 and x.room_id = $2 and x.kind = $3 and (x.until_at = 0 or x.until_at > $4)
 order by x.id desc
 limit 1`
