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
	return s.card(w, r, http.StatusOK, id, "")
}

// card shows the card of the person id, with what is wrong.
func (s *Server) card(w http.ResponseWriter, r *http.Request, status int, id store.UserID, problem string) error {
	user, err := s.Store.User(r.Context(), id)
	if err != nil {
		return err
	}
	card := views.Card{Person: user, Me: asker(r).User, Presence: s.presenceOf(user.ID), Now: time.Now(), Problem: problem}
	if card.Moderates, err = s.moderates(r.Context(), card.Me, id); err != nil {
		return err
	}
	if card.Muted, err = s.muted(r.Context(), card.Me, id); err != nil {
		return err
	}
	if htmx(r) {
		return s.render(w, r, status, views.PersonCard(card))
	}
	page, err := s.me(r.Context(), asker(r), user.Name, 0)
	if err != nil {
		return err
	}
	return s.render(w, r, status, views.PersonPage(page, card))
}
