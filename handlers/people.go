package handlers

import (
	"net/http"
	"time"

	"parley/store"
	"parley/views"
)

// showPerson is a person's card: above the composer of a room, or a page.
func (s *Server) showPerson(w http.ResponseWriter, r *http.Request) error {
	id, err := userOf(r.PathValue("user"))
	if err != nil {
		return err
	}
	user, err := s.Store.User(r.Context(), id)
	if err != nil {
		return err
	}
	if !user.SuspendedAt.IsZero() && user.DeletedAt.IsZero() {
		return store.ErrNotFound
	}
	card := views.Card{Person: user, Me: asker(r).User, Presence: s.presenceOf(user.ID), Now: time.Now()}
	if htmx(r) {
		return s.render(w, r, http.StatusOK, views.PersonCard(card))
	}
	page, err := s.me(r.Context(), asker(r), user.Name, 0)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.PersonPage(page, card))
}
