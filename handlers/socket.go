package handlers

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/a-h/templ"
	"github.com/gorilla/websocket"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

const (
	// maxFrame bounds what a browser sends at once: 500 rows of a resume are 9 KiB.
	maxFrame = 16 << 10
	// maxHave is how many rows a resume names; a page with as many gets a fresh list.
	maxHave = 500
	// firstFrame is how long a socket may be open without a resume, and quiet how
	// long without a sign of life; the server pings every 20 s.
	firstFrame = 10 * time.Second
	quiet      = 60 * time.Second
	// maxFrames is how many frames, pings among them, a browser may send a minute.
	maxFrames = 240
	// maxSockets is how many pages one person may have open.
	maxSockets = 60
)

var upgrader = websocket.Upgrader{
	HandshakeTimeout: 10 * time.Second,
	ReadBufferSize:   512,
	WriteBufferPool:  &sync.Pool{},
	CheckOrigin:      func(*http.Request) bool { return true },                // openSocket has
	Error:            func(http.ResponseWriter, *http.Request, int, error) {}, // openSocket does
}

// openSocket is a room's one way down. By a plain GET it is the region that
// connects to it, which the dead man's switch asks for.
func (s *Server) openSocket(w http.ResponseWriter, r *http.Request) error {
	if !websocket.IsWebSocketUpgrade(r) {
		return s.showLive(w, r)
	}
	if !s.origins[r.Header.Get("Origin")] {
		return errCrossSite
	}
	if s.draining.Load() {
		return errBusy
	}
	session := asker(r)
	if theirs, _ := s.hub.Count(live.Person(session.User.ID)); !s.Unlimited && session.ID != "" && theirs >= maxSockets {
		return errBusy
	}
	if wait := s.limits.sockets.take(network(s.address(r))); wait > 0 {
		return throttled{wait}
	}
	room, err := s.roomAt(r)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	quietly := &takeover{ResponseWriter: w}
	c, upgradeErr := upgrader.Upgrade(quietly, r, nil)
	if upgradeErr != nil {
		if quietly.conn == nil {
			return store.Invalid{Text: "This is not a WebSocket handshake."}
		}
		return nil // the connection is gone
	}
	quietly.conn.taken.Store(true)
	socket := live.NewSocket(quietly.conn.Conn)
	// A bare 401 would be knocked at for ever: the page is told, and stays away.
	switch {
	case session.ID == "":
		number, _, _ := strings.Cut(r.PathValue("room"), "-")
		id, _ := strconv.ParseInt(number, 10, 64) // 0 leads nowhere, politely
		go s.dismiss(c, socket, signedOut(store.RoomID(id)))
	case err != nil:
		go s.dismiss(c, socket, views.Ended("You are no longer a member of this room.", "", true))
	default:
		viewer := live.Viewer{Person: live.Person(session.User.ID), Session: live.Session(session.ID), Topic: topicOf(room.ID), Audience: audienceOf(session.User)}
		member, err := s.hub.Enter(viewer, socket)
		if err != nil {
			go s.dismiss(c, socket, nil) // it may come back, later
			return nil
		}
		// In a goroutine of its own, so that the handler's stack goes back.
		ctx := context.WithoutCancel(r.Context())
		go s.read(ctx, &reader{conn: c, socket: socket, member: member, room: room, me: session.User})
	}
	return nil
}

func signedOut(room store.RoomID) templ.Component {
	return views.Ended("You are signed out. What you wrote is still here.", templ.SafeURL(loginURL(room)), false)
}

// dismiss says why, closes, and waits for the browser to hang up. nil: not now.
func (s *Server) dismiss(c *websocket.Conn, socket *live.Socket, why templ.Component) {
	if why == nil {
		socket.Close(live.TryAgain, "not now")
	} else if html, err := fragment(why); err != nil {
		socket.Close(live.Internal, "")
	} else {
		socket.Close(live.Revoked, "not allowed", live.Text(html))
	}
	hangUp(c)
}

// hangUp reads until the browser has closed too, or the deadline that closing has
// set: a connection closed with unread input is reset, and a reset overtakes the
// close frame.
func hangUp(c *websocket.Conn) {
	_, _ = io.Copy(io.Discard, c.NetConn()) // it ends in any case
	_ = c.NetConn().Close()
}

// showLive answers the dead man's switch. It is never a redirect: what comes takes
// the place of #live.
func (s *Server) showLive(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomAt(r)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	me, as := asker(r), r.URL.Query().Get("as")
	ended := func(sentence, link string) error {
		return s.render(w, r, http.StatusOK, views.LiveEnded(sentence, templ.SafeURL(link), false))
	}
	switch {
	case me.ID == "":
		number, _, _ := strings.Cut(r.PathValue("room"), "-")
		id, _ := strconv.ParseInt(number, 10, 64) // 0 leads nowhere, politely
		return ended("You are signed out. What you wrote is still here.", loginURL(store.RoomID(id)))
	case err != nil:
		return ended("You are no longer a member of this room.", "")
	case as != "" && as != idString(me.User.ID):
		return ended("You are signed in as "+me.User.Name+" now. Load the page again.", "")
	}
	// The page's own revision goes back to it: it knows what it has shown.
	rev, err := strconv.ParseInt(r.URL.Query().Get("rev"), 10, 64)
	if err != nil {
		rev = int64(room.Rev)
	}
	return s.render(w, r, http.StatusOK, views.Live(room.ID, store.Rev(rev), me.User.ID, r.URL.Query().Get("past") != ""))
}

// reader is one open socket, seen from the side that reads.
type reader struct {
	conn   *websocket.Conn
	socket *live.Socket
	member *live.Member
	room   store.Room
	me     store.User

	since  time.Time // of frames
	frames int
}

// read takes what the browser sends until the connection ends.
func (s *Server) read(ctx context.Context, c *reader) {
	defer s.hub.Leave(c.member)
	defer hangUp(c.conn)
	c.conn.SetPingHandler(func(payload string) error {
		c.socket.Pong([]byte(payload))
		return c.count()
	})
	c.conn.SetPongHandler(func(string) error { return c.count() })
	c.conn.SetCloseHandler(func(code int, _ string) error {
		if code == websocket.CloseNoStatusReceived {
			code = live.Normal
		}
		c.socket.Close(code, "")
		return nil
	})
	if c.socket.ReadWithin(firstFrame) != nil {
		return
	}
	for {
		kind, payload, err := c.next()
		switch {
		case err != nil:
			c.end(err)
			return
		case kind != websocket.TextMessage:
			c.socket.Close(live.Unsupported, "text only")
			return
		}
		if err := s.resume(ctx, c, payload); err != nil {
			s.Log.Warn("resume", "room", c.room.ID, "error", err)
			if errors.Is(err, store.ErrUnavailable) {
				c.socket.Close(live.TryAgain, "busy")
			} else {
				c.socket.Close(live.Internal, "")
			}
			return
		}
	}
}

var (
	errLarge = errors.New("the frame is too large")
	errFlood = errors.New("too many frames")
)

// next returns the next message of at most maxFrame bytes. gorilla's own limit
// would close with 1009, after which a page never comes back.
func (c *reader) next() (kind int, payload []byte, err error) {
	kind, r, err := c.conn.NextReader()
	if err != nil {
		return 0, nil, err
	}
	payload, err = io.ReadAll(io.LimitReader(r, maxFrame+1))
	switch {
	case err != nil:
		return 0, nil, err
	case len(payload) > maxFrame:
		return 0, nil, errLarge
	}
	return kind, payload, c.count()
}

// count notes a sign of life, and stops a flood of them.
func (c *reader) count() error {
	now := time.Now()
	if now.Sub(c.since) > time.Minute {
		c.since, c.frames = now, 0
	}
	if c.frames++; c.frames > maxFrames {
		return errFlood
	}
	return c.socket.ReadWithin(quiet)
}

// end closes for err as RFC 6455 wants it.
func (c *reader) end(err error) {
	var closed *websocket.CloseError
	var netErr net.Error
	switch {
	case errors.As(err, &closed), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		c.socket.Close(live.Normal, "") // it has closed, or left
	case errors.As(err, &netErr) && netErr.Timeout():
		c.socket.Close(live.TryAgain, "silent")
	case errors.Is(err, errLarge), errors.Is(err, errFlood):
		c.socket.Close(live.TryAgain, err.Error())
	case strings.HasPrefix(err.Error(), "websocket:"):
		c.socket.Close(live.BadFrame, "")
	default:
		c.socket.Kill()
	}
}

// resumeFrame is what hx-ws sends on every connection: a form as JSON.
type resumeFrame struct {
	Type string
	Rev  json.RawMessage // "12", or 12
	As   string
	Past string          // not empty: the page does not end at the newest message
	Have json.RawMessage // absent, "7.12", or ["7.12", …]
}

// resume answers a frame of the browser. What is not a resume is ignored: frames
// that were queued while a page was away come before it, and a newer page may say
// what this version does not know.
func (s *Server) resume(ctx context.Context, c *reader, payload []byte) error {
	var f resumeFrame
	if json.Unmarshal(payload, &f) != nil || f.Type != "resume" {
		return nil
	}
	if f.As != "" && f.As != idString(c.me.ID) {
		html, err := fragment(views.Ended("You are signed in as "+c.me.Name+" now. Load the page again.", "", false))
		if err != nil {
			return err
		}
		c.socket.Close(live.Revoked, "another person", live.Text(html))
		return nil
	}
	rev, err := strconv.ParseInt(strings.Trim(string(f.Rev), `"`), 10, 64)
	if err != nil {
		rev = -1 // it shows nothing that can be trusted: replace it
	}
	have := haveOf(f.Have)
	if len(have) >= maxHave {
		rev = -1
	}
	if s.limits.resumes.take(c.me.ID) > 0 {
		c.socket.Close(live.TryAgain, "too many resumes")
		return nil
	}
	audience := c.member.Audience
	past := f.Past != ""
	key := fmt.Sprintf("%s %d %v %x", audience, rev, past, sha256.Sum256(f.Have))
	return s.hub.Join(ctx, c.member, key, func(ctx context.Context) (live.Answer, error) {
		return s.answer(ctx, c.room, page{audience, store.Rev(rev), have, past})
	})
}

// haveOf reads "SEQ.REV" of each row; what it cannot read the page does not have.
func haveOf(raw json.RawMessage) store.Have {
	var all []string
	if json.Unmarshal(raw, &all) != nil {
		var one string
		if json.Unmarshal(raw, &one) == nil {
			all = []string{one}
		}
	}
	have := make(store.Have, len(all))
	for _, pair := range all[:min(len(all), maxHave)] {
		seq, rev, _ := strings.Cut(pair, ".")
		s, err1 := strconv.ParseInt(seq, 10, 64)
		r, err2 := strconv.ParseInt(rev, 10, 64)
		if err1 == nil && err2 == nil && s > 0 {
			have[store.Seq(s)] = store.Rev(r)
		}
	}
	return have
}

// takeover hands gorilla the connection for the handshake and for reading, and
// keeps it from writing afterwards: it answers protocol errors by itself, and that
// would land in the middle of our frames.
type takeover struct {
	http.ResponseWriter
	conn *readSide
}

func (t *takeover) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(t.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	t.conn = &readSide{Conn: conn}
	return t.conn, buffered, nil
}

type readSide struct {
	net.Conn
	taken atomic.Bool
}

func (c *readSide) Write(b []byte) (int, error) {
	if c.taken.Load() {
		return len(b), nil
	}
	return c.Conn.Write(b)
}
