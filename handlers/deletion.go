package handlers

import (
	"net/http"

	"parley/store"
	"parley/views"
)

// eraseOf says whether a deletion takes the messages' texts, too.
func eraseOf(r *http.Request) (bool, error) {
	switch r.PostForm.Get("messages") {
	case "keep":
		return false, nil
	case "erase":
		return true, nil
	}
	return false, store.Invalid{Field: "messages", Text: "Choose what happens to the messages."}
}

// askDeletion asks what happens to the messages of an account that is to be deleted.
func (s *Server) askDeletion(w http.ResponseWriter, r *http.Request) error {
	return s.question(w, r, http.StatusOK, views.Fields{}, views.DeletionPage)
}

func (s *Server) createDeletion(w http.ResponseWriter, r *http.Request) error {
	return s.changeAccount(w, r, "", func(id store.UserID) error {
		erase, err := eraseOf(r)
		if err != nil {
			return err
		}
		if _, err := s.confirmed(r); err != nil { // nobody can undo it
			return err
		}
		return s.Store.DeleteAccount(r.Context(), s.actor(r), id, erase)
	}, func(f views.Fields) error {
		return s.question(w, r, http.StatusUnprocessableEntity, f, views.DeletionPage)
	})
}

// askOwnDeletion asks the same of somebody about their own account.
func (s *Server) askOwnDeletion(w http.ResponseWriter, r *http.Request) error {
	return s.showOwnDeletion(w, r, http.StatusOK, views.Fields{})
}

func (s *Server) showOwnDeletion(w http.ResponseWriter, r *http.Request, status int, f views.Fields) error {
	page, err := s.me(r.Context(), asker(r), "Delete your account", 0)
	if err != nil {
		return err
	}
	return s.render(w, r, status, views.OwnDeletionPage(page, f))
}

func (s *Server) createOwnDeletion(w http.ResponseWriter, r *http.Request) error {
	again := func(f views.Fields) error { return s.showOwnDeletion(w, r, http.StatusUnprocessableEntity, f) }
	erase, err := eraseOf(r)
	if err != nil {
		return s.refused(r, err, again)
	}
	shown, err := s.confirmed(r)
	if err != nil {
		return s.refused(r, err, again)
	}
	if err := s.Store.DeleteOwnAccount(r.Context(), shown, s.address(r), erase); err != nil {
		return s.refused(r, err, again)
	}
	s.accountChanged(r.Context(), shown.ID)
	s.begin()
	if err := s.setCookie(w, r, ""); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.GonePage(views.Page{Title: "Your account is deleted"}))
}
