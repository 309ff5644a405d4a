package handlers

import (
	"net/http"

	"github.com/a-h/templ"

	"parley/store"
	"parley/views"
)

// Before a room is archived, left or opened to everybody its member is asked, where that
// is theirs to do. What is asked by GET a POST to the same address does.

func (s *Server) askArchive(w http.ResponseWriter, r *http.Request) error {
	return s.askRoom(w, r, store.Manage, views.ArchivePage, views.Fields{})
}

func (s *Server) askLeave(w http.ResponseWriter, r *http.Request) error {
	return s.askRoom(w, r, store.Leave, views.LeavePage, views.Fields{})
}

func (s *Server) askRoom(w http.ResponseWriter, r *http.Request, do store.Action, show func(views.RoomQuestion) templ.Component, charter views.Fields) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	q := views.RoomQuestion{Room: room, Standing: room.Standing(asker(r).User), Charter: charter}
	if !store.May(q.Standing, do, nil) {
		return store.ErrNotFound
	}
	if room.Archived() && do == store.Manage {
		return store.ErrArchived
	}
	if q.Page, err = s.me(r.Context(), asker(r), views.RoomName(r.Context(), room), room.ID); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, show(q))
}

// opensToAll says that a form makes a private room open, and that its member was not asked
// yet whether that is meant. One that was shown while the room was open is outdated.
func opensToAll(r *http.Request, room store.Membership) bool {
	return room.Kind == store.PrivateRoom && !room.Archived() && r.PostForm.Get("kind") == string(store.OpenRoom) &&
		r.PostForm.Get(before+"kind") != string(store.OpenRoom) && r.PostForm.Get("sure") == ""
}
