package live

// Read is how far a person has read a topic: the furthest place that was written to
// a page of theirs while it was in front.
type Read struct {
	Person Person
	Topic  Topic
	Place  int64
}

type readKey struct {
	person Person
	topic  Topic
}

// maxParted bounds how many places of pages that left are kept for TakeRead. Who does
// not fit has to look at the page once more.
const maxParted = 1 << 16

// Reads returns the furthest place that p has read on topic here and TakeRead has not
// taken yet, with pages that left, and whether a page of theirs on topic is in front.
func (h *Hub) Reads(p Person, topic Topic) (place int64, front bool) {
	var members []*Member
	var taken int64
	h.mu.Lock()
	place = h.parted[readKey{p, topic}]
	if who := h.people[p]; who != nil {
		for m := range who.members {
			if m.Topic == topic {
				members = append(members, m)
				taken = max(taken, m.taken)
				front = front || m.front && !m.Past && !m.unread
			}
		}
	}
	h.mu.Unlock()
	for _, m := range members {
		place = max(place, m.tail.place(m))
	}
	if place <= taken {
		place = 0
	}
	return place, front
}

// Unread has what is written on topic count as unread by p, in whatever page of theirs is
// in front, until Reopen. What was read until now is still TakeRead's.
func (h *Hub) Unread(p Person, topic Topic) {
	h.mu.Lock()
	if len(h.unread) < maxParted {
		h.unread[readKey{p, topic}] = struct{}{}
	}
	h.turn(p, topic, true)
}

// Reopen ends what Unread began: p looks at topic again.
func (h *Hub) Reopen(p Person, topic Topic) {
	key := readKey{p, topic}
	h.mu.Lock()
	if _, is := h.unread[key]; !is {
		h.mu.Unlock()
		return
	}
	delete(h.unread, key)
	h.turn(p, topic, false)
}

// ReopenAll is Reopen for every topic.
func (h *Hub) ReopenAll(p Person) {
	h.mu.Lock()
	var topics []Topic
	for key := range h.unread {
		if key.person == p {
			topics = append(topics, key.topic)
		}
	}
	h.mu.Unlock()
	for _, topic := range topics {
		h.Reopen(p, topic)
	}
}

// turn has p's pages about topic that are in front read what is written to them, or not.
// It is called with mu held, and gives it back.
func (h *Hub) turn(p Person, topic Topic, unread bool) {
	var pages []*Member
	if who := h.people[p]; who != nil {
		for m := range who.members {
			if m.Topic == topic && m.front && m.unread != unread {
				h.regions.front(m, -1)
				m.unread = unread
				h.regions.front(m, 1)
				pages = append(pages, m)
			}
		}
	}
	h.mu.Unlock()
	for _, m := range pages {
		m.tail.front(m, !unread)
	}
}

// TakeRead returns every place that moved since it was called last, one for each
// person and topic; what left meanwhile is among them.
func (h *Hub) TakeRead() []Read {
	h.mu.Lock()
	moved := h.parted
	h.parted = map[readKey]int64{}
	h.mu.Unlock()
	// A member who leaves from here on is in the next call's share, or in both.
	places := map[*Member]int64{}
	for _, m := range h.members() {
		if place := m.tail.place(m); place > 0 {
			places[m] = place
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for m, place := range places {
		if key := (readKey{m.Person, m.Topic}); place > m.taken {
			moved[key] = max(moved[key], place)
		}
	}
	var all []Read
	for key, place := range moved {
		if h.take(key, place) {
			all = append(all, Read{key.person, key.topic, place})
		}
	}
	return all
}

// take notes place as taken by every page of the person on the topic; it is false if
// one of them had it. It is called with mu held.
func (h *Hub) take(key readKey, place int64) (news bool) {
	who := h.people[key.person]
	if who == nil {
		return true
	}
	news = true
	for m := range who.members {
		news = news && (m.Topic != key.topic || m.taken < place)
	}
	for m := range who.members {
		if m.Topic == key.topic {
			m.taken = max(m.taken, place)
		}
	}
	return news
}

// part keeps the place that m has read until it is taken. It is called with mu held.
func (h *Hub) part(m *Member, place int64) {
	if place <= m.taken {
		return
	}
	key := readKey{m.Person, m.Topic}
	if _, is := h.parted[key]; is || len(h.parted) < maxParted {
		h.parted[key] = max(h.parted[key], place)
	}
}

// note says what an answer wrote to m.
func (t *tail) note(m *Member, last int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if last > 0 {
		m.written = last
	}
}

// front notes whether m is in front: if so, what was and will be written is read.
func (t *tail) front(m *Member, front bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m.read = m.place()
	m.reading = front
}

// place returns how far m has read.
func (t *tail) place(m *Member) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return m.place()
}

// place is called with tail.mu held.
func (m *Member) place() int64 {
	if m.reading && !m.Past {
		return max(m.read, m.written)
	}
	return m.read
}
