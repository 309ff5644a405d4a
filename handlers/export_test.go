package handlers

import (
	"context"
	"io"
	"maps"
	"net"
	"slices"
	"testing"
	"time"

	"golang.org/x/text/language"

	"parley/handlers/live"
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

// LiveParts are the names of what is live on pages beside the list of rooms.
func LiveParts() []string { return slices.Sorted(maps.Keys(liveParts)) }

// MayFollow fails if user may not look at a page whose live part that is.
func (s *Server) MayFollow(ctx context.Context, user store.User, part string) error {
	_, err := s.needsOf(ctx, user, views.Connection{Part: part})
	return err
}

// RenderPart renders a live part as it is pushed.
func (s *Server) RenderPart(ctx context.Context, part string) error {
	_, err := s.region(ctx, live.Topic("part/"+part), []live.Audience{"en UTC"})
	return err
}

// OpenPages adds an open page of each of users, about the Lobby or a room of their own, to
// those that administrators see.
func (s *Server) OpenPages(t testing.TB, users []store.UserID) {
	for i, user := range users {
		here, there := net.Pipe()
		t.Cleanup(func() { here.Close(); there.Close() })
		room := store.RoomID(1)
		if i%2 == 0 {
			room += store.RoomID(i)
		}
		s.pages.add(store.Session{User: store.User{ID: user}}, views.Connection{Room: room}, live.NewSocket(here), "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", "203.0.113.7", language.English)
	}
}
