package store_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"parley/store"
	"parley/store/storetest"
)

// A page's list as the tail keeps it: what is new is added, what changed is replaced
// where it is shown.
type list map[store.Seq]store.Message

func (l list) take(c store.Changes, after store.Rev) {
	for _, m := range c.Messages {
		if _, shown := l[m.Seq]; shown || m.PostedRev > after {
			l[m.Seq] = m
		}
	}
}

func TestWhoReadsTheLogWhileItIsWrittenMissesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben := person(t, s, "ada"), person(t, s, "ben")
		var writers sync.WaitGroup
		for _, who := range []store.User{ada, ben} {
			writers.Go(func() {
				for i := range 150 {
					m, err := s.PostMessage(t.Context(), store.Draft{Room: lobby, Author: who.ID, Key: fmt.Sprint(i), Body: "first"})
					if err == nil {
						_, err = s.EditMessage(t.Context(), lobby, m.Seq, who.ID, "second")
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		written := make(chan struct{})
		go func() { writers.Wait(); close(written) }()
		page, rev := list{}, store.Rev(0)
		for last := false; ; {
			c, err := s.ChangesSince(t.Context(), lobby, rev, 10)
			if err != nil {
				t.Fatal(err)
			}
			page.take(c, rev)
			for _, m := range c.Messages {
				if m.Rev > c.Upto && !(c.More && m.PostedRev <= c.Upto) {
					t.Fatalf("message %d is of revision %d, newer than the read, %d", m.Seq, m.Rev, c.Upto)
				}
			}
			if rev = c.Upto; c.More {
				continue
			}
			if last {
				break
			}
			select {
			case <-written:
				last = true
			default:
			}
		}
		all, err := s.MessagesBefore(t.Context(), lobby, ada.ID, 0, 1000)
		if err != nil || len(all) != 300 || len(page) != 300 {
			t.Fatalf("%d messages, %v; the page has %d", len(all), err, len(page))
		}
		for _, m := range all {
			if page[m.Seq].Body != m.Body || page[m.Seq].Rev != m.Rev {
				t.Errorf("message %d is %q, the page shows %q", m.Seq, m.Body, page[m.Seq].Body)
			}
		}
	})
}

func TestAMessageThatIsChangedWhileItsReadIsCutIsShown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := person(t, s, "ada")
		start, err := s.ChangesSince(t.Context(), lobby, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, body := range []string{"short", strings.Repeat("long ", 1500)} {
			page, rev := list{}, start.Upto
			for i := range 30 {
				post(t, s, ada, fmt.Sprint(len(body), " ", i), body)
			}
			edited, err := s.ChangesSince(t.Context(), lobby, start.Upto, 1000)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range edited.Messages[:3] {
				if _, err := s.EditMessage(t.Context(), lobby, m.Seq, ada.ID, "edited "+body); err != nil {
					t.Fatal(err)
				}
			}
			for more := true; more; {
				c, err := s.ChangesSince(t.Context(), lobby, rev, 10)
				if err != nil {
					t.Fatal(err)
				}
				page.take(c, rev)
				rev, more = c.Upto, c.More
			}
			all, err := s.MessagesBefore(t.Context(), lobby, ada.ID, 0, 30)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range all {
				if page[m.Seq].Body != m.Body {
					t.Errorf("message %d is %.20q, the page shows %.20q", m.Seq, m.Body, page[m.Seq].Body)
				}
			}
			start.Upto = rev
		}
	})
}

func TestAReadThatShowsWhatCameAfterARemovalNamesWhoIsGone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben := person(t, s, "ada"), person(t, s, "ben")
		for i := range 40 {
			if err := s.Join(t.Context(), lobby, ben.ID); err != nil {
				t.Fatal(err)
			}
			room, err := s.AnyRoom(t.Context(), lobby)
			if err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			wg.Go(func() {
				if err := s.Leave(t.Context(), lobby, ben.ID); err != nil {
					t.Error(err)
				}
				post(t, s, ada, fmt.Sprint("after ", i), "not for Ben")
			})
			for range 20 {
				c, err := s.ChangesSince(t.Context(), lobby, room.Rev, 10)
				if err != nil {
					t.Fatal(err)
				}
				if len(c.Messages) > 0 && len(c.Gone) == 0 {
					t.Errorf("a read to %d shows %q and names nobody", c.Upto, c.Messages[0].Body)
				}
			}
			wg.Wait()
		}
	})
}

func TestACutLosesNothingThatWasPostedBeforeItAndChangedAfter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := person(t, s, "ada")
		for i := range 30 {
			post(t, s, ada, fmt.Sprint(i), "first")
		}
		for _, seq := range []store.Seq{2, 5, 30} { // now they come last in the log
			if _, err := s.EditMessage(t.Context(), lobby, seq, ada.ID, "second"); err != nil {
				t.Fatal(err)
			}
		}
		page, rev := list{}, store.Rev(0)
		for more := true; more; {
			c, err := s.ChangesSince(t.Context(), lobby, rev, 10)
			if err != nil || c.Torn {
				t.Fatal(err, c.Torn)
			}
			page.take(c, rev)
			rev, more = c.Upto, c.More
		}
		if len(page) != 30 || page[2].Body != "second" || page[30].Body != "second" {
			t.Errorf("the page has %d messages; the second is %q, the last %q", len(page), page[2].Body, page[30].Body)
		}
		// Everything was changed in an order of its own: no frame can lead there.
		for seq := store.Seq(30); seq > 0; seq-- {
			if _, err := s.EditMessage(t.Context(), lobby, seq, ada.ID, "third"); err != nil {
				t.Fatal(err)
			}
		}
		c, err := s.ChangesSince(t.Context(), lobby, 0, 10)
		if head, _ := s.AnyRoom(t.Context(), lobby); err != nil || !c.Torn || c.Upto != head.Rev {
			t.Errorf("got %+v, %v, want a torn read up to %d", c, err, head.Rev)
		}
	})
}
