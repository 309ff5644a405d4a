package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Thin is a room's page that is open without a browser, for tests with thousands of
// them: it loads the page, holds its list, follows the socket, and comes back as
// htmx does. A test shows that it and Chromium end with the same list.
type Thin struct {
	*Person
	path string // of the page
	wire meter
	keen bool // it does not wait before it connects again
	ctx  context.Context
	stop context.CancelFunc
	left chan struct{} // closed: the page is closed, or stays away
	ears atomic.Pointer[ears]

	mu     sync.Mutex
	sheet  sheet
	conn   *websocket.Conn
	live   bool // the resume was answered
	lives  int  // how often it was
	since  time.Time
	codes  []int
	faults []string // what a browser's page could not be right with
	away   chan struct{}

	writing sync.Mutex
}

// thin opens the Lobby for p. It is closed when the test ends, and fails it if it was
// sent what makes no sense.
func thin(t testing.TB, p *Person) *Thin {
	t.Helper()
	c := newThin(t, p)
	if err := c.load(); err != nil {
		t.Fatal(err)
	}
	c.open()
	return c
}

func newThin(t testing.TB, p *Person) *Thin {
	c := &Thin{Person: p, path: "/rooms/1-lobby", left: make(chan struct{})}
	c.ctx, c.stop = context.WithCancel(context.Background())
	t.Cleanup(func() {
		for _, fault := range c.Faults() {
			t.Error(fault)
		}
	})
	return c
}

func (c *Thin) open() {
	go func() { defer close(c.left); c.stay() }()
	c.t.Cleanup(c.close)
}

func (c *Thin) close() {
	c.stop()
	c.wire.Read()
	c.hangUp()
	<-c.left
}

func (c *Thin) fault(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, text)
}

// Faults are what the page was sent and could not make sense of.
func (c *Thin) Faults() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.faults)
}

// load fetches the whole page.
func (c *Thin) load() error {
	resp, body, err := c.fetch(c.path, false)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return errors.New(c.path + ": " + resp.Status)
	}
	s, err := sheetOf(body)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sheet = s
	return nil
}

// Rows are the messages that the page shows, in order.
func (c *Thin) Rows() []Row {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.sheet.rows)
}

// Live says whether the page follows the room, and how often it came to.
func (c *Thin) Live() (now bool, times int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.live, c.lives
}

// Codes are those with which its sockets were closed; 1006: without one.
func (c *Thin) Codes() []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.codes)
}

// Says is what the page says in place of its socket.
func (c *Thin) Says() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sheet.says
}

// Stays says whether the page has given up for good.
func (c *Thin) StaysAway() bool {
	select {
	case <-c.left:
		return true
	default:
		return false
	}
}

// hangUp cuts the connection; the page comes back in its own time.
func (c *Thin) hangUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn != nil {
		_ = c.conn.Close() // it may be closed
	}
}

// Leave cuts the page off until Return.
func (c *Thin) Leave() {
	c.mu.Lock()
	c.away = make(chan struct{})
	c.mu.Unlock()
	c.hangUp()
}

// Return lets the page connect again.
func (c *Thin) Return() {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.away)
	c.away = nil
}

// reconnects are the codes after which htmx's ws extension comes back.
var reconnects = []int{1001, 1005, 1006, 1011, 1012, 1013, 1014}

// stay connects, again and again, as htmx does with Parley's configuration: after a
// second on average, doubled with each attempt up to eight, and spread over twice that.
func (c *Thin) stay() {
	attempt := 0
	for c.ctx.Err() == nil {
		c.mu.Lock()
		away, reload, connect := c.away, c.sheet.reload, c.sheet.connect
		c.mu.Unlock()
		if away != nil {
			select {
			case <-away:
			case <-c.ctx.Done():
				return
			}
		}
		if reload && c.load() == nil {
			continue
		}
		if connect == "" {
			return
		}
		code, opened := c.follow(connect)
		c.mu.Lock()
		c.codes, c.live = append(c.codes, code), false
		c.mu.Unlock()
		if c.ctx.Err() != nil || !slices.Contains(reconnects, code) {
			return
		}
		if opened {
			attempt = 0
		}
		wait := min(time.Second<<min(attempt, 10), 8*time.Second)
		if attempt++; c.keen {
			wait = 0
		}
		select {
		case <-c.ctx.Done():
		case <-time.After(time.Duration(rand.Float64() * 2 * float64(wait))):
		}
	}
}

// silence is when the dead man's switch goes off.
const silence = 45 * time.Second

// follow is one connection from opening to its end.
func (c *Thin) follow(connect string) (code int, opened bool) {
	dialer := websocket.Dialer{Jar: c.client.Jar, NetDialContext: c.wire.dial, ReadBufferSize: 1024, WriteBufferPool: &buffers, HandshakeTimeout: silence}
	conn, _, err := dialer.DialContext(c.ctx, "ws"+strings.TrimPrefix(c.base, "http")+connect, http.Header{"Origin": {c.origin}})
	if err != nil {
		return websocket.CloseAbnormalClosure, false
	}
	defer conn.Close()
	c.mu.Lock()
	c.conn = conn
	left := c.away != nil || c.ctx.Err() != nil
	c.mu.Unlock()
	if left {
		return websocket.CloseAbnormalClosure, true
	}
	c.say(map[string]any{"type": "front"})
	c.sayResume()
	var heard []string // and not yet in its place
	var last string
	for {
		_ = conn.SetReadDeadline(time.Now().Add(silence)) // fails only on a dead connection
		_, frame, err := conn.ReadMessage()
		if err == nil {
			heard = append(heard, string(frame))
			if e := c.ears.Load(); e != nil {
				e.hears(string(frame), &last)
				continue
			}
		}
		for _, frame := range heard {
			if c.take(frame) {
				return websocket.CloseServiceRestart, true // the page loads itself again
			}
		}
		if heard = heard[:0]; err != nil {
			return c.ended(err), true
		}
	}
}

var buffers sync.Pool

// ended is the code of a connection that ended with err. After a long silence the
// page fetches its #live anew, which connects again.
func (c *Thin) ended(err error) int {
	var closed *websocket.CloseError
	var timeout net.Error
	switch {
	case errors.As(err, &closed):
		return closed.Code
	case errors.As(err, &timeout) && timeout.Timeout():
		c.mu.Lock()
		query := url.Values{"rev": {c.sheet.rev}, "as": {c.sheet.as}}
		path := "/rooms/" + c.sheet.room + "/live?" + query.Encode()
		c.mu.Unlock()
		if resp, body, err := c.fetch(path, true); err == nil && resp.StatusCode == http.StatusOK {
			c.take(strings.Replace(body, `id="live"`, `id="live" hx-swap-oob="true"`, 1))
		}
	}
	return websocket.CloseAbnormalClosure
}

// take puts a frame or an answer in its place; reload: the page has to load again.
func (c *Thin) take(frame string) (reload bool) {
	all, err := fragmentsOf(frame)
	if err != nil {
		c.fault(err.Error())
		return false
	}
	c.mu.Lock()
	before := c.sheet.pulses
	for _, f := range all {
		if err := c.sheet.apply(f); err != nil {
			c.faults = append(c.faults, err.Error())
		}
	}
	if c.sheet.pulses > before && !c.live {
		c.live, c.since = true, time.Now()
		c.lives++
	}
	resume := c.sheet.resume
	c.sheet.resume, reload = false, c.sheet.reload
	c.mu.Unlock()
	if resume {
		c.sayResume()
	}
	return reload
}

// sayResume says at which revision the page is and what it shows.
func (c *Thin) sayResume() {
	c.mu.Lock()
	frame := map[string]any{"type": "resume", "rev": c.sheet.rev, "as": c.sheet.as, "headers": map[string]string{"HX-Request": "true"}}
	if have := c.sheet.have(); have != nil {
		frame["have"] = have
	}
	c.mu.Unlock()
	c.say(frame)
}

// say sends a form as JSON, as hx-ws does. What fails is found out by the reader.
func (c *Thin) say(form map[string]any) {
	payload, err := json.Marshal(form)
	if err != nil {
		c.fault(err.Error())
		return
	}
	c.mu.Lock()
	conn := c.conn
	c.mu.Unlock()
	if conn == nil {
		return
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	_ = conn.WriteMessage(websocket.TextMessage, payload)
}

// fill sends what the page's forms send beside their fields, and puts the answer in
// its place: out of band also where it is a refusal.
func (c *Thin) fill(path string, form url.Values) (status int, err error) {
	c.mu.Lock()
	form.Set("as", c.sheet.as)
	c.mu.Unlock()
	resp, body, err := c.send(path, form)
	if err != nil {
		return 0, err
	}
	if strings.HasPrefix(body, "<") {
		c.take(body)
	}
	return resp.StatusCode, nil
}

// Say sends text with the composer. After an error the key stays: the same text
// again is the same message.
func (c *Thin) Say(text string) (status int, err error) {
	c.mu.Lock()
	form := url.Values{"body": {text}, "key": {c.sheet.key}, "rev": {c.sheet.rev}}
	path := "/rooms/" + c.sheet.room + "/messages"
	c.mu.Unlock()
	return c.fill(path, form)
}

// Edit gives message seq another text.
func (c *Thin) Edit(seq int, text string) (status int, err error) {
	return c.fill(c.message(seq), url.Values{"body": {text}})
}

// Delete erases message seq.
func (c *Thin) Delete(seq int) (status int, err error) {
	return c.fill(c.message(seq)+"/delete", url.Values{})
}

func (c *Thin) message(seq int) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return "/rooms/" + c.sheet.room + "/messages/" + strconv.Itoa(seq)
}

// Older loads the messages before those that the page shows, as scrolling up does.
func (c *Thin) Older() {
	c.t.Helper()
	c.mu.Lock()
	query := url.Values{"before": {c.sheet.before}, "shown": {c.sheet.shown}}
	path := "/rooms/" + c.sheet.room + "/messages?" + query.Encode()
	c.mu.Unlock()
	resp, body, err := c.fetch(path, true)
	if err != nil || resp.StatusCode != http.StatusOK {
		c.t.Fatalf("older messages: %v, %v", resp, err)
	}
	c.take(body)
}
