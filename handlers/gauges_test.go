package handlers

import (
	"testing"
	"time"

	"parley/store"
)

func TestAFigureIsOfAMinuteThatHasBegun(t *testing.T) {
	minute := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name              string
		since, now, wants time.Time
	}{
		{"a whole minute", minute, minute.Add(time.Minute), minute},
		{"one that began a moment early", minute.Add(-time.Second), minute.Add(time.Minute), minute},
		{"one that ends before it has begun", minute.Add(-time.Second), minute.Add(-time.Millisecond), minute.Add(-time.Minute)},
	} {
		m := gauges{since: c.since}
		if f := m.take(store.Figure{}, c.now); !f.At.Equal(c.wants) {
			t.Errorf("%s is of %v, want %v", c.name, f.At, c.wants)
		}
	}
}
