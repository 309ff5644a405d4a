package handlers

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
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
	"parley/views/words"
)

const (
	// maxFrame bounds what a browser sends at once: 500 rows of a resume are 9 KiB.
	maxFrame = 16 << 10
	// maxHave is how many rows a resume names; a page with as many gets a fresh list.
	maxHave = 500
	// maxWire bounds what a message may take with its heads and the frames between its
	// parts, of which an empty one costs us as much as any.
	maxWire = 2 * maxFrame
	// firstResume is how long a socket may be open without a resume, and quiet how
	// long without a sign of life; the server pings every 20 s.
	firstResume = 10 * time.Second
	quiet       = 60 * time.Second
	// maxFrames is how many frames, pings among them, a browser may send a minute.
	maxFrames = 240
	// maxSockets is how many pages one person may have open.
	maxSockets = 60
	// maxSocketsFrom is how many one network may have open, signed in or not: a whole
	// company can be behind one address.
	maxSocketsFrom = 2000
)

var upgrader = websocket.Upgrader{
	HandshakeTimeout: 10 * time.Second,
	ReadBufferSize:   512,
	WriteBufferPool:  &sync.Pool{},
	CheckOrigin:      func(*http.Request) bool { return true },                // openSocket has
	Error:            func(http.ResponseWriter, *http.Request, int, error) {}, // openSocket does
}

// openSocket is a page's one way down: a room's, with its log, or any other's. By a
// plain GET it is the region that connects to it, which the dead man's switch asks for.
func (s *Server) openSocket(w http.ResponseWriter, r *http.Request) error {
	if !websocket.IsWebSocketUpgrade(r) {
		return s.showLive(w, r)
	}
	if origin := r.Header["Origin"]; len(origin) != 1 || !s.origins[origin[0]] {
		return errCrossSite
	}
	if err := checkHandshake(r); err != nil {
		return err
	}
	if s.draining.Load() {
		return errBusy
	}
	session := asker(r)
	if theirs, _ := s.hub.Count(live.Person(session.User.ID)); !s.Unlimited && session.ID != "" && theirs >= maxSockets {
		return errBusy
	}
	from := network(s.address(r))
	if wait := s.limits.sockets.take(from); wait > 0 {
		return throttled{wait}
	}
	room, err := s.roomOfPage(r)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if !s.sockets.begin(from) {
		return errBusy
	}
	serve, upgradeErr := s.upgrade(w, r, room, err)
	if serve == nil {
		s.sockets.end(from)
		return upgradeErr
	}
	// In a goroutine of its own, so that the handler's stack goes back.
	go func() {
		defer s.sockets.end(from)
		serve()
	}()
	return nil
}

// upgrade makes r's connection a socket, and returns what serves it to its end: that of
// a member of room, or of somebody who is told why they are denied. nil without an
// error: the connection is gone.
func (s *Server) upgrade(w http.ResponseWriter, r *http.Request, room store.Membership, denied error) (serve func(), err error) {
	quietly := &takeover{ResponseWriter: w}
	c, err := upgrader.Upgrade(quietly, r, nil)
	if err != nil {
		if quietly.conn == nil {
			return nil, errHandshake
		}
		return nil, nil
	}
	quietly.conn.taken.Store(true)
	conn := quietly.conn.Conn
	socket := live.NewSocket(conn)
	session, spoken := asker(r), words.With(context.Background(), words.Of(r.Context()))
	// A bare 401 would be knocked at for ever: the page is told, and stays away.
	if session.ID == "" {
		why := views.Ended(signedOut(roomNumber(r), s.connectionOf(r, room).Part))
		return func() { s.dismiss(spoken, conn, socket, why) }, nil
	}
	if denied != nil {
		why := views.Ended(s.removed(spoken, roomNumber(r), session.User.ID, views.Zone(session.User)))
		return func() { s.dismiss(spoken, conn, socket, why) }, nil
	}
	page := s.connectionOf(r, room)
	needs, err := s.needsOf(r.Context(), session.User, page)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return func() { s.dismiss(spoken, conn, socket, nil) }, nil // it may come back, later
	}
	if err != nil {
		why := views.Ended(views.Demoted)
		return func() { s.dismiss(spoken, conn, socket, why) }, nil
	}
	viewer := live.Viewer{Needs: needs, Person: live.Person(session.User.ID), Session: live.Session(session.ID), Topic: logOf(page), Audience: audienceOf(session.User, words.Of(r.Context()), page.Past).String(), Past: page.Past}
	member, err := s.hub.Enter(viewer, socket, regionsFor(session.User, room, page)...)
	if err != nil {
		return func() { s.dismiss(spoken, conn, socket, nil) }, nil // it may come back, later
	}
	// Not the request's context: it would keep the request and its buffers for hours.
	in := &reader{conn: c, side: quietly.conn, socket: socket, member: member, room: room.Room, behind: room.Unread() > 0, me: session.User}
	in.page = s.pages.add(session, page, socket, r.UserAgent(), s.address(r), words.Of(r.Context()))
	return func() { s.read(spoken, in) }, nil
}

// checkHandshake looks at what gorilla does not (RFC 6455, 4.2.1). A body would be
// read as frames.
func checkHandshake(r *http.Request) error {
	switch {
	case !slices.Equal(r.Header["Sec-Websocket-Version"], []string{"13"}):
		return errVersion
	case !r.ProtoAtLeast(1, 1), len(r.Header["Sec-Websocket-Key"]) != 1, r.ContentLength != 0:
		return errHandshake
	}
	return nil
}

// roomOfPage is the asker's room whose log the page shows, none if it shows none.
func (s *Server) roomOfPage(r *http.Request) (store.Membership, error) {
	if r.PathValue("room") == "" {
		return store.Membership{}, nil
	}
	return s.roomAt(r)
}

// connectionOf is what views.LiveURL made the address of.
func (s *Server) connectionOf(r *http.Request, room store.Membership) views.Connection {
	q := r.URL.Query()
	c := views.Connection{As: asker(r).User.ID, Room: room.ID, Rev: room.Rev, Past: q.Get("past") != "", Made: clipTitle(q.Get("made"))}
	if room.ID == 0 {
		here, _ := strconv.ParseInt(q.Get("here"), 10, 64) // it only marks a room in a list
		c.Here, c.Title, c.Part = store.RoomID(here), clipTitle(q.Get("title")), clipTitle(q.Get("part"))
	}
	return c
}

// mostTitle is how many characters of a page's title come back to it.
const mostTitle = 200

func clipTitle(title string) string {
	runes := []rune(strings.ToValidUTF8(title, ""))
	return string(runes[:min(len(runes), mostTitle)])
}

// signedOut is the end of a page about room, or with a live part; what only some may see
// goes with it.
func signedOut(room store.RoomID, part string) views.Ending {
	ending := views.SignedOut(templ.SafeURL(loginURL(room)))
	if p, is := partOf(views.Connection{Part: part}); is && p.needs != "" {
		ending.Sentence, ending.Gone = "You are signed out.", true
	}
	return ending
}

// dismiss says why, closes, and waits for the browser to hang up. nil: not now.
func (s *Server) dismiss(spoken context.Context, conn net.Conn, socket *live.Socket, why templ.Component) {
	if why == nil {
		socket.Close(live.TryAgain, "not now")
	} else if html, err := fragment(spoken, why); err != nil {
		socket.Close(live.Internal, "")
	} else {
		socket.Close(live.Revoked, "not allowed", live.Text(html))
	}
	hangUp(conn, socket)
}

// hangUp reads until the browser has closed too, or the deadline that closing has
// set: a connection closed with unread input is reset, and a reset overtakes the
// close frame. Who hangs up first is still told what was under way.
func hangUp(conn net.Conn, socket *live.Socket) {
	_, _ = io.Copy(io.Discard, conn) // it ends in any case
	<-socket.Done()
	_ = conn.Close()
}

// showLive answers the dead man's switch. It is never a redirect: what comes takes
// the place of #live.
func (s *Server) showLive(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomOfPage(r)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	me, as := asker(r), r.URL.Query().Get("as")
	ended := func(why views.Ending) error { return s.render(w, r, http.StatusOK, views.LiveEnded(why, false)) }
	switch {
	case me.ID == "":
		return ended(signedOut(roomNumber(r), s.connectionOf(r, room).Part))
	case err != nil:
		return ended(s.removed(r.Context(), roomNumber(r), me.User.ID, views.Zone(me.User)))
	case as != "" && as != idString(me.User.ID):
		return ended(views.OtherPerson(r.Context(), me.User.Name))
	}
	// The page's own revision goes back to it: it knows what it has shown.
	page := s.connectionOf(r, room)
	if _, err := s.needsOf(r.Context(), me.User, page); errors.Is(err, store.ErrNotFound) {
		return ended(views.Demoted)
	} else if err != nil {
		return err
	}
	if rev, err := strconv.ParseInt(r.URL.Query().Get("rev"), 10, 64); err == nil {
		page.Rev = store.Rev(rev)
	}
	return s.render(w, r, http.StatusOK, views.Live(page))
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
	left  int // how much may be read before the reader gives more; only it uses this
}

func (c *readSide) Read(b []byte) (int, error) {
	if c.left <= 0 {
		return 0, errFlood
	}
	n, err := c.Conn.Read(b[:min(len(b), c.left)])
	c.left -= n
	return n, err
}

func (c *readSide) Write(b []byte) (int, error) {
	if c.taken.Load() {
		return len(b), nil
	}
	return c.Conn.Write(b)
}
