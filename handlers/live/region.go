package live

import (
	"bytes"
	"sync"
	"time"
)

// Region is one live part of a page, rendered whole.
type Region struct {
	Frames map[Audience][]byte // HTML; empty: nothing to show
	// Depends are the topics that it shows something of: a hint about any of them, or
	// about the region's own topic, makes it render again.
	Depends []Topic
	// At is 0, or the revision of its viewers' log topic that it shows and nothing
	// newer: a page whose log has not got there is not sent it yet. Who was removed is
	// so dropped by the log before they see what came after.
	At Rev
	// Until is when it changes by itself, and is rendered again; zero: it does not.
	Until time.Time
}

// region is one Region with its viewers here.
type region struct {
	topic Topic

	// Guarded by regions.mu.
	viewers  int
	watching map[Topic]int // viewers in front, by the log that they follow
	depends  []Topic       // with its own
	began    tick          // of the rendering that said so
	log      bool          // it shows the log of its viewers
	hinted   tick          // a hint at this region alone
	ends     *time.Timer   // of what it shows; nil: that has no end
	again    time.Time     // not before: it failed, or nobody has it in front
	failed   bool

	mu        sync.Mutex
	views     map[*Member]*view
	audiences map[Audience]int // of views
	frames    map[Audience]*rendered
}

// view is a region on one page.
type view struct {
	active bool      // the page follows
	sent   *rendered // nil: nothing yet
}

// rendered is a region as an audience sees it; another value is another picture.
type rendered struct {
	frame []byte
	at    Rev
	began tick // guarded by region.mu
}

func (r *region) enter(m *Member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.views[m] = &view{}
	r.audiences[m.Audience]++
}

func (r *region) leave(m *Member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.views, m)
	if r.audiences[m.Audience]--; r.audiences[m.Audience] == 0 {
		delete(r.audiences, m.Audience)
		delete(r.frames, m.Audience)
	}
}

// pause stops sending to m. What was sent may not have got there.
func (r *region) pause(m *Member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if v := r.views[m]; v != nil {
		*v = view{}
	}
}

// keep makes got what audiences see, unless they see something newer.
func (r *region) keep(got Region, began tick, audiences []Audience) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range audiences {
		old := r.frames[a]
		if r.audiences[a] == 0 || old != nil && old.began > began {
			continue
		}
		var frame []byte
		if html := got.Frames[a]; len(html) > 0 {
			frame = Text(html)
		}
		if old != nil && bytes.Equal(old.frame, frame) {
			old.began = began // and it shows no more than it did as of its at
			continue
		}
		r.frames[a] = &rendered{frame: frame, at: got.At, began: began}
	}
}

// stale returns the audiences of active viewers whose frame is not newer than the
// hint newest.
func (r *region) stale(newest tick) []Audience {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []Audience
	seen := make(map[Audience]bool, len(r.audiences))
	for m, v := range r.views {
		if !v.active || seen[m.Audience] {
			continue
		}
		seen[m.Audience] = true
		if f := r.frames[m.Audience]; f == nil || f.began <= newest {
			all = append(all, m.Audience)
		}
	}
	return all
}

// send writes to each active viewer what they have not been sent. late: some wait
// for their log.
func (r *region) send() (late bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for m, v := range r.views {
		if v.active && !r.sendTo(m, v) {
			late = true
		}
	}
	return late
}

// sendTo is called with mu held. It is false if the log of m must come first.
func (r *region) sendTo(m *Member, v *view) bool {
	f := r.frames[m.Audience]
	if f == nil || f == v.sent {
		return true
	}
	if !m.tail.reached(m, f.at) {
		m.tail.poke()
		return false
	}
	if len(f.frame) > 0 {
		m.socket.Send(f.frame)
	}
	v.sent = f
	return true
}

// reached says whether m has been sent what leads to rev.
func (t *tail) reached(m *Member, rev Rev) bool {
	if rev == 0 || t.topic == "" {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return m.rev >= rev
}
