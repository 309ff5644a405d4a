// Package live carries "room R moved" to every browser that should see it. It
// knows topics, revisions and bytes, and nothing of rooms, people or HTML: what
// is new in a topic, and who may no longer see it, it asks of the functions in
// its Config.
//
// One goroutine per topic with viewers reads the topic's log after the revision
// it has sent, and writes the same ready frame to each socket without blocking. Where
// few look, who has committed a change in this process does that in its place.
// What is live and no log is a Region: one goroutine renders those that a hint was
// about, and sends them whole. A lost, doubled or late hint changes only when
// something is read. There is no goroutine and no timer per idle socket here.
package live

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"
)

// Topic names what hints are about and browsers follow: a log, like "room/12", or a
// region.
type Topic string

// Rev is a topic's revision: it grows with each change.
type Rev int64

// Person is who looks, and Session is with which sign-in.
type (
	Person  int64
	Session string
)

// Audience is all that a shared frame may depend on: language and time zone.
type Audience string

// Viewer is one page that follows a topic's log.
type Viewer struct {
	Person   Person
	Session  Session
	Topic    Topic // "": no log, only regions
	Audience Audience
	Past     bool   // the page does not end where the log does: nothing there counts as read
	Needs    string // what the person has to be to look, besides; Revoked knows
}

// Reason is why a viewer may no longer look; the empty one means that they may.
type Reason string

// Removed is the reason given to those a Change names as gone.
const Removed Reason = "removed"

// Change is what happened in a topic after a revision, rendered.
type Change struct {
	Frames  map[Audience][]byte // HTML; empty: nothing to show
	Gone    []Person            // dropped before any frame is sent
	Upto    Rev                 // the revision this leads to
	Inserts int                 // how many elements the frames add to a page
	Last    int64               // the newest place in the log that the frames lead to; 0: unchanged
	More    bool                // cut short: ask again after Upto
	Torn    bool                // Frames do not lead there: pages are told by their resume
	Posted  time.Time           // when the oldest of what the frames add was written; zero: nothing is
}

// Answer is what a page that comes back has to be told.
type Answer struct {
	Frame []byte // HTML
	Upto  Rev    // the revision the page is at with it
	Last  int64  // the newest place in the log that the page then shows; 0: unchanged
}

// Config is what a Hub needs to know of the world. The durations have defaults.
type Config struct {
	// Source reads and renders what is new in topic after a revision, once for
	// each audience.
	Source func(ctx context.Context, topic Topic, after Rev, audiences []Audience) (Change, error)
	// Written is Source for what this process itself has just written: all of it after a
	// revision until upto at least. It is false if it does not know all of it, and then
	// Source is asked. It may be nil.
	Written func(ctx context.Context, topic Topic, after, upto Rev, audiences []Audience) (Change, bool, error)
	// Region renders the region topic as it is now, once for each audience.
	Region func(ctx context.Context, topic Topic, audiences []Audience) (Region, error)
	// Heads returns the newest revision of each topic in one question. What has no
	// log is left out.
	Heads func(ctx context.Context, topics []Topic) (map[Topic]Rev, error)
	// Revoked says for each viewer why they may no longer look.
	Revoked func(ctx context.Context, viewers []Viewer) ([]Reason, error)
	// Ended returns a number that grows whenever a session ends by an act: it is asked
	// often, and must cost little. It may be nil.
	Ended func(ctx context.Context) (int64, error)
	// Farewell is the last frame to a viewer who may no longer look.
	Farewell func(v Viewer, why Reason) []byte
	// Pulse is the frame of the dead man's switch.
	Pulse func(Audience) []byte
	// Present is told whose presence has changed since it was told last: at most once
	// per PresenceEvery, and never after Run. It may be nil.
	Present func(ctx context.Context, changed map[Person]Presence)
	// Delivered is told, once for each frame that adds to pages, how long after Posted
	// the last of them was sent it. It may be nil.
	Delivered func(after time.Duration)
	Bus       Bus
	Log       *slog.Logger

	MostSockets   int           // of one person; 0: no limit
	HeadsEvery    time.Duration // 1.5 s: how late a lost hint makes a page at most
	EndedEvery    time.Duration // 500 ms: how long a page can look whose session ended, when the hint is lost
	RevokedEvery  time.Duration // 4 s: how long any other revoked page can
	RegionsEvery  time.Duration // 30 s: how late a lost hint makes a region at most
	PresenceEvery time.Duration // 1 s: how often Present is called at most
	Grace         time.Duration // 4 s: how long a page that left still counts as present
	Beat          time.Duration // 20 s: ping and pulse
	MaxInserts    int           // 1000: then the socket is renewed, so that a page does not grow for ever
}

// readTimeout bounds each question to the Config's functions.
const readTimeout = 5 * time.Second

func (c Config) withDefaults() Config {
	set := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	set(&c.HeadsEvery, 1500*time.Millisecond)
	set(&c.EndedEvery, 500*time.Millisecond)
	set(&c.RevokedEvery, 4*time.Second)
	set(&c.RegionsEvery, 30*time.Second)
	set(&c.PresenceEvery, time.Second)
	set(&c.Grace, 4*time.Second)
	set(&c.Beat, 20*time.Second)
	// A database that does not answer must not hold up a tail or a stop.
	source, region, heads, revoked, ended := c.Source, c.Region, c.Heads, c.Revoked, c.Ended
	c.Source = func(ctx context.Context, topic Topic, after Rev, audiences []Audience) (Change, error) {
		ctx, cancel := context.WithTimeout(ctx, readTimeout)
		defer cancel()
		return source(ctx, topic, after, audiences)
	}
	c.Region = func(ctx context.Context, topic Topic, audiences []Audience) (r Region, err error) {
		ctx, cancel := context.WithTimeout(ctx, readTimeout)
		defer cancel()
		defer func() { // one part of a page must not end everybody's
			if v := recover(); v != nil {
				err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
			}
		}()
		return region(ctx, topic, audiences)
	}
	c.Heads = func(ctx context.Context, topics []Topic) (map[Topic]Rev, error) {
		ctx, cancel := context.WithTimeout(ctx, readTimeout)
		defer cancel()
		return heads(ctx, topics)
	}
	c.Revoked = func(ctx context.Context, viewers []Viewer) ([]Reason, error) {
		ctx, cancel := context.WithTimeout(ctx, readTimeout)
		defer cancel()
		return revoked(ctx, viewers)
	}
	if ended != nil {
		c.Ended = func(ctx context.Context) (int64, error) {
			ctx, cancel := context.WithTimeout(ctx, readTimeout)
			defer cancel()
			return ended(ctx)
		}
	}
	if c.MaxInserts == 0 {
		c.MaxInserts = 1000
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}
