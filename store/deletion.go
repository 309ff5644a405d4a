package store

import (
	"context"
	"fmt"
	"strings"
)

// DeletedName is what a deleted account is called, in every language's own words where
// it is shown.
const DeletedName = "Deleted account"

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

// DeleteAccount deletes user for good on behalf of by, and their messages' texts with
// erase. At once nobody can sign in as them and nothing says who they were; what they
// are in and have written is a job. It fails with ErrLastAdministrator.
func (s *Store) DeleteAccount(ctx context.Context, by Actor, user UserID, erase bool) error {
	return s.overAccount(ctx, by, user, func(ctx context.Context, tx *transaction, u User) ([]Entry, error) {
		return s.deleteAccount(ctx, tx, by, u, erase)
	})
}

// DeleteOwnAccount is the same by shown, who has just shown their password, from address.
func (s *Store) DeleteOwnAccount(ctx context.Context, shown User, address string, erase bool) error {
	by := Actor{User: shown.ID, Address: address}
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		u, err := accountFor(ctx, tx, shown.ID)
		if err != nil {
			return err
		}
		// The password may have been changed while it was checked.
		if err := one(tx.ExecContext(ctx, "update users set id = id where id = $1 and password = $2 and suspended_at = 0", u.ID, shown.proof)); err != nil {
			return err
		}
		entries, err := s.deleteAccount(ctx, tx, by, u, erase)
		if err != nil {
			return err
		}
		entries[0].ByName = u.Name
		return s.record(ctx, tx, by, entries...)
	})
}

func (s *Store) deleteAccount(ctx context.Context, tx *transaction, by Actor, u User, erase bool) ([]Entry, error) {
	if err := dispensable(ctx, tx, u); err != nil {
		return nil, err
	}
	// A key that nobody can sign up with; the password is none that anybody can enter.
	key := fmt.Sprintf("#%d", u.ID)
	if err := s.lockPerson(ctx, tx, u.ID); err != nil { // what is being held just now, too
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, "delete from held where user_id = $1", u.ID); err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, deleteUser, key, DeletedName, Member, nobody(), micros(s.now()), u.ID); err != nil {
		return nil, err
	}
	if err := endSessions(ctx, tx, u.ID, ""); err != nil {
		return nil, err
	}
	for _, forget := range []string{
		"delete from name_words where user_id = $1",
		"delete from post_keys where author_id = $1",
		"delete from mutes where user_id = $1",
		"delete from signin_links where user_id = $1",
		"update invitations set email = '', note = '' where by_id = $1",
		withdrawAppeals,
		endExports,
	} {
		if _, err := tx.ExecContext(ctx, forget, u.ID); err != nil {
			return nil, err
		}
	}
	job, now := Job{Kind: KeepMessages, User: u.ID, By: by.User}, "messages kept"
	if erase {
		job.Kind, now = EraseMessages, "messages erased"
	}
	_, err := s.addJob(ctx, tx, job)
	return []Entry{{Act: DeleteAccountAct, Target: onAccount(u), Now: now}}, err
}

// withdrawAppeals takes back what nobody waits for an answer to any more.
const withdrawAppeals = `
delete from appeals
 where decided_at = 0 and measure_id in (select id from measures where user_id = $1)`

// What a person wrote to moderators is erased with their messages. What others reported
// of theirs stays with its case, as evidence, until CopyLife after it closes.
const (
	eraseAppeals = "update appeals set text = '' where measure_id in (select id from measures where user_id = $1)"
	eraseReports = "update reports set note = '' where user_id = $1"
)

// keepAccount keeps user from being deleted until the transaction ends: what it adds of
// theirs is there for the job that ends what they leave. It is sql.ErrNoRows if they are
// deleted. On the embedded database there is one writer, who has asked.
func keepAccount(ctx context.Context, tx *transaction, user UserID) error {
	if tx.tx == nil {
		return nil
	}
	var n int
	return tx.GetContext(ctx, &n, "select 1 from users where id = $1 and deleted_at = 0 for key share", user)
}

// What nobody said of themselves is as in a new account.
const deleteUser = `
update users
   set username = '', username_key = $1, email = '', email_key = $1, name = $2, name_key = '', role = $3, password = $4,
       zone = '', last_room = 0, about = '', status_emoji = '', status_text = '', status_until = 0, language = '', scheme = '',
       announce = 'count', shows_typing = false, shows_seen = false, here_at = 0, muted = '',
       suspended_at = case when suspended_at = 0 then $5 else suspended_at end, deleted_at = $5
 where id = $6`

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

// DeletionOf returns the job that ends what user leaves behind, or ErrNotFound.
func (s *Store) DeletionOf(ctx context.Context, user UserID) (Job, error) {
	j, err := s.JobOf(ctx, EraseMessages, user)
	if err == ErrNotFound {
		return s.JobOf(ctx, KeepMessages, user)
	}
	return j, err
}
