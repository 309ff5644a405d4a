package handlers

import (
	"container/heap"
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
	"parley/views/words"
)

// waits are who waits for their next message in a slow room that they have open here: their
// pages are told how long. Who waits for nothing costs nothing, and all the others one timer.
type waits struct {
	mu     sync.Mutex
	ends   map[posting]time.Time
	due    queued
	sooner chan struct{} // something is due before what was waited for
}

// wait is one of waits, with when its pages say something else.
type wait struct {
	who posting
	end time.Time
	at  time.Time
}

func newWaits() *waits {
	return &waits{ends: map[posting]time.Time{}, sooner: make(chan struct{}, 1)}
}

// begin has who wait as by says, or for nothing any more.
func (w *waits) begin(who posting, by store.Standing) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	if by.Waits(now) == 0 {
		delete(w.ends, who)
	} else if !w.ends[who].Equal(by.Slow) {
		w.ends[who] = by.Slow
		w.add(wait{who: who, end: by.Slow}, now)
	}
}

// add is called with mu held.
func (w *waits) add(one wait, now time.Time) {
	_, until := views.WaitShown(one.end.Sub(now))
	one.at = one.end.Add(-until)
	heap.Push(&w.due, one)
	if w.due[0] == one {
		select {
		case w.sooner <- struct{}{}:
		default: // it looks anyway
		}
	}
}

// next takes out one whose pages say something else at now; without one it says when
// there will be, zero if nobody waits.
func (w *waits) next(now time.Time) (one wait, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.due) > 0 {
		if one = w.due[0]; one.at.After(now) {
			return wait{}, one.at
		}
		heap.Pop(&w.due)
		if w.ends[one.who].Equal(one.end) {
			return one, time.Time{}
		}
	}
	return wait{}, time.Time{}
}

// goesOn puts one back that was taken out, if it did not end or begin anew meanwhile.
func (w *waits) goesOn(one wait, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ends[one.who].Equal(one.end) {
		w.add(one, now)
	}
}

// end forgets one that was taken out.
func (w *waits) end(one wait) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ends[one.who].Equal(one.end) {
		delete(w.ends, one.who)
	}
}

// countWaits tells those who wait how long, until ctx ends.
func (s *Server) countWaits(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.waits.sooner:
		case <-timer.C:
		}
		for {
			now := time.Now()
			one, at := s.waits.next(now)
			if one.who.user == 0 {
				if !at.IsZero() {
					timer.Reset(at.Sub(now))
				}
				break
			}
			s.tellWait(one, now)
		}
	}
}

// tellWait says on the pages of one how long it is. The end is the region's to say.
func (s *Server) tellWait(one wait, now time.Time) {
	left := one.end.Sub(now)
	if left <= 0 {
		s.waits.end(one)
		s.hub.Show(restraintTopic(one.who.user, one.who.room))
		return
	}
	told := s.hub.Tell(live.Person(one.who.user), topicOf(one.who.room), func(audience live.Audience) []byte {
		html, err := fragment(parseAudience(audience).spoken(), views.WaitLeft(left))
		if err != nil {
			s.Log.Error("say how long one waits", "error", err)
		}
		return html
	})
	if told == 0 { // whoever comes back begins anew
		s.waits.end(one)
		return
	}
	s.waits.goesOn(one, now)
}

// timedOut is the posted form again with sentence and for how long, if err is that its
// person has a time-out.
func (s *Server) timedOut(w http.ResponseWriter, r *http.Request, err error, sentence string) (f views.Fields, is bool) {
	var restraint store.Restraint
	if !errors.As(err, &restraint) || restraint.Kind != store.TimeOut {
		return f, false
	}
	f = fieldsOf(r, nil)
	f.Problem = words.Told(r.Context(), sentence) + " " + tryAgain(r.Context(), w, restraint.Wait)
	return f, true
}

// queued are waits, what is due first at 0: heap.Interface.
type queued []wait

func (q queued) Len() int           { return len(q) }
func (q queued) Less(i, j int) bool { return q[i].at.Before(q[j].at) }
func (q queued) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queued) Push(one any)      { *q = append(*q, one.(wait)) }
func (q *queued) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
