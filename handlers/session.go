package handlers

import (
	"context"
	"errors"
	"net/http"

	"github.com/gorilla/sessions"

	"parley/handlers/live"
	"parley/store"
)

// cookies is the sessions.Store of Parley: the cookie holds a random token and
// nothing else; all that the session is lies in the database, so that ending it
// there ends it everywhere.
type cookies struct{ store *store.Store }

// signedIn is the key of the store.Session in a session's values.
type signedIn struct{}

// Get implements sessions.Store.
func (c cookies) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(c, name)
}

// New implements sessions.Store: the session that the request's cookie names, or
// a new one if it names none that is alive.
func (c cookies) New(r *http.Request, name string) (*sessions.Session, error) {
	s := sessions.NewSession(c, name)
	s.IsNew = true
	s.Options = &sessions.Options{Path: "/", MaxAge: int(store.SessionLife.Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode}
	cookie, err := r.Cookie(name)
	if err != nil {
		return s, nil // no cookie
	}
	found, err := c.store.Session(r.Context(), store.Token(cookie.Value))
	if errors.Is(err, store.ErrNotFound) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	s.ID, s.IsNew = cookie.Value, false
	s.Values[signedIn{}] = found
	return s, nil
}

// Save implements sessions.Store: it sets the cookie to the session's token, or
// takes it away.
func (c cookies) Save(_ *http.Request, w http.ResponseWriter, s *sessions.Session) error {
	http.SetCookie(w, sessions.NewCookie(s.Name(), s.ID, s.Options))
	return nil
}

// secure says whether browsers reach this server by https.
func (s *Server) secure() bool { return s.PublicURL != nil && s.PublicURL.Scheme == "https" }

// cookieName has the prefix that binds a cookie to https and to this host
// (RFC 6265bis, 4.1.3.2), where there is https.
func (s *Server) cookieName() string {
	if s.secure() {
		return "__Host-parley"
	}
	return "parley"
}

type askerKey struct{}

// identify notes in r's context who is asking.
func (s *Server) identify(r *http.Request) error {
	session, err := s.cookies.Get(r, s.cookieName())
	if err != nil {
		return err
	}
	if found, ok := session.Values[signedIn{}].(store.Session); ok {
		*r = *r.WithContext(context.WithValue(r.Context(), askerKey{}, found))
	}
	return nil
}

// asker returns who is asking; its ID is empty if nobody is signed in.
func asker(r *http.Request) store.Session {
	found, _ := r.Context().Value(askerKey{}).(store.Session)
	return found
}

// actor is the asker as the log of administration names them.
func (s *Server) actor(r *http.Request) store.Actor {
	return store.Actor{User: asker(r).User.ID, Address: s.address(r)}
}

// token is the asker's, to keep their session where others end.
func (s *Server) token(r *http.Request) store.Token {
	cookie, err := r.Cookie(s.cookieName())
	if err != nil {
		return ""
	}
	return store.Token(cookie.Value)
}

// signIn gives the browser a new session; one that it had ends, so that a token
// somebody planted there is worth nothing.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request, user store.User) error {
	if old := asker(r); old.ID != "" {
		if err := s.endSession(r.Context(), old); err != nil {
			return err
		}
	}
	token, err := s.Store.CreateSession(r.Context(), user, r.UserAgent(), s.address(r))
	if err != nil {
		return err
	}
	s.changedFor(user.ID) // it is in the list of their sessions
	return s.setCookie(w, r, token)
}

func (s *Server) setCookie(w http.ResponseWriter, r *http.Request, token store.Token) error {
	session, err := s.cookies.Get(r, s.cookieName())
	if err != nil {
		return err
	}
	session.ID, session.Options.Secure = string(token), s.secure()
	if token == "" {
		session.Options.MaxAge = -1
	}
	return session.Save(r, w)
}

func (s *Server) endSession(ctx context.Context, session store.Session) error {
	if err := s.Store.DeleteSession(ctx, session.ID); err != nil {
		return err
	}
	s.endedElsewhere(session.User.ID)
	return nil
}

func (s *Server) deleteSession(w http.ResponseWriter, r *http.Request) error {
	if session := asker(r); session.ID != "" {
		if err := s.endSession(r.Context(), session); err != nil {
			return err
		}
		s.hub.Visit(live.Person(session.User.ID), 0)
	}
	if err := s.setCookie(w, r, ""); err != nil {
		return err
	}
	return seeOther(w, r, "/login")
}
