package store

import (
	"context"
	"fmt"
	"strings"
)

// The jobs that end what a deleted account leaves behind: both end its memberships and
// the mentions of it; then its messages lose their author's name, or their texts, too.
const (
	KeepMessages  JobKind = "account.keep-messages"
	EraseMessages JobKind = "account.erase-messages"
)

func init() {
	jobKinds[KeepMessages] = func(s *Store, ctx context.Context, tx *transaction, j *Job) error { return s.forget(ctx, tx, j, false) }
	jobKinds[EraseMessages] = func(s *Store, ctx context.Context, tx *transaction, j *Job) error { return s.forget(ctx, tx, j, true) }
}

// What one step of forgetting does at most.
const (
	forgetRooms = 50   // rooms that are left
	forgetRows  = 200  // messages that change
	forgetScan  = 5000 // messages that are looked at
)

// forget is one step of KeepMessages or EraseMessages. Its Place is "", "rooms AFTER",
// "mentions", or "messages ROOM SEQ": the first that was not looked at.
func (s *Store) forget(ctx context.Context, tx *transaction, j *Job, erase bool) error {
	phase, rest, _ := strings.Cut(j.Place, " ")
	switch phase {
	case "":
		if erase {
			for _, words := range []string{eraseAppeals, eraseReports} {
				if _, err := tx.ExecContext(ctx, words, j.User); err != nil {
					return err
				}
			}
		}
		j.Place = "rooms 0"
		return tx.GetContext(ctx, &j.Total, writtenIn, j.User)
	case "rooms":
		return s.leaveRooms(ctx, tx, j, rest)
	case "mentions":
		return forgetMentionsOf(ctx, tx, j)
	}
	return s.forgetMessages(ctx, tx, j, rest, erase)
}

// writtenIn is how many messages there are to look at: nobody writes in a room that they
// were never in.
const writtenIn = `
select coalesce(sum(r.last_seq), 0)
  from members m
  join rooms r on r.id = m.room_id
 where m.user_id = $1`

func (s *Store) leaveRooms(ctx context.Context, tx *transaction, j *Job, rest string) error {
	var after RoomID
	if _, err := fmt.Sscan(rest, &after); err != nil {
		return err
	}
	var rooms []RoomID
	if err := tx.SelectContext(ctx, &rooms, roomsToLeave, j.User, after, forgetRooms); err != nil {
		return err
	}
	for _, room := range rooms {
		if err := s.lockRoom(ctx, tx, room); err != nil {
			return err
		}
		if err := setMember(ctx, tx, room, j.User, false, false); err != nil {
			return err
		}
		after = room
	}
	j.Moved = rooms
	if j.Place = fmt.Sprint("rooms ", int64(after)); len(rooms) < forgetRooms {
		j.Place = "mentions"
	}
	return nil
}

// A direct conversation stays one with them, so that the others can read it.
const roomsToLeave = `
select m.room_id
  from members m
  join rooms r on r.id = m.room_id
 where m.user_id = $1 and m.room_id > $2 and m.present and r.kind <> 'direct'
 order by m.room_id
 limit $3`

// forgetMentionsOf has messages no longer lead to who is mentioned in them; their texts
// are others'.
func forgetMentionsOf(ctx context.Context, tx *transaction, j *Job) error {
	var rows []struct {
		Room RoomID `db:"room_id"`
		Seq  Seq
	}
	if err := tx.SelectContext(ctx, &rows, mentionsOfUser, j.User, forgetRows); err != nil {
		return err
	}
	for i := 0; i < len(rows); {
		room, n := rows[i].Room, 1
		for i+n < len(rows) && rows[i+n].Room == room {
			n++
		}
		rev, err := takeRevs(ctx, tx, room, n)
		if err != nil {
			return err
		}
		for k, r := range rows[i : i+n] {
			var text string
			err := tx.GetContext(ctx, &text, "select mentions from messages where room_id = $1 and seq = $2", room, r.Seq)
			if err != nil && !isNone(err) { // it went while this waited for the room
				return err
			}
			if _, err := tx.ExecContext(ctx, "update messages set rev = $1, mentions = $2 where room_id = $3 and seq = $4", rev+Rev(k), without(text, j.User), room, r.Seq); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "delete from mentions where user_id = $1 and room_id = $2 and seq = $3", j.User, room, r.Seq); err != nil {
				return err
			}
		}
		j.Moved = append(j.Moved, room)
		i += n
	}
	if len(rows) == forgetRows {
		return nil
	}
	j.Place = "messages 0 1"
	// Nor does the end of a moderator's measure bring them back into a room.
	_, err := tx.ExecContext(ctx, "update members set barred = 0 where user_id = $1 and barred > 0", j.User)
	return err
}

const mentionsOfUser = `
select room_id, seq
  from mentions
 where user_id = $1
 order by room_id, seq
 limit $2`

// takeRevs takes the room's next n revisions, and its lock, and returns the first.
func takeRevs(ctx context.Context, tx *transaction, room RoomID, n int) (Rev, error) {
	var last Rev
	err := tx.GetContext(ctx, &last, "update rooms set rev = rev + $1 where id = $2 returning rev", n, room)
	return last - Rev(n) + 1, err
}

// without is how a message keeps its mentions but for those of user.
func without(text string, user UserID) string {
	var others []Mention
	for _, m := range mentionsOf(text) {
		if m.User != user {
			others = append(others, m)
		}
	}
	return mentionsText(others)
}

// forgetMessages goes through the rooms that the person was ever in, by number, and
// through each from its first message on.
func (s *Store) forgetMessages(ctx context.Context, tx *transaction, j *Job, rest string, erase bool) error {
	var at struct {
		RoomID  RoomID `db:"room_id"`
		LastSeq Seq    `db:"last_seq"`
	}
	var room RoomID
	var from Seq
	if _, err := fmt.Sscan(rest, &room, &from); err != nil {
		return err
	}
	changed, scanned := 0, Seq(0)
	for range forgetRooms {
		found, err := nextWritten(ctx, tx, j.User, room, &at)
		if err != nil {
			return err
		}
		if !found {
			j.State, j.Place, j.Done = JobDone, "", j.Total
			return nil
		}
		if at.RoomID != room {
			room, from = at.RoomID, 1
		}
		upto := min(at.LastSeq, from+forgetScan-scanned-1)
		n, last, err := s.forgetIn(ctx, tx, j.User, room, from, upto, forgetRows-changed, erase)
		if err != nil {
			return err
		}
		if n > 0 {
			j.Moved = append(j.Moved, room)
		}
		changed, scanned = changed+n, scanned+last-from+1
		j.Done = min(j.Total, j.Done+int64(last-from+1))
		if from = last + 1; from > at.LastSeq {
			room, from = room+1, 1
		}
		if changed >= forgetRows || scanned >= forgetScan {
			break
		}
	}
	j.Place = fmt.Sprint("messages ", int64(room), " ", int64(from))
	return nil
}

// nextWritten finds the first room from number on that user was ever in.
func nextWritten(ctx context.Context, tx *transaction, user UserID, from RoomID, at any) (bool, error) {
	err := tx.GetContext(ctx, at, nextRoomWritten, user, from)
	if isNoRows(err) {
		return false, nil
	}
	return err == nil, err
}

const nextRoomWritten = `
select m.room_id, r.last_seq
  from members m
  join rooms r on r.id = m.room_id
 where m.user_id = $1 and m.room_id >= $2
 order by m.room_id
 limit 1`

// forgetIn changes at most limit of the messages from to upto, says how many, and which
// was the last that was looked at.
func (s *Store) forgetIn(ctx context.Context, tx *transaction, user UserID, room RoomID, from, upto Seq, limit int, erase bool) (int, Seq, error) {
	var rows []struct {
		Seq      Seq
		Mentions string
	}
	if err := tx.SelectContext(ctx, &rows, writtenBy, room, from, upto, user, limit); err != nil || len(rows) == 0 {
		return 0, upto, err
	}
	rev, err := takeRevs(ctx, tx, room, len(rows))
	if err != nil {
		return 0, upto, err
	}
	for i, r := range rows {
		if erase {
			if err := forgetMentions(ctx, tx, Message{Room: room, Seq: r.Seq}); err != nil {
				return 0, upto, err
			}
			_, err = tx.ExecContext(ctx, eraseMessage, rev+Rev(i), micros(s.now()), room, r.Seq)
		} else {
			_, err = tx.ExecContext(ctx, "update messages set rev = $1, mentions = $2 where room_id = $3 and seq = $4", rev+Rev(i), without(r.Mentions, user), room, r.Seq)
		}
		if err != nil {
			return 0, upto, err
		}
	}
	if len(rows) == limit {
		upto = rows[limit-1].Seq
	}
	return len(rows), upto, nil
}

const writtenBy = `
select seq, mentions
  from messages
 where room_id = $1 and seq between $2 and $3 and author_id = $4
 order by seq
 limit $5`

const eraseMessage = `
update messages
   set rev = $1, body = '', mentions = '', deleted_at = case when deleted_at = 0 then $2 else deleted_at end
 where room_id = $3 and seq = $4`
