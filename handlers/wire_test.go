package handlers_test

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/store/storetest"
)

// The parts of a frame's first byte (RFC 6455, 5.2).
const (
	fin, rsv1, rsv2, rsv3         = 0x80, 0x40, 0x20, 0x10
	opCont, opText, opBinary      = 0x0, 0x1, 0x2
	opClose, opPing, opPong  byte = 0x8, 0x9, 0xa
)

// frame is one as the server sends it: not masked, its length in the shortest form.
func frame(head byte, payload string) string {
	return framed(head, 0, payload)
}

// masked is a frame as a browser sends it.
func masked(head byte, payload string) string {
	key := [4]byte{0x37, 0xfa, 0x21, 0x3d} // of the examples in RFC 6455, 5.7
	b := []byte(payload)
	for i := range b {
		b[i] ^= key[i%4]
	}
	return framed(head, 0x80, string(key[:])+string(b))
}

func framed(head, mask byte, rest string) string {
	n := len(rest)
	if mask != 0 {
		n -= 4
	}
	b := []byte{head, mask | byte(n)}
	switch {
	case n > 0xffff:
		b = binary.BigEndian.AppendUint64([]byte{head, mask | 127}, uint64(n))
	case n > 125:
		b = binary.BigEndian.AppendUint16([]byte{head, mask | 126}, uint16(n))
	}
	return string(b) + rest
}

// code is how a close frame's payload begins.
func code(n int) string { return string(binary.BigEndian.AppendUint16(nil, uint16(n))) }

// wire is one end of a socket, byte by byte.
type wire struct {
	t testing.TB
	net.Conn
	in *bufio.Reader
}

// wire connects to the server and does not say a word.
func (w *world) wire() *wire {
	w.t.Helper()
	c, err := w.dial()
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { c.Close() })
	if _, real := c.(*net.TCPConn); real {
		if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
			w.t.Fatal(err)
		}
	}
	if w.http.TLS != nil {
		trust := w.http.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
		trust.ServerName = "127.0.0.1"
		c = tls.Client(c, trust)
	}
	return &wire{w.t, c, bufio.NewReader(c)}
}

// handshake is what a browser's page says first, in the words of RFC 6455, 1.2. Header lines
// in place take the place of those of the same name; an empty one only removes it.
func (b *browser) handshake(line string, place ...string) string {
	address, err := url.Parse(b.w.http.URL)
	if err != nil {
		b.w.t.Fatal(err)
	}
	lines := []string{
		"Host: " + address.Host,
		"Upgrade: websocket",
		"Connection: Upgrade",
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
		"Sec-WebSocket-Version: 13",
		"Origin: " + b.w.http.URL,
	}
	for _, cookie := range b.client.Jar.Cookies(address) {
		lines = append(lines, "Cookie: "+cookie.String())
	}
	var all strings.Builder
	all.WriteString(line + "\r\n")
	for _, own := range lines {
		name, _, _ := strings.Cut(own, ":")
		keep := true
		for _, other := range place {
			named, _, _ := strings.Cut(other, ":")
			keep = keep && !strings.EqualFold(name, named)
		}
		if keep {
			all.WriteString(own + "\r\n")
		}
	}
	for _, other := range place {
		if strings.Contains(other, ": ") {
			all.WriteString(other + "\r\n")
		}
	}
	return all.String() + "\r\n"
}

const openLobby = "GET /rooms/1/live HTTP/1.1"

// switched is the whole answer to a handshake: nothing is negotiated.
const switched = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

// open opens the Lobby's socket.
func (b *browser) open() *wire {
	b.w.t.Helper()
	c := b.w.wire()
	c.say(b.handshake(openLobby))
	c.expect(switched)
	return c
}

// say sends as it is. The server may have closed already: what it says is what counts.
func (c *wire) say(bytes string) { _, _ = io.WriteString(c, bytes) }

// expect reads exactly want.
func (c *wire) expect(want string) {
	c.t.Helper()
	got := make([]byte, len(want))
	n, err := io.ReadFull(c.in, got)
	if string(got[:n]) != want {
		c.t.Fatalf("got %q, %v; want %q", got[:n], err, want)
	}
}

// next reads a frame, and holds it to what RFC 6455 asks of a server.
func (c *wire) next() (head byte, payload string, err error) {
	var b [8]byte
	if _, err := io.ReadFull(c.in, b[:2]); err != nil {
		return 0, "", err
	}
	head, n := b[0], uint64(b[1]&0x7f)
	if b[1]&0x80 != 0 {
		return 0, "", errors.New("the server masks (5.1)")
	}
	if head&0x70 != 0 {
		return 0, "", errors.New("a reserved bit is set (5.2)")
	}
	switch n {
	case 126:
		_, err = io.ReadFull(c.in, b[:2])
		n = uint64(binary.BigEndian.Uint16(b[:2]))
	case 127:
		_, err = io.ReadFull(c.in, b[:8])
		n = binary.BigEndian.Uint64(b[:8])
	}
	if err != nil || n > 8<<20 {
		return 0, "", fmt.Errorf("a frame of %d bytes: %w", n, err)
	}
	body := make([]byte, n)
	_, err = io.ReadFull(c.in, body)
	return head, string(body), err
}

// question is a ping, and stillHere what only an open socket answers.
var question, stillHere = masked(fin|opPing, "still here"), frame(fin|opPong, "still here")

// until reads to the frame last, and returns all but it: text by itself, the rest as it came.
func (c *wire) until(last string) (text, rest string) {
	c.t.Helper()
	for {
		head, payload, err := c.next()
		if err != nil {
			c.t.Fatalf("after %q and %.300q: %v; want %q", rest, text, err, last)
		}
		switch f := frame(head, payload); {
		case f == last:
			return text, rest
		case f == stillHere:
			c.t.Fatalf("the socket is open after %q and %.300q; want %q", rest, text, last)
		case head == fin|opText:
			text += payload
		default:
			if rest += f; head == fin|opClose {
				c.t.Fatalf("got %q, want %q", rest, last)
			}
		}
	}
}

// atOnce is how soon the connection ends after the close frame: Chromium waits 2 s for it.
const atOnce = 1500 * time.Millisecond

// ended waits for the end of the connection.
func (c *wire) ended() {
	c.t.Helper()
	start := time.Now()
	rest, err := io.ReadAll(c.in)
	if err != nil || len(rest) > 0 {
		c.t.Errorf("after the close frame: got %q, %v; want the end", rest, err)
	}
	if took := time.Since(start); took > atOnce {
		c.t.Errorf("the connection ended %v after the close frame", took)
	}
}

// alive holds the socket to be open and in order, then closes it.
func (c *wire) alive() (text, rest string) {
	c.t.Helper()
	c.say(question)
	text, rest = c.until(stillHere)
	c.say(masked(fin|opClose, code(1000)))
	c.until(frame(fin|opClose, code(1000)))
	c.ended()
	return text, rest
}

// ways runs fn on both ways of writing: raw on plain TCP, and through the flusher.
func ways(t *testing.T, fn func(t *testing.T, w *world), options ...option) {
	t.Run("TCP", func(t *testing.T) { fn(t, newWorld(t, storetest.SQLite(t), options...)) })
	t.Run("TLS", func(t *testing.T) { fn(t, newWorld(t, storetest.SQLite(t), append(options, overTLS)...)) })
}

// eachWay runs fn on both databases, and through the flusher.
func eachWay(t *testing.T, fn func(t *testing.T, w *world), options ...option) {
	each(t, fn, options...)
	t.Run("TLS", func(t *testing.T) { fn(t, newWorld(t, storetest.SQLite(t), append(options, overTLS)...)) })
}
