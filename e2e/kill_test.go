package e2e

import (
	"fmt"
	"testing"
	"time"
)

func TestNothingIsLostWhenTheServerIsKilledUnderLoad(t *testing.T) {
	r := chance(t)
	s := newServer(t)
	s.Unlimited()
	people := s.Crowd(either(6, 20))
	s.Start()
	var windows []*Window
	for i := range either(2, 4) {
		w := window(t, s)
		w.LoseServer()
		w.SignIn(fmt.Sprintf("p%d", i+1))
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
