// Hub is a chat in the manner of gorilla's example: one goroutine knows all
// connections, and each connection has a goroutine that reads, a goroutine that
// writes, and a channel between. It has one room and keeps nothing.
package main

import (
	"log"
	"net/http"
	"os"
	"time"

	"github.com/gorilla/websocket"
)

const (
	writeWait  = 10 * time.Second
	pongWait   = 60 * time.Second
	pingPeriod = 54 * time.Second
	queue      = 256 // messages
)

type client struct {
	conn *websocket.Conn
	out  chan []byte
}

type hub struct {
	enter, leave chan *client
	broadcast    chan []byte
}

func main() {
	h := &hub{enter: make(chan *client), leave: make(chan *client), broadcast: make(chan []byte)}
	go h.run()
	upgrader := websocket.Upgrader{ReadBufferSize: 1024, WriteBufferSize: 1024}
	http.HandleFunc("/ws/{room}", func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return // it was answered
		}
		c := &client{conn, make(chan []byte, queue)}
		h.enter <- c
		go c.write()
		go h.read(c)
	})
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}

// run is the only one that touches the set of clients. Who does not keep up is dropped.
func (h *hub) run() {
	clients := map[*client]bool{}
	drop := func(c *client) {
		if clients[c] {
			delete(clients, c)
			close(c.out)
		}
	}
	for {
		select {
		case c := <-h.enter:
			clients[c] = true
			c.out <- []byte(`<i id="pulse">`)
		case c := <-h.leave:
			drop(c)
		case m := <-h.broadcast:
			for c := range clients {
				select {
				case c.out <- m:
				default:
					drop(c)
				}
			}
		}
	}
}

func (h *hub) read(c *client) {
	defer func() { h.leave <- c; _ = c.conn.Close() }()
	c.conn.SetReadLimit(4096)
	_ = c.conn.SetReadDeadline(time.Now().Add(pongWait)) // the read says if it is closed
	c.conn.SetPongHandler(func(string) error { return c.conn.SetReadDeadline(time.Now().Add(pongWait)) })
	for {
		_, m, err := c.conn.ReadMessage()
		if err != nil {
			return
		}
		h.broadcast <- m
	}
}

// write sends what is queued; what has queued up meanwhile goes into the same frame.
func (c *client) write() {
	ping := time.NewTicker(pingPeriod)
	defer ping.Stop()
	defer c.conn.Close()
	for {
		select {
		case m, ok := <-c.out:
			_ = c.conn.SetWriteDeadline(time.Now().Add(writeWait)) // the write says if it is closed
			if !ok {
				_ = c.conn.WriteMessage(websocket.CloseMessage, nil) // it is going anyway
				return
			}
			w, err := c.conn.NextWriter(websocket.TextMessage)
			if err != nil {
				return
			}
			_, _ = w.Write(m) // Close says what went wrong
			for range len(c.out) {
				_, _ = w.Write([]byte{'\n'})
				_, _ = w.Write(<-c.out)
			}
			if w.Close() != nil {
				return
			}
		case <-ping.C:
			_ = c.conn.SetWriteDeadline(time.Now().Add(writeWait))
			if c.conn.WriteMessage(websocket.PingMessage, nil) != nil {
				return
			}
		}
	}
}
