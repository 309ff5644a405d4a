package e2e

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// ears are pages that only listen: when each of them has heard a message counts, and
// what they heard they put in its place later. A page's own work would take the
// machine from the server's.
type ears struct {
	pages int

	mu    sync.Mutex
	text  string // what they listen for
	start time.Time
	after []time.Duration // of each that has heard it
	all   chan struct{}   // closed: all have
}

// hears is called by each page for each frame; last is what it heard last.
func (e *ears) hears(frame string, last *string) {
	now := time.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.text == "" || *last == e.text || !strings.Contains(frame, e.text) {
		return
	}
	*last = e.text
	if e.after = append(e.after, now.Sub(e.start)); len(e.after) == e.pages {
		close(e.all)
	}
}

// delays has writer post n short messages, one after the other, and returns how long
// after each post each page heard it, in order of length.
func delays(t *testing.T, writer *Thin, pages []*Thin, n int, text func() string) (all []time.Duration) {
	t.Helper()
	e := &ears{pages: len(pages)}
	for _, c := range pages {
		c.ears.Store(e)
	}
	for range n {
		e.mu.Lock()
		e.text, e.after, e.all, e.start = text(), nil, make(chan struct{}), time.Now()
		e.mu.Unlock()
		if status, err := writer.Say(e.text); err != nil || status != 200 {
			t.Fatalf("got %d, %v", status, err)
		}
		select {
		case <-e.all:
		case <-time.After(20 * time.Second):
			t.Fatal("not everybody has heard a message after 20 s")
		}
		e.mu.Lock()
		all = append(all, e.after...)
		e.mu.Unlock()
	}
	for _, c := range pages {
		c.ears.Store(nil)
	}
	slices.Sort(all)
	return all
}

// stallRounds is how often it is measured with those who stall and how often without.
const stallRounds = 7

// othersDelay compares how long the others wait while some pages stall and some are
// slow with how long they wait without them, in turns; write writes long messages.
func othersDelay(t *testing.T, others, stalled, slow []*Thin, write func(int), text func() string) {
	t.Helper()
	away := slices.Concat(stalled, slow)
	measure := func() time.Duration {
		t.Helper()
		write(20) // as much as the kernel and a pipe take, and less than the bound
		all := delays(t, others[0], others, 100, text)
		write(10) // they put in its place what they heard
		return all[len(all)*99/100]
	}
	var with, without []time.Duration
	debug.SetGCPercent(400) // the pages' garbage is not what is measured
	defer debug.SetGCPercent(100)
	for range stallRounds {
		for _, c := range away {
			c.Leave()
		}
		without = append(without, measure())
		for _, c := range away {
			c.Return()
		}
		allLive(t, away...)
		for _, c := range stalled {
			c.wire.Stall()
		}
		for _, c := range slow {
			c.wire.slow.Store(8 << 10)
		}
		with = append(with, measure())
		for _, c := range slow {
			c.wire.slow.Store(0)
		}
		for _, c := range stalled {
			c.wire.Read()
		}
		newest := others[0].newest()
		within(t, time.Minute, "those who stalled have everything", func() bool {
			return !slices.ContainsFunc(away, func(c *Thin) bool { return c.newest() != newest })
		})
	}
	ratio := float64(median(with)) / float64(median(without))
	t.Logf("p99 of %d pages, %d rounds in turns: %v with %d that stall and %d that are slow, %v without: %.2f times", len(others), stallRounds, rounded(with), len(stalled), len(slow), rounded(without), ratio)
	if ratio > 1.2 {
		t.Errorf("the others wait %.2f times as long, want at most 1.2", ratio)
	}
}

func median(all []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

func rounded(all []time.Duration) string {
	var b strings.Builder
	for _, d := range all {
		fmt.Fprintf(&b, " %.1f", float64(d)/float64(time.Millisecond))
	}
	return strings.TrimSpace(b.String()) + " ms"
}
