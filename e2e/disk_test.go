package e2e

import (
	"bytes"
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// reads fails if pages cannot be read, or only slowly.
func (p *Person) reads() {
	p.t.Helper()
	start := time.Now()
	resp, body, err := p.fetch("/rooms/1-lobby", false)
	if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(body, `id="messages"`) {
		p.t.Fatalf("a page cannot be read: %v, %v", resp, err)
	}
	if took := time.Since(start); took > 3*time.Second {
		p.t.Errorf("a page took %v", took)
	}
}

// tries posts text and says whether it was taken. If not, the status must be the
// one, the sentence be said, and the text be in the answer.
func (p *Person) tries(text string, status int, sentence string) (taken bool) {
	p.t.Helper()
	resp, body, err := p.send("/rooms/1/messages", url.Values{"body": {text}, "key": {text}})
	switch {
	case err != nil:
		p.t.Fatal(err)
	case resp.StatusCode == http.StatusOK:
		return true
	case resp.StatusCode != status || !strings.Contains(body, sentence):
		p.t.Fatalf("got %d with %q, want %d with %q", resp.StatusCode, body, status, sentence)
	case !strings.Contains(body, text):
		p.t.Errorf("the text is not kept: %q", body)
	}
	return false
}

func TestADatabaseThatIsBusyForLongIsSaidAndHeals(t *testing.T) {
	t.Parallel()
	r := chance(t)
	s := newServer(t)
	s.Unlimited()
	people := s.Crowd(6)
	s.Start()
	var pages []*Thin
	for _, p := range people {
		pages = append(pages, thin(t, p))
	}
	allLive(t, pages...)
	l := write(t, r, 10, pages[:5]...)
	eventually(t, "one writes", func() bool { return l.Count(ok) > 20 })

	db, err := sql.Open("sqlite", filepath.Join(s.data, "parley.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	eventually(t, "the database is taken", func() bool { _, err := db.Exec("begin immediate"); return err == nil })
	written := l.Count(ok)
	var late sync.WaitGroup
	late.Go(func() {
		time.Sleep(2 * time.Second) // others wait before it
		start := time.Now()
		resp, _, err := people[5].send("/rooms/1/messages", url.Values{"body": {"not in the ledger"}, "key": {"late"}})
		took := time.Since(start)
		if t.Logf("refused after %v", took.Round(100*time.Millisecond)); err != nil || resp.StatusCode != http.StatusServiceUnavailable || took > 7*time.Second {
			t.Errorf("who posts behind others is told %v, %v after %v, want 503 after 5 s", resp, err, took)
		}
	})
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) { // it is busy
		people[5].reads()
	}
	late.Wait()
	refused := l.Count(unknown)
	if now := l.Count(ok); now > written+5 { // those on their way as the lock was taken
		t.Errorf("%d were acknowledged while nothing could be written", now-written)
	}
	if _, err := db.Exec("rollback"); err != nil {
		t.Fatal(err)
	}
	if refused == 0 {
		t.Error("nobody was told that the database is busy")
	}
	written = l.Count(ok)
	eventually(t, "one writes again", func() bool { return l.Count(ok) > written+20 })
	l.converged(s, newThin(t, people[5]), pages)
}

// smallDisk is a disk of so many megabytes. Only root can make one.
func smallDisk(t *testing.T, megabytes int) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+strconv.Itoa(megabytes)+"m"); err != nil {
		asRoot(t, "mount a small disk: "+err.Error())
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// asRoot skips a test whose fault only root can bring about; where the tests do run
// as root, as in CI, it fails instead.
func asRoot(t *testing.T, why string) {
	t.Helper()
	if os.Geteuid() == 0 {
		t.Fatalf("this machine does not let root %s", why)
	}
	t.Skipf("only root can %s", why)
}

func TestAFullDiskIsSaidAndHeals(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Unlimited()
	s.data = filepath.Join(smallDisk(t, 8), "data")
	people := s.Crowd(2)
	s.Start()
	page := thin(t, people[1])
	allLive(t, page)
	filler := filepath.Join(filepath.Dir(s.data), "filler")
	fill(t, filler)
	l := newLedger(t)
	const sentence = "disk is full"
	full := false
	post := func() (taken bool) {
		t.Helper()
		n := l.Post()
		taken = people[0].tries(mark(n, n), http.StatusInsufficientStorage, sentence)
		l.After(n, map[bool]outcome{true: ok, false: failed}[taken])
		return taken
	}
	for range 2000 {
		if full = !post(); full {
			break
		}
	}
	if !full {
		t.Fatal("the disk does not fill")
	}
	for range 3 {
		people[1].reads()
		if post() {
			t.Log("one more fits")
		}
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	eventually(t, "one writes again", post)
	for range 20 {
		if !post() {
			t.Error("it does not heal")
		}
	}
	(&load{Ledger: l, stop: func() {}}).converged(s, newThin(t, people[1]), []*Thin{page})
}

// fill takes all that is left of the disk.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 4096); err == nil; {
		_, err = f.Write(block)
	}
}

func TestAfterAWriteThatTheDiskDidNotConfirmNothingIsWrittenAndItSaysWhy(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Unlimited()
	people := s.Crowd(2)
	s.Start()
	page := thin(t, people[1])
	allLive(t, page)
	l := newLedger(t)
	const sentence = "disk failed, so nothing is saved any more"
	post := func() (taken bool) {
		t.Helper()
		n := l.Post()
		taken = people[0].tries(mark(n, n), http.StatusServiceUnavailable, sentence)
		l.After(n, map[bool]outcome{true: ok, false: unknown}[taken])
		return taken
	}
	for range 5 {
		if !post() {
			t.Fatal("it does not write before the fault")
		}
	}
	mend := s.failSync()
	if post() {
		t.Error("a post was acknowledged that the disk did not confirm")
	}
	people[1].reads()
	mend()
	for range 3 {
		if post() {
			t.Error("a post was acknowledged after one that the disk did not confirm")
		}
		people[1].reads()
	}
	resp, err := http.Get("http://" + s.addr + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("it says that it is ready: %s", resp.Status)
	}
	s.Says("no more writes: the disk did not confirm one")
	// Started again, it reads what is on the disk, and goes on from there.
	s.Kill()
	s.Start()
	if !post() {
		t.Error("it does not write after a restart")
	}
	(&load{Ledger: l, stop: func() {}}).converged(s, newThin(t, people[1]), []*Thin{page})
}

// failSync has every fsync of the running server fail, until mend.
func (s *Server) failSync() (mend func()) {
	s.t.Helper()
	trace := exec.Command("strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO", "-p", strconv.Itoa(s.cmd.Process.Pid))
	var said bytes.Buffer
	trace.Stderr = &said
	if err := trace.Start(); err != nil {
		s.t.Fatalf("have fsync fail (apt-get install strace): %v", err)
	}
	ended := make(chan struct{})
	go func() { _ = trace.Wait(); close(ended) }() // it ends by the signal
	mend = func() {
		_ = trace.Process.Signal(os.Interrupt) // it lets go, or has
		<-ended
	}
	s.t.Cleanup(mend)
	eventually(s.t, "the server is traced", func() bool {
		select {
		case <-ended:
			asRoot(s.t, "trace the server: "+said.String())
		default:
		}
		return traced(s.cmd.Process.Pid)
	})
	return mend
}

// traced says whether each thread of a process is.
func traced(pid int) bool {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid)) // the pattern is right
	for _, status := range threads {
		text, err := os.ReadFile(status)
		if err == nil && strings.Contains(string(text), "TracerPid:\t0\n") {
			return false
		}
	}
	return len(threads) > 0
}
