package live

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// Hub is this process's viewers, by topic and by person.
//
// Whoever holds several mutexes took them in the order tail.passing, Hub.mu, region.mu,
// tail.mu, regions.mu, Socket.mu.
type Hub struct {
	cfg     Config
	regions *regions
	answers answers
	left    sync.WaitGroup // viewers and tails
	counted counted

	mu      sync.Mutex
	closing bool
	tails   map[Topic]*tail
	people  map[Person]*person
	moved   map[Person]struct{}  // whose presence may not be what was told last
	parted  map[readKey]int64    // places read that left before they were taken
	unread  map[readKey]struct{} // what nobody reads until it is opened anew
	total   int
}

// NewHub returns a hub that serves viewers while Run runs.
func NewHub(cfg Config) *Hub {
	cfg = cfg.withDefaults()
	return &Hub{
		cfg: cfg, regions: newRegions(cfg),
		tails: map[Topic]*tail{}, people: map[Person]*person{}, moved: map[Person]struct{}{}, parted: map[readKey]int64{},
		unread: map[readKey]struct{}{},
	}
}

// Count returns how many sockets of person are open here, and how many in all.
func (h *Hub) Count(person Person) (theirs, all int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p := h.people[person]; p != nil {
		theirs = len(p.members)
	}
	return theirs, h.total
}

// Topics returns the logs that somebody follows here.
func (h *Hub) Topics() []Topic {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Keys(h.tails))
}

// Run passes hints on, and finds out by itself what a lost hint would have said,
// until ctx ends.
func (h *Hub) Run(ctx context.Context) {
	recheck := make(chan Person, 1024)
	stop := h.cfg.Bus.Subscribe(func(hint Hint) {
		if hint.Topic != "" {
			h.mu.Lock()
			t := h.tails[hint.Topic]
			h.mu.Unlock()
			if t != nil {
				t.hint(hint.Rev)
			}
			h.regions.hint(hint.Topic)
		}
		if hint.Person != 0 {
			select {
			case recheck <- hint.Person:
			default: // the regular question finds it within RevokedEvery
			}
		}
	})
	defer stop()

	// What asks the database has its own goroutine, so that a slow answer does not
	// hold up the beat.
	var asking sync.WaitGroup
	defer asking.Wait()
	asking.Go(func() { every(ctx, h.cfg.HeadsEvery, h.compareHeads) })
	asking.Go(func() { h.checkAllEvery(ctx) })
	asking.Go(func() { every(ctx, h.cfg.RegionsEvery, h.regions.hintAll) })
	asking.Go(func() { every(ctx, h.cfg.PresenceEvery, h.tellPresence) })
	asking.Go(func() { h.regions.run(ctx) })
	asking.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case p := <-recheck:
				if err := h.check(ctx, h.membersOf(p)); err != nil {
					h.cfg.Log.Warn("ask who may look", "error", err)
				}
			}
		}
	})
	every(ctx, h.cfg.Beat, h.beat)
}

// Moved says that this process has committed rev in topic. A few pages have been sent
// what leads to it when it returns; where there are many, or others are at it, they are
// sent it soon. A hint to the other processes must follow.
func (h *Hub) Moved(topic Topic, rev Rev) {
	h.mu.Lock()
	t := h.tails[topic]
	h.mu.Unlock()
	if t != nil {
		t.moved(rev)
	}
}

// Show has this process render again what shows something of topic.
func (h *Hub) Show(topic Topic) { h.regions.hint(topic) }

// Tell sends the pages of p about topic what say makes of their audience, and returns how
// many there are: what comes late, or not at all, the regions of these pages show too.
func (h *Hub) Tell(p Person, topic Topic, say func(Audience) []byte) (told int) {
	made := map[Audience][]byte{}
	for _, m := range h.membersOf(p) {
		if m.Topic != topic {
			continue
		}
		told++
		if made[m.Audience] == nil {
			made[m.Audience] = Text(say(m.Audience))
		}
		m.socket.Send(made[m.Audience])
	}
	return told
}

// Renew has every page of p come back: what decides which regions they follow has
// changed.
func (h *Hub) Renew(p Person) {
	for _, m := range h.membersOf(p) {
		m.socket.Close(Restart, "renewed")
	}
}

// Close closes every socket with code and waits until all viewers have left or
// ctx ends.
func (h *Hub) Close(ctx context.Context, code int, reason string) {
	h.mu.Lock()
	h.closing = true
	h.mu.Unlock()
	for _, m := range h.members() {
		m.socket.Close(code, reason)
	}
	done := make(chan struct{})
	go func() { h.left.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
		for _, m := range h.members() {
			m.socket.Kill()
		}
		// Those in the middle of a question end with it; the program does not wait.
		select {
		case <-done:
		case <-time.After(time.Second):
		}
	}
}

func (h *Hub) members() []*Member {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]*Member, 0, h.total)
	for _, p := range h.people {
		for m := range p.members {
			all = append(all, m)
		}
	}
	return all
}

func (h *Hub) membersOf(p Person) []*Member {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p := h.people[p]; p != nil {
		return slices.Collect(maps.Keys(p.members))
	}
	return nil
}

func (h *Hub) compareHeads(ctx context.Context) {
	h.answers.forget()
	topics := h.regions.depended()
	h.mu.Lock()
	tails := make(map[Topic]*tail, len(h.tails))
	for topic, t := range h.tails {
		if topic == "" {
			continue
		}
		tails[topic] = t
		topics[topic] = struct{}{}
	}
	h.mu.Unlock()
	if len(topics) == 0 {
		return
	}
	heads, err := h.cfg.Heads(ctx, slices.Collect(maps.Keys(topics)))
	if err != nil {
		if ctx.Err() == nil {
			h.cfg.Log.Warn("ask for the newest revisions", "error", err)
		}
		return
	}
	for topic, t := range tails {
		if head, known := heads[topic]; known {
			t.compare(head)
		}
	}
	h.regions.compare(heads)
}

// beat sends ping and pulse in one write.
func (h *Hub) beat(context.Context) {
	both := map[Audience][]byte{}
	for _, m := range h.members() {
		if both[m.Audience] == nil {
			both[m.Audience] = append(frame(opPing, nil), Text(h.cfg.Pulse(m.Audience))...)
		}
		m.socket.Send(both[m.Audience])
	}
}

func every(ctx context.Context, d time.Duration, fn func(context.Context)) {
	tick := time.NewTicker(d)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			fn(ctx)
		}
	}
}
