package handlers

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// mostMeasures is how many measures a page lists.
const mostMeasures = 100

// newcomersTopic is hinted at when new accounts wait longer, or no more, before they write.
const newcomersTopic live.Topic = "newcomers/all"

// endEvery is how late pages are told that a measure has ended; what it kept from is
// possible from its end on.
const endEvery = time.Second

// endMeasures ends those whose time is over and has the pages say so, until ctx ends.
func (s *Server) endMeasures(ctx context.Context) {
	tick := time.NewTicker(endEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		ended, err := s.Store.EndMeasures(ctx, mostMeasures)
		for _, m := range ended {
			s.measured(ctx, m)
		}
		if err != nil && ctx.Err() == nil {
			s.Log.Warn("end measures", "error", err)
		}
	}
}

// measured hints at all that a measure which began, or ended, has changed.
func (s *Server) measured(ctx context.Context, m store.Measure) {
	switch m.Kind {
	case store.HideMessage:
		s.moved(m.Room)
		s.Bus.Publish(live.Hint{Topic: postedTopic(m.Room)})
	case store.NewcomerLag:
		s.Bus.Publish(live.Hint{Topic: newcomersTopic})
	case store.SlowMode, store.RoomLock:
		s.roomChanged(m.Room)
	case store.Removal:
		s.peopleChanged(m.Room, m.User)
	case store.Suspension, store.Ban:
		s.endedElsewhere(m.User)
		for _, room := range s.roomsWith(ctx, []store.UserID{m.User}) {
			s.Bus.Publish(live.Hint{Topic: peopleTopic(room)})
		}
	}
	if m.User != 0 {
		s.changedFor(m.User)
	}
	if m.Case != 0 {
		s.Bus.Publish(live.Hint{Topic: caseTopic(m.Case)})
	}
	s.Bus.Publish(live.Hint{Topic: appealsTopic}) // what is lifted waits for no answer
}

func measureAt(r *http.Request) (store.MeasureID, error) {
	n, err := strconv.ParseInt(r.PathValue("measure"), 10, 64)
	if err != nil || n < 1 {
		return 0, store.ErrNotFound
	}
	return store.MeasureID(n), nil
}

// measureOf is the measure that a form asks for.
func measureOf(r *http.Request) store.Measure {
	number := func(name string) int64 {
		n, _ := strconv.ParseInt(r.PostForm.Get(name), 10, 64) // what is none is 0, which the store refuses where it has to
		return n
	}
	m := store.Measure{
		Kind: store.MeasureKind(r.PostForm.Get("kind")), User: store.UserID(number("user")), Room: store.RoomID(number("room")), Seq: store.Seq(number("seq")),
		Reason: store.Reason(r.PostForm.Get("reason")), Words: r.PostForm.Get("words"), Amount: int(number("amount")),
	}
	if m.Kind == store.Ban && r.PostForm.Get("addresses") != "" {
		m.Amount = 1
	}
	if d, err := time.ParseDuration(r.PostForm.Get("for")); err == nil && d > 0 {
		m.Until = time.Now().Add(d).UTC().Truncate(time.Microsecond)
	}
	return m
}

// createMeasure does what a moderator chose: to a message, a person or a room.
func (s *Server) createMeasure(w http.ResponseWriter, r *http.Request) error {
	in := measureOf(r)
	m, err := s.Store.Impose(r.Context(), s.actor(r), in)
	var problem store.Invalid
	if errors.As(err, &problem) {
		return s.measureAgain(w, r, in, fieldsOf(r, store.Problems{problem}))
	}
	if errors.Is(err, store.ErrMeasured) && in.Seq == 0 {
		f := fieldsOf(r, nil)
		f.Problem = "This holds already. Lift it first to do it in another way."
		return s.measureAgain(w, r, in, f)
	}
	if err != nil {
		return err
	}
	s.measured(r.Context(), m)
	return s.afterMeasure(w, r, m, "done")
}

// afterMeasure shows what a measure, or its end, was about.
func (s *Server) afterMeasure(w http.ResponseWriter, r *http.Request, m store.Measure, saved templ.SafeURL) error {
	switch {
	case m.Seq != 0:
		_, err := s.Store.Membership(r.Context(), m.Room, asker(r).User.ID)
		if errors.Is(err, store.ErrNotFound) && m.Case != 0 { // it was reported from where the asker is not
			return seeOther(w, r, views.CaseURL(m.Case))
		}
		if errors.Is(err, store.ErrNotFound) {
			return seeOther(w, r, views.PersonURL(m.User)+"/moderate?saved="+saved)
		}
		if err != nil {
			return err
		}
		return seeOther(w, r, views.MessageURL(m.Room, m.Seq))
	case m.User != 0 && m.Room != 0:
		return seeOther(w, r, views.PersonURL(m.User)+templ.SafeURL("/moderate?room="+strconv.FormatInt(int64(m.Room), 10)+"&saved=")+saved)
	case m.User != 0:
		return seeOther(w, r, views.PersonURL(m.User)+"/moderate?saved="+saved)
	case m.Room != 0:
		return seeOther(w, r, views.RoomActionURL(m.Room, "moderate?saved=")+saved)
	}
	return seeOther(w, r, "/moderation/newcomers?saved="+saved)
}

// measureAgain shows the form for in again, with its mistakes.
func (s *Server) measureAgain(w http.ResponseWriter, r *http.Request, in store.Measure, f views.Fields) error {
	if sentence := f.Errors["kind"]; sentence != "" {
		f.Problem = sentence
	}
	switch {
	case in.Seq != 0:
		room, err := s.Store.Membership(r.Context(), in.Room, asker(r).User.ID)
		if err != nil {
			return err
		}
		message, err := s.Store.Message(r.Context(), in.Room, in.Seq, asker(r).User.ID)
		if err != nil {
			return err
		}
		for _, sentence := range f.Errors {
			f.Problem = sentence
		}
		page, err := s.withEditor(r, room, views.HideForm(message, room.Room, asker(r).User.ID, f), "")
		if err != nil {
			return err
		}
		return s.render(w, r, http.StatusUnprocessableEntity, page)
	case in.User != 0:
		return s.personModeration(w, r, http.StatusUnprocessableEntity, in.User, in.Room, f)
	case in.Room != 0:
		return s.roomModeration(w, r, http.StatusUnprocessableEntity, in.Room, f)
	}
	return s.newcomers(w, r, http.StatusUnprocessableEntity, f)
}

func (s *Server) liftMeasure(w http.ResponseWriter, r *http.Request) error {
	id, err := measureAt(r)
	if err != nil {
		return err
	}
	m, err := s.Store.Lift(r.Context(), s.actor(r), id, r.PostForm.Get("why"))
	if err != nil {
		return err
	}
	s.measured(r.Context(), m)
	return s.afterMeasure(w, r, m, "lifted")
}

// measureDone is what a page says of what was just done.
var measureDone = map[string]string{"done": "Done. It is in the log.", "lifted": "Lifted: everything is as before.", "moderators": "Saved."}

// moderatePerson is the page about what may be done about a person.
func (s *Server) moderatePerson(w http.ResponseWriter, r *http.Request) error {
	user, err := userOf(r.PathValue("user"))
	if err != nil {
		return err
	}
	room, _ := strconv.ParseInt(r.URL.Query().Get("room"), 10, 64) // what is none is everywhere
	return s.personModeration(w, r, http.StatusOK, user, store.RoomID(room), views.Fields{})
}

func (s *Server) personModeration(w http.ResponseWriter, r *http.Request, status int, user store.UserID, room store.RoomID, f views.Fields) error {
	ctx, me := r.Context(), asker(r).User.ID
	v := views.Moderation{Fields: f, Done: measureDone[r.URL.Query().Get("saved")]}
	var err error
	if v.Kinds, err = s.Store.Permitted(ctx, me, user, room, 0, store.Warning, store.TimeOut, store.Removal, store.Suspension, store.Ban); err != nil {
		return err
	}
	if v.Person, err = s.Store.User(ctx, user); err != nil {
		return err
	}
	if room != 0 {
		if v.Room, err = s.Store.AnyRoom(ctx, room); err != nil {
			return err
		}
	}
	if v.Rooms, err = s.Store.RoomsToModerate(ctx, me, user); err != nil {
		return err
	}
	if room != 0 && !slices.ContainsFunc(v.Rooms, func(r store.Room) bool { return r.ID == room }) {
		if len(v.Kinds) == 0 {
			v.Room = store.Room{} // they are out of it, and there is nothing to do: as if it were not there
		} else {
			v.Rooms = append([]store.Room{v.Room}, v.Rooms...)
		}
	}
	if len(v.Kinds) == 0 && len(v.Rooms) == 0 {
		return store.ErrNotFound // to who moderates nothing there is no such page
	}
	all, err := s.Store.MeasuresOn(ctx, user, mostMeasures)
	if err != nil {
		return err
	}
	if v.Past, v.Lifts, err = s.known(ctx, me, all); err != nil {
		return err
	}
	if v.Page, err = s.me(ctx, asker(r), "Moderate", 0); err != nil {
		return err
	}
	return s.render(w, r, status, views.ModeratePersonPage(v))
}

// showRoomLog is what was moderated in a room, for its members.
func (s *Server) showRoomLog(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	if room.Kind == store.DirectRoom {
		return store.ErrNotFound
	}
	all, err := s.Store.MeasuresIn(r.Context(), room.ID, mostMeasures)
	if err != nil {
		return err
	}
	page, err := s.me(r.Context(), asker(r), "What was moderated", room.ID)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.RoomLogPage(page, room.Room, all, s.Store.Settings().ModerationNames))
}

// moderates says whether me could do anything about user, somewhere.
func (s *Server) moderates(ctx context.Context, me store.User, user store.UserID) (bool, error) {
	if me.Role.AtLeast(store.Moderator) {
		kinds, err := s.Store.Permitted(ctx, me.ID, user, 0, 0, store.TimeOut)
		return len(kinds) > 0, err
	}
	return s.Store.ModeratesWith(ctx, me.ID, user)
}

// known are those of all that user may know of: who may do what a measure did. lifts
// are those of them that still hold.
func (s *Server) known(ctx context.Context, user store.UserID, all []store.Measure) (known []store.Measure, lifts map[store.MeasureID]bool, err error) {
	known, err = s.Store.Lifts(ctx, user, all)
	lifts = map[store.MeasureID]bool{}
	for _, m := range known {
		lifts[m.ID] = m.Holds(time.Now())
	}
	return known, lifts, err
}

// moderateRoom is the page about what may be done about a room.
func (s *Server) moderateRoom(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	return s.roomModeration(w, r, http.StatusOK, room.ID, views.Fields{})
}

func (s *Server) roomModeration(w http.ResponseWriter, r *http.Request, status int, id store.RoomID, f views.Fields) error {
	ctx, me := r.Context(), asker(r).User
	room, err := s.Store.Membership(ctx, id, me.ID)
	if err != nil {
		return err
	}
	v := views.Moderation{Room: room.Room, Fields: f, Done: measureDone[r.URL.Query().Get("saved")]}
	if v.Kinds, err = s.Store.Permitted(ctx, me.ID, 0, id, 0, store.SlowMode, store.RoomLock); err != nil {
		return err
	}
	if len(v.Kinds) == 0 {
		return store.ErrNotFound
	}
	if store.May(room.Standing(me), store.Manage, nil) {
		if v.Mods, err = s.Store.ModeratorsOf(ctx, id); err != nil {
			return err
		}
		people, err := s.Store.People(ctx, id, mostMembers)
		if err != nil {
			return err
		}
		v.Members = slices.DeleteFunc(people, func(p store.Person) bool {
			return p.Owner || slices.ContainsFunc(v.Mods, func(m store.Named) bool { return m.ID == p.ID })
		})
	}
	all, err := s.Store.MeasuresIn(ctx, id, mostMeasures)
	if err != nil {
		return err
	}
	if v.Past, v.Lifts, err = s.known(ctx, me.ID, all); err != nil {
		return err
	}
	if v.Page, err = s.me(ctx, asker(r), "Moderate", id); err != nil {
		return err
	}
	return s.render(w, r, status, views.ModerateRoomPage(v))
}

// updateModerators makes a member of a room its moderator, or a plain member again.
func (s *Server) updateModerators(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	user, err := userOf(r.PostForm.Get("user"))
	if err != nil {
		return err
	}
	if err := s.Store.SetModerator(r.Context(), s.actor(r), room.ID, user, r.PostForm.Get("is") != ""); err != nil {
		return err
	}
	s.peopleChanged(room.ID, user)
	return seeOther(w, r, views.RoomActionURL(room.ID, "moderate?saved=moderators"))
}

// showNewcomers is the page about what new accounts may not do for a while.
func (s *Server) showNewcomers(w http.ResponseWriter, r *http.Request) error {
	return s.newcomers(w, r, http.StatusOK, views.Fields{})
}

func (s *Server) newcomers(w http.ResponseWriter, r *http.Request, status int, f views.Fields) error {
	ctx, me := r.Context(), asker(r).User.ID
	v := views.Moderation{Fields: f, Done: measureDone[r.URL.Query().Get("saved")]}
	var err error
	if v.Kinds, err = s.Store.Permitted(ctx, me, 0, 0, 0, store.NewcomerLag, store.NewcomerCap); err != nil {
		return err
	}
	if len(v.Kinds) == 0 {
		return store.ErrNotFound
	}
	all, err := s.Store.MeasuresOnNewcomers(ctx, mostMeasures)
	if err != nil {
		return err
	}
	if v.Past, v.Lifts, err = s.known(ctx, me, all); err != nil {
		return err
	}
	if v.Page, err = s.me(ctx, asker(r), "Newcomers", 0); err != nil {
		return err
	}
	return s.render(w, r, status, views.NewcomersPage(v))
}

// askHide asks why a message is to be hidden.
func (s *Server) askHide(w http.ResponseWriter, r *http.Request) error {
	room, m, err := s.messageAt(r, store.Read)
	if err != nil {
		return err
	}
	may, err := s.mayHide(r.Context(), asker(r).User.ID, m)
	if err != nil {
		return err
	}
	if !may || m.Hidden != 0 || !m.DeletedAt.IsZero() {
		return store.ErrNotFound
	}
	return s.showEditor(w, r, room, views.HideForm(m, room.Room, asker(r).User.ID, views.Fields{}))
}

func (s *Server) mayHide(ctx context.Context, by store.UserID, m store.Message) (bool, error) {
	kinds, err := s.Store.Permitted(ctx, by, m.Author, m.Room, m.Seq, store.HideMessage)
	return len(kinds) > 0, err
}

// showHidden shows the text of a hidden message to its author and the moderators.
func (s *Server) showHidden(w http.ResponseWriter, r *http.Request) error {
	room, m, err := s.messageAt(r, store.Read)
	if err != nil {
		return err
	}
	me := asker(r).User
	text, err := s.Store.HiddenText(r.Context(), room.ID, m.Seq, me.ID)
	if err != nil {
		return err
	}
	may, err := s.mayHide(r.Context(), me.ID, m)
	if err != nil {
		return err
	}
	return s.showEditor(w, r, room, views.HiddenCard(m, text, room.Room, me.ID, may))
}
