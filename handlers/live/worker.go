package live

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// The one worker that keeps the regions up to date.

const (
	// pace is how long it pauses after a pass at least; share is how many times as long
	// as the pass took: regions cost at most a tenth of one core. mostPause is how long at
	// most: a pass that took longer has mostly waited, for a processor or the disk, and
	// everybody else would wait nine times for that.
	pace      = 250 * time.Millisecond
	share     = 9
	mostPause = 2 * time.Second
	// lateEvery is how soon a frame that waits for a log is tried again, hiddenEvery how
	// often a region is rendered at most that nobody has in front, and failedEvery one
	// that could not be rendered.
	lateEvery   = 50 * time.Millisecond
	hiddenEvery = 2 * time.Second
	failedEvery = 2 * time.Second
)

// run renders and sends until ctx ends.
func (b *regions) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.wake:
		}
		took, late := b.pass(ctx)
		rest := time.NewTimer(min(max(pace, share*took), mostPause))
		for resting := true; resting; {
			var soon <-chan time.Time
			if len(late) > 0 {
				soon = time.After(lateEvery)
			}
			select {
			case <-ctx.Done():
				rest.Stop()
				return
			case <-soon:
				late = slices.DeleteFunc(late, func(r *region) bool { return !r.send() })
			case <-rest.C:
				resting = false
			}
		}
		b.mu.Lock()
		for _, r := range late {
			b.soil(r, b.now)
		}
		b.mu.Unlock()
	}
}

// pass brings the dirty regions up to date, each once, and returns those that some
// viewer's log must come before. It stops when it has earned its pause: a region
// that was hinted at does not wait for thousands that were not. A rendering that
// fails does not count: a database that does not answer costs nothing here.
func (b *regions) pass(ctx context.Context) (took time.Duration, late []*region) {
	for _, r := range b.turns() {
		if ctx.Err() != nil || took > pace/share {
			b.poke()
			break
		}
		start := time.Now()
		newest, is := b.begin(r)
		if !is {
			continue
		}
		if audiences := r.stale(newest); len(audiences) > 0 {
			if err := b.render(ctx, r, audiences); err != nil {
				b.failed(ctx, r, err)
				continue
			}
		}
		if r.send() {
			late = append(late, r)
		}
		b.rest(r, start)
		took += time.Since(start)
	}
	return took, late
}

// turns returns the dirty regions in their order. One whose every viewer has what
// moved in front is left alone, for the log delivers it to them; not so if it is
// the log itself, as of a revision, that the region shows.
func (b *regions) turns() []*region {
	b.mu.Lock()
	defer b.mu.Unlock()
	for topic := range b.moved {
		d := b.index[topic]
		for r := range d.regions {
			if topic == r.topic || r.log || r.watching[topic] < r.viewers {
				b.soil(r, d.hinted)
			}
		}
	}
	clear(b.moved)
	var turns []*region
	for r := range b.dirty {
		if time.Now().Before(r.again) {
			b.poke()
		} else {
			turns = append(turns, r)
		}
	}
	slices.SortFunc(turns, func(x, y *region) int { return cmp.Compare(b.dirty[x], b.dirty[y]) })
	return turns
}

// begin makes r clean, if it is dirty, and returns when it was hinted at last.
func (b *regions) begin(r *region) (newest tick, dirty bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, dirty = b.dirty[r]
	delete(b.dirty, r)
	return b.newest(r), dirty
}

// rest has r, which was brought up to date, wait until the next time if nobody has it
// in front: a title in a hidden tab need not count each message.
func (b *regions) rest(r *region, start time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.failed = false; len(r.watching) == 0 {
		r.again = start.Add(hiddenEvery)
	}
}

func (b *regions) failed(ctx context.Context, r *region, err error) {
	if ctx.Err() != nil {
		return
	}
	b.log.Warn("render a region", "region", r.topic, "error", err, "again_in", failedEvery)
	b.mu.Lock()
	defer b.mu.Unlock()
	r.again, r.failed = time.Now().Add(failedEvery), true
	b.soil(r, b.now)
}
