package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
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

// What one part of an export holds about at most.
const (
	exportRows  = 500
	exportBytes = 256 << 10
)

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
// WHERE", of how many parts there are and where the next goes on.
func (s *Store) export(ctx context.Context, tx *transaction, j *Job) error {
	if j.Place == exportReady {
		return removeExport(ctx, tx, j)
	}
	parts, phase, where := int64(0), "account", "0 0"
	if j.Place != "" {
		words := strings.SplitN(j.Place, " ", 3)
		if _, err := fmt.Sscan(words[0], &parts); err != nil || len(words) != 3 {
			return fmt.Errorf("an export at %q", j.Place)
		}
		phase, where = words[1], words[2]
	}
	var room RoomID
	var seq Seq
	if _, err := fmt.Sscan(where, &room, &seq); err != nil {
		return err
	}
	e := exporter{tx: tx, user: j.User, room: room, seq: seq}
	var err error
	next := phase
	switch phase {
	case "account":
		if err = tx.GetContext(ctx, &j.Total, writtenIn, j.User); err == nil {
			err, next = e.account(ctx), "rooms"
		}
	case "rooms":
		err, next = e.rooms(ctx), "mentions"
	case "mentions":
		err, next = e.mentions(ctx), "messages"
	default:
		err, next = e.messages(ctx, j), ""
	}
	if err != nil {
		return err
	}
	if e.more {
		next = phase
	} else {
		e.room, e.seq = 0, 0
	}
	if e.out.Len() > 0 {
		parts++
		if _, err := tx.ExecContext(ctx, "insert into export_parts (job_id, number, body) values ($1, $2, $3)", j.ID, parts, e.out.String()); err != nil {
			return err
		}
	}
	if j.Place = fmt.Sprint(parts, " ", next, " ", int64(e.room), " ", int64(e.seq)); next == "" {
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

// exporter writes one part about user, from after a room and a message on. more: the
// phase goes on there.
type exporter struct {
	tx   *transaction
	user UserID
	room RoomID
	seq  Seq
	more bool
	out  bytes.Buffer
}

// line adds one record.
func (e *exporter) line(record map[string]any) error {
	line, err := json.Marshal(record)
	e.out.Write(append(line, '\n'))
	return err
}

// stamp is a time as it is kept in a record, nil for none.
func stamp(micro int64) any {
	if micro == 0 {
		return nil
	}
	return fromMicros(micro).Format(time.RFC3339Nano)
}

// account writes what is stored of the account itself, where it is signed in, and what
// was done to it; never a password or a token.
func (e *exporter) account(ctx context.Context) error {
	var r userRow
	if err := e.tx.GetContext(ctx, &r, userColumns+" where u.id = $1", e.user); err != nil {
		return err
	}
	if err := e.line(map[string]any{
		"kind": "account", "id": r.ID, "username": r.Username, "email": r.Email, "name": r.Name, "role": r.Role, "created": stamp(r.CreatedAt), "last_here": stamp(r.HereAt),
		"about": r.About, "status": map[string]any{"emoji": r.StatusEmoji, "text": r.StatusText, "until": stamp(r.StatusUntil)},
		"settings": map[string]any{"zone": r.Zone, "language": r.Language, "scheme": r.Scheme, "announce": r.Announce, "shows_typing": r.ShowsTyping, "shows_seen": r.ShowsSeen},
	}); err != nil {
		return err
	}
	var sessions []struct {
		Agent, Address string
		CreatedAt      int64 `db:"created_at"`
		UsedAt         int64 `db:"used_at"`
	}
	if err := e.tx.SelectContext(ctx, &sessions, "select agent, address, created_at, used_at from sessions where user_id = $1 order by created_at limit 1000", e.user); err != nil {
		return err
	}
	for _, s := range sessions {
		if err := e.line(map[string]any{"kind": "session", "browser": s.Agent, "address": s.Address, "signed_in": stamp(s.CreatedAt), "last_used": stamp(s.UsedAt)}); err != nil {
			return err
		}
	}
	query, args := EntryQuery{On: Target{Kind: OnAccount, ID: int64(e.user)}}.statement(1000)
	var entries []entryRow
	if err := e.tx.SelectContext(ctx, &entries, query, args...); err != nil {
		return err
	}
	for _, entry := range entries { // who did it is about somebody else
		if err := e.line(map[string]any{"kind": "administration", "at": stamp(entry.At), "act": entry.Act, "before": entry.Was, "after": entry.Now, "reason": entry.Reason}); err != nil {
			return err
		}
	}
	return nil
}

func (e *exporter) rooms(ctx context.Context) error {
	var rows []struct {
		RoomID    RoomID `db:"room_id"`
		Name      string
		Kind      Kind
		Present   bool
		Owner     bool
		Favourite bool
		Level     Level
		Seen      Seq `db:"seen_seq"`
	}
	if err := e.tx.SelectContext(ctx, &rows, exportedRooms, e.user, e.room, exportRows); err != nil {
		return err
	}
	for _, r := range rows {
		record := map[string]any{"kind": "membership", "room": r.RoomID, "room_kind": r.Kind, "member": r.Present, "owner": r.Owner, "favourite": r.Favourite, "told": r.Level, "read_up_to": r.Seen}
		if r.Present || r.Kind == OpenRoom { // what others call a room that they left is not theirs to know
			record["name"] = r.Name
		}
		if err := e.line(record); err != nil {
			return err
		}
		e.room = r.RoomID
	}
	e.more = len(rows) == exportRows
	return nil
}

const exportedRooms = `
select m.room_id, r.name, r.kind, m.present, m.owner, m.favourite, m.level, m.seen_seq
  from members m
  join rooms r on r.id = m.room_id
 where m.user_id = $1 and m.room_id > $2
 order by m.room_id
 limit $3`

func (e *exporter) mentions(ctx context.Context) error {
	var rows []struct {
		RoomID RoomID `db:"room_id"`
		Seq    Seq
	}
	if err := e.tx.SelectContext(ctx, &rows, exportedMentions, e.user, e.room, e.seq, exportRows); err != nil {
		return err
	}
	for _, r := range rows {
		if err := e.line(map[string]any{"kind": "mention", "room": r.RoomID, "message": r.Seq}); err != nil {
			return err
		}
		e.room, e.seq = r.RoomID, r.Seq
	}
	e.more = len(rows) == exportRows
	return nil
}

const exportedMentions = `
select room_id, seq
  from mentions
 where user_id = $1 and (room_id, seq) > ($2, $3)
 order by room_id, seq
 limit $4`

// messages writes what they wrote: in one room, as much as a part holds.
func (e *exporter) messages(ctx context.Context, j *Job) error {
	var at struct {
		RoomID  RoomID `db:"room_id"`
		LastSeq Seq    `db:"last_seq"`
	}
	found, err := nextWritten(ctx, e.tx, e.user, e.room, &at)
	if err != nil || !found {
		return err
	}
	e.more = true
	if at.RoomID != e.room {
		e.room, e.seq = at.RoomID, 0
	}
	from, upto := e.seq+1, min(at.LastSeq, e.seq+forgetScan)
	var rows []struct {
		Seq       Seq
		Body      string
		CreatedAt int64 `db:"created_at"`
		EditedAt  int64 `db:"edited_at"`
		DeletedAt int64 `db:"deleted_at"`
	}
	// A row is 32 KiB at most: so many at once, then one looks how much it was.
	if err := e.tx.SelectContext(ctx, &rows, exportedMessages, e.room, from, upto, e.user, exportRows/5); err != nil {
		return err
	}
	for i, r := range rows {
		if err := e.line(map[string]any{"kind": "message", "room": e.room, "message": r.Seq, "posted": stamp(r.CreatedAt), "edited": stamp(r.EditedAt), "deleted": stamp(r.DeletedAt), "text": r.Body}); err != nil {
			return err
		}
		if e.out.Len() > exportBytes || i == exportRows/5-1 {
			upto = r.Seq
			break
		}
	}
	j.Done = min(j.Total, j.Done+int64(upto-e.seq))
	if e.seq = upto; upto >= at.LastSeq {
		e.room, e.seq = e.room+1, 0
	}
	return nil
}

const exportedMessages = `
select seq, body, created_at, edited_at, deleted_at
  from messages
 where room_id = $1 and seq between $2 and $3 and author_id = $4
 order by seq
 limit $5`

func isNoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }
