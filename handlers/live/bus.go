package live

import "sync"

// Hint says that something may have changed; nothing that is kept depends on it.
// It may be lost, doubled or late.
type Hint struct {
	Topic  Topic  // this log has moved
	Rev    Rev    // and to here, 0 if that is not known: who has sent it need not look
	Person Person // or: something about this person's access has changed
}

// Bus carries hints between the processes that serve one database.
type Bus interface {
	// Publish passes hint to every subscriber. It never blocks for long.
	Publish(hint Hint)
	// Subscribe calls fn with each hint until stop is called. fn must not block.
	Subscribe(fn func(Hint)) (stop func())
}

// Local is the Bus of a single process. The zero value is ready.
type Local struct {
	mu   sync.RWMutex
	next int
	fns  map[int]func(Hint)
}

// Publish implements Bus.
func (l *Local) Publish(hint Hint) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, fn := range l.fns {
		fn(hint)
	}
}

// Subscribe implements Bus.
func (l *Local) Subscribe(fn func(Hint)) (stop func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fns == nil {
		l.fns = map[int]func(Hint){}
	}
	l.next++
	id := l.next
	l.fns[id] = fn
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.fns, id)
	}
}
