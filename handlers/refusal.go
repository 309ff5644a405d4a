package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"parley/store"
	"parley/views"
)

// refusal is the page that says v to who asked for a page.
func (s *Server) refusal(w http.ResponseWriter, r *http.Request, v views.Refusal) templ.Component {
	ctx, cancel := context.WithTimeout(r.Context(), aroundWithin)
	defer cancel()
	r = r.WithContext(ctx)
	var room store.Membership
	if asker(r).ID != "" { // what is not there and what is not theirs look alike
		room, _ = s.Store.Membership(r.Context(), roomNumber(r), asker(r).User.ID)
	}
	return s.beside(w, r, room.ID, v, func(page views.Page) (templ.Component, error) {
		v.Page = page
		v.To, v.Word = s.wayOn(r, room)
		return views.RefusalPage(v), nil
	})
}

// beside is page for who is signed in, beside the list of their rooms, of which one is
// here. If that cannot be made, or they see the answer in a frame, it is the plain page
// that everybody else has.
func (s *Server) beside(w http.ResponseWriter, r *http.Request, here store.RoomID, v views.Refusal, page func(views.Page) (templ.Component, error)) templ.Component {
	plain := views.ErrorPage(v)
	if inFrame(r) {
		framable(w)
		return plain
	}
	if asker(r).ID == "" {
		return plain
	}
	around, err := s.me(r.Context(), asker(r), v.Title, here)
	if err == nil {
		var made templ.Component
		if made, err = page(around); err == nil {
			return made
		}
	}
	s.Log.Debug("show an error beside the rooms", "error", err) // the request's own error has its line
	return plain
}

// aroundWithin is how long what is around an error may take: the database may be what failed.
const aroundWithin = 2 * time.Second

// inFrame says whether the answer is for a frame of the page that follows a room.
func inFrame(r *http.Request) bool {
	return strings.HasSuffix(r.Pattern, "/stream") || strings.HasSuffix(r.Pattern, "/write") || r.PostForm.Get("frame") != ""
}

// wayOn is where who was refused goes on: back to the page with the form that they sent,
// to the room that it was about, of which they are a member, or to where one begins.
func (s *Server) wayOn(r *http.Request, room store.Membership) (to templ.SafeURL, word string) {
	if back := s.cameFrom(r); r.Method == http.MethodPost && back != "" {
		return templ.SafeURL(back), "Back"
	}
	if room.ID != 0 {
		return views.RoomURL(room.Room), "Back to the room"
	}
	if strings.HasPrefix(r.URL.Path, "/rooms/") {
		return "/rooms", "Browse rooms"
	}
	return "", ""
}

// cameFrom is the page of ours that has led to r, "" if it was none that has an address: a
// page can be the answer to a form. What is about one message belongs to its room.
func (s *Server) cameFrom(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || !s.origins[u.Scheme+"://"+u.Host] {
		return ""
	}
	again := &http.Request{Method: http.MethodGet, Host: u.Host, URL: u}
	if _, pattern := s.mux.Handler(again); pattern == everythingElse || strings.Contains(pattern, "/messages") {
		return ""
	}
	return localPath(u.RequestURI())
}

// prose are the fields into which people write, in the order of the forms that have more
// than one. No other comes back: a password is nobody's to read.
var prose = []string{"name", "topic", "status", "about", "welcome", "body", "text", "note", "words", "answer", "why"}

// typedIn is what was written into a form.
func typedIn(form url.Values) string {
	var all []string
	for _, name := range prose {
		text := form.Get(name)
		if name == "body" {
			text = bodyOf(form)
		}
		if strings.TrimSpace(text) != "" {
			all = append(all, text)
		}
	}
	return strings.Join(all, "\n\n")
}
