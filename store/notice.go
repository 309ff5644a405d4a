package store

import (
	"context"
	"strings"
	"unicode/utf8"
)

// A notice is a measure as the person it is on sees it.

// NoticesOf returns the measures on user, the newest first, at most limit. The name of a
// private room that they left may have become another, which is not theirs to know: a
// removal alone has to name it.
func (s *Store) NoticesOf(ctx context.Context, user UserID, limit int) ([]Measure, error) {
	return s.measures(ctx, noticesOf, user, limit)
}

const noticesOf = "select " + fieldsOfMeasure + `,
       '' as user_name, '' as by_name,
       case when r.kind = 'open' or x.kind = 'remove' or exists (select 1 from members m where m.room_id = x.room_id and m.user_id = x.user_id and m.present)
            then coalesce(r.name, '') else '' end as room_name
  from measures x
  left join rooms r on r.id = x.room_id
 where x.user_id = $1
 order by x.id desc
 limit $2`

// Beside is what a person's list of rooms shows beside the rooms.
type Beside struct {
	Role    Role
	Notices int // that they have not been shown
	Reports int // of theirs of which something became, and they have not been shown it
	Waiting int // for who moderates the instance: reports, held messages and objections that wait for them, of each at most 100
}

// Aside returns it at once: it is asked for with each message, for each person.
func (s *Store) Aside(ctx context.Context, user UserID) (Beside, error) {
	var b Beside
	err := s.get(ctx, &b, asideOf, user)
	return b, s.plain(err)
}

// another is who else moderates the instance, or the room of the measure x that $1 did:
// while there is somebody, an objection to it waits for them.
const another = `
select 1
  from users o
 where o.role in ('moderator', 'administrator') and o.suspended_at = 0 and o.id not in ($1, x.user_id)
union all
select 1
  from members o
 where o.room_id = x.room_id and o.present and (o.owner or o.moderator) and o.user_id not in ($1, x.user_id)`

// Whom nothing waits for costs no more than their role.
const asideOf = `
select u.role, (select count(*) from measures x where x.user_id = u.id and x.read_at = 0) as notices,
       (select count(*) from reports p where p.user_id = u.id and p.news) as reports,
       case when u.role in ('moderator', 'administrator')
            then (select count(*) from (select 1 from cases c where c.state = 'open' and c.user_id <> $1 and c.taken_by in (0, $1) limit 100) few)
               + (select count(*)
                    from (select 1
                            from held h
                            join rooms r on r.id = h.room_id
                           where h.state = 'waiting' and h.user_id <> $1
                             and (r.kind = 'open' or exists (select 1 from members m where m.room_id = h.room_id and m.user_id = $1 and m.present))
                           limit 100) few)
               + (select count(*)
                    from (select 1
                            from appeals a
                            join measures x on x.id = a.measure_id
                           where a.decided_at = 0 and x.user_id <> $1 and (x.by_id <> $1 or not exists (` + another + `))
                             and (x.room_id = 0 or exists (select 1 from rooms r where r.id = x.room_id and r.kind = 'open')
                                  or exists (select 1 from members m where m.room_id = x.room_id and m.user_id = $1 and m.present))
                           limit 100) few)
            else 0 end as waiting
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
