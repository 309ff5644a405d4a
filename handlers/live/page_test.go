package live

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// journal is a topic's log in memory: revision n is the entry "<n>".
type journal struct {
	mu      sync.Mutex
	head    Rev
	gone    map[Rev]Person
	ended   map[Person]Reason
	acts    int64 // that ended sessions
	checked int   // how often who may look was asked
	broken  int   // so many reads fail
	torn    bool  // no frame leads to the head
	reads   int
	asked   int // how often source was
	wrote   int // how many of the newest revisions this process has written

	shown   map[Topic]string // regions
	depends map[Topic][]Topic
	until   time.Time // when regions change by themselves
	asOf    bool      // regions show the log as of its head
	renders int
	takes   time.Duration // a rendering
	told    []map[Person]Presence
}

func (j *journal) add(n int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.head += Rev(n)
}

func (j *journal) remove(p Person) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.head++
	j.gone[j.head] = p
}

func (j *journal) end(p Person, why Reason) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ended[p] = why
}

// act is that of another process, which ends the session of p.
func (j *journal) act(p Person, why Reason) {
	j.end(p, why)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.acts++
}

func (j *journal) acted(context.Context) (int64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.acts, nil
}

// source shows at most 10 revisions at a time.
func (j *journal) source(_ context.Context, _ Topic, after Rev, audiences []Audience) (Change, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.asked++
	if j.broken > 0 {
		j.broken--
		return Change{}, errors.New("the database does not answer")
	}
	if j.torn {
		return Change{Upto: j.head, Torn: true}, nil
	}
	return j.change(after, min(j.head, after+10), audiences), nil
}

func (j *journal) written(_ context.Context, _ Topic, after, upto Rev, audiences []Audience) (Change, bool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if upto > j.head || after < j.head-Rev(j.wrote) {
		return Change{}, false, nil
	}
	return j.change(after, upto, audiences), true, nil
}

func (j *journal) change(after, upto Rev, audiences []Audience) Change {
	c := Change{Upto: upto, Frames: map[Audience][]byte{}}
	c.More = c.Upto < j.head
	c.Inserts = int(c.Upto - after)
	for rev, p := range j.gone {
		if rev > after {
			c.Gone = append(c.Gone, p)
		}
	}
	for _, a := range audiences {
		var b strings.Builder
		for rev := after + 1; rev <= c.Upto; rev++ {
			fmt.Fprintf(&b, "<%s%d>", a, rev)
		}
		c.Frames[a] = []byte(b.String())
	}
	return c
}

func (j *journal) heads(_ context.Context, topics []Topic) (map[Topic]Rev, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	heads := map[Topic]Rev{}
	for _, t := range topics {
		if strings.HasPrefix(string(t), "room") {
			heads[t] = j.head
		}
	}
	return heads, nil
}

func (j *journal) revoked(_ context.Context, viewers []Viewer) ([]Reason, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.checked++
	reasons := make([]Reason, len(viewers))
	for i, v := range viewers {
		reasons[i] = j.ended[v.Person]
	}
	return reasons, nil
}

// read answers a page that is at rev.
func (j *journal) read(a Audience, rev Rev) func(context.Context) (Answer, error) {
	return func(context.Context) (Answer, error) {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.reads++
		var b strings.Builder
		for ; rev < j.head; rev++ {
			fmt.Fprintf(&b, "<%s%d>", a, rev+1)
		}
		return Answer{Frame: []byte(b.String()), Upto: j.head, Last: int64(j.head)}, nil
	}
}

func (j *journal) region(_ context.Context, topic Topic, audiences []Audience) (Region, error) {
	time.Sleep(j.takes) // of synctest's clock
	j.mu.Lock()
	defer j.mu.Unlock()
	j.renders++
	if j.shown[topic] == "panic" {
		panic(topic)
	}
	r := Region{Frames: map[Audience][]byte{}, Depends: j.depends[topic]}
	if r.Until = j.until; !r.Until.After(time.Now()) {
		r.Until = time.Time{}
	}
	if j.asOf {
		r.At = j.head
	}
	for _, a := range audiences {
		r.Frames[a] = []byte("<" + string(topic) + " " + j.shown[topic] + ">")
	}
	return r, nil
}

func (j *journal) show(topic Topic, text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.shown[topic] = text
}

func (j *journal) present(_ context.Context, changed map[Person]Presence) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.told = append(j.told, changed)
}

func (j *journal) hub(bus Bus) *Hub {
	return NewHub(Config{
		Source: j.source, Written: j.written, Region: j.region, Present: j.present, Heads: j.heads, Revoked: j.revoked, Ended: j.acted, Bus: bus,
		Farewell: func(_ Viewer, why Reason) []byte { return []byte("<bye " + why + ">") },
		Pulse:    func(Audience) []byte { return []byte("<pulse>") },
	})
}

func newJournal() *journal {
	return &journal{gone: map[Rev]Person{}, ended: map[Person]Reason{}, shown: map[Topic]string{}, depends: map[Topic][]Topic{}}
}

// page is a browser's side of a socket: it keeps what it was sent.
type page struct {
	*Member
	socket *Socket

	mu   sync.Mutex
	text strings.Builder
	code int // of the close frame; 0: none
	done chan struct{}
}

// open enters person into topic "room" over a pipe.
func open(t *testing.T, h *Hub, person Person, a Audience, regions ...Topic) *page {
	t.Helper()
	here, there := net.Pipe()
	return enter(t, h, Viewer{Person: person, Topic: "room", Audience: a}, here, there, regions...)
}

func enter(t *testing.T, h *Hub, v Viewer, here, there net.Conn, regions ...Topic) *page {
	t.Helper()
	p := &page{socket: NewSocket(here), done: make(chan struct{})}
	m, err := h.Enter(v, p.socket, regions...)
	if err != nil {
		t.Fatal(err)
	}
	p.Member = m
	go func() { // what the reader of package handlers does
		<-p.socket.Done()
		here.Close()
		h.Leave(m)
	}()
	go func() {
		defer close(p.done)
		defer there.Close()
		p.readAll(there)
	}()
	return p
}

func (p *page) readAll(r io.Reader) {
	for {
		op, payload, err := readFrame(r)
		if err != nil {
			return
		}
		p.mu.Lock()
		switch op {
		case opText:
			p.text.Write(payload)
		case opClose:
			p.code = int(binary.BigEndian.Uint16(payload))
		}
		p.mu.Unlock()
		if op == opClose {
			return
		}
	}
}

func (p *page) shows() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

func (p *page) closedWith() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.code
}

// entries are the pages' revisions first to last as source renders them.
func entries(a Audience, first, last int) string {
	var b bytes.Buffer
	for i := first; i <= last; i++ {
		fmt.Fprintf(&b, "<%s%d>", a, i)
	}
	return b.String()
}

func readFrame(r io.Reader) (op byte, payload []byte, err error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := uint64(head[1])
	switch n {
	case 126:
		var b [2]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return 0, nil, err
		}
		n = uint64(binary.BigEndian.Uint16(b[:]))
	case 127:
		var b [8]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return 0, nil, err
		}
		n = binary.BigEndian.Uint64(b[:])
	}
	payload = make([]byte, n)
	_, err = io.ReadFull(r, payload)
	return head[0], payload, err
}
