package store

import "context"

// Door returns the open room id as user sees it, who is not in it. ErrNotFound
// covers every other room, and one that a moderator has removed user from.
func (s *Store) Door(ctx context.Context, id RoomID, user UserID) (Listed, error) {
	var room Listed
	if err := s.get(ctx, &room, door, id, user); err != nil {
		return room, s.plain(err)
	}
	var barred int
	if err := s.get(ctx, &barred, barredNow, id, user, micros(s.now())); err != nil {
		return room, s.plain(err)
	}
	if barred > 0 {
		return Listed{}, ErrNotFound
	}
	return room, nil
}

const door = `
select ` + roomFields + `, r.member_count as members, false as joined
  from rooms r
 where r.id = $1 and r.kind = 'open'
   and not exists (select 1 from members m where m.room_id = $1 and m.user_id = $2 and m.present)`
