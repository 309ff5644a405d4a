package store

import (
	"context"
	"strconv"
	"strings"
)

// Show is which accounts a list is of.
type Show string

// What can be shown. Deleted ones are in no other list.
const (
	ShowAll            Show = ""
	ShowMembers        Show = "members"
	ShowModerators     Show = "moderators"
	ShowAdministrators Show = "administrators"
	ShowSuspended      Show = "suspended"
	ShowDeleted        Show = "deleted"
)

// Order is how accounts are sorted.
type Order string

// The orders.
const (
	ByName   Order = ""
	ByNewest Order = "newest"
	ByHere   Order = "here" // who was here last comes first
)

// AccountQuery chooses accounts; its zero value chooses all, by name.
type AccountQuery struct {
	Text  string // what a word of the name, the username or the e-mail begins with
	Show  Show
	Order Order
	After string // the last one of the page before, as AccountPage.Next named it
}

// AccountPage is a part of a list of accounts.
type AccountPage struct {
	Accounts []User
	Next     string // for the AccountQuery of the page that follows; "": this is the last
	Broad    bool   // so many are found that only the first MostMatches were looked through
}

// MostMatches is among how many that fit the text the others of a query are applied.
const MostMatches = 2000

// Accounts returns at most limit accounts. A page begins where the one before it ended,
// also when somebody has come or gone since.
func (s *Store) Accounts(ctx context.Context, q AccountQuery, limit int) (AccountPage, error) {
	query, args := q.statement(limit + 1)
	var rows []struct {
		userRow
		NameKey string `db:"name_key"`
	}
	if err := s.list(ctx, &rows, query, args...); err != nil {
		return AccountPage{}, s.plain(err)
	}
	var page AccountPage
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		page.Next = strconv.FormatInt(int64(last.ID), 10) + "." + last.NameKey
		if q.Order == ByHere {
			page.Next = strconv.FormatInt(int64(last.ID), 10) + "." + strconv.FormatInt(last.HereAt, 10)
		}
	}
	page.Accounts = make([]User, len(rows))
	for i, r := range rows {
		page.Accounts[i] = r.user()
	}
	if q.Text != "" {
		var n int
		key := nameKey(clip(oneLine(q.Text), 100))
		if err := s.get(ctx, &n, matches, key, key+"\U0010ffff", MostMatches+1); err != nil {
			return page, s.plain(err)
		}
		page.Broad = n > MostMatches
	}
	return page, nil
}

const matches = `
select count(*)
  from (select 1 from name_words w where w.word >= $1 and w.word < $2 limit $3) found`

// shown are the conditions of what is shown; each is that of an index.
var shown = map[Show]string{
	ShowAll:            "u.deleted_at = 0",
	ShowMembers:        "u.deleted_at = 0 and u.role = 'member'",
	ShowModerators:     "u.deleted_at = 0 and u.role = 'moderator'",
	ShowAdministrators: "u.deleted_at = 0 and u.role = 'administrator'",
	ShowSuspended:      "u.deleted_at = 0 and u.suspended_at > 0",
	ShowDeleted:        "u.deleted_at > 0",
}

// statement is the query that q asks for and its values.
func (q AccountQuery) statement(limit int) (string, []any) {
	if shown[q.Show] == "" {
		q.Show = ShowAll
	}
	if q.Show == ShowDeleted { // they have no names
		q.Order = ByNewest
	}
	text, args := "\nselect "+userFields+", u.name_key\n  from users u\n where "+shown[q.Show], values{}
	if q.Text != "" {
		text += "\n   and u.id in (select w.user_id from (select x.user_id from name_words x where x.word >= " + args.place(nameKey(clip(oneLine(q.Text), 100)))
		text += " and x.word < " + args.place(nameKey(clip(oneLine(q.Text), 100))+"\U0010ffff") + " order by x.word limit " + args.place(MostMatches) + ") w"
		text += " union all select e.id from (select m.id from users m where m.email_key >= " + args.place(emailKey(clip(oneLine(q.Text), 100)))
		text += " and m.email_key < " + args.place(emailKey(clip(oneLine(q.Text), 100))+"\U0010ffff") + " order by m.email_key limit " + args.place(MostMatches) + ") e)"
	}
	number, key, _ := strings.Cut(q.After, ".")
	id, err := strconv.ParseInt(number, 10, 64)
	after := q.After != "" && err == nil
	switch q.Order {
	case ByNewest:
		if after {
			text += "\n   and u.id < " + args.place(id)
		}
		text += "\n order by u.id desc"
	case ByHere:
		if here, err := strconv.ParseInt(key, 10, 64); after && err == nil {
			text += "\n   and (u.here_at, u.id) < (" + args.place(here) + ", " + args.place(id) + ")"
		}
		text += "\n order by u.here_at desc, u.id desc"
	default:
		if after {
			text += "\n   and (u.name_key, u.id) > (" + args.place(readable(key)) + ", " + args.place(id) + ")"
		}
		text += "\n order by u.name_key, u.id"
	}
	text += "\n limit " + args.place(limit)
	return text, args
}

// Rooms are those that an account is in, as administrators may know it: by name, and of
// direct conversations only how many.
type Rooms struct {
	Rooms  []RoomOf
	More   bool // there are more than were asked for
	Direct int
}

// RoomOf is a room that somebody is in.
type RoomOf struct {
	Room
	Owner bool
}

// RoomsOfAccount returns at most limit rooms that user is in, for administrators, who
// see no more of them than their names.
func (s *Store) RoomsOfAccount(ctx context.Context, user UserID, limit int) (Rooms, error) {
	var all Rooms
	if err := s.list(ctx, &all.Rooms, roomsOfAccount, user, limit+1); err != nil {
		return all, s.plain(err)
	}
	if all.More = len(all.Rooms) > limit; all.More {
		all.Rooms = all.Rooms[:limit]
	}
	return all, s.plain(s.get(ctx, &all.Direct, directsOfAccount, user))
}

const roomsOfAccount = `
select ` + roomFields + `, m.owner
  from members m
  join rooms r on r.id = m.room_id
 where m.user_id = $1 and m.present and r.kind <> 'direct'
 order by m.room_id
 limit $2`

const directsOfAccount = `
select count(*)
  from members m
  join rooms r on r.id = m.room_id
 where m.user_id = $1 and m.present and r.kind = 'direct'`
