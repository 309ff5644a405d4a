package handlers

import (
	"context"
	"errors"
	"net/http"
	"time"

	"parley/store"
	"parley/views"
)

// mostNotices is how many notices a page lists.
const mostNotices = 100

// showNotices is what moderators decided about the asker.
func (s *Server) showNotices(w http.ResponseWriter, r *http.Request) error {
	return s.notices(w, r, http.StatusOK, 0, views.Fields{})
}

func (s *Server) notices(w http.ResponseWriter, r *http.Request, status int, at store.MeasureID, f views.Fields) error {
	ctx, me := r.Context(), asker(r).User.ID
	measures, err := s.Store.MeasuresOn(ctx, me, mostNotices)
	if err != nil {
		return err
	}
	all := make([]views.Decision, len(measures))
	for i, m := range measures {
		all[i] = views.Decision{Measure: m}
		if all[i].Appeal, err = s.Store.AppealOf(ctx, m.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		all[i].Appeals = err != nil && m.Holds(time.Now())
	}
	if len(measures) > 0 {
		if err := s.Store.ReadNotices(ctx, me, measures[0].ID); err != nil {
			s.Log.Warn("note that notices were read", "user", me, "error", err) // they are read all the same
		}
		s.changedFor(me)
	}
	page, err := s.me(ctx, asker(r), "Decided about you", 0)
	if err != nil {
		return err
	}
	done := map[string]string{"appeal": "Sent. Somebody who did not decide this will look at it."}[r.URL.Query().Get("saved")]
	return s.render(w, r, status, views.NoticesPage(page, all, at, f, done))
}

// createAppeal objects to a measure on the asker.
func (s *Server) createAppeal(w http.ResponseWriter, r *http.Request) error {
	id, err := measureAt(r)
	if err != nil {
		return err
	}
	err = s.Store.CreateAppeal(r.Context(), asker(r).User.ID, id, r.PostForm.Get("text"))
	var problem store.Invalid
	if errors.As(err, &problem) {
		return s.notices(w, r, http.StatusUnprocessableEntity, id, fieldsOf(r, store.Problems{problem}))
	}
	if err != nil {
		return err
	}
	return seeOther(w, r, "/notices?saved=appeal")
}

// showAppeals is the list of appeals, for those who can decide some.
func (s *Server) showAppeals(w http.ResponseWriter, r *http.Request) error {
	return s.appeals(w, r, http.StatusOK, 0, views.Fields{})
}

func (s *Server) appeals(w http.ResponseWriter, r *http.Request, status int, at store.MeasureID, f views.Fields) error {
	ctx, me := r.Context(), asker(r).User.ID
	waiting, err := s.Store.OpenAppeals(ctx, mostNotices)
	if err != nil {
		return err
	}
	var open []views.OpenAppeal
	for _, a := range waiting {
		one := views.OpenAppeal{Appeal: a}
		if one.May, err = s.Store.MayLift(ctx, me, a.Measure); err != nil {
			return err
		}
		if !one.May && a.Measure.By != me {
			continue // in a room that is not theirs to moderate
		}
		if one.Alone, err = s.Store.Alone(ctx, a.Measure); err != nil {
			return err
		}
		one.May = one.May && (a.Measure.By != me || one.Alone)
		open = append(open, one)
	}
	// Who moderates a room alone sees what they can decide, and nothing else.
	var decided []store.Appeal
	if asker(r).User.Role.AtLeast(store.Moderator) {
		if decided, err = s.Store.DecidedAppeals(ctx, 20); err != nil {
			return err
		}
	} else if len(open) == 0 {
		return store.ErrNotFound
	}
	page, err := s.me(ctx, asker(r), "Objections", 0)
	if err != nil {
		return err
	}
	done := map[string]string{"decided": "Decided, and they are told."}[r.URL.Query().Get("saved")]
	return s.render(w, r, status, views.AppealsPage(page, open, decided, at, f, done))
}

// decideAppeal answers an appeal.
func (s *Server) decideAppeal(w http.ResponseWriter, r *http.Request) error {
	id, err := measureAt(r)
	if err != nil {
		return err
	}
	m, err := s.Store.DecideAppeal(r.Context(), s.actor(r), id, r.PostForm.Get("granted") != "", r.PostForm.Get("answer"))
	var problem store.Invalid
	if errors.As(err, &problem) {
		return s.appeals(w, r, http.StatusUnprocessableEntity, id, fieldsOf(r, store.Problems{problem}))
	}
	if err != nil {
		return err
	}
	s.measured(r.Context(), m)
	return seeOther(w, r, "/moderation/appeals?saved=decided")
}

// restraint is what keeps user from writing in room, and what of theirs is held there,
// for the region above the composer.
func (s *Server) restraint(ctx context.Context, user store.UserID, room store.RoomID) (store.Standing, []store.HeldMessage, error) {
	by, err := s.Store.StandingIn(ctx, room, user)
	if errors.Is(err, store.ErrNotFound) {
		return by, nil, nil // no longer a member: the page ends
	}
	if err != nil {
		return by, nil, err
	}
	held, err := s.Store.HeldOf(ctx, user, room)
	return by, held, err
}
