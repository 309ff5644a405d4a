package store

import (
	"bytes"
	"context"
	"encoding/json"
	"time"
)

// What one part of an export holds about at most.
const (
	exportRows  = 500
	exportLong  = 50 // rows with texts of thousands of characters
	exportBytes = 256 << 10
)

// exportPhase writes one kind of what is stored about a person, part by part.
type exportPhase struct {
	name  string
	write func(*exporter, context.Context) error
}

// exportPhases are all of them, in the order of the file. What is kept about people and
// is in none of them has its reason in a test.
var exportPhases = []exportPhase{
	{"account", (*exporter).account},
	{"administration", (*exporter).administration},
	{"acts", (*exporter).acts},
	{"rooms", (*exporter).rooms},
	{"mentions", (*exporter).mentions},
	{"mutes", (*exporter).mutes},
	{"invitations", (*exporter).invitations},
	{"arrivals", (*exporter).arrivals},
	{"measures", (*exporter).measures},
	{"reports", (*exporter).reports},
	{"held", (*exporter).held},
	{"drafts", (*exporter).drafts},
	{"messages", (*exporter).messages},
}

// exporter writes one part about user, of what comes after two numbers in the order of
// its phase. more: the phase goes on after what they are then.
type exporter struct {
	tx    *transaction
	user  UserID
	job   *Job
	after [2]int64
	more  bool
	out   bytes.Buffer
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

// exported adds a record for each row of a query that takes limit rows at most; place is
// what comes after the row.
func exported[R any](ctx context.Context, e *exporter, limit int, record func(R) map[string]any, place func(R) [2]int64, query string, args ...any) error {
	var rows []R
	if err := e.tx.SelectContext(ctx, &rows, query, args...); err != nil {
		return err
	}
	for _, r := range rows {
		if err := e.line(record(r)); err != nil {
			return err
		}
		e.after = place(r)
	}
	e.more = len(rows) == limit
	return nil
}

// account writes what is stored of the account itself and where it is signed in; never a
// password or a token.
func (e *exporter) account(ctx context.Context) error {
	if err := e.tx.GetContext(ctx, &e.job.Total, writtenIn, e.user); err != nil {
		return err
	}
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
	return nil
}

// administration writes what was done to the account: who did it is about somebody else,
// and what became of a case would say that there was one.
func (e *exporter) administration(ctx context.Context) error {
	return exported(ctx, e, exportRows, func(r entryRow) map[string]any {
		return map[string]any{"kind": "administration", "at": stamp(r.At), "act": r.Act, "before": r.Was, "after": r.Now, "reason": r.Reason}
	}, entryPlace, exportedAdministration, e.user, e.after[0], exportRows)
}

// acts writes what of theirs is in the log, and from where; whom and what they did it to
// is about others.
func (e *exporter) acts(ctx context.Context) error {
	return exported(ctx, e, exportRows, func(r entryRow) map[string]any {
		return map[string]any{"kind": "act", "at": stamp(r.At), "act": r.Act, "address": r.Address}
	}, entryPlace, exportedEntries+" where e.by_id = $1 and e.id > $2 order by e.id limit $3", e.user, e.after[0], exportRows)
}

func entryPlace(r entryRow) [2]int64 { return [2]int64{int64(r.ID), 0} }

const exportedAdministration = exportedEntries + `
 where e.target_kind = 'account' and e.target_id = $1 and e.id > $2 and e.act not like 'case.%'
 order by e.id
 limit $3`

const exportedEntries = `select e.id, e.at, e.address, e.act, e.was, e.now, e.reason from log_entries e`

func (e *exporter) rooms(ctx context.Context) error {
	type row struct {
		RoomID     RoomID `db:"room_id"`
		Name       string
		Kind       Kind
		Present    bool
		Owner      bool
		Moderator  bool
		Favourite  bool
		Level      Level
		Seen       Seq   `db:"seen_seq"`
		QuietUntil int64 `db:"quiet_until"`
		Barred     int64
		PostedAt   int64 `db:"posted_at"`
	}
	return exported(ctx, e, exportRows, func(r row) map[string]any {
		record := map[string]any{"kind": "membership", "room": r.RoomID, "room_kind": r.Kind, "member": r.Present, "owner": r.Owner, "moderator": r.Moderator,
			"favourite": r.Favourite, "told": r.Level, "read_up_to": max(0, r.Seen), "cannot_write_until": stamp(r.QuietUntil), "removed": r.Barred != 0, "last_posted": stamp(r.PostedAt)}
		if r.Present || r.Kind == OpenRoom { // what others call a room that they left is not theirs to know
			record["name"] = r.Name
		}
		return record
	}, func(r row) [2]int64 { return [2]int64{int64(r.RoomID), 0} }, exportedRooms, e.user, e.after[0], exportRows)
}

const exportedRooms = `
select m.room_id, r.name, r.kind, m.present, m.owner, m.moderator, m.favourite, m.level, m.seen_seq, m.quiet_until, m.barred, m.posted_at
  from members m
  join rooms r on r.id = m.room_id
 where m.user_id = $1 and m.room_id > $2
 order by m.room_id
 limit $3`

func (e *exporter) mentions(ctx context.Context) error {
	type row struct {
		RoomID RoomID `db:"room_id"`
		Seq    Seq
	}
	return exported(ctx, e, exportRows, func(r row) map[string]any {
		return map[string]any{"kind": "mention", "room": r.RoomID, "message": r.Seq}
	}, func(r row) [2]int64 { return [2]int64{int64(r.RoomID), int64(r.Seq)} }, exportedMentions, e.user, e.after[0], e.after[1], exportRows)
}

const exportedMentions = `
select room_id, seq
  from mentions
 where user_id = $1 and (room_id, seq) > ($2, $3)
 order by room_id, seq
 limit $4`

func (e *exporter) drafts(ctx context.Context) error {
	type row struct {
		RoomID RoomID `db:"room_id"`
		At     int64
		Body   string
	}
	return exported(ctx, e, exportLong, func(r row) map[string]any {
		return map[string]any{"kind": "draft", "room": r.RoomID, "saved": stamp(r.At), "text": r.Body}
	}, func(r row) [2]int64 { return [2]int64{int64(r.RoomID), 0} }, exportedDrafts, e.user, e.after[0], exportLong)
}

const exportedDrafts = `
select room_id, at, body
  from drafts
 where user_id = $1 and room_id > $2
 order by room_id
 limit $3`

// messages writes what they wrote: in one room, as much as a part holds.
func (e *exporter) messages(ctx context.Context) error {
	var at struct {
		RoomID  RoomID `db:"room_id"`
		LastSeq Seq    `db:"last_seq"`
	}
	room, seq := RoomID(e.after[0]), Seq(e.after[1])
	found, err := nextWritten(ctx, e.tx, e.user, room, &at)
	if err != nil || !found {
		return err
	}
	e.more = true
	if at.RoomID != room {
		room, seq = at.RoomID, 0
	}
	upto := min(at.LastSeq, seq+forgetScan)
	var rows []struct {
		Seq       Seq
		Body      string
		CreatedAt int64 `db:"created_at"`
		EditedAt  int64 `db:"edited_at"`
		DeletedAt int64 `db:"deleted_at"`
		Hidden    MeasureID
	}
	// A row is 32 KiB at most: so many at once, then one looks how much it was.
	if err := e.tx.SelectContext(ctx, &rows, exportedMessages, room, seq+1, upto, e.user, exportRows/5); err != nil {
		return err
	}
	for i, r := range rows {
		if err := e.line(map[string]any{"kind": "message", "room": room, "message": r.Seq, "posted": stamp(r.CreatedAt), "edited": stamp(r.EditedAt), "deleted": stamp(r.DeletedAt),
			"hidden": r.Hidden != 0, "text": r.Body}); err != nil {
			return err
		}
		if e.out.Len() > exportBytes || i == exportRows/5-1 {
			upto = r.Seq
			break
		}
	}
	e.job.Done = min(e.job.Total, e.job.Done+int64(upto-seq))
	if seq = upto; upto >= at.LastSeq {
		room, seq = room+1, 0
	}
	e.after = [2]int64{int64(room), int64(seq)}
	return nil
}

const exportedMessages = `
select seq, body, created_at, edited_at, deleted_at, hidden
  from messages
 where room_id = $1 and seq between $2 and $3 and author_id = $4
 order by seq
 limit $5`
