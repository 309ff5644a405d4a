package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// KeyLife is how long the digest of a post is kept to recognise a repeated one.
const KeyLife = 24 * time.Hour

// Draft is a message as a person sends it. Key is the composer's: the same
// (author, room, key, body) again is the same message.
type Draft struct {
	Room   RoomID
	Author UserID
	Key    string
	Body   string
}

// ValidKey says whether key can be a Draft's.
func ValidKey(key string) bool {
	return key != "" && len(key) <= 64 && readable(key) == key
}

// PostMessage adds d to the room as its next message and returns it with its
// author. The same draft again, within KeyLife or after the message was deleted,
// returns the stored message. It fails with ErrNotFound if the author is not, or
// no longer, a member, with ErrArchived, and with Invalid if the body cannot be a
// message.
func (s *Store) PostMessage(ctx context.Context, d Draft) (Message, error) {
	body, err := s.checkBody(d.Body)
	if err != nil {
		return Message{}, err
	}
	if !ValidKey(d.Key) {
		return Message{}, Invalid{"key", "This form is too old. Copy your text, load the page again and send it."}
	}
	digest := s.bodyDigest(d)
	var m Message
	err = s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		who, err := standing(ctx, tx, d.Room, d.Author)
		if err != nil {
			return err
		}
		now := s.now()
		if seq, err := postedAs(ctx, tx, d, digest); err != nil {
			return err
		} else if seq != 0 {
			m, err = messageIn(ctx, tx, d.Room, seq)
			return err
		}
		if err := permit(who, Post, nil); err != nil {
			return err
		}
		mentioned, err := mentionsIn(ctx, tx, d.Room, body)
		if err != nil {
			return err
		}
		m = Message{Room: d.Room, Author: d.Author, AuthorName: who.Name, Mentions: mentioned, Body: body, CreatedAt: now}
		var head struct {
			Rev        Rev
			LastSeq    Seq    `db:"last_seq"`
			PrevAuthor UserID `db:"prev_author"`
			PrevAt     int64  `db:"prev_at"`
		}
		// From here on the room is locked: only what needs its numbers follows.
		if err := tx.GetContext(ctx, &head, nextMessage, d.Room, d.Author, micros(now)); err != nil {
			return err
		}
		m.Seq, m.Rev, m.PostedRev = head.LastSeq, head.Rev, head.Rev
		m.PrevAuthor, m.PrevAt = head.PrevAuthor, fromMicros(head.PrevAt)
		if _, err := tx.ExecContext(ctx, insertMessage, m.Room, m.Seq, m.Rev, m.Author, m.Body, micros(m.CreatedAt), m.PrevAuthor, micros(m.PrevAt), mentionsText(m.Mentions)); err != nil {
			return err
		}
		if err := setMentions(ctx, tx, m); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, insertKey, d.Author, d.Room, d.Key, digest, m.Seq, micros(now))
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return ErrConflict // the same post, committed since the question
	})
	if isConflict(err) {
		// On PostgreSQL two equal posts can both pass the question: the loser of
		// the insert finds the winner's message now.
		return s.postedBefore(ctx, d, digest, err)
	}
	if err != nil {
		return Message{}, fmt.Errorf("post to room %d: %w", d.Room, err)
	}
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
	err := s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		seq, err := postedAs(ctx, tx, d, digest)
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

// postedAs returns the message that d already is, 0 if it is new. After a delete
// the digest is erased and the key alone decides.
func postedAs(ctx context.Context, tx *transaction, d Draft, digest string) (Seq, error) {
	var rows []struct {
		Digest string
		Seq    Seq
	}
	if err := tx.SelectContext(ctx, &rows, "select digest, seq from post_keys where author_id = $1 and room_id = $2 and key = $3", d.Author, d.Room, d.Key); err != nil {
		return 0, err
	}
	for _, r := range rows {
		if r.Digest == "" || hmac.Equal([]byte(r.Digest), []byte(digest)) {
			return r.Seq, nil
		}
	}
	return 0, nil
}

// bodyDigest recognises an equal body without keeping a text that is deleted
// later: without the key it cannot be compared with guesses.
func (s *Store) bodyDigest(d Draft) string {
	mac := hmac.New(sha256.New, s.digest)
	fmt.Fprintf(mac, "%d %d %s\x00%s", d.Author, d.Room, d.Key, d.Body)
	return hex.EncodeToString(mac.Sum(nil))
}

// ForgetKeys removes the keys of posts older than KeyLife and says how many there were.
func (s *Store) ForgetKeys(ctx context.Context) (int64, error) {
	var n int64
	err := s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		res, err := tx.ExecContext(ctx, "delete from post_keys where posted_at < $1", micros(s.now().Add(-KeyLife)))
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	if err != nil {
		return 0, err // n may still be written: the caller has left
	}
	return n, nil
}
