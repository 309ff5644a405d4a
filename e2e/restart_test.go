package e2e

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestAllPagesAreBackSoonAfterARestartAndSpreadOut(t *testing.T) {
	s := newServer(t)
	s.Shipped()
	n := either(1000, 10_000)
	people := s.Crowd(n/50 + 1)
	s.History(60)
	s.Start()
	pages := make([]*Thin, n)
	var loaded sheet // by this person
	for i := range pages {
		c := newThin(t, people[i/50])
		// Like people at many addresses: one alone has a limit.
		c.wire.from = fmt.Sprintf("127.0.%d.1", 1+i/500)
		if i%50 == 0 {
			if err := c.load(); err != nil {
				t.Fatal(err)
			}
			loaded = c.sheet
		}
		c.sheet = loaded
		c.sheet.rows = slices.Clone(loaded.rows)
		c.open()
		pages[i] = c
	}
	within(t, 2*time.Minute, "all are there", func() bool { return liveCount(pages) == n })
	if err := s.Stop(); err != nil {
		t.Errorf("got %v", err)
	}
	for _, c := range pages {
		if codes := c.Codes(); !slices.Equal(codes[:min(1, len(codes))], []int{1012}) {
			t.Fatalf("a page was told %v, want 1012", codes)
		}
	}
	s.Start()
	start := time.Now()
	var spread []int // how many are back after each half second
	for liveCount(pages) < n && time.Since(start) < time.Minute {
		time.Sleep(500 * time.Millisecond) // they come by themselves
		spread = append(spread, liveCount(pages))
	}
	if t.Logf("back after each half second: %v", spread); time.Since(start) > 20*time.Second {
		t.Errorf("it takes %v until all are back, want 20 s", time.Since(start))
	}
	for i := range spread {
		came := spread[i]
		if i > 0 {
			came -= spread[i-1]
		}
		if came > n*2/3 {
			t.Errorf("%d of %d came in one half second", came, n)
		}
	}
	for _, c := range pages {
		if codes := c.Codes(); slices.Contains(codes, 1008) {
			t.Fatalf("a page was sent away: %v", codes)
		}
	}
}

func liveCount(pages []*Thin) (n int) {
	for _, c := range pages {
		if is, _ := c.Live(); is {
			n++
		}
	}
	return n
}
