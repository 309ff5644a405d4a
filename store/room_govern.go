package store

import (
	"context"
	"slices"
	"strings"
	"unicode"
)

// What administrators do to rooms.
const (
	RoomRename   Act = "room.rename"
	RoomTopic    Act = "room.topic"
	RoomConvert  Act = "room.convert"
	RoomEveryone Act = "room.everyone"
	RoomArchive  Act = "room.archive"
	RoomReopen   Act = "room.reopen"
	RoomKeep     Act = "room.keep"
	RoomDelete   Act = "room.delete" // in a day
	RoomSpare    Act = "room.spare"  // the deletion is called off
	RoomErase    Act = "room.erase"  // the day is over
	RoomEnter    Act = "room.enter"  // somebody was given a room without members
	MemberRemove Act = "member.remove"
)

// govern runs fn as an administrator's act on a room, be they in it or not, and logs
// the entries that it returns. A direct conversation is ErrNotFound, as what is not there.
func (s *Store) govern(ctx context.Context, by Actor, room RoomID, fn func(context.Context, *transaction, Room) ([]Entry, error)) error {
	err := s.administer(ctx, by, func(ctx context.Context, tx *transaction) ([]Entry, error) {
		if err := s.lockRoom(ctx, tx, room); err != nil {
			return nil, err
		}
		r, err := roomIn(ctx, tx, room)
		if err != nil {
			return nil, err
		}
		if r.Kind != OpenRoom && r.Kind != PrivateRoom {
			return nil, ErrNotFound
		}
		entries, err := fn(ctx, tx, r)
		for i, e := range entries {
			if e.Target.Kind == "" {
				entries[i].Target = roomTarget(r)
			}
		}
		return entries, err
	})
	if isConflict(err) {
		return errNameTaken
	}
	return err
}

func roomTarget(r Room) Target { return Target{Kind: OnRoom, ID: int64(r.ID), Name: r.Name} }

const anyRoom = "select " + roomFields + " from rooms r where r.id = $1"

func roomIn(ctx context.Context, tx *transaction, room RoomID) (Room, error) {
	var r Room
	err := tx.GetContext(ctx, &r, anyRoom, room)
	return r, err
}

// SetCharter changes what is said of a room and who may come into it, as an administrator.
// It fails with Problems and ErrOutdated. What was said in a private room was said among
// its members: an administrator who is none does not open it to everybody.
func (s *Store) SetCharter(ctx context.Context, by Actor, room RoomID, in Charter) error {
	in, p := checkCharter(in)
	if len(p) > 0 {
		return p
	}
	return s.govern(ctx, by, room, func(ctx context.Context, tx *transaction, r Room) ([]Entry, error) {
		if r.Kind == PrivateRoom && in.Kind == OpenRoom {
			if _, err := standing(ctx, tx, room, by.User); isNone(err) {
				return nil, Problems{{"kind", "You are not in this room, so it is not yours to open: everybody could read what its members said. Ask one of its owners."}}
			} else if err != nil {
				return nil, err
			}
		}
		return setCharter(ctx, tx, r, in, true)
	})
}

// setCharter changes r to in, Everyone only if everyone, and returns what that changes. The name of an
// archived room is nobody's.
func setCharter(ctx context.Context, tx *transaction, r Room, in Charter, everyone bool) ([]Entry, error) {
	if in.outdated(r, everyone) {
		return nil, ErrOutdated
	}
	if !everyone {
		in.Everyone = r.Everyone && in.Kind == OpenRoom
	}
	key := any(roomKey(in.Name))
	if r.Archived() {
		key = nil
	}
	if _, err := tx.ExecContext(ctx, updateRoom, slugOf(in.Name), in.Name, key, roomKey(in.Name), in.Topic, in.Kind, in.Everyone, r.ID); err != nil {
		return nil, err
	}
	if in.Name != r.Name {
		if err := setRoomWords(ctx, tx, r.ID, in.Name); err != nil {
			return nil, err
		}
	}
	var entries []Entry
	note := func(act Act, was, now string) {
		if was != now {
			entries = append(entries, Entry{Act: act, Target: roomTarget(r), Was: was, Now: now})
		}
	}
	note(RoomRename, r.Name, in.Name)
	note(RoomTopic, r.Topic, in.Topic)
	note(RoomConvert, string(r.Kind), string(in.Kind))
	note(RoomEveryone, yes(r.Everyone), yes(in.Everyone))
	return entries, nil
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// SetArchived archives a room or opens it again, as an administrator. It fails with
// Problems if another room has its name now.
func (s *Store) SetArchived(ctx context.Context, by Actor, room RoomID, archived bool) error {
	return s.govern(ctx, by, room, func(ctx context.Context, tx *transaction, r Room) ([]Entry, error) {
		switch {
		case r.Archived() == archived:
			return nil, nil
		case archived:
			return []Entry{{Act: RoomArchive}}, s.archive(ctx, tx, room)
		}
		return []Entry{{Act: RoomReopen}}, reopen(ctx, tx, r)
	})
}

func (s *Store) archive(ctx context.Context, tx *transaction, room RoomID) error {
	_, err := tx.ExecContext(ctx, "update rooms set archived_at = $1, name_key = null, rev = rev + 1 where id = $2 and kind in ('open', 'private')", micros(s.now()), room)
	return err
}

func reopen(ctx context.Context, tx *transaction, r Room) error {
	_, err := tx.ExecContext(ctx, "update rooms set archived_at = 0, name_key = $1, rev = rev + 1 where id = $2 and kind in ('open', 'private')", roomKey(r.Name), r.ID)
	return err
}

// GiveMember makes user, who was in it before, the owner of a room that nobody is in, as
// an administrator. It fails with Invalid if the room has members, who let people in
// themselves, there is no such active account, or they were never in it or were removed: what was said
// there is not an administrator's to show.
func (s *Store) GiveMember(ctx context.Context, by Actor, room RoomID, user UserID) error {
	return s.govern(ctx, by, room, func(ctx context.Context, tx *transaction, r Room) ([]Entry, error) {
		var others bool
		if err := tx.GetContext(ctx, &others, othersIn, room, 0); err != nil {
			return nil, err
		}
		if others {
			return nil, Invalid{"person", "This room has members. They let people in."}
		}
		var names []string
		if err := tx.SelectContext(ctx, &names, "select name from users where id = $1 and suspended_at = 0", user); err != nil {
			return nil, err
		}
		if len(names) == 0 {
			return nil, Invalid{"person", "There is nobody of that name. Look for them by typing a part of it."}
		}
		if err := s.notBarred(ctx, tx, room, user); err != nil {
			return nil, Invalid{"person", "A moderator has removed them from this room. Lift that first."}
		}
		var was bool
		if err := tx.GetContext(ctx, &was, wasIn, room, user); err != nil {
			return nil, err
		}
		if !was {
			return nil, Invalid{"person", "They were never in this room, or were removed from it, so what was said there is not theirs to read. Choose somebody who left it."}
		}
		return []Entry{{Act: RoomEnter, Now: names[0]}}, setMember(ctx, tx, room, user, true, true)
	})
}

const wasIn = "select exists (select 1 from members where room_id = $1 and user_id = $2 and barred >= 0)"

// actsAsAdministrator says whether who may manage a room for no other reason.
func actsAsAdministrator(who Standing) bool { return who.Administrator && !who.Owner }

// recordManaged logs what somebody did who manages a room as an administrator; what
// owners do in their rooms is not administration. user is whom it was done to, 0: nobody.
func (s *Store) recordManaged(ctx context.Context, tx *transaction, room RoomID, by Actor, who Standing, act Act, user UserID) error {
	if !actsAsAdministrator(who) {
		return nil
	}
	r, err := roomIn(ctx, tx, room)
	if err != nil {
		return err
	}
	e := Entry{Act: act, Target: roomTarget(r)}
	if user != 0 {
		e.Target = Target{Kind: OnAccount, ID: int64(user)}
		e.Room = room
		if err := tx.GetContext(ctx, &e.Target.Name, "select name from users where id = $1", user); err != nil {
			return err
		}
	}
	return s.record(ctx, tx, by, e)
}

// setRoomWords has room be found by each word of name, and by what follows it.
func setRoomWords(ctx context.Context, tx *transaction, room RoomID, name string) error {
	if _, err := tx.ExecContext(ctx, "delete from room_words where room_id = $1", room); err != nil {
		return err
	}
	for _, word := range wordsOn(roomKey(name)) {
		if _, err := tx.ExecContext(ctx, "insert into room_words (word, room_id) values ($1, $2)", word, room); err != nil {
			return err
		}
	}
	return nil
}

// wordsOn are the parts of key from each of its words to its end.
func wordsOn(key string) []string {
	var all []string
	inside := false
	for at, r := range key {
		is := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
		if is && !inside || at == 0 {
			all = append(all, strings.TrimSpace(key[at:]))
		}
		inside = is
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// The most rooms of one member who is no administrator. Each room of theirs is a line
// in their list, which is rendered anew with each message in it: thousands of them would
// slow what others see, too.
const (
	mostRoomsMade = 100
	mostRoomsIn   = 500
)

// mayMakeMore is Invalid if user has made as many rooms in use as one may.
func mayMakeMore(ctx context.Context, tx *transaction, user UserID) error {
	var n int
	if err := tx.GetContext(ctx, &n, roomsMade, user, mostRoomsMade); err != nil {
		return err
	}
	if n >= mostRoomsMade {
		return Invalid{"name", "You have made 100 rooms that are in use. Archive some that have served their time first."}
	}
	return mayBeInMore(ctx, tx, user)
}

const roomsMade = `
select count(*)
  from (select 1 from rooms where created_by = $1 and archived_at = 0 and kind in ('open', 'private') limit $2) few`

// mayBeInMore is Invalid if user, who is no administrator, is in as many rooms as one may be.
func mayBeInMore(ctx context.Context, tx *transaction, user UserID) error {
	var n int
	if err := tx.GetContext(ctx, &n, roomsIn, user, Administrator, mostRoomsIn); err != nil {
		return err
	}
	if n >= mostRoomsIn {
		return Invalid{"name", "You are in 500 rooms and conversations. Leave some that you do not read first."}
	}
	return nil
}

const roomsIn = `
select count(*)
  from (select 1 from members m join users u on u.id = m.user_id where m.user_id = $1 and m.present and u.role <> $2 limit $3) few`
