package handlers

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"time"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// appealLife is how long the page that refuses a sign-in takes an objection: the
// password was just given on it.
const appealLife = time.Hour

// suspended tells user, who has just given their password, why they cannot sign in, and
// how to object.
func (s *Server) suspended(w http.ResponseWriter, r *http.Request, status int, user store.User, f views.Fields) error {
	m, err := s.Store.SuspensionOf(r.Context(), user.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	var d views.Decision
	token := ""
	if m.ID != 0 {
		appeal, err := s.Store.AppealOf(r.Context(), m.ID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if d, err = s.decision(r.Context(), m, appeal); err != nil {
			return err
		}
		if d.Appeals {
			if token, err = s.appealToken(r, user.ID, m.ID, time.Now().Add(appealLife)); err != nil {
				return err
			}
		}
	}
	return s.render(w, r, status, views.SuspendedPage(views.Page{Title: "You cannot sign in"}, d, views.Zone(user), token, f))
}

// released ends what kept user out until this moment, and says whether they can sign in.
func (s *Server) released(ctx context.Context, user store.UserID) (bool, error) {
	ended, err := s.Store.EndMeasuresOn(ctx, user)
	for _, m := range ended {
		s.measured(ctx, m)
	}
	if err != nil {
		return false, err
	}
	now, err := s.Store.User(ctx, user)
	return now.SuspendedAt.IsZero(), err
}

// appealToken lets user object to the measure until then, without a session.
func (s *Server) appealToken(r *http.Request, user store.UserID, m store.MeasureID, until time.Time) (string, error) {
	secret, err := s.Store.Secret(r.Context(), "appeal")
	if err != nil {
		return "", err
	}
	what := fmt.Sprintf("%d %d %d", user, m, until.Unix())
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(what))
	return base64.RawURLEncoding.EncodeToString([]byte(what + " " + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)))), nil
}

// createAppealOutside takes an objection from somebody who cannot sign in.
func (s *Server) createAppealOutside(w http.ResponseWriter, r *http.Request) error {
	token := r.PostForm.Get("token")
	plain, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return store.ErrNotFound
	}
	var id store.UserID
	var m store.MeasureID
	var until int64
	if _, err := fmt.Sscan(string(plain), &id, &m, &until); err != nil {
		return store.ErrNotFound
	}
	right, err := s.appealToken(r, id, m, time.Unix(until, 0))
	if err != nil {
		return err
	}
	if !hmac.Equal([]byte(right), []byte(token)) || time.Now().Unix() > until {
		return errUsedLink
	}
	user, err := s.Store.User(r.Context(), id)
	if err != nil {
		return err
	}
	if user.SuspendedAt.IsZero() { // it has ended meanwhile
		return seeOther(w, r, "/login")
	}
	err = s.Store.CreateAppeal(r.Context(), id, m, r.PostForm.Get("text"))
	var problem store.Invalid
	if mistake(r, err, &problem) {
		return s.suspended(w, r, http.StatusUnprocessableEntity, user, fieldsOf(r, store.Problems{problem}))
	}
	if err != nil && !errors.Is(err, store.ErrConflict) { // sent twice is sent
		return err
	}
	s.Bus.Publish(live.Hint{Topic: appealsTopic})
	return s.suspended(w, r, http.StatusOK, user, views.Fields{})
}
