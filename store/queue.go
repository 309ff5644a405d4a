package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// Queue chooses cases.
type Queue struct {
	User UserID // who looks: a moderator, whose own cases are left out
	Room RoomID // 0: of all rooms, and those about persons
	Tab  string // "open", "mine" or "closed"
	CaseFilter
	After CaseMark
}

// CaseFilter narrows a queue down; the zero value leaves all.
type CaseFilter struct {
	In     RoomID // 0: wherever; a room that who looks may not read has none
	Reason Reason // that one of the reports has at least; "": any
}

// CaseMark is a case's place in a queue; zero: before the first.
type CaseMark struct {
	Reports int
	At      int64
	ID      CaseID
}

// String is m in an address.
func (m CaseMark) String() string { return fmt.Sprintf("%d.%d.%d", m.Reports, m.At, m.ID) }

// Mark is c's place in queues of its state.
func (c Case) Mark() CaseMark {
	if c.State == CaseClosed {
		return CaseMark{0, micros(c.ClosedAt), c.ID}
	}
	return CaseMark{c.Reports, micros(c.OpenedAt), c.ID}
}

// Cases returns at most limit cases: open ones with the most reported and oldest first,
// closed ones with the last closed first. It fails with ErrNotFound for who moderates
// neither the instance nor q.Room.
func (s *Store) Cases(ctx context.Context, q Queue, limit int) ([]Case, error) {
	if err := s.MayQueue(ctx, q.User, q.Room); err != nil {
		return nil, err
	}
	query, args := q.statement(limit)
	return s.cases(ctx, query, args...)
}

// MayQueue is nil for who moderates the instance, or room if it is not 0 and they may
// read it, and otherwise ErrNotFound.
func (s *Store) MayQueue(ctx context.Context, user UserID, room RoomID) error {
	o, err := officerIn(ctx, reads{s}, room, user)
	if err != nil {
		return s.plain(err)
	}
	if !o.Active || room == 0 && o.rank() < instanceRank || room != 0 && (o.rank() < roomRank || !o.Sees() || o.Kind == DirectRoom) {
		return ErrNotFound
	}
	return nil
}

// statement is the query that q asks for and its values.
func (q Queue) statement(limit int) (string, []any) {
	v := values{q.User}
	where, order := q.chosen(&v)
	return someCases + where + " order by " + order + " limit " + v.place(limit) + withTheirNames + " order by " + strings.ReplaceAll(order, "k.", "c."), v
}

// chosen is the condition on a case k that q makes, and the order.
func (q Queue) chosen(v *values) (where, order string) {
	where, order = " and k.state = 'open'", "k.reports desc, k.opened_at, k.id"
	switch a := q.After; {
	case q.Tab == "closed":
		where, order = " and k.state = 'closed'", "k.closed_at desc, k.id desc"
		if a.ID != 0 {
			at := v.place(a.At)
			where += " and k.closed_at <= " + at + " and (k.closed_at < " + at + " or k.id < " + v.place(a.ID) + ")"
		}
	case a.ID != 0:
		where += a.openAfter(v)
	}
	if q.Tab == "mine" {
		where += " and k.taken_by = $1"
	}
	if q.Room != 0 {
		where += " and k.room_id = " + v.place(q.Room)
	}
	return where + q.CaseFilter.condition(v), order
}

// openAfter is the condition that an open case k comes after m.
func (m CaseMark) openAfter(v *values) string {
	reports, at := v.place(m.Reports), v.place(m.At)
	return " and k.reports <= " + reports + " and (k.reports < " + reports + " or k.opened_at > " + at + " or k.opened_at = " + at + " and k.id > " + v.place(m.ID) + ")"
}

// condition is that of f on a case k for $1. A room belongs to those who may read it, as
// in Case.Sees: for everybody else it is as if there were none.
func (f CaseFilter) condition(v *values) (where string) {
	if f.In != 0 {
		room := v.place(f.In)
		where = " and k.room_id = " + room + " and exists (select 1 from rooms r where r.id = " + room + " and " + seenRoom + ")"
	}
	if f.Reason != "" {
		where += " and exists (select 1 from reports p where p.case_id = k.id and p.reason = " + v.place(f.Reason) + ")"
	}
	return where
}

// seenRoom is that $1 may read the room r, which is no direct conversation.
const seenRoom = `(r.kind = 'open' or r.kind = 'private' and exists (select 1 from members m where m.room_id = r.id and m.user_id = $1 and m.present))`

// RoomsOfCases returns the rooms that the queue of the instance can be narrowed down to for
// user: those that they may read of the tab's cases, by name, at most limit.
func (s *Store) RoomsOfCases(ctx context.Context, user UserID, tab string, limit int) ([]Room, error) {
	query, args := Queue{User: user, Tab: tab}.rooms(limit)
	var all []Room
	err := s.list(ctx, &all, query, args...)
	return all, s.plain(err)
}

func (q Queue) rooms(limit int) (string, []any) {
	v := values{q.User}
	where, _ := q.chosen(&v)
	return "select " + roomFields + `
  from rooms r
 where r.id in (select k.room_id from cases k where k.user_id <> $1` + where + ` limit 10000)
   and ` + seenRoom + `
 order by r.list_name, r.id
 limit ` + v.place(limit), v
}

// values are those of a statement, in the order of their places in it.
type values []any

// place adds one, and says what the statement calls it.
func (v *values) place(value any) string {
	*v = append(*v, value)
	return "$" + strconv.Itoa(len(*v))
}
