package store

import (
	"context"
	"errors"
)

// Door returns the open room id as user sees it, who is not in it. ErrNotFound
// covers every other room, and one that a moderator has removed user from.
func (s *Store) Door(ctx context.Context, id RoomID, user UserID) (Listed, error) {
	var room Listed
	if err := s.get(ctx, &room, door, id, user); err != nil {
		return room, s.plain(err)
	}
	if _, err := s.RemovalOf(ctx, id, user); err == nil {
		return Listed{}, ErrNotFound
	} else if !errors.Is(err, ErrNotFound) {
		return Listed{}, err
	}
	return room, nil
}

const door = `
select ` + roomFields + `, false as joined
  from rooms r
 where r.id = $1 and r.kind = 'open'
   and not exists (select 1 from members m where m.room_id = $1 and m.user_id = $2 and m.present)`
