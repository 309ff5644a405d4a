package handlers

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// showRooms lists the rooms that the asker may open or join.
func (s *Server) showRooms(w http.ResponseWriter, r *http.Request) error {
	archived := r.URL.Query().Get("archived") != ""
	me := asker(r)
	page, err := s.me(r.Context(), me, "Rooms", 0)
	if err != nil {
		return err
	}
	rooms, err := s.Store.RoomsToBrowse(r.Context(), me.User.ID, archived)
	if err != nil {
		return err
	}
	done := map[string]string{"unread": "Marked as unread. You find the room under Unread."}[r.URL.Query().Get("saved")]
	return s.render(w, r, http.StatusOK, views.RoomsPage(page, views.RoomList{Done: done, Rooms: rooms, Archived: archived, MayCreate: mayCreate(s.Store.Settings(), me.User)}))
}

func mayCreate(settings store.Settings, user store.User) bool {
	return settings.MembersCreateRooms || user.Role == store.Administrator
}

func (s *Server) newRoom(w http.ResponseWriter, r *http.Request) error {
	return s.roomForm(w, r, http.StatusOK, views.Fields{Values: map[string]string{"kind": string(store.OpenRoom)}})
}

func (s *Server) roomForm(w http.ResponseWriter, r *http.Request, status int, f views.Fields) error {
	if !mayCreate(s.Store.Settings(), asker(r).User) {
		return store.ErrNotFound
	}
	page, err := s.me(r.Context(), asker(r), "New room", 0)
	if err != nil {
		return err
	}
	return s.render(w, r, status, views.NewRoomPage(page, f))
}

func (s *Server) createRoom(w http.ResponseWriter, r *http.Request) error {
	if wait := s.limits.creates.take(asker(r).User.ID); wait > 0 {
		return throttled{wait}
	}
	id, err := s.Store.CreateRoom(r.Context(), asker(r).User.ID, charterOf(r))
	var problems store.Problems
	if errors.As(err, &problems) {
		return s.roomForm(w, r, http.StatusUnprocessableEntity, fieldsOf(r, problems))
	}
	if err != nil {
		return err
	}
	s.changedFor(asker(r).User.ID)
	return s.goTo(w, r, id)
}

func charterOf(r *http.Request) store.Charter {
	in := charterNamed(r, "")
	if saysWhatItWas(r, "name") {
		was := charterNamed(r, before)
		in.Was = &was
	}
	return in
}

// charterNamed reads it from the fields whose names begin so.
func charterNamed(r *http.Request, prefix string) store.Charter {
	f := r.PostForm
	return store.Charter{Name: f.Get(prefix + "name"), Topic: f.Get(prefix + "topic"), Kind: store.Kind(f.Get(prefix + "kind")), Everyone: f.Get(prefix+"everyone") != ""}
}

// fieldsOf is the posted form again, with its mistakes.
func fieldsOf(r *http.Request, problems store.Problems) views.Fields {
	values := make(map[string]string, len(r.PostForm))
	for name := range r.PostForm {
		values[name] = r.PostForm.Get(name)
	}
	return views.Fields{Values: values, Errors: problems.ByField()}
}

// goTo answers a form with the page of the room.
func (s *Server) goTo(w http.ResponseWriter, r *http.Request, room store.RoomID) error {
	m, err := s.Store.Membership(r.Context(), room, asker(r).User.ID)
	if err != nil {
		return err
	}
	return seeOther(w, r, views.RoomURL(m.Room))
}

func (s *Server) createMembership(w http.ResponseWriter, r *http.Request) error {
	room := roomNumber(r)
	if err := s.Store.Join(r.Context(), room, asker(r).User.ID); err != nil {
		return err
	}
	s.peopleChanged(room, asker(r).User.ID)
	if next := localPath(r.PostForm.Get("next")); next != "" {
		return seeOther(w, r, templ.SafeURL(next))
	}
	return s.goTo(w, r, room)
}

// changedFor hints that what is live in user's own pages has changed.
func (s *Server) changedFor(users ...store.UserID) {
	for _, user := range users {
		s.Bus.Publish(live.Hint{Topic: personTopic(user)})
	}
}

// peopleChanged hints that users came into the room or left it, or moderate it from now
// on or no more: of their pages those about it may not be theirs to look at.
func (s *Server) peopleChanged(room store.RoomID, users ...store.UserID) {
	s.moved(room)
	s.Bus.Publish(live.Hint{Topic: peopleTopic(room)})
	s.changedFor(users...)
	for _, user := range users {
		s.endedElsewhere(user)
	}
}
