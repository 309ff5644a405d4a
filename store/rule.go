package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// RuleID numbers the rules.
type RuleID int64

// RuleKind is what a rule looks for.
type RuleKind string

// The kinds of rules. There are no patterns: whoever reads a rule knows what it does.
const (
	RuleWord   RuleKind = "word"
	RulePhrase RuleKind = "phrase" // words in a row
	RuleHost   RuleKind = "host"   // of a link, with all below it
)

// RuleAct is what a rule does.
type RuleAct string

// The acts, from the mildest to the strictest: of several rules the strictest counts.
const (
	RuleFlags   RuleAct = "flag"   // a case is opened
	RuleHolds   RuleAct = "hold"   // the message waits for a moderator
	RuleRefuses RuleAct = "refuse" // with a sentence
)

var ruleActs = []RuleAct{RuleFlags, RuleHolds, RuleRefuses}

// Rule is something that moderators do not want to be written. It looks at what a text
// says, not at how it is spelled (see fold).
type Rule struct {
	ID       RuleID
	Kind     RuleKind
	Text     string
	Act      RuleAct
	Sentence string // what the author is told; "": Parley's own
	Active   bool
	By       UserID
	At       time.Time
	Version  int // grows with each change
}

// MostRules is how many rules there are at most.
const MostRules = 5000

// Rules returns all rules, by their text.
func (s *Store) Rules(ctx context.Context) ([]Rule, error) {
	var rows []ruleRow
	if err := s.list(ctx, &rows, allRules, MostRules); err != nil {
		return nil, s.plain(err)
	}
	all := make([]Rule, len(rows))
	for i, r := range rows {
		all[i] = r.rule()
	}
	return all, nil
}

const ruleFields = `id, kind, text, act, sentence, active, by_id, at, version`

const allRules = "select " + ruleFields + `
  from rules
 order by kind, text_key
 limit $1`

type ruleRow struct {
	ID       RuleID
	Kind     RuleKind
	Text     string
	Act      RuleAct
	Sentence string
	Active   bool
	ByID     UserID `db:"by_id"`
	At       int64
	Version  int
}

func (r ruleRow) rule() Rule {
	return Rule{r.ID, r.Kind, r.Text, r.Act, r.Sentence, r.Active, r.ByID, fromMicros(r.At), r.Version}
}

// checkRule returns r as it is stored.
func checkRule(r Rule) (Rule, error) {
	r.Text, r.Sentence = strings.Join(strings.Fields(readable(r.Text)), " "), strings.Join(strings.Fields(readable(r.Sentence)), " ")
	if r.Kind == RuleHost {
		r.Text = hostOf(r.Text)
	}
	r.Text = strings.TrimPrefix(strings.TrimPrefix(r.Text, "https://"), "http://")
	words := strings.Fields(string(fold(r.Text)))
	switch {
	case !slices.Contains([]RuleKind{RuleWord, RulePhrase, RuleHost}, r.Kind):
		return r, Invalid{"kind", "Choose a word, a phrase or a host."}
	case !slices.Contains(ruleActs, r.Act):
		return r, Invalid{"act", "Choose what happens."}
	case len(words) == 0:
		return r, Invalid{"text", "Enter what to look for: letters or digits."}
	case utf8.RuneCountInString(r.Text) > 100:
		return r, Invalid{"text", "Use at most 100 characters."}
	case r.Kind == RuleWord && len(words) > 1:
		return r, Invalid{"text", "This is more than one word. Choose a phrase."}
	case r.Kind == RuleHost && (!strings.Contains(r.Text, ".") || strings.ContainsAny(r.Text, " /")):
		return r, Invalid{"text", "Enter the name of a host, like example.com."}
	case utf8.RuneCountInString(r.Sentence) > 200:
		return r, Invalid{"sentence", "Use at most 200 characters."}
	}
	return r, nil
}

// hostOf is the host of an address, as somebody may have pasted it: of a host it is that.
func hostOf(address string) string {
	if _, rest, is := strings.Cut(address, "://"); is {
		address = rest
	}
	if end := strings.IndexAny(address, `/\?#`); end >= 0 {
		address = address[:end]
	}
	address = address[strings.LastIndex(address, "@")+1:] // after who signs in there
	host, _, _ := strings.Cut(address, ":")
	return host
}

// CreateRule adds an active rule as an act of by, who moderates the instance; otherwise
// it fails with ErrNotFound. It fails with Invalid if it cannot be a rule, or is one already.
func (s *Store) CreateRule(ctx context.Context, by Actor, r Rule) (Rule, error) {
	r, err := checkRule(r)
	if err != nil {
		return r, err
	}
	r.By, r.At, r.Active, r.Version = by.User, s.now(), true, 1
	err = s.changeRules(ctx, by, func(ctx context.Context, tx *transaction) ([]Entry, error) {
		var n int
		if err := tx.GetContext(ctx, &n, "select count(*) from rules"); err != nil {
			return nil, err
		}
		if n >= MostRules {
			return nil, Invalid{"text", "There are 5,000 rules. Delete one first."}
		}
		if err := tx.GetContext(ctx, &r.ID, nextID, "rule"); err != nil {
			return nil, err
		}
		res, err := tx.ExecContext(ctx, insertRule, r.ID, r.Kind, r.Text, string(ruleKey(r.Kind, r.Text)), r.Act, r.Sentence, by.User, micros(r.At))
		if err := one(res, err); err != nil {
			if err == ErrNotFound {
				err = errRuled
			}
			return nil, err
		}
		return []Entry{{Act: "rule.create", Target: onRule(r), Now: string(r.Kind) + ": " + string(r.Act)}}, nil
	})
	return r, err
}

const insertRule = `
insert into rules (id, kind, text, text_key, act, sentence, active, by_id, at)
values ($1, $2, $3, $4, $5, $6, true, $7, $8)
on conflict do nothing`

var errRuled = Invalid{"text", "There is a rule for this already."}

func onRule(r Rule) Target { return Target{Kind: OnRule, ID: int64(r.ID), Name: r.Text} }

// ChangeRule makes rule in.ID what in says, as an act of by, if it is still what it was at
// in.Version. Otherwise it fails with ErrConflict, and else as CreateRule does.
func (s *Store) ChangeRule(ctx context.Context, by Actor, in Rule) error {
	in, err := checkRule(in)
	if err != nil {
		return err
	}
	return s.changeRules(ctx, by, func(ctx context.Context, tx *transaction) ([]Entry, error) {
		was, err := ruleIn(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		if was.Version != in.Version {
			return nil, ErrConflict
		}
		key := string(ruleKey(in.Kind, in.Text))
		var same int // changeRules has all others wait
		if err := tx.GetContext(ctx, &same, "select count(*) from rules where kind = $1 and text_key = $2 and id <> $3", in.Kind, key, in.ID); err != nil {
			return nil, err
		}
		if same > 0 {
			return nil, errRuled
		}
		entries := changesOf(was, in)
		if len(entries) == 0 {
			return nil, nil
		}
		_, err = tx.ExecContext(ctx, updateRule, in.ID, in.Kind, in.Text, key, in.Act, in.Sentence, in.Active)
		return entries, err
	})
}

const updateRule = `
update rules
   set kind = $2, text = $3, text_key = $4, act = $5, sentence = $6, active = $7, version = version + 1
 where id = $1`

func ruleIn(ctx context.Context, tx *transaction, id RuleID) (Rule, error) {
	var r ruleRow
	err := tx.GetContext(ctx, &r, "select "+ruleFields+" from rules where id = $1", id)
	return r.rule(), err
}

// changesOf are the log's entries of what makes was now.
func changesOf(was, now Rule) []Entry {
	var entries []Entry
	note := func(act Act, before, after string) {
		if before != after {
			entries = append(entries, Entry{Act: act, Target: onRule(now), Was: before, Now: after})
		}
	}
	note("rule.words", string(was.Kind)+": "+was.Text, string(now.Kind)+": "+now.Text)
	note("rule.change", ruleState(was.Act, was.Active), ruleState(now.Act, now.Active))
	note("rule.sentence", was.Sentence, now.Sentence)
	return entries
}

func ruleState(act RuleAct, active bool) string {
	if !active {
		return string(act) + ", off"
	}
	return string(act)
}

// RuleByID returns one rule, whoever asks.
func (s *Store) RuleByID(ctx context.Context, id RuleID) (Rule, error) {
	var r ruleRow
	err := s.get(ctx, &r, "select "+ruleFields+" from rules where id = $1", id)
	return r.rule(), s.plain(err)
}

// DeleteRule takes rule id away, as an act of by.
func (s *Store) DeleteRule(ctx context.Context, by Actor, id RuleID) error {
	return s.changeRules(ctx, by, func(ctx context.Context, tx *transaction) ([]Entry, error) {
		var was ruleRow
		if err := tx.GetContext(ctx, &was, "delete from rules where id = $1 returning "+ruleFields, id); err != nil {
			return nil, err
		}
		return []Entry{{Act: "rule.delete", Target: onRule(was.rule()), Was: ruleState(was.Act, was.Active)}}, nil
	})
}

// changeRules runs fn as an act of somebody who moderates the instance, and has this
// process follow.
func (s *Store) changeRules(ctx context.Context, by Actor, fn func(context.Context, *transaction) ([]Entry, error)) error {
	err := s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		officer, err := officerIn(ctx, tx, 0, by.User)
		if err != nil {
			return err
		}
		if !officer.Active || officer.rank() < instanceRank {
			return sql.ErrNoRows
		}
		if _, err := tx.ExecContext(ctx, "update counters set value = value + 1 where name = 'rules'"); err != nil {
			return err
		}
		entries, err := fn(ctx, tx)
		if err != nil {
			return err
		}
		return s.record(ctx, tx, by, entries...)
	})
	if err != nil {
		return err
	}
	return s.RefreshRules(ctx)
}
