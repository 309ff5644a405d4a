package handlers

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// markUnread makes a message and all after it unread for the asker.
func (s *Server) markUnread(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	seq, err := seqOf(r.PathValue("seq"))
	if err != nil || seq > room.LastSeq {
		return store.ErrNotFound
	}
	s.hub.Unread(live.Person(room.User), topicOf(room.ID))
	err = s.afterRead(r.Context(), func() error { // or it would be saved over what is marked now
		return s.Store.MarkUnread(r.Context(), room.ID, asker(r).User.ID, seq)
	})
	if err != nil {
		return err
	}
	s.changedFor(asker(r).User.ID)
	// On the room's own page it would be read again at once.
	return seeOther(w, r, "/rooms?saved=unread")
}

// markAllRead makes everything everywhere read for the asker.
func (s *Server) markAllRead(w http.ResponseWriter, r *http.Request) error {
	if err := s.Store.MarkAllSeen(r.Context(), asker(r).User.ID); err != nil {
		return err
	}
	s.hub.ReopenAll(live.Person(asker(r).User.ID))
	s.changedFor(asker(r).User.ID)
	if htmx(r) { // the page is told by its socket
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return seeOther(w, r, "/rooms")
}

// awayFor is how long a page was not connected whose person is told what they missed: a
// shorter time is the network's.
const awayFor = time.Minute

// leftOff tells a page that comes to the front where its person left off, if there is
// anything new. A page that was only loaded has its line already, and shows the same.
func (s *Server) leftOff(ctx context.Context, c *reader) error {
	connected := c.first.IsZero()
	if c.room.ID == 0 || c.member.Past || !connected && !c.behind {
		return nil
	}
	m, err := s.Store.Membership(ctx, c.room.ID, c.me.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil // it is about to be told
	}
	if err != nil {
		return err
	}
	s.withRead(&m, false)
	if m.Unread() == 0 {
		return nil
	}
	first, err := s.Store.MessagesAfter(ctx, m.ID, m.User, m.Seen, mostInView+1)
	if err != nil || len(first) == 0 || !connected && time.Since(first[0].CreatedAt) < awayFor {
		return err
	}
	n := views.NewSince{First: first[0].Seq, Count: m.Unread(), At: first[0].CreatedAt, Shown: m.LastSeq-first[0].Seq < store.PageSize}
	if n.Shown && inView(first) {
		n = views.NewSince{First: n.First}
	}
	a := parseAudience(c.member.Audience)
	frame, err := fragment(views.At(a.spoken(), s.place()), views.LeftOff(m.Room, n, a.zone))
	if err != nil {
		return err
	}
	c.socket.Send(live.Text(frame))
	return nil
}

// mostInView is how many lines surely fit above the composer, on a phone, too.
const mostInView = 14

// inView says whether rows, the newest of a room, are in view without a way to them.
func inView(rows []store.Message) bool {
	lines := 0
	for _, m := range rows {
		lines += 2 + utf8.RuneCountInString(m.Body)/30 + strings.Count(m.Body, "\n")
	}
	return lines <= mostInView
}

// showMessage leads to the room's page around the message.
func (s *Server) showMessage(w http.ResponseWriter, r *http.Request) error {
	room, m, err := s.messageAt(r, store.Read)
	if err != nil {
		return s.showDoor(w, r, err)
	}
	http.Redirect(w, r, string(views.RoomAtURL(room.Room, m.Seq)), http.StatusFound)
	return nil
}

// showNewSince draws the line where the asker left off: private, so that the rows
// stay the same for everyone.
func (s *Server) showNewSince(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	seq, err := seqOf(r.URL.Query().Get("from"))
	if err != nil {
		return err
	}
	m, err := s.Store.Message(r.Context(), room.ID, seq, asker(r).User.ID)
	if err != nil {
		return err
	}
	return css(w, views.NewSinceCSS(r.Context(), m, views.Zone(asker(r).User)))
}

// noteRead notes that a browser without scripts shows the room up to a message.
// It is a stylesheet, for nothing else of such a page comes by itself; like the
// time of last use of a session it is a note and no change: it never goes back.
func (s *Server) noteRead(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	seq, err := seqOf(r.URL.Query().Get("upto"))
	if err != nil {
		return err
	}
	if r.Header.Get("Sec-Fetch-Site") == "cross-site" {
		return errCrossSite
	}
	if seq = min(seq, room.LastSeq); seq > room.Seen {
		if err := s.Store.MarkSeen(r.Context(), []store.Place{{Room: room.ID, User: asker(r).User.ID, Seq: seq}}); err != nil {
			return err
		}
		s.changedFor(asker(r).User.ID)
	}
	return css(w, "")
}

func css(w http.ResponseWriter, text string) error {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, err := w.Write([]byte(text))
	return err
}
