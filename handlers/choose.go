package handlers

import (
	"context"
	"slices"
	"strings"

	"parley/store"
	"parley/views"
)

// mostOffered is how many people a form offers to choose from: what is below them stays
// in view.
const mostOffered = 12

// choosing is what a form knows that chooses people.
type choosing struct {
	name string       // of the field that a part of a name is typed into
	text string       // what is typed
	with []string     // who is ticked
	not  store.UserID // who cannot be chosen; 0: everybody can
	room store.RoomID // into which they are let; 0: none
}

// choice is who a form offers: who is ticked first, then those of whose names a word
// begins with what is typed. With nothing typed it offers nobody who is in the room.
func (s *Server) choice(ctx context.Context, in choosing) (views.Choice, error) {
	c := views.Choice{Name: in.name, Into: in.room != 0, Fields: views.Fields{Values: map[string]string{in.name: in.text}}}
	seen := map[store.UserID]bool{in.not: true}
	for _, id := range usersOf(in.with, mostAdded) {
		if seen[id] {
			continue
		}
		seen[id] = true
		if u, err := s.Store.User(ctx, id); err == nil && u.SuspendedAt.IsZero() {
			c.Offered = append(c.Offered, views.Offered{User: u, Chosen: true})
		}
	}
	found, err := s.Store.PeopleNamed(ctx, in.text, mostFound+len(seen))
	if err != nil {
		return c, err
	}
	ids := make([]store.UserID, len(found))
	for i, u := range found {
		ids[i] = u.ID
	}
	var members []store.Person
	if in.room != 0 {
		if members, err = s.Store.PeopleAmong(ctx, in.room, ids); err != nil {
			return c, err
		}
	}
	offered := 0
	for _, u := range found {
		member := slices.ContainsFunc(members, func(m store.Person) bool { return m.ID == u.ID })
		if seen[u.ID] || member && strings.TrimSpace(in.text) == "" {
			continue
		}
		if c.More = offered == mostOffered; c.More {
			break
		}
		offered++
		c.Offered = append(c.Offered, views.Offered{User: u, Member: member})
	}
	c.More = c.More || len(found) == mostFound+len(seen)
	offers := make([]store.UserID, len(c.Offered))
	for i, o := range c.Offered {
		offers[i] = o.ID
	}
	is := s.presencesOf(offers)
	for i, o := range c.Offered {
		c.Offered[i].Presence = is[o.ID]
	}
	return c, nil
}
