package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// mostNotices is how many notices a page lists.
const mostNotices = 100

func init() {
	liveParts["notices"] = part{own: true, may: mayNotices, show: noticesPart}
}

// showNotices is what moderators decided about the asker.
func (s *Server) showNotices(w http.ResponseWriter, r *http.Request) error {
	return s.noticesPage(w, r, http.StatusOK, 0, views.Fields{})
}

// noticesPage shows them with what is written in the form of the notice in.
func (s *Server) noticesPage(w http.ResponseWriter, r *http.Request, status int, in store.MeasureID, f views.Fields) error {
	ctx, me := r.Context(), asker(r).User.ID
	v, err := s.notices(ctx, me, time.Now().UTC().Truncate(time.Microsecond))
	if err != nil {
		return err
	}
	v.In, v.Form = in, f
	s.readNotices(ctx, me, v.All)
	page, err := s.me(ctx, asker(r), "Decided about you", 0)
	if err != nil {
		return err
	}
	page.Live.Part = fmt.Sprintf("notices/%d/%d", me, v.At.UnixMicro())
	v.Done = map[string]string{"appeal": "Your objection is sent.", "held": "It is taken back: nobody reads it any more."}[r.URL.Query().Get("saved")]
	return s.render(w, r, status, views.NoticesPage(page, v))
}

// readNotices notes that user was shown all: nothing counts them any more.
func (s *Server) readNotices(ctx context.Context, user store.UserID, all []views.Decision) {
	if !slices.ContainsFunc(all, func(n views.Decision) bool { return n.ReadAt.IsZero() }) {
		return
	}
	if err := s.Store.ReadNotices(ctx, user, all[0].ID); err != nil {
		s.Log.Warn("note that notices were read", "user", user, "error", err) // they are read all the same
		return
	}
	s.changedFor(user)
}

// notices are those of user, for a page that was made at at.
func (s *Server) notices(ctx context.Context, user store.UserID, at time.Time) (views.Notices, error) {
	v := views.Notices{User: user, At: at}
	measures, err := s.Store.NoticesOf(ctx, user, mostNotices)
	if err != nil {
		return v, err
	}
	appeals, err := s.Store.AppealsBy(ctx, user)
	if err != nil {
		return v, err
	}
	v.All = make([]views.Decision, len(measures))
	for i, m := range measures {
		if v.All[i], err = s.decision(ctx, m, appeals[m.ID]); err != nil {
			return v, err
		}
	}
	if err := s.back(ctx, user, v.All); err != nil {
		return v, err
	}
	held, err := s.Store.HeldBy(ctx, user, mostNotices)
	if err != nil {
		return v, err
	}
	for _, h := range held {
		i := slices.IndexFunc(v.All, func(n views.Decision) bool { return n.ID == h.Measure })
		if i < 0 {
			v.Held = append(v.Held, h)
		} else {
			v.All[i].Held = h
		}
	}
	return v, nil
}

// noticesOf reads "42/1764460800000000": whose page it is, and when it was made.
func noticesOf(rest string) (store.UserID, time.Time, error) {
	user, at, _ := strings.Cut(rest, "/")
	id, err := userOf(user)
	micros, failed := strconv.ParseInt(at, 10, 64)
	if err != nil || failed != nil {
		return 0, time.Time{}, store.ErrNotFound
	}
	return id, time.UnixMicro(micros).UTC(), nil
}

// mayNotices lets everybody follow their own.
func mayNotices(_ *Server, _ context.Context, _ store.User, rest string) (string, error) {
	_, _, err := noticesOf(rest)
	return "", err
}

func noticesPart(s *Server, ctx context.Context, rest string) (parts, []live.Topic, error) {
	user, at, err := noticesOf(rest)
	if err != nil {
		return nil, nil, err
	}
	v, err := s.notices(ctx, user, at)
	if err == nil && s.hub.Watched(live.Topic("part/notices/"+rest)) {
		s.readNotices(ctx, user, v.All)
	}
	return func(zone *time.Location) []templ.Component {
		return []templ.Component{views.NoticesRegion(v, zone, true)}
	}, []live.Topic{personTopic(user)}, err
}

// decision is m as its person sees it, with their appeal, if there is one.
func (s *Server) decision(ctx context.Context, m store.Measure, a store.Appeal) (views.Decision, error) {
	d := views.Decision{Measure: m, Appeal: a, Appeals: a.At.IsZero() && m.Holds(time.Now())}
	if !d.Appeals && (a.At.IsZero() || !a.DecidedAt.IsZero()) {
		return d, nil
	}
	var err error
	d.Alone, err = s.Store.Alone(ctx, m)
	return d, err
}

// back says in the last of user's decisions about each room, where it took them out and has
// ended, that they may be in it again.
func (s *Server) back(ctx context.Context, user store.UserID, all []views.Decision) error {
	seen := map[store.RoomID]bool{}
	for i, d := range all {
		if d.Kind != store.Removal || seen[d.Room] {
			continue
		}
		seen[d.Room] = true
		if d.Holds(time.Now()) {
			continue
		}
		back, err := s.Store.Admits(ctx, d.Room, user)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		all[i].Back = back
	}
	return nil
}

// createAppeal objects to a measure on the asker.
func (s *Server) createAppeal(w http.ResponseWriter, r *http.Request) error {
	id, err := measureAt(r)
	if err != nil {
		return err
	}
	me := asker(r).User.ID
	err = s.Store.CreateAppeal(r.Context(), me, id, r.PostForm.Get("text"))
	var problem store.Invalid
	switch {
	case mistake(r, err, &problem):
		f := fieldsOf(r, store.Problems{problem})
		f.Problem = problem.Text // where the form is no more
		return s.noticesPage(w, r, http.StatusUnprocessableEntity, id, f)
	case errors.Is(err, store.ErrConflict):
		f := fieldsOf(r, nil)
		f.Problem = "You have objected to this already."
		return s.noticesPage(w, r, http.StatusConflict, id, f)
	case err != nil:
		return err
	}
	s.changedFor(me)
	s.Bus.Publish(live.Hint{Topic: appealsTopic})
	return seeOther(w, r, "/notices?saved=appeal")
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
