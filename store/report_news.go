package store

import (
	"context"
)

// What became of a report is news to who made it until they are shown it: that it was
// decided, and that what was done then was lifted again after an objection.

// newsOfCase notes for all who reported the case, but for by, that it was decided.
func newsOfCase(ctx context.Context, tx *transaction, id CaseID, by UserID) error {
	_, err := tx.ExecContext(ctx, newsOf, id, by)
	return err
}

const newsOf = "update reports set news = true where case_id = $1 and user_id <> $2"

// noNewsOf takes that back: it is looked at again.
func noNewsOf(ctx context.Context, tx *transaction, id CaseID) error {
	_, err := tx.ExecContext(ctx, noNews, id)
	return err
}

const noNews = "update reports set news = false where case_id = $1"

// newsOfLift notes that m was lifted after an objection, if it was, and its case is closed.
func newsOfLift(ctx context.Context, tx *transaction, m Measure) error {
	if m.Case == 0 || m.EndedBy == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, newsOf+liftedAfterAll, m.Case, m.EndedBy, m.ID)
	return err
}

const liftedAfterAll = `
   and exists (select 1 from cases c where c.id = $1 and c.state = 'closed')
   and exists (select 1 from appeals a where a.measure_id = $3 and a.granted)`

// ReportersOf returns who reported the case, at most limit.
func (s *Store) ReportersOf(ctx context.Context, id CaseID, limit int) ([]UserID, error) {
	var all []UserID
	err := s.list(ctx, &all, reportersOf, id, limit)
	return all, s.plain(err)
}

const reportersOf = "select user_id from reports where case_id = $1 limit $2"

// ReadReports notes that user was shown what became of their reports.
func (s *Store) ReadReports(ctx context.Context, user UserID) error {
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		_, err := tx.ExecContext(ctx, readReports, user)
		return err
	})
}

const readReports = "update reports set news = false where user_id = $1 and news"
