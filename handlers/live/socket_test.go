package live

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// connect returns both ends of a TCP connection.
func connect(t testing.TB) (here, there *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dialed, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dialed.Close(); accepted.Close() })
	return accepted.(*net.TCPConn), dialed.(*net.TCPConn)
}

func TestFramesCarryTheirLengthInTheShortestForm(t *testing.T) {
	for _, n := range []int{0, 1, 125, 126, 0xffff, 0x10000} {
		payload := bytes.Repeat([]byte("x"), n)
		framed := Text(payload)
		op, got, err := readFrame(bytes.NewReader(framed))
		if err != nil || op != opText || !bytes.Equal(got, payload) {
			t.Errorf("%d bytes: got op %x, %d bytes, %v", n, op, len(got), err)
		}
		head := 2
		if n > 0xffff {
			head = 10
		} else if n > 125 {
			head = 4
		}
		if len(framed) != head+n {
			t.Errorf("%d bytes: the head has %d, want %d", n, len(framed)-n, head)
		}
	}
}

func TestASlowReaderGetsEverythingInOrderWhileItIsWithinTheBound(t *testing.T) {
	here, there := connect(t)
	s := NewSocket(here)
	part := bytes.Repeat([]byte("0123456789abcdef"), 1<<10)
	sent := 0
	for s.Pending() < Bound/2 {
		s.Send(Text(part))
		sent++
	}
	for range sent {
		if _, got, err := readFrame(there); err != nil || !bytes.Equal(got, part) {
			t.Fatalf("got %d bytes, %v", len(got), err)
		}
	}
	s.Send(Text([]byte("after")))
	if _, got, err := readFrame(there); err != nil || string(got) != "after" {
		t.Errorf("got %q, %v", got, err)
	}
	s.Kill()
}

func TestAReaderOverTheBoundIsDroppedWith1013(t *testing.T) {
	here, there := connect(t)
	s := NewSocket(here)
	part := bytes.Repeat([]byte("x"), 16<<10)
	for range 10_000 {
		s.Send(Text(part))
		if s.Closing() != 0 {
			break
		}
	}
	if s.Closing() != TryAgain {
		t.Fatalf("closing with %d, want %d", s.Closing(), TryAgain)
	}
	if got := s.Pending(); got > Bound {
		t.Errorf("%d bytes wait, the bound is %d", got, Bound)
	}
	var last byte
	for {
		op, _, err := readFrame(there)
		if err != nil {
			break
		}
		last = op
	}
	if last != opClose {
		t.Errorf("the last frame is %x, want a close", last)
	}
	<-s.Done()
}

func TestAStalledReaderIsGivenUpAfterTheCloseWait(t *testing.T) {
	here, _ := connect(t)
	s := NewSocket(here)
	part := bytes.Repeat([]byte("x"), 64<<10)
	for s.Pending() == 0 {
		s.Send(Text(part))
	}
	s.Close(Restart, "restart")
	select {
	case <-s.Done():
	case <-time.After(closeWait + 5*time.Second):
		t.Error("it still holds the connection")
	}
}

func TestNothingIsSentAfterTheClose(t *testing.T) {
	here, there := connect(t)
	s := NewSocket(here)
	s.Close(Revoked, "removed", Text([]byte("bye")))
	s.Send(Text([]byte("secret")))
	all, err := io.ReadAll(there)
	if want := append(Text([]byte("bye")), closeFrame(Revoked, "removed")...); err != nil || !bytes.Equal(all, want) {
		t.Errorf("got %q, %v; want %q", all, err, want)
	}
}

func TestSendingASharedFrameAllocatesNothing(t *testing.T) {
	here, there := connect(t)
	s := NewSocket(here)
	go io.Copy(io.Discard, there)
	ready := Text([]byte("<p>hello</p>"))
	if n := testing.AllocsPerRun(100, func() { s.Send(ready) }); n > 0 {
		t.Errorf("got %v allocations, want 0", n)
	}
}

// secured returns both ends of a TLS connection.
func secured(t testing.TB) (here, there *tls.Conn) {
	t.Helper()
	s := httptest.NewUnstartedServer(nil) // for its certificate
	s.StartTLS()
	t.Cleanup(s.Close)
	a, b := connect(t)
	here = tls.Server(a, &tls.Config{Certificates: s.TLS.Certificates})
	trust := s.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	trust.ServerName = "example.com" // httptest's
	there = tls.Client(b, trust)
	b.SetDeadline(time.Now().Add(10 * time.Second))
	a.SetDeadline(time.Now().Add(10 * time.Second))
	shaken := make(chan error, 1)
	go func() { shaken <- there.HandshakeContext(t.Context()) }()
	if err := errors.Join(here.HandshakeContext(t.Context()), <-shaken); err != nil {
		t.Fatal(err)
	}
	return here, there
}

// A connection that is closed with unread input is reset, and a reset overtakes the
// close frame.
func TestASocketOverTLSIsReadAfterItsCloseFrameToo(t *testing.T) {
	here, there := secured(t)
	s := NewSocket(here)
	s.Close(Restart, "restart")
	all, err := io.ReadAll(there)
	if want := closeFrame(Restart, "restart"); err != nil || !bytes.Equal(all, want) {
		t.Fatalf("got %q, %v; want %q", all, err, want)
	}
	<-s.Done()
	if _, err := there.Write([]byte("on its way")); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 10)
	if _, err := io.ReadFull(here, got); err != nil || string(got) != "on its way" {
		t.Errorf("got %q, %v", got, err)
	}
}

// killer is a connection whose every write ends the socket, as a reset does that
// is noticed by the reader.
type killer struct {
	net.Conn
	socket *Socket
}

func (k killer) Write(b []byte) (int, error) {
	k.socket.Kill()
	return len(b), nil
}

func TestAConnectionThatEndsWhileItIsWrittenToDoesNoHarm(t *testing.T) {
	here, _ := net.Pipe()
	k := &killer{Conn: here}
	s := NewSocket(k)
	k.socket = s
	s.Send(Text([]byte("one")))
	s.Send(Text([]byte("two")))
	<-s.Done()
}

func TestALargeAnswerIsNotADropReasonForASlowReader(t *testing.T) {
	here, there := connect(t)
	s := NewSocket(here)
	large := bytes.Repeat([]byte("x"), 4<<20)
	s.Send(Text(large))
	s.Send(Text([]byte("and one more")))
	if got := s.Closing(); got != 0 {
		t.Fatalf("it is closed with %d", got)
	}
	for _, want := range []int{len(large), len("and one more")} {
		if _, got, err := readFrame(there); err != nil || len(got) != want {
			t.Fatalf("got %d bytes, %v; want %d", len(got), err, want)
		}
	}
	s.Kill()
}

func TestKillEndsAConnectionThatWaitsForTheOtherSideToClose(t *testing.T) {
	here, there := connect(t)
	s := NewSocket(here)
	s.Close(Restart, "restart")
	<-s.Done()
	s.Kill()
	if err := s.ReadWithin(time.Minute); err == nil {
		t.Error("the short limit of a closing socket was replaced")
	}
	if _, err := here.Read(make([]byte, 1)); err == nil {
		t.Error("it can still be read")
	}
	there.Close()
}
