package store

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// RoomRecord is a room as administrators see all of them: never what is said in it.
type RoomRecord struct {
	Room
	ActiveAt  int64 `db:"active_at"` // of the last message, microseconds; 0: none
	CreatedAt int64 `db:"created_at"`
}

// LastAt is when the last message was posted; zero: none yet.
func (r RoomRecord) LastAt() time.Time { return fromMicros(r.ActiveAt) }

// MadeAt is when the room was made; zero: with the instance.
func (r RoomRecord) MadeAt() time.Time { return fromMicros(r.CreatedAt) }

// DeletedAt is when the room will be deleted; zero: it stays.
func (r Room) DeletedAt() time.Time { return fromMicros(r.DeleteAt) }

// RoomState is what of rooms a RoomQuery chooses; "": all.
type RoomState string

// The states.
const (
	InUse       RoomState = "used"
	Archived    RoomState = "archived"
	WithoutAny  RoomState = "empty"    // members
	ToBeDeleted RoomState = "deletion" // soon
)

// RoomSort is an order of rooms; "" is by name.
type RoomSort string

// The orders.
const (
	RoomsByName     RoomSort = ""
	RoomsByMembers  RoomSort = "members"  // the most first
	RoomsBySize     RoomSort = "size"     // the most messages first
	RoomsByActivity RoomSort = "activity" // the last active first
)

// RoomQuery chooses open and private rooms; its zero value chooses all.
type RoomQuery struct {
	Name  string // the beginning of a word of the name
	Kind  Kind
	State RoomState
	Sort  RoomSort
	After string // what Mark said of the last room before; "": from the first
}

// Mark is r's place in the order of q, for After.
func (q RoomQuery) Mark(r RoomRecord) string {
	id := strconv.FormatInt(int64(r.ID), 10)
	switch q.Sort {
	case RoomsByMembers:
		return id + " " + strconv.Itoa(r.Members)
	case RoomsBySize:
		return id + " " + strconv.FormatInt(int64(r.LastSeq), 10)
	case RoomsByActivity:
		return id + " " + strconv.FormatInt(r.ActiveAt, 10)
	}
	return id + " " + roomKey(r.Name)
}

// RoomRecords returns at most limit of the rooms that q chooses, in its order.
func (s *Store) RoomRecords(ctx context.Context, q RoomQuery, limit int) ([]RoomRecord, error) {
	query, args := q.statement(limit)
	var all []RoomRecord
	err := s.list(ctx, &all, query, args...)
	return all, s.plain(err)
}

const recordColumns = `
select ` + roomFields + `, r.last_at as active_at, r.created_at
  from rooms r
 where r.list_name > ''`

// statement is the query that q asks for, and its values. What changes with each message
// has no index: a post would have to move its room in it, and of 10,000 rooms the first
// are found sooner than that is paid for.
func (q RoomQuery) statement(limit int) (string, []any) {
	text, args := recordColumns, []any{}
	where := func(condition string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			condition = strings.Replace(condition, "?", "$"+strconv.Itoa(len(args)), 1)
		}
		text += "\n   and " + condition
	}
	if word := roomKey(strings.TrimSpace(q.Name)); word != "" {
		where("r.id in (select w.room_id from room_words w where w.word >= ? and w.word < ?)", word, word+"\U0010FFFF")
	}
	if q.Kind != "" {
		where("r.kind = ?", q.Kind)
	}
	switch q.State {
	case InUse:
		where("r.archived_at = 0")
	case Archived:
		where("r.archived_at > 0")
	case WithoutAny:
		where("r.member_count = 0")
	case ToBeDeleted:
		where("r.delete_at > 0")
	}
	id, place, _ := strings.Cut(q.After, " ")
	after, _ := strconv.ParseInt(id, 10, 64)     // what somebody made up begins somewhere
	number, _ := strconv.ParseInt(place, 10, 64) // the same
	order := "r.list_name, r.id"
	switch column := map[RoomSort]string{RoomsByMembers: "r.member_count", RoomsBySize: "r.last_seq", RoomsByActivity: "r.last_at"}[q.Sort]; {
	case column != "":
		order = column + " desc, r.id desc"
		if q.After != "" {
			where("("+column+", r.id) < (?, ?)", number, after)
		}
	case q.After != "":
		where("(r.list_name, r.id) > (?, ?)", readable(place), after)
	}
	return text + "\n order by " + order + "\n limit " + strconv.Itoa(limit), args
}

// RoomRecord returns the room, whoever is in it; for a direct conversation it fails with
// ErrNotFound, as for what is not there.
func (s *Store) RoomRecord(ctx context.Context, room RoomID) (RoomRecord, error) {
	var r RoomRecord
	err := s.get(ctx, &r, roomRecord, room)
	return r, s.plain(err)
}

const roomRecord = recordColumns + ` and r.id = $1`

// FirstMembers returns at most limit members of a room, the oldest accounts first.
func (s *Store) FirstMembers(ctx context.Context, room RoomID, limit int) ([]Person, error) {
	var rows []personRow
	err := s.list(ctx, &rows, firstMembers, room, limit)
	return peopleOf(rows), s.plain(err)
}

// FormerMembers returns those who were in a room and left it, at most limit,
// the oldest accounts first.
func (s *Store) FormerMembers(ctx context.Context, room RoomID, limit int) ([]Person, error) {
	var rows []personRow
	err := s.list(ctx, &rows, formerMembers, room, limit)
	return peopleOf(rows), s.plain(err)
}

const formerMembers = `
select ` + userFields + `, m.owner
  from members m
  join users u on u.id = m.user_id
 where m.room_id = $1 and not m.present and m.barred = 0 and u.suspended_at = 0
 order by m.user_id
 limit $2`

const firstMembers = `
select ` + userFields + `, m.owner
  from members m
  join users u on u.id = m.user_id
 where m.room_id = $1 and m.present and u.suspended_at = 0
 order by m.user_id
 limit $2`
