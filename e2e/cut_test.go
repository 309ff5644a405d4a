package e2e

import (
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"
)

func TestPagesThatAreCutOffNowAndThenMissNothing(t *testing.T) {
	// Alone, for its load is all that the machine bears.
	r := chance(t)
	s := newServer(t)
	s.Unlimited()
	people := s.Crowd(6)
	s.History(150)
	s.Start()
	ada := window(t, s)
	ada.LoseServer()
	ada.Returns("p1")
	ada.Until(connected)
	ada.wheel(-100_000)
	ada.Until(count + ` === 100`)
	var pages []*Thin
	for i := range 20 {
		c := thin(t, people[i%len(people)])
		if i%2 == 0 {
			c.Older() // some show more, so that what is edited is old on some pages and absent on others
		}
		pages = append(pages, c)
	}
	allLive(t, pages...)
	l := write(t, r, 10, pages[:6]...)
	l.since = 150
	var cuts sync.WaitGroup
	for _, c := range pages {
		lasts := make([]time.Duration, either(3, 30))
		for i := range lasts {
			lasts[i] = between(r, 50*time.Millisecond, either(2*time.Second, 30*time.Second))
		}
		cuts.Go(func() {
			for _, d := range lasts {
				c.Leave()
				time.Sleep(d) // the cut
				c.Return()
				time.Sleep(d / 4) // not always enough to come back
			}
		})
	}
	cuts.Wait()
	l.converged(s, newThin(t, people[0]), pages, ada)
}

func TestABanAmongWritesLosesNothingAndStoresNothingAfterIt(t *testing.T) {
	t.Parallel()
	r := chance(t)
	s := newServer(t)
	s.Unlimited()
	people := s.Crowd(5)
	s.Start()
	var pages []*Thin
	for i := range 15 {
		pages = append(pages, thin(t, people[i%len(people)]))
	}
	allLive(t, pages...)
	l := write(t, r, 15, pages[:5]...)
	banned := pages[4]
	eventually(t, "they write", func() bool { return l.Count(ok) > 50 })
	form := url.Values{"kind": {"ban"}, "user": {"5"}, "for": {"24h"}, "reason": {"spam"}}
	if status, err := pages[0].Moderate("/measures", form); status != http.StatusOK || err != nil {
		t.Fatalf("ban: %d, %v", status, err)
	}
	within(t, 2*time.Second, "their pages are sent away", func() bool {
		return banned.StaysAway() && pages[9].StaysAway() && pages[14].StaysAway()
	})
	if status, err := banned.Say("once more"); status != http.StatusUnauthorized {
		t.Errorf("after the ban a post is answered %d, %v", status, err)
	}
	done := l.Count(ok)
	eventually(t, "the others write on", func() bool { return l.Count(ok) > done+50 })
	l.converged(s, newThin(t, people[0]), slices.DeleteFunc(pages, func(c *Thin) bool { return c.Person == people[4] }))
}

func TestWhoMissesThousandsGetsTheNewestInsteadAndCheaply(t *testing.T) {
	// Alone, for it measures.
	s := newServer(t)
	s.Unlimited()
	people := s.Crowd(2)
	s.Start()
	ada := window(t, s)
	ada.LoseServer()
	ada.Returns("p1")
	ada.Until(connected)
	ben := thin(t, people[1])
	allLive(t, ben)
	if status, err := ben.Say("the last before the flood"); err != nil || status != 200 {
		t.Fatalf("got %d, %v", status, err)
	}
	eventually(t, "it is shown", func() bool { return len(ben.Rows()) == 1 })
	ben.Leave()
	s.Kill()
	s.Flood(5000)
	s.Start()
	before := ben.wire.got.Load()
	_, lives := ben.Live()
	ben.Return()
	within(t, time.Minute, "it is back", func() bool { _, again := ben.Live(); return again > lives })
	cost := ben.wire.got.Load() - before
	if t.Logf("it cost %d bytes", cost); cost > 2<<20 {
		t.Errorf("to miss 5,000 messages costs %d bytes, want less than 2 MB", cost)
	}
	ada.Until(connected)
	fresh := newThin(t, people[1])
	if err := fresh.load(); err != nil {
		t.Fatal(err)
	}
	want := fresh.Rows()
	if got := ben.Rows(); len(want) != pageSize || !slices.Equal(got, want) {
		t.Errorf("the page shows %v, a fresh load %v", got, want)
	}
	eventually(t, "Chromium shows the newest", func() bool { return slices.Equal(ada.Rows(), want) })
	// And goes on from there.
	if status, err := ben.Say("the first after the flood"); err != nil || status != 200 {
		t.Fatalf("got %d, %v", status, err)
	}
	ada.Shows("the first after the flood")
}

func TestReconnectsThatRaceWithWritesMissNothing(t *testing.T) {
	// Alone, for its load is all that the machine bears.
	r := chance(t)
	s := newServer(t)
	s.Unlimited()
	if long { // the race detector would leave a fifth of the posts
		s.Shipped()
	}
	people := s.Crowd(20)
	s.Start()
	var writers, readers []*Thin
	for i := range 20 {
		writers = append(writers, thin(t, people[i]))
	}
	for i := range 50 {
		c := thin(t, people[i%len(people)])
		c.keen = true
		readers = append(readers, c)
	}
	allLive(t, append(writers, readers...)...)
	l := write(t, r, either(10, 25), writers...)
	for range either(6, 120) {
		time.Sleep(time.Second) // one writes meanwhile
		for _, c := range readers {
			c.hangUp()
		}
	}
	l.converged(s, newThin(t, people[0]), append(writers, readers...))
	for i, c := range readers {
		if _, lives := c.Live(); lives < 2 {
			t.Errorf("page %d was live %d times", i, lives)
		}
	}
}
