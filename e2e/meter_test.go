package e2e

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// meter is the network of one page: it counts what comes, and can be made slow or
// stop taking anything, as a browser's machine can.
type meter struct {
	from  string // the local address; "": any
	got   atomic.Int64
	slow  atomic.Int64 // bytes a second; 0: as fast as they come
	small bool         // the kernel takes little on the page's behalf

	mu    sync.Mutex
	stall chan struct{} // not nil: nothing is read until it is closed
}

func (m *meter) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	d := net.Dialer{}
	if m.from != "" {
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(m.from)}
	}
	conn, err := d.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	if m.small {
		_ = conn.(*net.TCPConn).SetReadBuffer(32 << 10) // it only makes the fault come sooner
	}
	return metered{conn, m}, nil
}

// Stall takes nothing more from the network until Read.
func (m *meter) Stall() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stall = make(chan struct{})
}

// Read takes what comes again, if it was stalled.
func (m *meter) Read() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stall != nil {
		close(m.stall)
		m.stall = nil
	}
}

type metered struct {
	net.Conn
	m *meter
}

func (c metered) Read(b []byte) (int, error) {
	c.m.mu.Lock()
	stall := c.m.stall
	c.m.mu.Unlock()
	if stall != nil {
		<-stall
	}
	if rate := c.m.slow.Load(); rate > 0 {
		b = b[:min(len(b), int(max(1, rate/20)))]
		time.Sleep(time.Second / 20) // this is the fault
	}
	n, err := c.Conn.Read(b)
	c.m.got.Add(int64(n))
	return n, err
}
