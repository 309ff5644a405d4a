package handlers

import (
	"net/http"

	"parley/store"
	"parley/views"
)

// askRemoval asks why somebody is to leave a room, and for how long.
func (s *Server) askRemoval(w http.ResponseWriter, r *http.Request) error {
	return s.removal(w, r, http.StatusOK, r.URL.Query().Get("user"), views.Fields{})
}

// removal is the page that asks that. To who may not do it there is no such page.
func (s *Server) removal(w http.ResponseWriter, r *http.Request, status int, user string, f views.Fields) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	id, err := userOf(user)
	if err != nil {
		return err
	}
	people, err := s.Store.PeopleAmong(r.Context(), room.ID, []store.UserID{id})
	if err != nil {
		return err
	}
	may, err := s.Store.Removable(r.Context(), asker(r).User.ID, room.ID, people)
	if err != nil {
		return err
	}
	if !may[id] {
		return store.ErrNotFound
	}
	page, err := s.me(r.Context(), asker(r), "Remove from the room", room.ID)
	if err != nil {
		return err
	}
	return s.render(w, r, status, views.RemovalPage(page, room.Room, people[0].User, f))
}

// createRemoval takes a member out of the room, until it ends or is lifted.
func (s *Server) createRemoval(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	in := measureOf(r)
	in.Kind, in.Room, in.Seq, in.Amount = store.Removal, room.ID, 0, 0
	m := in
	if in.Until, err = endOf(r, in.Kind); err == nil {
		m, err = s.Store.Impose(r.Context(), s.actor(r), in)
	}
	var problem store.Invalid
	if mistake(r, err, &problem) {
		return s.removal(w, r, http.StatusUnprocessableEntity, r.PostForm.Get("user"), fieldsOf(r, store.Problems{problem}))
	}
	if err != nil {
		return err
	}
	s.measured(r.Context(), m)
	return s.saved(w, r, room.ID, "removed")
}
