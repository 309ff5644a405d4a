package e2e

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestAllPagesAreBackSoonAfterARestartAndSpreadOut(t *testing.T) {
	// Alone, for it measures.
	s := newServer(t, "--log-level", "debug") // it says when it reads
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
	const reads = "read for a page that came back"
	before := strings.Count(s.Log(), reads)
	s.Start()
	start := time.Now()
	within(t, time.Minute, "all are back", func() bool { return liveCount(pages) == n })
	var came []int // in each half second
	for _, c := range pages {
		half := int(max(0, c.since.Sub(start)) / (500 * time.Millisecond))
		came = append(came, make([]int, max(0, half+1-len(came)))...)
		came[half]++
	}
	if t.Logf("back in each half second: %v", came); len(came) > 40 {
		t.Errorf("it takes %v until all are back, want 20 s", time.Duration(len(came))*500*time.Millisecond)
	}
	read, took := strings.Count(s.Log(), reads)-before, time.Since(start)
	t.Logf("the server read %d times for %d pages, and worked %v", read, n, s.worked().Round(10*time.Millisecond))
	// They all say the same, and nobody writes: a read is good for a second.
	if most := int(took/time.Second) + 5; read > most {
		t.Errorf("%d pages that say the same cost %d reads in %v, want at most %d", n, read, took.Round(time.Second), most)
	}
	if most := slices.Max(came); most > n*2/3 {
		t.Errorf("%d of %d came in one half second", most, n)
	}
	for _, c := range pages {
		if codes := c.Codes(); slices.Contains(codes, 1008) {
			t.Fatalf("a page was sent away: %v", codes)
		}
	}
}

// worked is how much of a core's time the server has taken.
func (s *Server) worked() time.Duration {
	s.t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		s.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // after its name: utime and stime are the 14th and 15th
	fields, ticks := strings.Fields(rest), 0
	for _, field := range fields[11:13] {
		n, err := strconv.Atoi(field)
		if err != nil {
			s.t.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / 100 // of 10 ms each, on every Linux
}

func liveCount(pages []*Thin) (n int) {
	for _, c := range pages {
		if is, _ := c.Live(); is {
			n++
		}
	}
	return n
}
