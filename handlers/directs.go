package handlers

import (
	"errors"
	"net/http"
	"slices"

	"parley/store"
	"parley/views"
)

// mostFound is how many people a search shows.
const mostFound = 30

// newDirect shows the form that chooses the people of a direct conversation; those
// already chosen stay.
func (s *Server) newDirect(w http.ResponseWriter, r *http.Request) error {
	return s.directForm(w, r, http.StatusOK, r.URL.Query()["with"], r.URL.Query().Get("q"), "")
}

func (s *Server) directForm(w http.ResponseWriter, r *http.Request, status int, with []string, text, problem string) error {
	page, err := s.me(r.Context(), asker(r), "New message", 0)
	if err != nil {
		return err
	}
	c, err := s.choice(r.Context(), choosing{name: "q", text: text, with: with, not: asker(r).User.ID})
	if err != nil {
		return err
	}
	c.Problem, c.Focus = problem, true
	return s.render(w, r, status, views.NewConversationPage(page, c))
}

// showReachable are the people whom the form of a new direct conversation offers.
func (s *Server) showReachable(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	c, err := s.choice(r.Context(), choosing{name: "q", text: q.Get("q"), with: q["with"], not: asker(r).User.ID})
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.Choices(c))
}

// createDirect opens the conversation with the people named, which may be there already.
func (s *Server) createDirect(w http.ResponseWriter, r *http.Request) error {
	var with []store.UserID
	for _, one := range r.PostForm["with"] {
		user, err := userOf(one)
		if err != nil {
			return err
		}
		with = append(with, user)
	}
	slices.Sort(with)
	with = slices.Compact(with)
	if wait := s.postingWait(asker(r).User.ID, 0); wait > 0 {
		return throttled{wait}
	}
	room, err := s.Store.Converse(r.Context(), asker(r).User.ID, with)
	var problem store.Invalid
	if errors.As(err, &problem) {
		return s.directForm(w, r, http.StatusUnprocessableEntity, r.PostForm["with"], r.PostForm.Get("q"), problem.Text)
	}
	if f, is := s.timedOut(w, r, err, "You have a time-out, so you cannot begin a conversation. Those you have stay open to you."); is {
		return s.directForm(w, r, http.StatusForbidden, r.PostForm["with"], r.PostForm.Get("q"), f.Problem)
	}
	if err != nil {
		return err
	}
	s.changedFor(append(with, asker(r).User.ID)...)
	return s.goTo(w, r, room)
}
