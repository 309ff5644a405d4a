package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// Load says what is posted, and how fast.
type Load struct {
	Name    string
	Rate    float64 // messages per second, one after the other; 0: as fast as they get through
	Senders int     // who take turns; without a rate each has one message in flight
	For     time.Duration
	Most    int // messages
}

// Figures are what one load came to.
type Figures struct {
	Messages, Deliveries int
	Wall                 time.Duration
	CPU                  time.Duration // of the server
	Own, Others          float64       // share of the machine that this program and strangers took
	P50, P99             time.Duration // from post to delivery
	Bytes                int           // on the wire
	Resident             float64       // KiB per connection, above those of the server without any
}

// PerDelivery is the server's CPU time in µs.
func (f Figures) PerDelivery() float64 {
	return float64(f.CPU.Nanoseconds()) / 1000 / float64(f.Deliveries)
}

// PerMessage is the server's CPU time in µs.
func (f Figures) PerMessage() float64 {
	return float64(f.CPU.Nanoseconds()) / 1000 / float64(f.Messages)
}

// PerSecond is how many messages got through.
func (f Figures) PerSecond() float64 { return float64(f.Messages) / f.Wall.Seconds() }

// Post posts a message and returns when the server has acknowledged it, or, where it
// acknowledges nothing, at once.
type Post func(sender int, text string) error

// Room is a server under load: its process, the pages that are open, and how to post.
type Room struct {
	*Process
	*Swarm
	post Post
	acks bool // post waits for the server
	size int  // of a text
	next atomic.Int64
}

// bear puts the load on the server, waits until all of it is delivered, and returns
// what it took. It fails if a reader did not get each message once and in order.
func (r *Room) bear(ctx context.Context, l Load) (f Figures, err error) {
	first := int(r.next.Load())
	r.mu.Lock()
	r.books.clear(l.Rate > 0 && len(r.books.rooms) == 1)
	r.bytes = 0
	readers := r.books.rooms[0].readers
	r.mu.Unlock()
	before, err := clocks(r.Process)
	if err != nil {
		return f, err
	}
	if l.Rate > 0 {
		err = r.pace(ctx, l)
	} else {
		err = r.press(ctx, l)
	}
	if failed := r.failed(); failed != nil {
		err = failed
	}
	if err != nil {
		return f, err
	}
	f.Messages = int(r.next.Load()) - first
	f.Deliveries = f.Messages * readers
	if err := r.until(20*time.Second, func() bool { return r.books.delivered >= f.Deliveries }); err != nil {
		return f, fmt.Errorf("%d deliveries: %w", f.Deliveries, err)
	}
	after, err := clocks(r.Process)
	if err != nil {
		return f, err
	}
	time.Sleep(50 * time.Millisecond) // what comes twice comes late
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return f, r.err
	}
	if r.books.delivered != f.Deliveries || r.books.completed != f.Messages {
		return f, fmt.Errorf("%d deliveries of %d", r.books.delivered, f.Deliveries)
	}
	f.Wall, f.CPU = after.wall-before.wall, after.server-before.server
	machine := float64(f.Wall) * processors
	f.Own = float64(after.own-before.own) / machine
	f.Others = max(0, float64(after.busy-before.busy)/machine-f.Own-float64(f.CPU)/machine)
	f.P50, f.P99, f.Bytes = r.books.wait(.5), r.books.wait(.99), r.bytes
	return f, nil
}

// clock is what the clocks said at one time.
type clock struct{ wall, server, own, busy time.Duration }

func clocks(p *Process) (c clock, err error) {
	c.wall, c.own = time.Since(epoch), own()
	if c.server, err = p.CPU(); err != nil {
		return c, err
	}
	c.busy, err = busy()
	return c, err
}

// pace posts one message after the other. Who had to wait for the one before counts
// from when it was due, or a slow server would hide its own delay.
func (r *Room) pace(ctx context.Context, l Load) error {
	begin, gap := time.Since(epoch), time.Duration(float64(time.Second)/l.Rate)
	var free time.Duration // when the one before was acknowledged
	for i := range min(l.Most, int(l.For/gap)) {
		due := begin + time.Duration(i)*gap
		time.Sleep(due - time.Since(epoch))
		posted := time.Since(epoch)
		if free > due {
			posted = due
		}
		sender := 0 // order is kept on one connection
		if r.acks {
			sender = i % l.Senders
		}
		if err := r.post(sender, textOf(sender, int(r.next.Add(1))-1, posted, r.size)); err != nil {
			return err
		}
		if free = time.Since(epoch); ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// press has each sender post the next message as soon as the one before has reached
// everyone.
func (r *Room) press(ctx context.Context, l Load) error {
	last := r.next.Load() + int64(l.Most)
	over, stop := context.WithTimeout(ctx, l.For)
	defer stop()
	var posting errgroup.Group
	for sender := range l.Senders {
		posting.Go(func() error {
			through := r.through[sender]
			select {
			case <-through: // of an earlier load
			default:
			}
			for over.Err() == nil {
				number := r.next.Add(1) - 1
				if number >= last {
					r.next.Add(-1)
					return nil
				}
				if err := r.post(sender, textOf(sender, int(number), time.Since(epoch), r.size)); err != nil {
					return err
				}
				select {
				case <-through:
				case <-ctx.Done():
					return ctx.Err()
				case <-r.ended:
					return errors.New("a socket failed")
				case <-time.After(20 * time.Second):
					return errors.New("a message did not get through")
				}
			}
			return nil
		})
	}
	return posting.Wait()
}
