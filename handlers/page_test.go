package handlers_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// The socket of a page, seen from the browser.

// dial opens the Lobby's socket as the browser's page would.
func (b *browser) dial(headers ...string) (*websocket.Conn, *http.Response, error) {
	b.w.t.Helper()
	return b.dialAt("/rooms/1/live", headers...)
}

func (b *browser) dialAt(path string, headers ...string) (*websocket.Conn, *http.Response, error) {
	b.w.t.Helper()
	h := http.Header{"Origin": {b.w.http.URL}}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			h.Del(headers[i])
		}
	}
	d := websocket.Dialer{Jar: b.client.Jar, TLSClientConfig: b.w.http.Client().Transport.(*http.Transport).TLSClientConfig}
	return d.Dial("ws"+strings.TrimPrefix(b.w.http.URL, "http")+path, h)
}

// follow resumes from the beginning and returns what comes until the pulse.
func (b *browser) follow(resume string) (*websocket.Conn, string) {
	b.w.t.Helper()
	return b.followAt("/rooms/1/live", resume)
}

func (b *browser) followAt(path, resume string) (*websocket.Conn, string) {
	b.w.t.Helper()
	c, _, err := b.dialAt(path)
	if err != nil {
		b.w.t.Fatal(err)
	}
	b.w.t.Cleanup(func() { c.Close() })
	if err := c.WriteMessage(websocket.TextMessage, []byte(resume)); err != nil {
		b.w.t.Fatal(err)
	}
	return c, read(b.w.t, c, `id="pulse"`)
}

// region recognises a live part of the page that is no message: it comes in its own time.
var region = regexp.MustCompile(`^<(?:div id="(?:rooms|people)-list"|header[^>]* id="head"|header id="head"|p id="(?:typing|seen|heard-text)"|a id="place-brand")`)

// read returns the frames up to one that contains mark, without regions.
func read(t testing.TB, c *websocket.Conn, mark string) string {
	t.Helper()
	var all strings.Builder
	for !strings.Contains(all.String(), mark) {
		if err := c.SetReadDeadline(time.Now().Add(15 * time.Second)); err != nil {
			t.Fatal(err)
		}
		_, frame, err := c.ReadMessage()
		if err != nil {
			t.Fatalf("waiting for %s after %q: %v", mark, all.String(), err)
		}
		if !region.Match(frame) {
			all.Write(frame)
		}
	}
	return all.String()
}

// closed reads on and returns all text and the close code.
func closed(t testing.TB, c *websocket.Conn) (string, int) {
	t.Helper()
	var all strings.Builder
	for {
		if err := c.SetReadDeadline(time.Now().Add(15 * time.Second)); err != nil {
			t.Fatal(err)
		}
		_, frame, err := c.ReadMessage()
		if e, ok := err.(*websocket.CloseError); ok {
			return all.String(), e.Code
		}
		if err != nil {
			t.Fatalf("after %q: %v", all.String(), err)
		}
		all.Write(frame)
	}
}

// until returns all frames up to one that contains mark.
func until(t testing.TB, c *websocket.Conn, mark string) string {
	t.Helper()
	var all strings.Builder
	for {
		if err := c.SetReadDeadline(time.Now().Add(15 * time.Second)); err != nil {
			t.Fatal(err)
		}
		_, frame, err := c.ReadMessage()
		if err != nil {
			t.Fatalf("waiting for %s after %q: %v", mark, all.String(), err)
		}
		if all.Write(frame); strings.Contains(string(frame), mark) {
			return all.String()
		}
	}
}
