package handlers

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"parley/store"
	"parley/views"
)

func (s *Server) showLanding(w http.ResponseWriter, r *http.Request) error {
	session := asker(r)
	if session.ID == "" {
		has, err := s.Store.HasUsers(r.Context())
		if err != nil {
			return err
		}
		to := "/login"
		if !has {
			to = "/register"
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
	room, err := s.Store.Landing(r.Context(), session.User.ID)
	if err != nil {
		return err
	}
	http.Redirect(w, r, views.RoomURL(room), http.StatusSeeOther)
	return nil
}

// roomNumber is the number of the room that the path names, with or without a
// slug; 0, which is no room, if it is none.
func roomNumber(r *http.Request) store.RoomID {
	number, _, _ := strings.Cut(r.PathValue("room"), "-")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0
	}
	return store.RoomID(id)
}

// roomAt returns the asker's room that the path names; ErrNotFound covers what is
// not there and what they may not see.
func (s *Server) roomAt(r *http.Request) (store.Membership, error) {
	return s.Store.Membership(r.Context(), roomNumber(r), asker(r).User.ID)
}

func (s *Server) showRoom(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	if to := views.RoomURL(room.Room); r.URL.Path != to {
		http.Redirect(w, r, (&url.URL{Path: to, RawQuery: r.URL.RawQuery}).String(), http.StatusFound)
		return nil
	}
	before, err := seqOf(r.URL.Query().Get("before"))
	if err != nil {
		return err
	}
	if me := asker(r).User; me.LastRoom != room.ID {
		if err := s.Store.Visit(r.Context(), me.ID, room.ID); err != nil {
			s.Log.Warn("note the last room", "user", me.ID, "error", err)
		}
	}
	page, err := s.roomPage(r.Context(), asker(r), room, before)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.RoomPage(page))
}

// roomPage reads what the room's page shows: the messages before seq, 0 for the
// newest. room must have been read before it is called, for its revision.
func (s *Server) roomPage(ctx context.Context, session store.Session, room store.Membership, before store.Seq) (views.Room, error) {
	page, err := s.me(ctx, session, room.Name, room.ID)
	if err != nil {
		return views.Room{}, err
	}
	people, err := s.Store.People(ctx, room.ID, 500)
	if err != nil {
		return views.Room{}, err
	}
	rows, more, err := s.window(ctx, room.ID, session.User.ID, before)
	if err != nil {
		return views.Room{}, err
	}
	composer := newComposer(room.Room, session.User.ID)
	composer.Past = before > 0
	return views.Room{
		Page: page, Room: room.Room, People: people, Messages: rows, More: more, Past: before > 0, Zone: zoneOf(session.User),
		Composer: composer,
	}, nil
}

// window reads one page of messages before seq and says whether there are older ones.
func (s *Server) window(ctx context.Context, room store.RoomID, user store.UserID, before store.Seq) ([]store.Message, bool, error) {
	rows, err := s.Store.MessagesBefore(ctx, room, user, before, store.PageSize+1)
	if len(rows) > store.PageSize {
		return rows[1:], true, err
	}
	return rows, false, err
}

func newComposer(room store.Room, as store.UserID) views.Compose {
	return views.Compose{Room: room, As: as, Key: rand.Text()}
}

// withEditor is the room's page with a form open above the composer, for browsers
// without scripts.
func (s *Server) withEditor(r *http.Request, room store.Membership, editor templ.Component, notice string) (templ.Component, error) {
	page, err := s.roomPage(r.Context(), asker(r), room, 0)
	page.Editor, page.Notice = editor, notice
	return views.RoomPage(page), err
}

// seqOf reads a message's number; "" is 0.
func seqOf(text string) (store.Seq, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return 0, store.ErrNotFound
	}
	return store.Seq(n), nil
}
