package handlers

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
	"parley/views/words"
)

func init() {
	liveParts["case"] = part{may: mayCase, show: casePart}
}

// caseTopic is hinted at when a case has changed.
func caseTopic(c store.CaseID) live.Topic {
	return live.Topic("case/" + strconv.FormatInt(int64(c), 10) + "/")
}

// caseChanged hints at a case, and at the queues that it is in.
func (s *Server) caseChanged(c store.Case) {
	s.Bus.Publish(live.Hint{Topic: caseTopic(c.ID)})
	s.Bus.Publish(live.Hint{Topic: casesTopic(0)})
	if c.Room != 0 {
		s.Bus.Publish(live.Hint{Topic: casesTopic(c.Room)})
	}
}

// caseAt is the case that the path names, if the asker handles it.
func (s *Server) caseAt(r *http.Request) (store.Case, error) {
	n, err := strconv.ParseInt(r.PathValue("case"), 10, 64)
	if err != nil || n < 1 {
		return store.Case{}, store.ErrNotFound
	}
	return s.Store.CaseFor(r.Context(), store.CaseID(n), asker(r).User.ID)
}

func (s *Server) showCase(w http.ResponseWriter, r *http.Request) error {
	c, err := s.caseAt(r)
	if err != nil {
		return err
	}
	return s.casePage(w, r, http.StatusOK, c, views.Fields{}, s.saidOf(r, caseDone, r.URL.Query().Get("saved")))
}

// caseDone is what the page of a case says of what was just done.
var caseDone = map[string]string{
	"note": "The note is saved.", "measure": "It is done, and they are told.", "closed": "The case is closed.",
	"lifted": "Lifted. What it did is undone.",
}

// casePage shows the page of a case with what is written on it.
func (s *Server) casePage(w http.ResponseWriter, r *http.Request, status int, c store.Case, f views.Fields, done string) error {
	v, err := s.caseView(r.Context(), c.ID, asker(r).User.ID, s.narrowedTo(r))
	if err != nil {
		return err
	}
	v.Form = f
	if _, chosen := f.Values["for"]; !chosen {
		v.Form.Values = map[string]string{"for": views.Usually, "close": "yes"}
		if len(v.Reasons) > 0 {
			v.Form.Values["reason"] = string(v.Reasons[0])
		}
		maps.Copy(v.Form.Values, f.Values)
	}
	if v.Takers, err = s.Store.CaseTakers(r.Context(), v.Case, v.User, mostTakers); err != nil {
		return err
	}
	page, err := s.me(r.Context(), asker(r), "Report", c.Room)
	if err != nil {
		return err
	}
	page.Live.Part = "case/" + strconv.FormatInt(int64(c.ID), 10) + "/" + idString(v.User) + "/" + views.FilterOf(v.From).Encode()
	return s.render(w, r, status, views.CasePage(page, v, done))
}

// mostTakers is to how many people a case can be handed over.
const mostTakers = 200

// narrowedTo is what the queue was narrowed down to that the case was opened from: the
// address says it, and then the form. To a room that the asker may not read, it is not.
func (s *Server) narrowedTo(r *http.Request) store.CaseFilter {
	asked := r.URL.Query()
	if r.Method == http.MethodPost {
		asked, _ = url.ParseQuery(r.PostForm.Get("from")) // what cannot be read is all
	}
	f := filterOf(asked)
	if f.In != 0 && s.Store.MayQueue(r.Context(), asker(r).User.ID, f.In) != nil {
		f.In = 0
	}
	return f
}

// caseView is the case as user sees it. Where one goes on is asked for once it is closed.
func (s *Server) caseView(ctx context.Context, c store.CaseID, user store.UserID, from store.CaseFilter) (v views.CaseView, err error) {
	v.User, v.From = user, from
	if v.File, err = s.Store.CaseFile(ctx, c, user); err == nil && v.State == store.CaseClosed {
		v.Next, err = s.Store.NextCase(ctx, user, v.Case, from)
	}
	return v, err
}

// afterAct shows the case after an act on it, or what was wrong with it, with what is
// written on the page: sent are the fields that were used up.
func (s *Server) afterAct(w http.ResponseWriter, r *http.Request, c store.Case, err error, saved string, sent ...string) error {
	f := fieldsOf(r, nil)
	var problem store.Invalid
	var held store.Held
	switch {
	case errors.As(err, &held):
		f.Problem = heldSentence(r.Context(), held)
		return s.casePage(w, r, http.StatusConflict, c, f, "")
	case mistake(r, err, &problem):
		f.Errors = store.Problems{problem}.ByField()
		if problem.Field == "reopen" {
			f.Problem = problem.Text
		}
		return s.casePage(w, r, http.StatusUnprocessableEntity, c, f, "")
	case errors.Is(err, store.ErrMeasured):
		f.Problem = "This holds already. Lift it first to do it in another way."
		return s.casePage(w, r, http.StatusUnprocessableEntity, c, f, "")
	case err != nil:
		return err
	}
	s.caseChanged(c)
	for _, name := range sent {
		delete(f.Values, name)
	}
	if halfWritten(f) {
		return s.casePage(w, r, http.StatusOK, c, f, s.saidOf(r, caseDone, saved))
	}
	return seeOther(w, r, saying(views.CaseIn(c.ID, s.narrowedTo(r)), saved))
}

// saying is to with what its page says was just done; "": nothing.
func saying(to templ.SafeURL, saved string) templ.SafeURL {
	switch {
	case saved == "":
		return to
	case strings.Contains(string(to), "?"):
		return to + "&saved=" + templ.SafeURL(saved)
	}
	return to + "?saved=" + templ.SafeURL(saved)
}

// halfWritten says whether there is something on the page of a case that would be lost
// with it.
func halfWritten(f views.Fields) bool {
	return slices.ContainsFunc([]string{"kind", "words", "text", "to"}, func(name string) bool {
		return strings.TrimSpace(f.Values[name]) != ""
	})
}

// heldSentence says who was quicker.
func heldSentence(ctx context.Context, held store.Held) string {
	switch {
	case held.State == store.CaseClosed:
		return words.Say(ctx, "Nothing was done: %s has closed this case meanwhile. Look at what was decided.", held.By)
	case held.By != "":
		return words.Say(ctx, "Nothing was done: %s has this case now. Talk to them, or take it over first.", held.By)
	}
	return "Nothing was done: the case has changed meanwhile. Look at it again, and decide then."
}

func versionOf(r *http.Request) int {
	n, _ := strconv.Atoi(r.PostForm.Get("version")) // 0 is no version that there is
	return n
}

// updateTaker has the asker take the case, hand it over or give it back.
func (s *Server) updateTaker(w http.ResponseWriter, r *http.Request) error {
	c, err := s.caseAt(r)
	if err != nil {
		return err
	}
	form := r.PostForm
	var to store.UserID
	switch text := form.Get("user"); {
	case form.Has("enter"): // nothing was pressed
		return s.casePage(w, r, http.StatusOK, c, fieldsOf(r, nil), "")
	case !form.Has("user") && form.Get("to") == "":
		return s.afterAct(w, r, c, store.Invalid{Field: "to", Text: "Choose somebody."}, "")
	case !form.Has("user"):
		if to, err = userOf(form.Get("to")); err != nil {
			return err
		}
		return s.afterAct(w, r, c, s.Store.AssignCase(r.Context(), s.actor(r), c.ID, versionOf(r), to), "", "to")
	case text != "0":
		if to, err = userOf(text); err != nil {
			return err
		}
	}
	return s.afterAct(w, r, c, s.Store.AssignCase(r.Context(), s.actor(r), c.ID, versionOf(r), to), "")
}

func (s *Server) closeCase(w http.ResponseWriter, r *http.Request) error {
	return s.changeCase(w, r, "closed", s.Store.CloseCase)
}

func (s *Server) reopenCase(w http.ResponseWriter, r *http.Request) error {
	return s.changeCase(w, r, "", s.Store.ReopenCase)
}

func (s *Server) changeCase(w http.ResponseWriter, r *http.Request, saved string, change func(context.Context, store.Actor, store.CaseID, int) error) error {
	c, err := s.caseAt(r)
	if err != nil {
		return err
	}
	err = change(r.Context(), s.actor(r), c.ID, versionOf(r))
	if err == nil {
		s.reportersTold(r.Context(), c.ID)
	}
	return s.afterAct(w, r, c, err, saved)
}

func (s *Server) createNote(w http.ResponseWriter, r *http.Request) error {
	c, err := s.caseAt(r)
	if err != nil {
		return err
	}
	err = s.Store.AddNote(r.Context(), asker(r).User.ID, c.ID, r.PostForm.Get("text"))
	return s.afterAct(w, r, c, err, "note", "text")
}

// createCaseMeasure does something about what the case is about.
func (s *Server) createCaseMeasure(w http.ResponseWriter, r *http.Request) error {
	c, err := s.caseAt(r)
	if err != nil {
		return err
	}
	form := r.PostForm
	kind, inRoom := strings.CutSuffix(form.Get("kind"), ".room")
	m := store.Measure{Kind: store.MeasureKind(kind), Reason: store.Reason(form.Get("reason")), Words: strings.TrimSpace(form.Get("words"))}
	if inRoom {
		m.Room = c.Room
	}
	if m.Kind == store.Ban && form.Get("addresses") != "" {
		m.Amount = 1
	}
	if m.Until, err = endOf(r, m.Kind); err == nil {
		m, err = s.Store.ImposeInCase(r.Context(), s.actor(r), c.ID, versionOf(r), m, form.Get("close") != "")
	}
	if err == nil {
		s.measured(r.Context(), m)
		s.reportersTold(r.Context(), c.ID)
	}
	return s.afterAct(w, r, c, err, "measure", "kind", "for", "end", "reason", "words", "addresses", "close")
}

// liftedInCase goes back to the case from whose page a measure was lifted: what was done
// there says how it ended, also if somebody else was quicker.
func (s *Server) liftedInCase(w http.ResponseWriter, r *http.Request, m store.Measure, err error) error {
	var problem store.Invalid
	if err != nil && !errors.Is(err, store.ErrConflict) && !errors.As(err, &problem) {
		return err
	}
	n, _ := strconv.ParseInt(r.PostForm.Get("case"), 10, 64) // what is none is no case
	c, absent := s.Store.CaseFor(r.Context(), store.CaseID(n), asker(r).User.ID)
	if absent != nil {
		return absent
	}
	if err != nil {
		f := fieldsOf(r, nil)
		f.Problem = "It has ended already: see what was done."
		if problem.Text != "" {
			f.Problem = problem.Text
			return s.casePage(w, r, http.StatusUnprocessableEntity, c, f, "")
		}
		return s.casePage(w, r, http.StatusConflict, c, f, "")
	}
	return s.afterAct(w, r, c, nil, lifted(m))
}

// caseOf reads "12/42/reason=spam": the case, whose page it is, and what the queue was
// narrowed down to that they came from.
func caseOf(rest string) (store.CaseID, store.UserID, store.CaseFilter, error) {
	c, of, _ := strings.Cut(rest, "/")
	user, asked, _ := strings.Cut(of, "/")
	n, err1 := strconv.ParseInt(c, 10, 64)
	u, err2 := strconv.ParseInt(user, 10, 64)
	from, err3 := url.ParseQuery(asked)
	if err1 != nil || err2 != nil || err3 != nil {
		return 0, 0, store.CaseFilter{}, store.ErrNotFound
	}
	return store.CaseID(n), store.UserID(u), filterOf(from), nil
}

func mayCase(s *Server, ctx context.Context, user store.User, rest string) (string, error) {
	n, whose, _, err := caseOf(rest)
	if err == nil && whose != user.ID {
		err = store.ErrNotFound
	}
	if err != nil {
		return "", err
	}
	c, err := s.Store.CaseFor(ctx, n, user.ID)
	if user.Role.AtLeast(store.Moderator) {
		return string(store.Moderator), err
	}
	return moderates(c.Room), err
}

func casePart(s *Server, ctx context.Context, rest string) (parts, []live.Topic, error) {
	n, user, from, err := caseOf(rest)
	if err != nil {
		return nil, nil, err
	}
	v, err := s.caseView(ctx, n, user, from)
	return func(zone *time.Location) []templ.Component {
		return []templ.Component{views.CaseState(v, zone, true), views.ActHeld(v, true), views.ActButton(v, true), views.CaseFile(v, zone, true)}
	}, []live.Topic{caseTopic(n)}, err
}

// eraseCopies erases what closed cases need no more.
func (s *Server) eraseCopies(ctx context.Context) error {
	for {
		if n, err := s.Store.EraseCopies(ctx, copiesAtOnce); err != nil || n < copiesAtOnce {
			return err
		}
	}
}

const copiesAtOnce = 200
