package live

import (
	"context"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const (
	ada Person = 1
	ben Person = 2
)

// run runs fn in a bubble with a hub on an empty journal, and ends the hub after it.
func run(t *testing.T, fn func(t *testing.T, j *journal, h *Hub, bus *Local)) {
	synctest.Test(t, func(t *testing.T) {
		j, bus := newJournal(), &Local{}
		h := j.hub(bus)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { h.Run(ctx); close(ended) }()
		synctest.Wait()
		fn(t, j, h, bus)
		cancel()
		<-ended
		h.Close(t.Context(), Restart, "restart")
	})
}

func join(t *testing.T, h *Hub, j *journal, p *page, rev Rev) {
	t.Helper()
	if err := h.Join(t.Context(), p.Member, string(p.Audience), j.read(p.Audience, rev)); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

func TestEveryViewerIsSentEachChangeOnceInTheirAudience(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, bus *Local) {
		j.add(2)
		here, there := open(t, h, ada, "en"), open(t, h, ben, "de")
		join(t, h, j, here, 0)
		join(t, h, j, there, 1)
		for range 7 {
			j.add(5)
			bus.Publish(Hint{Topic: "room"})
		}
		synctest.Wait()
		if got, want := here.shows(), "<en1><en2><pulse>"+entries("en", 3, 37); got != want {
			t.Errorf("Ada sees %s, want %s", got, want)
		}
		if got, want := there.shows(), "<de2><pulse>"+entries("de", 3, 37); got != want {
			t.Errorf("Ben sees %s, want %s", got, want)
		}
	})
}

func TestAChangeDuringTheResumeArrivesAfterIt(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, bus *Local) {
		other := open(t, h, ben, "en")
		join(t, h, j, other, 0)
		p := open(t, h, ada, "en")
		err := h.Join(t.Context(), p.Member, "", func(ctx context.Context) (Answer, error) {
			a, err := j.read("en", 0)(ctx)
			j.add(25) // more than one read shows
			bus.Publish(Hint{Topic: "room"})
			synctest.Wait()
			return a, err
		})
		if err != nil {
			t.Fatal(err)
		}
		j.add(1)
		bus.Publish(Hint{Topic: "room"})
		synctest.Wait()
		if got, want := p.shows(), entries("en", 1, 25)+"<pulse>"+entries("en", 26, 26); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestASecondResumeIsNotOvertakenByNewerFrames(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, bus *Local) {
		p := open(t, h, ada, "en")
		join(t, h, j, p, 0)
		err := h.Join(t.Context(), p.Member, "", func(ctx context.Context) (Answer, error) {
			a, err := j.read("en", 0)(ctx)
			j.add(1)
			bus.Publish(Hint{Topic: "room"})
			synctest.Wait()
			return a, err
		})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got, want := p.shows(), "<pulse><pulse><en1>"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestALostHintHealsByTheHeads(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, _ *Local) {
		p := open(t, h, ada, "en")
		join(t, h, j, p, 0)
		j.add(1)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got, want := p.shows(), "<pulse><en1>"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestARemovedViewerIsSentNothingOfALaterRevision(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, bus *Local) {
		gone, stays := open(t, h, ada, "en"), open(t, h, ben, "en")
		join(t, h, j, gone, 0)
		join(t, h, j, stays, 0)
		j.remove(ada)
		j.add(1)
		bus.Publish(Hint{Topic: "room"})
		<-gone.done
		synctest.Wait()
		if got, want := gone.shows(), "<pulse><bye removed>"; got != want || gone.closedWith() != Revoked {
			t.Errorf("who is removed sees %s and %d, want %s and %d", got, gone.closedWith(), want, Revoked)
		}
		if got, want := stays.shows(), "<pulse><en1><en2>"; got != want {
			t.Errorf("who stays sees %s, want %s", got, want)
		}
	})
}

// gated is a browser's end that takes nothing until the gate is open.
type gated struct {
	net.Conn
	gate chan struct{}
}

func (g gated) Read(b []byte) (int, error) {
	<-g.gate
	return g.Conn.Read(b)
}

func TestWhatWaitsForAViewerWhoIsRemovedIsNotSentAnyMore(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, bus *Local) {
		here, there := net.Pipe()
		gate := make(chan struct{})
		gone := enter(t, h, Viewer{Person: ada, Topic: "room", Audience: "en"}, here, gated{there, gate})
		join(t, h, j, gone, 0)
		for range 3 {
			j.add(1)
			bus.Publish(Hint{Topic: "room"})
			synctest.Wait()
		}
		if n := gone.socket.Pending(); n < len(entries("en", 1, 3)) {
			t.Fatalf("only %d bytes wait", n)
		}
		j.remove(ada)
		bus.Publish(Hint{Topic: "room"})
		synctest.Wait()
		close(gate)
		<-gone.done
		if got := gone.shows(); strings.Contains(got, "<en") || !strings.HasSuffix(got, "<bye removed>") || gone.closedWith() != Revoked {
			t.Errorf("who is removed sees %s and %d", got, gone.closedWith())
		}
	})
}

func TestARemovalDuringTheResumeIsNoticed(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, bus *Local) {
		other, p := open(t, h, ben, "en"), open(t, h, ada, "en")
		join(t, h, j, other, 0)
		err := h.Join(t.Context(), p.Member, "", func(ctx context.Context) (Answer, error) {
			a, err := j.read("en", 0)(ctx)
			j.remove(ada)
			j.add(1)
			bus.Publish(Hint{Topic: "room"})
			synctest.Wait()
			return a, err
		})
		if err != nil {
			t.Fatal(err)
		}
		<-p.done
		if got, want := p.shows(), "<bye removed>"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestARevokedViewerIsToldWhyAtOnceByHintAndSoonWithout(t *testing.T) {
	for _, hinted := range []bool{true, false} {
		run(t, func(t *testing.T, j *journal, h *Hub, bus *Local) {
			p, other := open(t, h, ada, "en"), open(t, h, ben, "en")
			join(t, h, j, p, 0)
			join(t, h, j, other, 0)
			start := time.Now()
			j.end(ada, "signed out")
			if hinted {
				bus.Publish(Hint{Person: ada})
			}
			<-p.done
			took, most := time.Since(start), 5*time.Second
			if hinted {
				most = time.Second
			}
			if got, want := p.shows(), "<pulse><bye signed out>"; got != want || p.closedWith() != Revoked || took > most {
				t.Errorf("hinted %v: got %s and %d after %v, want %s", hinted, got, p.closedWith(), took, want)
			}
			if other.closedWith() != 0 {
				t.Error("the other was closed too")
			}
		})
	}
}

func TestAnActOfAnotherProcessEndsPagesWithinASecondAndIsAskedAboutOnce(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, _ *Local) {
		for round := range 3 {
			p, other := open(t, h, ada, "en"), open(t, h, ben, "en")
			join(t, h, j, p, 0)
			join(t, h, j, other, 0)
			time.Sleep(time.Duration(round) * 1300 * time.Millisecond)
			start := time.Now()
			j.act(ada, "signed out")
			<-p.done
			if took := time.Since(start); p.closedWith() != Revoked || took > time.Second {
				t.Errorf("closed with %d after %v, want %d within a second", p.closedWith(), took, Revoked)
			}
			if other.closedWith() != 0 {
				t.Error("the other was closed too")
			}
			j.end(ada, "") // she signs in again
		}
		before := j.checked
		time.Sleep(3 * time.Second)
		if more := j.checked - before; more > 1 {
			t.Errorf("asked %d times in 3 s in which nothing happened, want at most 1", more)
		}
	})
}

func TestAnAnswerIsNotSentToOneWhoseSessionEndedBeforeIt(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, _ *Local) {
		j.add(1)
		p := open(t, h, ada, "en")
		j.end(ada, "signed out")
		if err := h.Join(t.Context(), p.Member, "", j.read("en", 0)); err != nil {
			t.Fatal(err)
		}
		<-p.done
		if got, want := p.shows(), "<bye signed out>"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestEqualResumesShareOneRead(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, _ *Local) {
		j.add(1)
		hold := make(chan struct{})
		var pages []*page
		for i := range 100 {
			p := open(t, h, Person(i+1), "en")
			pages = append(pages, p)
			go h.Join(t.Context(), p.Member, "same", func(ctx context.Context) (Answer, error) {
				<-hold
				return j.read("en", 0)(ctx)
			})
		}
		synctest.Wait()
		close(hold)
		synctest.Wait()
		if j.reads != 1 {
			t.Errorf("got %d reads, want 1", j.reads)
		}
		for _, p := range pages {
			if got, want := p.shows(), "<en1><pulse>"; got != want {
				t.Fatalf("got %s, want %s", got, want)
			}
		}
	})
}

func TestEqualResumesAfterARestartCostFewReadsHoweverManyTheyAre(t *testing.T) {
	for _, written := range []int{0, 8} { // while they come back, over 4 s
		run(t, func(t *testing.T, j *journal, h *Hub, bus *Local) {
			j.add(3)
			const pages = 1000
			all := make([]*page, pages)
			for i := range all {
				if written > 0 && i%(pages/written) == 1 {
					j.add(1)
					bus.Publish(Hint{Topic: "room"})
					synctest.Wait()
				}
				all[i] = open(t, h, Person(i+1), "en")
				join(t, h, j, all[i], 0)
				time.Sleep(4 * time.Second / pages)
			}
			if most := 5 + written; j.reads > most {
				t.Errorf("%d pages that say the same while %d are written cost %d reads, want at most %d", pages, written, j.reads, most)
			}
			j.add(1)
			bus.Publish(Hint{Topic: "room"})
			synctest.Wait()
			for i, p := range all {
				if got, want := strings.ReplaceAll(p.shows(), "<pulse>", ""), entries("en", 1, 4+written); got != want {
					t.Fatalf("page %d shows %s, want %s", i, got, want)
				}
			}
		})
	}
}

func TestAnAnswerIsKeptForOthersAMomentAndNoMoreThanFits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a answers
		reads := 0
		ask := func(key string, size int) {
			t.Helper()
			_, err := a.to(t.Context(), key, func(Answer) bool { return true }, func(context.Context) (Answer, error) {
				reads++
				return Answer{Frame: make([]byte, size)}, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		ask("large", answersBytes-300)
		ask("too much", 1000)
		ask("too much", 1000)
		ask("large", 0)
		if reads != 3 {
			t.Errorf("got %d reads, want 3", reads)
		}
		time.Sleep(answersFor)
		if a.forget(); a.kept != nil || a.bytes != 0 {
			t.Errorf("%d bytes are kept for too long", a.bytes)
		}
		ask("large", 10)
		if reads != 4 {
			t.Errorf("got %d reads, want 4", reads)
		}
	})
}

func TestAReadThatFailsIsTriedAgainWithoutLoss(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, bus *Local) {
		p := open(t, h, ada, "en")
		join(t, h, j, p, 0)
		j.mu.Lock()
		j.broken = 5
		j.mu.Unlock()
		j.add(3)
		bus.Publish(Hint{Topic: "room"})
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got, want := p.shows(), "<pulse><en1><en2><en3>"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestALogThatWentBackRenewsEveryPage(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, _ *Local) {
		j.add(5)
		p := open(t, h, ada, "en")
		join(t, h, j, p, 5)
		j.add(-3)
		<-p.done
		if p.closedWith() != Restart {
			t.Errorf("got close code %d, want %d", p.closedWith(), Restart)
		}
	})
}

func TestAChangeThatNoFrameLeadsToRenewsEveryPage(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, bus *Local) {
		p := open(t, h, ada, "en")
		join(t, h, j, p, 0)
		j.add(5)
		j.mu.Lock()
		j.torn = true
		j.mu.Unlock()
		bus.Publish(Hint{Topic: "room"})
		<-p.done
		if p.closedWith() != Restart {
			t.Errorf("got close code %d, want %d", p.closedWith(), Restart)
		}
	})
}

func TestAPageThatGrewTooLongIsRenewed(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, bus *Local) {
		p := open(t, h, ada, "en")
		join(t, h, j, p, 0)
		j.add(1001)
		bus.Publish(Hint{Topic: "room"})
		<-p.done
		if p.closedWith() != Restart {
			t.Errorf("got close code %d, want %d", p.closedWith(), Restart)
		}
	})
}

func TestEveryPageHearsThePulse(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, _ *Local) {
		p := open(t, h, ada, "en")
		join(t, h, j, p, 0)
		time.Sleep(61 * time.Second)
		synctest.Wait()
		if got := strings.Count(p.shows(), "<pulse>"); got != 4 {
			t.Errorf("got %d pulses, want the answer's and three", got)
		}
	})
}

func TestClosingTellsEveryoneAndAdmitsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJournal()
		h := j.hub(&Local{})
		p := open(t, h, ada, "en")
		join(t, h, j, p, 0)
		h.Close(t.Context(), Restart, "restart")
		<-p.done
		if p.closedWith() != Restart {
			t.Errorf("got close code %d, want %d", p.closedWith(), Restart)
		}
		if _, err := h.Enter(Viewer{}, p.socket); err != ErrClosing {
			t.Errorf("got %v, want ErrClosing", err)
		}
		if theirs, all := h.Count(ada); theirs != 0 || all != 0 {
			t.Errorf("%d and %d are left", theirs, all)
		}
	})
}

func TestOnePersonHasOnlySoManySocketsHere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHub(Config{MostSockets: 2})
		var pages []*page
		for range 2 {
			pages = append(pages, open(t, h, ada, "en"))
		}
		if _, err := h.Enter(Viewer{Person: ada}, pages[0].socket); err != ErrTooMany {
			t.Errorf("got %v, want ErrTooMany", err)
		}
		pages = append(pages, open(t, h, ben, "en"))
		for _, p := range pages {
			p.socket.Kill()
		}
		synctest.Wait()
	})
}
