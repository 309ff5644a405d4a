package handlers

import (
	"net/http"

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
	s.changedFor(asker(r).User.ID)
	return seeOther(w, r, "/rooms")
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
