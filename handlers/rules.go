package handlers

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"parley/store"
	"parley/views"
)

const (
	rulesShown  = 100 // on a page
	caughtShown = 30  // of what a trial caught
)

func ruleAt(r *http.Request) (store.RuleID, error) {
	n, err := strconv.ParseInt(r.PathValue("rule"), 10, 64)
	if err != nil || n < 1 {
		return 0, store.ErrNotFound
	}
	return store.RuleID(n), nil
}

// ruleOf is the rule that a form describes.
func ruleOf(r *http.Request) store.Rule {
	form := r.PostForm
	return store.Rule{
		Kind: store.RuleKind(form.Get("kind")), Text: form.Get("text"), Act: store.RuleAct(form.Get("act")), Sentence: form.Get("sentence"),
	}
}

func (s *Server) showRules(w http.ResponseWriter, r *http.Request) error {
	f := views.Fields{Values: map[string]string{"kind": string(store.RuleWord), "act": string(store.RuleHolds)}}
	return s.rulesPage(w, r, http.StatusOK, views.Rules{Fields: f})
}

func (s *Server) rulesPage(w http.ResponseWriter, r *http.Request, status int, v views.Rules) error {
	q := r.URL.Query()
	list, err := s.rules(r.Context(), q)
	if err != nil {
		return err
	}
	list.Fields, list.Trial = v.Fields, v.Trial
	v = list
	v.Done = map[string]string{"rule": "The rule holds from now on.", "deleted": "The rule is deleted."}[q.Get("saved")]
	page, err := s.me(r.Context(), asker(r), "Rules", 0)
	if err != nil {
		return err
	}
	page.Live.Part = rulesOnPage(q)
	return s.render(w, r, status, views.RulesPage(page, v))
}

// rulesAgain shows the form with what was typed, and what is wrong with it.
func (s *Server) rulesAgain(w http.ResponseWriter, r *http.Request, err error) error {
	var problem store.Invalid
	if !errors.As(err, &problem) {
		return err
	}
	return s.rulesPage(w, r, http.StatusUnprocessableEntity, views.Rules{Fields: fieldsOf(r, store.Problems{problem})})
}

// createRule makes a rule; one that would catch very much only for who has seen that.
func (s *Server) createRule(w http.ResponseWriter, r *http.Request) error {
	trial, err := s.wide(r, ruleOf(r))
	if err != nil {
		return s.rulesAgain(w, r, err)
	}
	if trial != nil {
		return s.rulesPage(w, r, http.StatusOK, views.Rules{Fields: fieldsOf(r, nil), Trial: trial})
	}
	if _, err := s.Store.CreateRule(r.Context(), s.actor(r), ruleOf(r)); err != nil {
		return s.rulesAgain(w, r, err)
	}
	s.rulesChanged()
	return seeOther(w, r, "/moderation/rules?saved=rule")
}

// tryRule shows what a rule would have caught, without making it.
func (s *Server) tryRule(w http.ResponseWriter, r *http.Request) error {
	trial, err := s.trial(r, ruleOf(r))
	if f, waits := s.trialLater(w, r, err); waits {
		return s.rulesPage(w, r, http.StatusTooManyRequests, views.Rules{Fields: f})
	}
	if err != nil {
		return s.rulesAgain(w, r, err)
	}
	return s.rulesPage(w, r, http.StatusOK, views.Rules{Fields: fieldsOf(r, nil), Trial: trial})
}

// A rule is wide that is a single letter, or would have caught more than one of so many
// messages, if there are enough to say.
const (
	wideShare = 5
	wideFrom  = 20
)

// wide is the trial of a rule that is wide, for its form to ask whether it is meant so:
// nil for another, and for one that the form says is.
func (s *Server) wide(r *http.Request, rule store.Rule) (*views.Trial, error) {
	if r.PostForm.Get("sure") == views.Sure(rule) {
		return nil, nil
	}
	t, err := s.trial(r, rule)
	if err != nil {
		return nil, err
	}
	letter := utf8.RuneCountInString(strings.TrimSpace(rule.Text)) == 1
	if !letter && (t.Looked < wideFrom || t.Count*wideShare <= t.Looked) {
		return nil, nil
	}
	t.Sure = views.Sure(rule)
	return t, nil
}

func (s *Server) trial(r *http.Request, rule store.Rule) (*views.Trial, error) {
	me := asker(r).User.ID
	if wait := s.limits.trials.take(me); wait > 0 { // each reads a thousand messages
		return nil, throttled{wait}
	}
	caught, looked, err := s.Store.Trial(r.Context(), me, rule)
	if err != nil {
		return nil, err
	}
	t := &views.Trial{Caught: caught, Count: len(caught), Looked: looked, Rooms: map[store.RoomID]string{}}
	if len(t.Caught) > caughtShown {
		t.Caught = t.Caught[:caughtShown]
	}
	rooms, err := s.Store.RoomsOf(r.Context(), me)
	for _, m := range rooms {
		t.Rooms[m.ID] = m.Name
	}
	return t, err
}

// trialLater is the form as it was filled in, with a sentence that says when it can be
// tried, if err is that there were too many trials.
func (s *Server) trialLater(w http.ResponseWriter, r *http.Request, err error) (f views.Fields, waits bool) {
	var wait throttled
	if !errors.As(err, &wait) {
		return f, false
	}
	f = fieldsOf(r, nil)
	_, f.Problem = s.explain(r.Context(), w, err)
	return f, true
}

// showRule is one rule, with the form that changes it.
func (s *Server) showRule(w http.ResponseWriter, r *http.Request) error {
	return s.rulePage(w, r, http.StatusOK, views.RuleView{Done: map[string]string{"rule": "Saved."}[r.URL.Query().Get("saved")]})
}

// rulePage completes and shows the page, whose form has what v has, or what the rule is.
func (s *Server) rulePage(w http.ResponseWriter, r *http.Request, status int, v views.RuleView) error {
	id, err := ruleAt(r)
	if err != nil {
		return err
	}
	if v.Rule, err = s.Store.RuleByID(r.Context(), id); err != nil {
		return err
	}
	if v.Fields.Values == nil {
		v.Fields.Values = ruleValues(v.Rule)
	}
	if v.Page, err = s.me(r.Context(), asker(r), "Rule", 0); err != nil {
		return err
	}
	v.Live.Part = ruleOnPage(id, v.Fields.Values["version"])
	return s.render(w, r, status, views.RulePage(v))
}

// ruleValues are what the form of a rule has of it.
func ruleValues(rule store.Rule) map[string]string {
	values := map[string]string{
		"kind": string(rule.Kind), "text": rule.Text, "act": string(rule.Act), "sentence": rule.Sentence, "version": strconv.Itoa(rule.Version),
	}
	if rule.Active {
		values["active"] = "yes"
	}
	return values
}

// changedRule is the rule at the request's address as the form wants it.
func changedRule(r *http.Request) (store.Rule, error) {
	id, err := ruleAt(r)
	rule := ruleOf(r)
	rule.ID, rule.Active = id, r.PostForm.Get("active") != ""
	rule.Version, _ = strconv.Atoi(r.PostForm.Get("version")) // what is none is none that there is
	return rule, err
}

// updateRule changes what a rule looks for, what it does and says, or switches it on or off.
func (s *Server) updateRule(w http.ResponseWriter, r *http.Request) error {
	rule, err := changedRule(r)
	if err != nil {
		return err
	}
	was, err := s.Store.RuleByID(r.Context(), rule.ID)
	if err != nil {
		return s.ruleAgain(w, r, err)
	}
	if rule.Active && (!was.Active || rule.Kind != was.Kind || rule.Text != was.Text) {
		trial, err := s.wide(r, rule)
		if err != nil {
			return s.ruleAgain(w, r, err)
		}
		if trial != nil {
			return s.rulePage(w, r, http.StatusOK, views.RuleView{Fields: fieldsOf(r, nil), Trial: trial})
		}
	}
	if err := s.Store.ChangeRule(r.Context(), s.actor(r), rule); err != nil {
		return s.ruleAgain(w, r, err)
	}
	s.rulesChanged()
	return seeOther(w, r, views.RuleURL(rule.ID)+"?saved=rule")
}

// ruleAgain shows the form with what was typed, and what is wrong with it. Who changes
// what somebody else has changed meanwhile sees what it is now, and can save again; of what
// was deleted meanwhile they can make a new rule.
func (s *Server) ruleAgain(w http.ResponseWriter, r *http.Request, err error) error {
	var problem store.Invalid
	if errors.As(err, &problem) {
		return s.rulePage(w, r, http.StatusUnprocessableEntity, views.RuleView{Fields: fieldsOf(r, store.Problems{problem})})
	}
	if errors.Is(err, store.ErrNotFound) && r.PostForm.Get("text") != "" {
		f := fieldsOf(r, nil)
		f.Problem = "This rule was deleted meanwhile. What you entered is still here: add it as a new rule if it should be so."
		return s.rulesPage(w, r, http.StatusConflict, views.Rules{Fields: f})
	}
	if !errors.Is(err, store.ErrConflict) {
		return err
	}
	id, err := ruleAt(r)
	if err != nil {
		return err
	}
	now, err := s.Store.RuleByID(r.Context(), id)
	if err != nil {
		return err
	}
	f := fieldsOf(r, nil)
	f.Values["version"] = strconv.Itoa(now.Version)
	f.Problem = "Somebody else has changed this rule meanwhile: above is what it is now, and here is what you entered. Save it again if it should be so."
	return s.rulePage(w, r, http.StatusConflict, views.RuleView{Fields: f})
}

// tryChangedRule shows what a rule would have caught as the form wants it, without
// changing it.
func (s *Server) tryChangedRule(w http.ResponseWriter, r *http.Request) error {
	rule, err := changedRule(r)
	if err != nil {
		return err
	}
	trial, err := s.trial(r, rule)
	if f, waits := s.trialLater(w, r, err); waits {
		return s.rulePage(w, r, http.StatusTooManyRequests, views.RuleView{Fields: f})
	}
	if err != nil {
		return s.ruleAgain(w, r, err)
	}
	return s.rulePage(w, r, http.StatusOK, views.RuleView{Fields: fieldsOf(r, nil), Trial: trial})
}

func (s *Server) askDeleteRule(w http.ResponseWriter, r *http.Request) error {
	id, err := ruleAt(r)
	if err != nil {
		return err
	}
	rule, err := s.Store.RuleByID(r.Context(), id)
	if err != nil {
		return err
	}
	page, err := s.me(r.Context(), asker(r), "Delete this rule?", 0)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.DeleteRulePage(page, rule))
}

func (s *Server) deleteRule(w http.ResponseWriter, r *http.Request) error {
	id, err := ruleAt(r)
	if err != nil {
		return err
	}
	if err := s.Store.DeleteRule(r.Context(), s.actor(r), id); err != nil {
		return err
	}
	s.rulesChanged()
	return seeOther(w, r, "/moderation/rules?saved=deleted")
}

// ruledSentence is what the author of a refused text is told.
func ruledSentence(e store.Ruled) string {
	switch {
	case e.Edit:
		return "A moderator has to read such a text first, so a message cannot be changed into it. Send it as a new message, or change your text."
	case e.Sentence != "":
		return e.Sentence
	}
	return "A rule of this place does not allow this text, so it was not sent. It is still here: change it and send it again."
}

// flagged has the queues show the case that a rule opened, if it did.
func (s *Server) flagged(m store.Message) {
	if m.Case != 0 {
		s.caseChanged(store.Case{ID: m.Case, Room: m.Room})
	}
}
