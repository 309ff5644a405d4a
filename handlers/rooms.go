package handlers

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"parley/handlers/live"
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
	if errors.Is(err, store.ErrNotFound) {
		return seeOther(w, r, "/rooms")
	}
	if err != nil {
		return err
	}
	return seeOther(w, r, views.RoomURL(room))
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
	m, err := s.Store.Membership(r.Context(), roomNumber(r), asker(r).User.ID)
	if err == nil {
		s.withRead(&m, false)
	}
	return m, err
}

func (s *Server) showRoom(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return s.showDoor(w, r, err)
	}
	to, err := url.Parse(string(views.RoomURL(room.Room)))
	if err != nil {
		return err
	}
	if r.URL.Path != to.Path {
		to.RawQuery = r.URL.RawQuery
		http.Redirect(w, r, to.String(), http.StatusFound)
		return nil
	}
	var at place
	q := r.URL.Query()
	for name, seq := range map[string]*store.Seq{"before": &at.before, "after": &at.after, "at": &at.around, "new": &at.new} {
		if *seq, err = seqOf(q.Get(name)); err != nil {
			return err
		}
	}
	if me := asker(r).User; me.LastRoom != room.ID || room.Fresh() {
		if err := s.Store.Visit(r.Context(), me.ID, room.ID); err != nil {
			s.Log.Warn("note the last room", "user", me.ID, "error", err)
		} else if room.Fresh() {
			s.changedFor(me.ID)
		}
	}
	page, err := s.roomPage(r.Context(), asker(r), room, at)
	if err != nil {
		return err
	}
	s.hub.Reopen(live.Person(room.User), topicOf(room.ID))
	return s.render(w, r, http.StatusOK, views.RoomPage(page))
}

// place is where in a room's history a page is: before or after a message, around
// it, or, if all are 0, at the newest. new is where its person left off, if they have
// come from there and read the rest meanwhile.
type place struct{ before, after, around, new store.Seq }

// mostPeople is how many members the panel beside a room shows.
const mostPeople = 100

// roomPage reads what the room's page shows. room must have been read before it is
// called, for its revision.
func (s *Server) roomPage(ctx context.Context, session store.Session, room store.Membership, at place) (views.Room, error) {
	page, err := s.me(ctx, session, views.RoomName(ctx, room), room.ID)
	if err != nil {
		return views.Room{}, err
	}
	people, err := s.presentIn(ctx, room.Room)
	if err != nil {
		return views.Room{}, err
	}
	w, err := s.window(ctx, room.ID, session.User.ID, at)
	if err != nil {
		return views.Room{}, err
	}
	composer := composerIn(ctx, room)
	composer.Quiet = at.around > 0
	v := views.Room{
		Page: page, Room: room, People: people, Messages: w.rows, More: w.older, Newer: w.newer, Past: w.past, Zone: views.Zone(session.User),
		Composer: composer,
	}
	if v.Standing, v.Held, err = s.restraint(ctx, session.User.ID, room.ID); err != nil {
		return v, err
	}
	v.Keep = room.ForgetsAfter(s.Store.Settings())
	v.Live = views.Connection{As: session.User.ID, Room: room.ID, Rev: room.Rev, Past: w.past, Made: page.Live.Made}
	if len(w.rows) > 0 {
		v.Read = views.ReadURL(room.ID, w.rows[len(w.rows)-1].Seq)
	}
	if session.User.ShowsSeen && !w.past {
		if v.Seen, err = s.seenBy(ctx, lastOf(w.rows)); err != nil {
			return v, err
		}
	}
	if at.new > 0 && at.new <= room.LastSeq {
		v.Line = views.NewSinceURL(room.ID, at.new)
	} else if n := room.Unread(); n > 0 {
		first := w.rows
		for len(first) > 0 && first[0].Seq <= room.Seen {
			first = first[1:]
		}
		if w.older && len(first) == len(w.rows) || w.past { // it may not be on the page
			if first, err = s.Store.MessagesAfter(ctx, room.ID, session.User.ID, room.Seen, 1); err != nil {
				return v, err
			}
		}
		if len(first) > 0 && len(w.rows) > 0 {
			v.Line = views.NewSinceURL(room.ID, first[0].Seq)
			v.New = views.NewSince{First: first[0].Seq, Count: n, At: first[0].CreatedAt, Shown: w.rows[0].Seq <= first[0].Seq && first[0].Seq <= w.rows[len(w.rows)-1].Seq}
			if v.New.Shown && inView(first) {
				v.New = views.NewSince{}
			}
		}
	}
	return v, nil
}

// lastOf is the newest of rows, the zero Message if there is none.
func lastOf(rows []store.Message) store.Message {
	if len(rows) == 0 {
		return store.Message{}
	}
	return rows[len(rows)-1]
}

func newComposer(room store.Room, as store.UserID) views.Compose {
	return views.Compose{Room: room, As: as, Key: rand.Text()}
}

// withEditor is the room's page with a form open above the composer, for browsers
// without scripts.
func (s *Server) withEditor(r *http.Request, room store.Membership, editor templ.Component, notice string) (templ.Component, error) {
	page, err := s.roomPage(r.Context(), asker(r), room, place{})
	page.Editor, page.Notice = editor, notice
	page.Composer.Quiet = true // the editor takes the focus
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
