package live

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// maxRecent bounds how many topics are remembered while regions are rendered.
const maxRecent = 1024

// tick orders hints and the beginnings of renderings: a rendering that began after
// a hint shows what the hint was about.
type tick uint64

// whenIdle comes after the turns of all regions that were hinted at.
const whenIdle tick = 1 << 62

// regions are those on pages here, and one worker that keeps them up to date.
type regions struct {
	cfg    Config
	log    *slog.Logger
	flight singleflight.Group // renderings for pages that join
	wake   chan struct{}

	mu        sync.Mutex
	now       tick
	all       map[Topic]*region
	index     map[Topic]*dependency
	moved     map[Topic]struct{} // of index: hinted at since the last pass
	dirty     map[*region]tick   // by whose turn is first
	rendering int
	recent    map[Topic]tick // hints while something is rendered that may depend on them
	missed    tick           // the newest hint that did not fit into recent
}

// dependency is a topic that regions show something of.
type dependency struct {
	regions map[*region]struct{}
	hinted  tick
	head    Rev
	known   bool // head is set
}

func newRegions(cfg Config) *regions {
	return &regions{
		cfg: cfg, log: cfg.Log, wake: make(chan struct{}, 1),
		all: map[Topic]*region{}, index: map[Topic]*dependency{}, moved: map[Topic]struct{}{},
		dirty: map[*region]tick{}, recent: map[Topic]tick{},
	}
}

func (b *regions) enter(m *Member, topic Topic) *region {
	b.mu.Lock()
	r := b.all[topic]
	if r == nil {
		r = &region{topic: topic, watching: map[Topic]int{}, views: map[*Member]*view{}, audiences: map[Audience]int{}, frames: map[Audience]*rendered{}}
		b.all[topic] = r
		b.depend(r, []Topic{topic})
	}
	r.viewers++
	b.mu.Unlock()
	r.enter(m)
	return r
}

// leave forgets the region with its last viewer.
func (b *regions) leave(m *Member, r *region) {
	r.leave(m)
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.viewers--; r.viewers == 0 {
		b.depend(r, nil)
		b.end(r, time.Time{})
		delete(b.all, r.topic)
		delete(b.dirty, r)
	}
}

// front counts m among those in front, or no longer.
func (b *regions) front(m *Member, by int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	log := m.Topic
	if m.Past || m.unread {
		log = "" // in front, but what comes is not read there
	}
	for _, r := range m.regions {
		if r.watching[log] += by; r.watching[log] == 0 {
			delete(r.watching, log)
		}
		if by > 0 && !r.failed {
			r.again = time.Time{} // it is seen now
		}
	}
}

// hint notes that topic has moved. What depends on it is found out once per pass, so
// that a flood of hints costs a look-up each.
func (b *regions) hint(topic Topic) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hintLocked(topic)
}

func (b *regions) hintLocked(topic Topic) {
	b.now++
	if d := b.index[topic]; d != nil {
		d.hinted = b.now
		b.moved[topic] = struct{}{}
		b.poke()
	} else if b.rendering > 0 {
		if len(b.recent) < maxRecent {
			b.recent[topic] = b.now
		} else {
			b.missed = b.now
		}
	}
}

// hintAll makes up for hints that were lost.
func (b *regions) hintAll(context.Context) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now++
	for _, r := range b.all {
		r.hinted = b.now
		b.soil(r, whenIdle+b.now)
	}
}

// follow says whether anybody here has the region topic on a page.
func (b *regions) follow(topic Topic) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all[topic] != nil
}

// depended are the topics whose heads are worth comparing.
func (b *regions) depended() map[Topic]struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	topics := make(map[Topic]struct{}, len(b.index))
	for topic := range b.index {
		topics[topic] = struct{}{}
	}
	return topics
}

// compare takes each head that is not the one seen last for a hint. So is the first
// one: it may have moved since the region was rendered.
func (b *regions) compare(heads map[Topic]Rev) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for topic, d := range b.index {
		if head, is := heads[topic]; is && (!d.known || d.head != head) {
			d.head, d.known = head, true
			b.hintLocked(topic)
		}
	}
}

func (b *regions) poke() {
	select {
	case b.wake <- struct{}{}:
	default: // it is about to look anyway
	}
}

// soil is called with mu held.
func (b *regions) soil(r *region, turn tick) {
	if r.viewers == 0 {
		return
	}
	if now, is := b.dirty[r]; !is || turn < now {
		b.dirty[r] = turn
	}
	b.poke()
}

// depend replaces what r depends on; topics are sorted. It is called with mu held.
func (b *regions) depend(r *region, topics []Topic) {
	for _, topic := range r.depends {
		if _, still := slices.BinarySearch(topics, topic); !still {
			d := b.index[topic]
			if delete(d.regions, r); len(d.regions) == 0 {
				delete(b.index, topic)
				delete(b.moved, topic)
			}
		}
	}
	for _, topic := range topics {
		d := b.index[topic]
		if d == nil {
			d = &dependency{regions: map[*region]struct{}{}, hinted: max(b.recent[topic], b.missed)}
			b.index[topic] = d
		}
		d.regions[r] = struct{}{}
	}
	r.depends = topics
}

// newest returns when the last hint was about r. It is called with mu held.
func (b *regions) newest(r *region) tick {
	newest := r.hinted
	for _, topic := range r.depends {
		newest = max(newest, b.index[topic].hinted)
	}
	return newest
}

// render renders r for audiences. ctx bounds it.
func (b *regions) render(ctx context.Context, r *region, audiences []Audience) error {
	b.mu.Lock()
	b.now++
	began := b.now
	b.rendering++
	b.mu.Unlock()
	got, err := b.cfg.Region(ctx, r.topic, audiences)
	if err == nil {
		r.keep(got, began, audiences)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil && r.viewers > 0 && began > r.began {
		r.began, r.log = began, got.At != 0
		b.depend(r, unique(r.topic, got.Depends))
		b.end(r, got.Until)
		if b.newest(r) > began { // perhaps by a topic that nobody knew to be of interest
			b.soil(r, b.now)
		}
	}
	if b.rendering--; b.rendering == 0 {
		clear(b.recent)
	}
	return err
}

// end has r rendered again at until, if that is not zero. It is called with mu held.
func (b *regions) end(r *region, until time.Time) {
	if r.ends != nil {
		r.ends.Stop()
		r.ends = nil
	}
	if until.IsZero() {
		return
	}
	r.ends = time.AfterFunc(time.Until(until), func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.now++
		r.hinted = b.now
		b.soil(r, b.now)
	})
}

func unique(own Topic, others []Topic) []Topic {
	all := append([]Topic{own}, others...)
	slices.Sort(all)
	return slices.Compact(all)
}

// show sends r to m, who follows from there. A rendering that is not older than the
// last hint is used again; those who need one at the same time share it.
func (b *regions) show(ctx context.Context, m *Member, r *region) {
	b.mu.Lock()
	newest := b.newest(r)
	b.mu.Unlock()
	r.mu.Lock()
	f := r.frames[m.Audience]
	have := f != nil && f.began > newest
	r.mu.Unlock()
	if !have {
		key := fmt.Sprintf("%s\x00%s\x00%d", r.topic, m.Audience, newest)
		_, err, _ := b.flight.Do(key, func() (any, error) {
			// Others wait for it too: it does not end with the first who asked.
			return nil, b.render(context.WithoutCancel(ctx), r, []Audience{m.Audience})
		})
		if err != nil {
			b.log.Warn("render a region", "region", r.topic, "error", err)
		}
		have = err == nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	v := r.views[m]
	if v == nil {
		return // it left
	}
	v.active = true
	f = r.frames[m.Audience]
	sent := have && f != nil && r.sendTo(m, v)
	// Looked up while the worker cannot yet have passed over this page.
	b.mu.Lock()
	defer b.mu.Unlock()
	if !sent || f.began <= b.newest(r) {
		b.soil(r, b.now)
	}
}
