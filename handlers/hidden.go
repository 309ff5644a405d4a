package handlers

import (
	"context"
	"net/http"

	"parley/store"
	"parley/views"
	"parley/views/words"
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
	by, err := s.Store.MeasureByID(r.Context(), m.Hidden)
	if err != nil {
		return err
	}
	known, lifts, err := s.known(r.Context(), me.ID, []store.Measure{by})
	if err != nil {
		return err
	}
	card := views.Uncovered{Message: m, Text: text, Room: room.Room, As: me.ID, Lift: lifts[m.Hidden], Zone: views.Zone(me)}
	if len(known) > 0 { // who wrote it reads why among their notices, and not who did it
		card.By = known[0]
	}
	return s.showEditor(w, r, room, views.HiddenCard(card))
}

// shownAlready leads who would show a message again, which m hid, back to its room: somebody
// was quicker.
func (s *Server) shownAlready(w http.ResponseWriter, r *http.Request, m store.Measure) error {
	room, err := s.Store.Membership(r.Context(), m.Room, asker(r).User.ID)
	if err != nil {
		return err
	}
	sentence := "This message is shown again already."
	if m.EndedBy != 0 && m.EndedBy != asker(r).User.ID {
		by, err := s.Store.User(r.Context(), m.EndedBy)
		if err != nil {
			return err
		}
		sentence = words.Say(r.Context(), "%s has already shown it again.", by.Name)
	}
	page, err := s.withEditor(r, room, nil, sentence)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusConflict, page)
}
