package store

import (
	"context"
)

// SetModerator makes user a moderator of room, or a plain member again, on behalf of by,
// who may manage the room. It fails with ErrNotFound if user is no member.
func (s *Store) SetModerator(ctx context.Context, by Actor, room RoomID, user UserID, is bool) error {
	return s.manage(ctx, room, by, func(ctx context.Context, tx *transaction, _ Standing) error {
		if err := one(tx.ExecContext(ctx, "update members set moderator = $1 where room_id = $2 and user_id = $3 and present", is, room, user)); err != nil {
			return err
		}
		e := Entry{Act: "moderator.appoint", Target: Target{Kind: OnAccount, ID: int64(user)}, Room: room}
		if !is {
			e.Act = "moderator.dismiss"
		}
		if err := tx.GetContext(ctx, &e.Target.Name, "select name from users where id = $1", user); err != nil {
			return err
		}
		return s.record(ctx, tx, by, e)
	})
}

// ModeratorsOf returns who moderates room besides its owners, by name.
func (s *Store) ModeratorsOf(ctx context.Context, room RoomID) ([]Named, error) {
	var all []Named
	err := s.list(ctx, &all, moderatorsOf, room)
	return all, s.plain(err)
}

const moderatorsOf = `
select u.id, u.name
  from members m
  join users u on u.id = m.user_id
 where m.room_id = $1 and m.moderator and m.present
 order by u.username_key`

// ModeratesWith says whether by owns or moderates a room that user is in.
func (s *Store) ModeratesWith(ctx context.Context, by, user UserID) (bool, error) {
	var n int
	err := s.get(ctx, &n, moderatesWith, by, user)
	return n > 0, s.plain(err)
}

const moderatesWith = `
select count(*)
  from members m
  join rooms r on r.id = m.room_id
  join members x on x.room_id = m.room_id and x.user_id = $2
 where m.user_id = $1 and m.present and (m.owner or m.moderator) and r.kind <> 'direct'`

// ModeratesAny says whether user owns or moderates any room.
func (s *Store) ModeratesAny(ctx context.Context, user UserID) (bool, error) {
	var n int
	err := s.get(ctx, &n, moderatesAny, user)
	return n > 0, s.plain(err)
}

const moderatesAny = `
select count(*)
  from members m
  join rooms r on r.id = m.room_id
 where m.user_id = $1 and m.present and (m.owner or m.moderator) and r.kind <> 'direct'`

// RoomsToModerate returns the rooms that user is in and where by may do something about
// them, by name.
func (s *Store) RoomsToModerate(ctx context.Context, by, user UserID) ([]Room, error) {
	officer, err := s.OfficerIn(ctx, 0, by)
	if err != nil {
		return nil, err
	}
	target, err := s.OfficerIn(ctx, 0, user)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Room
		Owner     bool
		Moderator bool
		Mine      bool
		Owns      bool
		Moderates bool
	}
	if err := s.list(ctx, &rows, roomsToModerate, by, user); err != nil {
		return nil, s.plain(err)
	}
	var all []Room
	for _, r := range rows {
		officer, target := officer, target
		officer.Kind, target.Kind = r.Kind, r.Kind
		officer.Member, officer.Owner, officer.Moderator = r.Mine, r.Owns, r.Moderates
		target.Member, target.Owner, target.Moderator = true, r.Owner, r.Moderator
		if MayModerate(officer, Measure{Kind: TimeOut, User: user, Room: r.ID}, target) {
			all = append(all, r.Room)
		}
	}
	return all, nil
}

const roomsToModerate = `
select ` + roomFields + `, m.owner, m.moderator,
       coalesce(x.present, false) as mine, coalesce(x.owner, false) as owns, coalesce(x.moderator, false) as moderates
  from members m
  join rooms r on r.id = m.room_id
  left join members x on x.room_id = m.room_id and x.user_id = $1
 where m.user_id = $2 and m.present and r.kind <> 'direct' and r.archived_at = 0
 order by r.name_key`
