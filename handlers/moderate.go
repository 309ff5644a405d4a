package handlers

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"parley/store"
	"parley/views"
)

// measureDone is what a page says of what was just done.
var measureDone = map[string]string{"done": "Done. It is in the log.", "lifted": "Lifted. What it did is undone.", "moderators": "Saved."}

// moderatePerson is the page about what may be done about a person.
func (s *Server) moderatePerson(w http.ResponseWriter, r *http.Request) error {
	user, err := userOf(r.PathValue("user"))
	if err != nil {
		return err
	}
	room, _ := strconv.ParseInt(r.URL.Query().Get("room"), 10, 64) // what is none is everywhere
	return s.personModeration(w, r, http.StatusOK, user, store.RoomID(room), views.Fields{})
}

func (s *Server) personModeration(w http.ResponseWriter, r *http.Request, status int, user store.UserID, room store.RoomID, f views.Fields) error {
	ctx, me := r.Context(), asker(r).User.ID
	v := views.Moderation{Fields: f, Done: s.saidOf(r, measureDone, r.URL.Query().Get("saved"))}
	var err error
	if v.Kinds, v.Rooms, err = s.mayDo(ctx, me, user, room); err != nil {
		return err
	}
	if v.Person, err = s.Store.User(ctx, user); err != nil {
		return err
	}
	if room != 0 {
		if v.Room, err = s.Store.AnyRoom(ctx, room); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	if room != 0 && !slices.ContainsFunc(v.Rooms, func(r store.Room) bool { return r.ID == room }) {
		if len(v.Kinds) == 0 {
			v.Room = store.Room{} // they are out of it, and there is nothing to do: as if it were not there
		} else {
			v.Rooms = append([]store.Room{v.Room}, v.Rooms...)
		}
	}
	if v.Page, err = s.me(ctx, asker(r), "Moderate", 0); err != nil {
		return err
	}
	if err := s.past(ctx, &v); err != nil {
		return err
	}
	return s.render(w, r, status, views.ModeratePersonPage(v))
}

// mayDo are what me may do about user, in room or everywhere (0), and the other rooms in
// which they may do something: ErrNotFound if there is neither, as if there were no user.
func (s *Server) mayDo(ctx context.Context, me, user store.UserID, room store.RoomID) (kinds []store.MeasureKind, rooms []store.Room, err error) {
	// Of a room that one may not see, and of none, the answer is the same.
	kinds, err = s.Store.Permitted(ctx, me, user, room, 0, store.Warning, store.TimeOut, store.Removal, store.Suspension, store.Ban)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, nil, err
	}
	rooms, err = s.Store.RoomsToModerate(ctx, me, user)
	if err == nil && len(kinds) == 0 && len(rooms) == 0 {
		err = store.ErrNotFound
	}
	return kinds, rooms, err
}

// showRoomLog is what was moderated in a room, for its members.
func (s *Server) showRoomLog(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	if room.Kind == store.DirectRoom {
		return store.ErrNotFound
	}
	all, err := s.Store.MeasuresIn(r.Context(), room.ID, mostMeasures)
	if err != nil {
		return err
	}
	page, err := s.me(r.Context(), asker(r), "What was moderated", room.ID)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.RoomLogPage(page, room.Room, all, s.Store.Settings().ModerationNames))
}

// moderates says whether me could do anything about user, somewhere.
func (s *Server) moderates(ctx context.Context, me store.User, user store.UserID) (bool, error) {
	if me.Role.AtLeast(store.Moderator) {
		kinds, err := s.Store.Permitted(ctx, me.ID, user, 0, 0, store.TimeOut)
		return len(kinds) > 0, err
	}
	return s.Store.ModeratesWith(ctx, me.ID, user)
}

// moderateRoom is the page about what may be done about a room.
func (s *Server) moderateRoom(w http.ResponseWriter, r *http.Request) error {
	return s.roomModeration(w, r, http.StatusOK, roomNumber(r), views.Fields{})
}

func (s *Server) roomModeration(w http.ResponseWriter, r *http.Request, status int, id store.RoomID, f views.Fields) error {
	ctx, me := r.Context(), asker(r).User
	kinds, err := s.Store.Permitted(ctx, me.ID, 0, id, 0, roomActs...)
	if err == nil && len(kinds) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return err
	}
	room, err := s.Store.Membership(ctx, id, me.ID)
	inside := err == nil
	if errors.Is(err, store.ErrNotFound) { // they moderate the instance
		room.Room, err = s.Store.AnyRoom(ctx, id)
	}
	if err != nil {
		return err
	}
	v := views.Moderation{Room: room.Room, Inside: inside, Kinds: kinds, Fields: f, Done: s.saidOf(r, measureDone, r.URL.Query().Get("saved"))}
	if store.May(room.Standing(me), store.Manage, nil) {
		if v.Mods, err = s.Store.ModeratorsOf(ctx, id); err != nil {
			return err
		}
		people, err := s.Store.People(ctx, room.Room, mostMembers)
		if err != nil {
			return err
		}
		v.Members = slices.DeleteFunc(people, func(p store.Person) bool {
			return p.Owner || slices.ContainsFunc(v.Mods, func(m store.Named) bool { return m.ID == p.ID })
		})
	}
	if v.Page, err = s.desk(r, "Moderate", id); err != nil {
		return err
	}
	if err := s.past(ctx, &v); err != nil {
		return err
	}
	return s.render(w, r, status, views.ModerateRoomPage(v))
}

// updateModerators makes a member of a room its moderator, or a plain member again.
func (s *Server) updateModerators(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	user, err := userOf(r.PostForm.Get("user"))
	if err != nil {
		return err
	}
	if err := s.Store.SetModerator(r.Context(), s.actor(r), room.ID, user, r.PostForm.Get("is") != ""); err != nil {
		return err
	}
	s.peopleChanged(room.ID, user)
	return seeOther(w, r, views.RoomActionURL(room.ID, "moderate?saved=moderators"))
}

// showNewcomers is the page about what new accounts may not do for a while.
func (s *Server) showNewcomers(w http.ResponseWriter, r *http.Request) error {
	return s.newcomers(w, r, http.StatusOK, views.Fields{})
}

func (s *Server) newcomers(w http.ResponseWriter, r *http.Request, status int, f views.Fields) error {
	ctx, me := r.Context(), asker(r).User.ID
	v := views.Moderation{Fields: f, Done: s.saidOf(r, measureDone, r.URL.Query().Get("saved"))}
	var err error
	if v.Kinds, err = s.Store.Permitted(ctx, me, 0, 0, 0, newcomerActs...); err != nil {
		return err
	}
	if len(v.Kinds) == 0 {
		return store.ErrNotFound
	}
	if v.Page, err = s.me(ctx, asker(r), "Newcomers", 0); err != nil {
		return err
	}
	if err := s.past(ctx, &v); err != nil {
		return err
	}
	return s.render(w, r, status, views.NewcomersPage(v))
}
