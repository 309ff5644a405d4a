package handlers

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"parley/store"
)

// limits keep one person or address from wearing out the others. All of it is in
// memory: a restart forgets it.
type limits struct {
	off      bool
	signUps  *buckets[string]
	signIns  *buckets[string] // right or wrong
	posts    *buckets[posting]
	drafts   *buckets[store.UserID]
	forms    *buckets[store.UserID] // of any kind
	creates  *buckets[store.UserID] // of rooms
	trials   *buckets[store.UserID] // of rules
	sockets  *buckets[string]
	resumes  *buckets[store.UserID]
	mu       sync.Mutex
	failures map[string]failure // by account and address
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
		posts:    newBuckets[posting](off, 0, 0),       // as the settings say
		drafts:   newBuckets[store.UserID](off, 1, 20), // a page saves after a pause
		forms:    newBuckets[store.UserID](off, 5, 60),
		creates:  newBuckets[store.UserID](off, rate.Every(time.Minute), 30),
		trials:   newBuckets[store.UserID](off, rate.Every(3*time.Second), 20),
		signIns:  newBuckets[string](off, rate.Every(time.Second), 40),
		sockets:  newBuckets[string](off, 200, 1000),
		resumes:  newBuckets[store.UserID](off, 3, 60),
		failures: map[string]failure{},
	}
}

// postingWait takes one of the messages that the settings leave user in room; without
// one it says how long until there is.
func (s *Server) postingWait(user store.UserID, room store.RoomID) (wait time.Duration) {
	in := s.Store.Settings()
	return s.limits.posts.takeOf(posting{user, room}, rate.Limit(float64(in.PostsPerMin)/60), in.PostsBurst)
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
	return b.takeOne(key)
}

// takeOf is take where each key has burst tokens at once and as many more as every says.
func (b *buckets[K]) takeOf(key K, every rate.Limit, burst int) (wait time.Duration) {
	if b.off {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.every != every || b.burst != burst {
		b.every, b.burst = every, burst
		for _, l := range b.all {
			l.SetLimit(every)
			l.SetBurst(burst)
		}
	}
	return b.takeOne(key)
}

// takeOne is called with mu held.
func (b *buckets[K]) takeOne(key K) (wait time.Duration) {
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

// seats are what is open at the same time, by key.
type seats[K comparable] struct {
	mu   sync.Mutex
	most int // of one key; 0: no limit
	open map[K]int
}

func newSeats[K comparable](most int) *seats[K] { return &seats[K]{most: most, open: map[K]int{}} }

// begin takes one of key's seats, for end to give back. It is false if all are taken.
func (s *seats[K]) begin(key K) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.most > 0 && s.open[key] >= s.most {
		return false
	}
	s.open[key]++
	return true
}

func (s *seats[K]) end(key K) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[key]--; s.open[key] == 0 {
		delete(s.open, key)
	}
}

// failure is how often a password was wrong in a row, and when last.
type failure struct {
	times int
	last  time.Time
}

// network is what an address counts as: an IPv6 address is one of many that its
// owner can take, so its /64 counts (RFC 6177).
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Is4() {
		return address
	}
	return netip.PrefixFrom(ip, 64).Masked().String()
}

// guess is one attempt to give an account's password. What is held back grows with
// each mistake, by account and network together, so that nobody can lock an owner
// out from elsewhere. What one network may try on all accounts is a bucket that
// fills up again within seconds, so that nobody locks their neighbours out either.
type guess struct {
	limits  *limits
	key     string
	network string
}

// freeGuesses is how many mistakes in a row cost no waiting.
const freeGuesses = 5

// longestWait is the most that one has to wait after many mistakes.
const longestWait = 15 * time.Minute

func (l *limits) guess(login, address string) guess {
	net := network(address)
	return guess{l, net + " " + store.LoginKey(login), net}
}

// wait says how long until this guess may be made. 0: now, and it counts as a
// mistake until right is called, for many can be under way at once.
func (g guess) wait() time.Duration {
	if g.limits.off {
		return 0
	}
	if wait := g.limits.signIns.take(g.network); wait > 0 {
		return wait
	}
	g.limits.mu.Lock()
	defer g.limits.mu.Unlock()
	now, f := time.Now(), g.limits.failures[g.key]
	if now.Sub(f.last) > 2*longestWait {
		f.times = 0
	}
	if over := f.times - freeGuesses; over >= 0 {
		if wait := f.last.Add(min(longestWait, time.Second<<min(over, 20))).Sub(now); wait > 0 {
			return wait
		}
	}
	g.limits.forgetOld(now)
	g.limits.failures[g.key] = failure{f.times + 1, now}
	return 0
}

// right forgets the account's mistakes from there.
func (g guess) right() {
	g.limits.mu.Lock()
	defer g.limits.mu.Unlock()
	delete(g.limits.failures, g.key)
}

// forgetOld bounds the memory; it is called with mu held.
func (l *limits) forgetOld(now time.Time) {
	if len(l.failures) < mostBuckets {
		return
	}
	for key, f := range l.failures {
		if now.Sub(f.last) > longestWait {
			delete(l.failures, key)
		}
	}
	for key, f := range l.failures { // a flood of names: those with few mistakes first
		if len(l.failures) < mostBuckets {
			return
		}
		if f.times < freeGuesses {
			delete(l.failures, key)
		}
	}
	if len(l.failures) >= mostBuckets {
		clear(l.failures)
	}
}
