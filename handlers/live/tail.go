package live

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// mostByWriter is how many pages are sent a change by who made it: about a
// millisecond. For more the tail's own goroutine is woken.
const mostByWriter = 128

// tail follows one topic's log for all its viewers here: it waits for a hint,
// asks the Source what is new, and sends the same bytes to everyone.
type tail struct {
	hub     *Hub
	topic   Topic
	wake    chan struct{}
	stop    context.CancelFunc // guarded by hub.mu
	viewers int                // guarded by hub.mu

	passing sync.Mutex   // held during a pass, taken before all others
	look    atomic.Bool  // the log has to be read
	upto    atomic.Int64 // the revision that this process has written; 0: nothing since the last pass

	mu        sync.Mutex
	known     bool // rev is set
	rev       Rev  // every active member has been sent what leads to it
	told      Rev  // the newest that moved was called with
	active    []*Member
	audiences map[Audience]int // of the active
}

func newTail(h *Hub, topic Topic) *tail {
	return &tail{hub: h, topic: topic, wake: make(chan struct{}, 1), audiences: map[Audience]int{}}
}

// poke has the log read.
func (t *tail) poke() {
	t.look.Store(true)
	t.start()
}

// start wakes the tail's goroutine.
func (t *tail) start() {
	select {
	case t.wake <- struct{}{}:
	default: // it is about to read anyway
	}
}

// hint has the log read, unless what the hint is about was sent or is about to be. rev
// is 0 if it does not say.
func (t *tail) hint(rev Rev) {
	t.mu.Lock()
	known := rev != 0 && rev <= max(t.rev, t.told)
	t.mu.Unlock()
	if !known {
		t.poke()
	}
}

// moved is a hint by who has committed rev in this process. It sends what is new here
// and now, if that is soon done and nobody else does it: waking a goroutine, and the
// thread below it, costs more than a short pass.
func (t *tail) moved(rev Rev) {
	t.mu.Lock()
	t.told = max(t.told, rev)
	few := len(t.active) <= mostByWriter
	t.mu.Unlock()
	for {
		before := t.upto.Load()
		if before >= int64(rev) || t.upto.CompareAndSwap(before, int64(rev)) {
			break
		}
	}
	if !few || !t.passing.TryLock() {
		t.start()
		return
	}
	// What comes meanwhile is not this caller's, and an error is tried again there.
	if err := t.step(context.Background()); err != nil || t.due() {
		t.start()
	}
}

// due says whether a pass is called for.
func (t *tail) due() bool { return t.look.Load() || t.upto.Load() > 0 }

// step makes one pass if one is due. It is called with passing held and lets go of it.
func (t *tail) step(ctx context.Context) error {
	defer t.passing.Unlock()
	look, upto := t.look.Swap(false), Rev(t.upto.Swap(0))
	if !look && upto == 0 {
		return nil
	}
	if look {
		upto = 0
	}
	more, err := t.pass(ctx, upto)
	if more || err != nil {
		t.look.Store(true)
	}
	return err
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

// leadsTo says whether a, which was read a moment ago, is still where the log is, as
// far as this tail knows. If it is not, nothing is wrong with a: admit sends the rest,
// which is no less work than reading anew.
func (t *tail) leadsTo(a Answer) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !t.known || t.rev == a.Upto
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
		t.known, t.told = false, 0 // nobody to be sent anything: the next one says where to start
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
		for t.due() && ctx.Err() == nil {
			t.passing.Lock()
			err := t.step(ctx)
			if err == nil {
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
			wait = min(2*wait, most)
		}
	}
}

// pass takes once what is new and sends it; it says whether there may be more. upto is
// what this process has written, 0 if the log has to be read in any case.
func (t *tail) pass(ctx context.Context, upto Rev) (more bool, err error) {
	t.mu.Lock()
	after, known := t.rev, t.known
	audiences := make([]Audience, 0, len(t.audiences))
	for a := range t.audiences {
		audiences = append(audiences, a)
	}
	t.mu.Unlock()
	if !known || upto > 0 && upto <= after {
		return false, nil
	}
	c, err := t.change(ctx, after, upto, audiences)
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

// change is what is new after a revision: what was just written here, if that is all
// of it until upto, and otherwise what the log says.
func (t *tail) change(ctx context.Context, after, upto Rev, audiences []Audience) (Change, error) {
	if upto > 0 && t.hub.cfg.Written != nil {
		if c, ok, err := t.hub.cfg.Written(ctx, t.topic, after, upto, audiences); ok || err != nil {
			return c, err
		}
	}
	return t.hub.cfg.Source(ctx, t.topic, after, audiences)
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
	var last Audience // most have the same as the one before
	frame, rendered := frames[last]
	for _, m := range t.active {
		if m.rev >= c.Upto {
			continue
		}
		if c.Torn {
			m.socket.Close(Restart, "renewed")
			continue
		}
		if m.Audience != last {
			last = m.Audience
			frame, rendered = frames[last]
		}
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
