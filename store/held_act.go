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

// PublishHeld posts what was held as its author's, now, as an act of by, who moderates
// its room; no rule looks at it again. It fails with ErrNotFound for anybody else, with
// ErrConflict if it was decided before, and with Invalid if its author could not write
// there now.
func (s *Store) PublishHeld(ctx context.Context, by Actor, id HeldID) (Message, error) {
	var m Message
	err := s.onHeld(ctx, by, id, func(ctx context.Context, tx *transaction, h lockedHeld) error {
		var err error
		if m, err = s.publish(ctx, tx, by.User, h); err != nil {
			return err
		}
		e := Entry{Act: "rule.publish", Target: Target{Kind: OnMessage, ID: int64(m.Room), Seq: m.Seq}}
		if e.Reason, err = ruleOf(ctx, tx, h.ID); err != nil {
			return err
		}
		return s.record(ctx, tx, by, e)
	})
	return m, err
}

// publish posts h, which by decided. It is Invalid if its author could not write there now;
// how fast they may is no matter.
func (s *Store) publish(ctx context.Context, tx *transaction, by UserID, h lockedHeld) (m Message, err error) {
	who, err := standing(ctx, tx, h.RoomID, h.UserID)
	if errors.Is(err, sql.ErrNoRows) {
		return m, Invalid{"held", "Its author has left the room, or was suspended, so it cannot be published unless they come back."}
	}
	if err != nil {
		return m, err
	}
	var kept Restraint
	errors.As(restraint(who, s.now()), &kept)
	switch {
	case who.Archived:
		return m, Invalid{"held", "The room is archived, so nothing can be published in it. Have it opened again first."}
	case kept.Kind == RoomLock:
		return m, Invalid{"held", "The room is locked, so nothing can be published in it. Unlock it first."}
	case kept.Kind == TimeOut:
		return m, Invalid{"held", "Its author has a time-out, so it cannot be published until that ends."}
	}
	d := Draft{Room: h.RoomID, Author: h.UserID}
	digest, key, _ := strings.Cut(h.PostKey, " ")
	var seq Seq
	if d.Key, seq, err = keyFor(ctx, tx, d, key, digest); err != nil {
		return m, err
	}
	if seq != 0 {
		m, err = messageIn(ctx, tx, d.Room, seq)
	} else {
		m, err = s.add(ctx, tx, d, who, h.Body, digest, s.now())
	}
	if err != nil {
		return m, err
	}
	return m, settleHeld(ctx, tx, h.ID, HeldPublished, by, s.now())
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

type lockedHeld struct {
	ID        HeldID
	RoomID    RoomID `db:"room_id"`
	UserID    UserID `db:"user_id"`
	PostKey   string `db:"post_key"`
	Body      string
	State     HeldState
	RuleID    RuleID    `db:"rule_id"`
	MeasureID MeasureID `db:"measure_id"`
}

const heldFields = "id, room_id, user_id, post_key, body, state, rule_id, measure_id"

// lockHeld reads a held message and keeps others from deciding it until the transaction
// ends, and before it, as measures and posts do, its room and then its author: whoever
// deletes one of the two holds it when they come to what is held.
func (s *Store) lockHeld(ctx context.Context, tx *transaction, id HeldID) (h lockedHeld, err error) {
	if err := tx.GetContext(ctx, &h, "select room_id, user_id from held where id = $1", id); err != nil {
		return h, err
	}
	if err := s.lockMeasured(ctx, tx, h.RoomID, h.UserID); err != nil {
		return h, err
	}
	err = tx.GetContext(ctx, &h, "update held set id = id where id = $1 returning "+heldFields, id)
	return h, err
}

// onHeld decides a held message with fn, as an act of somebody who moderates its room.
func (s *Store) onHeld(ctx context.Context, by Actor, id HeldID, fn func(context.Context, *transaction, lockedHeld) error) error {
	return s.inLog(ctx, func(ctx context.Context, tx *transaction) error {
		h, err := s.lockHeld(ctx, tx, id)
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
		return fn(ctx, tx, h)
	})
}

// ruleOf is what the rule that held it looks for, "" if that is deleted.
func ruleOf(ctx context.Context, tx *transaction, id HeldID) (text string, err error) {
	err = tx.GetContext(ctx, &text, "select coalesce((select x.text from held h join rules x on x.id = h.rule_id where h.id = $1), '')", id)
	return text, err
}

// settleHeld notes what became of a held message for good: the text is kept here no longer.
func settleHeld(ctx context.Context, tx *transaction, id HeldID, to HeldState, by UserID, now time.Time) error {
	_, err := tx.ExecContext(ctx, "update held set state = $1, decided_by = $2, decided_at = $3, body = '', words = '', measure_id = 0 where id = $4", to, by, micros(now), id)
	return err
}

// WithdrawHeld has its author take back what waits, or put away what was turned down: then
// nobody lets it through any more. It fails with ErrConflict if it was published, and with
// ErrNotFound for anybody else.
func (s *Store) WithdrawHeld(ctx context.Context, user UserID, id HeldID) (HeldMessage, error) {
	var m HeldMessage
	err := s.inLog(ctx, func(ctx context.Context, tx *transaction) error {
		h, err := s.lockHeld(ctx, tx, id)
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
		if err := settleHeld(ctx, tx, id, HeldWithdrawn, user, s.now()); err != nil {
			return err
		}
		return s.endWithText(ctx, tx, []MeasureID{h.MeasureID})
	})
	return m, err
}

// ForgetHeld removes what was decided about held messages HeldLife ago, at most limit,
// and returns how many there were. What a measure keeps goes with that.
func (s *Store) ForgetHeld(ctx context.Context, limit int) (int, error) {
	var old []HeldID
	if err := s.list(ctx, &old, heldDue, micros(s.now().Add(-HeldLife)), limit); err != nil || len(old) == 0 {
		return 0, s.plain(err)
	}
	slices.Sort(old)
	err := s.inLog(ctx, func(ctx context.Context, tx *transaction) error {
		for _, id := range old {
			if _, err := tx.ExecContext(ctx, "delete from held where id = $1 and state <> 'waiting' and measure_id = 0", id); err != nil {
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
 where state in ('published', 'refused', 'withdrawn') and at < $1 and decided_at < $1 and measure_id = 0
 limit $2`
