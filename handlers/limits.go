package handlers

import (
	"strings"
	"sync"
	"time"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/time/rate"

	"parley/store"
)

// limits keep one person or address from wearing out the others. All of it is in
// memory: a restart forgets it.
type limits struct {
	off      bool
	signUps  *buckets[string]
	posts    *buckets[posting]
	sockets  *buckets[string]
	mu       sync.Mutex
	failures map[string]failure // by account and address, and by address
}

// posting is one person in one room.
type posting struct {
	user store.UserID
	room store.RoomID
}

func newLimits(off bool) *limits {
	return &limits{
		off:      off,
		signUps:  newBuckets[string](off, rate.Every(time.Minute), 10),
		posts:    newBuckets[posting](off, 3, 20),
		sockets:  newBuckets[string](off, 20, 200),
		failures: map[string]failure{},
	}
}

// buckets are token buckets by key.
type buckets[K comparable] struct {
	off   bool
	every rate.Limit
	burst int

	mu  sync.Mutex
	all map[K]*rate.Limiter
}

// mostBuckets bounds the memory; then those that are full again are forgotten.
const mostBuckets = 10_000

func newBuckets[K comparable](off bool, every rate.Limit, burst int) *buckets[K] {
	return &buckets[K]{off: off, every: every, burst: burst, all: map[K]*rate.Limiter{}}
}

// take takes one token of key; without one it says how long until there is.
func (b *buckets[K]) take(key K) (wait time.Duration) {
	if b.off {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.all[key]
	if l == nil {
		if len(b.all) >= mostBuckets {
			for key, l := range b.all {
				if l.Tokens() >= float64(b.burst) {
					delete(b.all, key)
				}
			}
		}
		if len(b.all) >= mostBuckets {
			clear(b.all) // a flood of keys: better forget than grow
		}
		l = rate.NewLimiter(b.every, b.burst)
		b.all[key] = l
	}
	r := l.Reserve()
	if wait = r.Delay(); wait > 0 {
		r.Cancel()
	}
	return wait
}

// failure is how often a password was wrong in a row, and when last.
type failure struct {
	times int
	last  time.Time
}

// guess is one attempt to sign in. What is held back grows with each failure, by
// account and address together, so that nobody can lock an owner out from
// elsewhere, and by address alone, so that nobody tries one password on many.
type guess struct {
	limits *limits
	keys   [2]string
}

// freeGuesses is how many mistakes cost no waiting: for an account from one
// address, and for an address.
var freeGuesses = [2]int{5, 30}

// longestWait is the most that one has to wait after many mistakes.
const longestWait = 15 * time.Minute

func (l *limits) guess(login, address string) guess {
	login = strings.ToLower(norm.NFKC.String(strings.TrimSpace(login)))
	if len(login) > 300 {
		login = login[:300]
	}
	return guess{l, [2]string{address + " " + login, address}}
}

// wait says how long until this guess may be made; 0: now.
func (g guess) wait() time.Duration {
	if g.limits.off {
		return 0
	}
	g.limits.mu.Lock()
	defer g.limits.mu.Unlock()
	var longest time.Duration
	for i, key := range g.keys {
		f := g.limits.failures[key]
		if over := f.times - freeGuesses[i]; over >= 0 {
			longest = max(longest, time.Until(f.last.Add(min(longestWait, time.Second<<min(over, 20)))))
		}
	}
	return longest
}

func (g guess) wrong() {
	if g.limits.off {
		return
	}
	g.limits.mu.Lock()
	defer g.limits.mu.Unlock()
	now := time.Now()
	if len(g.limits.failures) >= mostBuckets {
		for key, f := range g.limits.failures {
			if now.Sub(f.last) > longestWait {
				delete(g.limits.failures, key)
			}
		}
		if len(g.limits.failures) >= mostBuckets {
			clear(g.limits.failures)
		}
	}
	for _, key := range g.keys {
		f := g.limits.failures[key]
		if now.Sub(f.last) > 2*longestWait {
			f.times = 0
		}
		g.limits.failures[key] = failure{f.times + 1, now}
	}
}

// right forgets the account's mistakes; those of the address stay.
func (g guess) right() {
	g.limits.mu.Lock()
	defer g.limits.mu.Unlock()
	delete(g.limits.failures, g.keys[0])
}
