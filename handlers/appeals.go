package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// appealsTopic is hinted at when somebody appeals, or an appeal is decided.
const appealsTopic live.Topic = "appeals/all"

func init() {
	liveParts["appeals"] = part{own: true, may: mayAppeals, show: appealsPart}
	liveParts["appeal"] = part{own: true, may: mayAppeal, show: appealPart}
}

// appealsOf reads "42/7": whose list it is, and of which room; 0: wherever they moderate.
func appealsOf(rest string) (store.AppealQuery, error) {
	user, room, _, is := pairOf(rest)
	if !is {
		return store.AppealQuery{}, store.ErrNotFound
	}
	return store.AppealQuery{User: user, Room: room}, nil
}

// mayAppeals lets those who moderate the room, or with none the instance or any room,
// follow their own list.
func mayAppeals(s *Server, ctx context.Context, user store.User, rest string) (string, error) {
	q, err := appealsOf(rest)
	if err != nil {
		return "", err
	}
	return s.mayModerate(ctx, user, q.Room)
}

func appealsPart(s *Server, ctx context.Context, rest string) (parts, []live.Topic, error) {
	q, err := appealsOf(rest)
	if err != nil {
		return nil, nil, err
	}
	v, err := s.appeals(ctx, q)
	return func(zone *time.Location) []templ.Component {
		return []templ.Component{views.AppealsRegion(v, zone, true)}
	}, []live.Topic{appealsTopic, personTopic(q.User)}, err // whose rooms may be others then
}

// appeals are a page of those that q.User can decide, or could if they had not acted
// themselves, and with the first page the last that were decided.
func (s *Server) appeals(ctx context.Context, q store.AppealQuery) (views.Appeals, error) {
	v := views.Appeals{Paged: q.After.ID != 0}
	waiting, err := s.Store.OpenAppeals(ctx, q, appealsShown+1)
	if err != nil {
		return v, err
	}
	if len(waiting) > appealsShown {
		waiting = waiting[:appealsShown]
		mark := waiting[appealsShown-1].Mark()
		v.Next = fmt.Sprintf("%d.%d", mark.At, mark.ID)
	}
	about := make([]store.Measure, len(waiting))
	for i, a := range waiting {
		about[i] = a.Measure
	}
	down, err := s.Store.TurnedDown(ctx, about)
	if err != nil {
		return v, err
	}
	for _, a := range waiting {
		one, err := s.openAppeal(ctx, q.User, a)
		if err != nil {
			return v, err
		}
		one.Down = down[a.Measure.ID]
		v.Open = append(v.Open, one)
	}
	if !v.Paged {
		v.Decided, err = s.Store.DecidedAppeals(ctx, q, mostDecided)
	}
	if err == nil && q.Room != 0 {
		v.Room, err = s.Store.AnyRoom(ctx, q.Room)
	}
	return v, err
}

// appealsShown is how many open appeals a page of the list shows, and mostDecided how many
// decided ones.
const (
	appealsShown = 50
	mostDecided  = 20
)

// openAppeal is a, which is of theirs, as user can decide it.
func (s *Server) openAppeal(ctx context.Context, user store.UserID, a store.Appeal) (views.OpenAppeal, error) {
	one := views.OpenAppeal{Appeal: a, May: a.Measure.By != user}
	if one.May {
		return one, nil
	}
	var err error
	one.Judges, err = s.Store.Judges(ctx, a.Measure, mostJudges+1)
	one.Alone = len(one.Judges) == 0
	one.May = one.Alone
	if len(one.Judges) > mostJudges {
		one.Judges, one.More = one.Judges[:mostJudges], true
	}
	return one, err
}

// mostJudges is how many of those who can decide an appeal are named to who cannot.
const mostJudges = 3

// showAppeals is the list of appeals, for those who moderate something.
func (s *Server) showAppeals(w http.ResponseWriter, r *http.Request) error {
	room, _ := strconv.ParseInt(r.URL.Query().Get("room"), 10, 64) // what is none is all
	q := store.AppealQuery{User: asker(r).User.ID, Room: store.RoomID(room)}
	if n, err := fmt.Sscanf(r.URL.Query().Get("after"), "%d.%d", &q.After.At, &q.After.ID); n != 2 || err != nil {
		q.After = store.AppealMark{} // what cannot be read is the beginning
	}
	v, err := s.appeals(r.Context(), q)
	if err != nil {
		return err
	}
	page, err := s.desk(r, "Objections", q.Room)
	if err != nil {
		return err
	}
	if !v.Paged {
		page.Live.Part = fmt.Sprintf("appeals/%d/%d", q.User, q.Room)
	}
	v.Done = map[string]string{"decided": "Decided, and they are told."}[r.URL.Query().Get("saved")]
	return s.render(w, r, http.StatusOK, views.AppealsPage(page, v))
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
	one, err := s.appealFor(r.Context(), asker(r).User.ID, id)
	if err != nil {
		return err
	}
	page, err := s.me(r.Context(), asker(r), "An objection", 0)
	if err != nil {
		return err
	}
	page.Live.Part = fmt.Sprintf("appeal/%d/%d", page.Me.ID, id)
	return s.render(w, r, status, views.AppealPage(page, one, f))
}

// appealFor is the appeal against the measure as user can decide it: ErrNotFound if it is
// none of theirs.
func (s *Server) appealFor(ctx context.Context, user store.UserID, id store.MeasureID) (views.OpenAppeal, error) {
	a, err := s.Store.AppealOf(ctx, id)
	if err != nil {
		return views.OpenAppeal{}, err
	}
	known, err := s.Store.Lifts(ctx, user, []store.Measure{a.Measure})
	if err == nil && len(known) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return views.OpenAppeal{}, err
	}
	a.Measure = known[0]
	one, err := s.openAppeal(ctx, user, a)
	if err != nil {
		return one, err
	}
	down, err := s.Store.TurnedDown(ctx, known)
	one.Down = down[id]
	return one, err
}

// appealOf reads "42/7": whose page it is, and the measure.
func appealOf(rest string) (store.UserID, store.MeasureID, error) {
	user, id, _, is := pairOf(rest)
	if !is {
		return 0, 0, store.ErrNotFound
	}
	return user, store.MeasureID(id), nil
}

// mayAppeal lets those who could decide it see what becomes of it.
func mayAppeal(s *Server, ctx context.Context, user store.User, rest string) (string, error) {
	_, id, err := appealOf(rest)
	if err != nil {
		return "", err
	}
	a, err := s.appealFor(ctx, user.ID, id)
	if err != nil || user.Role.AtLeast(store.Moderator) {
		return string(store.Moderator), err
	}
	return moderates(a.Measure.Room), nil
}

func appealPart(s *Server, ctx context.Context, rest string) (parts, []live.Topic, error) {
	user, id, err := appealOf(rest)
	if err != nil {
		return nil, nil, err
	}
	a, err := s.appealFor(ctx, user, id)
	return func(zone *time.Location) []templ.Component {
		return []templ.Component{views.AppealState(a, zone, true), views.AppealButtons(a, true)}
	}, []live.Topic{appealsTopic}, err
}

// decideAppeal answers an appeal.
func (s *Server) decideAppeal(w http.ResponseWriter, r *http.Request) error {
	id, err := measureAt(r)
	if err != nil {
		return err
	}
	m, err := s.Store.DecideAppeal(r.Context(), s.actor(r), id, r.PostForm.Get("granted") != "", r.PostForm.Get("answer"))
	var problem store.Invalid
	if mistake(r, err, &problem) {
		f := fieldsOf(r, store.Problems{problem})
		if problem.Field == "held" { // what it is about cannot be published now
			f.Problem = problem.Text
		}
		return s.appeal(w, r, http.StatusUnprocessableEntity, f)
	}
	if errors.Is(err, store.ErrConflict) {
		return s.appeal(w, r, http.StatusConflict, fieldsOf(r, nil))
	}
	if err != nil {
		return err
	}
	s.measured(r.Context(), m)
	s.reportersTold(r.Context(), m.Case)
	return seeOther(w, r, "/moderation/appeals?saved=decided")
}
