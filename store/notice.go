package store

import (
	"context"
	"strings"
)

// A notice is a measure as the person it is on sees it.

// NoticesOf returns the measures on user, the newest first, at most limit, with what they
// wrote in the message that they are about. The name of a private room that they left may
// have become another, which is not theirs to know: a removal alone has to name it. Nor is
// what they wrote there theirs to read any more.
func (s *Store) NoticesOf(ctx context.Context, user UserID, limit int) ([]Measure, error) {
	return s.measures(ctx, noticesOf, user, limit)
}

const noticesOf = "select " + fieldsOfMeasure + `,
       '' as user_name, '' as by_name,
       case when ` + readsRoom + ` or x.kind = 'remove' and x.kept like 'true%' then coalesce(r.name, '') else '' end as room_name,
       case when ` + readsRoom + ` then coalesce((select g.body from messages g where g.room_id = x.room_id and g.seq = x.seq and g.author_id = x.user_id), '') else '' end as quote
  from measures x
  left join rooms r on r.id = x.room_id
 where x.user_id = $1
 order by x.id desc
 limit $2`

// readsRoom says that whom x is on may read its room.
const readsRoom = `(r.kind = 'open' or exists (select 1 from members m where m.room_id = x.room_id and m.user_id = x.user_id and m.present))`

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
	return text, fits(field, text, most)
}
