package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// Following a room without scripts. The stream is a page that does not end: rows are
// added to it as they come. What cannot be added, an edit or a delete, ends it, and
// the page loads itself again.

const (
	// mostStreams is how many streams one person may have open.
	mostStreams = 10
	// streamRows is after how many rows a stream begins anew, and streamLife after
	// how long.
	streamRows = 200
	streamLife = time.Hour
	// streamLook is how often a stream looks by itself, if a hint was lost.
	streamLook = 2 * time.Second
)

// policy changes one directive of the answer's Content-Security-Policy.
func policy(w http.ResponseWriter, from, to string) {
	const name = "Content-Security-Policy"
	w.Header().Set(name, strings.Replace(w.Header().Get(name), from, to, 1))
}

// framable lets our own page frame the answer.
func framable(w http.ResponseWriter) {
	policy(w, "frame-ancestors 'none'", "frame-ancestors 'self'")
	w.Header().Set("X-Frame-Options", "SAMEORIGIN")
}

func (s *Server) showFollow(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	page, err := s.me(r.Context(), asker(r), views.RoomName(r.Context(), room), room.ID)
	if err != nil {
		return err
	}
	by, _, err := s.restraint(r.Context(), room.User, room.ID)
	if err != nil {
		return err
	}
	policy(w, "form-action", "frame-src 'self'; form-action")
	return s.render(w, r, http.StatusOK, views.FollowPage(page, room, by))
}

func (s *Server) showWrite(w http.ResponseWriter, r *http.Request) error {
	framable(w)
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	composer := composerIn(r.Context(), room)
	by, _, err := s.restraint(r.Context(), room.User, room.ID)
	if err != nil {
		return err
	}
	var waits store.Waits
	if r.URL.Query().Get("held") != "" {
		waits.State = store.HeldWaiting
	}
	return s.render(w, r, http.StatusOK, views.WritePage(views.Page{Title: composer.Name, Me: asker(r).User}, composer, by, waitsSentence(waits)))
}

func (s *Server) showStream(w http.ResponseWriter, r *http.Request) error {
	framable(w)
	room, err := s.roomAt(r)
	if err != nil {
		return err
	}
	me := asker(r)
	if s.draining.Load() || !s.streams.begin(me.User.ID) {
		w.Header().Set("Refresh", "10") // nobody would load the frame again
		return errBusy
	}
	defer s.streams.end(me.User.ID)
	h, err := s.window(r.Context(), room.ID, me.User.ID, place{})
	if err != nil {
		return err
	}
	// It goes on for longer than other answers may take.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), streamLife)
	defer cancel()
	head := w.Header()
	head.Set("Content-Type", "text/html; charset=utf-8")
	head.Set("Transfer-Encoding", "identity") // Chromium shows what comes in chunks late
	w.WriteHeader(http.StatusOK)
	st := &stream{s: s, w: w, room: room, me: me, rev: room.Rev, zone: views.Zone(me.User)}
	html, err := fragment(ctx, views.StreamStart(views.Page{Title: views.RoomName(ctx, room), Me: me.User}, room, h.rows, st.zone))
	if err == nil && st.write(html) == nil {
		if len(h.rows) > 0 {
			st.seen(ctx, h.rows[len(h.rows)-1].Seq)
		}
		if end := st.follow(ctx); end != nil {
			if html, err := fragment(ctx, end); err == nil {
				_ = st.write(html) // the browser may have left
			}
		}
	}
	return nil // what was sent cannot be taken back
}

// stream is one that is open.
type stream struct {
	s    *Server
	w    http.ResponseWriter
	room store.Membership
	me   store.Session
	rev  store.Rev
	rows int
	zone *time.Location
}

// write sends at once, and fails when the browser has left or does not read.
func (st *stream) write(html []byte) error {
	c := http.NewResponseController(st.w)
	if err := c.SetWriteDeadline(time.Now().Add(quiet)); err != nil {
		return err
	}
	if _, err := st.w.Write(html); err != nil {
		return err
	}
	return c.Flush()
}

func (st *stream) seen(ctx context.Context, seq store.Seq) {
	if err := st.s.Store.MarkSeen(ctx, []store.Place{{Room: st.room.ID, User: st.me.User.ID, Seq: seq}}); err != nil {
		st.s.Log.Warn("note what was read", "error", err)
	}
	st.s.changedFor(st.me.User.ID)
}

// follow sends what is new until the stream has to end, and returns what it ends with; nil
// if nobody reads that, or a server that has restarted goes on with it.
func (st *stream) follow(ctx context.Context) templ.Component {
	moved := make(chan struct{}, 1)
	me := live.Person(st.me.User.ID)
	topic := topicOf(st.room.ID)
	stop := st.s.Bus.Subscribe(func(h live.Hint) {
		if h.Topic == topic || h.Person == me {
			select {
			case moved <- struct{}{}:
			default: // it is about to look anyway
			}
		}
	})
	defer stop()
	look := time.NewTicker(streamLook)
	defer look.Stop()
	for st.rows < streamRows {
		select {
		case <-ctx.Done():
			return views.StreamAgain()
		case <-st.s.drained:
			return nil
		case <-moved:
		case <-look.C:
			// A browser that has left is noticed by writing.
			if st.write([]byte("\n")) != nil {
				return nil
			}
			st.s.hub.Visit(me, visitLife)
		}
		if end := st.next(ctx); end != nil {
			return end
		}
	}
	return views.StreamAgain()
}

// next sends what is new, and returns what the stream ends with; nil: it goes on.
func (st *stream) next(ctx context.Context) templ.Component {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	c, err := st.s.Store.ChangesSince(ctx, st.room.ID, st.rev, frameRows)
	if err != nil {
		st.s.Log.Warn("stream", "room", st.room.ID, "error", err)
		return againUnless(errors.Is(err, store.ErrUnavailable))
	}
	// Asked after the read: who was still allowed then has seen nothing of later.
	denied, err := st.s.Store.Denials(ctx, []store.Viewer{{Session: st.me.ID, User: st.me.User.ID, Room: st.room.ID}})
	if err != nil {
		return againUnless(errors.Is(err, store.ErrUnavailable))
	}
	if denied[0] != "" {
		return views.StreamEnded(st.ending(ctx, denied[0]))
	}
	if c.Torn || slices.Contains(c.Gone, st.me.User.ID) {
		return views.StreamAgain()
	}
	for _, m := range c.Messages {
		if m.PostedRev <= st.rev || m.Rev != m.PostedRev {
			return views.StreamAgain()
		}
	}
	if st.rev = c.Upto; len(c.Messages) == 0 {
		return nil
	}
	html, err := fragment(ctx, views.StreamRows(c.Messages, st.zone))
	if err != nil || st.write(html) != nil {
		return views.StreamAgain()
	}
	st.rows += len(c.Messages)
	st.seen(ctx, c.Messages[len(c.Messages)-1].Seq)
	return nil
}

// againUnless is the end of a stream that the database has failed, unless that is soon over.
func againUnless(passes bool) templ.Component {
	if passes {
		return nil
	}
	return views.StreamAgain()
}

// ending is why its person may no longer look. The session of who was suspended is gone,
// and says no more to who loads the frame again.
func (st *stream) ending(ctx context.Context, why store.Denial) views.Ending {
	if why != store.SessionEnded {
		return st.s.gone(ctx, st.room.ID, st.me.User.ID, st.zone)
	}
	signIn := followLogin(st.room.ID)
	if now, err := st.s.Store.User(ctx, st.me.User.ID); err == nil && now.DeletedAt.IsZero() && !now.SuspendedAt.IsZero() {
		return views.FrameSuspended(signIn)
	}
	return views.FrameSignedOut(signIn)
}

// followLogin leads to where one signs in, and on to the page that follows room.
func followLogin(room store.RoomID) templ.SafeURL {
	return templ.SafeURL("/login?next=" + url.QueryEscape(string(views.RoomActionURL(room, "follow"))))
}
