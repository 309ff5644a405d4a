package store

import "context"

// Beside is what a person's list of rooms shows beside the rooms.
type Beside struct {
	Role      Role
	Notices   int  // that they have not been shown
	News      int  // reports of theirs of which something became, and they have not been shown it
	Moderates bool // the instance, or a room in use that somebody else is in
	Waiting
}

// Waiting is how much waits for one who moderates, of each at most MostWaiting. It is
// exactly what their pages show: of reports the open ones that nobody else has, of
// objections those that are theirs to decide.
type Waiting struct {
	Reports, Held, Objections int
}

// MostWaiting is up to where what waits is counted: a badge says no more.
const MostWaiting = 100

// Total is all that waits.
func (w Waiting) Total() int { return w.Reports + w.Held + w.Objections }

// Aside returns it at once: it is asked for with each message, for each person.
func (s *Store) Aside(ctx context.Context, user UserID) (Beside, error) {
	var b Beside
	err := s.readOne(ctx, []any{(*string)(&b.Role), &b.Notices, &b.News, &b.Moderates, &b.Reports, &b.Held, &b.Objections}, asideOf, user)
	return b, s.plain(err)
}

// WaitingIn is how much waits for user in room, who moderates it: see MayQueue.
func (s *Store) WaitingIn(ctx context.Context, user UserID, room RoomID) (Waiting, error) {
	var w Waiting
	err := s.get(ctx, &w, waitingIn, user, room)
	return w, s.plain(err)
}

// ModeratedRoom is a room with what waits there for one who moderates it.
type ModeratedRoom struct {
	Room
	Waiting
}

// ModeratedRooms returns the rooms that user owns or moderates, by name: those in use
// that somebody else is in, and whichever something waits in.
func (s *Store) ModeratedRooms(ctx context.Context, user UserID) ([]ModeratedRoom, error) {
	var rows []struct {
		ModeratedRoom
		Alone bool
	}
	if err := s.list(ctx, &rows, moderatedRooms, user); err != nil {
		return nil, s.plain(err)
	}
	var all []ModeratedRoom
	for _, r := range rows {
		if r.Total() > 0 || !r.Archived() && !r.Alone {
			all = append(all, r.ModeratedRoom)
		}
	}
	return all, nil
}

// officeOf are the rooms that $1 owns or moderates. The condition is that of an index,
// which for most people has nothing; the joins to it keep their order in both databases.
const officeOf = `from members m
                     cross join `

const inOffice = `m.user_id = $1 and m.present and (m.owner or m.moderator)`

// What waits for $1, wherever that is.
var (
	waitingReports    = `c.state = 'open' and c.user_id <> $1 and c.taken_by in (0, $1)`
	waitingHeld       = `h.state = 'waiting' and h.user_id <> $1`
	waitingObjections = `a.decided_at = 0 and x.id = a.measure_id and ` + mayEnd("o") + ` and (x.by_id <> $1 or not exists (` + another + `))`
)

// another is who else may end the measure x that $1 did: while there is somebody, an
// objection to it waits for them.
var another = `
select 1
  from users n
 where n.role in ('moderator', 'administrator') and n.id <> $1 and ` + mayEnd("n") + `
union all
select 1
  from members k
  join users n on n.id = k.user_id
 where k.room_id = x.room_id and k.present and (k.owner or k.moderator) and n.role = 'member' and n.id <> $1 and ` + mayEnd("n")

// mayEnd is MayEnd in a query: whether the person o, a row of users, may end the measure
// x. Who moderates the instance does where they may read, and shows again what was
// reported elsewhere; who moderates a room does in it, to those who came there. Nobody is
// above their own rank, nor above whoever imposed it. What may be of any room is asked as a
// value: to see whether there is such a row, PostgreSQL would read all rooms, members and
// cases first.
func mayEnd(o string) string {
	const officer = `exists (select 1 from users t where t.id = x.user_id and t.role in ('moderator', 'administrator'))`
	own := ownRemoval(o)
	return `(` + o + `.suspended_at = 0 and x.user_id <> ` + o + `.id
    and case when ` + o + `.role in ('moderator', 'administrator')
             then (` + o + `.role = 'administrator' or (not ` + officer + ` or ` + own + `)
                       and not exists (select 1 from users i where i.id = x.by_id and i.suspended_at = 0 and i.role = 'administrator'))
                  and (x.room_id = 0
                       or (select r.kind from rooms r where r.id = x.room_id) = 'open'
                       or (select r.kind from members e join rooms r on r.id = e.room_id where e.room_id = x.room_id and e.user_id = ` + o + `.id and e.present) <> 'direct'
                       or x.kind = 'hide' and (select w.seq from cases w where w.id = x.case_id and w.room_id = x.room_id) = x.seq)
             else x.room_id <> 0 and (not ` + officer + ` or ` + own + `)
                  and (x.user_id = 0 or x.kind = 'hide' or exists (select 1 from members t where t.room_id = x.room_id and t.user_id = x.user_id))
                  and not exists (select 1 from users i where i.id = x.by_id and i.suspended_at = 0 and i.role in ('moderator', 'administrator'))
                  and exists (select 1
                                from members e
                                join rooms r on r.id = e.room_id
                               where e.room_id = x.room_id and e.user_id = ` + o + `.id and e.present and (e.owner or e.moderator) and r.kind <> 'direct'
                                 and not exists (select 1 from members t where t.room_id = x.room_id and t.user_id = x.user_id and t.present and (t.owner or t.moderator and not e.owner))
                                 and not exists (select 1 from members i join users u on u.id = i.user_id where i.room_id = x.room_id and i.user_id = x.by_id and i.present and i.owner and not e.owner and u.suspended_at = 0))
        end)`
}

// ownRemoval is whether x took somebody out of a private room of o's: there its owners
// are above whoever is none, whatever these are elsewhere.
func ownRemoval(o string) string {
	return `x.kind = 'remove' and exists (select 1
                                from members e
                                join rooms r on r.id = e.room_id
                               where e.room_id = x.room_id and e.user_id = ` + o + `.id and e.present and e.owner and r.kind = 'private'
                                 and not exists (select 1 from members t where t.room_id = x.room_id and t.user_id = x.user_id and t.present and t.owner))`
}

// few counts what comes of from, as far as anybody is told.
func few(from string) string {
	return `(select count(*) from (select 1 ` + from + ` limit 100) few)`
}

// Whom nothing waits for costs no more than their role, and a look into the index of
// those who own or moderate a room.
var asideOf = `
select o.role, (select count(*) from measures x where x.user_id = o.id and x.read_at = 0) as notices,
       (select count(*) from reports p where p.user_id = o.id and p.news) as news,
       case when o.role in ('moderator', 'administrator') then true
            else exists (` + `select 1 ` + officeOf + `rooms r where ` + inOffice + ` and r.id = m.room_id and r.archived_at = 0 and r.member_count > 1) end as moderates,
       case when o.role in ('moderator', 'administrator')
            then ` + few(`from cases c where `+waitingReports) + `
            else ` + few(officeOf+`cases c where `+inOffice+` and c.room_id = m.room_id and `+waitingReports) + ` end as reports,
       case when o.role in ('moderator', 'administrator')
            then ` + few(`from held h join rooms r on r.id = h.room_id where `+waitingHeld+` and (r.kind = 'open' or exists (select 1 from members m where m.room_id = h.room_id and m.user_id = $1 and m.present))`) + `
            else ` + few(officeOf+`held h where `+inOffice+` and h.room_id = m.room_id and `+waitingHeld) + ` end as held,
       case when o.role in ('moderator', 'administrator')
            then ` + few(`from appeals a cross join measures x where `+waitingObjections) + `
            else ` + few(officeOf+`appeals a cross join measures x where `+inOffice+` and a.room_id = m.room_id and `+waitingObjections) + ` end as objections
  from users o
 where o.id = $1`

// waitingThere are the three counts of the room of the alias and column that are named.
func waitingThere(room string) string {
	return few(`from cases c where c.room_id = `+room+` and `+waitingReports) + ` as reports,
       ` + few(`from held h where h.room_id = `+room+` and `+waitingHeld) + ` as held,
       ` + few(`from appeals a cross join measures x where a.room_id = `+room+` and `+waitingObjections) + ` as objections`
}

var waitingIn = `
select ` + waitingThere("$2") + `
  from users o
 where o.id = $1`

var moderatedRooms = `
select ` + roomFields + `, r.member_count < 2 as alone,
       ` + waitingThere("r.id") + `
  from users o
 cross join members m
 cross join rooms r
 where o.id = $1 and ` + inOffice + ` and r.id = m.room_id and r.kind in ('open', 'private')
 order by r.list_name, r.id
 limit 1000`
