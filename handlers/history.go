package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"parley/store"
	"parley/views"
)

// history is one window of a room's messages.
type history struct {
	rows         []store.Message // oldest first
	older, newer bool            // there are more
	past         bool            // it does not end at the newest message
}

// window reads the messages at a place.
func (s *Server) window(ctx context.Context, room store.RoomID, user store.UserID, at place) (h history, err error) {
	const n = store.PageSize
	before := at.before
	if at.around > 0 {
		before = at.around + n/2
	}
	if at.after > 0 {
		h.past, h.older = true, true
		if h.rows, err = s.Store.MessagesAfter(ctx, room, user, at.after, n+1); len(h.rows) > n {
			h.rows, h.newer = h.rows[:n], true
		}
		if len(h.rows) == 0 && err == nil {
			return s.window(ctx, room, user, place{})
		}
		return h, err
	}
	h.past = before > 0
	if h.rows, err = s.Store.MessagesBefore(ctx, room, user, before, n+1); err != nil {
		return h, err
	}
	if len(h.rows) > n {
		h.rows, h.older = h.rows[1:], true
	}
	if h.past && len(h.rows) > 0 {
		after, err := s.Store.MessagesAfter(ctx, room, user, h.rows[len(h.rows)-1].Seq, 1)
		if err != nil {
			return h, err
		}
		h.newer = len(after) > 0
		// Around a message near the end the page is the room's own, and live.
		h.past = h.newer || at.around == 0
	}
	return h, nil
}

// showMessages gives a page older or newer messages as it scrolls.
func (s *Server) showMessages(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	var at place
	var shown struct{ first, last store.Seq } // of a page into the past
	for name, seq := range map[string]*store.Seq{"before": &at.before, "after": &at.after, "first": &shown.first, "last": &shown.last} {
		if *seq, err = seqOf(q.Get(name)); err != nil {
			return err
		}
	}
	if !htmx(r) {
		return seeOther(w, r, views.RoomURL(room.Room))
	}
	if q.Has("newest") {
		return onward(w, room.Room)
	}
	if at == (place{}) { // the page shows it all already
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	h, err := s.window(r.Context(), room.ID, asker(r).User.ID, at)
	if err != nil {
		return err
	}
	e := views.Edges{Room: room.Room, First: shown.first, Last: shown.last, Older: true, Newer: true, Shown: shownOf(q) + len(h.rows), Past: shown.last > 0}
	zone := views.Zone(asker(r).User)
	if at.after == 0 {
		if e.Older = h.older; len(h.rows) > 0 {
			e.First = h.rows[0].Seq
		}
		return s.render(w, r, http.StatusOK, views.OlderMessages(e, h.rows, zone))
	}
	if e.Newer = h.newer; h.newer {
		e.Last = lastOf(h.rows).Seq
		return s.render(w, r, http.StatusOK, views.NewerMessages(e, h.rows, at.after, zone))
	}
	var rows []store.Message
	if shown.first > 0 && room.LastSeq-shown.first < mostNewest {
		if rows, err = s.Store.MessagesAfter(r.Context(), room.ID, asker(r).User.ID, shown.first-1, mostNewest); err != nil {
			return err
		}
	}
	if len(rows) == 0 { // too many have come meanwhile
		return onward(w, room.Room)
	}
	e.Older, e.Past = shown.first > room.Forgot+1, false
	page := views.Connection{As: asker(r).User.ID, Room: room.ID, Rev: room.Rev, Made: audienceNow(r.Context(), asker(r).User)}
	return s.render(w, r, http.StatusOK, views.NewestMessages(e, rows, at.after, zone, page))
}

// onward leads the page to the newest messages of room.
func onward(w http.ResponseWriter, room store.Room) error {
	w.Header().Set("HX-Redirect", string(views.RoomURL(room)))
	w.WriteHeader(http.StatusOK)
	return nil
}

// mostNewest bounds what a page that has come to the newest message shows.
const mostNewest = 600

// shownOf is how many messages the page says that it shows; it only decides how the
// next ones come.
func shownOf(q url.Values) int {
	shown, _ := strconv.Atoi(q.Get("shown"))
	return max(0, shown)
}
