package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"
)

// Scene is how many pages are open, by whom, and what is posted there.
type Scene struct {
	Name   string
	Pages  int
	Rooms  int // as many pages in each
	Idle   bool
	Loads  []Load
	People int  // who have the pages open, in turn; set for each peer
	Front  bool // all pages say that they are in front
}

// Names of the scenes.
const (
	one         = "one"
	hundred     = "hundred"
	thousand    = "thousand"
	tenThousand = "ten thousand"
	manyRooms   = "many rooms"
)

// Names of the loads.
const (
	alone       = "room of one, 200/s"
	paced100    = "N = 100, one at a time"
	paced1000   = "N = 1,000, one at a time"
	paced10000  = "N = 10,000, one at a time"
	twice1000   = "N = 1,000, 20,000 deliveries/s"
	pressed1000 = "N = 1,000, 32 in flight"
	pressedMany = "64 posters in 64 rooms"
	idle10000   = "10,000 idle connections, after broadcasts"
)

// mostMessages is how many one page is sent: after 1,000 Parley renews its socket, so
// that a page does not grow for ever.
const mostMessages = 950

// warmUp is how many messages are posted before anything is measured.
const warmUp = 10

// scenes are those of `make bench`: 10,000 deliveries per second at each N.
func scenes(large bool) []Scene {
	all := []Scene{
		{Name: one, Pages: 1, Rooms: 1, Loads: []Load{{Name: alone, Rate: 200, Senders: 1, For: 2 * time.Second, Most: mostMessages}}},
		{Name: hundred, Pages: 100, Rooms: 1, Loads: []Load{{Name: paced100, Rate: 100, Senders: 5, For: 2 * time.Second, Most: mostMessages}}},
		{Name: thousand, Pages: 1000, Rooms: 1, Loads: []Load{
			{Name: paced1000, Rate: 10, Senders: 32, For: 2 * time.Second, Most: 100},
			{Name: twice1000, Rate: 20, Senders: 32, For: 3 * time.Second, Most: 100},
			{Name: pressed1000, Senders: 32, For: 1500 * time.Millisecond, Most: mostMessages - 200},
		}},
		{Name: manyRooms, Pages: 64, Rooms: 64, Loads: []Load{{Name: pressedMany, Senders: 64, For: 2 * time.Second, Most: 40000}}},
	}
	if large {
		all = append(all, Scene{Name: tenThousand, Pages: 10000, Rooms: 1, Idle: true,
			Loads: []Load{{Name: paced10000, Rate: 1, Senders: 5, For: 10 * time.Second, Most: 100}}})
	}
	return all
}

// Senders are how many post at once, at most.
func (s Scene) Senders() (most int) {
	for _, l := range s.Loads {
		most = max(most, l.Senders)
	}
	return most
}

// play starts peer, opens the pages, and has it bear each load. What came out is by the
// name of the load.
func (s Scene) play(ctx context.Context, peer Peer, size int) (map[string]Figures, error) {
	s.People = 1
	if peer.people != nil {
		s.People = peer.people(s.Pages)
	}
	if s.Rooms == s.Pages {
		s.People = s.Pages // each in a room of their own
	}
	folder, err := os.MkdirTemp("", "parley-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	cmd, err := peer.launch(ctx, addr, folder)
	if err != nil {
		return nil, err
	}
	server, err := start(ctx, cmd, addr, folder)
	if err != nil {
		return nil, err
	}
	defer server.Stop()
	figures, err := s.on(ctx, peer, server, addr, size)
	if err != nil {
		return nil, fmt.Errorf("%w; the server said: %s", err, server.Said())
	}
	return figures, nil
}

func (s Scene) on(ctx context.Context, peer Peer, server *Process, addr string, size int) (map[string]Figures, error) {
	pages, post, err := peer.pages(addr, s)
	if err != nil {
		return nil, err
	}
	empty, err := server.Resident()
	if err != nil {
		return nil, err
	}
	swarm, err := open(addr, pages, s.Rooms)
	if err != nil {
		return nil, err
	}
	defer swarm.Close()
	room := &Room{Process: server, Swarm: swarm, post: post, acks: post != nil, size: size}
	if post == nil {
		room.post = func(sender int, text string) error {
			return swarm.sockets[sender].say(frameText, []byte(peer.wrap(text)))
		}
	}
	time.Sleep(peer.settles)
	warm := Load{Rate: 20, Senders: 1, For: time.Minute, Most: warmUp}
	if s.Rooms > 1 {
		warm = Load{Senders: s.Senders(), For: time.Second, Most: warmUp * s.Rooms}
	}
	if _, err := room.bear(ctx, warm); err != nil {
		return nil, fmt.Errorf("warm up: %w", err)
	}
	all := map[string]Figures{}
	for _, l := range s.Loads {
		if all[l.Name], err = room.bear(ctx, l); err != nil {
			return nil, fmt.Errorf("%s: %w", l.Name, err)
		}
	}
	if s.Idle {
		time.Sleep(5 * time.Second)
		full, err := server.Resident()
		if err != nil {
			return nil, err
		}
		all[idle10000] = Figures{Resident: (full - empty) / float64(s.Pages)}
	}
	return all, nil
}

// plays says whether peer takes part in the scene.
func (p Peer) plays(s Scene) bool { return len(p.only) == 0 || slices.Contains(p.only, s.Name) }
