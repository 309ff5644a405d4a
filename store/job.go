package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// JobID numbers the jobs.
type JobID int64

// JobKind is what a job does.
type JobKind string

// JobState is how far a job is.
type JobState string

// The states of a job.
const (
	JobWaiting JobState = "waiting" // for its time, or its next step
	JobDone    JobState = "done"
	JobFailed  JobState = "failed" // Note says why
	JobOff     JobState = "called off"
)

// Job is work that takes longer than a request: it is done in steps, each of which is
// one transaction that also keeps how far the job is. So after a crash it goes on where
// it was, and no step is done twice.
type Job struct {
	ID        JobID
	Kind      JobKind
	User      UserID // whom it is about; 0: nobody
	Room      RoomID // what room it is about; 0: none
	By        UserID // who wanted it
	CreatedAt time.Time
	RunAt     time.Time // not before this
	EndedAt   time.Time // zero: not yet
	State     JobState
	Done      int64 // steps' units, of Total
	Total     int64 // 0: not known yet
	Place     string
	Note      string

	// Moved are the rooms whose log the last step added to.
	Moved []RoomID
}

// Percent is how much is done.
func (j Job) Percent() int {
	if j.State == JobDone {
		return 100
	}
	return int(100 * j.Done / max(j.Total, 1))
}

// jobKinds are what one step of each kind of job does. It changes what it is given: how
// much is Done, the Place where the next goes on, and State when nothing is left.
// Each noun adds its own.
var jobKinds = map[JobKind]func(*Store, context.Context, *transaction, *Job) error{}

// addJob keeps j, which waits for its time.
func (s *Store) addJob(ctx context.Context, tx *transaction, j Job) (JobID, error) {
	if err := tx.GetContext(ctx, &j.ID, nextID, "job"); err != nil {
		return 0, err
	}
	now := s.now()
	if j.RunAt.IsZero() {
		j.RunAt = now
	}
	_, err := tx.ExecContext(ctx, insertJob, j.ID, j.Kind, j.User, j.Room, j.By, micros(now), micros(j.RunAt), JobWaiting, j.Total)
	return j.ID, err
}

const insertJob = `
insert into jobs (id, kind, user_id, room_id, by_id, created_at, run_at, state, total)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

// RunJob does one step of the job whose turn it is, and returns it as it is then. It
// fails with ErrNotFound if there is nothing to do now. A step that fails ends its job,
// unless the database could not be written: then it is tried again.
func (s *Store) RunJob(ctx context.Context) (Job, error) {
	var j Job
	var due JobID
	if err := s.get(ctx, &due, jobDue, micros(s.now())); err != nil { // asking costs no write
		return j, s.plain(err)
	}
	err := s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		j = Job{}
		var r jobRow
		// The update takes the row: of two nodes one does the step, and the other finds
		// it as it is then.
		if err := tx.GetContext(ctx, &r, takeJob, micros(s.now())); err != nil {
			return err
		}
		j = r.job()
		step := jobKinds[j.Kind]
		if step == nil {
			return fmt.Errorf("job %d: no kind %q", j.ID, j.Kind)
		}
		if err := step(s, ctx, tx, &j); err != nil {
			return err
		}
		if j.State != JobWaiting {
			j.EndedAt = s.now()
		}
		return keepJob(ctx, tx, j)
	})
	if err == nil || j.ID == 0 || errors.Is(err, ErrUnavailable) || errors.Is(err, ErrFull) || errors.Is(err, ErrReadOnly) || ctx.Err() != nil {
		return j, err
	}
	j.State, j.Note, j.EndedAt, j.Moved = JobFailed, clip(err.Error(), mostOfValue), s.now(), nil
	return j, s.inTx(ctx, func(ctx context.Context, tx *transaction) error { return keepJob(ctx, tx, j) })
}

const jobDue = "select id from jobs where state = 'waiting' and run_at <= $1 order by run_at limit 1"

const takeJob = `
update jobs
   set run_at = run_at
 where id = (select j.id from jobs j where j.state = 'waiting' and j.run_at <= $1 order by j.run_at limit 1)
   and state = 'waiting' and run_at <= $1
returning ` + jobFields

func keepJob(ctx context.Context, tx *transaction, j Job) error {
	_, err := tx.ExecContext(ctx, "update jobs set state = $1, run_at = $2, ended_at = $3, done = $4, total = $5, place = $6, note = $7 where id = $8",
		j.State, micros(j.RunAt), micros(j.EndedAt), j.Done, j.Total, j.Place, j.Note, j.ID)
	return err
}

// callOff ends a job that still waits for its time; it fails with sql.ErrNoRows if
// there is none of that kind about that room, or it has begun.
func callOff(ctx context.Context, tx *transaction, kind JobKind, room RoomID, now time.Time) error {
	return one(tx.ExecContext(ctx, "update jobs set state = $1, ended_at = $2 where kind = $3 and room_id = $4 and state = 'waiting' and done = 0 and run_at > $2",
		JobOff, micros(now), kind, room))
}

const jobFields = `id, kind, user_id, room_id, by_id, created_at, run_at, ended_at, state, done, total, place, note`

type jobRow struct {
	ID        JobID
	Kind      JobKind
	UserID    UserID `db:"user_id"`
	RoomID    RoomID `db:"room_id"`
	ByID      UserID `db:"by_id"`
	CreatedAt int64  `db:"created_at"`
	RunAt     int64  `db:"run_at"`
	EndedAt   int64  `db:"ended_at"`
	State     JobState
	Done      int64
	Total     int64
	Place     string
	Note      string
}

func (r jobRow) job() Job {
	return Job{ID: r.ID, Kind: r.Kind, User: r.UserID, Room: r.RoomID, By: r.ByID, CreatedAt: fromMicros(r.CreatedAt), RunAt: fromMicros(r.RunAt),
		EndedAt: fromMicros(r.EndedAt), State: r.State, Done: r.Done, Total: r.Total, Place: r.Place, Note: r.Note}
}

// JobOf returns the newest job of that kind about user, or ErrNotFound.
func (s *Store) JobOf(ctx context.Context, kind JobKind, user UserID) (Job, error) {
	var r jobRow
	err := s.get(ctx, &r, "select "+jobFields+" from jobs where user_id = $1 and kind = $2 order by id desc limit 1", user, kind)
	return r.job(), s.plain(err)
}

// JobAbout returns the newest job of that kind about room, or ErrNotFound.
func (s *Store) JobAbout(ctx context.Context, kind JobKind, room RoomID) (Job, error) {
	var r jobRow
	err := s.get(ctx, &r, "select "+jobFields+" from jobs where room_id = $1 and kind = $2 order by id desc limit 1", room, kind)
	return r.job(), s.plain(err)
}
