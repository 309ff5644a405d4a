package live

import (
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

// Figures are what a hub is doing, and has done since it began.
type Figures struct {
	People     int // with an open page
	Sockets    int
	Pending    int64            // bytes that wait for browsers
	Deliveries int64            // what frames added to pages: elements times pages
	Dropped    map[string]int64 // sockets that the server closed, by the reason it gave
}

// counted is what a hub counts: once for each frame and each socket that ends, never
// for each delivery.
type counted struct {
	deliveries atomic.Int64

	mu      sync.Mutex
	dropped map[string]int64
}

// mostReasons bounds the memory: a browser's own words are none of the reasons.
const mostReasons = 64

func (c *counted) drop(why string) {
	if why == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dropped == nil {
		c.dropped = map[string]int64{}
	}
	if _, is := c.dropped[why]; is || len(c.dropped) < mostReasons {
		c.dropped[why]++
	}
}

// delivered counts a frame that was sent to so many pages.
func (h *Hub) delivered(c Change, sent int) {
	if sent == 0 || c.Inserts == 0 {
		return
	}
	h.counted.deliveries.Add(int64(sent) * int64(c.Inserts))
	if h.cfg.Delivered != nil && !c.Posted.IsZero() {
		h.cfg.Delivered(time.Since(c.Posted))
	}
}

// Figures returns them as they are now. It looks at every socket.
func (h *Hub) Figures() Figures {
	var f Figures
	for _, m := range h.members() {
		f.Sockets++
		f.Pending += int64(m.socket.Pending())
	}
	f.Deliveries = h.counted.deliveries.Load()
	h.mu.Lock()
	for _, p := range h.people {
		if len(p.members) > 0 {
			f.People++
		}
	}
	h.mu.Unlock()
	h.counted.mu.Lock()
	defer h.counted.mu.Unlock()
	f.Dropped = maps.Clone(h.counted.dropped)
	return f
}

// Refresh has the region topic rendered again for those who look at it here, and says
// whether anybody does. Other processes are not told.
func (h *Hub) Refresh(topic Topic) bool {
	if !h.regions.follow(topic) {
		return false
	}
	h.regions.hint(topic)
	return true
}
