package store

import (
	"context"
	"slices"
	"strings"

	"github.com/coregx/ahocorasick"
)

// ruleset is all active rules, ready to be asked: one automaton for all words.
type ruleset struct {
	version int64
	all     []Rule
	words   *ahocorasick.Automaton // of the folded texts of rules; nil: none
	ruleOf  []int                  // its pattern's place in all
	hosts   map[string]int
}

func newRuleset(version int64, all []Rule) (*ruleset, error) {
	set := &ruleset{version: version, hosts: map[string]int{}}
	b := ahocorasick.NewBuilder()
	for _, r := range all {
		if !r.Active {
			continue
		}
		at := len(set.all)
		set.all = append(set.all, r)
		if r.Kind == RuleHost {
			if before, is := set.hosts[foldHost(r.Text)]; !is || stricter(r, set.all[before]) {
				set.hosts[foldHost(r.Text)] = at
			}
			continue
		}
		b.AddPattern(ruleKey(r.Kind, r.Text))
		set.ruleOf = append(set.ruleOf, at)
	}
	if len(set.ruleOf) == 0 {
		return set, nil
	}
	var err error
	set.words, err = b.Build()
	return set, err
}

// ruleKey is what a rule of words is found by.
func ruleKey(kind RuleKind, text string) []byte {
	if kind == RuleHost {
		return []byte(foldHost(text))
	}
	key := fold(text)
	if spaceless(text) {
		key = []byte(strings.TrimSpace(string(key)))
	}
	return key
}

func stricter(a, b Rule) bool { return slices.Index(ruleActs, a.Act) > slices.Index(ruleActs, b.Act) }

// find returns the strictest rule that body breaks.
func (set *ruleset) find(body string) (Rule, bool) {
	best := -1
	take := func(at int) {
		if best < 0 || stricter(set.all[at], set.all[best]) {
			best = at
		}
	}
	look := func(text []byte) {
		if set.words.IsMatch(text) {
			for _, m := range set.words.FindAllOverlapping(text) {
				take(set.ruleOf[m.PatternID])
			}
		}
	}
	if set.words != nil {
		look(fold(body))
		if strings.ContainsFunc(body, isCapital) {
			look(fold(asCapitals(body)))
		}
		if strings.ContainsRune(body, rightToLeft) {
			look(fold(turned(body)))
		}
	}
	if len(set.hosts) > 0 {
		if strings.ContainsRune(body, rightToLeft) {
			body += " " + turned(body)
		}
		for _, host := range hostsIn(body) {
			for host != "" {
				if at, is := set.hosts[host]; is {
					take(at)
				}
				_, host, _ = strings.Cut(host, ".")
			}
		}
	}
	if best < 0 {
		return Rule{}, false
	}
	return set.all[best], true
}

// Broken returns the strictest active rule that body breaks.
func (s *Store) Broken(body string) (Rule, bool) { return s.rules.Load().find(body) }

// RefreshRules learns what another process has changed of the rules.
func (s *Store) RefreshRules(ctx context.Context) error {
	var version int64
	if err := s.get(ctx, &version, "select value from counters where name = 'rules'"); err != nil {
		return s.plain(err)
	}
	was := s.rules.Load()
	if was != nil && was.version == version {
		return nil
	}
	all, err := s.Rules(ctx)
	if err != nil {
		return err
	}
	set, err := newRuleset(version, all)
	if err == nil {
		s.rules.CompareAndSwap(was, set)
	}
	return err
}
