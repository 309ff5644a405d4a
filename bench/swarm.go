package main

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

// Swarm is all open pages. One goroutine reads them all, so that this program takes
// one processor and leaves the others to the server.
type Swarm struct {
	epoll   int
	sockets []*socket
	byFD    map[int32]*socket
	through []chan struct{} // by sender: its message has reached everyone
	ended   chan struct{}

	mu       sync.Mutex
	books    *books
	live     int
	bytes    int
	err      error // the first
	stopping bool
}

// mostSenders is as many as a message can name.
const mostSenders = 100

// open connects all pages and waits until each got its pulse, the mark that a
// connection has joined.
func open(addr string, pages []Page, rooms int) (*Swarm, error) {
	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	s := &Swarm{epoll: epoll, sockets: make([]*socket, len(pages)), byFD: map[int32]*socket{}, ended: make(chan struct{}), books: newBooks(rooms, len(pages)/rooms)}
	for range mostSenders {
		s.through = append(s.through, make(chan struct{}, 1))
	}
	var dialing errgroup.Group
	dialing.SetLimit(8)
	for i, page := range pages {
		dialing.Go(func() (err error) {
			s.sockets[i], err = connect(addr, page)
			return err
		})
	}
	err = dialing.Wait()
	for _, c := range s.sockets {
		if c == nil {
			continue
		}
		s.byFD[int32(c.fd)] = c
		err = errors.Join(err, syscall.EpollCtl(epoll, syscall.EPOLL_CTL_ADD, c.fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(c.fd)}))
	}
	go s.receive()
	if err == nil {
		err = s.until(time.Minute, func() bool { return s.live == len(pages) })
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("open %d pages: %w", len(pages), err)
	}
	return s, nil
}

// receive reads all sockets until Close.
func (s *Swarm) receive() {
	defer close(s.ended) // also when something went wrong: then nothing more is read
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	events, buf := make([]syscall.EpollEvent, 256), make([]byte, 256<<10)
	s.mu.Lock()
	for _, c := range s.sockets { // what came with the handshake
		if c != nil && len(c.part) > 0 {
			s.note(s.take(c, nil))
		}
	}
	s.mu.Unlock()
	for {
		n, err := syscall.EpollWait(s.epoll, events, 100)
		s.mu.Lock()
		if err != nil && err != syscall.EINTR {
			s.note(err)
		}
		for _, e := range events[:max(n, 0)] {
			s.note(s.read(s.byFD[e.Fd], buf))
		}
		stop := s.stopping || s.err != nil
		s.mu.Unlock()
		if stop {
			return
		}
	}
}

func (s *Swarm) note(err error) {
	if s.err == nil {
		s.err = err
	}
}

func (s *Swarm) read(c *socket, buf []byte) error {
	n, err := syscall.Read(c.fd, buf)
	switch {
	case err == syscall.EAGAIN || err == syscall.EINTR:
		return nil
	case err != nil:
		return err
	case n == 0:
		return errors.New("the server closed a connection")
	}
	s.bytes += n
	return s.take(c, buf[:n])
}

// take reads what came on c, after what it has of a frame.
func (s *Swarm) take(c *socket, b []byte) error {
	now := time.Since(epoch)
	if len(c.part) > 0 {
		b = append(c.part, b...)
	}
	for {
		f, rest, ok := cut(b)
		if !ok {
			c.part = append([]byte(nil), rest...) // rest may lie in the shared buffer
			return nil
		}
		b = rest
		switch f.kind {
		case frameText, frameMore:
			if len(c.begun) > 0 || !f.last {
				c.begun = append(c.begun, f.payload...)
				f.payload = c.begun
			}
			if !f.last {
				continue
			}
			c.begun = nil
			if err := s.hear(c, f.payload, now); err != nil {
				return err
			}
		case framePing:
			if err := c.say(framePong, f.payload); err != nil {
				return err
			}
		case frameClose:
			return fmt.Errorf("the server closed a socket: %q", f.payload)
		}
	}
}

func (s *Swarm) hear(c *socket, payload []byte, now time.Duration) (failed error) {
	if !c.live {
		if c.live = bytes.Contains(payload, []byte(`id="pulse"`)); c.live {
			s.live++
		}
		return nil
	}
	messagesIn(payload, func(m message) {
		all, err := s.books.enter(c.room, c.place, m, now)
		if failed == nil {
			failed = err
		}
		c.place++
		if all {
			select {
			case s.through[m.sender] <- struct{}{}:
			default: // nobody waits
			}
		}
	})
	return failed
}

// failed is what first went wrong on a socket.
func (s *Swarm) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// until waits for done, which is asked with mu held. It fails when the time is over,
// and when something went wrong on a socket.
func (s *Swarm) until(most time.Duration, done func() bool) error {
	for end := time.Now().Add(most); ; time.Sleep(time.Millisecond) {
		s.mu.Lock()
		is, err := done(), s.err
		s.mu.Unlock()
		switch {
		case err != nil:
			return err
		case is:
			return nil
		case time.Now().After(end):
			return fmt.Errorf("not within %v", most)
		}
	}
}

// Close hangs up everywhere.
func (s *Swarm) Close() {
	s.mu.Lock()
	s.stopping = true
	s.mu.Unlock()
	<-s.ended
	for _, c := range s.sockets {
		if c != nil {
			_ = c.file.Close() // it was only read
		}
	}
	_ = syscall.Close(s.epoll) // as well
}
