package handlers

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
	"parley/views/words"
)

// mostMembers is how many members the page about a room lists.
const mostMembers = 500

func (s *Server) showAbout(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	done := map[string]string{
		"room": "The room is saved.", "involvement": "Saved: you are told what you chose.", "added": "They are a member now.", "removed": "They are no longer a member.",
	}[r.URL.Query().Get("saved")]
	return s.about(w, r, http.StatusOK, views.About{Room: room, Done: done, Charter: charterFields(room)})
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
	if a.People, err = s.Store.People(r.Context(), a.Room.ID, mostMembers); err != nil {
		return err
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
	return s.changeRoom(w, r, s.Store.ArchiveRoom)
}

func (s *Server) reopenRoom(w http.ResponseWriter, r *http.Request) error {
	return s.changeRoom(w, r, s.Store.ReopenRoom)
}

func (s *Server) changeRoom(w http.ResponseWriter, r *http.Request, change func(context.Context, store.RoomID, store.Actor) error) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	err = change(r.Context(), room.ID, s.actor(r))
	var problems store.Problems
	if errors.As(err, &problems) {
		return s.about(w, r, http.StatusUnprocessableEntity, views.About{Room: room, Done: problems[0].Text})
	}
	if err != nil {
		return err
	}
	s.roomChanged(room.ID)
	return s.saved(w, r, room.ID, "room")
}

// roomChanged hints that what is said of a room has changed.
func (s *Server) roomChanged(room store.RoomID) {
	s.moved(room)
	s.Bus.Publish(live.Hint{Topic: headTopic(room)})
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
	return seeOther(w, r, "/rooms")
}

func (s *Server) createMember(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	user, err := s.personNamed(r.Context(), r.PostForm.Get("person"))
	if err == nil {
		err = s.Store.AddMember(r.Context(), room.ID, asker(r).User.ID, user.ID)
	}
	var problem store.Invalid
	if errors.As(err, &problem) {
		return s.about(w, r, http.StatusUnprocessableEntity, views.About{Room: room, Person: fieldsOf(r, store.Problems{problem})})
	}
	if err != nil {
		return err
	}
	s.peopleChanged(room.ID, user.ID)
	return s.saved(w, r, room.ID, "added")
}

// personNamed is the account with that username or e-mail, or the only one of whose
// name a word begins so; Invalid if there is none, or more.
func (s *Server) personNamed(ctx context.Context, text string) (store.User, error) {
	user, err := s.Store.UserByLogin(ctx, text)
	if !errors.Is(err, store.ErrNotFound) {
		return user, err
	}
	if strings.TrimSpace(text) == "" {
		return store.User{}, store.Invalid{Field: "person", Text: "Enter a name first."}
	}
	found, err := s.Store.PeopleNamed(ctx, text, 5)
	switch {
	case err != nil || len(found) == 1:
		return append(found, store.User{})[0], err
	case len(found) == 0:
		return store.User{}, store.Invalid{Field: "person", Text: "Nobody has a name like that. Try the beginning of another word of it."}
	}
	names := make([]string, len(found))
	for i, u := range found {
		names[i] = u.Name + " (" + u.Username + ")"
	}
	return store.User{}, store.Invalid{Field: "person", Text: words.Say(ctx, "Several people have a name like that: %s. Enter the username.", strings.Join(names, ", "))}
}

func (s *Server) deleteMember(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	user, err := userOf(r.PostForm.Get("user"))
	if err != nil {
		return err
	}
	if err := s.Store.RemoveMember(r.Context(), room.ID, s.actor(r), user); err != nil {
		return err
	}
	s.peopleChanged(room.ID, user)
	return s.saved(w, r, room.ID, "removed")
}

func userOf(text string) (store.UserID, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return 0, store.ErrNotFound
	}
	return store.UserID(n), nil
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
