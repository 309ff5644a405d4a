package handlers

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"parley/store"
	"parley/views"
)

func TestWhoWaitsIsToldEachOfTheLastTenSecondsAndBeforeThatInSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := newWaits()
		ben := posting{2, 1}
		slow := func(d time.Duration) store.Standing {
			return store.Standing{User: 2, Slow: time.Now().Add(d), SlowMode: d}
		}
		run := func() (said []string) {
			for {
				one, at := all.next(time.Now())
				switch {
				case one.who.user != 0 && !one.end.After(time.Now()):
					all.end(one)
					said = append(said, "over")
				case one.who.user != 0:
					shown, _ := views.WaitShown(time.Until(one.end))
					said = append(said, fmt.Sprint(shown))
					all.goesOn(one, time.Now())
				case at.IsZero():
					return said
				default:
					time.Sleep(time.Until(at)) // of synctest's clock
				}
			}
		}
		by := slow(70 * time.Second)
		all.begin(ben, by)
		all.begin(ben, by) // another page of his
		if got, want := run(), []string{"1m0s", "55s", "50s", "45s", "40s", "35s", "30s", "25s", "20s", "15s", "10s", "9s", "8s", "7s", "6s", "5s", "4s", "3s", "2s", "1s", "over"}; !slices.Equal(got, want) {
			t.Errorf("said %v, want %v", got, want)
		}
		all.begin(ben, slow(3*time.Hour+time.Second))
		if got := run(); len(got) != 146 || got[0] != "3h0m0s" || got[1] != "2h0m0s" || got[2] != "1h59m0s" {
			t.Errorf("of three hours: %d times, %v", len(got), got)
		}
		// Who waits anew is told of that alone, and who waits no more of nothing.
		all.begin(ben, slow(3*time.Second))
		all.begin(ben, slow(5*time.Second))
		if got, want := run(), []string{"4s", "3s", "2s", "1s", "over"}; !slices.Equal(got, want) {
			t.Errorf("anew: said %v, want %v", got, want)
		}
		all.begin(ben, slow(3*time.Second))
		all.begin(ben, store.Standing{User: 2}) // slow mode is over
		if got := run(); len(got) != 0 || len(all.ends) != 0 || len(all.due) != 0 {
			t.Errorf("said %v, and %d are kept", got, len(all.ends))
		}
	})
}
