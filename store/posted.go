package store

import "sync"

// mostPosted is how many messages are kept in memory after they were posted.
const mostPosted = 256

// posted are the messages that this process has just committed, so that those who are
// looking can be shown them without a question. It is the log's newest end and nothing
// else: a revision that is not here has to be read. The zero value is ready.
type posted struct {
	mu    sync.Mutex
	all   map[postedAt]Message
	queue []postedAt // the oldest first
}

type postedAt struct {
	room RoomID
	rev  Rev
}

// add keeps messages that were committed, in the order of their revisions.
func (p *posted) add(all []Message) {
	if len(all) == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil {
		p.all = make(map[postedAt]Message, mostPosted)
	}
	for _, m := range all {
		if len(p.queue) == mostPosted {
			delete(p.all, p.queue[0])
			copy(p.queue, p.queue[1:])
			p.queue = p.queue[:mostPosted-1]
		}
		at := postedAt{m.Room, m.Rev}
		p.all[at], p.queue = m, append(p.queue, at)
	}
}

// forget drops what is kept of room: a message of it has changed.
func (p *posted) forget(room RoomID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for at := range p.all {
		if at.room == room {
			delete(p.all, at)
		}
	}
}

func (p *posted) forgetAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.all)
	p.queue = p.queue[:0]
}

// Posted returns what happened in room after a revision until upto at least, from
// memory: with what came since, at most limit messages. It is false unless all of that
// was posted by this process a moment ago, and is not too much for one read; and then no
// membership has changed in between, for that takes a revision, too.
func (s *Store) Posted(room RoomID, after, upto Rev, limit int) (Changes, bool) {
	if upto <= after || upto-after > Rev(limit) {
		return Changes{}, false
	}
	c := Changes{Upto: after}
	s.posted.mu.Lock()
	defer s.posted.mu.Unlock()
	for size := 0; len(c.Messages) < limit; c.Upto++ {
		m, is := s.posted.all[postedAt{room, c.Upto + 1}]
		if size += len(m.Body); !is || len(c.Messages) > 0 && size > mostChanged {
			break
		}
		c.Messages, c.LastSeq = append(c.Messages, m), m.Seq
	}
	return c, c.Upto >= upto
}
