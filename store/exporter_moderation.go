package store

import "context"

// What moderation keeps about a person, as their export has it. Cases
// about them are not in it: until something is done about one, that it is there would
// tell who reported them.

// measures writes what moderators did about them and what they objected; who did it is
// about somebody else.
func (e *exporter) measures(ctx context.Context) error {
	type row struct {
		measureRow
		AppealedAt int64 `db:"appealed_at"`
		Text       string
		DecidedAt  int64 `db:"decided_at"`
		Granted    bool
		Answer     string
	}
	return exported(ctx, e, exportLong, func(r row) map[string]any {
		record := map[string]any{"kind": "measure", "what": r.Kind, "room": number(r.RoomID), "message": number(r.Seq), "at": stamp(r.At), "until": stamp(r.UntilAt), "ended": stamp(r.EndedAt),
			"reason": r.Reason, "words": r.Words, "shown": stamp(r.ReadAt)}
		if r.AppealedAt > 0 {
			record["objection"] = map[string]any{"at": stamp(r.AppealedAt), "text": r.Text, "decided": stamp(r.DecidedAt), "granted": r.Granted, "answer": r.Answer}
		}
		return record
	}, func(r row) [2]int64 { return [2]int64{int64(r.ID), 0} }, exportedMeasures, e.user, e.after[0], exportLong)
}

// number is nil for what is about none.
func number[N ~int64](n N) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}

const exportedMeasures = `
select x.id, x.kind, x.room_id, x.seq, x.at, x.until_at, x.ended_at, x.reason, x.words, x.read_at,
       coalesce(a.at, 0) as appealed_at, coalesce(a.text, '') as text, coalesce(a.decided_at, 0) as decided_at, coalesce(a.granted, false) as granted, coalesce(a.answer, '') as answer
  from measures x
  left join appeals a on a.measure_id = x.id
 where x.user_id = $1 and x.id > $2
 order by x.id
 limit $3`

// reports writes what they reported, and whether it is decided; never the text of others.
func (e *exporter) reports(ctx context.Context) error {
	type row struct {
		CaseID CaseID `db:"case_id"`
		About  UserID
		RoomID RoomID `db:"room_id"`
		Seq    Seq
		State  CaseState
		At     int64
		Reason Reason
		Note   string
	}
	return exported(ctx, e, exportLong, func(r row) map[string]any {
		return map[string]any{"kind": "report", "about": r.About, "room": number(r.RoomID), "message": number(r.Seq), "at": stamp(r.At), "reason": r.Reason, "note": r.Note, "state": r.State}
	}, func(r row) [2]int64 { return [2]int64{r.At, int64(r.CaseID)} }, exportedReports, e.user, e.after[0], e.after[1], exportLong)
}

const exportedReports = `
select x.case_id, c.user_id as about, c.room_id, c.seq, c.state, x.at, x.reason, x.note
  from reports x
  join cases c on c.id = x.case_id
 where x.user_id = $1 and (x.at > $2 or x.at = $2 and x.case_id > $3)
 order by x.at, x.case_id
 limit $4`

// held writes what they sent and a rule kept for a moderator.
func (e *exporter) held(ctx context.Context) error {
	type row struct {
		ID        HeldID
		RoomID    RoomID `db:"room_id"`
		Body      string
		At        int64
		DecidedAt int64 `db:"decided_at"`
		State     HeldState
	}
	return exported(ctx, e, exportLong, func(r row) map[string]any {
		return map[string]any{"kind": "held", "room": r.RoomID, "at": stamp(r.At), "decided": stamp(r.DecidedAt), "state": r.State, "text": r.Body}
	}, func(r row) [2]int64 { return [2]int64{int64(r.ID), 0} }, exportedHeld, e.user, e.after[0], exportLong)
}

const exportedHeld = `
select id, room_id, body, at, decided_at, state
  from held
 where user_id = $1 and id > $2
 order by id
 limit $3`

// mutes writes whom they have muted or blocked.
func (e *exporter) mutes(ctx context.Context) error {
	type row struct {
		Other  UserID `db:"other_id"`
		Name   string
		Blocks bool
		At     int64
	}
	return exported(ctx, e, exportRows, func(r row) map[string]any {
		return map[string]any{"kind": "mute", "person": r.Other, "name": r.Name, "blocks": r.Blocks, "at": stamp(r.At)}
	}, func(r row) [2]int64 { return [2]int64{int64(r.Other), 0} }, exportedMutes, e.user, e.after[0], exportRows)
}

const exportedMutes = `
select x.other_id, u.name, x.blocks, x.at
  from mutes x
  join users u on u.id = x.other_id
 where x.user_id = $1 and x.other_id > $2
 order by x.other_id
 limit $3`
