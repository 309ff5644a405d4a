package store

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Draft is a message as a person sends it, or has begun to write it. Key is the
// composer's: the same (author, room, key, body) again is the same message.
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

// DraftLife is how long a draft is kept after its last change.
const DraftLife = 30 * 24 * time.Hour

// draftSent says whether the message that draft d begins was sent, or is held: a post says
// nothing of drafts. What was saved under its key after the post is not shown, either.
const draftSent = `(
exists (select 1 from post_keys k where k.author_id = d.user_id and k.room_id = d.room_id and k.key = d.key)
or exists (select 1 from held h where h.user_id = d.user_id and h.room_id = d.room_id and substr(h.post_key, 66) = d.key))` // heldKey

// SaveDraft keeps what d's author has begun to write in place of what they had begun in
// the room before; nothing written forgets what was begun under the same key. changed: they
// have a draft there since, or none any more. Who may not write just now may do this. It
// fails with ErrNotFound if the author is not, or no longer, a member, with ErrConflict if
// the message of that key was sent, and with Invalid for what can be no text of a message.
func (s *Store) SaveDraft(ctx context.Context, d Draft) (changed bool, err error) {
	body := newlines.Replace(d.Body)
	if err := checkText(body); err != nil {
		return false, err
	}
	if !ValidKey(d.Key) {
		return false, Invalid{"key", "This form is too old. Copy your text, load the page again and send it."}
	}
	err = s.inLog(ctx, func(ctx context.Context, tx *transaction) error {
		changed = false
		if err := keepAccount(ctx, tx, d.Author); err != nil {
			return err
		}
		query := draftOf
		if tx.tx != nil { // who takes them out of the room waits, or has done it
			query += " for share of m"
		}
		var was Draft
		var shown, sent bool
		if err := tx.scan(ctx, []any{&was.Key, &was.Body, &shown, &sent}, query, d.Room, d.Author, d.Key); err != nil {
			return err
		}
		switch {
		case sent:
			return ErrConflict
		case was.Key == d.Key && was.Body == body, isBlank(body) && was.Key != d.Key:
			return nil
		case isBlank(body):
			changed = shown
			_, err := tx.ExecContext(ctx, forgetDraftIn, d.Author, d.Room)
			return err
		}
		changed = !shown
		_, err := tx.ExecContext(ctx, saveDraft, d.Author, d.Room, d.Key, micros(s.now()), body)
		return err
	})
	return changed, err
}

const draftOf = `
select coalesce(d.key, ''), coalesce(d.body, ''), d.key is not null and not ` + draftSent + `,
       exists (select 1 from post_keys k where k.author_id = m.user_id and k.room_id = m.room_id and k.key = $3)
       or exists (select 1 from held h where h.user_id = m.user_id and h.room_id = m.room_id and substr(h.post_key, 66) = $3)
  from members m
  left join drafts d on d.user_id = m.user_id and d.room_id = m.room_id
 where m.room_id = $1 and m.user_id = $2 and m.present`

const saveDraft = `
insert into drafts (user_id, room_id, key, at, body)
values ($1, $2, $3, $4, $5)
on conflict (user_id, room_id) do update
   set key = excluded.key, at = excluded.at, body = excluded.body`

const forgetDraftIn = "delete from drafts where user_id = $1 and room_id = $2"

// ForgetDrafts removes what was sent, or is older than DraftLife. ForgetKeys comes after
// it: what was sent is known by its key.
func (s *Store) ForgetDrafts(ctx context.Context) error {
	var over []struct {
		User UserID `db:"user_id"`
		Room RoomID `db:"room_id"`
		At   int64
	}
	if err := s.list(ctx, &over, draftsOver, micros(s.now().Add(-DraftLife))); err != nil {
		return s.plain(err)
	}
	for some := range slices.Chunk(over, mostForgotten) {
		err := s.inLog(ctx, func(ctx context.Context, tx *transaction) error {
			for _, d := range some {
				if _, err := tx.ExecContext(ctx, "delete from drafts where user_id = $1 and room_id = $2 and at = $3", d.User, d.Room, d.At); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("forget drafts: %w", err)
		}
	}
	return nil
}

const draftsOver = `
select d.user_id, d.room_id, d.at
  from drafts d
 where d.at < $1 or ` + draftSent
