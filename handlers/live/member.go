package live

import (
	"context"
	"errors"
	"slices"
	"time"
)

// What Enter fails with.
var (
	ErrClosing = errors.New("live: shutting down")
	ErrTooMany = errors.New("live: too many sockets of one person")
)

// Member is one open socket with its viewer, from Enter to Leave.
type Member struct {
	Viewer
	socket  *Socket
	tail    *tail
	regions []*region

	// Guarded by Hub.mu.
	front  bool
	unread bool  // what is written to it counts as unread all the same
	taken  int64 // the place read that TakeRead knows of

	// Guarded by tail.mu.
	at      int // place in tail.active; -1: not there
	rev     Rev // what the page is at, or will be with what is on its way
	inserts int
	written int64 // the newest place in the log that was sent to the page
	read    int64 // what was written when the page was last seen in front
	reading bool  // it is in front now
}

// Enter registers a viewer with their socket and the regions that their page shows:
// from here on they are counted, asked about, and closed with the hub. Nothing is
// sent to them before Join. It fails with ErrClosing or ErrTooMany; otherwise Leave
// must follow.
func (h *Hub) Enter(v Viewer, s *Socket, regions ...Topic) (*Member, error) {
	m := &Member{Viewer: v, socket: s, at: -1}
	if err := h.register(m); err != nil {
		return nil, err
	}
	for i, topic := range regions {
		if !slices.Contains(regions[:i], topic) {
			m.regions = append(m.regions, h.regions.enter(m, topic))
		}
	}
	return m, nil
}

func (h *Hub) register(m *Member) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing {
		return ErrClosing
	}
	p := h.people[m.Person]
	if h.cfg.MostSockets > 0 && p != nil && len(p.members) >= h.cfg.MostSockets {
		return ErrTooMany
	}
	t := h.tails[m.Topic]
	if t == nil {
		t = newTail(h, m.Topic)
		h.tails[m.Topic] = t
		ctx, cancel := context.WithCancel(context.Background())
		t.stop = cancel
		if m.Topic != "" { // else there is nothing to follow
			h.left.Go(func() { t.run(ctx) })
		}
	}
	t.viewers++
	m.tail = t
	if p == nil {
		p = &person{members: map[*Member]struct{}{}}
		h.people[m.Person] = p
	}
	p.members[m] = struct{}{}
	p.visitUntil = time.Time{} // from now on it is known
	h.moved[m.Person] = struct{}{}
	h.total++
	h.left.Add(1)
	return nil
}

// Leave ends what Enter began.
func (h *Hub) Leave(m *Member) {
	m.tail.pause(m)
	place := m.tail.place(m) // nothing more is written
	why := m.socket.Why()
	for _, r := range m.regions {
		h.regions.leave(m, r)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if m.tail.viewers--; m.tail.viewers == 0 {
		m.tail.stop()
		delete(h.tails, m.Topic)
	}
	h.part(m, place)
	h.depart(m)
	h.counted.drop(why)
	h.total--
	h.left.Done()
}

// Join answers a page that came (back) with what read returns and has it follow
// the topic from there; then it sends all regions of the page, and last the pulse.
// Calls with the same topic and key share one read, while the log stands still even for
// a moment after it, so key must name all that read depends on but the log; read is nil
// for a page without a log. While Join runs
// nothing else is sent to the page: a later frame must not be overtaken by an older
// answer. A region that cannot be rendered, or that shows more than the log has told
// the page, comes later.
func (h *Hub) Join(ctx context.Context, m *Member, key string, read func(context.Context) (Answer, error)) error {
	m.tail.pause(m)
	for _, r := range m.regions {
		r.pause(m)
	}
	var answer Answer
	if read != nil {
		got, err := h.answers.to(ctx, string(m.Topic)+"\x00"+key, m.tail.leadsTo, read)
		if err != nil {
			return err
		}
		answer = got
	}
	// Asked after the read: who was still allowed to look then has seen nothing of
	// a later time, and whatever comes later is noticed by the tail.
	if err := h.check(ctx, []*Member{m}); err != nil {
		return err
	}
	if read != nil {
		if err := m.tail.admit(ctx, m, answer); err != nil {
			return err
		}
	}
	if m.socket.Closing() != 0 {
		return nil
	}
	for _, r := range m.regions {
		h.regions.show(ctx, m, r)
	}
	m.socket.Send(Text(h.cfg.Pulse(m.Audience)))
	return nil
}
