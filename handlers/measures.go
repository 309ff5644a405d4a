package handlers

import (
	"cmp"
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// mostMeasures is how many measures a page lists.
const mostMeasures = 100

// newcomersTopic is hinted at when what new accounts may not do, and for how long, has changed.
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
		changed, failed := s.Store.RefreshNewcomers(ctx)
		if changed { // by another process, whose hint came before it was known here
			s.hub.Show(newcomersTopic)
		}
		ended, err := s.Store.EndMeasures(ctx, mostMeasures)
		err = cmp.Or(failed, err)
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
	case store.TurnDown:
		s.moved(m.Room)
		s.Bus.Publish(live.Hint{Topic: postedTopic(m.Room)})
		s.heldChanged(m.Room, m.User)
	case store.TimeOut:
		for _, room := range s.typing.stop(m.User) { // where they still may, they go on
			s.Bus.Publish(live.Hint{Topic: typingTopic(room)})
		}
	case store.NewcomerLag, store.NewcomerCap:
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
	s.Bus.Publish(live.Hint{Topic: measuresTopic(0)})
	if m.Room != 0 {
		s.Bus.Publish(live.Hint{Topic: measuresTopic(m.Room)})
	}
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
	return m
}

// endOf is the end that the form of an act asks for, zero until it is lifted; it fails
// with store.Invalid. What does not last has none, whatever was chosen before it; nor
// has nothing.
func endOf(r *http.Request, kind store.MeasureKind) (time.Time, error) {
	if kind == "" || !kind.Lasts() {
		return time.Time{}, nil
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	last := kind.Usual()
	switch choice := r.PostForm.Get("for"); {
	case choice == views.OwnEnd:
		end, err := time.ParseInLocation("2006-01-02T15:04", r.PostForm.Get("end"), views.Zone(asker(r).User))
		if err != nil {
			return time.Time{}, store.Invalid{Field: "until", Text: "Choose a date and a time."}
		}
		return end.UTC(), nil
	case choice == "" && r.PostForm.Has("for"):
		return time.Time{}, nil
	case choice != "" && choice != views.Usually:
		var err error
		if last, err = time.ParseDuration(choice); err != nil || last <= 0 {
			return time.Time{}, store.Invalid{Field: "until", Text: "Choose how long it lasts."}
		}
	}
	if last == 0 {
		return time.Time{}, nil
	}
	return now.Add(last), nil
}

// createMeasure does what a moderator chose: to a message, a person or a room.
func (s *Server) createMeasure(w http.ResponseWriter, r *http.Request) error {
	in := measureOf(r)
	m := in
	var err error
	if in.Until, err = endOf(r, in.Kind); err == nil {
		m, err = s.Store.ImposeAfter(r.Context(), s.actor(r), in, seenIn(r))
	}
	var problem store.Invalid
	if mistake(r, err, &problem) {
		return s.measureAgain(w, r, in, fieldsOf(r, store.Problems{problem}))
	}
	var meanwhile store.Meanwhile
	if errors.As(err, &meanwhile) {
		f, me := fieldsOf(r, nil), asker(r).User
		f.Problem = views.MeanwhileSentence(r.Context(), meanwhile.Measure, me.ID, views.Zone(me))
		return s.measureAgain(w, r, in, f)
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

// seenIn is the newest measure that the page of the form showed; a form of no such page has
// seen all of them.
func seenIn(r *http.Request) store.MeasureID {
	n, err := strconv.ParseInt(r.PostForm.Get("seen"), 10, 64)
	if err != nil {
		return math.MaxInt64
	}
	return store.MeasureID(n)
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
		if may, err := s.mayHide(r.Context(), asker(r).User.ID, message); err != nil || !may {
			return cmp.Or(err, store.ErrNotFound)
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

// lifted is what an address says of m, which was just lifted.
func lifted(m store.Measure) string { return "lifted." + strconv.FormatInt(int64(m.ID), 10) }

// saidOf is what the page of r says of what was just done: all are the sentences, by what
// saved says. After a lift it says what of the same effect still holds.
func (s *Server) saidOf(r *http.Request, all map[string]string, saved string) string {
	name, of, _ := strings.Cut(saved, ".")
	id, err := strconv.ParseInt(of, 10, 64)
	if name != "lifted" || err != nil {
		return all[saved]
	}
	me := asker(r).User
	m, err := s.Store.MeasureByID(r.Context(), store.MeasureID(id))
	if err != nil {
		return all[name] // it says less
	}
	still, err := s.Store.StillHolding(r.Context(), me.ID, m)
	if err != nil {
		s.Log.Warn("read what still holds", "measure", id, "error", err)
		return all[name]
	}
	return views.LiftedSentence(r.Context(), still, views.Zone(me))
}

// liftMeasure ends a measure, and shows again what it was lifted on.
func (s *Server) liftMeasure(w http.ResponseWriter, r *http.Request) error {
	id, err := measureAt(r)
	if err != nil {
		return err
	}
	m, err := s.Store.Lift(r.Context(), s.actor(r), id, r.PostForm.Get("why"))
	if err == nil {
		s.measured(r.Context(), m)
		s.reportersTold(r.Context(), m.Case)
	}
	var problem store.Invalid
	kept := mistake(r, err, &problem)
	if r.PostForm.Has("case") {
		return s.liftedInCase(w, r, m, err)
	}
	if r.PostForm.Has("list") && (err == nil || kept || errors.Is(err, store.ErrConflict)) {
		return s.liftedInList(w, r, m, err)
	}
	if r.PostForm.Has("panel") && errors.Is(err, store.ErrConflict) {
		return s.shownAlready(w, r, m)
	}
	if kept { // of all kinds that of a held message alone can fail so
		return s.personModeration(w, r, http.StatusUnprocessableEntity, m.User, m.Room, views.Fields{Problem: problem.Text})
	}
	if errors.Is(err, store.ErrConflict) { // what was done says how it ended
		f := views.Fields{Problem: "It has ended already: see what was done."}
		switch {
		case m.User != 0:
			return s.personModeration(w, r, http.StatusConflict, m.User, m.Room, f)
		case m.Room != 0:
			return s.roomModeration(w, r, http.StatusConflict, m.Room, f)
		}
		return s.newcomers(w, r, http.StatusConflict, f)
	}
	if err != nil {
		return err
	}
	return s.afterMeasure(w, r, m, templ.SafeURL(lifted(m)))
}
