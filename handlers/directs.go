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
	c := views.Conversation{Fields: views.Fields{Values: map[string]string{"q": text}, Problem: problem}}
	chosen := map[store.UserID]bool{asker(r).User.ID: true}
	for _, one := range with[:min(len(with), 2*store.DirectPeople)] {
		if id, err := userOf(one); err == nil && !chosen[id] {
			if u, err := s.Store.User(r.Context(), id); err == nil {
				c.Chosen = append(c.Chosen, u)
				chosen[id] = true
			}
		}
	}
	found, err := s.Store.PeopleNamed(r.Context(), text, mostFound)
	if err != nil {
		return err
	}
	for _, u := range found {
		if !chosen[u.ID] {
			c.Found = append(c.Found, u)
		}
	}
	return s.render(w, r, status, views.NewConversationPage(page, c))
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
