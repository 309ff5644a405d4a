package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// KeyLife is how long the digest of a post is kept to recognise a repeated one.
const KeyLife = 24 * time.Hour

// PostMessage adds d to the room as its next message and returns it with its
// author. The same draft again, within KeyLife or after the message was deleted,
// returns the stored message. It fails with ErrNotFound if the author is not, or
// no longer, a member, with ErrArchived, with Invalid if the body cannot be a
// message, and with Ruled if a rule refuses it. It returns Waits if a rule holds it, and
// for the same draft again.
func (s *Store) PostMessage(ctx context.Context, d Draft) (Message, error) {
	body, err := s.checkBody(d.Body)
	if err != nil {
		return Message{}, err
	}
	if !ValidKey(d.Key) {
		return Message{}, Invalid{"key", "This form is too old. Copy your text, load the page again and send it."}
	}
	digest := s.bodyDigest(d)
	rules := s.rules.Load()
	rule, broken := rules.find(body) // before anybody waits for this
	var m Message
	var waits *Waits
	err = s.inLog(ctx, func(ctx context.Context, tx *transaction) error {
		m, waits = Message{}, nil
		who, seq, err := postedAs(ctx, tx, d, digest)
		if err != nil {
			return err
		}
		if seq != 0 {
			m, err = messageIn(ctx, tx, d.Room, seq)
			return err
		}
		if rules.version > 0 { // whatever they say now
			if waits, err = heldBefore(ctx, tx, d, digest); waits != nil || err != nil {
				return err
			}
		}
		now := s.now()
		if err := permit(who, Post, nil, now); err != nil {
			return err
		}
		if err := s.newcomerMay(who, body, "", now); err != nil {
			return err
		}
		if who.Kind == DirectRoom {
			if err := notBlocked(ctx, tx, d.Room, d.Author); err != nil {
				return err
			}
		}
		var act RuleAct
		if broken {
			act = who.meets(rule)
		}
		switch act {
		case RuleRefuses:
			return Ruled{Sentence: rule.Sentence}
		case RuleHolds:
			if waits, err = s.hold(ctx, tx, d, body, digest, rule); err != nil {
				return err
			}
			if err := s.stillMay(ctx, tx, d, now); err != nil {
				return err
			}
			_, err = pace(ctx, tx, d, who, now)
			return err
		}
		if m, err = s.add(ctx, tx, d, who, body, digest, now); err != nil {
			return err
		}
		if err := s.stillMay(ctx, tx, d, now); err != nil {
			return err
		}
		if m.Next, err = pace(ctx, tx, d, who, now); err != nil {
			return err
		}
		if act == RuleFlags {
			m.Case, err = s.flag(ctx, tx, m, rule)
		}
		return err
	})
	if isConflict(err) {
		// On PostgreSQL two equal posts can both pass the question: the loser of
		// the insert finds the winner's message now.
		return s.postedBefore(ctx, d, digest, err)
	}
	if err != nil {
		return Message{}, fmt.Errorf("post to room %d: %w", d.Room, err)
	}
	if waits != nil {
		return Message{}, *waits
	}
	return m, nil
}

// add puts body into the room as who's next message. It is ErrConflict if the same draft
// was posted since postedAs was asked.
func (s *Store) add(ctx context.Context, tx *transaction, d Draft, who Standing, body, digest string, now time.Time) (Message, error) {
	mentioned, err := mentionsIn(ctx, tx, d.Room, body)
	if err != nil {
		return Message{}, err
	}
	m := Message{Room: d.Room, Author: d.Author, AuthorName: who.Name, Mentions: mentioned, Body: body, CreatedAt: now}
	var prevAt int64
	// From here on the room is locked: only what needs its numbers follows.
	if err := tx.scan(ctx, []any{(*int64)(&m.Rev), (*int64)(&m.Seq), (*int64)(&m.PrevAuthor), &prevAt}, nextMessage, d.Room, d.Author, micros(now)); err != nil {
		return m, err
	}
	m.PostedRev, m.PrevAt = m.Rev, fromMicros(prevAt)
	if _, err := tx.ExecContext(ctx, insertMessage, m.Room, m.Seq, m.Rev, m.Author, m.Body, micros(m.CreatedAt), m.PrevAuthor, micros(m.PrevAt), mentionsText(m.Mentions)); err != nil {
		return m, err
	}
	if err := setMentions(ctx, tx, m); err != nil {
		return m, err
	}
	res, err := tx.ExecContext(ctx, insertKey, d.Author, d.Room, d.Key, digest, m.Seq, micros(now))
	if err != nil {
		return m, err
	}
	if n, err := res.RowsAffected(); err != nil {
		return m, err
	} else if n == 0 {
		return m, ErrConflict
	}
	tx.posted = append(tx.posted, m)
	return m, nil
}

const nextMessage = `
update rooms
   set rev = rev + 1, last_seq = last_seq + 1,
       prev_author = last_author, prev_at = last_at, last_author = $2, last_at = $3
 where id = $1
returning rev, last_seq, prev_author, prev_at`

const insertMessage = `
insert into messages (room_id, seq, rev, posted_rev, author_id, body, created_at, prev_author, prev_at, mentions)
values ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9)`

// A key whose message has another body now names the newer message.
const insertKey = `
insert into post_keys (author_id, room_id, key, digest, seq, posted_at)
values ($1, $2, $3, $4, $5, $6)
on conflict (author_id, room_id, key) do update
   set digest = excluded.digest, seq = excluded.seq, posted_at = excluded.posted_at
 where post_keys.digest not in ('', excluded.digest)`

func (s *Store) postedBefore(ctx context.Context, d Draft, digest string, cause error) (Message, error) {
	var m Message
	err := s.inLog(ctx, func(ctx context.Context, tx *transaction) error {
		_, seq, err := postedAs(ctx, tx, d, digest)
		if err != nil {
			return err
		}
		if seq == 0 {
			return cause
		}
		m, err = messageIn(ctx, tx, d.Room, seq)
		return err
	})
	if err != nil {
		return Message{}, err
	}
	return m, nil
}

// postedAs returns what the author is in the room, and the message that d already is, 0
// if it is new. After a delete the digest is erased and the key alone decides. It is
// sql.ErrNoRows unless the author is a member and not suspended.
func postedAs(ctx context.Context, tx *transaction, d Draft, digest string) (by Standing, seq Seq, err error) {
	var r standingRow
	var known string
	err = tx.scan(ctx, append(r.places(), &known, (*int64)(&seq)), posting, d.Room, d.Author, d.Key)
	by = r.standing(d.Author)
	if known != "" && !hmac.Equal([]byte(known), []byte(digest)) {
		seq = 0
	}
	return by, seq, err
}

const posting = `
select ` + standingFields + `, coalesce(k.digest, ''), coalesce(k.seq, 0)
  from members m
  join users u on u.id = m.user_id
  join rooms r on r.id = m.room_id
  left join post_keys k on k.author_id = m.user_id and k.room_id = m.room_id and k.key = $3
 where m.room_id = $1 and m.user_id = $2 and m.present and u.suspended_at = 0`

// bodyDigest recognises an equal body without keeping a text that is deleted
// later: without the key it cannot be compared with guesses.
func (s *Store) bodyDigest(d Draft) string {
	mac := hmac.New(sha256.New, s.digest)
	fmt.Fprintf(mac, "%d %d %s\x00%s", d.Author, d.Room, d.Key, d.Body)
	return hex.EncodeToString(mac.Sum(nil))
}

// ForgetKeys removes the keys of posts older than KeyLife and says how many there were.
// They are looked for aside, for they are in no order and there may be many.
func (s *Store) ForgetKeys(ctx context.Context) (n int64, err error) {
	var old []oldKey
	before := micros(s.now().Add(-KeyLife))
	if err := s.list(ctx, &old, "select author_id, room_id, key from post_keys where posted_at < $1 limit 100000", before); err != nil {
		return 0, s.plain(err)
	}
	for some := range slices.Chunk(old, mostForgotten) {
		gone, err := s.forgetKeys(ctx, some, before)
		if err != nil {
			return n, err
		}
		n += gone
	}
	return n, nil
}

// mostForgotten is how many keys are removed while posts wait.
const mostForgotten = 500

type oldKey struct {
	Author UserID `db:"author_id"`
	Room   RoomID `db:"room_id"`
	Key    string
}

func (s *Store) forgetKeys(ctx context.Context, old []oldKey, before int64) (int64, error) {
	var n int64
	err := s.inLog(ctx, func(ctx context.Context, tx *transaction) error {
		n = 0
		for _, k := range old {
			res, err := tx.ExecContext(ctx, forgetKey, k.Author, k.Room, k.Key, before)
			if err != nil {
				return err
			}
			gone, err := res.RowsAffected()
			if err != nil {
				return err
			}
			n += gone
		}
		return nil
	})
	if err != nil {
		return 0, err // n may still be written: the caller has left
	}
	return n, nil
}

const forgetKey = `
delete from post_keys
 where author_id = $1 and room_id = $2 and key = $3 and posted_at < $4`
