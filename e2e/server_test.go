package e2e

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"parley/store"
	"parley/store/storetest"
)

// binary is the built program; TestMain makes it.
var binary string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "parley-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "parley")
	if err := build("-race", "-o", binary); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer closeBrowser()
	defer storetest.Stop()
	return m.Run()
}

func build(how ...string) error {
	cmd := exec.Command("go", append(append([]string{"build"}, how...), "parley")...)
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

// shipped is the program as it is shipped, without the race detector, for what is
// measured: memory, and thousands of sockets.
var shipped = sync.OnceValues(func() (string, error) {
	path := binary + "-shipped"
	return path, build("-o", path)
})

// Shipped has the server run the program as it is shipped.
func (s *Server) Shipped() {
	s.t.Helper()
	path, err := shipped()
	if err != nil {
		s.t.Fatal(err)
	}
	s.bin = path
}

// Server is one running program with its own data folder.
type Server struct {
	t    *testing.T
	URL  string // where browsers reach it
	addr string // where it listens
	data string
	args []string
	env  []string
	bin  string // the program; "": binary
	in   string // the network namespace that it runs in; "": the tests' own

	mu      sync.Mutex
	cmd     *exec.Cmd
	log     *syncBuffer
	windows []*Window // on its pages
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// ports counts through those that no system takes for a connection of its own, from
// somewhere, for there may be other tests on the machine.
var ports atomic.Uint32

func init() { ports.Store(rand.Uint32N(20_000)) }

// freePort returns a port that nobody listens on, and that no other test is given: a
// server may leave it and come back.
func freePort(t testing.TB) int {
	t.Helper()
	for range 100 {
		port := int(11_000 + ports.Add(1)%20_000)
		if l, err := net.Listen("tcp", fmt.Sprintf("localhost:%d", port)); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return 0
}

// serve starts the program on a fresh data folder.
func serve(t *testing.T, args ...string) *Server {
	t.Helper()
	s := newServer(t, args...)
	s.Start()
	return s
}

// newServer is one that has not been started yet. Its database is empty and up to date: to
// bring one up to date takes longer than most of what is tested.
func newServer(t *testing.T, args ...string) *Server {
	t.Helper()
	addr := fmt.Sprintf("localhost:%d", freePort(t))
	s := &Server{t: t, URL: "http://" + addr, addr: addr, data: filepath.Join(t.TempDir(), "data"), args: args, log: &syncBuffer{}}
	if err := os.Mkdir(s.data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(storetest.File(t), filepath.Join(s.data, "parley.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Kill()
		if t.Failed() {
			t.Logf("the server said:\n%s", s.Log())
		}
	})
	return s
}

// While has fn work on the database of a server that does not run.
func (s *Server) While(fn func(*store.Store)) {
	s.t.Helper()
	if err := os.MkdirAll(s.data, 0o700); err != nil {
		s.t.Fatal(err)
	}
	db, err := store.Open(s.t.Context(), "sqlite:"+filepath.Join(s.data, "parley.db"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	fn(db)
}

// Seed creates Ada and as many messages of hers in the Lobby, "message 1" the
// oldest. The server must not run.
func (s *Server) Seed(messages int) {
	s.t.Helper()
	s.While(func(db *store.Store) {
		ada, err := db.CreateUser(s.t.Context(), store.SignUp{Username: "Ada", Email: "ada@example.com", Password: password, MayBeFirst: true})
		if err != nil {
			s.t.Fatal(err)
		}
		for i := range messages {
			draft := store.Draft{Room: 1, Author: ada.ID, Key: fmt.Sprint(i), Body: fmt.Sprintf("message %d", i+1)}
			if _, err := db.PostMessage(s.t.Context(), draft); err != nil {
				s.t.Fatal(err)
			}
		}
	})
}

// Start starts the program, again after Kill or Stop, and waits until it is ready.
func (s *Server) Start() {
	s.t.Helper()
	line := append([]string{cmp.Or(s.bin, binary), "--listen", s.addr, "--data", s.data}, s.args...)
	if s.in != "" {
		line = append([]string{"ip", "netns", "exec", s.in}, line...)
	}
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Stdout, cmd.Stderr = s.log, s.log
	cmd.Env = append(append(os.Environ(), "GORACE=halt_on_error=1"), s.env...)
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.mu.Lock()
	s.cmd = cmd
	s.mu.Unlock()
	s.ready()
}

func (s *Server) ready() {
	s.t.Helper()
	eventually(s.t, "the server is ready", func() bool {
		resp, err := http.Get("http://" + s.addr + "/readyz")
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// Kill ends the program as a power cut would.
func (s *Server) Kill() { s.end(syscall.SIGKILL) }

// Stop ends the program as a deploy does.
func (s *Server) Stop() error { return s.end(syscall.SIGTERM) }

// shows notes that w shows a page of s: its console may say so when s is gone.
func (s *Server) shows(w *Window) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.windows = append(s.windows, w)
}

func (s *Server) end(sig syscall.Signal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil {
		return nil
	}
	for _, w := range s.windows {
		w.LoseServer()
	}
	_ = s.cmd.Process.Signal(sig) // it may have ended
	err := s.cmd.Wait()
	s.cmd = nil
	return err
}

// Log returns all that the program said.
func (s *Server) Log() string { return s.log.String() }

// Says waits until the program has said text; what it says comes through a pipe.
func (s *Server) Says(text string) {
	s.t.Helper()
	eventually(s.t, "it says "+text, func() bool { return strings.Contains(s.Log(), text) })
}

var codePattern = regexp.MustCompile(`"code":"([A-Z0-9]+)"`)

// SetupCode returns the code that the log shows.
func (s *Server) SetupCode() string {
	s.t.Helper()
	s.Says(`"code"`)
	return codePattern.FindStringSubmatch(s.Log())[1]
}

// Command runs a subcommand on the server's data and returns what it prints.
func (s *Server) Command(args ...string) string {
	s.t.Helper()
	out, err := exec.Command(binary, append(args, "--data", s.data, "--listen", s.addr)...).CombinedOutput()
	if err != nil {
		s.t.Fatalf("parley %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// eventually waits until is true, and fails after 20 s.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	within(t, 20*time.Second, what, is)
}

func within(t testing.TB, d time.Duration, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(d); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("still not so after %v: %s", d, what)
		}
	}
}

// wire is a connection between browser and server that can be cut silently: while
// it is, nothing gets through in either direction, and nobody is told.
type wire struct {
	l   net.Listener
	to  string
	mu  sync.Mutex
	cut chan struct{} // closed: the wire is whole
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{l: l, to: to, cut: make(chan struct{})}
	close(w.cut)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go w.join(c)
		}
	}()
	t.Cleanup(func() { l.Close() })
	return w
}

func (w *wire) port() int { return w.l.Addr().(*net.TCPAddr).Port }

// Cut stops all bytes, and Mend delivers them: what was sent meanwhile was sent
// again and again by TCP.
func (w *wire) Cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = make(chan struct{})
}

func (w *wire) Mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.cut)
}

func (w *wire) whole() chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cut
}

func (w *wire) join(from net.Conn) {
	<-w.whole()
	to, err := net.Dial("tcp", w.to)
	if err != nil {
		from.Close()
		return
	}
	pass := func(dst, src net.Conn) {
		r := bufio.NewReader(src)
		for {
			b := make([]byte, 32<<10)
			n, err := r.Read(b)
			<-w.whole()
			if n > 0 {
				_, _ = dst.Write(b[:n]) // its own reader notices
			}
			if err != nil {
				dst.Close()
				return
			}
		}
	}
	go pass(to, from)
	pass(from, to)
}

// serveBehind starts a server that browsers reach through a wire.
func serveBehind(t *testing.T, args ...string) (*Server, *wire) {
	t.Helper()
	addr := fmt.Sprintf("localhost:%d", freePort(t))
	w := newWire(t, addr)
	public := fmt.Sprintf("http://localhost:%d", w.port())
	s := newServer(t, append(args, "--public-url", public)...)
	s.URL, s.addr = public, addr
	s.Start()
	return s, w
}
