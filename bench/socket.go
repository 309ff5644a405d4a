package main

import (
	"bufio"
	"bytes"
	"errors"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"
)

// Page is an open page as far as its socket goes.
type Page struct {
	Path   string   // where the socket connects
	Cookie string   // "" if there is none
	Says   []string // frames, once it is open
	Room   int      // from 0
}

// socket is a page's, on the side of the browser.
type socket struct {
	file  *os.File
	fd    int
	room  int
	live  bool   // it has the pulse
	place int    // how many messages of its room it has got
	part  []byte // of a frame
	begun []byte // the frames of a text that is not at its end
}

// connect opens a page's socket and says what the page says.
func connect(addr string, page Page) (*socket, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close() // the file below lives on
	ask := "GET " + page.Path + " HTTP/1.1\r\nHost: " + addr + "\r\nOrigin: http://" + addr + "\r\n" +
		"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	if page.Cookie != "" {
		ask += "Cookie: " + page.Cookie + "\r\n"
	}
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return nil, err
	}
	if _, err := conn.Write([]byte(ask + "\r\n")); err != nil {
		return nil, err
	}
	in := bufio.NewReaderSize(conn, 1024)
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		return nil, errors.New("no socket: " + resp.Status)
	}
	for _, text := range page.Says {
		if _, err := conn.Write(browserFrame(frameText, []byte(text))); err != nil {
			return nil, err
		}
	}
	early, err := in.Peek(in.Buffered())
	if err != nil {
		return nil, err
	}
	// A descriptor of our own, outside of the runtime's poller.
	file, err := conn.(*net.TCPConn).File()
	if err != nil {
		return nil, err
	}
	c := &socket{file: file, fd: int(file.Fd()), room: page.Room, part: bytes.Clone(early)}
	return c, syscall.SetNonblock(c.fd, true)
}

// say sends one frame, waiting while the socket is full.
func (c *socket) say(kind byte, payload []byte) error {
	for b := browserFrame(kind, payload); len(b) > 0; {
		n, err := syscall.Write(c.fd, b)
		switch err {
		case nil:
			b = b[n:]
		case syscall.EAGAIN, syscall.EINTR:
			time.Sleep(50 * time.Microsecond)
		default:
			return err
		}
	}
	return nil
}
