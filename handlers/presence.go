package handlers

import (
	"context"
	"slices"
	"time"

	"parley/store"
	"parley/views"
)

func (s *Server) presenceOf(user store.UserID) string {
	return "offline"
}

// presentIn is who is in the room: those who are here first.
func (s *Server) presentIn(ctx context.Context, room store.RoomID) ([]views.Present, error) {
	people, err := s.Store.People(ctx, room, mostMembers)
	if err != nil {
		return nil, err
	}
	order := map[string]int{"online": 0, "away": 1, "offline": 2}
	now := time.Now()
	all := make([]views.Present, len(people))
	for i, p := range people {
		all[i] = views.Present{Person: p, Presence: s.presenceOf(p.ID), Status: p.Status.At(now)}
	}
	slices.SortStableFunc(all, func(a, b views.Present) int { return order[a.Presence] - order[b.Presence] })
	return all[:min(len(all), mostPeople)], nil
}
