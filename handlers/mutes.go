package handlers

import (
	"errors"
	"net/http"

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
