package store

import (
	"context"
	"errors"
	"time"
)

// demoRules are what Ada wants to know of, and what one of them holds: a message of Dan's
// that waits, and one of Ben's that Ada turned down, to which he objects.
func (s *Store) demoRules(ctx context.Context, people map[string]UserID, now time.Time, past *demoPast) {
	ada := Actor{User: people["ada"]}
	past.at(now.Add(-27*time.Hour), func() error {
		for _, r := range []Rule{
			{Kind: RuleHost, Text: "cheap-watches.example", Act: RuleRefuses, Sentence: "This shop has cheated people here. Its links are not for this place."},
			{Kind: RulePhrase, Text: "work from home and earn", Act: RuleRefuses},
			{Kind: RuleWord, Text: "lottery", Act: RuleHolds, Sentence: "We read what mentions lotteries before everybody does."},
			{Kind: RuleWord, Text: "casino", Act: RuleHolds},
			{Kind: RuleWord, Text: "stupid", Act: RuleFlags},
			{Kind: RulePhrase, Text: "kill yourself", Act: RuleRefuses, Sentence: "Nobody writes that here. If you need somebody to talk to, write to Ada."},
			{Kind: RuleWord, Text: "deploy", Act: RuleFlags},
		} {
			made, err := s.CreateRule(ctx, ada, r)
			if err != nil {
				return err
			}
			if r.Text == "deploy" { // that was a joke
				made.Active = false
				if err := s.ChangeRule(ctx, ada, made); err != nil {
					return err
				}
			}
		}
		return nil
	})
	for _, d := range []struct {
		by, text string
		ago      time.Duration
		turned   bool
	}{
		{"ben", "My cousin opens a casino on the harbour. Free drinks for everybody who says my name at the door!", 26 * time.Hour, true},
		{"dan", "Who is in for the office lottery? Two euros each, and Mei keeps the numbers. Last year we won 14 euros.", 40 * time.Minute, false},
		{"mei", "The new series is set in a casino, and the plot is surprisingly good. Shall we watch it on Friday?", 15 * time.Minute, false},
	} {
		past.at(now.Add(-d.ago), func() error {
			var waits Waits
			if _, err := s.PostMessage(ctx, Draft{Room: 1, Author: people[d.by], Key: "demo rule " + d.by, Body: d.text}); !errors.As(err, &waits) {
				return errors.Join(errors.New("demo: nothing holds the message"), err)
			}
			return nil
		})
		if d.turned {
			past.at(now.Add(-d.ago+2*time.Hour), func() error {
				held, err := s.HeldOf(ctx, people[d.by], 1)
				if err != nil {
					return err
				}
				m, err := s.TurnDownHeld(ctx, ada, held[0].ID, OffTopic, "Tell the few who asked for it. This room is for work.")
				if err != nil {
					return err
				}
				return s.CreateAppeal(ctx, m.User, m.ID, "Everybody here asked me where we could celebrate the release, and it costs nothing.")
			})
		}
	}
}
