package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// What the pages about people show at most.
const (
	mostAccounts     = 50  // on a page of the list
	mostAccountRooms = 100 // of one person
	mostAccountActs  = 50  // that were done to one person
	mostInvited      = 100 // whom one person invited
)

// showAccounts is the list of people, for administrators.
func (s *Server) showAccounts(w http.ResponseWriter, r *http.Request) error {
	page, err := s.adminPage(r, "People", "")
	if err != nil {
		return err
	}
	q := r.URL.Query()
	v := views.Accounts{Page: page, Now: time.Now(), Query: store.AccountQuery{Text: q.Get("q"), Show: store.Show(q.Get("show")), Order: store.Order(q.Get("sort")), After: q.Get("after")}}
	if v.Found, err = s.Store.Accounts(r.Context(), v.Query, mostAccounts); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.AccountsPage(v))
}

func (s *Server) newPersonAccount(w http.ResponseWriter, r *http.Request) error {
	return s.showNewPersonAccount(w, r, http.StatusOK, views.Fields{Values: map[string]string{"role": string(store.Member)}})
}

func (s *Server) showNewPersonAccount(w http.ResponseWriter, r *http.Request, status int, f views.Fields) error {
	page, err := s.adminPage(r, "New account", "")
	if err != nil {
		return err
	}
	return s.render(w, r, status, views.NewAccountPage(page, f))
}

// createPersonAccount shows the link with which its person chooses a password: once, in
// the answer itself.
func (s *Server) createPersonAccount(w http.ResponseWriter, r *http.Request) error {
	in := accountOf(r)
	if in.Role = store.Role(r.PostForm.Get("role")); in.Role != store.Member {
		if _, err := s.confirmed(r); err != nil {
			return s.refused(r, err, func(f views.Fields) error { return s.showNewPersonAccount(w, r, http.StatusUnprocessableEntity, f) })
		}
	}
	user, token, err := s.Store.CreateAccount(r.Context(), s.actor(r), in)
	if err != nil {
		return s.refused(r, err, func(f views.Fields) error { return s.showNewPersonAccount(w, r, http.StatusUnprocessableEntity, f) })
	}
	rooms, err := s.Store.RoomsOf(r.Context(), user.ID)
	if err != nil {
		return err
	}
	for _, m := range rooms {
		s.peopleChanged(m.ID)
	}
	page, err := s.adminPage(r, "New account", "")
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.AccountMadePage(page, user, s.base(r)+"/reset?"+url.Values{"token": {string(token)}}.Encode()))
}

func accountOf(r *http.Request) store.Account {
	in := accountNamed(r, "")
	if saysWhatItWas(r, "name") {
		was := accountNamed(r, before)
		in.Was = &was
	}
	return in
}

// accountNamed reads it from the fields whose names begin so.
func accountNamed(r *http.Request, prefix string) store.Account {
	f := r.PostForm
	return store.Account{Name: f.Get(prefix + "name"), Username: f.Get(prefix + "username"), Email: f.Get(prefix + "email")}
}

func accountFields(u store.User) views.Fields {
	return madeOf(map[string]string{"name": u.Name, "username": u.Username, "email": u.Email})
}

func roleFields(u store.User) views.Fields {
	return madeOf(map[string]string{"role": string(u.Role)})
}

// confirmed is the asker after they have shown their password again.
func (s *Server) confirmed(r *http.Request) (store.User, error) {
	me := asker(r).User
	if r.PostForm.Get("password") == "" {
		return me, store.Invalid{Field: "password", Text: "Enter your own password."}
	}
	guess := s.limits.guess(me.Username, s.address(r))
	if wait := guess.wait(); wait > 0 {
		return me, throttled{wait}
	}
	shown, err := s.Store.Authenticate(r.Context(), me.Username, r.PostForm.Get("password"))
	if errors.Is(err, store.ErrNotFound) || err == nil && shown.ID != me.ID {
		return me, store.Invalid{Field: "password", Text: "That is not your password."}
	}
	if err == nil {
		guess.right()
	}
	return shown, err
}

// refused shows the form again with the sentences of err, if it is about what was entered.
func (s *Server) refused(r *http.Request, err error, show func(views.Fields) error) error {
	var problems store.Problems
	var problem store.Invalid
	if mistake(r, err, &problem) {
		problems = store.Problems{problem}
	} else if !errors.As(err, &problems) {
		return err
	}
	f := fieldsOf(r, problems)
	if text := f.Errors["role"]; text != "" { // there is not always a field for it
		f.Problem = text
	}
	return show(f)
}

func (s *Server) updateAccount(w http.ResponseWriter, r *http.Request) error {
	err := s.changeAccount(w, r, "account", func(id store.UserID) error {
		err := s.Store.UpdateAccount(r.Context(), s.actor(r), id, accountOf(r))
		if err == nil {
			s.hub.Renew(live.Person(id)) // what they do is shown under their name
		}
		return err
	}, func(f views.Fields) error {
		return s.account(w, r, http.StatusUnprocessableEntity, views.Account{About: f})
	})
	if errors.Is(err, store.ErrOutdated) {
		return s.accountOutdated(w, r, accountFields, func(f views.Fields) views.Account { return views.Account{About: f} })
	}
	return err
}

func (s *Server) updateRole(w http.ResponseWriter, r *http.Request) error {
	err := s.changeAccount(w, r, "role", func(id store.UserID) error {
		if _, err := s.confirmed(r); err != nil {
			return err
		}
		var was []store.Role
		if saysWhatItWas(r, "role") {
			was = []store.Role{store.Role(r.PostForm.Get(before + "role"))}
		}
		return s.Store.SetRole(r.Context(), s.actor(r), id, store.Role(r.PostForm.Get("role")), was...)
	}, func(f views.Fields) error {
		return s.account(w, r, http.StatusUnprocessableEntity, views.Account{Role: f})
	})
	if errors.Is(err, store.ErrOutdated) {
		return s.accountOutdated(w, r, roleFields, func(f views.Fields) views.Account { return views.Account{Role: f} })
	}
	return err
}

// accountOutdated shows a form of the page again, with what others made of it meanwhile.
func (s *Server) accountOutdated(w http.ResponseWriter, r *http.Request, fields func(store.User) views.Fields, in func(views.Fields) views.Account) error {
	id, err := userOf(r.PathValue("user"))
	if err != nil {
		return err
	}
	user, err := s.Store.User(r.Context(), id)
	if err != nil {
		return err
	}
	by, err := s.changesOf(r.Context(), store.Target{Kind: store.OnAccount, ID: int64(id)}, accountChanges)
	if err != nil {
		return err
	}
	return s.account(w, r, http.StatusConflict, in(outdated(r, fields(user), by)))
}

// changeAccount does an act on the account that the path names, and has everybody's
// open pages follow.
func (s *Server) changeAccount(w http.ResponseWriter, r *http.Request, done string, act func(store.UserID) error, again func(views.Fields) error) error {
	id, err := userOf(r.PathValue("user"))
	if err != nil {
		return err
	}
	if err := act(id); err != nil {
		return s.refused(r, err, again)
	}
	s.accountChanged(r.Context(), id)
	s.begin() // a deletion leaves work
	return seeOther(w, r, views.AccountURL(id)+templ.SafeURL("?saved="+done))
}

// accountChanged has user's open pages asked about at once, and others' show what they
// are now.
func (s *Server) accountChanged(ctx context.Context, user store.UserID) {
	s.endedElsewhere(user)
	s.Bus.Publish(live.Hint{Topic: hereTopic(user)}) // whoever talks to them directly
	s.Bus.Publish(live.Hint{Topic: appealsTopic})    // who is let in waits for no answer
	s.shownAnew(ctx, user)
}

func (s *Server) endLoginOf(w http.ResponseWriter, r *http.Request) error {
	session, done := store.SessionID(r.PostForm.Get("session")), "ended"
	if r.PostForm.Get("all") != "" {
		session, done = "", "all-ended"
	} else if session == "" {
		return store.ErrNotFound
	}
	return s.changeAccount(w, r, done, func(id store.UserID) error {
		return s.Store.EndSessionOf(r.Context(), s.actor(r), id, session)
	}, nil)
}

// askSuspension asks why, and for how long.
func (s *Server) askSuspension(w http.ResponseWriter, r *http.Request) error {
	return s.question(w, r, http.StatusOK, views.Fields{}, views.SuspensionPage)
}

func (s *Server) createSuspension(w http.ResponseWriter, r *http.Request) error {
	return s.changeAccount(w, r, "suspended", func(id store.UserID) error {
		in := measureOf(r)
		in.User = id
		var err error
		if in.Until, err = endOf(r, store.Suspension); err != nil {
			return err
		}
		m, err := s.Store.Suspend(r.Context(), s.actor(r), in)
		if err == nil {
			s.measured(r.Context(), m)
		}
		return err
	}, func(f views.Fields) error {
		return s.question(w, r, http.StatusUnprocessableEntity, f, views.SuspensionPage)
	})
}

// deleteSuspension lets the person sign in again, whoever keeps them from it.
func (s *Server) deleteSuspension(w http.ResponseWriter, r *http.Request) error {
	return s.changeAccount(w, r, "reactivated", func(id store.UserID) error {
		lifted, err := s.Store.Reactivate(r.Context(), s.actor(r), id)
		for _, m := range lifted {
			s.measured(r.Context(), m)
		}
		return err
	}, nil)
}

// question is a page that asks before something is done to the person whom the path names.
func (s *Server) question(w http.ResponseWriter, r *http.Request, status int, f views.Fields, page func(views.Page, store.User, views.Fields) templ.Component) error {
	id, err := userOf(r.PathValue("user"))
	if err != nil {
		return err
	}
	user, err := s.Store.User(r.Context(), id)
	if err == nil && !user.DeletedAt.IsZero() {
		err = store.ErrNotFound
	}
	if err != nil {
		return err
	}
	frame, err := s.adminPage(r, user.Name, "")
	if err != nil {
		return err
	}
	return s.render(w, r, status, page(frame, user, f))
}
