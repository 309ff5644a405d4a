package handlers

import (
	"context"
	"crypto/rand"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"parley/handlers/live"
	"parley/store"
)

// gauges are what this process counts, and the minute under way.
type gauges struct {
	node     string // a name for this process among others
	started  time.Time
	posts    atomic.Int64
	resumes  atomic.Int64
	delivery store.Histogram

	mu    sync.Mutex
	since time.Time    // when the minute under way began
	base  store.Figure // what was counted until then
	last  store.Figure // the minute before
	size  int64        // of the database, as of sized
	sized time.Time
}

func newGauges(now time.Time) *gauges {
	return &gauges{node: rand.Text()[:10], started: now, since: now}
}

const (
	// lookEvery is how often those who look are shown what is going on.
	lookEvery = 2 * time.Second
	// sizeEvery is how long the database's size is taken to be the same: to ask for it
	// can cost PostgreSQL a look at every file.
	sizeEvery = 10 * time.Second
	// nearMinute is how near a minute may be that is not worth a row of its own.
	nearMinute = 2 * time.Second
)

// measure keeps the figures of each minute, and shows them to those who look, until ctx
// ends. What it keeps then is a part of a minute.
func (s *Server) measure(ctx context.Context) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	next := time.NewTimer(untilMinute(time.Now()))
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookEvery)
			defer cancel()
			s.keepFigure(ctx, time.Now())
			return
		case now := <-next.C:
			s.keepFigure(ctx, now)
			next.Reset(untilMinute(time.Now()))
		case <-look.C:
			for _, part := range s.pages.moving() {
				s.hub.Refresh(live.Topic("part/" + part))
			}
		}
	}
}

// untilMinute is how long it is until the next minute that is not all too near.
func untilMinute(now time.Time) time.Duration {
	return now.Add(nearMinute).Truncate(time.Minute).Add(time.Minute).Sub(now)
}

// keepFigure ends the minute under way and keeps it. A minute that the database does not
// take is lost: figures are worth no queue.
func (s *Server) keepFigure(ctx context.Context, now time.Time) {
	f := s.gauges.take(s.totals(ctx), now)
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := s.Store.KeepFigure(ctx, f, now); err != nil {
		if ctx.Err() == nil {
			s.Log.Warn("keep the figures of a minute", "error", err)
		}
		return
	}
	for _, r := range store.Ranges {
		s.hub.Refresh(live.Topic("part/charts/" + r.Name))
	}
}

// totals is what this process has counted since it began, and how it is now.
func (s *Server) totals(ctx context.Context) store.Figure {
	hub := s.hub.Figures()
	commits, writes, times := s.Store.Work()
	return store.Figure{
		Node: s.gauges.node, People: int64(hub.People), Sockets: int64(hub.Sockets), QueueBytes: hub.Pending,
		DatabaseBytes: s.databaseSize(ctx), MemoryBytes: memory(), Goroutines: int64(runtime.NumGoroutine()),
		Posts: s.gauges.posts.Load(), Deliveries: hub.Deliveries, Resumes: s.gauges.resumes.Load(), Commits: commits, Writes: writes,
		Dropped: hub.Dropped, Delivery: s.gauges.delivery.Times(), Write: times,
	}
}

func (s *Server) databaseSize(ctx context.Context) int64 {
	m := s.gauges
	m.mu.Lock()
	size, fresh := m.size, time.Since(m.sized) < sizeEvery
	m.mu.Unlock()
	if fresh {
		return size
	}
	now, err := s.Store.Size(ctx)
	if err != nil {
		return size // as it was
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.size, m.sized = now, time.Now()
	return now
}

// take ends the minute under way, and returns it.
func (m *gauges) take(totals store.Figure, now time.Time) store.Figure {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.soFar(totals, now)
	if f.At.After(now) { // it ends before the minute that it was taken for: nobody would see it until then
		f.At = m.since.Truncate(time.Minute)
	}
	m.base, m.since, m.last = totals, now, f
	return f
}

// soFar is the minute under way. It is called with mu held.
func (m *gauges) soFar(totals store.Figure, now time.Time) store.Figure {
	f := totals.Since(m.base)
	f.At, f.Span = m.since.Add(nearMinute).Truncate(time.Minute), now.Sub(m.since)
	return f
}

// recent is about what happened in the minute that ends now: all of the one under way,
// and of the one before the part that is not over for a minute yet.
func (m *gauges) recent(totals store.Figure, now time.Time) store.Figure {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.soFar(totals, now)
	part := max(0, 1-float64(f.Span)/float64(time.Minute))
	some := func(n int64) int64 { return int64(math.Round(part * float64(n))) }
	before := m.last
	before.Posts, before.Deliveries, before.Resumes = some(before.Posts), some(before.Deliveries), some(before.Resumes)
	before.Commits, before.Writes = some(before.Commits), some(before.Writes)
	dropped := make(map[string]int64, len(before.Dropped))
	for why, n := range before.Dropped {
		dropped[why] = some(n)
	}
	before.Dropped = dropped
	before.People, before.Sockets, before.QueueBytes, before.MemoryBytes, before.Goroutines = 0, 0, 0, 0, 0
	f = f.Beside(before)
	f.Span = time.Minute
	return f
}

// memory is how many bytes the process has of the machine's memory, or where no one can
// tell, of what Go has of it.
func memory() int64 {
	if text, err := os.ReadFile("/proc/self/statm"); err == nil {
		if fields := strings.Fields(string(text)); len(fields) > 1 {
			if pages, err := strconv.ParseInt(fields[1], 10, 64); err == nil {
				return pages * int64(os.Getpagesize())
			}
		}
	}
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return int64(samples[0].Value.Uint64() - samples[1].Value.Uint64())
}

// version is what was built: a release, or the commit of the source.
var version = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "?"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && (info.Main.Version == "" || info.Main.Version == "(devel)") {
			return s.Value[:min(len(s.Value), 12)]
		}
	}
	return strings.Trim(info.Main.Version, "()") // "devel" of one that was built from no repository
})
