package live

import (
	"sync"
	"testing"
	"testing/synctest"
)

func TestWhatThisProcessWroteIsSentWithoutAQuestion(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, bus *Local) {
		p := open(t, h, ada, "en")
		join(t, h, j, p, 0)
		asked := j.asked
		write := func(n int) {
			j.add(n)
			j.wrote += n
			h.Moved("room", j.head)
			bus.Publish(Hint{Topic: "room", Rev: j.head})
			synctest.Wait()
		}
		write(1)
		write(2)
		if got, want := p.shows(), "<pulse>"+entries("en", 1, 3); got != want || j.asked != asked {
			t.Errorf("got %s after %d questions, want %s", got, j.asked-asked, want)
		}
		j.add(1) // another process, whose hint is lost
		j.wrote = 0
		write(1)
		if got, want := p.shows(), "<pulse>"+entries("en", 1, 5); got != want || j.asked != asked+1 {
			t.Errorf("got %s after %d questions, want %s", got, j.asked-asked, want)
		}
		j.add(1)
		bus.Publish(Hint{Topic: "room", Rev: j.head}) // another process
		synctest.Wait()
		if got, want := p.shows(), "<pulse>"+entries("en", 1, 6); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		j.broken = 1
		j.wrote = 0
		write(1)
		if got, want := p.shows(), "<pulse>"+entries("en", 1, 7); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestWhoIsRemovedIsSentNothingOfWhatThisProcessWroteLater(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, _ *Local) {
		gone, stays := open(t, h, ada, "en"), open(t, h, ben, "en")
		join(t, h, j, gone, 0)
		join(t, h, j, stays, 0)
		j.remove(ada) // by another process, whose hint is lost
		j.add(1)
		j.wrote = 1
		h.Moved("room", j.head)
		synctest.Wait()
		if got, want := gone.shows(), "<pulse><bye removed>"; got != want {
			t.Errorf("who is removed sees %s, want %s", got, want)
		}
		if got, want := stays.shows(), "<pulse>"+entries("en", 1, 2); got != want {
			t.Errorf("who stays sees %s, want %s", got, want)
		}
	})
}

// Nothing is left over without a hint, a head or another write, whoever comes between
// whom, and with more pages than a writer serves.
func TestManyWhoWriteAtOnceLeaveNothingUnsent(t *testing.T) {
	for _, pages := range []int{1, mostByWriter + 1} {
		run(t, func(t *testing.T, j *journal, h *Hub, _ *Local) {
			var all []*page
			for range pages {
				all = append(all, open(t, h, ada, "en"))
				join(t, h, j, all[len(all)-1], 0)
			}
			j.wrote = 800
			var writers sync.WaitGroup
			for range 8 {
				writers.Go(func() {
					for range 100 {
						j.mu.Lock()
						j.head++
						rev := j.head
						j.mu.Unlock()
						h.Moved("room", rev)
					}
				})
			}
			writers.Wait()
			synctest.Wait()
			for _, p := range all {
				if got, want := p.shows(), "<pulse>"+entries("en", 1, 800); got != want {
					t.Fatalf("with %d pages: got %s, want %s", pages, got, want)
				}
			}
		})
	}
}
