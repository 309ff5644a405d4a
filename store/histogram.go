package store

import (
	"math"
	"sort"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Steps is how many steps a Histogram has.
const Steps = 40

// steps are the upper ends of the steps but the last, which has none: from 100 µs to
// 52 s, two to each doubling, so that a quantile is right to a fifth.
var steps = func() (all [Steps - 1]time.Duration) {
	for i := range all {
		all[i] = time.Duration(float64(100*time.Microsecond) * math.Pow(2, float64(i)/2)).Round(time.Microsecond)
	}
	return all
}()

// StepEnd is up to where step i of a Histogram counts, 0 for the last, which has no end.
func StepEnd(i int) time.Duration {
	if i >= len(steps) {
		return 0
	}
	return steps[i]
}

// Histogram counts how long things took. It takes no lock and allocates nothing. The
// zero value is ready.
type Histogram struct {
	counts [Steps]atomic.Int64
	sum    atomic.Int64
}

// Observe counts one thing that took d.
func (h *Histogram) Observe(d time.Duration) {
	d = max(d, 0) // clocks of two machines differ
	h.counts[sort.Search(len(steps), func(i int) bool { return d <= steps[i] })].Add(1)
	h.sum.Add(int64(d))
}

// Times returns what was counted until now.
func (h *Histogram) Times() (t Times) {
	for i := range h.counts {
		t.Counts[i] = h.counts[i].Load()
	}
	t.Sum = time.Duration(h.sum.Load())
	return t
}

// Times are the counts of a Histogram.
type Times struct {
	Counts [Steps]int64
	Sum    time.Duration
}

// Total is how many things were counted.
func (t Times) Total() (n int64) {
	for _, count := range t.Counts {
		n += count
	}
	return n
}

// plus adds other times by, which is 1 or -1.
func (t Times) plus(other Times, by int64) Times {
	for i, count := range other.Counts {
		t.Counts[i] += by * count
	}
	t.Sum += time.Duration(by) * other.Sum
	return t
}

// Quantile is the time within which the part q of all was done, 0 if there is nothing:
// by its step, between whose ends it is guessed.
func (t Times) Quantile(q float64) time.Duration {
	rank := q * float64(t.Total())
	if rank == 0 {
		return 0
	}
	seen := 0.0
	for i, count := range t.Counts {
		if seen += float64(count); count == 0 || seen < rank {
			continue
		}
		if i >= len(steps) {
			return steps[len(steps)-1]
		}
		from := time.Duration(0)
		if i > 0 {
			from = steps[i-1]
		}
		return steps[i] - time.Duration((seen-rank)/float64(count)*float64(steps[i]-from))
	}
	return 0
}

// text is how the table has it: "SUM STEP:COUNT STEP:COUNT".
func (t Times) text() string {
	b := strconv.AppendInt(nil, int64(t.Sum), 10)
	for i, count := range t.Counts {
		if count != 0 {
			b = strconv.AppendInt(append(b, ' '), int64(i), 10)
			b = strconv.AppendInt(append(b, ':'), count, 10)
		}
	}
	return string(b)
}

func timesOf(text string) (t Times) {
	sum, rest, _ := strings.Cut(text, " ")
	n, _ := strconv.ParseInt(sum, 10, 64) // what cannot be read is nothing
	t.Sum = time.Duration(n)
	for pair := range strings.FieldsSeq(rest) {
		step, count, _ := strings.Cut(pair, ":")
		i, err := strconv.Atoi(step)
		if n, err2 := strconv.ParseInt(count, 10, 64); err == nil && err2 == nil && i >= 0 && i < Steps {
			t.Counts[i] = n
		}
	}
	return t
}
