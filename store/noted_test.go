package store_test

import (
	"testing"

	"parley/store"
)

func TestWhatTheLogNotedIsReadAsItWasWritten(t *testing.T) {
	for _, n := range []store.Noted{
		{}, {What: "until 2027-01-01T00:00:00Z"}, {Amount: 90}, {Words: "told you\namount 3"},
		{What: "until 2027-01-01T00:00:00Z", Amount: 30, Words: "One at a time\nplease"},
	} {
		if got := store.NotedIn("moderation.slow", n.String()); got != n {
			t.Errorf("%+v is read as %+v", n, got)
		}
	}
	// The text of a rule that turned a message down can look like anything.
	for _, rule := range []string{"told you so", "amount due"} {
		if got := store.NotedIn("moderation.turn-down", rule); got != (store.Noted{What: rule}) {
			t.Errorf("the rule %q is read as %+v", rule, got)
		}
	}
}
