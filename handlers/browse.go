package handlers

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// roomsTopic is hinted at when a room is new, gone or called otherwise, or has more or
// fewer members.
const roomsTopic live.Topic = "rooms"

// mostRooms is how many rooms one page lists; the others are found by typing.
const mostRooms = 100

func init() {
	liveParts["rooms"] = part{may: mayListRooms, show: (*Server).roomsPart}
}

// roomsOfPage reads "12", the rooms in use for person 12, or "12/archived".
func roomsOfPage(rest string) (user store.UserID, archived bool) {
	number, what, _ := strings.Cut(rest, "/")
	user, _ = userOf(number) // nobody is 0
	return user, what == "archived"
}

func mayListRooms(_ *Server, _ context.Context, user store.User, rest string) (string, error) {
	if who, _ := roomsOfPage(rest); who != user.ID {
		return "", store.ErrNotFound
	}
	return "", nil
}

func (s *Server) roomsPart(ctx context.Context, rest string) (parts, []live.Topic, error) {
	user, archived := roomsOfPage(rest)
	mine, err := s.roomsOf(ctx, user, true)
	if err != nil {
		return nil, nil, err
	}
	list, err := s.roomList(ctx, user, mine, archived, "")
	depends := []live.Topic{roomsTopic, personTopic(user)}
	for room := range list.Mine {
		depends = append(depends, topicOf(room))
	}
	return func(zone *time.Location) []templ.Component {
		own := list
		own.Zone = zone
		return []templ.Component{views.RoomsListed(own, true)}
	}, depends, err
}

// roomList is the rooms that user may open or join, those with text in their names.
func (s *Server) roomList(ctx context.Context, user store.UserID, mine []store.Membership, archived bool, text string) (views.RoomList, error) {
	list := views.RoomList{Me: user, Archived: archived, Text: text, Mine: map[store.RoomID]store.Membership{}}
	rooms, err := s.Store.RoomsToBrowse(ctx, user, archived)
	if err != nil {
		return list, err
	}
	if list.Out, err = s.Store.Removals(ctx, user); err != nil {
		return list, err
	}
	for _, r := range rooms {
		if strings.Contains(strings.ToLower(r.Name), strings.ToLower(text)) {
			list.Rooms = append(list.Rooms, r)
		}
	}
	if list.More = len(list.Rooms) > mostRooms; list.More {
		list.Rooms = list.Rooms[:mostRooms]
	}
	for _, m := range mine {
		if slices.ContainsFunc(list.Rooms, func(r store.Listed) bool { return r.ID == m.ID }) {
			list.Mine[m.ID] = m
		}
	}
	return list, nil
}

// showRooms lists the rooms that the asker may open or join.
func (s *Server) showRooms(w http.ResponseWriter, r *http.Request) error {
	me := asker(r)
	page, err := s.me(r.Context(), me, "Rooms", 0)
	if err != nil {
		return err
	}
	p := views.Rooms{Page: page, MayCreate: mayCreate(s.Store.Settings(), me.User)}
	if p.List, err = s.listedFor(r, page.Side.Rooms); err != nil {
		return err
	}
	p.Done = map[string]string{"unread": "Marked as unread. You find the room under Unread.", "left": "You have left the room."}[r.URL.Query().Get("saved")]
	if p.List.Text == "" {
		p.Live.Part = "rooms/" + idString(me.User.ID)
		if p.List.Archived {
			p.Live.Part += "/archived"
		}
	}
	return s.render(w, r, http.StatusOK, views.RoomsPage(p))
}

// listedFor are the rooms that r asks for.
func (s *Server) listedFor(r *http.Request, mine []store.Membership) (views.RoomList, error) {
	q := r.URL.Query()
	list, err := s.roomList(r.Context(), asker(r).User.ID, mine, q.Get("archived") != "", clipTitle(strings.TrimSpace(q.Get("q"))))
	list.Zone = views.Zone(asker(r).User)
	return list, err
}

// showFoundRooms is what the field above the list of rooms finds; nothing typed, nothing
// found.
func (s *Server) showFoundRooms(w http.ResponseWriter, r *http.Request) error {
	if strings.TrimSpace(r.URL.Query().Get("q")) == "" {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	mine, err := s.roomsOf(r.Context(), asker(r).User.ID, false)
	if err != nil {
		return err
	}
	list, err := s.listedFor(r, mine)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.RoomsFound(list))
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
	if f, is := s.timedOut(w, r, err, "You have a time-out, so you cannot make a room. What you typed is still here."); is {
		return s.roomForm(w, r, http.StatusForbidden, f)
	}
	if err != nil {
		return err
	}
	s.changedFor(asker(r).User.ID)
	s.Bus.Publish(live.Hint{Topic: roomsTopic})
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
	s.Bus.Publish(live.Hint{Topic: roomsTopic})
	s.changedFor(users...)
	for _, user := range users {
		s.endedElsewhere(user)
	}
}
