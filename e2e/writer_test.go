package e2e

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"
)

// load is people who write, and what they wrote.
type load struct {
	*Ledger
	since   int         // so many messages were there before
	hidden  map[int]int // seq -> message of what the one moderator has hidden
	officer *Thin       // who moderates: the first page of the first account; nil: nobody
	stop    context.CancelFunc
	writers sync.WaitGroup
}

// write has each page write about so often a second, until the load is stopped: posts,
// edits and deletes of what its person wrote and it shows. What is not answered is
// tried again, as a person does.
func write(t *testing.T, r *rand.Rand, often int, pages ...*Thin) *load {
	ctx, cancel := context.WithCancel(context.Background())
	l := &load{Ledger: newLedger(t), stop: cancel, hidden: map[int]int{}}
	for _, page := range pages {
		if l.officer == nil && page.administers() {
			l.officer = page
		}
	}
	for _, page := range pages {
		chance := rand.New(rand.NewPCG(r.Uint64(), 0))
		l.writers.Go(func() {
			beat := time.NewTicker(time.Second / time.Duration(often))
			defer beat.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-beat.C:
					l.one(ctx, page, chance, beat.C)
				}
			}
		})
	}
	t.Cleanup(l.Stop)
	return l
}

// Stop has everybody finish what they are at.
func (l *load) Stop() {
	l.stop()
	l.writers.Wait()
}

// one is something that a person does.
func (l *load) one(ctx context.Context, page *Thin, chance *rand.Rand, again <-chan time.Time) {
	do := func(number int, try func() (int, error)) {
		for once := false; ; once = true {
			status, err := try()
			if once && err == nil && status == http.StatusConflict {
				status = http.StatusOK // "this was done already": by the try whose answer was lost
			}
			l.After(number, outcomeOf(status, err))
			if err == nil && status < http.StatusInternalServerError {
				return
			}
			select {
			case <-ctx.Done():
				return
			case <-again:
			}
		}
	}
	if page == l.officer && chance.IntN(3) == 0 && l.moderate(page, chance, do) {
		return
	}
	if row, message, is := page.own(chance); is && chance.IntN(3) == 0 {
		if chance.IntN(3) == 0 {
			number := l.Change("delete", message, row.Seq)
			do(number, func() (int, error) { return page.Delete(row.Seq) })
			return
		}
		number := l.Change("edit", message, row.Seq)
		do(number, func() (int, error) { return page.Edit(row.Seq, mark(message, number)) })
		return
	}
	number := l.Post()
	do(number, func() (int, error) { return page.Say(mark(number, number)) })
}

// moderate hides a message of somebody else that the page shows, or restores one; it says
// whether there was one.
func (l *load) moderate(page *Thin, chance *rand.Rand, do func(int, func() (int, error))) bool {
	rows := page.Rows()
	if len(rows) == 0 {
		return false
	}
	r := rows[chance.IntN(len(rows))]
	if message, was := l.hidden[r.Seq]; r.Hidden && was {
		lift := page.lifts(r.Seq)
		if lift == "" {
			return false
		}
		number := l.Change("restore", message, r.Seq)
		do(number, func() (int, error) { return page.Moderate(lift, url.Values{}) })
		return true
	}
	message, _, is := unmark(r.Text)
	if !is || r.Gone || r.Author == 1 {
		return false
	}
	l.hidden[r.Seq] = message
	number := l.Change("hide", message, r.Seq)
	form := url.Values{"kind": {"hide"}, "room": {"1"}, "seq": {strconv.Itoa(r.Seq)}, "reason": {"spam"}}
	do(number, func() (int, error) { return page.Moderate("/measures", form) })
	return true
}

// administers says whether the page is that of the first account.
func (c *Thin) administers() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sheet.as == "1"
}

// Moderate sends a form of the pages of moderation, whose answer is another page.
func (c *Thin) Moderate(path string, form url.Values) (status int, err error) {
	resp, _, err := c.send(path, form)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

var lift = regexp.MustCompile(`action="(/measures/\d+/lift)"`)

// lifts is where the hidden message seq is restored; "": it cannot be found out now.
func (c *Thin) lifts(seq int) string {
	_, body, err := c.fetch(c.message(seq)+"/hidden", true)
	if found := lift.FindStringSubmatch(body); err == nil && found != nil {
		return found[1]
	}
	return ""
}

// own is some message that the page shows and its person may change.
func (c *Thin) own(chance *rand.Rand) (r Row, message int, is bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	rows := c.sheet.rows // of which there can be many: no copy
	me, _ := strconv.Atoi(c.sheet.as)
	for range 5 {
		if len(rows) == 0 {
			break
		}
		r = rows[chance.IntN(len(rows))]
		if message, _, is = unmark(r.Text); is && r.Author == me && !r.Gone {
			return r, message, true
		}
	}
	return Row{}, 0, false
}

// converged waits until every page shows what a fresh load shows, then ends the server
// and says what is wrong with what the pages and the database have.
func (l *load) converged(s *Server, fresh *Thin, pages []*Thin, windows ...*Window) {
	t := s.t
	t.Helper()
	l.Stop()
	allLive(t, pages...)
	for _, w := range windows {
		w.Until(connected)
	}
	if err := fresh.load(); err != nil {
		t.Fatal(err)
	}
	want := fresh.Rows()
	lists := map[string]func() []Row{"a fresh load": fresh.Rows}
	for i, c := range pages {
		lists["page "+strconv.Itoa(i)] = c.Rows
	}
	for i, w := range windows {
		lists["window "+strconv.Itoa(i)] = w.Rows
	}
	shown, end := map[string][]Row{}, time.Now().Add(20*time.Second)
	for name, rows := range lists {
		for shown[name] = rows(); !endsWith(shown[name], want) && time.Now().Before(end); shown[name] = rows() {
			time.Sleep(20 * time.Millisecond)
		}
	}
	s.Kill()
	messages := s.Messages()
	wrong := judge(l.Entries(), messages, l.since)
	for name, list := range shown {
		wrong = append(wrong, judgeList(name, list, messages)...)
	}
	for i, sentence := range wrong {
		if t.Error(sentence); i == 20 {
			t.Errorf("and %d more", len(wrong)-i)
			break
		}
	}
	t.Logf("%d messages; attempts that were acknowledged %d, refused %d, tried again %d", len(messages), l.Count(ok), l.Count(failed), l.Count(unknown))
	if len(messages) == 0 || l.Count(ok) == 0 {
		t.Error("nothing was written: this shows nothing")
	}
}

func endsWith(list, end []Row) bool {
	if len(list) < len(end) {
		return false
	}
	for i, r := range list[len(list)-len(end):] {
		if r != end[i] {
			return false
		}
	}
	return true
}
