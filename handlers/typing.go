package handlers

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"parley/store"
)

// typingFor is how long one is shown typing after the page has told of it, which it does
// every second at most: 4.5 to 5.5 s after the last key.
const typingFor = 4500 * time.Millisecond

// sentFor is how long after a message its writer is not shown typing: a page that tells
// of typing every second tells of the end of that message after it was sent.
const sentFor = 1500 * time.Millisecond

// typing is who writes in which room just now. It is not kept anywhere.
type typing struct {
	mu    sync.Mutex
	rooms map[store.RoomID][]typist
	quiet map[posting]time.Time // who has sent, until when
}

type typist struct {
	store.Named
	until time.Time
}

// note says that who types in room, and whether that is news.
func (t *typing) note(room store.RoomID, who store.Named) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if now.Before(t.quiet[posting{who.ID, room}]) {
		return false
	}
	until := now.Add(typingFor)
	for i := range t.rooms[room] {
		if one := &t.rooms[room][i]; one.ID == who.ID {
			again := !one.until.After(now)
			one.until = until
			return again
		}
	}
	if t.rooms == nil {
		t.rooms = map[store.RoomID][]typist{}
	}
	t.rooms[room] = append(t.rooms[room], typist{who, until})
	return true
}

// on says whether user is shown typing in room.
func (t *typing) on(room store.RoomID, user store.UserID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.ContainsFunc(t.rooms[room], func(one typist) bool { return one.ID == user })
}

// stop has user be shown typing nowhere, and returns where they were.
func (t *typing) stop(user store.UserID) []store.RoomID {
	t.mu.Lock()
	rooms := slices.Collect(maps.Keys(t.rooms))
	t.mu.Unlock()
	return slices.DeleteFunc(rooms, func(room store.RoomID) bool {
		return !t.remove(room, func(one typist) bool { return one.ID == user })
	})
}

// mayType says whether others are shown that the page's person types: not while something
// keeps them from writing, other than that they just have.
func (s *Server) mayType(ctx context.Context, c *reader) bool {
	if c.room.ID == 0 || !c.me.ShowsTyping {
		return false
	}
	if s.typing.on(c.room.ID, c.me.ID) {
		return true // it was asked when they began
	}
	by, err := s.Store.StandingIn(ctx, c.room.ID, c.me.ID)
	var restraint store.Restraint
	return err == nil && by.New.IsZero() && (!errors.As(s.Store.Restraint(by), &restraint) || restraint.Kind == store.SlowMode)
}

// sent says that user's text is a message now, and whether they were shown typing.
func (t *typing) sent(room store.RoomID, user store.UserID) bool {
	t.mu.Lock()
	if t.quiet == nil {
		t.quiet = map[posting]time.Time{}
	}
	t.quiet[posting{user, room}] = time.Now().Add(sentFor)
	t.mu.Unlock()
	return t.remove(room, func(one typist) bool { return one.ID == user })
}

// expired forgets who types no more, and returns their rooms.
func (t *typing) expired(now time.Time) []store.RoomID {
	t.mu.Lock()
	maps.DeleteFunc(t.quiet, func(_ posting, until time.Time) bool { return until.Before(now) })
	rooms := make([]store.RoomID, 0, len(t.rooms))
	for room := range t.rooms {
		rooms = append(rooms, room)
	}
	t.mu.Unlock()
	return slices.DeleteFunc(rooms, func(room store.RoomID) bool {
		return !t.remove(room, func(one typist) bool { return one.until.Before(now) })
	})
}

func (t *typing) remove(room store.RoomID, gone func(typist) bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	before := len(t.rooms[room])
	if before == 0 {
		return false
	}
	t.rooms[room] = slices.DeleteFunc(t.rooms[room], gone)
	after := len(t.rooms[room])
	if after == 0 {
		delete(t.rooms, room)
	}
	return before != after
}

// in returns who types in room, in the order in which they began, and until when that is
// so.
func (t *typing) in(room store.RoomID) (who []store.Named, until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	for _, one := range t.rooms[room] {
		if one.until.After(now) {
			who, until = append(who, one.Named), sooner(until, one.until)
		}
	}
	return who, until
}

// sooner is the earlier of two moments, of which a zero one never comes.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
