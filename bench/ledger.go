package main

import (
	"fmt"
	"slices"
	"time"
)

// ledger holds a room's messages in the order in which its first reader got them.
// Every other reader has to get exactly the same.
type ledger struct {
	numbers []int
	newest  int
	readers int
}

// books are kept over all deliveries: each reader gets each message of its room
// exactly once, and all in the same order.
type books struct {
	rooms   []ledger
	reached []int // by message: how many readers
	ordered bool  // messages come by ascending number

	delivered, completed int
	waits                []time.Duration // from post to delivery
}

func newBooks(rooms, readers int) *books {
	b := &books{rooms: make([]ledger, rooms)}
	for i := range b.rooms {
		b.rooms[i] = ledger{newest: -1, readers: readers}
	}
	return b
}

// enter notes that a reader, who has got place messages of room, got m at now. all:
// m has reached everyone.
func (b *books) enter(room, place int, m message, now time.Duration) (all bool, err error) {
	l := &b.rooms[room]
	for len(b.reached) <= m.number {
		b.reached = append(b.reached, 0)
	}
	switch {
	case place < len(l.numbers):
		if want := l.numbers[place]; m.number != want {
			return false, fmt.Errorf("a reader got message %d where others got %d: lost, doubled or out of order", m.number, want)
		}
	case b.reached[m.number] > 0:
		return false, fmt.Errorf("message %d came twice", m.number)
	case b.ordered && m.number != l.newest+1:
		return false, fmt.Errorf("message %d came after %d", m.number, l.newest)
	default:
		l.numbers, l.newest = append(l.numbers, m.number), max(l.newest, m.number)
	}
	b.reached[m.number]++
	b.delivered++
	b.waits = append(b.waits, now-m.posted)
	if all = b.reached[m.number] == l.readers; all {
		b.completed++
	}
	return all, nil
}

// clear starts a new count; what has been delivered stays known.
func (b *books) clear(ordered bool) {
	b.ordered, b.delivered, b.completed, b.waits = ordered, 0, 0, b.waits[:0]
}

// wait is the quantile q, from 0 to 1, of the times from post to delivery.
func (b *books) wait(q float64) time.Duration {
	if len(b.waits) == 0 {
		return 0
	}
	slices.Sort(b.waits)
	return b.waits[min(len(b.waits)-1, int(q*float64(len(b.waits))))]
}
