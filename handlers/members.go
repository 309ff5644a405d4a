package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
	"parley/views/words"
)

// mostListed is how many members the page about a room lists; the others are found by
// their names.
const mostListed = 100

// mostAdded is how many people are let into a room at once.
const mostAdded = 50

func init() {
	liveParts["members"] = part{may: (*Server).mayListMembers, show: (*Server).membersRegion}
}

// membersPart is the live list of the members of room on a page of user's.
func membersPart(room store.RoomID, user store.UserID) string {
	return fmt.Sprintf("members/%d/%d", room, user)
}

// membersOf reads what follows the name in membersPart.
func membersOf(rest string) (store.RoomID, store.UserID) {
	room, user, _ := strings.Cut(rest, "/")
	number, err := strconv.ParseInt(room, 10, 64)
	who, wrong := userOf(user)
	if err != nil || wrong != nil {
		return 0, 0
	}
	return store.RoomID(number), who
}

func (s *Server) mayListMembers(ctx context.Context, user store.User, rest string) (string, error) {
	room, who := membersOf(rest)
	if who != user.ID {
		return "", store.ErrNotFound
	}
	_, err := s.Store.Membership(ctx, room, user.ID)
	return memberOf(room), err
}

func (s *Server) membersRegion(ctx context.Context, rest string) (parts, []live.Topic, error) {
	id, user := membersOf(rest)
	me, err := s.Store.User(ctx, user)
	if err != nil {
		return nil, nil, err
	}
	room, err := s.Store.Membership(ctx, id, user)
	if err != nil {
		return nil, nil, err
	}
	list, err := s.members(ctx, room, me, "")
	depends := []live.Topic{peopleTopic(id), headTopic(id)}
	for _, u := range list.All {
		depends = append(depends, hereTopic(u.ID))
	}
	return func(zone *time.Location) []templ.Component {
		own := list
		own.Zone = zone
		return []templ.Component{views.Members(own, true)}
	}, depends, err
}

// members is the list of the members of room for me: the first by name, or those of whose
// names a word begins with text.
func (s *Server) members(ctx context.Context, room store.Membership, me store.User, text string) (views.MemberList, error) {
	list := views.MemberList{Room: room.ID, Me: me.ID, Text: text, Zone: views.Zone(me)}
	var people []store.Person
	var err error
	if text == "" {
		people, err = s.Store.People(ctx, room.Room, mostListed+1)
	} else {
		people, err = s.Store.MembersNamed(ctx, room.ID, text, mostListed+1)
	}
	if err != nil {
		return list, err
	}
	if list.More = len(people) > mostListed; list.More {
		people = people[:mostListed]
		list.Count = room.Members
	}
	list.All, _ = s.presentAs(people)
	list.Removable, err = s.Store.Removable(ctx, me.ID, room.ID, people)
	return list, err
}

// added is the form that lets people into room, after it has let in those whom the
// address names.
func (s *Server) added(r *http.Request, room store.RoomID) (views.Adding, error) {
	q := r.URL.Query()
	var a views.Adding
	if a.Focus = q.Has("add") || q.Has("added") || q.Has("already"); !a.Focus {
		return a, nil
	}
	for name, said := range map[string]*[]store.Named{"added": &a.Added, "already": &a.Already} {
		members, err := s.Store.PeopleAmong(r.Context(), room, usersOf(strings.Split(q.Get(name), "."), mostAdded))
		if err != nil {
			return a, err
		}
		for _, m := range members { // nothing is said of who is none
			*said = append(*said, store.Named{ID: m.ID, Name: m.Name})
		}
	}
	var err error
	if a.Ended, err = s.endedBy(r.Context(), asker(r).User.ID, room, strings.Split(q.Get("ended"), ".")); err != nil {
		return a, err
	}
	a.Choice, err = s.choice(r.Context(), choosing{name: "person", room: room})
	a.Focus = true
	return a, err
}

// endedBy are those of the removals from room with these numbers that user ended.
func (s *Server) endedBy(ctx context.Context, user store.UserID, room store.RoomID, numbers []string) (ended []store.Measure, err error) {
	for _, number := range numbers[:min(len(numbers), mostAdded)] {
		id, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			continue // nothing is said of what is none
		}
		m, err := s.Store.MeasureByID(ctx, store.MeasureID(id))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if m.Kind == store.Removal && m.Room == room && m.EndedBy == user {
			ended = append(ended, m)
		}
	}
	return ended, nil
}

// showAddable are the people whom the form that lets people into a room offers.
func (s *Server) showAddable(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	if !store.May(room.Standing(asker(r).User), store.Invite, nil) {
		return store.ErrNotFound
	}
	q := r.URL.Query()
	c, err := s.choice(r.Context(), choosing{name: "person", text: q.Get("person"), with: q["with"], room: room.ID})
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.Choices(c))
}

// createMember lets those who are ticked, and who is named, into a room.
func (s *Server) createMember(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	text, with := r.PostForm.Get("person"), usersOf(r.PostForm["with"], mostAdded)
	again := func(problem store.Invalid) error {
		a := views.About{Room: room}
		c, err := s.choice(r.Context(), choosing{name: "person", text: text, with: r.PostForm["with"], room: room.ID})
		if err != nil {
			return err
		}
		c.Errors = map[string]string{"person": problem.Text}
		a.Adding = views.Adding{Choice: c}
		return s.about(w, r, http.StatusUnprocessableEntity, a)
	}
	var problem store.Invalid
	user, err := s.personNamed(r.Context(), text)
	switch {
	case err == nil:
		with = append(with, user.ID)
	case errors.As(err, &problem) && len(with) == 0:
		return again(problem)
	case !errors.As(err, &problem):
		return err
	}
	slices.Sort(with)
	with = slices.Compact(with)
	members, err := s.Store.PeopleAmong(r.Context(), room.ID, with)
	if err != nil {
		return err
	}
	var added, already, ended []string
	for _, m := range members {
		already = append(already, idString(m.ID))
	}
	for _, user := range with {
		if slices.ContainsFunc(members, func(m store.Person) bool { return m.ID == user }) {
			continue
		}
		out, err := s.Store.RemovalOf(r.Context(), room.ID, user) // that ends when they are let in again
		if err == nil || errors.Is(err, store.ErrNotFound) {
			err = s.Store.AddMember(r.Context(), room.ID, s.actor(r), user)
		}
		if errors.As(err, &problem) {
			if u, err := s.Store.User(r.Context(), user); err == nil && len(with) > 1 {
				problem.Text = u.Name + ": " + words.Told(r.Context(), problem.Text)
			}
			return again(problem)
		}
		if err != nil {
			return err
		}
		added = append(added, idString(user))
		s.peopleChanged(room.ID, user)
		if out.ID != 0 {
			s.measured(r.Context(), out)
			ended = append(ended, strconv.FormatInt(int64(out.ID), 10))
		}
	}
	q := url.Values{"added": {strings.Join(added, ".")}, "already": {strings.Join(already, ".")}, "ended": {strings.Join(ended, ".")}}
	return seeOther(w, r, views.RoomActionURL(room.ID, "about?"+q.Encode()))
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
	found, err := s.Store.PeopleNamed(ctx, text, 2)
	switch {
	case err != nil || len(found) == 1:
		return append(found, store.User{})[0], err
	case len(found) == 0:
		return store.User{}, store.Invalid{Field: "person", Text: "Nobody has a name like that. Try the beginning of another word of it."}
	}
	return store.User{}, store.Invalid{Field: "person", Text: "Several people have a name like that. Tick whom you mean."}
}

func userOf(text string) (store.UserID, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return 0, store.ErrNotFound
	}
	return store.UserID(n), nil
}

// usersOf are the numbers of people among texts, at most that many.
func usersOf(texts []string, most int) []store.UserID {
	var all []store.UserID
	for _, text := range texts[:min(len(texts), most)] {
		if id, err := userOf(text); err == nil {
			all = append(all, id)
		}
	}
	return all
}
