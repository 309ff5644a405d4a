package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Report is what one person says about a message, or about a person.
type Report struct {
	Case   CaseID
	By     UserID
	ByName string
	At     time.Time
	Reason Reason
	Note   string
}

// The most of reports: characters of a note, and new ones of a person in a day.
const (
	NoteRunes     = 1000
	ReportsPerDay = 20
)

// Copy is a text as somebody reported it: its author may change or delete it after.
type Copy struct {
	Body string    `json:"body"` // "": it was deleted before
	Rev  Rev       `json:"rev"`
	At   time.Time `json:"at"`
	Rule string    `json:"rule,omitempty"` // that caught it; "": somebody reported it
}

// mostCopies is how many texts of one message a case keeps: the first, and the newest.
const mostCopies = 10

// ReportMessage has moderators look at the message, on behalf of by, who can read it,
// and returns the case: an open one about it, or a new one. Whoever reports the same
// again changes their reason and note. It fails with ErrNotFound for who cannot read
// it, and for its author, and with Invalid.
func (s *Store) ReportMessage(ctx context.Context, room RoomID, seq Seq, by UserID, reason Reason, note string) (Case, error) {
	return s.report(ctx, Case{Room: room, Seq: seq}, by, reason, note, func(ctx context.Context, tx *transaction, c *Case) error {
		if err := s.lockRoom(ctx, tx, room); err != nil { // the author may be deleting it
			return err
		}
		who, err := standing(ctx, tx, room, by)
		if err != nil {
			return err
		}
		if err := permit(who, Read, nil, s.now()); err != nil {
			return err
		}
		var m struct {
			AuthorID UserID `db:"author_id"`
			Body     string
			Rev      Rev
		}
		if err := tx.GetContext(ctx, &m, "select author_id, body, rev from messages where room_id = $1 and seq = $2", room, seq); err != nil {
			return err
		}
		c.User, c.Copies = m.AuthorID, []Copy{{Body: m.Body, Rev: m.Rev, At: s.now()}}
		return nil
	})
}

// ReportPerson is ReportMessage for a person: any other active account.
func (s *Store) ReportPerson(ctx context.Context, user, by UserID, reason Reason, note string) (Case, error) {
	return s.report(ctx, Case{User: user}, by, reason, note, func(ctx context.Context, tx *transaction, _ *Case) error {
		// Two may report each other at once: of both the lower number comes first.
		if by < user {
			if err := keepAccount(ctx, tx, by); err != nil {
				return err
			}
		}
		if err := s.lockPerson(ctx, tx, user); err != nil {
			return err
		}
		var n int
		err := tx.GetContext(ctx, &n, "select count(*) from users where id in ($1, $2) and suspended_at = 0", user, by)
		if err == nil && n != 2 {
			err = sql.ErrNoRows
		}
		return err
	})
}

// report keeps a report of what about says; subject completes it, and has what it is
// about locked, so that two who report it at once find one case.
func (s *Store) report(ctx context.Context, about Case, by UserID, reason Reason, note string, subject func(context.Context, *transaction, *Case) error) (c Case, err error) {
	note = strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(note, "\x00", ""), ""))
	if !slices.Contains(Reasons, reason) {
		return c, Invalid{"reason", "Choose a reason."}
	}
	if err := fits("note", note, NoteRunes); err != nil {
		return c, err
	}
	err = s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		c = about
		if err := subject(ctx, tx, &c); err != nil {
			return err
		}
		if c.User == by {
			return sql.ErrNoRows
		}
		if err := s.caseAbout(ctx, tx, by, &c); err != nil {
			return err
		}
		return s.keepReport(ctx, tx, c.ID, by, reason, note)
	})
	if err != nil {
		return c, fmt.Errorf("report: %w", err)
	}
	return c, nil
}

// caseAbout makes c the case that a report of it by by belongs to.
func (s *Store) caseAbout(ctx context.Context, tx *transaction, by UserID, c *Case) error {
	var found caseRow
	err := tx.GetContext(ctx, &found, openCaseAbout, c.Room, c.Seq, c.User)
	if errors.Is(err, sql.ErrNoRows) && c.Seq != 0 { // what they reported and what was decided about it is one, as long as it is known
		err = tx.GetContext(ctx, &found, decidedFor, c.Room, c.Seq, c.User, by, c.Copies[0].Rev)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return s.openCase(ctx, tx, c)
	}
	if err != nil {
		return err
	}
	var latest []Copy
	latest, *c = c.Copies, found.theCase()
	if c.State == CaseClosed || len(latest) == 0 || len(c.Copies) > 0 && c.Copies[len(c.Copies)-1].Rev == latest[0].Rev {
		return nil
	}
	// It says something else than what was reported first: both are evidence.
	if c.Copies = append(c.Copies, latest[0]); len(c.Copies) > mostCopies {
		c.Copies = slices.Delete(c.Copies, 1, 2)
	}
	_, err = tx.ExecContext(ctx, "update cases set copy_body = $1, copy_at = $2, copy_rev = $3, erased_at = 0 where id = $4", copiesText(c.Copies), micros(latest[0].At), latest[0].Rev, c.ID)
	return err
}

const openCaseAbout = "select " + caseFields + `
  from cases c
 where c.room_id = $1 and c.seq = $2 and c.user_id = $3 and c.state = 'open'`

const decidedFor = "select " + caseFields + `
  from cases c
 where c.room_id = $1 and c.seq = $2 and c.user_id = $3 and c.state = 'closed' and c.erased_at = 0
   and exists (select 1 from reports p where p.case_id = c.id and p.user_id = $4)
   and c.copy_rev = $5
 order by c.id desc
 limit 1`

func (s *Store) openCase(ctx context.Context, tx *transaction, c *Case) error {
	c.State, c.OpenedAt, c.Version = CaseOpen, s.now(), 1
	kind, at, rev := "person", time.Time{}, Rev(0)
	if c.Seq != 0 {
		kind, at, rev = "message", c.Copies[0].At, c.Copies[0].Rev
	}
	if err := tx.GetContext(ctx, &c.ID, nextID, "case"); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, insertCase, c.ID, kind, c.User, c.Room, c.Seq, c.State, micros(c.OpenedAt), copiesText(c.Copies), micros(at), rev)
	return err
}

const insertCase = `
insert into cases (id, kind, user_id, room_id, seq, state, opened_at, copy_body, copy_at, copy_rev)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

// keepReport adds to the case what by says; of who said something before, the newest counts.
func (s *Store) keepReport(ctx context.Context, tx *transaction, id CaseID, by UserID, reason Reason, note string) error {
	// Of a case that was opened again what is said now is erased in its own time.
	if _, err := tx.ExecContext(ctx, "update cases set erased_at = 0 where id = $1 and erased_at > 0", id); err != nil {
		return err
	}
	changed, err := tx.ExecContext(ctx, "update reports set reason = $1, note = $2 where case_id = $3 and user_id = $4", reason, note, id, by)
	if err = one(changed, err); !errors.Is(err, ErrNotFound) {
		return err
	}
	var today int
	if err := tx.GetContext(ctx, &today, reportsSince, by, micros(s.now().Add(-24*time.Hour))); err != nil {
		return err
	}
	if today >= ReportsPerDay {
		return Invalid{"report", "You have reported a lot today. Try again tomorrow, or write to whoever runs this place."}
	}
	if _, err := tx.ExecContext(ctx, "insert into reports (case_id, user_id, at, reason, note) values ($1, $2, $3, $4, $5)", id, by, micros(s.now()), reason, note); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "update cases set reports = reports + 1 where id = $1", id)
	return err
}

// OwnReport is what by has reported of user's message, or of user themselves with room
// and seq 0, in the case that is open about it: ErrNotFound if nothing.
func (s *Store) OwnReport(ctx context.Context, room RoomID, seq Seq, user, by UserID) (Report, error) {
	var r reportRow
	err := s.get(ctx, &r, ownReport, room, seq, user, by)
	return r.report(), s.plain(err)
}

const ownReport = `
select p.case_id, p.user_id as by_id, '' as by_name, p.at, p.reason, p.note
  from cases c
  join reports p on p.case_id = c.id
 where c.room_id = $1 and c.seq = $2 and c.user_id = $3 and c.state = 'open' and p.user_id = $4`

const reportsSince = "select count(*) from reports where user_id = $1 and at >= $2"

// lockPerson keeps other writers of the account out until the transaction ends.
func (s *Store) lockPerson(ctx context.Context, tx *transaction, user UserID) error {
	if s.writer != nil {
		return nil
	}
	_, err := tx.ExecContext(ctx, "select 1 from users where id = $1 for update", user)
	return err
}

// copiesText is how copies are kept, and copiesOf reads it.
func copiesText(all []Copy) string {
	if len(all) == 0 {
		return ""
	}
	text, _ := json.Marshal(all) // it has nothing that cannot be written
	return string(text)
}

func copiesOf(text string) []Copy {
	var all []Copy
	_ = json.Unmarshal([]byte(text), &all) // "": there is none
	return all
}

// Reported is a report with what became of it.
type Reported struct {
	Report
	About  Case // without copies, and without who handles it
	News   bool // they have not been shown what became of it
	Lifted bool // something that was done about it, after an objection
}

// ReportsBy returns what user reported, the newest first, at most limit.
func (s *Store) ReportsBy(ctx context.Context, user UserID, limit int) ([]Reported, error) {
	var rows []struct {
		reportRow
		UserID   UserID `db:"about_id"`
		UserName string `db:"user_name"`
		RoomID   RoomID `db:"room_id"`
		RoomName string `db:"room_name"`
		RoomKind Kind   `db:"room_kind"`
		Seq      Seq
		State    CaseState
		ClosedAt int64 `db:"closed_at"`
		Outcome  Outcome
		Member   bool
		News     bool
		Lifted   bool
	}
	if err := s.list(ctx, &rows, reportsBy, user, limit); err != nil {
		return nil, s.plain(err)
	}
	all := make([]Reported, len(rows))
	for i, r := range rows {
		all[i] = Reported{Report: r.report(), News: r.News, Lifted: r.Lifted, About: Case{
			ID: r.CaseID, User: r.UserID, UserName: r.UserName, Room: r.RoomID, RoomName: r.RoomName, RoomKind: r.RoomKind, Seq: r.Seq,
			State: r.State, ClosedAt: fromMicros(r.ClosedAt), Outcome: r.Outcome, Member: r.Member,
		}}
	}
	return all, nil
}

const reportsBy = `
select p.case_id, p.user_id as by_id, '' as by_name, p.at, p.reason, p.note,
       c.user_id as about_id, u.name as user_name, c.room_id, coalesce(r.name, '') as room_name, coalesce(r.kind, '') as room_kind,
       c.seq, c.state, c.closed_at, c.outcome, p.news,
       exists (select 1 from measures x join appeals a on a.measure_id = x.id where x.case_id = c.id and a.granted) as lifted,
       exists (select 1 from members m where m.room_id = c.room_id and m.user_id = $1 and m.present) as member
  from reports p
  join cases c on c.id = p.case_id
  join users u on u.id = c.user_id
  left join rooms r on r.id = c.room_id
 where p.user_id = $1
 order by p.at desc, p.case_id desc
 limit $2`

type reportRow struct {
	CaseID CaseID `db:"case_id"`
	ByID   UserID `db:"by_id"`
	ByName string `db:"by_name"`
	At     int64
	Reason Reason
	Note   string
}

func (r reportRow) report() Report {
	return Report{Case: r.CaseID, By: r.ByID, ByName: r.ByName, At: fromMicros(r.At), Reason: r.Reason, Note: r.Note}
}
