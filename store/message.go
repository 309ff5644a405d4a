package store

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The most that one message holds; the settings may say less.
const (
	MessageRunes = 8000
	MessageBytes = 32 << 10
)

// TooLong is a message of more characters than fit.
type TooLong struct{ Runes, Most int }

func (e TooLong) Error() string {
	return fmt.Sprintf("a message of %d characters; %d fit", e.Runes, e.Most)
}

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
	Mentions   []Mention
	Hidden     MeasureID // what hides it from everybody; 0: nothing. Its Body is "" then.
	Case       CaseID    // that a rule opened because of it; only what posted or edited it says so
	Next       time.Time // when its author writes again, in a slow room; only what posted it says so
}

// EditMessage gives the message another body. Only its author may, as long as the
// settings say: then it fails with TooLate. For anybody else, and for a deleted message, it
// fails with ErrNotFound. It fails with Ruled if a rule refuses the body, or would hold it.
func (s *Store) EditMessage(ctx context.Context, room RoomID, seq Seq, by UserID, body string) (Message, error) {
	body, err := s.checkBody(body)
	if err != nil {
		return Message{}, err
	}
	rule, broken := s.Broken(body)
	return s.change(ctx, room, seq, by, Edit, func(ctx context.Context, tx *transaction, who Standing, m *Message) error {
		if m.Body == body {
			return nil
		}
		if err := s.newcomerMay(who, body, m.Body, s.now()); err != nil {
			return err
		}
		var act RuleAct
		if broken {
			act = who.meets(rule)
		}
		switch act {
		case RuleRefuses:
			return Ruled{Sentence: rule.Sentence}
		case RuleHolds:
			return Ruled{Edit: true}
		}
		mentioned, err := mentionsIn(ctx, tx, room, body)
		if err != nil {
			return err
		}
		if err := forgetMentions(ctx, tx, *m); err != nil {
			return err
		}
		if err := setMentions(ctx, tx, Message{Room: room, Seq: seq, Author: m.Author, Mentions: mentioned}); err != nil {
			return err
		}
		if err := tx.GetContext(ctx, &m.Rev, bumpRoom, room); err != nil {
			return err
		}
		m.Body, m.EditedAt, m.Mentions = body, s.now(), mentioned
		if _, err := tx.ExecContext(ctx, "update messages set rev = $1, body = $2, edited_at = $3, mentions = $4 where room_id = $5 and seq = $6",
			m.Rev, body, micros(m.EditedAt), mentionsText(mentioned), room, seq); err != nil {
			return err
		}
		if act == RuleFlags {
			m.Case, err = s.flag(ctx, tx, *m, rule)
		}
		return err
	})
}

// DeleteMessage erases the text of the message and leaves its place. Only its
// author may, as long as the settings say: then it fails with TooLate. For anybody else, and
// for a deleted one, it fails with ErrNotFound.
func (s *Store) DeleteMessage(ctx context.Context, room RoomID, seq Seq, by UserID) (Message, error) {
	return s.change(ctx, room, seq, by, Delete, func(ctx context.Context, tx *transaction, _ Standing, m *Message) error {
		if err := forgetMentions(ctx, tx, *m); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, forgetDigest, m.Author, room, seq); err != nil {
			return err
		}
		if err := tx.GetContext(ctx, &m.Rev, bumpRoom, room); err != nil {
			return err
		}
		m.Body, m.DeletedAt, m.Mentions = "", s.now(), nil
		_, err := tx.ExecContext(ctx, "update messages set rev = $1, body = '', mentions = '', deleted_at = $2 where room_id = $3 and seq = $4",
			m.Rev, micros(m.DeletedAt), room, seq)
		return err
	})
}

const forgetDigest = `
update post_keys
   set digest = ''
 where author_id = $1 and room_id = $2 and seq = $3`

func (s *Store) change(ctx context.Context, room RoomID, seq Seq, by UserID, do Action, fn func(context.Context, *transaction, Standing, *Message) error) (m Message, err error) {
	err = s.inLog(ctx, func(ctx context.Context, tx *transaction) error {
		// What keeps them from it locks the one or the other: it waits, or is known.
		if err := s.lockRoom(ctx, tx, room); err != nil {
			return err
		}
		if err := keepAccount(ctx, tx, by); err != nil {
			return err
		}
		who, err := standing(ctx, tx, room, by)
		if err != nil {
			return err
		}
		who.windows = s.windows()
		if m, err = messageIn(ctx, tx, room, seq); err != nil {
			return err
		}
		if err := permit(who, do, &m, s.now()); err != nil {
			return err
		}
		return fn(ctx, tx, who, &m)
	})
	s.posted.forget(room) // who deletes a text must not see it come once more
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

// LastMessage returns the newest message of room, whoever asks: it is for regions,
// whose viewers are members. Its Seq is 0 if there is none.
func (s *Store) LastMessage(ctx context.Context, room RoomID) (Message, error) {
	rows, err := s.messages(ctx, messageColumns+keptIn+" order by m.seq desc limit 1", room)
	if err != nil || len(rows) == 0 {
		return Message{}, err
	}
	return rows[0], nil
}

// MessagesAfter returns the n messages after seq, oldest first, for a member of the
// room; for others none.
func (s *Store) MessagesAfter(ctx context.Context, room RoomID, user UserID, seq Seq, n int) ([]Message, error) {
	return s.messages(ctx, messageColumns+memberOnly+" and m.seq > $3 order by m.seq limit $4", room, user, seq, n)
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
select m.room_id, m.seq, m.rev, m.posted_rev, m.author_id, u.name as author_name, case when m.hidden = 0 then m.body else '' end as body,
       m.created_at, m.edited_at, m.deleted_at, m.prev_author, m.prev_at, case when m.hidden = 0 then m.mentions else '' end as mentions, m.hidden
  from messages m
  join users u on u.id = m.author_id`

const keptIn = `
 where m.room_id = $1
   and m.seq > (select r.forgot_seq from rooms r where r.id = $1)`

const memberOnly = `
 where m.room_id = $1
   and m.seq > (select r.forgot_seq from rooms r where r.id = $1)
   and exists (select 1 from members x where x.room_id = $1 and x.user_id = $2 and x.present)`

// messageScan is where rows of messageColumns are read to, into the same places for each,
// as the driver's own types.
type messageScan struct {
	Message
	created, edited, deleted, prev int64
	mentions                       string
	places                         []any
}

// newMessageScan is for rows that begin with first.
func newMessageScan(first ...any) *messageScan {
	s := new(messageScan)
	m := &s.Message
	s.places = append(first, (*int64)(&m.Room), (*int64)(&m.Seq), (*int64)(&m.Rev), (*int64)(&m.PostedRev),
		(*int64)(&m.Author), &m.AuthorName, &m.Body, &s.created, &s.edited, &s.deleted, (*int64)(&m.PrevAuthor), &s.prev, &s.mentions, (*int64)(&m.Hidden))
	return s
}

// message is the row that was read.
func (s *messageScan) message() Message {
	s.CreatedAt, s.EditedAt, s.DeletedAt, s.PrevAt = fromMicros(s.created), fromMicros(s.edited), fromMicros(s.deleted), fromMicros(s.prev)
	s.Mentions = mentionsOf(s.mentions)
	return s.Message
}

func (s *Store) messages(ctx context.Context, query string, args ...any) ([]Message, error) {
	scan := newMessageScan()
	all := make([]Message, 0, PageSize+1)
	err := s.read(ctx, scan.places, func() { all = append(all, scan.message()) }, query, args...)
	return all, s.plain(err)
}

func messageIn(ctx context.Context, tx *transaction, room RoomID, seq Seq) (Message, error) {
	scan := newMessageScan()
	err := tx.scan(ctx, scan.places, messageColumns+" where m.room_id = $1 and m.seq = $2", room, seq)
	return scan.message(), err
}

var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// checkBody returns body as it is stored: lines end in a newline, and white space
// around the text is left out.
func (s *Store) checkBody(body string) (string, error) {
	text := strings.TrimRightFunc(strings.TrimLeft(newlines.Replace(body), "\n"), unicode.IsSpace)
	if err := checkText(text); err != nil {
		return "", err
	}
	if isBlank(text) {
		return "", Invalid{"body", "Write something first."}
	}
	if n, most := utf8.RuneCountInString(text), s.settings.Load().MostRunes; n > most {
		return "", TooLong{n, most}
	}
	return text, nil
}

// checkText is Invalid for what can be no message whatever the settings say.
func checkText(text string) error {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return Invalid{"body", "This text has characters that cannot be read. Remove them and send again."}
	}
	if len(text) > MessageBytes {
		return Invalid{"body", "This message is far too long to be sent. Shorten it, or send it in parts."}
	}
	return nil
}

// isBlank says whether nobody can see anything of text.
func isBlank(text string) bool {
	return strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || invisible(r) }) == ""
}
