package store_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"parley/store"
	"parley/store/storetest"
)

// noon is a Wednesday's.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func times(all ...time.Duration) store.Times {
	var h store.Histogram
	for _, d := range all {
		h.Observe(d)
	}
	return h.Times()
}

// minute is one of a process: a post that three pages were sent.
func minute(at time.Time, node string) store.Figure {
	return store.Figure{At: at, Node: node, Span: time.Minute, People: 2, Sockets: 3, QueueBytes: 10, DatabaseBytes: 4096, MemoryBytes: 1000, Goroutines: 9,
		Posts: 1, Deliveries: 3, Resumes: 1, Commits: 2, Writes: 4, Dropped: map[string]int64{"too slow": 1},
		Delivery: times(3 * time.Millisecond), Write: times(time.Millisecond, 2*time.Millisecond)}
}

func keep(t *testing.T, s *store.Store, now time.Time, all ...store.Figure) {
	t.Helper()
	for _, f := range all {
		if err := s.KeepFigure(t.Context(), f, now); err != nil {
			t.Fatal(err)
		}
	}
}

func figures(t *testing.T, s *store.Store, r store.Range, now time.Time) []store.Figure {
	t.Helper()
	all, err := s.Figures(t.Context(), r, now)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAMinuteIsKeptAsItWasMeasured(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		want := minute(noon, "a")
		keep(t, s, noon.Add(time.Minute), want, want) // twice is once
		all := figures(t, s, store.LastHour, noon.Add(time.Minute))
		if want.Node = ""; len(all) != 1 || fmt.Sprint(all[0]) != fmt.Sprint(want) {
			t.Errorf("got %v, want %v", all, want)
		}
	})
}

func TestWhatSeveralProcessesMeasuredInAMinuteIsSummedUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		keep(t, s, noon.Add(2*time.Minute), minute(noon, "a"), minute(noon, "b"), minute(noon.Add(time.Minute), "b"))
		all := figures(t, s, store.LastHour, noon.Add(2*time.Minute))
		if len(all) != 2 || all[0].Posts != 2 || all[0].Sockets != 6 || all[0].DatabaseBytes != 4096 || all[0].Dropped["too slow"] != 2 || all[0].Write.Total() != 4 || all[1].Posts != 1 {
			t.Errorf("got %v", all)
		}
		others, err := s.FiguresOfOthers(t.Context(), "a", noon.Add(2*time.Minute))
		if err != nil || len(others) != 1 || !others[0].At.Equal(noon.Add(time.Minute)) {
			t.Errorf("beside a: %v, %v", others, err)
		}
		if others, err = s.FiguresOfOthers(t.Context(), "a", noon.Add(time.Hour)); err != nil || len(others) != 0 {
			t.Errorf("an hour later: %v, %v", others, err)
		}
	})
}

func TestMinutesAreThinnedToHoursAndForgottenAfterAWeek(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		busy := minute(noon.Add(20*time.Minute), "a")
		busy.People = 7
		keep(t, s, noon.Add(time.Minute), minute(noon, "a"), minute(noon, "b"))
		keep(t, s, noon.Add(21*time.Minute), busy)
		// The hour is still under way: the week shows it of its minutes.
		check := func(when string, r store.Range, now time.Time, rows int, posts int64) {
			t.Helper()
			all := figures(t, s, r, now)
			var n int64
			for _, f := range all {
				n += f.Posts
			}
			if len(all) != rows || n != posts {
				t.Errorf("%s: the last %s has %d figures with %d posts, want %d with %d", when, r.Name, len(all), n, rows, posts)
			}
		}
		check("under way", store.LastWeek, noon.Add(30*time.Minute), 1, 3)
		check("under way", store.LastDay, noon.Add(30*time.Minute), 2, 3)

		later := noon.Add(62 * time.Minute)
		keep(t, s, later, minute(later.Add(-time.Minute), "a"))
		hour := figures(t, s, store.LastWeek, later)[0]
		if hour.Posts != 3 || hour.People != 7 || hour.Span != 2*time.Minute || !hour.At.Equal(noon) || hour.Delivery.Total() != 3 || !maps.Equal(hour.Dropped, map[string]int64{"too slow": 3}) {
			t.Errorf("got the hour %+v", hour)
		}
		check("the next hour", store.LastWeek, later, 2, 4)
		check("the next hour", store.LastDay, later, 3, 4)

		// A pause of two days: the hour that was under way is summed up afterwards.
		paused := noon.Add(50 * time.Hour)
		keep(t, s, paused, minute(paused.Add(-time.Minute), "a"))
		check("after a pause", store.LastWeek, paused, 3, 5)
		check("after a pause", store.LastDay, paused, 1, 1)

		week := noon.Add(8*24*time.Hour + time.Hour)
		keep(t, s, week, minute(week.Add(-time.Minute), "a"))
		check("a week later", store.LastWeek, week, 2, 2)
		// What is too old is gone, and not only left out.
		check("a week later, seen from before", store.LastWeek, later, 0, 0)
	})
}

func TestAQuantileIsRightToAFifth(t *testing.T) {
	var h store.Histogram
	for i := range 1000 {
		h.Observe(time.Duration(i+1) * time.Millisecond)
	}
	h.Observe(-time.Second) // a clock that is ahead
	for q, want := range map[float64]time.Duration{0.5: 500 * time.Millisecond, 0.99: 990 * time.Millisecond} {
		if got := h.Times().Quantile(q); got < want*4/5 || got > want*6/5 {
			t.Errorf("quantile %v: got %v, want about %v", q, got, want)
		}
	}
	if got := (store.Times{}).Quantile(0.99); got != 0 {
		t.Errorf("of nothing: got %v", got)
	}
	if got := times(time.Hour).Quantile(0.5); got < 50*time.Second {
		t.Errorf("of an hour: got %v", got)
	}
	if n := testing.AllocsPerRun(100, func() { h.Observe(time.Millisecond) }); n != 0 {
		t.Errorf("counting allocates %v times", n)
	}
}

func TestTheStoreCountsItsCommitsAndHowLongWritesTake(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := person(t, s, "ada")
		commits, writes, before := s.Work()
		for i := range 5 {
			if _, err := s.PostMessage(t.Context(), store.Draft{Room: lobby, Author: ada.ID, Key: fmt.Sprint(i), Body: "hello"}); err != nil {
				t.Fatal(err)
			}
		}
		_, err := s.PostMessage(t.Context(), store.Draft{Room: 99, Author: ada.ID, Key: "x", Body: "hello"})
		if err == nil {
			t.Fatal("there is a room 99")
		}
		afterCommits, afterWrites, after := s.Work()
		if afterCommits-commits != 5 || afterWrites-writes != 5 || after.Total()-before.Total() != 5 || after.Sum <= before.Sum {
			t.Errorf("of 5 writes: %d commits, %d writes, %d times", afterCommits-commits, afterWrites-writes, after.Total()-before.Total())
		}
		if size, err := s.Size(t.Context()); err != nil || size < 4096 {
			t.Errorf("the database has %d bytes, %v", size, err)
		}
	})
}

func TestTheDemoHasAWeekOfFigures(t *testing.T) {
	s := storetest.SQLite(t)
	now := time.Date(2026, 11, 25, 15, 20, 30, 0, time.UTC)
	if err := s.Demo(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	for _, r := range store.Ranges {
		all := figures(t, s, r, now)
		var posts int64
		for _, f := range all {
			posts += f.Posts
		}
		if steps := int(r.Length / r.Step); len(all) < steps-3 || len(all) > steps || posts < 10 {
			t.Errorf("the last %s has %d figures of %d, with %d posts", r.Name, len(all), steps, posts)
		}
	}
}
