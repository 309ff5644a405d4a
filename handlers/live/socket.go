package live

import (
	"cmp"
	"net"
	"slices"
	"sync"
	"syscall"
	"time"
)

// Bound is how many bytes may wait for one browser, behind the frame that is on its
// way, before it is dropped.
const Bound = 256 << 10

// closeWait is how long a browser has to take the close frame and hang up.
const closeWait = 2 * time.Second

// Socket owns every byte that goes down to one browser. Send never blocks: what
// the kernel does not take at once waits in pending for a temporary goroutine,
// and while something waits nothing else writes to the connection.
type Socket struct {
	conn net.Conn
	raw  syscall.RawConn  // nil: not plain TCP, everything goes through pending
	try  func(fd uintptr) // writes to the descriptor; made once, so that Send does not allocate

	mu       sync.Mutex
	out      []byte // what try writes, and what it left
	outErr   error
	pending  [][]byte // whole shared frames, but the first may be partly written
	bytes    int      // in pending
	flushing bool
	closing  int // the code of the close frame that is the last in line; 0: open
	why      string
	dead     bool
	done     chan struct{}
}

// NewSocket takes over the writing side of conn, whose handshake is done.
func NewSocket(conn net.Conn) *Socket {
	s := &Socket{conn: conn, done: make(chan struct{})}
	if tcp, ok := conn.(*net.TCPConn); ok {
		// The kernel would grow this to megabytes for each stalled reader. It is an
		// optimisation: without it the connection works.
		_ = tcp.SetWriteBuffer(64 << 10)
		if raw, err := tcp.SyscallConn(); err == nil {
			s.raw = raw
		}
	}
	s.try = func(fd uintptr) {
		for len(s.out) > 0 {
			n, err := write(fd, s.out)
			if n > 0 {
				s.out = s.out[n:]
			}
			switch err {
			case nil, syscall.EINTR:
			case syscall.EAGAIN:
				return
			default:
				s.outErr = err
				return
			}
		}
	}
	return s
}

// Send passes a ready frame to the browser, after all that was sent before. It
// does not block and does not fail: a browser that is gone, or for which more
// than Bound waits, is dropped. frame is shared and never changed.
func (s *Socket) Send(frame []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing != 0 || s.dead {
		return
	}
	// The first is on its way; it may alone be larger, as the answer to a resume.
	if len(s.pending) > 0 && s.bytes-len(s.pending[0]) > Bound {
		s.close(TryAgain, "too slow")
		return
	}
	s.write(frame)
}

// Pong answers a ping with the same payload.
func (s *Socket) Pong(payload []byte) { s.Send(frame(opPong, payload)) }

// Close sends the frames last and then a close frame, and ends the connection: at
// once if the browser takes them, within closeWait otherwise. What waits for the
// browser is left out.
func (s *Socket) Close(code int, reason string, last ...[]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.close(code, reason, last...)
}

// Kill ends the connection without another word.
func (s *Socket) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kill()
}

// ReadWithin sets how long the browser may be silent. A socket that is closing has
// its own, shorter limit, which stays.
func (s *Socket) ReadWithin(d time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing != 0 || s.dead {
		return net.ErrClosed
	}
	return s.conn.SetReadDeadline(time.Now().Add(d))
}

// Closing returns the code with which the server closes this socket, 0 if it does not.
func (s *Socket) Closing() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

// unsaid are the reasons of codes that say enough to the browser by themselves.
var unsaid = map[int]string{BadFrame: "broken frame", BadText: "broken frame", Internal: "error"}

// Why returns for what reason the server closes this socket, "" if it does not or the
// browser was first.
func (s *Socket) Why() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.why
}

// Pending returns how many bytes wait for the browser.
func (s *Socket) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bytes
}

// Done is closed when the connection has ended for the writing side.
func (s *Socket) Done() <-chan struct{} { return s.done }

// write is called with mu held.
func (s *Socket) write(frame []byte) {
	if s.raw == nil || len(s.pending) > 0 {
		s.enqueue(frame)
		return
	}
	s.out, s.outErr = frame, nil
	err := s.raw.Control(s.try) // Write would prepare to wait, which this never does
	rest := s.out
	s.out = nil
	switch {
	case err != nil || s.outErr != nil:
		s.kill()
	case len(rest) > 0:
		s.enqueue(rest)
	}
}

func (s *Socket) enqueue(frame []byte) {
	s.pending = append(s.pending, frame)
	s.bytes += len(frame)
	if !s.flushing {
		s.flushing = true
		go s.flush()
	}
}

// flush writes what waits, then ends.
func (s *Socket) flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.pending) > 0 && !s.dead {
		head := s.pending[0]
		s.mu.Unlock()
		_, err := s.conn.Write(head)
		s.mu.Lock()
		if err != nil || s.dead { // dead: killed meanwhile, and pending with it
			s.kill()
			break
		}
		s.pending[0] = nil
		s.pending = s.pending[1:]
		s.bytes -= len(head)
	}
	s.pending, s.flushing = nil, false
	if s.closing != 0 {
		s.hangUp()
	}
}

func (s *Socket) close(code int, reason string, last ...[]byte) {
	if s.closing != 0 || s.dead {
		return
	}
	s.closing, s.why = code, cmp.Or(reason, unsaid[code])
	// The reader may be the one that has to notice; both sides have this long.
	_ = s.conn.SetDeadline(time.Now().Add(closeWait)) // fails only on a dead connection
	if len(s.pending) > 1 {
		// The first is partly on its way and must be finished; the others are
		// dropped, for the browser comes back and asks for what it lacks.
		clear(s.pending[1:])
		s.pending = s.pending[:1]
		s.bytes = len(s.pending[0])
	}
	s.write(slices.Concat(append(last, closeFrame(code, reason))...))
	if len(s.pending) == 0 {
		s.hangUp()
	}
}

// hangUp ends the writing side and leaves the reading side to take the
// browser's own close: closing at once would reset the connection, and a reset
// can overtake the close frame.
func (s *Socket) hangUp() {
	if s.dead {
		return
	}
	half, ok := s.conn.(interface{ CloseWrite() error }) // TCP, TLS
	if !ok {
		s.kill()
		return
	}
	s.mu.Unlock()
	err := half.CloseWrite() // that of TLS writes, and may wait
	s.mu.Lock()
	if err != nil {
		s.kill()
	}
	s.finish()
}

func (s *Socket) kill() {
	_ = s.conn.Close() // it is given up; closing twice does no harm
	s.pending, s.bytes = nil, 0
	s.finish()
}

func (s *Socket) finish() {
	if !s.dead {
		s.dead = true
		close(s.done)
	}
}
