package e2e

import (
	"fmt"
	"slices"
	"testing"
)

func TestAPageWithoutABrowserEndsWithTheSameListAsChromium(t *testing.T) {
	t.Parallel()
	r := chance(t)
	s := newServer(t)
	s.Unlimited()
	people := s.Crowd(2)
	s.History(120)
	s.Start()
	ada := window(t, s)
	ada.LoseServer()
	ada.Returns("p1")
	ada.Until(connected)
	beside, writer := thin(t, people[0]), thin(t, people[1])
	allLive(t, beside, writer)
	// Both have loaded some of the history.
	ada.wheel(-100_000)
	ada.Until(count + ` === 100`)
	beside.Older()
	ok := func(status int, err error) {
		t.Helper()
		if err != nil || status != 200 {
			t.Fatalf("got %d, %v", status, err)
		}
	}
	written := 120
	var mine []int // what the writer may change
	for step := range 40 {
		switch d := r.IntN(20); {
		case d < 9 || len(mine) == 0:
			text := fmt.Sprintf("step %d <b>&amp; *so on*", step)
			ok(writer.Say(text))
			written++
			eventually(t, "the writer sees it", func() bool { rows := writer.Rows(); return rows[len(rows)-1].Seq == written })
			mine = append(mine, written)
		case d < 14:
			ok(writer.Edit(mine[r.IntN(len(mine))], fmt.Sprintf("step %d, edited", step)))
		case d < 16:
			i := r.IntN(len(mine))
			ok(writer.Delete(mine[i]))
			mine = slices.Delete(mine, i, i+1)
		case d < 18:
			beside.hangUp()
		case d == 18:
			beside.Leave()
			ok(writer.Edit(mine[0], fmt.Sprintf("step %d, edited while away", step)))
			beside.Return()
		default:
			s.Kill()
			s.Start()
			ada.Until(connected)
			allLive(t, writer)
		}
	}
	allLive(t, beside)
	ada.Until(connected)
	eventually(t, "both show the same", func() bool { return slices.Equal(ada.Rows(), beside.Rows()) })
	shown := ada.Rows()
	if len(shown) < 100 {
		t.Errorf("they show %d messages, want the 50 that they loaded and what came", len(shown))
	}
	fresh := newThin(t, people[0])
	if err := fresh.load(); err != nil {
		t.Fatal(err)
	}
	if want := fresh.Rows(); !slices.Equal(shown[len(shown)-len(want):], want) {
		t.Errorf("they show %v, a fresh load %v", shown, want)
	}
}
