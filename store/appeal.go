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
	DecidedBy UserID    // 0: nobody did; the measure ended by itself
	Granted   bool      // the measure was lifted
	Answer    string    // "": nobody answered; the measure ended before
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
		res, err := tx.ExecContext(ctx, insertAppeal, id, user, m.Room, micros(s.now()), text)
		if err := one(res, err); err == ErrNotFound {
			return ErrConflict
		} else if err != nil {
			return err
		}
		return keepHeld(ctx, tx, m, m.At.Add(CopyLife)) // for who decides
	})
}

const insertAppeal = `
insert into appeals (measure_id, user_id, room_id, at, text)
values ($1, $2, $3, $4, $5)
on conflict do nothing`

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
		e.Act, e.Now, e.Reason = "appeal.refuse", "", answer
		if granted {
			e.Act = "appeal.grant"
		}
		if err := s.record(ctx, tx, by, e); err != nil {
			return err
		}
		if err := tell(ctx, tx, id); err != nil {
			return err
		}
		if !m.EndedAt.IsZero() {
			return nil
		}
		if granted {
			return s.lift(ctx, tx, by, &m, "appeal")
		}
		return keepHeld(ctx, tx, m, s.now().Add(HeldLife))
	})
	return m, err
}

// settleAppeal closes the open appeal against m, which has ended, if there is one, and
// has its person told: it is granted if somebody lifted m.
func settleAppeal(ctx context.Context, tx *transaction, m Measure) error {
	res, err := tx.ExecContext(ctx, "update appeals set decided_at = $1, decided_by = $2, granted = $3 where measure_id = $4 and decided_at = 0",
		micros(m.EndedAt), m.EndedBy, m.EndedBy != 0, m.ID)
	if err := one(res, err); err != nil {
		if err == ErrNotFound {
			return nil
		}
		return err
	}
	return tell(ctx, tx, m.ID)
}

// tell has the person be told of the measure as if it were new.
func tell(ctx context.Context, tx *transaction, id MeasureID) error {
	_, err := tx.ExecContext(ctx, "update measures set read_at = 0 where id = $1", id)
	return err
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

// judges are at most limit of those who could decide about m beside who imposed it: each
// other person who moderates is asked as MayEnd would.
func judges(ctx context.Context, tx reader, m Measure, limit int) (all []Named, err error) {
	var others []Named
	if err := tx.SelectContext(ctx, &others, officers, m.By, m.User, m.Room); err != nil {
		return nil, err
	}
	places := offices{}
	j, err := judge(ctx, tx, m, places)
	if err != nil {
		return nil, err
	}
	for _, other := range others {
		_, _, may, err := j.by(ctx, tx, other.ID, places)
		if err != nil {
			return nil, err
		}
		if may {
			all = append(all, other)
		}
		if len(all) == limit {
			break
		}
	}
	return all, nil
}

// alone says whether nobody but who imposed m could decide about it.
func alone(ctx context.Context, tx reader, m Measure) (bool, error) {
	others, err := judges(ctx, tx, m, 1)
	return err == nil && len(others) == 0, err
}

// Who moderates, be it everywhere or in one room, without two of them; administrators
// first, who nearly always can.
const officers = `
select u.id, u.name
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

// Judges returns at most limit of those who can decide an appeal against m and did not
// impose it, administrators first.
func (s *Store) Judges(ctx context.Context, m Measure, limit int) ([]Named, error) {
	all, err := judges(ctx, reads{s}, m, limit)
	return all, s.plain(err)
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
