package handlers

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

func (s *Server) showJoin(w http.ResponseWriter, r *http.Request) error {
	return s.join(w, r, http.StatusOK, views.Fields{}, r.URL.Query().Get("invitation"))
}

// join shows an invitation with the form to use it.
func (s *Server) join(w http.ResponseWriter, r *http.Request, status int, fields views.Fields, token string) error {
	i, err := s.Store.Invited(r.Context(), store.Token(token))
	if errors.Is(err, store.ErrNotFound) {
		return s.refuseInvitation(w, r, http.StatusNotFound, store.ErrInvitation.Text)
	}
	if err != nil {
		return err
	}
	return s.render(w, r, status, views.JoinPage(views.Page{Title: "Come in", Me: asker(r).User}, fields, i, token))
}

func (s *Server) refuseInvitation(w http.ResponseWriter, r *http.Request, status int, sentence string) error {
	return s.render(w, r, status, s.refusal(w, r, views.Refusal{Page: views.Page{Title: "Invitation"}, Sentence: sentence}))
}

// acceptInvitation has who is signed in come into the rooms of an invitation.
func (s *Server) acceptInvitation(w http.ResponseWriter, r *http.Request) error {
	joined, err := s.Store.AcceptInvitation(r.Context(), s.actor(r), store.Token(r.PostForm.Get("invitation")))
	var problem store.Invalid
	if errors.As(err, &problem) {
		return s.refuseInvitation(w, r, http.StatusUnprocessableEntity, problem.Text)
	}
	if err != nil {
		return err
	}
	s.Bus.Publish(live.Hint{Topic: invitationsTopic})
	for _, room := range joined {
		s.peopleChanged(room, asker(r).User.ID)
	}
	return seeOther(w, r, templ.SafeURL("/rooms/"+strconv.FormatInt(int64(joined[0]), 10)))
}

// noSignUp says why no account can be created.
func (s *Server) noSignUp(w http.ResponseWriter, r *http.Request, status int, why store.Invalid) error {
	return s.render(w, r, status, views.NoSignUpPage(views.Page{Title: "Create an account"}, why.Text))
}
