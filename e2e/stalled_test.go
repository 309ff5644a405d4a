package e2e

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// memory is how many bytes of the server's are not files.
func (s *Server) memory() int {
	s.t.Helper()
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if kilobytes, is := strings.CutPrefix(lines.Text(), "RssAnon:"); is {
			n, err := strconv.Atoi(strings.Fields(kilobytes)[0])
			if err != nil {
				s.t.Fatal(err)
			}
			return n << 10
		}
	}
	s.t.Fatal("/proc says nothing of the memory")
	return 0
}

// mostPerSocket is what a browser that takes nothing may cost: the bound of what waits
// for it (live.Bound), and as much again for the frame on its way and for what the
// collector has not yet taken back.
const mostPerSocket = 512 << 10

func TestReadersThatStallCostLittleAndDisturbNobody(t *testing.T) {
	// Alone, for it measures.
	s := newServer(t)
	s.Shipped()
	s.Unlimited()
	if long { // what is measured then is not the disk
		s.data = filepath.Join(smallDisk(t, 256), "data")
	}
	people := s.Crowd(10)
	s.Start()
	var all, stalled, slow []*Thin
	for i := range either(200, 2000) {
		c := newThin(t, people[i%len(people)])
		c.wire.small = i%10 < 2
		if err := c.load(); err != nil {
			t.Fatal(err)
		}
		c.open()
		all = append(all, c)
		switch i % 10 {
		case 0:
			stalled = append(stalled, c)
		case 1:
			if i%20 == 1 {
				slow = append(slow, c)
			}
		}
	}
	allLive(t, all...)
	others := slices.DeleteFunc(slices.Clone(all), func(c *Thin) bool { return slices.Contains(stalled, c) || slices.Contains(slow, c) })
	written := 0
	// write posts n long messages, no faster than this machine's pages can take them.
	write := func(n int) {
		t.Helper()
		for range n {
			written++
			if status, err := others[0].Say(fmt.Sprintf("%d %s", written, strings.Repeat("a long message ", 450))); err != nil || status != 200 {
				t.Fatalf("got %d, %v", status, err)
			}
			if written%10 == 0 {
				eventually(t, "the others have everything", func() bool {
					return !slices.ContainsFunc(others, func(c *Thin) bool { return c.newest() != written })
				})
			}
		}
	}
	write(20)
	if long {
		othersDelay(t, others, stalled, slow, write, func() string { written++; return fmt.Sprintf("short %d.", written) })
	}

	for _, c := range stalled {
		c.wire.Stall()
	}
	for _, c := range slow {
		c.wire.slow.Store(8 << 10)
	}
	before, peak := s.memory(), 0
	var watching sync.WaitGroup
	enough := make(chan struct{})
	watching.Go(func() {
		for {
			peak = max(peak, s.memory())
			select {
			case <-enough:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	})
	lives := map[*Thin]int{}
	for _, c := range others {
		_, lives[c] = c.Live()
	}
	write(120)
	close(enough)
	watching.Wait()
	each := (peak - before) / len(stalled)
	if t.Logf("%d of %d stalled: %d KiB more at the peak, %d KiB for each", len(stalled), len(all), (peak-before)>>10, each>>10); each > mostPerSocket {
		t.Errorf("a stalled reader costs %d bytes, want at most %d", each, mostPerSocket)
	}
	for _, c := range others {
		if _, now := c.Live(); now != lives[c] {
			t.Errorf("a page that reads was dropped: %v", c.Codes())
		}
	}
	for _, c := range stalled {
		c.wire.Read()
	}
	for _, c := range slow {
		c.wire.slow.Store(0)
	}
	want := fresh(t, people[0])
	within(t, time.Minute, "all show the same", func() bool {
		return !slices.ContainsFunc(all, func(c *Thin) bool { return !endsWith(c.Rows(), want) })
	})
	for _, c := range stalled {
		if codes := c.Codes(); len(codes) == 0 {
			t.Error("a page that took nothing was not dropped")
		}
	}
}

// newest is the last message that the page shows.
func (c *Thin) newest() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.sheet.rows) == 0 {
		return 0
	}
	return c.sheet.rows[len(c.sheet.rows)-1].Seq
}

// fresh is what a page shows that p loads now.
func fresh(t *testing.T, p *Person) []Row {
	t.Helper()
	c := newThin(t, p)
	if err := c.load(); err != nil {
		t.Fatal(err)
	}
	return c.Rows()
}
