package store

import (
	"context"
	"fmt"
	"time"
)

// DeletionWait is how long the deletion of a room can be called off.
const DeletionWait = 24 * time.Hour

const deleteRoom JobKind = "room.delete"

// init has jobs of that kind done: the map is made before.
func init() { jobKinds[deleteRoom] = (*Store).stepDeletion }

// DeleteRoom has the room be deleted after DeletionWait, as an administrator; until
// then SpareRoom calls it off. That it waits already is no mistake.
func (s *Store) DeleteRoom(ctx context.Context, by Actor, room RoomID) error {
	return s.govern(ctx, by, room, func(ctx context.Context, tx *transaction, r Room) ([]Entry, error) {
		if r.DeleteAt != 0 {
			return nil, nil
		}
		at := s.now().Add(DeletionWait)
		if _, err := tx.ExecContext(ctx, "update rooms set delete_at = $1 where id = $2", micros(at), room); err != nil {
			return nil, err
		}
		_, err := s.addJob(ctx, tx, Job{Kind: deleteRoom, Room: room, By: by.User, RunAt: at, Total: int64(r.LastSeq)})
		return []Entry{{Act: RoomDelete, Now: at.Format(time.RFC3339)}}, err
	})
}

// SpareRoom calls the deletion off. It fails with ErrNotFound if none waits, and if it
// has begun.
func (s *Store) SpareRoom(ctx context.Context, by Actor, room RoomID) error {
	return s.govern(ctx, by, room, func(ctx context.Context, tx *transaction, r Room) ([]Entry, error) {
		if err := callOff(ctx, tx, deleteRoom, room, s.now()); err != nil {
			return nil, err
		}
		_, err := tx.ExecContext(ctx, "update rooms set delete_at = 0 where id = $1", room)
		return []Entry{{Act: RoomSpare, Was: fromMicros(r.DeleteAt).Format(time.RFC3339)}}, err
	})
}

// RoomDeletion returns the newest deletion of room, or ErrNotFound.
func (s *Store) RoomDeletion(ctx context.Context, room RoomID) (Job, error) {
	return s.JobAbout(ctx, deleteRoom, room)
}

// What a step of a deletion does.
const (
	erasesMessages = "messages"
	erasesMembers  = "members"
)

// mostErased bounds a step of a deletion.
const mostErased = 300

// stepDeletion does one step: first nobody can come or write any more, then the members
// leave, each with a revision that drops their sockets, then the messages go, then what
// is left of the memberships. The row stays for its number, without a name.
func (s *Store) stepDeletion(ctx context.Context, tx *transaction, j *Job) error {
	if err := s.lockRoom(ctx, tx, j.Room); err != nil {
		return err
	}
	r, err := roomIn(ctx, tx, j.Room)
	if err != nil {
		return err
	}
	if r.Kind != DeletedRoom {
		if _, err := tx.ExecContext(ctx, closeRoom, micros(s.now()), j.Room); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "delete from room_words where room_id = $1", j.Room); err != nil {
			return err
		}
		if _, err := s.forgetHeldIn(ctx, tx, j.Room, 1<<62); err != nil {
			return err
		}
		j.Total = int64(r.LastSeq)
	}
	switch j.Place {
	case "":
		err = dismiss(ctx, tx, j)
	case erasesMessages:
		err = eraseOldest(ctx, tx, j)
	case erasesMembers:
		err = s.eraseRest(ctx, tx, j, r)
	default:
		err = fmt.Errorf("delete room %d: no step %q", j.Room, j.Place)
	}
	return err
}

const closeRoom = `
update rooms
   set kind = 'deleted', everyone = false, archived_at = $1, name_key = null, list_name = '', delete_at = 0
 where id = $2`

// dismiss ends some of the memberships.
func dismiss(ctx context.Context, tx *transaction, j *Job) error {
	var users []UserID
	if err := tx.SelectContext(ctx, &users, presentIn, j.Room, mostErased); err != nil {
		return err
	}
	for _, user := range users {
		if err := setMember(ctx, tx, j.Room, user, false, false); err != nil {
			return err
		}
	}
	j.Moved = []RoomID{j.Room}
	if len(users) < mostErased {
		j.Place = erasesMessages
	}
	return nil
}

const presentIn = `
select user_id
  from members
 where room_id = $1 and present
 order by user_id
 limit $2`

// eraseOldest removes some of the messages and all that is kept beside them.
func eraseOldest(ctx context.Context, tx *transaction, j *Job) error {
	var upto Seq
	if err := tx.GetContext(ctx, &upto, lastOfOldest, j.Room, mostErased); err != nil {
		return err
	}
	if upto == 0 {
		j.Place = erasesMembers
		return nil
	}
	if err := forgetTraces(ctx, tx, j.Room, 0, upto); err != nil {
		return err
	}
	j.Done = int64(upto)
	_, err := tx.ExecContext(ctx, "delete from messages where room_id = $1 and seq <= $2", j.Room, upto)
	return err
}

const lastOfOldest = `
select coalesce(max(seq), 0)
  from (select seq from messages where room_id = $1 order by seq limit $2) m`

// eraseRest removes some of the memberships, and ends the job when none is left.
func (s *Store) eraseRest(ctx context.Context, tx *transaction, j *Job, r Room) error {
	res, err := tx.ExecContext(ctx, eraseMemberships, j.Room, mostErased)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		return err
	}
	if _, err := tx.ExecContext(ctx, "update rooms set slug = '', name = '', topic = '', last_author = 0, prev_author = 0, created_by = 0 where id = $1", j.Room); err != nil {
		return err
	}
	j.State = JobDone
	return s.record(ctx, tx, Actor{}, Entry{Act: RoomErase, Target: roomTarget(r)})
}

const eraseMemberships = `
delete from members
 where room_id = $1 and user_id in (select user_id from members where room_id = $1 order by user_id limit $2)`
