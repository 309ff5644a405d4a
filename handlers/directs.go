package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// mostFound is how many people a search shows.
const mostFound = 30

// newDirect shows the form that chooses the people of a direct conversation; those
// already chosen stay.
func (s *Server) newDirect(w http.ResponseWriter, r *http.Request) error {
	return s.directForm(w, r, http.StatusOK, r.URL.Query()["with"], r.URL.Query().Get("q"), "")
}

func (s *Server) directForm(w http.ResponseWriter, r *http.Request, status int, with []string, text, problem string) error {
	page, err := s.me(r.Context(), asker(r), "New message", 0)
	if err != nil {
		return err
	}
	c, err := s.choice(r.Context(), choosing{name: "q", text: text, with: with, not: asker(r).User.ID})
	if err != nil {
		return err
	}
	c.Problem, c.Focus = problem, true
	begin, err := s.mayBegin(r.Context(), asker(r).User.ID)
	if err != nil {
		return err
	}
	return s.render(w, r, status, views.NewConversationPage(page, c, begin))
}

// beginTopic is what keeps user from beginning conversations.
func beginTopic(user store.UserID) live.Topic { return live.Topic(fmt.Sprintf("begin/%d/0", user)) }

// mayBegin is what keeps user from beginning a conversation now, and until when.
func (s *Server) mayBegin(ctx context.Context, user store.UserID) (views.Begin, error) {
	err := s.Store.MayConverse(ctx, user)
	var restraint store.Restraint
	if errors.As(err, &restraint) {
		return views.Begin{Kind: restraint.Kind, From: time.Now().Add(restraint.Wait)}, nil
	}
	return views.Begin{}, err
}

// showReachable are the people whom the form of a new direct conversation offers.
func (s *Server) showReachable(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	c, err := s.choice(r.Context(), choosing{name: "q", text: q.Get("q"), with: q["with"], not: asker(r).User.ID})
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.Choices(c))
}

// beginRegion says what keeps user from beginning a conversation, and when that is over.
func (s *Server) beginRegion(ctx context.Context, user store.UserID) (parts, time.Time, error) {
	begin, err := s.mayBegin(ctx, user)
	return func(zone *time.Location) []templ.Component {
		return []templ.Component{views.BeginRegion(begin, zone, true)}
	}, begin.From, err
}

// createDirect opens the conversation with the people named, which may be there already.
func (s *Server) createDirect(w http.ResponseWriter, r *http.Request) error {
	var with []store.UserID
	for _, one := range r.PostForm["with"] {
		user, err := userOf(one)
		if err != nil {
			return err
		}
		with = append(with, user)
	}
	slices.Sort(with)
	with = slices.Compact(with)
	if wait := s.postingWait(asker(r).User.ID, 0); wait > 0 {
		return throttled{wait}
	}
	room, err := s.Store.Converse(r.Context(), asker(r).User.ID, with)
	var problem store.Invalid
	if errors.As(err, &problem) {
		return s.directForm(w, r, http.StatusUnprocessableEntity, r.PostForm["with"], r.PostForm.Get("q"), problem.Text)
	}
	var restraint store.Restraint
	if errors.As(err, &restraint) {
		again := tryAgain(r.Context(), w, restraint.Wait) // the page says why
		return s.directForm(w, r, http.StatusForbidden, r.PostForm["with"], r.PostForm.Get("q"), again)
	}
	if err != nil {
		return err
	}
	s.changedFor(append(with, asker(r).User.ID)...)
	return s.goTo(w, r, room)
}
