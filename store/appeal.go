package store

import (
	"cmp"
	"context"
	"database/sql"
	"time"
)

// Appeal is a person's objection to a measure on them: one for each.
type Appeal struct {
	Measure   Measure
	At        time.Time
	Text      string
	DecidedAt time.Time // zero: open
	DecidedBy UserID
	Granted   bool // the measure was lifted
	Answer    string
}

// AppealRunes is how long an appeal and its answer may be.
const AppealRunes = 2000

// CreateAppeal objects to a measure on user. It fails with ErrNotFound if it is none on
// them, with ErrConflict if they have appealed already, and with Invalid if it no
// longer holds or nothing is said.
func (s *Store) CreateAppeal(ctx context.Context, user UserID, id MeasureID, text string) error {
	text, problem := said("text", text, AppealRunes, "Say why this was wrong.")
	if problem != nil {
		return problem
	}
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		m, err := s.lockMeasure(ctx, tx, id)
		if err != nil {
			return err
		}
		if m.User != user {
			return ErrNotFound
		}
		if !m.Holds(s.now()) {
			return Invalid{"text", "This has ended already, so there is nothing left to object to."}
		}
		res, err := tx.ExecContext(ctx, "insert into appeals (measure_id, user_id, at, text) values ($1, $2, $3, $4) on conflict do nothing", id, user, micros(s.now()), text)
		if err := one(res, err); err == ErrNotFound {
			return ErrConflict
		}
		return err
	})
}

// DecideAppeal answers the open appeal against measure id: granted, the measure is
// lifted. Who imposed it decides only if nobody else could. It fails with ErrNotFound if
// by may not decide it, and with ErrConflict if somebody else has.
func (s *Store) DecideAppeal(ctx context.Context, by Actor, id MeasureID, granted bool, answer string) (Measure, error) {
	answer, problem := said("answer", answer, AppealRunes, "Answer in a sentence or two.")
	if problem != nil {
		return Measure{}, problem
	}
	var m Measure
	err := s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		var err error
		if m, err = s.lockMeasure(ctx, tx, id); err != nil {
			return err
		}
		if may, err := mayLift(ctx, tx, by.User, m); err != nil || !may {
			return cmp.Or(err, sql.ErrNoRows)
		}
		if m.By == by.User {
			alone, err := alone(ctx, tx, m)
			if err != nil {
				return err
			}
			if !alone {
				return Invalid{"answer", "You imposed this, so somebody else decides."}
			}
		}
		res, err := tx.ExecContext(ctx, "update appeals set decided_at = $1, decided_by = $2, granted = $3, answer = $4 where measure_id = $5 and decided_at = 0",
			micros(s.now()), by.User, granted, answer, id)
		if err := one(res, err); err != nil {
			if err == ErrNotFound {
				err = ErrConflict
			}
			return err
		}
		e, err := measureEntry(ctx, tx, m)
		if err != nil {
			return err
		}
		e.Act, e.Now = "appeal.refuse", ""
		if granted {
			e.Act = "appeal.grant"
		}
		if err := s.record(ctx, tx, by, e); err != nil {
			return err
		}
		// The person is told, as of the measure itself.
		if _, err := tx.ExecContext(ctx, "update measures set read_at = 0 where id = $1", id); err != nil {
			return err
		}
		if granted && m.EndedAt.IsZero() {
			return s.lift(ctx, tx, by, &m, "appeal")
		}
		return nil
	})
	return m, err
}

// reader is where rows are read: a transaction, or the store.
type reader interface {
	asking
	SelectContext(ctx context.Context, rows any, query string, args ...any) error
}

// SelectContext reads all rows.
func (r reads) SelectContext(ctx context.Context, rows any, query string, args ...any) error {
	return r.list(ctx, rows, query, args...)
}

// alone says whether nobody but who imposed m could decide about it: each other person
// who moderates is asked as MayEnd would.
func alone(ctx context.Context, tx reader, m Measure) (bool, error) {
	var others []UserID
	if err := tx.SelectContext(ctx, &others, officers, m.By, m.User, m.Room); err != nil {
		return false, err
	}
	places := offices{}
	j, err := judge(ctx, tx, m, places)
	if err != nil {
		return false, err
	}
	for _, other := range others {
		if _, _, may, err := j.by(ctx, tx, other, places); err != nil || may {
			return false, err
		}
	}
	return true, nil
}

// Who moderates, be it everywhere or in one room, without two of them; administrators
// first, who nearly always can.
const officers = `
select u.id
  from users u
 where (u.role in ('administrator', 'moderator')
        or u.id in (select x.user_id from members x where x.room_id = $3 and x.present and (x.owner or x.moderator)))
   and u.suspended_at = 0 and u.id <> $1 and u.id <> $2
 order by u.role
 limit 200`

// Alone says whether nobody but who imposed m could decide an appeal against it.
func (s *Store) Alone(ctx context.Context, m Measure) (bool, error) {
	is, err := alone(ctx, reads{s}, m)
	return is, s.plain(err)
}

// AppealsBy returns user's appeals by what they are against.
func (s *Store) AppealsBy(ctx context.Context, user UserID) (map[MeasureID]Appeal, error) {
	all, err := s.appeals(ctx, appealsBy, user)
	by := make(map[MeasureID]Appeal, len(all))
	for _, a := range all {
		by[a.Measure.ID] = a
	}
	return by, err
}

const appealsBy = appealColumns + " where x.user_id = $1"

// AppealOf returns the appeal against the measure, or ErrNotFound.
func (s *Store) AppealOf(ctx context.Context, id MeasureID) (Appeal, error) {
	all, err := s.appeals(ctx, appealColumns+" where a.measure_id = $1", id)
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Appeal{}, err
	}
	return all[0], nil
}

// OpenAppeals returns the appeals that wait for a decision, the oldest first, at most limit.
func (s *Store) OpenAppeals(ctx context.Context, limit int) ([]Appeal, error) {
	return s.appeals(ctx, openAppeals, limit)
}

const openAppeals = appealColumns + " where a.decided_at = 0 order by a.at limit $1"

// DecidedAppeals returns those that were decided, the last first, at most limit.
func (s *Store) DecidedAppeals(ctx context.Context, limit int) ([]Appeal, error) {
	return s.appeals(ctx, decidedAppeals, limit)
}

const decidedAppeals = appealColumns + " where a.decided_at > 0 order by a.decided_at desc limit $1"

const appealColumns = "select " + fieldsOfMeasure + `,
       u.name as user_name, coalesce(r.name, '') as room_name, coalesce(b.name, '') as by_name,
       a.at as appealed_at, a.text, a.decided_at, a.decided_by, a.granted, a.answer
  from appeals a
  join measures x on x.id = a.measure_id
  join users u on u.id = a.user_id
  left join rooms r on r.id = x.room_id
  left join users b on b.id = x.by_id`

func (s *Store) appeals(ctx context.Context, query string, args ...any) ([]Appeal, error) {
	var rows []struct {
		measureRow
		AppealedAt int64 `db:"appealed_at"`
		Text       string
		DecidedAt  int64  `db:"decided_at"`
		DecidedBy  UserID `db:"decided_by"`
		Granted    bool
		Answer     string
	}
	if err := s.list(ctx, &rows, query, args...); err != nil {
		return nil, s.plain(err)
	}
	all := make([]Appeal, len(rows))
	for i, r := range rows {
		all[i] = Appeal{Measure: r.measure(), At: fromMicros(r.AppealedAt), Text: r.Text,
			DecidedAt: fromMicros(r.DecidedAt), DecidedBy: r.DecidedBy, Granted: r.Granted, Answer: r.Answer}
	}
	return all, nil
}
