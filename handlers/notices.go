package handlers

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"parley/handlers/live"
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
	measures, err := s.Store.NoticesOf(ctx, me, mostNotices)
	if err != nil {
		return err
	}
	appeals, err := s.Store.AppealsBy(ctx, me)
	if err != nil {
		return err
	}
	all, unread := make([]views.Decision, len(measures)), false
	for i, m := range measures {
		if all[i], err = s.decision(ctx, m, appeals[m.ID]); err != nil {
			return err
		}
		unread = unread || m.ReadAt.IsZero()
	}
	if unread {
		if err := s.Store.ReadNotices(ctx, me, measures[0].ID); err != nil {
			s.Log.Warn("note that notices were read", "user", me, "error", err) // they are read all the same
		}
		s.changedFor(me)
	}
	held, err := s.Store.HeldBy(ctx, me, mostNotices)
	if err != nil {
		return err
	}
	page, err := s.me(ctx, asker(r), "Decided about you", 0)
	if err != nil {
		return err
	}
	done := map[string]string{"appeal": "Your objection is sent.", "held": "It is taken back: nobody reads it any more."}[r.URL.Query().Get("saved")]
	return s.render(w, r, status, views.NoticesPage(page, all, held, at, f, done))
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
	s.Bus.Publish(live.Hint{Topic: appealsTopic})
	return seeOther(w, r, "/notices?saved=appeal")
}

// appealsTopic is hinted at when somebody appeals, or an appeal is decided.
const appealsTopic live.Topic = "appeals/all"

func init() {
	liveParts["appeals"] = part{may: mayAppeals, show: appealsPart}
}

// mayAppeals lets those who moderate the instance, or any room, follow their own list.
func mayAppeals(s *Server, ctx context.Context, user store.User, rest string) (string, error) {
	if rest != idString(user.ID) {
		return "", store.ErrNotFound
	}
	if user.Role.AtLeast(store.Moderator) {
		return string(store.Moderator), nil
	}
	somewhere, err := s.Store.ModeratesAny(ctx, user.ID)
	if err == nil && !somewhere {
		err = store.ErrNotFound
	}
	return moderates(store.SomeRoom), err
}

func appealsPart(s *Server, ctx context.Context, rest string) (parts, []live.Topic, error) {
	user, err := userOf(rest)
	if err != nil {
		return nil, nil, err
	}
	open, decided, err := s.appealsFor(ctx, user, true)
	return func(zone *time.Location) []templ.Component {
		return []templ.Component{views.AppealsRegion(open, decided, zone, true)}
	}, []live.Topic{appealsTopic, personTopic(user)}, err // whose rooms may be others then
}

// appealsFor are the appeals that user can decide, or could if they had not acted
// themselves, and if all, the last that were decided.
func (s *Server) appealsFor(ctx context.Context, user store.UserID, all bool) (open []views.OpenAppeal, decided []store.Appeal, err error) {
	waiting, err := s.Store.OpenAppeals(ctx, mostNotices)
	if err == nil {
		waiting, err = s.theirs(ctx, user, waiting)
	}
	if err != nil {
		return nil, nil, err
	}
	for _, a := range waiting {
		one, err := s.openAppeal(ctx, user, a)
		if err != nil {
			return nil, nil, err
		}
		open = append(open, one)
	}
	if !all {
		return open, nil, nil
	}
	if decided, err = s.Store.DecidedAppeals(ctx, mostDecided); err == nil {
		decided, err = s.theirs(ctx, user, decided)
	}
	return open, decided, err
}

// theirs are those of all whose measures user may lift, with what they may know of them.
func (s *Server) theirs(ctx context.Context, user store.UserID, all []store.Appeal) ([]store.Appeal, error) {
	measures := make([]store.Measure, len(all))
	for i, a := range all {
		measures[i] = a.Measure
	}
	known, lifts, err := s.Store.Known(ctx, user, measures)
	if err != nil {
		return nil, err
	}
	known = slices.DeleteFunc(known, func(m store.Measure) bool { return !lifts[m.ID] })
	var some []store.Appeal
	for _, a := range all {
		if len(some) < len(known) && known[len(some)].ID == a.Measure.ID { // they are in the same order
			a.Measure = known[len(some)]
			some = append(some, a)
		}
	}
	return some, nil
}

// mostDecided is how many decided appeals the list shows.
const mostDecided = 20

// openAppeal is a, which is of theirs, as user can decide it.
func (s *Server) openAppeal(ctx context.Context, user store.UserID, a store.Appeal) (views.OpenAppeal, error) {
	one := views.OpenAppeal{Appeal: a, May: a.Measure.By != user}
	if one.May {
		return one, nil
	}
	var err error
	one.Alone, err = s.Store.Alone(ctx, a.Measure)
	one.May = one.Alone
	return one, err
}

// showAppeals is the list of appeals, for those who moderate something.
func (s *Server) showAppeals(w http.ResponseWriter, r *http.Request) error {
	ctx, me := r.Context(), asker(r).User
	if _, err := mayAppeals(s, ctx, me, idString(me.ID)); err != nil {
		return err
	}
	open, decided, err := s.appealsFor(ctx, me.ID, true)
	if err != nil {
		return err
	}
	page, err := s.me(ctx, asker(r), "Objections", 0)
	if err != nil {
		return err
	}
	page.Live.Part = "appeals/" + idString(me.ID)
	done := map[string]string{"decided": "Decided, and they are told."}[r.URL.Query().Get("saved")]
	return s.render(w, r, http.StatusOK, views.AppealsPage(page, open, decided, done))
}

// showAppeal asks for the answer to an appeal.
func (s *Server) showAppeal(w http.ResponseWriter, r *http.Request) error {
	return s.appeal(w, r, http.StatusOK, views.Fields{})
}

func (s *Server) appeal(w http.ResponseWriter, r *http.Request, status int, f views.Fields) error {
	id, err := measureAt(r)
	if err != nil {
		return err
	}
	a, err := s.Store.AppealOf(r.Context(), id)
	if err != nil {
		return err
	}
	mine, err := s.theirs(r.Context(), asker(r).User.ID, []store.Appeal{a})
	if err != nil {
		return err
	}
	if len(mine) == 0 {
		return store.ErrNotFound
	}
	one, err := s.openAppeal(r.Context(), asker(r).User.ID, mine[0])
	if err != nil {
		return err
	}
	if !a.DecidedAt.IsZero() {
		return store.ErrConflict
	}
	if !one.May {
		f.Problem = "You imposed this, so somebody else decides."
	}
	page, err := s.me(r.Context(), asker(r), "An objection", 0)
	if err != nil {
		return err
	}
	return s.render(w, r, status, views.AppealPage(page, one, f))
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
		return s.appeal(w, r, http.StatusUnprocessableEntity, fieldsOf(r, store.Problems{problem}))
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
