package store

import (
	"context"
	"strings"
	"unicode/utf8"
)

// A notice is a measure as the person it is on sees it.

// UnreadNotices is how many measures on user they have not been shown.
func (s *Store) UnreadNotices(ctx context.Context, user UserID) (int, error) {
	var n int
	err := s.get(ctx, &n, unreadNotices, user)
	return n, s.plain(err)
}

const unreadNotices = `
select count(*)
  from measures
 where user_id = $1 and read_at = 0`

// Aside returns what user may do on the whole instance, and how many notices they have
// not been shown: what their list of rooms asks for beside the rooms, at once, for it is
// rendered for each person with each message.
func (s *Store) Aside(ctx context.Context, user UserID) (Role, int, error) {
	var r struct {
		Role    Role
		Notices int
	}
	err := s.get(ctx, &r, asideOf, user)
	return r.Role, r.Notices, s.plain(err)
}

const asideOf = `
select u.role, (select count(*) from measures x where x.user_id = u.id and x.read_at = 0) as notices
  from users u
 where u.id = $1`

// ReadNotices notes that user was shown all measures on them until id.
func (s *Store) ReadNotices(ctx context.Context, user UserID, upto MeasureID) error {
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		_, err := tx.ExecContext(ctx, "update measures set read_at = $1 where user_id = $2 and id <= $3 and read_at = 0", micros(s.now()), user, upto)
		return err
	})
}

// said checks a text of a few sentences: nothing, and more than most characters, are
// mistakes of its field.
func said(field, text string, most int, empty string) (string, error) {
	text = strings.TrimSpace(readable(strings.ReplaceAll(text, "\r\n", "\n")))
	if text == "" {
		return "", Invalid{field, empty}
	}
	if utf8.RuneCountInString(text) > most {
		return "", Invalid{field, "That is too long. Say it in a few sentences."}
	}
	return text, nil
}
