package handlers

import (
	"errors"
	"net/http"
	"strings"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

func (s *Server) showAbout(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	done := map[string]string{
		"room": "The room is saved.", "archived": "The room is archived, and can be opened again here.", "reopened": "The room is open again.",
		"involvement": "Saved: you are told what you chose.", "removed": "They are no longer a member.",
	}[q.Get("saved")]
	a := views.About{Room: room, Done: done, Charter: charterFields(room)}
	a.Members.Text = clipTitle(strings.TrimSpace(q.Get("member")))
	if a.Adding, err = s.added(r, room.ID); err != nil {
		return err
	}
	return s.about(w, r, http.StatusOK, a)
}

func charterFields(m store.Membership) views.Fields {
	values := map[string]string{"name": m.Name, "topic": m.Topic, "kind": string(m.Kind), "everyone": ""}
	if m.Everyone {
		values["everyone"] = "yes"
	}
	return madeOf(values)
}

// about completes and shows the page about a room.
func (s *Server) about(w http.ResponseWriter, r *http.Request, status int, a views.About) error {
	var err error
	if a.Page, err = s.me(r.Context(), asker(r), views.RoomName(r.Context(), a.Room), a.Room.ID); err != nil {
		return err
	}
	if a.Charter.Values == nil {
		a.Charter = charterFields(a.Room)
	}
	a.Keep, a.Zone = a.Room.ForgetsAfter(s.Store.Settings()), views.Zone(a.Me)
	a.Standing = a.Room.Standing(asker(r).User)
	a.Adding.Name = "person"
	if a.Members, err = s.members(r.Context(), a.Room, asker(r).User, a.Members.Text); err != nil {
		return err
	}
	a.Live.Part = membersPart(a.Room.ID, a.Me.ID)
	if a.Members.Text != "" {
		a.Live.Part = "" // the list on the page is another
	}
	return s.render(w, r, status, views.AboutPage(a))
}

func (s *Server) saved(w http.ResponseWriter, r *http.Request, room store.RoomID, what string) error {
	return seeOther(w, r, views.RoomActionURL(room, "about?saved="+what))
}

func (s *Server) updateRoom(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	if opensToAll(r, room) {
		return s.askRoom(w, r, store.Manage, views.OpenRoomPage, fieldsOf(r, nil))
	}
	err = s.Store.UpdateRoom(r.Context(), room.ID, s.actor(r), charterOf(r))
	var problems store.Problems
	if errors.As(err, &problems) {
		return s.about(w, r, http.StatusUnprocessableEntity, views.About{Room: room, Charter: fieldsOf(r, problems)})
	}
	if f, is := s.timedOut(w, r, err, "You have a time-out, so the room’s name and topic stay as they are. What you typed is still here."); is {
		return s.about(w, r, http.StatusForbidden, views.About{Room: room, Charter: f})
	}
	if errors.Is(err, store.ErrOutdated) {
		if room, err = s.roomAt(r); err != nil {
			return err
		}
		// Who changed it is for administrators alone.
		return s.about(w, r, http.StatusConflict, views.About{Room: room, Charter: outdated(r, charterFields(room), changes{acts: roomChanges})})
	}
	if err != nil {
		return err
	}
	s.roomChanged(room.ID)
	return s.saved(w, r, room.ID, "room")
}

func (s *Server) archiveRoom(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	if err := s.Store.ArchiveRoom(r.Context(), room.ID, s.actor(r)); err != nil {
		return err
	}
	s.roomChanged(room.ID)
	return s.saved(w, r, room.ID, "archived")
}

// reopenRoom asks for another name where there is a room of that name now.
func (s *Server) reopenRoom(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	err = s.Store.ReopenRoom(r.Context(), room.ID, s.actor(r), r.PostForm.Get("name"))
	var problems store.Problems
	if errors.As(err, &problems) {
		f := fieldsOf(r, problems)
		if !r.PostForm.Has("name") {
			f.Values["name"] = room.Name
		}
		return s.about(w, r, http.StatusUnprocessableEntity, views.About{Room: room, Reopen: f})
	}
	if f, is := s.timedOut(w, r, err, "You have a time-out, so the room’s name and topic stay as they are. What you typed is still here."); is {
		return s.about(w, r, http.StatusForbidden, views.About{Room: room, Reopen: f})
	}
	if err != nil {
		return err
	}
	s.roomChanged(room.ID)
	return s.saved(w, r, room.ID, "reopened")
}

// roomChanged hints that what is said of a room has changed.
func (s *Server) roomChanged(room store.RoomID) {
	s.moved(room)
	s.Bus.Publish(live.Hint{Topic: headTopic(room)})
	s.Bus.Publish(live.Hint{Topic: roomsTopic})
}

func (s *Server) deleteMembership(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	err = s.Store.Leave(r.Context(), room.ID, asker(r).User.ID)
	var problem store.Invalid
	if errors.As(err, &problem) {
		return s.about(w, r, http.StatusUnprocessableEntity, views.About{Room: room, Done: problem.Text})
	}
	if err != nil {
		return err
	}
	s.peopleChanged(room.ID, asker(r).User.ID)
	return seeOther(w, r, "/rooms?saved=left")
}

func (s *Server) updateInvolvement(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	if err := s.Store.SetInvolvement(r.Context(), room.ID, asker(r).User.ID, store.Level(r.PostForm.Get("level")), r.PostForm.Get("favourite") != ""); err != nil {
		return err
	}
	s.changedFor(asker(r).User.ID)
	return s.saved(w, r, room.ID, "involvement")
}
