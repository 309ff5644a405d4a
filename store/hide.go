package store

import (
	"context"
)

// A hidden message keeps its text, which is given to nobody but its author and the
// moderators of its room, by HiddenText; whatever else reads messages gets none.
func init() {
	effects[HideMessage] = effect{
		begin: func(s *Store, ctx context.Context, tx *transaction, m *Measure) error {
			return hide(ctx, s, tx, m.Room, m.Seq, 0, m.ID)
		},
		end: func(s *Store, ctx context.Context, tx *transaction, m Measure) error {
			err := hide(ctx, s, tx, m.Room, m.Seq, m.ID, 0)
			if isNone(err) {
				return nil // its room has forgotten it
			}
			return err
		},
	}
}

// hide changes what hides a message from one measure to another, 0 for none; it takes
// the room's next revision. Its author may have deleted it meanwhile: then nothing hides
// the place that is left.
func hide(ctx context.Context, s *Store, tx *transaction, room RoomID, seq Seq, from, to MeasureID) error {
	if err := s.lockRoom(ctx, tx, room); err != nil {
		return err
	}
	m, err := messageIn(ctx, tx, room, seq)
	if err != nil {
		return err
	}
	if m.Hidden != from || to != 0 && !m.DeletedAt.IsZero() {
		return ErrMeasured
	}
	if err := tx.GetContext(ctx, &m.Rev, bumpRoom, room); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "update messages set rev = $1, hidden = $2 where room_id = $3 and seq = $4", m.Rev, to, room, seq)
	return err
}

// HiddenText returns the text of a hidden message to its author, and to who may
// moderate its room; to others ErrNotFound.
func (s *Store) HiddenText(ctx context.Context, room RoomID, seq Seq, by UserID) (string, error) {
	officer, err := s.OfficerIn(ctx, room, by)
	if err != nil {
		return "", err
	}
	var m struct {
		Author UserID `db:"author_id"`
		Body   string
	}
	if err := s.get(ctx, &m, "select author_id, body from messages where room_id = $1 and seq = $2 and hidden > 0", room, seq); err != nil {
		return "", s.plain(err)
	}
	if !officer.Active || !officer.Sees() || m.Author != by && officer.rank() < roomRank {
		return "", ErrNotFound
	}
	return m.Body, nil
}
