package handlers

import (
	"errors"
	"net/http"

	"parley/store"
	"parley/views"
)

// showDoor answers a request for a room, or for a message in it, that the asker is not
// in: err says that. An open room has a door, a page that leads in and back to what was
// asked for. It says nothing of what is written in the room, not even whether that message
// is there.
func (s *Server) showDoor(w http.ResponseWriter, r *http.Request, err error) error {
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	me := asker(r)
	room, err := s.Store.Door(r.Context(), roomNumber(r), me.User.ID)
	if err != nil {
		return err
	}
	page, err := s.me(r.Context(), me, room.Name, 0)
	if err != nil {
		return err
	}
	next := r.URL.RequestURI()
	if at, err := seqOf(r.URL.Query().Get("at")); err == nil && at > 0 { // a browser keeps to itself what it scrolls to
		next = string(views.RoomAtURL(room.Room, at))
	}
	return s.render(w, r, http.StatusOK, views.DoorPage(page, room, localPath(next)))
}
