package handlers

import (
	"context"
	"io"
	"time"

	"parley/store"
	"parley/views"
)

// RoomPage reads and renders the page of a room for user, again each time.
func (s *Server) RoomPage(user store.User, room store.RoomID) func(context.Context, io.Writer) error {
	return func(ctx context.Context, w io.Writer) error {
		m, err := s.Store.Membership(ctx, room, user.ID)
		if err != nil {
			return err
		}
		page, err := s.roomPage(ctx, store.Session{ID: "x", User: user}, m, place{})
		if err != nil {
			return err
		}
		return views.RoomPage(page).Render(ctx, w)
	}
}

// Patterns are all routes, for the table that must know each of them.
func Patterns() []string {
	var all []string
	for _, route := range (&Server{}).routes() {
		all = append(all, route.pattern)
	}
	return all
}

// MostSocketsFrom replaces how many sockets one network may have open.
func (s *Server) MostSocketsFrom(most int) {
	s.sockets.mu.Lock()
	defer s.sockets.mu.Unlock()
	s.sockets.most = most
}

// SocketsFrom is how many sockets are open from a network.
func (s *Server) SocketsFrom(network string) int {
	s.sockets.mu.Lock()
	defer s.sockets.mu.Unlock()
	return s.sockets.open[network]
}

// KeepFigure ends the minute under way at now, and keeps it.
func (s *Server) KeepFigure(ctx context.Context, now time.Time) { s.keepFigure(ctx, now) }

// Moving are the parts that somebody looks at and that change all the time.
func (s *Server) Moving() []string { return s.pages.moving() }
