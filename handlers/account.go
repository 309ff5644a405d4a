package handlers

import (
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"
	"time"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
	"parley/views/words"
)

func (s *Server) newAccount(w http.ResponseWriter, r *http.Request) error {
	var why store.Invalid
	if err := s.Store.MaySignUp(r.Context(), ""); errors.As(err, &why) {
		return s.noSignUp(w, r, http.StatusOK, why)
	} else if err != nil {
		return err
	}
	code, err := s.asksForCode(r)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.RegisterPage(views.Page{Title: "Create an account"}, views.Fields{}, code, localPath(r.URL.Query().Get("next"))))
}

// asksForCode says whether sign-up wants the set-up code: while there is no
// account, unless only somebody at this very machine can be asking.
func (s *Server) asksForCode(r *http.Request) (bool, error) {
	origin := r.Header.Get("Origin")
	if s.PublicURL == nil && loopback(hostname(r.Host)) && !forwarded(r) && (origin == "" || s.origins[origin]) {
		return false, nil
	}
	has, err := s.Store.HasUsers(r.Context())
	return !has, err
}

func (s *Server) createAccount(w http.ResponseWriter, r *http.Request) error {
	ctx, form := r.Context(), r.PostForm
	fields := views.Fields{Values: map[string]string{"username": form.Get("username"), "email": form.Get("email"), "code": form.Get("code")}}
	next, invitation := localPath(form.Get("next")), form.Get("invitation")
	code, err := s.asksForCode(r)
	if err != nil {
		return err
	}
	page := func(status int) error {
		if invitation != "" {
			return s.join(w, r, status, fields, invitation)
		}
		return s.render(w, r, status, views.RegisterPage(views.Page{Title: "Create an account"}, fields, code, next))
	}
	if wait := s.limits.signUps.take(network(s.address(r))); wait > 0 {
		fields.Problem = words.Say(r.Context(), "Too many accounts were created from here.") + " " + tryAgain(r.Context(), w, wait)
		return page(http.StatusTooManyRequests)
	}
	user, err := s.Store.CreateUser(ctx, store.SignUp{
		Username: form.Get("username"), Email: form.Get("email"), Password: form.Get("password"), Zone: form.Get("zone"),
		MayBeFirst: !code || subtle.ConstantTimeCompare([]byte(strings.TrimSpace(form.Get("code"))), []byte(s.setupCode)) == 1,
		Invitation: store.Token(invitation), Address: s.address(r),
	})
	var problems store.Problems
	if errors.As(err, &problems) {
		fields.Errors = problems.ByField()
		if problems[0].Field == "invitation" {
			return s.noSignUp(w, r, http.StatusUnprocessableEntity, problems[0])
		}
		if fields.Problem = fields.Errors[""]; fields.Problem != "" { // one cannot just sign up
			return page(http.StatusForbidden)
		}
		return page(http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	if invitation != "" {
		s.Bus.Publish(live.Hint{Topic: invitationsTopic})
	}
	s.Log.Info("account created", "user", user.ID, "role", user.Role, "address", s.address(r))
	rooms, err := s.Store.RoomsOf(ctx, user.ID)
	if err != nil {
		return err
	}
	for _, m := range rooms {
		s.peopleChanged(m.ID)
		if next == "" && !m.Everyone { // what they were invited for comes first
			next = string(views.RoomURL(m.Room))
		}
	}
	if err := s.signIn(w, r, user); err != nil {
		return err
	}
	http.Redirect(w, r, cmp.Or(next, "/"), http.StatusSeeOther)
	return nil
}

func (s *Server) newSession(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, http.StatusOK, views.LoginPage(views.Page{Title: "Sign in"}, views.Fields{}, localPath(r.URL.Query().Get("next"))))
}

func (s *Server) createSession(w http.ResponseWriter, r *http.Request) error {
	ctx, login, next := r.Context(), r.PostForm.Get("login"), localPath(r.PostForm.Get("next"))
	fields := views.Fields{Values: map[string]string{"login": login}}
	page := func(status int, problem string) error {
		fields.Problem = problem
		return s.render(w, r, status, views.LoginPage(views.Page{Title: "Sign in"}, fields, next))
	}
	guess := s.limits.guess(login, s.address(r))
	if wait := guess.wait(); wait > 0 {
		return page(http.StatusTooManyRequests, words.Say(r.Context(), "Too many tries.")+" "+tryAgain(r.Context(), w, wait))
	}
	user, err := s.Store.Authenticate(ctx, login, r.PostForm.Get("password"))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return page(http.StatusUnprocessableEntity, "That name and password do not go together. Try again.")
	case err != nil:
		return err
	}
	guess.right()
	if !user.SuspendedAt.IsZero() {
		if over, err := s.released(ctx, user.ID); err != nil {
			return err
		} else if !over {
			return s.suspended(w, r, http.StatusForbidden, user, views.Fields{})
		}
	}
	if zone := r.PostForm.Get("zone"); user.Zone == "" && zone != "" {
		if err := s.Store.SetZone(ctx, user.ID, zone); err != nil {
			s.Log.Debug("a browser's time zone", "zone", zone, "error", err)
		}
	}
	if err := s.signIn(w, r, user); err != nil {
		return err
	}
	if next == "" {
		next = "/"
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// localPath is path if it leads to a page of ours, otherwise "". What browsers
// read as another host ("//", "/\") or not as a path is none.
func localPath(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\t\r\n") || len(path) > 500 {
		return ""
	}
	return path
}

func (s *Server) newPassword(w http.ResponseWriter, r *http.Request) error {
	token := r.URL.Query().Get("token")
	return s.showReset(w, r, http.StatusOK, token, nil)
}

func (s *Server) createPassword(w http.ResponseWriter, r *http.Request) error {
	token := r.PostForm.Get("token")
	user, err := s.Store.Reset(r.Context(), store.Token(token), r.PostForm.Get("password"))
	var problems store.Problems
	switch {
	case errors.As(err, &problems):
		return s.showReset(w, r, http.StatusUnprocessableEntity, token, problems)
	case errors.Is(err, store.ErrNotFound):
		return errUsedLink
	case err != nil:
		return err
	}
	s.Log.Info("password reset", "user", user.ID, "address", s.address(r))
	s.endedElsewhere(user.ID)
	if !user.SuspendedAt.IsZero() {
		return seeOther(w, r, "/login")
	}
	if err := s.signIn(w, r, user); err != nil {
		return err
	}
	return seeOther(w, r, "/")
}

// showReset is the form for a new password, for whoever holds a link that works.
func (s *Server) showReset(w http.ResponseWriter, r *http.Request, status int, token string, problems store.Problems) error {
	user, err := s.Store.ResetUser(r.Context(), store.Token(token))
	if errors.Is(err, store.ErrNotFound) {
		return errUsedLink
	}
	if err != nil {
		return err
	}
	return s.render(w, r, status, views.ResetPage(views.Page{Title: "New password"}, views.Fields{Errors: problems.ByField()}, token, user.Username))
}

// me is the page frame for the asker beside their rooms.
func (s *Server) me(ctx context.Context, session store.Session, title string, here store.RoomID) (views.Page, error) {
	rooms, err := s.roomsOf(ctx, session.User.ID, false)
	if err != nil {
		return views.Page{}, err
	}
	side := s.sidebar(rooms, here)
	beside, err := s.Store.Aside(ctx, session.User.ID)
	side.Notices, side.Moderates, side.Waiting = beside.Notices, beside.Moderates, beside.Waiting
	side.News = beside.News
	session.User.Status = session.User.Status.At(time.Now())
	return views.Page{
		Title: title, Me: session.User, Side: side,
		Live: views.Connection{As: session.User.ID, Here: here, Title: title, Made: audienceNow(ctx, session.User)},
	}, err
}
