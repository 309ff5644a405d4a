package live

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// What Enter fails with.
var (
	ErrClosing = errors.New("live: shutting down")
	ErrTooMany = errors.New("live: too many sockets of one person")
)

// revokedChunk is about how many viewers Config.Revoked is asked at a time.
const revokedChunk = 500

// Hub is this process's viewers, by topic and by person.
type Hub struct {
	cfg   Config
	joins singleflight.Group // resumes that are equal share one read
	left  sync.WaitGroup     // viewers and tails

	mu      sync.Mutex
	closing bool
	tails   map[Topic]*tail
	people  map[Person]map[*Member]struct{}
	total   int
}

// Member is one open socket with its viewer, from Enter to Leave.
type Member struct {
	Viewer
	socket *Socket
	tail   *tail

	// Guarded by tail.mu.
	at      int // place in tail.active; -1: not there
	rev     Rev // what the page is at, or will be with what is on its way
	inserts int
}

// NewHub returns a hub that serves viewers while Run runs.
func NewHub(cfg Config) *Hub {
	return &Hub{cfg: cfg.withDefaults(), tails: map[Topic]*tail{}, people: map[Person]map[*Member]struct{}{}}
}

// Enter registers a viewer with their socket: from here on they are counted,
// asked about, and closed with the hub. Nothing is sent to them before Join.
// It fails with ErrClosing or ErrTooMany; otherwise Leave must follow.
func (h *Hub) Enter(v Viewer, s *Socket) (*Member, error) {
	m := &Member{Viewer: v, socket: s, at: -1}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing {
		return nil, ErrClosing
	}
	if h.cfg.MostSockets > 0 && len(h.people[v.Person]) >= h.cfg.MostSockets {
		return nil, ErrTooMany
	}
	t := h.tails[v.Topic]
	if t == nil {
		t = newTail(h, v.Topic)
		h.tails[v.Topic] = t
		ctx, cancel := context.WithCancel(context.Background())
		t.stop = cancel
		h.left.Go(func() { t.run(ctx) })
	}
	t.viewers++
	m.tail = t
	if h.people[v.Person] == nil {
		h.people[v.Person] = map[*Member]struct{}{}
	}
	h.people[v.Person][m] = struct{}{}
	h.total++
	h.left.Add(1)
	return m, nil
}

// Leave ends what Enter began.
func (h *Hub) Leave(m *Member) {
	m.tail.pause(m)
	h.mu.Lock()
	defer h.mu.Unlock()
	if m.tail.viewers--; m.tail.viewers == 0 {
		m.tail.stop()
		delete(h.tails, m.Topic)
	}
	delete(h.people[m.Person], m)
	if len(h.people[m.Person]) == 0 {
		delete(h.people, m.Person)
	}
	h.total--
	h.left.Done()
}

// Join answers a page that came (back) with what read returns and has it follow
// the topic from there. Calls under way with the same topic and key share one
// read, so key must name all that read depends on. While Join runs nothing else
// is sent to the page: a later frame must not be overtaken by an older answer.
func (h *Hub) Join(ctx context.Context, m *Member, key string, read func(context.Context) (Answer, error)) error {
	m.tail.pause(m)
	got, err, _ := h.joins.Do(string(m.Topic)+"\x00"+key, func() (any, error) {
		// Others wait for this read too: it does not end with the first who asked.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readTimeout)
		defer cancel()
		return read(ctx)
	})
	if err != nil {
		return err
	}
	// Asked after the read: who was still allowed to look then has seen nothing of
	// a later time, and whatever comes later is noticed by the tail.
	if err := h.check(ctx, []*Member{m}); err != nil {
		return err
	}
	return m.tail.admit(ctx, m, got.(Answer))
}

// Count returns how many sockets of person are open here, and how many in all.
func (h *Hub) Count(person Person) (theirs, all int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.people[person]), h.total
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
				t.poke()
			}
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
	asking.Go(func() { every(ctx, h.cfg.RevokedEvery, h.checkAll) })
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
	for _, theirs := range h.people {
		for m := range theirs {
			all = append(all, m)
		}
	}
	return all
}

func (h *Hub) membersOf(p Person) []*Member {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []*Member
	for m := range h.people[p] {
		all = append(all, m)
	}
	return all
}

func (h *Hub) compareHeads(ctx context.Context) {
	h.mu.Lock()
	tails := make(map[Topic]*tail, len(h.tails))
	topics := make([]Topic, 0, len(h.tails))
	for topic, t := range h.tails {
		tails[topic] = t
		topics = append(topics, topic)
	}
	h.mu.Unlock()
	if len(topics) == 0 {
		return
	}
	heads, err := h.cfg.Heads(ctx, topics)
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
}

func (h *Hub) checkAll(ctx context.Context) {
	all := h.members()
	for len(all) > 0 {
		n := min(revokedChunk, len(all))
		if err := h.check(ctx, all[:n]); err != nil {
			if ctx.Err() == nil {
				h.cfg.Log.Warn("ask who may look", "error", err)
			}
			return
		}
		all = all[n:]
	}
}

// check drops those of members who may no longer look.
func (h *Hub) check(ctx context.Context, members []*Member) error {
	if len(members) == 0 {
		return nil
	}
	viewers := make([]Viewer, len(members))
	for i, m := range members {
		viewers[i] = m.Viewer
	}
	reasons, err := h.cfg.Revoked(ctx, viewers)
	if err != nil {
		return err
	}
	for i, why := range reasons {
		if why != "" {
			h.drop(members[i], why)
		}
	}
	return nil
}

// drop tells the page why and ends it for good; what waits for it is left out.
func (h *Hub) drop(m *Member, why Reason) {
	m.socket.Close(Revoked, string(why), Text(h.cfg.Farewell(m.Viewer, why)))
}

// beat sends ping and pulse in one write.
func (h *Hub) beat(context.Context) {
	both := append(frame(opPing, nil), Text(h.cfg.Pulse())...)
	for _, m := range h.members() {
		m.socket.Send(both)
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
