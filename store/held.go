package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// HeldID numbers the messages that were held.
type HeldID int64

// HeldState is what became of a message that a rule held.
type HeldState string

// The states. What is not waiting was decided once, and stays so.
const (
	HeldWaiting    HeldState = "waiting"
	HeldPublished  HeldState = "published"
	HeldTurnedDown HeldState = "refused"
	HeldWithdrawn  HeldState = "withdrawn" // by its author
)

// HeldMessage is a message that a rule keeps out of its room until a moderator decides.
type HeldMessage struct {
	ID         HeldID
	Room       RoomID
	RoomName   string
	Author     UserID
	AuthorName string
	Body       string
	At         time.Time
	DecidedAt  time.Time // zero: it waits
	State      HeldState
	Rule       string // what it looks for; "": it is deleted
	Sentence   string // of the rule
}

// HeldLife is how long after it was decided what a held message said is known: to its
// author, who was turned down, and to who decides the same once more.
const HeldLife = 7 * 24 * time.Hour

// Waits is what PostMessage returns of a draft that it keeps for a moderator, or has
// kept before: the text is safe, and not in the room.
type Waits struct {
	State    HeldState
	Sentence string // of the rule; "": Parley's own
}

func (e Waits) Error() string { return "the message was held: " + string(e.State) }

// Ruled is the error of a text that a rule refuses.
type Ruled struct {
	Sentence string // of the rule; "": Parley's own
	Edit     bool   // as a new message it would wait for a moderator
}

func (e Ruled) Error() string { return "a rule refuses the text" }

// meets is what rule does to a text of by's: nobody is above being refused, moderators
// need no other moderator, and a direct conversation has none.
func (by Standing) meets(rule Rule) RuleAct {
	if rule.Act != RuleRefuses && (by.Moderates() || by.Kind == DirectRoom) {
		return ""
	}
	return rule.Act
}

// hold keeps d for a moderator instead of posting it.
func (s *Store) hold(ctx context.Context, tx *transaction, d Draft, body, digest string, rule Rule) (*Waits, error) {
	var id HeldID
	if err := tx.GetContext(ctx, &id, nextID, "held"); err != nil {
		return nil, err
	}
	res, err := tx.ExecContext(ctx, insertHeld, id, d.Room, d.Author, heldKey(d, digest), body, micros(s.now()), rule.ID)
	if err := one(res, err); err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	} else if err != nil { // the same post, held since the question
		return heldBefore(ctx, tx, d, digest)
	}
	return &Waits{HeldWaiting, rule.Sentence}, nil
}

const insertHeld = `
insert into held (id, room_id, user_id, post_key, body, at, rule_id, state)
values ($1, $2, $3, $4, $5, $6, $7, 'waiting')
on conflict do nothing`

// heldKey is the draft's key in the table: with its digest, for the same key with
// another body is another message.
func heldKey(d Draft, digest string) string { return digest + " " + d.Key }

// heldBefore is what became of d if it was held, nil if it was not.
func heldBefore(ctx context.Context, tx *transaction, d Draft, digest string) (*Waits, error) {
	var w Waits
	err := tx.scan(ctx, []any{(*string)(&w.State), &w.Sentence}, heldAs, d.Author, d.Room, heldKey(d, digest))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &w, err
}

const heldAs = `
select h.state, coalesce(x.sentence, '')
  from held h
  left join rules x on x.id = h.rule_id
 where h.user_id = $1 and h.room_id = $2 and h.post_key = $3`

// flag opens a case about m, or adds to the one that is open: rule is who reports it.
func (s *Store) flag(ctx context.Context, tx *transaction, m Message, rule Rule) (CaseID, error) {
	c := Case{User: m.Author, Room: m.Room, Seq: m.Seq, Copies: []Copy{{Body: m.Body, Rev: m.Rev, At: s.now(), Rule: rule.Text}}}
	err := s.caseAbout(ctx, tx, 0, &c)
	return c.ID, err
}

// HeldFor returns what waits for user to decide, the oldest first, at most limit: in room,
// or for who moderates the instance in all rooms (0) that they may read. What they wrote
// themselves is not theirs to decide. It fails with ErrNotFound for who moderates neither.
func (s *Store) HeldFor(ctx context.Context, user UserID, room RoomID, limit int) ([]HeldMessage, error) {
	if err := s.MayQueue(ctx, user, room); err != nil {
		return nil, err
	}
	if room != 0 {
		return s.held(ctx, heldIn, user, room, limit)
	}
	return s.held(ctx, heldAnywhere, user, limit)
}

// HeldOf returns what user sees of their own in room: what waits, and what was turned
// down in the last HeldLife.
func (s *Store) HeldOf(ctx context.Context, user UserID, room RoomID) ([]HeldMessage, error) {
	if s.rules.Load().version == 0 {
		return nil, nil // there has never been a rule
	}
	return s.held(ctx, heldOf, user, room, micros(s.now().Add(-HeldLife)))
}

const heldColumns = `
select h.id, h.room_id, r.name as room_name, h.user_id, u.name as user_name, h.body, h.at, h.decided_at, h.state,
       coalesce(x.text, '') as rule, coalesce(x.sentence, '') as sentence
  from held h
  join rooms r on r.id = h.room_id
  join users u on u.id = h.user_id
  left join rules x on x.id = h.rule_id`

const heldAnywhere = heldColumns + `
 where h.state = 'waiting' and h.user_id <> $1
   and (r.kind = 'open' or exists (select 1 from members m where m.room_id = h.room_id and m.user_id = $1 and m.present))
 order by h.at
 limit $2`

const heldIn = heldColumns + `
 where h.state = 'waiting' and h.user_id <> $1 and h.room_id = $2
 order by h.at
 limit $3`

const heldOf = heldColumns + `
 where h.user_id = $1 and h.room_id = $2 and h.state in ('waiting', 'refused') and (h.decided_at = 0 or h.decided_at > $3)
 order by h.id`

type heldRow struct {
	ID        HeldID
	RoomID    RoomID `db:"room_id"`
	RoomName  string `db:"room_name"`
	UserID    UserID `db:"user_id"`
	UserName  string `db:"user_name"`
	Body      string
	At        int64
	DecidedAt int64 `db:"decided_at"`
	State     HeldState
	Rule      string
	Sentence  string
}

func (s *Store) held(ctx context.Context, query string, args ...any) ([]HeldMessage, error) {
	var rows []heldRow
	if err := s.list(ctx, &rows, query, args...); err != nil {
		return nil, s.plain(err)
	}
	all := make([]HeldMessage, len(rows))
	for i, r := range rows {
		all[i] = r.message()
	}
	return all, nil
}

func (r heldRow) message() HeldMessage {
	return HeldMessage{
		ID: r.ID, Room: r.RoomID, RoomName: r.RoomName, Author: r.UserID, AuthorName: r.UserName, Body: r.Body,
		At: fromMicros(r.At), DecidedAt: fromMicros(r.DecidedAt), State: r.State, Rule: r.Rule, Sentence: r.Sentence,
	}
}

// PublishHeld posts what was held as its author's, now, as an act of by, who moderates
// its room; no rule looks at it again. It fails with ErrNotFound for anybody else, with
// ErrConflict if it was decided before, and with Invalid if its author could not write
// there any more.
func (s *Store) PublishHeld(ctx context.Context, by Actor, id HeldID) (Message, error) {
	var m Message
	err := s.onHeld(ctx, by, id, HeldPublished, func(ctx context.Context, tx *transaction, h lockedHeld) (Entry, error) {
		who, err := standing(ctx, tx, h.RoomID, h.UserID)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return Entry{}, Invalid{"held", "Its author has left the room, or was suspended, so it cannot be published. Turn it down."}
		case err != nil:
			return Entry{}, err
		case who.Archived:
			return Entry{}, Invalid{"held", "The room is archived, so nothing can be published in it. Turn it down, or have the room opened again."}
		}
		d := Draft{Room: h.RoomID, Author: h.UserID}
		digest, key, _ := strings.Cut(h.PostKey, " ")
		var seq Seq
		if d.Key, seq, err = keyFor(ctx, tx, d, key, digest); err != nil {
			return Entry{}, err
		}
		if seq != 0 {
			m, err = messageIn(ctx, tx, d.Room, seq)
		} else {
			m, err = s.add(ctx, tx, d, who, h.Body, digest, s.now())
		}
		return Entry{Act: "rule.publish", Target: Target{Kind: OnMessage, ID: int64(d.Room), Seq: m.Seq}}, err
	})
	return m, err
}

// keyFor is the key under which a held draft is posted: its own, or its digest if the
// composer has sent another text with that since. seq is the message that it already is,
// by a process that did not know of the rule yet, or 0.
func keyFor(ctx context.Context, tx *transaction, d Draft, key, digest string) (string, Seq, error) {
	var known string
	var seq Seq
	err := tx.scan(ctx, []any{&known, (*int64)(&seq)}, "select digest, seq from post_keys where author_id = $1 and room_id = $2 and key = $3", d.Author, d.Room, key)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return key, 0, nil
	case err != nil || known == digest:
		return key, seq, err
	}
	return digest, 0, nil
}

// TurnDownHeld keeps what was held out of its room for good, as an act of by, who
// moderates it: its author is told. It fails as PublishHeld does.
func (s *Store) TurnDownHeld(ctx context.Context, by Actor, id HeldID) (HeldMessage, error) {
	var m HeldMessage
	err := s.onHeld(ctx, by, id, HeldTurnedDown, func(ctx context.Context, tx *transaction, h lockedHeld) (Entry, error) {
		m = HeldMessage{ID: id, Room: h.RoomID, Author: h.UserID}
		e := Entry{Act: "rule.turn-down", Target: Target{Kind: OnAccount, ID: int64(h.UserID)}}
		return e, tx.GetContext(ctx, &e.Target.Name, "select name from users where id = $1", h.UserID)
	})
	return m, err
}

type lockedHeld struct {
	RoomID  RoomID `db:"room_id"`
	UserID  UserID `db:"user_id"`
	PostKey string `db:"post_key"`
	Body    string
	State   HeldState
	RuleID  RuleID `db:"rule_id"`
}

// lockHeld reads a held message and keeps others from deciding it until the transaction ends.
func lockHeld(ctx context.Context, tx *transaction, id HeldID) (h lockedHeld, err error) {
	err = tx.GetContext(ctx, &h, "update held set id = id where id = $1 returning room_id, user_id, post_key, body, state, rule_id", id)
	return h, err
}

// onHeld decides a held message with fn, as an act of somebody who moderates its room.
func (s *Store) onHeld(ctx context.Context, by Actor, id HeldID, to HeldState, fn func(context.Context, *transaction, lockedHeld) (Entry, error)) error {
	return s.inLog(ctx, func(ctx context.Context, tx *transaction) error {
		h, err := lockHeld(ctx, tx, id)
		if err != nil {
			return err
		}
		o, err := officerIn(ctx, tx, h.RoomID, by.User)
		if err != nil {
			return err
		}
		if !o.Active || o.rank() < roomRank || !o.Sees() || o.Kind == DirectRoom || by.User == h.UserID {
			return sql.ErrNoRows
		}
		if h.State != HeldWaiting {
			return ErrConflict
		}
		e, err := fn(ctx, tx, h)
		if err != nil {
			return err
		}
		err = tx.GetContext(ctx, &e.Reason, "select coalesce((select text from rules where id = $1), '')", h.RuleID)
		if err != nil {
			return err
		}
		if err := decideHeld(ctx, tx, id, to, by.User, s.now()); err != nil {
			return err
		}
		return s.record(ctx, tx, by, e)
	})
}

// decideHeld notes what became of a held message. Of one that was published, or
// withdrawn, the text is kept here no longer.
func decideHeld(ctx context.Context, tx *transaction, id HeldID, to HeldState, by UserID, now time.Time) error {
	query := "update held set state = $1, decided_by = $2, decided_at = $3, body = '' where id = $4"
	if to == HeldTurnedDown {
		query = "update held set state = $1, decided_by = $2, decided_at = $3 where id = $4"
	}
	_, err := tx.ExecContext(ctx, query, to, by, micros(now), id)
	return err
}

// WithdrawHeld has its author take back what waits, or put away what was turned down.
// It fails with ErrConflict if it was published, and with ErrNotFound for anybody else.
func (s *Store) WithdrawHeld(ctx context.Context, user UserID, id HeldID) (HeldMessage, error) {
	var m HeldMessage
	err := s.inLog(ctx, func(ctx context.Context, tx *transaction) error {
		h, err := lockHeld(ctx, tx, id)
		if err == nil && h.UserID != user {
			err = sql.ErrNoRows
		}
		if err != nil {
			return err
		}
		m = HeldMessage{ID: id, Room: h.RoomID, Author: h.UserID}
		if h.State == HeldPublished {
			return ErrConflict
		}
		return decideHeld(ctx, tx, id, HeldWithdrawn, user, s.now())
	})
	return m, err
}

// ForgetHeld removes what was decided about held messages HeldLife ago, at most limit,
// and returns how many there were.
func (s *Store) ForgetHeld(ctx context.Context, limit int) (int, error) {
	var old []HeldID
	if err := s.list(ctx, &old, heldDue, micros(s.now().Add(-HeldLife)), limit); err != nil || len(old) == 0 {
		return 0, s.plain(err)
	}
	slices.Sort(old)
	err := s.inLog(ctx, func(ctx context.Context, tx *transaction) error {
		for _, id := range old {
			if _, err := tx.ExecContext(ctx, "delete from held where id = $1 and state <> 'waiting'", id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("forget held messages: %w", err)
	}
	return len(old), nil
}

// What was decided long ago was held before that.
const heldDue = `
select id
  from held
 where state in ('published', 'refused', 'withdrawn') and at < $1 and decided_at < $1
 limit $2`
