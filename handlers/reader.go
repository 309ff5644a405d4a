package handlers

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// reader is one open socket, seen from the side that reads.
type reader struct {
	conn   *websocket.Conn
	side   *readSide
	socket *live.Socket
	member *live.Member
	page   *openPage
	room   store.Room // whose log the page shows; its ID is 0 if none
	behind bool       // there was something unread in it when the socket was opened
	me     store.User

	first  time.Time // by when a resume has to come; zero: it has
	since  time.Time // of frames
	frames int
}

// read takes what the browser sends until the connection ends.
func (s *Server) read(ctx context.Context, c *reader) {
	defer s.hub.Leave(c.member)
	defer s.pages.remove(c.page)
	defer hangUp(c.side.Conn, c.socket)
	c.conn.SetPingHandler(func(payload string) error {
		if err := c.count(); err != nil {
			return err
		}
		c.socket.Pong([]byte(payload))
		return nil
	})
	c.conn.SetPongHandler(func(string) error { return c.count() })
	c.conn.SetCloseHandler(func(code int, _ string) error {
		if code == websocket.CloseNoStatusReceived {
			code = live.Normal
		}
		c.socket.Close(code, "")
		return nil
	})
	c.first = time.Now().Add(firstResume)
	if c.listen() != nil {
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
		if err := aside(func() error { return s.resume(ctx, c, payload) }); err != nil {
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

// aside runs fn in a goroutine of its own and waits for it: rendering takes a deep
// stack, which a reader that then waits for hours would keep.
func aside(fn func() error) error {
	done := make(chan error)
	go func() { done <- fn() }()
	return <-done
}

var (
	errLarge = errors.New("the frame is too large")
	errFlood = errors.New("too many frames")
	errText  = errors.New("the text is not UTF-8")
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
	case kind == websocket.TextMessage && !utf8.Valid(payload): // gorilla leaves it to us (RFC 6455, 8.1)
		return 0, nil, errText
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
	return c.listen()
}

// listen lets the browser say one more thing, in its time. Before the resume nothing
// gives it more.
func (c *reader) listen() error {
	c.side.left = maxWire
	if !c.first.IsZero() {
		return c.socket.ReadWithin(time.Until(c.first))
	}
	return c.socket.ReadWithin(quiet)
}

// end closes for err as RFC 6455 wants it.
func (c *reader) end(err error) {
	var closed *websocket.CloseError
	var netErr net.Error
	switch {
	case errors.As(err, &closed), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		// It has closed and was answered, or the network has ended the connection: then
		// the page comes back.
		c.socket.Close(live.GoingAway, "")
	case errors.As(err, &netErr) && netErr.Timeout():
		c.socket.Close(live.TryAgain, "silent")
	case errors.Is(err, errLarge), errors.Is(err, errFlood):
		c.socket.Close(live.TryAgain, err.Error())
	case errors.Is(err, errText):
		c.socket.Close(live.BadText, "")
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
	Made string          // the audience that the page was made for
	Have json.RawMessage // absent, "7.12", or ["7.12", …]
}

// resume answers a frame of the browser: a resume, or that the page is in front, no
// longer in front, or typed in. What is none of these is ignored: a newer page may
// say what this version does not know.
func (s *Server) resume(ctx context.Context, c *reader, payload []byte) error {
	var f resumeFrame
	if json.Unmarshal(payload, &f) != nil {
		return nil
	}
	switch f.Type {
	case "front", "back":
		if f.Type == "front" {
			if err := s.leftOff(ctx, c); err != nil {
				return err
			}
			if c.first.IsZero() { // it was away: one looks at it again
				s.hub.Reopen(c.member.Person, c.member.Topic)
			}
		}
		s.hub.Front(c.member, f.Type == "front")
		s.changedFor(c.me.ID) // what was unread is read now
		return nil
	case "typing":
		if s.mayType(ctx, c) && s.typing.note(c.room.ID, store.Named{ID: c.me.ID, Name: c.me.Name}) {
			s.Bus.Publish(live.Hint{Topic: typingTopic(c.room.ID)})
		}
		return nil
	case "resume":
	default:
		return nil
	}
	if f.As != "" && f.As != idString(c.me.ID) {
		spoken := parseAudience(c.member.Audience).spoken()
		html, err := fragment(spoken, views.Ended(views.OtherPerson(spoken, c.me.Name)))
		if err != nil {
			return err
		}
		c.socket.Close(live.Revoked, "another person", live.Text(html))
		return nil
	}
	if s.limits.resumes.take(c.me.ID) > 0 {
		c.socket.Close(live.TryAgain, "too many resumes")
		return nil
	}
	s.gauges.resumes.Add(1)
	c.first = time.Time{}
	if c.listen() != nil {
		return nil // it is closing
	}
	// What they chose elsewhere may have changed since the page was loaded.
	style, err := fragment(ctx, views.MyStyle(c.me), views.Mine(c.me, time.Now(), true))
	if err != nil {
		return err
	}
	c.socket.Send(live.Text(style))
	if f.Made != "" && f.Made != audienceNow(ctx, c.me) {
		notice, err := fragment(ctx, views.Outdated())
		if err != nil {
			return err
		}
		c.socket.Send(live.Text(notice))
	}
	if c.room.ID == 0 {
		return s.hub.Join(ctx, c.member, "", nil)
	}
	rev, err := strconv.ParseInt(strings.Trim(string(f.Rev), `"`), 10, 64)
	if err != nil {
		rev = -1 // it shows nothing that can be trusted: replace it
	}
	have := haveOf(f.Have)
	if len(have) >= maxHave {
		rev = -1
	}
	key := fmt.Sprintf("%s %d %x", c.member.Audience, rev, sha256.Sum256(f.Have))
	return s.hub.Join(ctx, c.member, key, func(ctx context.Context) (live.Answer, error) {
		s.Log.Debug("read for a page that came back, and all that say the same", "room", c.room.ID)
		return s.answer(ctx, c.room, page{parseAudience(c.member.Audience), store.Rev(rev), have})
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
