package live

import (
	"context"
	"slices"
	"sync"
	"time"
)

// tail follows one topic's log for all its viewers here: it waits for a hint,
// asks the Source what is new, and sends the same bytes to everyone.
type tail struct {
	hub     *Hub
	topic   Topic
	wake    chan struct{}
	stop    context.CancelFunc // guarded by hub.mu
	viewers int                // guarded by hub.mu

	mu        sync.Mutex
	known     bool // rev is set
	rev       Rev  // every active member has been sent what leads to it
	active    []*Member
	audiences map[Audience]int // of the active
}

func newTail(h *Hub, topic Topic) *tail {
	return &tail{hub: h, topic: topic, wake: make(chan struct{}, 1), audiences: map[Audience]int{}}
}

func (t *tail) poke() {
	select {
	case t.wake <- struct{}{}:
	default: // it is about to read anyway
	}
}

// compare wakes the tail if the topic's newest revision is not the one it has sent.
func (t *tail) compare(head Rev) {
	t.mu.Lock()
	differs := t.known && t.rev != head
	t.mu.Unlock()
	if differs {
		t.poke()
	}
}

// pause stops sending to m until admit.
func (t *tail) pause(m *Member) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if m.at < 0 {
		return
	}
	last := len(t.active) - 1
	t.active[m.at] = t.active[last]
	t.active[m.at].at = m.at
	t.active[last] = nil
	t.active = t.active[:last]
	m.at = -1
	if t.audiences[m.Audience]--; t.audiences[m.Audience] == 0 {
		delete(t.audiences, m.Audience)
	}
	if len(t.active) == 0 {
		t.known = false // nobody to be sent anything: the next one says where to start
	}
}

// admit sends m its answer and, if the topic moved meanwhile, what it lacks; then
// m follows with the others.
func (t *tail) admit(ctx context.Context, m *Member, a Answer) error {
	if len(a.Frame) > 0 {
		m.socket.Send(Text(a.Frame))
	}
	t.note(m, a.Last)
	rev := a.Upto
	for {
		if t.activate(m, rev) {
			return nil
		}
		c, err := t.hub.cfg.Source(ctx, t.topic, rev, []Audience{m.Audience})
		if err != nil {
			return err
		}
		if slices.Contains(c.Gone, m.Person) {
			t.hub.drop(m, Removed)
			return nil
		}
		if c.Torn || c.Upto <= rev && !c.More {
			m.socket.Close(Restart, "the log has no step from there")
			return nil
		}
		if html := c.Frames[m.Audience]; len(html) > 0 {
			m.socket.Send(Text(html))
		}
		t.note(m, c.Last)
		rev = c.Upto
	}
}

// activate adds m at rev unless the others are already further.
func (t *tail) activate(m *Member, rev Rev) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.known {
		t.known, t.rev = true, rev
		t.poke() // it may have moved since the answer was read
	}
	if t.rev > rev {
		return false
	}
	m.rev, m.at = rev, len(t.active)
	t.active = append(t.active, m)
	t.audiences[m.Audience]++
	return true
}

func (t *tail) run(ctx context.Context) {
	const first, most = 100 * time.Millisecond, 2 * time.Second
	wait := first
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.wake:
		}
		more := true
		for more && ctx.Err() == nil {
			var err error
			if more, err = t.pass(ctx); err == nil {
				wait = first
				continue
			}
			if ctx.Err() != nil {
				return
			}
			t.hub.cfg.Log.Warn("read what is new", "topic", t.topic, "error", err, "again_in", wait)
			select {
			case <-ctx.Done():
				return
			case <-time.After(wait):
			}
			wait, more = min(2*wait, most), true
		}
	}
}

// pass reads once what is new and sends it; it says whether there may be more.
func (t *tail) pass(ctx context.Context) (more bool, err error) {
	t.mu.Lock()
	after, known := t.rev, t.known
	audiences := make([]Audience, 0, len(t.audiences))
	for a := range t.audiences {
		audiences = append(audiences, a)
	}
	t.mu.Unlock()
	if !known {
		return false, nil
	}
	c, err := t.hub.cfg.Source(ctx, t.topic, after, audiences)
	if err != nil {
		return false, err
	}
	missed, sent, moved := t.send(after, c)
	if moved {
		return true, nil
	}
	t.hub.delivered(c, sent)
	for audience, members := range missed {
		if err := t.repeat(ctx, after, audience, members); err != nil {
			// They come back and are told by their resume.
			for _, m := range members {
				m.socket.Close(Restart, "renewed")
			}
		}
	}
	return c.More, nil
}

// send writes c to the active members that are behind it. Those whose audience c
// was not rendered for, because they came while it was read, are returned. moved:
// the tail started anew meanwhile, and c is not what follows. sent is to how many.
func (t *tail) send(after Rev, c Change) (missed map[Audience][]*Member, sent int, moved bool) {
	frames := make(map[Audience][]byte, len(c.Frames))
	for audience, html := range c.Frames {
		if len(html) > 0 {
			html = Text(html)
		}
		frames[audience] = html
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.known || t.rev != after {
		return nil, 0, t.known
	}
	if c.Upto < after {
		// The log went back: a backup was restored. Each page is told by its resume.
		for _, m := range t.active {
			m.socket.Close(Restart, "the log went back")
		}
		return nil, 0, false
	}
	for _, m := range t.active {
		if len(c.Gone) > 0 && slices.Contains(c.Gone, m.Person) {
			t.hub.drop(m, Removed)
		}
	}
	for _, m := range t.active {
		if m.rev >= c.Upto {
			continue
		}
		if c.Torn {
			m.socket.Close(Restart, "renewed")
			continue
		}
		frame, rendered := frames[m.Audience]
		if !rendered {
			if missed == nil {
				missed = map[Audience][]*Member{}
			}
			missed[m.Audience] = append(missed[m.Audience], m)
			continue
		}
		t.deliver(m, frame, c)
		sent++
	}
	t.rev = c.Upto
	return missed, sent, false
}

// repeat reads and sends the same step once more for an audience that it was not
// rendered for.
func (t *tail) repeat(ctx context.Context, after Rev, audience Audience, members []*Member) error {
	c, err := t.hub.cfg.Source(ctx, t.topic, after, []Audience{audience})
	if err != nil {
		return err
	}
	html := c.Frames[audience]
	if len(html) > 0 {
		html = Text(html)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, m := range members {
		switch {
		case m.at < 0 || m.rev >= c.Upto:
		case slices.Contains(c.Gone, m.Person):
			t.hub.drop(m, Removed)
		case c.Torn, c.Upto < t.rev: // cut shorter than the others' step
			m.socket.Close(Restart, "renewed")
		default:
			t.deliver(m, html, c)
			t.hub.counted.deliveries.Add(int64(c.Inserts))
		}
	}
	return nil
}

// deliver is called with mu held.
func (t *tail) deliver(m *Member, frame []byte, c Change) {
	if len(frame) > 0 {
		m.socket.Send(frame)
	}
	m.rev = c.Upto
	if c.Last > 0 {
		m.written = c.Last
	}
	if m.inserts += c.Inserts; m.inserts > t.hub.cfg.MaxInserts {
		m.socket.Close(Restart, "renewed")
	}
}
