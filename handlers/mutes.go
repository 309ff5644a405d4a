package handlers

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

func (s *Server) showMutes(w http.ResponseWriter, r *http.Request) error {
	page, err := s.me(r.Context(), asker(r), "Muted and blocked people", 0)
	if err != nil {
		return err
	}
	all, err := s.Store.MutedBy(r.Context(), asker(r).User.ID)
	if err != nil {
		return err
	}
	done := map[string]string{"undone": "Undone: you read them again."}[r.URL.Query().Get("saved")]
	return s.render(w, r, http.StatusOK, views.MutesPage(page, all, done))
}

// muted is how me has muted other: zero if not.
func (s *Server) muted(ctx context.Context, me store.User, other store.UserID) (store.Muted, error) {
	if !slices.Contains(me.Muted, other) {
		return store.Muted{}, nil
	}
	all, err := s.Store.MutedBy(ctx, me.ID)
	at := slices.IndexFunc(all, func(m store.Muted) bool { return m.ID == other })
	if at < 0 {
		return store.Muted{}, err
	}
	return all[at], err
}

// updateMute mutes or blocks a person for the asker, or undoes it.
func (s *Server) updateMute(w http.ResponseWriter, r *http.Request) error {
	other, err := userOf(r.PathValue("user"))
	if err != nil {
		return err
	}
	me := asker(r).User.ID
	switch do := r.PostForm.Get("do"); do {
	case "mute", "block":
		err = s.Store.Mute(r.Context(), me, other, do == "block")
	default:
		err = s.Store.Unmute(r.Context(), me, other)
	}
	var problem store.Invalid
	if errors.As(err, &problem) {
		return s.card(w, r, http.StatusUnprocessableEntity, other, problem.Text)
	}
	if err != nil {
		return err
	}
	s.hub.Renew(live.Person(me)) // each of my pages comes back with my stylesheet
	if r.PostForm.Get("back") != "" {
		return seeOther(w, r, "/mutes?saved=undone")
	}
	return seeOther(w, r, views.PersonURL(other))
}
