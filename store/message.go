package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jmoiron/sqlx"
)

// The most that one message holds.
const (
	MessageRunes = 8000
	MessageBytes = 32 << 10
)

// KeyLife is how long the digest of a post is kept to recognise a repeated one.
const KeyLife = 24 * time.Hour

// Message is one row of a room's log; a deleted one keeps its place and loses its body.
type Message struct {
	Room       RoomID
	Seq        Seq
	Rev        Rev
	PostedRev  Rev // the room's revision when it was posted
	Author     UserID
	AuthorName string
	Body       string
	CreatedAt  time.Time // UTC, microseconds
	EditedAt   time.Time // zero: never
	DeletedAt  time.Time // zero: not deleted
	PrevAuthor UserID    // of the message before it when it was posted; 0: none
	PrevAt     time.Time
}

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
// no longer, a member, and with Invalid if the body cannot be a message.
func (s *Store) PostMessage(ctx context.Context, d Draft) (Message, error) {
	body, err := checkBody(d.Body)
	if err != nil {
		return Message{}, err
	}
	if !ValidKey(d.Key) {
		return Message{}, Invalid{"key", "This form is too old. Copy your text, load the page again and send it."}
	}
	digest := s.bodyDigest(d)
	var m Message
	err = s.inTx(ctx, func(ctx context.Context, tx *sqlx.Tx) error {
		name, err := memberName(ctx, tx, d.Room, d.Author)
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
		m = Message{Room: d.Room, Author: d.Author, AuthorName: name, Body: body, CreatedAt: now}
		prev := struct {
			Author    UserID `db:"author_id"`
			CreatedAt int64  `db:"created_at"`
		}{}
		var head struct {
			Rev     Rev
			LastSeq Seq `db:"last_seq"`
		}
		// From here on the room is locked: only what needs its numbers follows.
		if err := tx.GetContext(ctx, &head, nextMessage, d.Room); err != nil {
			return err
		}
		m.Seq, m.Rev, m.PostedRev = head.LastSeq, head.Rev, head.Rev
		if m.Seq > 1 {
			if err := tx.GetContext(ctx, &prev, "select author_id, created_at from messages where room_id = $1 and seq = $2", d.Room, m.Seq-1); err != nil {
				return err
			}
			m.PrevAuthor, m.PrevAt = prev.Author, fromMicros(prev.CreatedAt)
		}
		if _, err := tx.ExecContext(ctx, insertMessage, m.Room, m.Seq, m.Rev, m.Author, m.Body, micros(m.CreatedAt), m.PrevAuthor, micros(m.PrevAt)); err != nil {
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
   set rev = rev + 1, last_seq = last_seq + 1
 where id = $1
returning rev, last_seq`

const insertMessage = `
insert into messages (room_id, seq, rev, posted_rev, author_id, body, created_at, prev_author, prev_at)
values ($1, $2, $3, $3, $4, $5, $6, $7, $8)`

// A key whose message has another body now names the newer message.
const insertKey = `
insert into post_keys (author_id, room_id, key, digest, seq, posted_at)
values ($1, $2, $3, $4, $5, $6)
on conflict (author_id, room_id, key) do update
   set digest = excluded.digest, seq = excluded.seq, posted_at = excluded.posted_at
 where post_keys.digest not in ('', excluded.digest)`

func (s *Store) postedBefore(ctx context.Context, d Draft, digest string, cause error) (Message, error) {
	var m Message
	err := s.inTx(ctx, func(ctx context.Context, tx *sqlx.Tx) error {
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
func postedAs(ctx context.Context, tx *sqlx.Tx, d Draft, digest string) (Seq, error) {
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
	err := s.inTx(ctx, func(ctx context.Context, tx *sqlx.Tx) error {
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

// EditMessage gives the message another body. Only its author may; for anybody
// else, and for a deleted message, it fails with ErrNotFound.
func (s *Store) EditMessage(ctx context.Context, room RoomID, seq Seq, by UserID, body string) (Message, error) {
	body, err := checkBody(body)
	if err != nil {
		return Message{}, err
	}
	return s.change(ctx, room, seq, by, Edit, func(ctx context.Context, tx *sqlx.Tx, m *Message) error {
		if m.Body == body {
			return nil
		}
		if err := tx.GetContext(ctx, &m.Rev, bumpRoom, room); err != nil {
			return err
		}
		m.Body, m.EditedAt = body, s.now()
		_, err := tx.ExecContext(ctx, "update messages set rev = $1, body = $2, edited_at = $3 where room_id = $4 and seq = $5",
			m.Rev, body, micros(m.EditedAt), room, seq)
		return err
	})
}

// DeleteMessage erases the text of the message and leaves its place. Only its
// author may; for anybody else, and for a deleted one, it fails with ErrNotFound.
func (s *Store) DeleteMessage(ctx context.Context, room RoomID, seq Seq, by UserID) (Message, error) {
	return s.change(ctx, room, seq, by, Delete, func(ctx context.Context, tx *sqlx.Tx, m *Message) error {
		if _, err := tx.ExecContext(ctx, "update post_keys set digest = '' where room_id = $1 and seq = $2", room, seq); err != nil {
			return err
		}
		if err := tx.GetContext(ctx, &m.Rev, bumpRoom, room); err != nil {
			return err
		}
		m.Body, m.DeletedAt = "", s.now()
		_, err := tx.ExecContext(ctx, "update messages set rev = $1, body = '', deleted_at = $2 where room_id = $3 and seq = $4",
			m.Rev, micros(m.DeletedAt), room, seq)
		return err
	})
}

func (s *Store) change(ctx context.Context, room RoomID, seq Seq, by UserID, do Action, fn func(context.Context, *sqlx.Tx, *Message) error) (m Message, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *sqlx.Tx) error {
		_, err := memberName(ctx, tx, room, by)
		if err != nil {
			return err
		}
		// The room's row is taken first, as every writer of the room does, so that
		// what is read of the message is still so when it is written.
		if s.writer == nil {
			if _, err := tx.ExecContext(ctx, "select 1 from rooms where id = $1 for update", room); err != nil {
				return err
			}
		}
		if m, err = messageIn(ctx, tx, room, seq); err != nil {
			return err
		}
		if !May(by, true, do, &m) {
			return ErrNotFound
		}
		return fn(ctx, tx, &m)
	})
	if err != nil {
		return Message{}, fmt.Errorf("%s message %d of room %d: %w", do, seq, room, err)
	}
	return m, nil
}

// Message returns one message for a member of its room, or ErrNotFound.
func (s *Store) Message(ctx context.Context, room RoomID, seq Seq, user UserID) (Message, error) {
	rows, err := s.messages(ctx, messageColumns+memberOnly+" and m.seq = $3", room, user, seq)
	if err != nil {
		return Message{}, err
	}
	if len(rows) == 0 {
		return Message{}, ErrNotFound
	}
	return rows[0], nil
}

// MessagesBefore returns the n messages before seq (0: the newest), oldest first,
// for a member of the room; for others none.
func (s *Store) MessagesBefore(ctx context.Context, room RoomID, user UserID, seq Seq, n int) ([]Message, error) {
	if seq <= 0 {
		seq = 1 << 62
	}
	rows, err := s.messages(ctx, messageColumns+memberOnly+" and m.seq < $3 order by m.seq desc limit $4", room, user, seq, n)
	for i, j := 0, len(rows)-1; i < j; i, j = i+1, j-1 {
		rows[i], rows[j] = rows[j], rows[i]
	}
	return rows, err
}

const messageColumns = `
select m.room_id, m.seq, m.rev, m.posted_rev, m.author_id, u.name as author_name, m.body,
       m.created_at, m.edited_at, m.deleted_at, m.prev_author, m.prev_at
  from messages m
  join users u on u.id = m.author_id`

const memberOnly = `
 where m.room_id = $1
   and exists (select 1 from members x where x.room_id = $1 and x.user_id = $2 and x.present)`

type messageRow struct {
	RoomID     RoomID `db:"room_id"`
	Seq        Seq
	Rev        Rev
	PostedRev  Rev    `db:"posted_rev"`
	AuthorID   UserID `db:"author_id"`
	AuthorName string `db:"author_name"`
	Body       string
	CreatedAt  int64  `db:"created_at"`
	EditedAt   int64  `db:"edited_at"`
	DeletedAt  int64  `db:"deleted_at"`
	PrevAuthor UserID `db:"prev_author"`
	PrevAt     int64  `db:"prev_at"`
}

func (r messageRow) message() Message {
	return Message{
		Room: r.RoomID, Seq: r.Seq, Rev: r.Rev, PostedRev: r.PostedRev, Author: r.AuthorID, AuthorName: r.AuthorName, Body: r.Body,
		CreatedAt: fromMicros(r.CreatedAt), EditedAt: fromMicros(r.EditedAt), DeletedAt: fromMicros(r.DeletedAt),
		PrevAuthor: r.PrevAuthor, PrevAt: fromMicros(r.PrevAt),
	}
}

func (s *Store) messages(ctx context.Context, query string, args ...any) ([]Message, error) {
	var rows []messageRow
	if err := s.db.SelectContext(ctx, &rows, query, args...); err != nil {
		return nil, s.plain(err)
	}
	all := make([]Message, len(rows))
	for i, r := range rows {
		all[i] = r.message()
	}
	return all, nil
}

func messageIn(ctx context.Context, tx *sqlx.Tx, room RoomID, seq Seq) (Message, error) {
	var r messageRow
	err := tx.GetContext(ctx, &r, messageColumns+" where m.room_id = $1 and m.seq = $2", room, seq)
	return r.message(), err
}

// memberName returns the name of user if they are a member of room and not
// suspended, otherwise sql.ErrNoRows.
func memberName(ctx context.Context, tx *sqlx.Tx, room RoomID, user UserID) (name string, err error) {
	return name, tx.GetContext(ctx, &name, nameOfMember, room, user)
}

const nameOfMember = `
select u.name
  from members m
  join users u on u.id = m.user_id
 where m.room_id = $1 and m.user_id = $2 and m.present and u.suspended_at = 0`

// checkBody returns body as it is stored: lines end in a newline, and white space
// around the text is left out.
func checkBody(body string) (string, error) {
	if !utf8.ValidString(body) || strings.ContainsRune(body, 0) {
		return "", Invalid{"body", "This text has characters that cannot be read. Remove them and send again."}
	}
	body = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(body)
	text := strings.TrimRightFunc(strings.TrimLeft(body, "\n"), unicode.IsSpace)
	if strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || invisible(r) }) == "" {
		return "", Invalid{"body", "Write something first."}
	}
	if n := utf8.RuneCountInString(text); n > MessageRunes {
		return "", Invalid{"body", fmt.Sprintf("This message has %d characters; %d fit. Shorten it, or send it in parts.", n, MessageRunes)}
	}
	if len(text) > MessageBytes {
		return "", Invalid{"body", "This message is larger than 32 KiB. Shorten it, or send it in parts."}
	}
	return text, nil
}
