package handlers

import (
	"errors"
	"net/http"

	"parley/store"
	"parley/views"
)

// lockedOut is the account that the path names, ErrNotFound if it is suspended.
func (s *Server) lockedOut(r *http.Request) (store.User, error) {
	id, err := userOf(r.PathValue("user"))
	if err != nil {
		return store.User{}, err
	}
	user, err := s.Store.User(r.Context(), id)
	if err == nil && !user.SuspendedAt.IsZero() {
		err = store.ErrNotFound
	}
	return user, err
}

func (s *Server) newSignInLink(w http.ResponseWriter, r *http.Request) error {
	user, err := s.lockedOut(r)
	if err != nil {
		return err
	}
	return s.askSignInLink(w, r, http.StatusOK, user, views.Fields{})
}

func (s *Server) askSignInLink(w http.ResponseWriter, r *http.Request, status int, user store.User, fields views.Fields) error {
	page, err := s.adminPage(r, user.Name, "")
	if err != nil {
		return err
	}
	return s.render(w, r, status, views.NewSignInLinkPage(page, user, fields))
}

func (s *Server) createSignInLink(w http.ResponseWriter, r *http.Request) error {
	user, err := s.lockedOut(r)
	if err != nil {
		return err
	}
	guess, asks := s.limits.guess(asker(r).User.Username, s.address(r)), user.Role == store.Administrator
	if asks {
		if wait := guess.wait(); wait > 0 {
			return throttled{wait}
		}
	}
	token, err := s.Store.CreateSignInLink(r.Context(), s.actor(r), user.ID, r.PostForm.Get("again"))
	var problems store.Problems
	if errors.As(err, &problems) {
		return s.askSignInLink(w, r, http.StatusUnprocessableEntity, user, views.Fields{Errors: problems.ByField()})
	}
	if err != nil {
		return err
	}
	s.changedFor(user.ID)
	if asks {
		guess.right()
	}
	page, err := s.adminPage(r, user.Name, "")
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.SignInLinkMadePage(page, user, s.base(r)+"/link?token="+string(token)))
}

// showSignInLink does nothing with the link but ask: what looks at links in mails must
// not use it up.
func (s *Server) showSignInLink(w http.ResponseWriter, r *http.Request) error {
	token := r.URL.Query().Get("token")
	user, err := s.Store.SignInLinkUser(r.Context(), store.Token(token))
	if errors.Is(err, store.ErrNotFound) {
		return errUsedLink
	}
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.SignInLinkPage(views.Page{Title: "Sign in"}, token, user))
}

func (s *Server) useSignInLink(w http.ResponseWriter, r *http.Request) error {
	session, reset, user, err := s.Store.UseSignInLink(r.Context(), store.Token(r.PostForm.Get("token")), r.UserAgent(), s.address(r))
	if errors.Is(err, store.ErrNotFound) {
		return errUsedLink
	}
	if err != nil {
		return err
	}
	s.Log.Info("signed in by a one-time link", "user", user.ID, "address", s.address(r))
	if old := asker(r); old.ID != "" { // as signIn does
		if err := s.endSession(r.Context(), old); err != nil {
			return err
		}
	}
	if err := s.setCookie(w, r, session); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.SignedInPage(views.Page{Title: "You are signed in", Me: user}, string(reset)))
}
