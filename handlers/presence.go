package handlers

import (
	"context"
	"net/http"
	"slices"
	"time"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// presenceWords are what views call a live.Presence.
var presenceWords = map[live.Presence]string{live.Online: "online", live.Away: "away", live.Offline: "offline"}

// visitLife is for how long who uses no scripts is here after a page or a form.
const visitLife = 2 * time.Minute

// visited notes that the asker is here, whose page may have no socket. It costs no query:
// when they were here last is written when the visit is over, for all whose is.
func (s *Server) visited(r *http.Request) {
	if user := asker(r).User.ID; user != 0 && !htmx(r) {
		s.hub.Visit(live.Person(user), visitLife)
	}
}

func (s *Server) presenceOf(user store.UserID) string {
	return presenceWords[s.hub.Presence(live.Person(user))]
}

// presencesOf is presenceOf each of users.
func (s *Server) presencesOf(users []store.UserID) map[store.UserID]string {
	ids := make([]live.Person, len(users))
	for i, u := range users {
		ids[i] = live.Person(u)
	}
	is := s.hub.Presences(ids)
	words := make(map[store.UserID]string, len(users))
	for i, u := range users {
		words[u] = presenceWords[is[ids[i]]]
	}
	return words
}

// presentIn is who is in the room: those who are here first, at most mostPeople. In a
// room of very many those who are here are found whatever their names are.
func (s *Server) presentIn(ctx context.Context, room store.Room) (views.Crowd, error) {
	var crowd views.Crowd
	people, err := s.Store.People(ctx, room, mostMembers)
	if err != nil {
		return crowd, err
	}
	members := len(people)
	if len(people) == mostMembers {
		members = room.Members
		var here []store.UserID
		for _, p := range s.hub.People(mostMembers) {
			here = append(here, store.UserID(p))
		}
		crowd.AtLeast = len(here) == mostMembers
		among, err := s.Store.PeopleAmong(ctx, room.ID, here)
		if err != nil {
			return crowd, err
		}
		people = slices.DeleteFunc(people, func(p store.Person) bool { return slices.Contains(here, p.ID) })
		people = append(among, people...)
	}
	all, here := s.presentAs(people)
	slices.SortStableFunc(all, func(a, b views.Present) int { return int(here[live.Person(b.ID)] - here[live.Person(a.ID)]) })
	for _, p := range all {
		if here[live.Person(p.ID)] != live.Offline {
			crowd.Here++
		}
	}
	crowd.Away = max(0, members-crowd.Here)
	crowd.Shown = all[:min(len(all), mostPeople)]
	return crowd, nil
}

// presentAs are people with whether they are here, in the same order.
func (s *Server) presentAs(people []store.Person) ([]views.Present, map[live.Person]live.Presence) {
	ids := make([]live.Person, len(people))
	for i, p := range people {
		ids[i] = live.Person(p.ID)
	}
	here := s.hub.Presences(ids)
	now := time.Now()
	all := make([]views.Present, len(people))
	for i, p := range people {
		all[i] = views.Present{Person: p, Presence: presenceWords[here[ids[i]]], Status: p.Status.At(now)}
	}
	return all, here
}

// mostMembers is among how many members, by name, those who are here are looked for.
const mostMembers = 500

// present hints at the rooms in which people came or went, once for all of them, and
// notes when who left was here.
func (s *Server) present(ctx context.Context, changed map[live.Person]live.Presence) {
	var users, left []store.UserID
	for person, is := range changed {
		users = append(users, store.UserID(person))
		s.Bus.Publish(live.Hint{Topic: hereTopic(store.UserID(person))})
		if is == live.Offline {
			left = append(left, store.UserID(person))
		}
	}
	if len(left) > 0 {
		if err := s.Store.Here(ctx, left); err != nil {
			s.Log.Warn("note who was here", "error", err)
		}
	}
	for _, room := range s.roomsWith(ctx, users) {
		s.Bus.Publish(live.Hint{Topic: peopleTopic(room)})
	}
}

// roomsWith returns the rooms that somebody looks at here and any of users is in.
func (s *Server) roomsWith(ctx context.Context, users []store.UserID) []store.RoomID {
	var viewed, all []store.RoomID
	for _, topic := range s.hub.Topics() {
		if room, is := parseRoom(topic); is {
			viewed = append(viewed, room)
		}
	}
	for chunk := range slices.Chunk(users, 1000) {
		rooms, err := s.Store.SharedRooms(ctx, chunk, viewed)
		if err != nil {
			s.Log.Warn("find the rooms that people are in", "error", err) // the regions heal by themselves
			return nil
		}
		all = append(all, rooms...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
