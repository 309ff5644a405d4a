package handlers

import (
	"context"
	"errors"
	"time"

	"parley/handlers/live"
	"parley/store"
)

// forgetEvery is how late a message goes after its time.
const forgetEvery = 10 * time.Minute

// keepTopic is hinted at when the retention of all rooms changes.
const keepTopic live.Topic = "keep"

// termsTopic is the region of a room's page that says how long it keeps what.
func termsTopic(room store.RoomID) live.Topic { return "terms/" + topicOf(room) }

// forget has rooms forget what they keep no longer, until ctx ends. It looks at all of
// them each time, so it catches up after a pause of any length.
func (s *Server) forget(ctx context.Context) {
	for {
		if err := s.forgetAll(ctx); err != nil && ctx.Err() == nil {
			s.Log.Warn("forget old messages", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.forgets:
		case <-time.After(forgetEvery):
		}
	}
}

// forgetAll takes the rooms one after the other, in steps between which whoever else
// waits for the database has a turn. A room that fails does not hold up the others.
func (s *Server) forgetAll(ctx context.Context) error {
	var failed error
	for after := store.RoomID(0); ; {
		due, next, err := s.Store.RoomsToForget(ctx, after)
		if err != nil {
			return errors.Join(failed, err)
		}
		for _, room := range due {
			for more := true; more; {
				f, err := s.Store.Forget(ctx, room)
				if err != nil {
					failed = errors.Join(failed, err)
				}
				more = f.More && err == nil
				for _, author := range f.Held {
					s.heldChanged(room, author)
				}
				if f.Moved {
					s.moved(room)
					s.Bus.Publish(live.Hint{Topic: seenTopic(room)})
				}
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		if next == 0 {
			return failed
		}
		after = next
	}
}

// keepChanged begins to forget at once.
func (s *Server) keepChanged() {
	select {
	case s.forgets <- struct{}{}:
	default: // it is about to look anyway
	}
}

// noteRetention tells every page when rooms keep messages for another time than before.
func (s *Server) noteRetention(was time.Duration) time.Duration {
	is := s.Store.Settings().Retention
	if is != was {
		s.Bus.Publish(live.Hint{Topic: keepTopic})
		s.keepChanged()
	}
	return is
}
