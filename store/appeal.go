package store

import (
	"context"
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
		m, err := lockMeasure(ctx, tx, id)
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
		if m, err = lockMeasure(ctx, tx, id); err != nil {
			return err
		}
		if err := mayImpose(ctx, tx, by.User, m); err != nil {
			return err
		}
		if m.By == by.User {
			others, err := otherOfficers(ctx, tx, m)
			if err != nil {
				return err
			}
			if others > 0 {
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
		if granted && m.EndedAt.IsZero() {
			return s.lift(ctx, tx, by, &m, "appeal")
		}
		return nil
	})
	return m, err
}

// otherOfficers counts those besides who imposed m who could decide about it: active
// moderators of the instance, and of its room.
func otherOfficers(ctx context.Context, tx asking, m Measure) (int, error) {
	var n int
	err := tx.GetContext(ctx, &n, othersDeciding, m.By, m.User, m.Room)
	return n, err
}

const othersDeciding = `
select (select count(*) from users u where u.role = 'administrator' and u.suspended_at = 0 and u.id <> $1 and u.id <> $2)
     + (select count(*) from users u where u.role = 'moderator' and u.suspended_at = 0 and u.id <> $1 and u.id <> $2)
     + (select count(*) from members x join users u on u.id = x.user_id
         where x.room_id = $3 and x.present and (x.owner or x.moderator) and u.role = 'member' and u.suspended_at = 0 and u.id <> $1 and u.id <> $2)`

// Alone says whether nobody but who imposed m could decide an appeal against it.
func (s *Store) Alone(ctx context.Context, m Measure) (bool, error) {
	n, err := otherOfficers(ctx, reads{s}, m)
	return n == 0, s.plain(err)
}

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

const appealColumns = `
select x.id, x.kind, x.user_id, x.room_id, x.seq, x.case_id, x.by_id, x.at, x.until_at, x.ended_at, x.ended_by, x.reason, x.words, x.amount, x.kept, x.read_at,
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
