package handlers

import (
	"context"
	"net/http"

	"parley/store"
	"parley/views"
)

// askHide asks why a message is to be hidden.
func (s *Server) askHide(w http.ResponseWriter, r *http.Request) error {
	room, m, err := s.messageAt(r, store.Read)
	if err != nil {
		return err
	}
	may, err := s.mayHide(r.Context(), asker(r).User.ID, m)
	if err != nil {
		return err
	}
	if !may || m.Hidden != 0 || !m.DeletedAt.IsZero() {
		return store.ErrNotFound
	}
	return s.showEditor(w, r, room, views.HideForm(m, room.Room, asker(r).User.ID, views.Fields{}))
}

func (s *Server) mayHide(ctx context.Context, by store.UserID, m store.Message) (bool, error) {
	kinds, err := s.Store.Permitted(ctx, by, m.Author, m.Room, m.Seq, store.HideMessage)
	return len(kinds) > 0, err
}

// showHidden shows the text of a hidden message to its author and the moderators.
func (s *Server) showHidden(w http.ResponseWriter, r *http.Request) error {
	room, m, err := s.messageAt(r, store.Read)
	if err != nil {
		return err
	}
	me := asker(r).User
	text, err := s.Store.HiddenText(r.Context(), room.ID, m.Seq, me.ID)
	if err != nil {
		return err
	}
	may, err := s.Store.MayLift(r.Context(), me.ID, m.Hidden)
	if err != nil {
		return err
	}
	return s.showEditor(w, r, room, views.HiddenCard(m, text, room.Room, me.ID, may))
}
