package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

func init() {
	liveParts["rules"] = part{needs: store.Moderator, show: rulesPart}
	liveParts["rule"] = part{needs: store.Moderator, show: rulePart}
}

// rulesTopic is hinted at when a rule is made, changed or deleted.
const rulesTopic live.Topic = "rules/all"

func (s *Server) rulesChanged() { s.Bus.Publish(live.Hint{Topic: rulesTopic}) }

// rules are a page of those that an address asks for.
func (s *Server) rules(ctx context.Context, asked url.Values) (v views.Rules, err error) {
	all, err := s.Store.Rules(ctx)
	if err != nil {
		return v, err
	}
	v.Query, v.Total = strings.TrimSpace(asked.Get("q")), len(all)
	for _, rule := range all {
		if strings.Contains(strings.ToLower(rule.Text), strings.ToLower(v.Query)) {
			v.Found = append(v.Found, rule)
		}
	}
	from, _ := strconv.Atoi(asked.Get("from")) // what is none is the beginning
	from = max(0, min(from, len(v.Found)))
	if v.Found = v.Found[from:]; len(v.Found) > rulesShown {
		v.Found, v.More = v.Found[:rulesShown], from+rulesShown
	}
	return v, nil
}

// rulesOnPage is the live part of a page of rules, as its address asks for them.
func rulesOnPage(asked url.Values) string {
	return "rules/" + url.Values{"q": {clipTitle(asked.Get("q"))}, "from": {asked.Get("from")}}.Encode()
}

func rulesPart(s *Server, ctx context.Context, rest string) (parts, []live.Topic, error) {
	asked, err := url.ParseQuery(rest)
	if err != nil {
		return nil, nil, store.ErrNotFound
	}
	v, err := s.rules(ctx, asked)
	return fixed(views.RulesTitle(v, true), views.RulesRegion(v, true)), []live.Topic{rulesTopic}, err
}

// ruleOnPage is the live part of a rule's page, whose form has what it was at version.
func ruleOnPage(rule store.RuleID, version string) string {
	n, _ := strconv.Atoi(version) // what is none is none that there was
	return fmt.Sprintf("rule/%d/%d", rule, n)
}

// rulePart says of "7/3" what became of rule 7 since its version 3. Of one that was
// deleted the page still says what it was.
func rulePart(s *Server, ctx context.Context, rest string) (parts, []live.Topic, error) {
	id, version, _ := strings.Cut(rest, "/")
	n, err1 := strconv.ParseInt(id, 10, 64)
	at, err2 := strconv.Atoi(version)
	if err1 != nil || err2 != nil {
		return nil, nil, store.ErrNotFound
	}
	rule, err := s.Store.RuleByID(ctx, store.RuleID(n))
	if errors.Is(err, store.ErrNotFound) {
		return fixed(views.RuleMeanwhile(false, true, true)), []live.Topic{rulesTopic}, nil
	}
	return fixed(views.RuleHead(rule, true), views.RuleMeanwhile(rule.Version != at, false, true)), []live.Topic{rulesTopic}, err
}
