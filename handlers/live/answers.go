package live

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	// answersFor is how long an answer is kept for others who ask the same, and
	// answersBytes how much is at once: beyond it each is read for itself.
	answersFor   = time.Second
	answersBytes = 4 << 20
)

// answers are those to resumes that are equal, and share one read: those under way, and
// those of the last moment. After a restart thousands of pages say the same, one
// shortly after the other.
type answers struct {
	reads singleflight.Group

	mu    sync.Mutex
	kept  map[string]Answer
	bytes int
	since time.Time // the first of kept was read
}

// to returns what read returns, or returned a moment ago if fresh still says so of it.
func (a *answers) to(ctx context.Context, key string, fresh func(Answer) bool, read func(context.Context) (Answer, error)) (Answer, error) {
	if answer, is := a.find(key); is && fresh(answer) {
		return answer, nil
	}
	got, err, _ := a.reads.Do(key, func() (any, error) {
		// Others wait for this read too: it does not end with the first who asked.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readTimeout)
		defer cancel()
		answer, err := read(ctx)
		if err == nil {
			a.keep(key, answer)
		}
		return answer, err
	})
	if err != nil {
		return Answer{}, err
	}
	return got.(Answer), nil
}

func (a *answers) find(key string) (Answer, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.expire()
	answer, is := a.kept[key]
	return answer, is
}

func (a *answers) keep(key string, answer Answer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.expire()
	size := len(key) + len(answer.Frame) + 100 // and what a map takes for each
	if a.bytes+size > answersBytes {
		return
	}
	if a.kept == nil {
		a.kept, a.since = map[string]Answer{}, time.Now()
	}
	a.kept[key] = answer
	a.bytes += size
}

// forget leaves out what is too old.
func (a *answers) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.expire()
}

// expire is called with mu held.
func (a *answers) expire() {
	if a.kept != nil && time.Since(a.since) >= answersFor {
		a.kept, a.bytes = nil, 0
	}
}
