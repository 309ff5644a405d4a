package store

import (
	"sync"
	"time"
)

const (
	// trustLife is how long a session that was alive is taken to be: what another
	// process ends, as `parley user suspend` does, ends here within it.
	trustLife = time.Second
	// mostTrusted bounds the memory; then all are looked up anew.
	mostTrusted = 4096
)

// trusted are sessions that were alive a moment ago. Every write of this process that
// could change a person or end a session forgets them all, before its caller knows
// that it is done. The zero value is ready.
type trusted struct {
	mu    sync.Mutex
	epoch int64 // grows with each forget
	all   map[SessionID]trustedSession
}

type trustedSession struct {
	Session
	since time.Time
}

// session returns the session id if it was alive within trustLife.
func (t *trusted) session(id SessionID) (Session, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, ok := t.all[id]
	return found.Session, ok && time.Since(found.since) < trustLife
}

// now is what keep has to be told: taken before the session is read.
func (t *trusted) now() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.epoch
}

// keep notes a session that was read after since and after epoch was taken. If anything
// was forgotten meanwhile, it may have ended since, and is not kept.
func (t *trusted) keep(found Session, since time.Time, epoch int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.epoch != epoch {
		return
	}
	if t.all == nil || len(t.all) >= mostTrusted {
		t.all = map[SessionID]trustedSession{}
	}
	t.all[found.ID] = trustedSession{found, since}
}

func (t *trusted) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.epoch++
	clear(t.all)
}
