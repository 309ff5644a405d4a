package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ExportData writes down all that is stored about a person and what they wrote, in parts
// of bounded size, and removes them after ExportLife.
const ExportData JobKind = "account.export"

// ExportLife is how long an export can be fetched.
const ExportLife = 7 * 24 * time.Hour

func init() { jobKinds[ExportData] = (*Store).export }

// exportReady is the Place of an export that can be fetched: what is left of the job is
// to remove it.
const exportReady = "ready"

// Export is what user has asked to be written down.
type Export struct {
	Job
}

// Ready says whether it can be fetched, until RunAt.
func (e Export) Ready() bool { return e.State == JobWaiting && e.Place == exportReady && e.Job.ID != 0 }

// Parts is of how many parts it is.
func (e Export) Parts() int64 {
	n, err := strconv.ParseInt(e.Note, 10, 64)
	if err != nil {
		return 0 // it is not ready
	}
	return n
}

// Preparing says whether it is being written.
func (e Export) Preparing() bool {
	return e.State == JobWaiting && e.Place != exportReady && e.Job.ID != 0
}

// ExportOf returns user's newest export; it is the zero value if there is none.
func (s *Store) ExportOf(ctx context.Context, user UserID) (Export, error) {
	j, err := s.JobOf(ctx, ExportData, user)
	if err == ErrNotFound {
		return Export{}, nil
	}
	if err == nil && j.Place == exportReady && !j.RunAt.After(s.now()) {
		return Export{}, nil // it is about to be removed
	}
	return Export{j}, err
}

// CreateExport has all that is stored about user written down; one from before is
// removed. While one is being written it does nothing.
func (s *Store) CreateExport(ctx context.Context, user UserID) error {
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		// The person's row is the lock.
		if err := one(tx.ExecContext(ctx, "update users set id = id where id = $1 and suspended_at = 0", user)); err != nil {
			return err
		}
		var busy bool
		if err := tx.GetContext(ctx, &busy, exporting, user); err != nil || busy {
			return err
		}
		if _, err := tx.ExecContext(ctx, endExports, user); err != nil {
			return err
		}
		_, err := s.addJob(ctx, tx, Job{Kind: ExportData, User: user, By: user})
		return err
	})
}

const exporting = `select exists (select 1 from jobs where user_id = $1 and kind = 'account.export' and state = 'waiting' and place <> 'ready')`

// endExports has what was written down be removed now, also where writing it failed.
const endExports = `
update jobs
   set state = 'waiting', ended_at = 0, place = 'ready', run_at = 0
 where user_id = $1 and kind = 'account.export' and state in ('waiting', 'failed')`

// ExportPart returns a part of user's own export by its number, from 1, and ErrNotFound
// after the last.
func (s *Store) ExportPart(ctx context.Context, user UserID, job JobID, number int64) (string, error) {
	var body string
	err := s.get(ctx, &body, exportPart, job, number, user, micros(s.now()))
	return body, s.plain(err)
}

const exportPart = `
select p.body
  from export_parts p
  join jobs j on j.id = p.job_id
 where p.job_id = $1 and p.number = $2 and j.user_id = $3 and j.kind = 'account.export' and j.state = 'waiting' and j.run_at > $4 and j.place = 'ready'`

// export is one step: it writes one part, or removes some. Its Place is "PARTS PHASE
// WHERE", of how many parts there are and after which two numbers the next goes on.
func (s *Store) export(ctx context.Context, tx *transaction, j *Job) error {
	if j.Place == exportReady {
		return removeExport(ctx, tx, j)
	}
	parts, phase, where := int64(0), exportPhases[0].name, "0 0"
	if j.Place != "" {
		words := strings.SplitN(j.Place, " ", 3)
		if _, err := fmt.Sscan(words[0], &parts); err != nil || len(words) != 3 {
			return fmt.Errorf("an export at %q", j.Place)
		}
		phase, where = words[1], words[2]
	}
	at := slices.IndexFunc(exportPhases, func(p exportPhase) bool { return p.name == phase })
	if at < 0 {
		return fmt.Errorf("an export at %q", j.Place)
	}
	e := exporter{tx: tx, user: j.User, job: j}
	if _, err := fmt.Sscan(where, &e.after[0], &e.after[1]); err != nil {
		return err
	}
	if err := exportPhases[at].write(&e, ctx); err != nil {
		return err
	}
	next := phase
	if !e.more {
		e.after, next = [2]int64{}, ""
		if at+1 < len(exportPhases) {
			next = exportPhases[at+1].name
		}
	}
	if e.out.Len() > 0 {
		parts++
		if _, err := tx.ExecContext(ctx, "insert into export_parts (job_id, number, body) values ($1, $2, $3)", j.ID, parts, e.out.String()); err != nil {
			return err
		}
	}
	if j.Place = fmt.Sprint(parts, " ", next, " ", e.after[0], " ", e.after[1]); next == "" {
		j.Place, j.Note, j.Done, j.RunAt = exportReady, fmt.Sprint(parts), j.Total, s.now().Add(ExportLife)
	}
	return nil
}

func removeExport(ctx context.Context, tx *transaction, j *Job) error {
	res, err := tx.ExecContext(ctx, "delete from export_parts where job_id = $1 and number in (select p.number from export_parts p where p.job_id = $1 order by p.number limit 50)", j.ID)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n < 50 {
		j.State = JobDone
	}
	return err
}

func isNoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }
