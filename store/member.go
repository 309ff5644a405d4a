package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
)

// Person is a member of a room.
type Person struct {
	User
	Owner bool
}

// People returns the members of room by name, at most limit, for one who is a member.
func (s *Store) People(ctx context.Context, room Room, limit int) ([]Person, error) {
	query := people
	if room.Members > manyMembers {
		query = peopleOfMany
	}
	var all []Person
	var r personRow
	err := s.read(ctx, append(r.places(), &r.Owner), func() { all = append(all, Person{r.user(), r.Owner}) }, query, room.ID, limit)
	return all, s.plain(err)
}

// manyMembers is from how many members on the first by name are found sooner among all
// people than by sorting the members.
const manyMembers = 5000

// The conditions are no join, which a database would begin with the members.
const peopleOfMany = `
select ` + userFields + `, (select m.owner from members m where m.room_id = $1 and m.user_id = u.id) as owner
  from users u
 where u.deleted_at = 0 and u.suspended_at = 0 and coalesce((select m.present from members m where m.room_id = $1 and m.user_id = u.id), false)
 order by u.name_key, u.id
 limit $2`

const people = `
select ` + userFields + `, m.owner
  from members m
  join users u on u.id = m.user_id
 where m.room_id = $1 and m.present and u.suspended_at = 0
 order by u.name_key, u.id
 limit $2`

// PeopleAmong returns those of users who are members of room, by name.
func (s *Store) PeopleAmong(ctx context.Context, room RoomID, users []UserID) ([]Person, error) {
	if len(users) == 0 {
		return nil, nil
	}
	var rows []personRow
	err := s.in(ctx, &rows, peopleAmong, room, users)
	return peopleOf(rows), err
}

const peopleAmong = `
select ` + userFields + `, m.owner
  from members m
  join users u on u.id = m.user_id
 where m.room_id = ? and m.user_id in (?) and m.present and u.suspended_at = 0
 order by u.name_key, u.id`

// MembersNamed returns at most limit members of room of whose names a word begins so, by
// name, for one who is a member.
func (s *Store) MembersNamed(ctx context.Context, room RoomID, text string, limit int) ([]Person, error) {
	key := nameKey(clip(oneLine(text), 100))
	var rows []personRow
	err := s.list(ctx, &rows, membersNamed, room, key, key+"\U0010ffff", limit)
	return peopleOf(rows), s.plain(err)
}

// Who is found is looked up among the members, who can be many more.
const membersNamed = `
select ` + userFields + `, m.owner
  from users u
  join members m on m.room_id = $1 and m.user_id = u.id and m.present
 where u.suspended_at = 0 and u.id in (select w.user_id from name_words w where w.word >= $2 and w.word < $3 order by w.word limit 2000)
 order by u.name_key, u.id
 limit $4`

type personRow struct {
	userRow
	Owner bool
}

func peopleOf(rows []personRow) []Person {
	all := make([]Person, len(rows))
	for i, r := range rows {
		all[i] = Person{r.user(), r.Owner}
	}
	return all
}

// SharedRooms returns which of rooms the users are in: whoever is in one.
func (s *Store) SharedRooms(ctx context.Context, users []UserID, rooms []RoomID) ([]RoomID, error) {
	if len(users) == 0 || len(rooms) == 0 {
		return nil, nil
	}
	var shared []RoomID
	err := s.in(ctx, &shared, "select distinct room_id from members where room_id in (?) and user_id in (?) and present", rooms, users)
	return shared, err
}

// joinFirst makes user a member of the rooms that everyone is in, and of those that
// inviter gives, by ascending id, so that two who sign up at once wait for each other
// in order.
func (s *Store) joinFirst(ctx context.Context, tx *transaction, user, inviter UserID, given []RoomID) error {
	var everyone []RoomID
	if err := tx.SelectContext(ctx, &everyone, "select id from rooms where everyone and archived_at = 0 order by id"); err != nil {
		return err
	}
	all := slices.Concat(everyone, given)
	slices.Sort(all)
	for _, room := range slices.Compact(all) {
		if slices.Contains(everyone, room) {
			if err := setMember(ctx, tx, room, user, true, false); err != nil {
				return err
			}
		} else if _, err := s.enter(ctx, tx, room, inviter, user); err != nil {
			return err
		}
	}
	return nil
}

// Join makes user a member of an open room. It fails with ErrNotFound if the room
// is not open, and with ErrArchived.
func (s *Store) Join(ctx context.Context, room RoomID, user UserID) error {
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		if err := s.lockRoom(ctx, tx, room); err != nil {
			return err
		}
		var r Room
		if err := tx.GetContext(ctx, &r, "select kind, archived_at from rooms where id = $1", room); err != nil {
			return err
		}
		if _, err := standing(ctx, tx, room, user); !errors.Is(err, sql.ErrNoRows) {
			return err // in it already, or it cannot be said
		}
		if r.Kind != OpenRoom {
			return ErrNotFound
		}
		if err := s.notBarred(ctx, tx, room, user); err != nil {
			return err
		}
		if r.Archived() {
			return ErrArchived
		}
		if err := mayBeInMore(ctx, tx, user); err != nil {
			return err
		}
		return setMember(ctx, tx, room, user, true, false)
	})
}

// Leave ends user's own membership. The last owner may leave too: administrators
// who are members manage the room then. It fails with Invalid for the last member of a
// private room in use: nobody could come back to it.
func (s *Store) Leave(ctx context.Context, room RoomID, user UserID) error {
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		if err := s.lockRoom(ctx, tx, room); err != nil {
			return err
		}
		who, err := standing(ctx, tx, room, user)
		if err != nil {
			return err
		}
		if err := permit(who, Leave, nil, s.now()); err != nil {
			return err
		}
		if who.Kind == PrivateRoom && !who.Archived {
			var others bool
			if err := tx.GetContext(ctx, &others, othersIn, room, user); err != nil {
				return err
			}
			if !others {
				return Invalid{"leave", "You are the last one in this private room, and nobody could come back to it. Add somebody first, or archive it."}
			}
		}
		return setMember(ctx, tx, room, user, false, false)
	})
}

const othersIn = `select exists (select 1 from members where room_id = $1 and present and user_id <> $2)`

// AddMember lets user into the room, on behalf of by, who is a member. The newest message
// is unread for them, or the room itself if there is none: so they see that they are in it.
// user in it already is no mistake. Whom a moderator has removed from it, who may lift that
// lets in again as they were. It fails with Invalid if there is no such active account, if
// they were removed by somebody whose act by cannot lift, or block by: who is in a room
// with them talks to them.
func (s *Store) AddMember(ctx context.Context, room RoomID, by Actor, user UserID) error {
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		if err := s.lockRoom(ctx, tx, room); err != nil {
			return err
		}
		who, err := standing(ctx, tx, room, by.User)
		if err != nil {
			return err
		}
		if err := permit(who, Invite, nil, s.now()); err != nil {
			return err
		}
		if _, err := standing(ctx, tx, room, user); !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		var n int
		if err := tx.GetContext(ctx, &n, "select count(*) from users where id = $1 and suspended_at = 0", user); err != nil {
			return err
		}
		if n == 0 {
			return Invalid{"person", "There is nobody of that name. Look for them by typing a part of it."}
		}
		blocked, err := blockedBy(ctx, tx, by.User)
		if err != nil {
			return err
		}
		if slices.Contains(blocked, user) {
			return Invalid{"person", "One of these people does not want to talk to you directly. Leave them out."}
		}
		if err := s.liftRemoval(ctx, tx, room, by, user); err != nil {
			return err
		}
		if _, err := standing(ctx, tx, room, user); !errors.Is(err, sql.ErrNoRows) {
			return err // they are what they were
		}
		if err := setMember(ctx, tx, room, user, true, false); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "update members set seen_seq = seen_seq - 1 where room_id = $1 and user_id = $2", room, user)
		return err
	})
}

// SetInvolvement changes of what in the room user wants to be told, and whether it
// is a favourite of theirs.
func (s *Store) SetInvolvement(ctx context.Context, room RoomID, user UserID, level Level, favourite bool) error {
	switch level {
	case Everything, MentionsOnly, Nothing, Hidden:
	default:
		return Invalid{"level", "Choose one from the list."}
	}
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		return one(tx.ExecContext(ctx, "update members set level = $1, favourite = $2 where room_id = $3 and user_id = $4 and present", level, favourite, room, user))
	})
}

// setMember begins a membership, or ends it with what was begun to be written; it takes the
// room's next revision. Who comes has read all that was said before, and is not deleted
// meanwhile: otherwise it is sql.ErrNoRows. What bars somebody is a measure, or, from before
// removals were measures and of who has never come, -1: such a person may be let in again,
// but does not get the room when nobody is in it.
func setMember(ctx context.Context, tx *transaction, room RoomID, user UserID, present, owner bool) error {
	if present {
		if err := keepAccount(ctx, tx, user); err != nil {
			return err
		}
	}
	var rev Rev
	if err := tx.GetContext(ctx, &rev, bumpMembers, room, user, present); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, upsertMember, room, user, rev, present, owner); err != nil || present {
		return err
	}
	_, err := tx.ExecContext(ctx, forgetDraftIn, user, room)
	return err
}

// bumpMembers counts on from whether the person was a member: who may have been one is
// asked for after lockRoom.
const bumpMembers = `
update rooms
   set rev = rev + 1,
       member_count = member_count + case when $3 then 1 else 0 end
                    - (select count(*) from members m where m.room_id = $1 and m.user_id = $2 and m.present)
 where id = $1
returning rev`

const upsertMember = `
insert into members (room_id, user_id, rev, present, owner, seen_seq)
values ($1, $2, $3, $4, $5, (select last_seq from rooms where id = $1))
on conflict (room_id, user_id) do update
   set rev = excluded.rev, present = excluded.present, owner = excluded.owner, seen_seq = excluded.seen_seq,
       moderator = members.moderator and excluded.present,
       barred = case when excluded.present and members.barred < 0 then 0 else members.barred end`
