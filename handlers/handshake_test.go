package handlers_test

import (
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/store/storetest"
)

// handshake is what differs from the browser's own, and the answer's status.
type handshake struct {
	rfc, name string
	line      string   // "": the Lobby's
	place     []string // header lines, see browser.handshake
	want      int
}

func handshakes(origin string) []handshake {
	port := origin[strings.LastIndex(origin, ":")+1:]
	lines := func(all ...string) []string { return all }
	return []handshake{
		{"4.1", "as in the RFC", "", nil, 101},
		{"4.1", "names in small letters", "", lines("upgrade: websocket", "connection: upgrade", "sec-websocket-version: 13"), 101},
		{"4.1", "values in capitals", "", lines("Upgrade: WEBSOCKET", "Connection: UPGRADE"), 101},
		{"4.1", "upgrade in a list", "", lines("Connection: keep-alive, Upgrade"), 101},
		{"4.1", "upgrade in a list without spaces", "", lines("Connection: keep-alive,Upgrade"), 101},
		{"4.1", "upgrade in the second line", "", lines("Connection: keep-alive", "Connection: Upgrade"), 101},
		{"4.1", "websocket among others", "", lines("Upgrade: h2c, websocket"), 101},
		{"4.1", "with a body", "", lines("Content-Length: 2"), 400},
		{"4.1", "with a body in chunks", "", lines("Transfer-Encoding: chunked"), 400},

		// No handshake at all: the page's dead man's switch asks in this way.
		{"4.2.1", "no Upgrade", "", lines("Upgrade"), 200},
		{"4.2.1", "upgrade to something else", "", lines("Upgrade: h2c"), 200},
		{"4.2.1", "websocket only as a part of a word", "", lines("Upgrade: websockets"), 200},
		{"4.2.1", "no Connection", "", lines("Connection"), 200},
		{"4.2.1", "Connection without upgrade", "", lines("Connection: keep-alive"), 200},
		{"4.2.1", "upgrade only as a part of a word", "", lines("Connection: Upgrades"), 200},

		{"4.2.1", "by POST", "POST /rooms/1/live HTTP/1.1", nil, 404},
		{"4.2.1", "by PUT", "PUT /rooms/1/live HTTP/1.1", nil, 404},
		{"4.2.1", "by HEAD", "HEAD /rooms/1/live HTTP/1.1", nil, 400},
		{"4.2.1", "by HTTP/1.0", "GET /rooms/1/live HTTP/1.0", nil, 400},
		{"4.2.1", "without a host", "", lines("Host"), 400},
		{"4.2.1", "with two hosts", "", lines("Host: 127.0.0.1:"+port, "Host: 127.0.0.1:"+port), 400},
		{"4.2.1", "by its whole address", "GET http://127.0.0.1:" + port + "/rooms/1/live HTTP/1.1", nil, 101},

		{"4.2.1", "no key", "", lines("Sec-WebSocket-Key"), 400},
		{"4.2.1", "an empty key", "", lines("Sec-WebSocket-Key: "), 400},
		{"4.2.1", "a key of 15 bytes", "", lines("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA"), 400},
		{"4.2.1", "a key of 17 bytes", "", lines("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAA="), 400},
		{"4.2.1", "a key that is no base64", "", lines("Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!=="), 400},
		{"4.2.1", "a key without its padding", "", lines("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ"), 400},
		{"11.3.1", "two keys", "", lines("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="), 400},

		{"4.2.2", "no version", "", lines("Sec-WebSocket-Version"), 426},
		{"4.2.2", "version 8", "", lines("Sec-WebSocket-Version: 8"), 426},
		{"4.2.2", "version 14", "", lines("Sec-WebSocket-Version: 14"), 426},
		{"4.2.2", "a version that is no number", "", lines("Sec-WebSocket-Version: x"), 426},
		{"4.2.2", "a list of versions", "", lines("Sec-WebSocket-Version: 8, 13"), 426},
		{"11.3.5", "two versions", "", lines("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8"), 426},

		{"9.1", "compression offered", "", lines("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"), 101},
		{"9.1", "compression offered as Safari did", "", lines("Sec-WebSocket-Extensions: x-webkit-deflate-frame"), 101},
		{"9.1", "an extension that nobody knows", "", lines("Sec-WebSocket-Extensions: mux; a=1, permessage-deflate"), 101},
		{"9.1", "extensions that cannot be read", "", lines("Sec-WebSocket-Extensions: ;;,=\""), 101},
		{"1.9", "a subprotocol offered", "", lines("Sec-WebSocket-Protocol: chat, superchat"), 101},

		{"10.2", "no origin", "", lines("Origin"), 403},
		{"10.2", "an empty origin", "", lines("Origin: "), 403},
		{"10.2", "the origin null", "", lines("Origin: null"), 403},
		{"10.2", "another site", "", lines("Origin: https://evil.example"), 403},
		{"10.2", "another site with our port", "", lines("Origin: https://evil.example:" + port), 403},
		{"10.2", "another port", "", lines("Origin: https://127.0.0.1:1"), 403},
		{"10.2", "no port", "", lines("Origin: https://127.0.0.1"), 403},
		{"10.2", "another scheme", "", lines("Origin: ws://127.0.0.1:" + port), 403},
		{"10.2", "ours as the beginning of another", "", lines("Origin: " + origin + ".evil.example"), 403},
		{"10.2", "ours with a path", "", lines("Origin: " + origin + "/"), 403},
		{"10.2", "ours behind another's name", "", lines("Origin: https://evil.example@127.0.0.1:" + port), 403},
		{"10.2", "ours in capitals", "", lines("Origin: " + strings.ToUpper(origin)), 403},
		{"10.2", "ours and another's", "", lines("Origin: "+origin, "Origin: https://evil.example"), 403},
		{"10.2", "another's and ours", "", lines("Origin: https://evil.example", "Origin: "+origin), 403},
		{"10.2", "ours and another's in a list", "", lines("Origin: " + origin + ", https://evil.example"), 403},
		{"10.2", "another site, and no handshake", "", lines("Origin: https://evil.example", "Sec-WebSocket-Version: 8"), 403},
	}
}

func TestEveryHandshakeIsAnsweredAsRFC6455Says(t *testing.T) {
	ways(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		for _, h := range handshakes(w.http.URL) {
			t.Run(h.rfc+" "+h.name, func(t *testing.T) {
				c := w.wire()
				c.t = t
				if h.line == "" {
					h.line = openLobby
				}
				all := ada.handshake(h.line, h.place...)
				if h.want != http.StatusSwitchingProtocols {
					// The body, where one was announced. In one piece: a server that has
					// hung up answers what comes later with a reset.
					all += "0\r\n\r\n"
				}
				c.say(all)
				if h.want == http.StatusSwitchingProtocols {
					c.expect(switched) // and so neither an extension nor a subprotocol
					c.alive()
					return
				}
				method, _, _ := strings.Cut(h.line, " ")
				resp, err := http.ReadResponse(c.in, &http.Request{Method: method})
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				if resp.StatusCode != h.want {
					t.Errorf("got %s, want %d", resp.Status, h.want)
				}
				if got := resp.Header.Get("Sec-WebSocket-Version"); (got == "13") != (h.want == http.StatusUpgradeRequired) {
					t.Errorf("%s with the version %q", resp.Status, got)
				}
				if got := resp.Header["Upgrade"]; h.want == http.StatusUpgradeRequired && !slices.Equal(got, []string{"websocket"}) {
					t.Errorf("got Upgrade %q (RFC 9110, 15.5.22)", got)
				}
				for _, name := range []string{"Sec-Websocket-Accept", "Sec-Websocket-Extensions", "Sec-Websocket-Protocol"} {
					if got := resp.Header[name]; got != nil {
						t.Errorf("got %s %q", name, got)
					}
				}
				if _, err := io.Copy(io.Discard, resp.Body); err != nil {
					t.Error(err)
				}
			})
		}
		t.Run("4.1 frames in the same packet", func(t *testing.T) {
			c := w.wire()
			c.t = t
			c.say(ada.handshake(openLobby) + masked(fin|opPing, "early") + masked(fin|opText, resume))
			c.expect(switched)
			if text, rest := c.alive(); rest != frame(fin|opPong, "early") || !strings.Contains(text, pulse) {
				t.Errorf("got %q and %.300q", rest, text)
			}
		})
	}, unlimited)
}

// knock opens the Lobby's socket from an address, if the server lets it.
func (b *browser) knock(address string) (*wire, string) {
	b.w.t.Helper()
	c := b.w.wire()
	c.say(b.handshake(openLobby, "X-Forwarded-For: "+address))
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		b.w.t.Fatal(err)
	}
	if resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") == "" {
		b.w.t.Error("nothing says when to try again")
	}
	return c, resp.Status[:3]
}

func TestTheSocketsOfANetworkAreCounted(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.server.MostSocketsFrom(3)
		ada, nobody := w.signUp("ada"), w.browser()
		var open []*wire
		for _, address := range []string{"2001:db8::1", "2001:db8::2", "2001:db8::3"} {
			c, status := ada.knock(address)
			if status != "101" {
				t.Fatalf("%s: got %s", address, status)
			}
			open = append(open, c)
		}
		for name, who := range map[string]*browser{"a person": ada, "nobody": nobody} {
			if _, status := who.knock("2001:db8::4"); status != "503" {
				t.Errorf("one too many of %s: got %s, want 503", name, status)
			}
			if c, status := who.knock("203.0.113.7"); status != "101" {
				t.Errorf("%s from another network: got %s", name, status)
			} else {
				c.Close()
			}
		}
		// A bad handshake takes no seat, and who hangs up gives theirs back.
		c := w.wire()
		c.say(ada.handshake(openLobby, "X-Forwarded-For: 203.0.113.9", "Sec-WebSocket-Key: x"))
		if resp, err := http.ReadResponse(c.in, nil); err != nil || resp.StatusCode != http.StatusBadRequest {
			t.Errorf("got %v, %v", resp, err)
		}
		for _, c := range open {
			c.Close()
		}
		for _, network := range []string{"2001:db8::/64", "203.0.113.7", "203.0.113.9"} {
			for start := time.Now(); w.server.SocketsFrom(network) > 0; runtime.Gosched() {
				if time.Since(start) > 10*time.Second {
					t.Fatalf("%d sockets of %s are still counted", w.server.SocketsFrom(network), network)
				}
			}
		}
		if _, status := ada.knock("2001:db8::4"); status != "101" {
			t.Errorf("got %s, want 101", status)
		}
	}, behindProxy)
}

func TestWithoutLimitsANetworkMayOpenAnyNumberOfSockets(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), unlimited)
	ada := w.signUp("ada")
	for range 100 { // of one person, too
		ada.open()
	}
}
