package e2e

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"testing"
	"time"
)

func TestNothingIsLostWhenTheServerIsKilledUnderLoad(t *testing.T) {
	// Alone, for its load is all that the machine bears.
	r := chance(t)
	s := newServer(t)
	s.Unlimited()
	people := s.Crowd(either(6, 20))
	s.Start()
	var windows []*Window
	for i := range either(2, 4) {
		w := window(t, s)
		w.Returns(fmt.Sprintf("p%d", i+1))
		w.Until(connected)
		windows = append(windows, w)
	}
	var pages []*Thin
	for i := range either(30, 200) {
		pages = append(pages, thin(t, people[i%len(people)]))
	}
	allLive(t, pages...)
	l := write(t, r, either(10, 5), pages[:8]...)
	for kill := range either(4, 200) {
		time.Sleep(between(r, 200*time.Millisecond, 1500*time.Millisecond)) // the load is what is killed
		s.Kill()
		s.Start()
		if kill%2 == 0 {
			allLive(t, pages...)
		}
	}
	l.converged(s, newThin(t, people[0]), pages, windows...)
}

func TestAPostWhoseAnswerWasLostIsStoredOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	ada := s.Crowd(1)[0]
	s.Start()
	form := url.Values{"body": {"sent once more"}, "key": {"the composer's"}}
	// The browser sends, and leaves before it is answered.
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST /rooms/1/messages HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nCookie: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
		s.addr, s.URL, ada.cookie(), len(form.Encode()), form.Encode())
	eventually(t, "it is stored", func() bool { return len(fresh(t, ada)) == 1 })
	conn.Close()
	// Nobody knows that, so it is sent again.
	for range 2 {
		if resp := ada.post("/rooms/1/messages", form); resp.StatusCode != http.StatusOK {
			t.Errorf("got %s", resp.Status)
		}
	}
	if rows := fresh(t, ada); len(rows) != 1 {
		t.Errorf("it is there %d times: %v", len(rows), rows)
	}
}
