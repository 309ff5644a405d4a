package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/handlers/live"
	"parley/store/storetest"
)

// here is the part of the people panel that lists who is here.
func here(page string) string {
	_, from, _ := strings.Cut(page, `id="people-list"`)
	until, _, _ := strings.Cut(from, "Not here")
	return until
}

func TestWhoUsesNoScriptsIsHereWhileTheyLoadPagesAndFollow(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), unlimited)
	told := make(chan struct{}, 10)
	defer w.server.Bus.Subscribe(func(h live.Hint) {
		if h.Topic == "here/2" {
			told <- struct{}{}
		}
	})()
	ada, ben := w.signUp("ada"), w.signUp("ben")
	if page := ben.get("/rooms/1-lobby").body; !strings.Contains(here(page), "/people/2") {
		t.Error("on his own page he is not here")
	}
	if page := ada.get("/rooms/1-lobby").body; !strings.Contains(here(page), "/people/2") {
		t.Error("others do not see him here")
	}
	// Everybody else is told, too, and when he was here last is noted when he is gone.
	<-told
	ben.post("/logout", nil)
	if page := ada.get("/rooms/1-lobby").body; strings.Contains(here(page), "/people/2") {
		t.Error("he is here when he has signed out")
	}
	<-told
	eventually(t, "it is noted when he was here last", func() bool {
		was, err := w.store.UserByLogin(t.Context(), "ben")
		return err == nil && !was.HereAt.IsZero()
	})

	// A stream that is open says so again and again.
	cleo := w.signUp("cleo")
	ctx, leave := context.WithTimeout(t.Context(), time.Minute)
	defer leave()
	req, err := http.NewRequestWithContext(ctx, "GET", w.http.URL+"/rooms/1/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := cleo.client.Do(req)
	if err != nil || stream.StatusCode != http.StatusOK {
		t.Fatal(stream, err)
	}
	defer stream.Body.Close()
	if page := ada.get("/rooms/1-lobby").body; !strings.Contains(here(page), "/people/3") {
		t.Error("who follows is not here")
	}
}

// heard is what a page was told of who is here.
type heard struct {
	sync.Mutex
	times int
	last  string
}

func (h *heard) listen(c *wire) {
	for {
		_, payload, err := c.next()
		if err != nil {
			return
		}
		h.Lock()
		if _, list, is := strings.Cut(payload, `id="people-list"`); is {
			h.times++
			h.last = list
		}
		h.Unlock()
	}
}

func (h *heard) take() (times int, last string) {
	h.Lock()
	defer h.Unlock()
	times, h.times = h.times, 0
	return times, h.last
}

func TestManyWhoComeOrGoAtOnceAreToldOfInFewFragments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipes()
		w := newWorldAt(t, storetest.SQLite(t), p, p.dial, unlimited)
		const many = 100
		pages, told := make([]*wire, many), make([]heard, many)
		for i := range pages {
			pages[i] = w.signUp(fmt.Sprint("guest", i)).open()
		}
		for i, c := range pages {
			go told[i].listen(c)
			c.say(masked(fin|opText, `{"type":"front"}`))
			c.say(masked(fin|opText, resume))
			time.Sleep(20 * time.Millisecond) // of synctest's clock: one after the other
		}
		settle := func(here int) {
			t.Helper()
			time.Sleep(10 * time.Second) // of synctest's clock
			synctest.Wait()
			for i := range here {
				times, last := told[i].take()
				if times > 5 {
					t.Errorf("page %d was told %d times", i, times)
				}
				if text := strings.Join(strings.Fields(last), " "); !strings.Contains(text, fmt.Sprintf("Here now · %d <", here)) {
					t.Errorf("page %d is told %.200s, want %d", i, text, here)
				}
			}
		}
		settle(many)
		for _, c := range pages[10:] {
			c.Close()
			time.Sleep(20 * time.Millisecond)
		}
		settle(10)
	})
}
