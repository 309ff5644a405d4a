package handlers_test

import (
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/store/storetest"
)

// pipes is a listener whose connections are in memory, so that time can be made up.
type pipes struct {
	accepted chan net.Conn
	closed   chan struct{}
	close    func() // many times
}

func newPipes() pipes {
	closed := make(chan struct{})
	return pipes{make(chan net.Conn), closed, sync.OnceFunc(func() { close(closed) })}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accepted:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) dial() (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.accepted <- there:
		return here, nil
	case <-p.closed:
		return nil, errors.New("nobody listens")
	}
}

func (p pipes) Close() error   { p.close(); return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080} }

// fromPipe is the address that all of them have.
const fromPipe = "pipe"

// inMadeUpTime runs fn in a world where waiting takes no time.
func inMadeUpTime(t *testing.T, fn func(t *testing.T, w *world)) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipes()
		fn(t, newWorldAt(t, storetest.SQLite(t), p, p.dial))
	})
}

// silent is the close of a socket that did not say what it should; the page comes back.
var silent = frame(fin|opClose, code(1013)+"silent")

func TestAHandshakeWithoutAResumeIsNotCountedForEver(t *testing.T) {
	for name, say := range map[string]func(c *wire){
		"nothing":      func(*wire) {},
		"half a frame": func(c *wire) { c.say(masked(fin|opText, resume)[:9]) },
		"a part":       func(c *wire) { c.say(masked(opText, resume[:9])) },
		"a part now and then": func(c *wire) {
			c.say(masked(opText, "x"))
			for range 4 {
				time.Sleep(2 * time.Second)
				c.say(masked(opCont, "x"))
			}
		},
		"a ping now and then": func(c *wire) {
			for range 4 {
				time.Sleep(2 * time.Second)
				c.say(masked(fin|opPing, ""))
			}
		},
		"a pong now and then": func(c *wire) {
			for range 4 {
				time.Sleep(2 * time.Second)
				c.say(masked(fin|opPong, ""))
			}
		},
		"all but a resume": func(c *wire) {
			for _, other := range []string{`{"type":"front"}`, `{"type":"typing"}`, `{"type":"back"}`, `{}`, `x`} {
				time.Sleep(time.Second)
				c.say(masked(fin|opText, other))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			inMadeUpTime(t, func(t *testing.T, w *world) {
				c, start := w.signUp("ada").open(), time.Now()
				go say(c)
				c.until(silent)
				if took := time.Since(start); took != 10*time.Second {
					t.Errorf("it was closed after %v, want 10s", took)
				}
				c.ended()
				c.Close()
				synctest.Wait()
				if n := w.server.SocketsFrom(fromPipe); n != 0 {
					t.Errorf("%d sockets are counted", n)
				}
			})
		})
	}
}

func TestAPageLivesAsLongAsItAnswers(t *testing.T) {
	inMadeUpTime(t, func(t *testing.T, w *world) {
		c := w.signUp("ada").open()
		c.say(masked(fin|opText, resume))
		c.say(question)
		if text, _ := c.until(stillHere); !strings.Contains(text, pulse) {
			t.Fatalf("got %.300q", text)
		}
		ping := frame(fin|opPing, "")
		for range 30 { // beats
			c.until(ping)
			c.say(masked(fin|opPong, ""))
		}
		last := time.Now()
		c.until(ping)
		c.until(ping)
		c.until(silent)
		if took := time.Since(last); took != time.Minute {
			t.Errorf("it was closed %v after its last word, want 1m", took)
		}
		c.ended()
		c.Close()
		synctest.Wait()
		if n := w.server.SocketsFrom(fromPipe); n != 0 {
			t.Errorf("%d sockets are counted", n)
		}
	})
}
