package store

import (
	"context"
	"slices"
	"time"
)

// CaseState is how far a case is.
type CaseState string

// The states. An open one may be taken by somebody.
const (
	CaseOpen   CaseState = "open"
	CaseClosed CaseState = "closed"
)

// Outcome is what was decided about a case.
type Outcome string

// The outcomes.
const (
	NothingDone  Outcome = "nothing"
	MeasuresDone Outcome = "measures"
)

// Case is what people reported: one message, or one person. There is at most one that
// is open about each.
type Case struct {
	ID        CaseID
	User      UserID // the person, or the author of the message
	UserName  string
	Room      RoomID // 0: about a person
	RoomName  string
	RoomKind  Kind
	Seq       Seq // 0: about a person
	State     CaseState
	TakenBy   UserID // 0: nobody yet
	TakenName string
	Version   int // of who has it and what was decided
	Reports   int // of so many people
	OpenedAt  time.Time
	ClosedAt  time.Time
	ClosedBy  UserID
	Closer    string
	Outcome   Outcome
	Copies    []Copy    // the oldest first; of a person none
	ErasedAt  time.Time // zero: the copies are still there
	Reasons   []Reason  // of its reports
	Member    bool      // whoever asks is a member of the room
}

// Sees says whether whoever asked for c may read the room that it is about.
func (c Case) Sees() bool { return c.Member || c.RoomKind == OpenRoom }

// Rule is the one that caught what c is about last; "" if people alone reported it.
func (c Case) Rule() string {
	for _, one := range slices.Backward(c.Copies) {
		if one.Rule != "" {
			return one.Rule
		}
	}
	return ""
}

// handles says whether o handles c: moderators of the instance all cases, those of a
// room the ones about its messages, and nobody those about themselves.
func handles(o Officer, c Case) bool {
	if !o.Active || o.User == 0 || o.User == c.User {
		return false
	}
	return o.rank() >= instanceRank || c.Seq != 0 && o.rank() >= roomRank && o.Sees()
}

// CaseTaker is somebody to whom a case can be handed over.
type CaseTaker struct {
	ID             UserID
	Name, Username string
}

// CaseTakers are those who handle c and are not by, by name: at most limit.
func (s *Store) CaseTakers(ctx context.Context, c Case, by UserID, limit int) ([]CaseTaker, error) {
	room := c.Room
	if c.Seq == 0 || c.RoomKind == DirectRoom || !c.Sees() {
		room = 0 // only who moderates the instance: who may not see a room learns of nobody in it
	}
	var all []CaseTaker
	err := s.list(ctx, &all, caseTakers, c.User, by, room, limit)
	return all, s.plain(err)
}

const caseTakers = `
select u.id, u.name, u.username
  from users u
 where (u.role in ('administrator', 'moderator')
        or u.id in (select x.user_id from members x where x.room_id = $3 and x.present and (x.owner or x.moderator)))
   and u.suspended_at = 0 and u.id <> $1 and u.id <> $2
 order by u.name_key, u.id
 limit $4`

// moderatorsOf says which of users moderate which of rooms, of which one may be SomeRoom.
func (s *Store) moderatorsOf(ctx context.Context, rooms []RoomID, users []UserID) (map[Viewer]bool, error) {
	if len(rooms) == 0 {
		return nil, nil
	}
	var some []UserID
	if slices.Contains(rooms, SomeRoom) {
		if err := s.in(ctx, &some, moderatingSome, users); err != nil {
			return nil, err
		}
	}
	var rows []struct {
		RoomID RoomID `db:"room_id"`
		UserID UserID `db:"user_id"`
	}
	err := s.in(ctx, &rows, moderatorsPresent, rooms, users)
	all := make(map[Viewer]bool, len(rows))
	for _, r := range rows {
		all[Viewer{User: r.UserID, Moderates: r.RoomID}] = true
	}
	for _, user := range some {
		all[Viewer{User: user, Moderates: SomeRoom}] = true
	}
	return all, err
}

const moderatingSome = `
select distinct m.user_id
  from members m
  join rooms r on r.id = m.room_id
 where m.user_id in (?) and m.present and (m.owner or m.moderator) and r.kind <> 'direct'`

const moderatorsPresent = `
select room_id, user_id
  from members
 where room_id in (?) and user_id in (?) and present and (owner or moderator)`

// What is shown of a case beside its own row is looked up only for those of a page.
const (
	someCases = `
select ` + caseFields + `, u.name as user_name, coalesce(r.name, '') as room_name, coalesce(r.kind, '') as room_kind,
       coalesce(t.name, '') as taken_name, coalesce(b.name, '') as closer,
       exists (select 1 from members m where m.room_id = c.room_id and m.user_id = $1 and m.present) as member
  from (select k.id from cases k where k.user_id <> $1`
	withTheirNames = `) f
  join cases c on c.id = f.id
  join users u on u.id = c.user_id
  left join rooms r on r.id = c.room_id
  left join users t on t.id = c.taken_by
  left join users b on b.id = c.closed_by`

	casesOf   = someCases + ` and k.user_id = $2 and k.id <> $3 order by k.id desc limit $4` + withTheirNames + ` order by c.id desc`
	casesOfIn = someCases + ` and k.user_id = $2 and k.id <> $3 and k.room_id = $5 order by k.id desc limit $4` + withTheirNames + ` order by c.id desc`
	caseByID  = someCases + ` and k.id = $2` + withTheirNames
)

const caseFields = `c.id, c.user_id, c.room_id, c.seq, c.state, c.taken_by, c.version, c.reports, c.opened_at, c.closed_at, c.closed_by,
       c.outcome, c.copy_body, c.erased_at`

type caseRow struct {
	ID        CaseID
	UserID    UserID `db:"user_id"`
	RoomID    RoomID `db:"room_id"`
	Seq       Seq
	State     CaseState
	TakenBy   UserID `db:"taken_by"`
	Version   int
	Reports   int
	OpenedAt  int64  `db:"opened_at"`
	ClosedAt  int64  `db:"closed_at"`
	ClosedBy  UserID `db:"closed_by"`
	Outcome   Outcome
	CopyBody  string `db:"copy_body"`
	ErasedAt  int64  `db:"erased_at"`
	UserName  string `db:"user_name"`
	RoomName  string `db:"room_name"`
	RoomKind  Kind   `db:"room_kind"`
	TakenName string `db:"taken_name"`
	Closer    string
	Member    bool
}

func (r caseRow) theCase() Case {
	return Case{
		ID: r.ID, User: r.UserID, UserName: r.UserName, Room: r.RoomID, RoomName: r.RoomName, RoomKind: r.RoomKind, Seq: r.Seq,
		State: r.State, TakenBy: r.TakenBy, TakenName: r.TakenName, Version: r.Version, Reports: r.Reports, OpenedAt: fromMicros(r.OpenedAt),
		ClosedAt: fromMicros(r.ClosedAt), ClosedBy: r.ClosedBy, Closer: r.Closer, Outcome: r.Outcome, Copies: copiesOf(r.CopyBody),
		ErasedAt: fromMicros(r.ErasedAt), Member: r.Member,
	}
}

func (s *Store) cases(ctx context.Context, query string, args ...any) ([]Case, error) {
	var rows []caseRow
	if err := s.list(ctx, &rows, query, args...); err != nil || len(rows) == 0 {
		return nil, s.plain(err)
	}
	all, ids, at := make([]Case, len(rows)), make([]CaseID, len(rows)), make(map[CaseID]int, len(rows))
	for i, r := range rows {
		all[i], ids[i], at[r.ID] = r.theCase(), r.ID, i
	}
	var why []struct {
		CaseID CaseID `db:"case_id"`
		Reason Reason
	}
	if err := s.in(ctx, &why, reasonsOf, ids); err != nil {
		return nil, err
	}
	for _, w := range why {
		if c := &all[at[w.CaseID]]; !slices.Contains(c.Reasons, w.Reason) {
			c.Reasons = append(c.Reasons, w.Reason)
		}
	}
	return all, nil
}

const reasonsOf = "select case_id, reason from reports where case_id in (?) order by case_id, at"

// CasesOpen is how many cases wait for user, who moderates.
func (s *Store) CasesOpen(ctx context.Context, user UserID) (int, error) {
	var n int
	err := s.get(ctx, &n, "select count(*) from cases where state = 'open' and user_id <> $1", user)
	return n, s.plain(err)
}

// CopyLife is how long after a case closes the copies of what was reported are kept, and
// what its reporters wrote about it.
const CopyLife = 90 * 24 * time.Hour

// EraseCopies erases the copies and the reporters' notes of cases whose time is over, at most limit, and returns how many.
func (s *Store) EraseCopies(ctx context.Context, limit int) (int, error) {
	var due []CaseID
	err := s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		due = nil
		if err := tx.SelectContext(ctx, &due, copiesDue, micros(s.now().Add(-CopyLife)), limit); err != nil {
			return err
		}
		for _, id := range due {
			if _, err := tx.ExecContext(ctx, "update cases set copy_body = '', erased_at = $1 where id = $2 and state = 'closed'", micros(s.now()), id); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "update reports set note = '' where case_id in (select id from cases where id = $1 and erased_at > 0)", id); err != nil {
				return err
			}
		}
		return nil
	})
	return len(due), err
}

const copiesDue = `
select id
  from cases
 where state = 'closed' and erased_at = 0 and closed_at <= $1
 order by closed_at
 limit $2`
