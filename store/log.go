package store

import (
	"context"
	"slices"

	"github.com/jmoiron/sqlx"
)

// Changes is what happened in a room after a revision.
type Changes struct {
	Messages []Message // as they are now, by revision
	Gone     []UserID  // whose membership ended; dropped before anything is shown
	Upto     Rev       // the revision that this leads to
	LastSeq  Seq       // the room's newest message
	More     bool      // the read was cut: ask again after Upto
	Forgot   Seq       // every message up to here is forgotten: pages leave it out
	Deleted  bool      // the room
	Torn     bool      // there is no good place to cut: whoever is at rev is told by a resume
}

// mostChanged is how many bytes of text one read of a log brings, but for its first
// message: with the markup a frame stays near 64 KiB.
const mostChanged = 48 << 10

// ChangesSince reads the log of room after rev: about limit messages. It is asked by the
// server for its viewers; who may view is decided elsewhere.
//
// Whoever is given it has all that was posted until Upto and nothing that was posted
// later: a message that is newer than Upto is there only if it was changed since.
func (s *Store) ChangesSince(ctx context.Context, room RoomID, rev Rev, limit int) (Changes, error) {
	c, err := s.changes(ctx, room, rev, limit)
	if err == nil && c.purged > max(rev, 0) {
		c.Messages, c.Torn = nil, true
	}
	if n := fitting(c.Messages, limit); n < len(c.Messages) {
		c, err = s.cut(ctx, room, rev, c, n, limit)
	}
	if err == nil && (c.departed || c.More) { // the last to be read: nothing shown is newer
		err = s.list(ctx, &c.Gone, goneSince, room, rev)
	}
	return c.Changes, s.plain(err)
}

// changes are read in one moment, and cut after limit + 1 messages.
type changes struct {
	Changes
	departed bool // somebody's membership ended
	purged   Rev  // up to here the log has lost what was forgotten
}

// cut ends c, which was read after rev, before its message at. What was posted until
// there and changed since has a later place in the log, and the next read would take it
// for a change of something old that pages may lack: it is told now, too.
func (s *Store) cut(ctx context.Context, room RoomID, rev Rev, c changes, at, limit int) (changes, error) {
	rest, head := c.Messages[at:], c.Upto
	c.Messages, c.Upto, c.More = slices.Clip(c.Messages[:at]), c.Messages[at-1].Rev, true
	for _, m := range rest {
		if m.PostedRev > rev && m.PostedRev <= c.Upto {
			c.Messages = append(c.Messages, m)
		}
	}
	late, err := s.messages(ctx, postedBetween, room, rest[len(rest)-1].Rev, rev, c.Upto, limit+1)
	if c.Messages = append(c.Messages, late...); len(late) > limit {
		c.Messages, c.Upto, c.Torn = nil, head, true
	}
	return c, err
}

const postedBetween = messageColumns + ` where m.room_id = $1 and m.rev > $2 and m.posted_rev > $3 and m.posted_rev <= $4 order by m.rev limit $5`

func (s *Store) changes(ctx context.Context, room RoomID, rev Rev, limit int) (changes, error) {
	var c changes
	found := false
	scan := newMessageScan((*int64)(&c.Upto), (*int64)(&c.LastSeq), &c.departed, (*int64)(&c.Forgot), (*int64)(&c.purged), &c.Deleted)
	err := s.read(ctx, scan.places, func() {
		if found = true; scan.Seq > 0 {
			c.Messages = append(c.Messages, scan.message())
		}
	}, changesSince, room, rev, limit+1)
	if err == nil && !found {
		err = ErrNotFound
	}
	return c, s.plain(err)
}

// fitting is how many of all one read brings.
func fitting(all []Message, limit int) int {
	size := 0
	for i, m := range all {
		if size += len(m.Body); i == limit || i > 0 && size > mostChanged {
			return i
		}
	}
	return len(all)
}

// changesSince is one statement, and so of one moment. Were the revision read apart, a
// row that changes in between would count as known before it was ever shown, or be
// shown to somebody whose removal came before it.
const changesSince = `
select r.rev, r.last_seq,
       exists (select 1 from members x where x.room_id = r.id and x.rev > $2 and not x.present) as departed,
       r.forgot_seq, r.purged_rev, r.kind = 'deleted',
       r.id, coalesce(m.seq, 0), coalesce(m.rev, 0), coalesce(m.posted_rev, 0), coalesce(m.author_id, 0), coalesce(u.name, ''),
       case when m.hidden = 0 then m.body else '' end, coalesce(m.created_at, 0), coalesce(m.edited_at, 0), coalesce(m.deleted_at, 0),
       coalesce(m.prev_author, 0), coalesce(m.prev_at, 0), case when m.hidden = 0 then m.mentions else '' end, coalesce(m.hidden, 0)
  from rooms r
  left join messages m on m.room_id = r.id and m.rev > $2
  left join users u on u.id = m.author_id
 where r.id = $1
 order by m.rev
 limit $3`

// head returns the revision and the newest message of room, and up to where it has forgotten.
func (s *Store) head(ctx context.Context, room RoomID) (Rev, Seq, Seq, error) {
	var head struct {
		Rev     Rev
		LastSeq Seq `db:"last_seq"`
		Forgot  Seq `db:"forgot_seq"`
	}
	err := s.get(ctx, &head, "select rev, last_seq, forgot_seq from rooms where id = $1", room)
	return head.Rev, head.LastSeq, head.Forgot, s.plain(err)
}

// All that are gone, also after a cut: dropping early is exact enough, late is not.
const goneSince = `
select user_id
  from members
 where room_id = $1 and rev > $2 and not present`

// Have is what a page shows of a room: each message and the revision it shows.
type Have map[Seq]Rev

// Difference is what a page must change to equal a fresh load.
type Difference struct {
	New     []Message // to be put in order, whether the page has them or not
	Changed []Message // to be replaced where the page has them
	Gone    []Seq     // forgotten: to be taken away where the page has them
	Forgot  Seq       // every message up to here is forgotten
	Replace bool      // too much differs: show the newest window instead
	Upto    Rev
	LastSeq Seq // the room's newest message as of Upto
}

// maxDifference is how many messages a resume sends one by one.
const maxDifference = 200

// maxCompared is how many rows a resume looks at: a page is kept shorter.
const maxCompared = 2000

// DifferenceSince compares a page that was right at rev and shows have with the
// room as it is now. The newest rows are compared one by one, because a swap can
// have failed in a browser; those older than have follow rev alone. past: the page ends
// where have does, and lacks nothing after it.
func (s *Store) DifferenceSince(ctx context.Context, room RoomID, rev Rev, have Have, past bool) (Difference, error) {
	c, err := s.changes(ctx, room, rev, maxDifference)
	if err != nil {
		return Difference{}, err
	}
	d := Difference{Upto: c.Upto, LastSeq: c.LastSeq, Forgot: c.Forgot}
	if len(c.Messages) > maxDifference || rev > c.Upto || c.purged > max(rev, 0) {
		// Too much was missed, or a backup was restored and revisions went back.
		return s.replaced(ctx, room)
	}
	var first, last Seq
	for seq := range have {
		if first == 0 || seq < first {
			first = seq
		}
		last = max(last, seq)
	}
	if !past {
		last = 1 << 62
	}
	sent := map[Seq]bool{}
	add := func(m Message) {
		if sent[m.Seq] {
			return
		}
		sent[m.Seq] = true
		if _, shown := have[m.Seq]; shown || m.Seq < first || (past || first == 0) && m.PostedRev <= rev {
			d.Changed = append(d.Changed, m)
		} else {
			d.New = append(d.New, m)
		}
	}
	for _, m := range c.Messages {
		if m.Seq <= c.Forgot {
			d.Gone = append(d.Gone, m.Seq)
		} else if have[m.Seq] != m.Rev {
			add(m)
		}
	}
	for seq := range have {
		if seq <= c.Forgot && !slices.Contains(d.Gone, seq) {
			d.Gone = append(d.Gone, seq)
		}
	}
	if first > 0 {
		var rows []struct {
			Seq       Seq
			Rev       Rev
			PostedRev Rev `db:"posted_rev"`
		}
		if err := s.list(ctx, &rows, "select seq, rev, posted_rev from messages where room_id = $1 and seq between $2 and $3 order by seq limit $4",
			room, max(first, c.Forgot+1), last, maxCompared); err != nil {
			return d, s.plain(err)
		}
		there := make(map[Seq]bool, len(rows))
		var differ []Seq
		for _, r := range rows {
			there[r.Seq] = true
			_, shown := have[r.Seq]
			if live := r.PostedRev > c.Upto || shown && r.Rev > c.Upto; !live && have[r.Seq] != r.Rev && !sent[r.Seq] {
				differ = append(differ, r.Seq)
			}
		}
		for seq := range have {
			if !there[seq] && !sent[seq] && seq > c.Forgot {
				return s.replaced(ctx, room) // it shows what is not there: a restored backup
			}
		}
		if len(sent)+len(differ) > maxDifference {
			return s.replaced(ctx, room)
		}
		if len(differ) > 0 {
			query, args, err := sqlx.In(messageColumns+" where m.room_id = ? and m.seq in (?) order by m.seq", room, differ)
			if err != nil {
				return d, err
			}
			scan := newMessageScan()
			rows, err := s.db.QueryContext(ctx, s.db.Rebind(query), args...)
			if err == nil {
				err = eachRow(rows, scan.places, func() { add(scan.message()) })
			}
			if err != nil {
				return d, s.plain(err)
			}
		}
	}
	return d, nil
}

func (s *Store) replaced(ctx context.Context, room RoomID) (Difference, error) {
	d := Difference{Replace: true}
	var err error
	if d.Upto, d.LastSeq, d.Forgot, err = s.head(ctx, room); err != nil {
		return d, err
	}
	rows, err := s.messages(ctx, messageColumns+keptIn+" order by m.seq desc limit $2", room, PageSize)
	for i := len(rows) - 1; i >= 0; i-- {
		d.New = append(d.New, rows[i])
	}
	return d, err
}

// PageSize is how many messages a page shows at first and loads at a time.
const PageSize = 50
