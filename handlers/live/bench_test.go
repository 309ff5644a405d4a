package live

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// The two benchmarks deliver the same frame to 1,000 sockets over loopback and
// report CPU time per delivery, of both ends together; only their ratio means
// something. The peer is the way of gorilla's chat example: a channel and a writing
// goroutine for each connection.

const receivers = 1000

var message = []byte(strings.Repeat("<p>a message of some eight hundred bytes</p>", 20))

func cpu() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic(err) // the arguments are right
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// measure runs send b.N times, each time waiting for all receivers, and returns what
// one takes.
func measure(b *testing.B, got *atomic.Int64, size int, send func()) time.Duration {
	b.ResetTimer()
	start := cpu()
	for i := range b.N {
		send()
		for want := int64(i+1) * receivers * int64(size); got.Load() < want; {
			time.Sleep(50 * time.Microsecond)
		}
	}
	b.StopTimer()
	used := cpu() - start
	b.ReportMetric(float64(used)/float64(time.Microsecond)/float64(b.N*receivers), "cpu-µs/delivery")
	return used / time.Duration(b.N)
}

// count reads all that comes and counts its bytes.
func count(c net.Conn, got *atomic.Int64) {
	buf := make([]byte, 4096)
	for {
		n, err := c.Read(buf)
		got.Add(int64(n))
		if err != nil {
			return
		}
	}
}

// BenchmarkLiveTail says also which share of a message's CPU time the figures take: less
// than 1 % is the goal.
func BenchmarkLiveTail(b *testing.B) {
	var head, times atomic.Int64
	h := NewHub(Config{
		Source: func(_ context.Context, _ Topic, after Rev, audiences []Audience) (Change, error) {
			c := Change{Upto: Rev(head.Load()), Inserts: 1, Posted: time.Now(), Frames: map[Audience][]byte{}}
			for _, a := range audiences {
				c.Frames[a] = message
			}
			return c, nil
		},
		Revoked:    func(_ context.Context, v []Viewer) ([]Reason, error) { return make([]Reason, len(v)), nil },
		Pulse:      func(Audience) []byte { return []byte("<i>") },
		MaxInserts: 1 << 30,
		Delivered:  func(after time.Duration) { times.Add(int64(after)) },
	})
	var got atomic.Int64
	for i := range receivers {
		here, there := connect(b)
		go count(there, &got)
		m, err := h.Enter(Viewer{Person: Person(i), Topic: "room", Audience: "UTC"}, NewSocket(here))
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { m.socket.Kill(); h.Leave(m) })
		if err := h.Join(b.Context(), m, "", func(context.Context) (Answer, error) { return Answer{Frame: []byte("<i>")}, nil }); err != nil {
			b.Fatal(err)
		}
	}
	size := len(Text(message))
	for greeting := int64(2 * len(Text([]byte("<i>")))); got.Load() < receivers*greeting; {
		time.Sleep(time.Millisecond)
	}
	got.Store(0)
	tail := h.tails["room"]
	message := measure(b, &got, size, func() { head.Add(1); tail.poke() })
	const frames = 100_000
	start := cpu()
	for range frames {
		h.delivered(Change{Inserts: 1, Posted: time.Now()}, receivers)
	}
	b.ReportMetric(100*float64(cpu()-start)/frames/float64(message), "%-for-figures")
}

func BenchmarkGoroutinePerConnection(b *testing.B) {
	var mu sync.Mutex
	var clients []chan []byte
	upgrader := websocket.Upgrader{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		out := make(chan []byte, 256)
		mu.Lock()
		clients = append(clients, out)
		mu.Unlock()
		go func() {
			defer c.Close()
			for m := range out {
				if c.WriteMessage(websocket.TextMessage, m) != nil {
					return
				}
			}
		}()
		_, _, _ = c.ReadMessage() // until the end
	}))
	defer server.Close()
	var got atomic.Int64
	for range receivers {
		c, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http"), nil)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { c.Close() })
		go count(c.NetConn(), &got)
	}
	for n := 0; n < receivers; time.Sleep(time.Millisecond) {
		mu.Lock()
		n = len(clients)
		mu.Unlock()
	}
	measure(b, &got, len(Text(message)), func() {
		mu.Lock()
		defer mu.Unlock()
		for _, out := range clients {
			out <- message
		}
	})
	for _, out := range clients {
		close(out)
	}
}

// BenchmarkCountingAFrame is what the figures cost for each frame, however many pages it
// goes to: BenchmarkLiveTail is what sending it to one of them costs.
func BenchmarkCountingAFrame(b *testing.B) {
	var times atomic.Int64
	h := NewHub(Config{Delivered: func(after time.Duration) { times.Add(int64(after)) }})
	c := Change{Inserts: 1, Posted: time.Now()}
	b.ReportAllocs()
	for b.Loop() {
		h.delivered(c, receivers)
	}
}
