package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"parley/store"
)

// outcome is what one knows of an attempt by its answer.
type outcome string

const (
	ok      outcome = "ok"      // it was acknowledged: it happened once
	failed  outcome = "failed"  // it was refused: it never happened
	unknown outcome = "unknown" // no answer: never or once
)

// outcomeOf sorts an answer. A 503 or 500 may come after the commit was asked for; a
// 507 is a commit that the database has taken back.
func outcomeOf(status int, err error) outcome {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return failed // it never left
	case err != nil:
		return unknown
	case status == http.StatusOK:
		return ok
	case status == http.StatusInsufficientStorage, status < http.StatusInternalServerError:
		return failed
	}
	return unknown
}

// attempt is one post, edit or delete that somebody tried. Its number is its place
// among the attempts; Message is that of the post.
type attempt struct {
	Do      string // "post", "edit", "delete", and by a moderator "hide" and "restore"
	Message int
	Seq     int // of the message; 0: not known yet
}

// mark says which message a text belongs to, and which attempt wrote it.
func mark(message, attempt int) string { return fmt.Sprintf("m%d v%d", message, attempt) }

// unmark is the inverse of text.
func unmark(text string) (message, attempt int, is bool) {
	n, err := fmt.Sscanf(text, "m%d v%d", &message, &attempt)
	return message, attempt, n == 2 && err == nil
}

// entry is a line of the ledger: that an attempt is about to be made, or what came
// of it.
type entry struct {
	Number  int
	Attempt attempt // of the first line
	Outcome outcome // "": it is about to be made
}

// Ledger notes every attempt before it is made and after, in one order, and never
// changes what it has noted. It is kept as e2e/out/TEST.ledger if the test fails.
type Ledger struct {
	mu      sync.Mutex
	entries []entry
	count   int
}

func newLedger(t *testing.T) *Ledger {
	l := &Ledger{}
	t.Cleanup(func() {
		if !t.Failed() {
			return
		}
		var b strings.Builder
		for _, e := range l.Entries() {
			line, _ := json.Marshal(e) // it has only numbers and words
			b.Write(append(line, '\n'))
		}
		path := filepath.Join("out", strings.ReplaceAll(t.Name(), "/", "-")+".ledger")
		if err := errors.Join(os.MkdirAll("out", 0o755), os.WriteFile(path, []byte(b.String()), 0o644)); err != nil {
			t.Log(err)
		}
	})
	return l
}

// Post notes that a message is about to be posted, and returns its number.
func (l *Ledger) Post() int { return l.before(attempt{Do: "post"}) }

// Change notes that message is about to be edited, deleted, hidden or restored.
func (l *Ledger) Change(do string, message, seq int) int {
	return l.before(attempt{Do: do, Message: message, Seq: seq})
}

func (l *Ledger) before(a attempt) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	if a.Message == 0 {
		a.Message = l.count
	}
	l.entries = append(l.entries, entry{Number: l.count, Attempt: a})
	return l.count
}

// After notes what came of an attempt. An attempt may be made again, as long as its
// outcome is not known.
func (l *Ledger) After(number int, o outcome) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, entry{Number: number, Outcome: o})
}

// Entries are all lines so far.
func (l *Ledger) Entries() []entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]entry(nil), l.entries...)
}

// Count says how many attempts came out as o.
func (l *Ledger) Count(o outcome) (n int) {
	for _, e := range l.Entries() {
		if e.Outcome == o {
			n++
		}
	}
	return n
}

// Messages are all of the Lobby as the database has them. The server must not run.
func (s *Server) Messages() (all []Row) {
	s.t.Helper()
	s.While(func(db *store.Store) {
		messages, err := db.MessagesBefore(s.t.Context(), 1, 1, 0, 1<<30)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, m := range messages {
			all = append(all, Row{Seq: int(m.Seq), Rev: int(m.Rev), Author: int(m.Author), Text: m.Body, Gone: m.Hidden != 0 || !m.DeletedAt.IsZero(), Hidden: m.Hidden != 0 && m.DeletedAt.IsZero()})
		}
	})
	return all
}
