package live

import (
	"context"
	"time"
)

// Presence is how near a person is to their pages here.
type Presence int

const (
	Offline Presence = iota // no page is open
	Away                    // a page is open, and none in front
	Online                  // a page is in front
)

// person is all that is known of one while a page of theirs is open, and until the
// grace after the last one is over. Guarded by Hub.mu.
type person struct {
	members map[*Member]struct{}
	front   int // of members
	told    Presence

	// A page that left counts as it was until then: it may only be loading anew.
	openUntil, frontUntil time.Time
	visitUntil            time.Time // without a socket: see Visit
}

func (p *person) presence(now time.Time) Presence {
	switch {
	case p.front > 0 || now.Before(p.frontUntil) || now.Before(p.visitUntil):
		return Online
	case len(p.members) > 0 || now.Before(p.openUntil):
		return Away
	}
	return Offline
}

// Visit notes that p is here without a socket, as who uses no scripts is: they count as
// Online for d from now, and no shorter than an earlier visit said; if d is 0, no more.
// Where a page of theirs is open, that alone counts.
func (h *Hub) Visit(p Person, d time.Duration) {
	until := time.Now().Add(d)
	h.mu.Lock()
	defer h.mu.Unlock()
	who := h.people[p]
	switch {
	case who == nil && d > 0:
		who = &person{members: map[*Member]struct{}{}}
		h.people[p] = who
	case who == nil || len(who.members) > 0:
		return
	}
	if d == 0 || until.After(who.visitUntil) {
		who.visitUntil = until
	}
	h.moved[p] = struct{}{}
}

// Front notes whether the page of m is in front; at first it is not. What is written
// to a page in front counts as read. It is not called twice at a time for one member.
func (h *Hub) Front(m *Member, front bool) {
	h.mu.Lock()
	p := h.people[m.Person]
	if p == nil || m.front == front {
		h.mu.Unlock()
		return
	}
	if _, is := p.members[m]; !is {
		h.mu.Unlock()
		return
	}
	if front {
		_, m.unread = h.unread[readKey{m.Person, m.Topic}]
	}
	h.setFront(p, m, front)
	reading := front && !m.unread
	h.mu.Unlock()
	m.tail.front(m, reading)
}

// Watched says whether somebody has a page in front here that shows the region topic.
func (h *Hub) Watched(topic Topic) bool {
	h.regions.mu.Lock()
	defer h.regions.mu.Unlock()
	r := h.regions.all[topic]
	return r != nil && len(r.watching) > 0
}

// setFront is called with mu held.
func (h *Hub) setFront(p *person, m *Member, front bool) {
	by := -1
	if front {
		by = 1
	}
	m.front = front
	p.front += by
	h.moved[m.Person] = struct{}{}
	h.regions.front(m, by)
}

// Presence returns how near p is. A page that left still counts for Config.Grace.
func (h *Hub) Presence(p Person) Presence { return h.Presences([]Person{p})[p] }

// Presences returns the Presence of each of ps; who is Offline is left out.
func (h *Hub) Presences(ps []Person) map[Person]Presence {
	found := make(map[Person]Presence, len(ps))
	now := time.Now()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range ps {
		if who := h.people[p]; who != nil {
			if is := who.presence(now); is != Offline {
				found[p] = is
			}
		}
	}
	return found
}

// People returns at most most of those who are here.
func (h *Hub) People(most int) []Person {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	all := make([]Person, 0, min(most, len(h.people)))
	for p, who := range h.people {
		if len(all) == most {
			break
		}
		if who.presence(now) != Offline {
			all = append(all, p)
		}
	}
	return all
}

// tellPresence tells of everyone who moved since the last time, and forgets those
// who are gone.
func (h *Hub) tellPresence(ctx context.Context) {
	if ctx.Err() != nil {
		return // the ticker came at the same time
	}
	if changed := h.presenceChanges(time.Now()); len(changed) > 0 && h.cfg.Present != nil {
		h.cfg.Present(ctx, changed)
	}
}

func (h *Hub) presenceChanges(now time.Time) map[Person]Presence {
	changed := map[Person]Presence{}
	h.mu.Lock()
	defer h.mu.Unlock()
	for p := range h.moved {
		who := h.people[p]
		if is := who.presence(now); is != who.told {
			who.told, changed[p] = is, is
		}
		if now.Before(who.openUntil) || now.Before(who.frontUntil) || now.Before(who.visitUntil) {
			continue // it will move again by itself
		}
		delete(h.moved, p)
		if len(who.members) == 0 {
			delete(h.people, p)
		}
	}
	return changed
}

// depart is called with mu held.
func (h *Hub) depart(m *Member) {
	p := h.people[m.Person]
	delete(p.members, m)
	p.openUntil = time.Now().Add(h.cfg.Grace)
	if m.front {
		p.frontUntil = p.openUntil
		h.setFront(p, m, false)
	}
	h.moved[m.Person] = struct{}{}
}
