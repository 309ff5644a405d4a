package store

import (
	"context"
	"errors"
	"slices"
)

// mostTried is how many messages a rule is tried on.
const mostTried = 1000

// Trial returns those of the newest of the messages that by can read, at most 1,000,
// which r would have caught, the newest first, and how many it looked at. Who moderates
// reads what is hidden, so that is tried, too. What moderators of a room wrote there can only
// be refused. Direct conversations are left out: rules only refuse there.
func (s *Store) Trial(ctx context.Context, by UserID, r Rule) (caught []Message, looked int, err error) {
	r, err = checkRule(r)
	if err != nil {
		return nil, 0, err
	}
	r.Active = true
	set, err := newRuleset(0, []Rule{r})
	if err != nil {
		return nil, 0, err
	}
	all, err := s.toTry(ctx, by)
	if err != nil {
		return nil, 0, err
	}
	spared := map[Place]bool{} // of whom it is known, and whether they are
	for _, m := range all {
		if _, broken := set.find(m.Body); !broken {
			continue
		}
		at := Place{Room: m.Room, User: m.Author}
		is, known := spared[at]
		if !known {
			who, err := s.StandingIn(ctx, m.Room, m.Author)
			if err != nil && !errors.Is(err, ErrNotFound) { // who has left is nobody there
				return nil, 0, err
			}
			is = err == nil && who.meets(r) == ""
			spared[at] = is
		}
		if !is {
			caught = append(caught, m)
		}
	}
	return caught, len(all), nil
}

// toTry are the newest messages of by's rooms, the newest first, each with its text.
func (s *Store) toTry(ctx context.Context, by UserID) ([]Message, error) {
	var rooms []struct {
		ID     RoomID
		LastAt int64 `db:"last_at"`
	}
	if err := s.list(ctx, &rooms, trialRooms, by); err != nil {
		return nil, s.plain(err)
	}
	var all []Message
	for _, room := range rooms {
		if len(all) == mostTried && !all[mostTried-1].CreatedAt.Before(fromMicros(room.LastAt)) {
			break // no room after it has anything newer
		}
		some, err := s.messages(ctx, tried, room.ID, mostTried)
		if err != nil {
			return nil, err
		}
		if some, err = s.uncover(ctx, room.ID, by, some); err != nil {
			return nil, err
		}
		all = append(all, some...)
		slices.SortStableFunc(all, func(a, b Message) int { return b.CreatedAt.Compare(a.CreatedAt) })
		all = all[:min(len(all), mostTried)]
	}
	return all, nil
}

const trialRooms = `
select r.id, r.last_at
  from members m
  join rooms r on r.id = m.room_id
 where m.user_id = $1 and m.present and r.kind <> 'direct'
 order by r.last_at desc
 limit 200`

const tried = messageColumns + " where m.room_id = $1 and m.deleted_at = 0 order by m.seq desc limit $2"

// uncover gives those of all, of one room, that are hidden their texts, if by may read
// them as HiddenText decides, and otherwise leaves them out.
func (s *Store) uncover(ctx context.Context, room RoomID, by UserID, all []Message) ([]Message, error) {
	var hidden []Seq
	for _, m := range all {
		if m.Hidden != 0 {
			hidden = append(hidden, m.Seq)
		}
	}
	if len(hidden) == 0 {
		return all, nil
	}
	officer, err := s.OfficerIn(ctx, room, by)
	if err != nil {
		return nil, err
	}
	texts := map[Seq]string{}
	if officer.Active && officer.Sees() && officer.rank() >= roomRank {
		var rows []struct {
			Seq  Seq
			Body string
		}
		if err := s.in(ctx, &rows, hiddenTexts, room, hidden); err != nil {
			return nil, err
		}
		for _, r := range rows {
			texts[r.Seq] = r.Body
		}
	}
	var some []Message
	for _, m := range all {
		text, may := texts[m.Seq]
		if m.Hidden != 0 {
			m.Body = text
		}
		if m.Hidden == 0 || may {
			some = append(some, m)
		}
	}
	return some, nil
}

const hiddenTexts = "select seq, body from messages where room_id = ? and seq in (?) and hidden > 0"
