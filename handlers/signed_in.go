package handlers

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"parley/store"
	"parley/views"
)

// mostSessionsListed is how many sessions one page lists.
const mostSessionsListed = 50

// showSessions lists where everybody is signed in, or those whose name is asked for.
func (s *Server) showSessions(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	title := "Sessions"
	page, err := s.adminPage(r, title, "")
	if err != nil {
		return err
	}
	done := map[string]string{"ended": "The session has ended.", "all": "All sessions of this person have ended."}[q.Get("done")]
	list := views.Sessions{Query: strings.TrimSpace(q.Get("q")), Own: asker(r).ID, Done: done, Now: time.Now()}
	if list.Query != "" {
		people, err := s.Store.PeopleNamed(r.Context(), list.Query, mostSessionsListed)
		if err != nil {
			return err
		}
		users := make([]store.UserID, len(people))
		for i, p := range people {
			users[i] = p.ID
		}
		if list.All, err = s.Store.SessionsOf(r.Context(), users); err != nil {
			return err
		}
		return s.render(w, r, http.StatusOK, views.SessionsPage(page, list))
	}
	after := lastSession(q.Get("after"))
	list.Later = after != (store.LastSession{})
	if list.All, err = s.Store.Sessions(r.Context(), after, mostSessionsListed+1); err != nil {
		return err
	}
	if len(list.All) > mostSessionsListed {
		list.All = list.All[:mostSessionsListed]
		list.More = list.All[mostSessionsListed-1]
	}
	return s.render(w, r, http.StatusOK, views.SessionsPage(page, list))
}

// lastSession reads "MICROSECONDS.ID".
func lastSession(text string) store.LastSession {
	at, id, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return store.LastSession{}
	}
	return store.LastSession{UsedAt: time.UnixMicro(n), ID: store.SessionID(id)}
}

func (s *Server) endAnySession(w http.ResponseWriter, r *http.Request) error {
	user, err := s.Store.EndSessionOfAnyone(r.Context(), s.actor(r), store.SessionID(r.PostForm.Get("session")))
	if err != nil {
		return err
	}
	s.endedElsewhere(user)
	return seeOther(w, r, views.SessionsURL(r.PostForm.Get("q"), "ended"))
}

func (s *Server) askEndSessions(w http.ResponseWriter, r *http.Request) error {
	user, err := s.sessionsOfUser(r)
	if err != nil {
		return err
	}
	title := "End all sessions"
	page, err := s.adminPage(r, title, "")
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.EndSessionsPage(page, user))
}

func (s *Server) endSessionsOf(w http.ResponseWriter, r *http.Request) error {
	user, err := s.sessionsOfUser(r)
	if err != nil {
		return err
	}
	if _, err := s.Store.EndSessionsOf(r.Context(), s.actor(r), user.ID); err != nil {
		return err
	}
	s.endedElsewhere(user.ID)
	return seeOther(w, r, views.SessionsURL("", "all"))
}

// sessionsOfUser is who the path names, or ErrNotFound.
func (s *Server) sessionsOfUser(r *http.Request) (store.User, error) {
	id, err := userOf(r.PathValue("user"))
	if err != nil {
		return store.User{}, err
	}
	return s.Store.User(r.Context(), id)
}
