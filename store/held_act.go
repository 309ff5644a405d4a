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

var errAuthorGone = Invalid{"held", "Its author has left the room, or was suspended, so it cannot be published. Turn it down."}

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
			return Entry{}, errAuthorGone
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
// moderates it: its author is told, with words, if there are any. It fails as PublishHeld
// does, and with Invalid if words are too long.
func (s *Store) TurnDownHeld(ctx context.Context, by Actor, id HeldID, words string) (HeldMessage, error) {
	var m HeldMessage
	words, err := checkWords(words)
	if err != nil {
		return m, err
	}
	err = s.onHeld(ctx, by, id, HeldTurnedDown, func(ctx context.Context, tx *transaction, h lockedHeld) (Entry, error) {
		m = HeldMessage{ID: id, Room: h.RoomID, Author: h.UserID, Words: words}
		if _, err := tx.ExecContext(ctx, "update held set words = $1 where id = $2", words, id); err != nil {
			return Entry{}, err
		}
		e := Entry{Act: "rule.turn-down", Target: Target{Kind: OnAccount, ID: int64(h.UserID)}, Room: h.RoomID}
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
		var of lockedHeld
		if err := tx.GetContext(ctx, &of, "select room_id, user_id from held where id = $1", id); err != nil {
			return err
		}
		// As measures and posts do, the room and then the person: whoever deletes one of
		// the two holds it when they come to what is held.
		if err := s.lockMeasured(ctx, tx, of.RoomID, of.UserID); err != nil {
			return err
		}
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
	query := "update held set state = $1, decided_by = $2, decided_at = $3, body = '', words = '' where id = $4"
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
