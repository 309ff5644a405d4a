package views

import (
	"context"
	"math"
	"strconv"
	"time"

	"parley/store"
	"parley/views/words"
)

// Figures are what is going on, of all processes together.
type Figures struct {
	Now       store.Figure // of about the last minute
	Processes int
	Version   string
	Up        time.Duration // of the process that answers
}

// Charts are what was going on in a range that ends at Now.
type Charts struct {
	Range   store.Range
	Now     time.Time
	Figures []store.Figure // one for each step in which something was measured
}

// unit is what a value is counted in.
type unit int

const (
	asCount unit = iota
	asTime
	asBytes
)

// measure is one card of the overview: one number and its chart, or two.
type measure struct {
	ID       string
	Title    string
	Sentence string // what it means
	unit     unit
	lines    []measureLine
}

// line is one value of a measure. It is not there where nothing was measured.
type measureLine struct {
	Word string // "" where it is the only one
	of   func(store.Figure) (value float64, is bool)
}

func always(of func(store.Figure) int64) func(store.Figure) (float64, bool) {
	return func(f store.Figure) (float64, bool) { return float64(of(f)), true }
}

func perTime(d time.Duration, of func(store.Figure) int64) func(store.Figure) (float64, bool) {
	return func(f store.Figure) (float64, bool) { return f.Per(d, of(f)), true }
}

func quantile(q float64, of func(store.Figure) store.Times) func(store.Figure) (float64, bool) {
	return func(f store.Figure) (float64, bool) {
		times := of(f)
		return times.Quantile(q).Seconds(), times.Total() > 0
	}
}

func deliveryTimes(f store.Figure) store.Times { return f.Delivery }

func writeTimes(f store.Figure) store.Times { return f.Write }

func commitGroup(f store.Figure) (float64, bool) {
	return float64(f.Writes) / float64(max(f.Commits, 1)), f.Commits > 0
}

// Formats that are the same in every language but for how numbers are written.
const (
	wholeNumber = "%d"
	oneDecimal  = "%.1f"
)

// amount is a value as people read it.
func amount(ctx context.Context, value float64, u unit) string {
	number := func(v float64) string {
		if v >= 9.95 || v == math.Trunc(v) {
			return words.Say(ctx, wholeNumber, int64(math.Round(v)))
		}
		return words.Say(ctx, oneDecimal, v)
	}
	switch u {
	case asTime:
		switch {
		case value >= 1:
			return number(value) + " s"
		case value > 0 && value < 0.0001:
			return "< " + number(0.1) + " ms"
		}
		return number(value*1000) + " ms"
	case asBytes:
		for _, size := range []struct {
			of   float64
			name string
		}{{1e9, " GB"}, {1e6, " MB"}, {1e3, " kB"}} {
			if value >= size.of {
				return number(value/size.of) + size.name
			}
		}
		return number(value) + " B"
	}
	return number(value)
}

// unmeasured stands where nothing was measured.
const unmeasured = "–"

func (l measureLine) shown(ctx context.Context, f store.Figure, u unit) string {
	value, is := l.of(f)
	if !is {
		return unmeasured
	}
	return amount(ctx, value, u)
}

// The size of a chart in its own units; it is stretched to its card.
const (
	chartWidth  = 300.0
	chartHeight = 64.0
)

// top is the end of the chart's scale: the least round number that is not less than any
// value.
func (c Charts) top(m measure) float64 {
	most := 0.0
	for _, f := range c.Figures {
		for _, l := range m.lines {
			if value, is := l.of(f); is {
				most = max(most, value)
			}
		}
	}
	return roundUp(most, m.unit)
}

func roundUp(most float64, u unit) float64 {
	if most <= 0 {
		if u == asTime {
			return 0.001
		}
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(most)))
	for _, step := range []float64{1, 1.5, 2, 3, 4, 5, 6, 8} {
		if most <= step*power*1.000001 {
			return step * power
		}
	}
	return 10 * power
}

// path is the line of a chart as SVG has it, through the middle of each step, in pieces
// where nothing was measured; area is the same down to the ground.
func (c Charts) path(l measureLine, top float64, area bool) string {
	var b []byte
	point := func(command byte, x, y float64) {
		b = strconv.AppendFloat(append(b, command), x, 'f', 1, 64)
		b = strconv.AppendFloat(append(b, ' '), y, 'f', 1, 64)
	}
	first := c.Range.First(c.Now)
	wide := chartWidth * float64(c.Range.Step) / float64(c.Range.Length)
	var begun, x, y float64 // of the piece under way
	end := func() {
		switch {
		case b == nil:
		case area:
			point('L', x, chartHeight)
			point('L', begun, chartHeight)
			b = append(b, 'Z')
		case x == begun: // alone it is a line, too
			point('L', x+wide/2, y)
		}
	}
	last := time.Time{}
	for _, f := range c.Figures {
		value, is := l.of(f)
		if !is {
			continue
		}
		at := wide * (0.5 + float64(f.At.Sub(first))/float64(c.Range.Step))
		command := byte('L')
		if last.IsZero() || f.At.Sub(last) > c.Range.Step {
			end()
			command, begun = 'M', at
		}
		y = chartHeight - (chartHeight-2)*value/top
		point(command, at, y)
		x, last = at, f.At
	}
	end()
	return string(b)
}

// moment is the time of a step, in zone.
func (c Charts) moment(ctx context.Context, at time.Time, zone *time.Location) string {
	at = at.In(zone)
	if c.Range.Length > 24*time.Hour {
		return words.Date(ctx, at) + at.Format(", 15:04")
	}
	return at.Format("15:04")
}

// dropped is how many sockets were dropped in the range, by why, in the order of dropReasons;
// what is unmeasured of these is the last.
func (c Charts) dropped() []droppedFor {
	counts := map[string]int64{}
	for _, f := range c.Figures {
		for why, n := range f.Dropped {
			counts[why] += n
		}
	}
	var all []droppedFor
	for _, r := range dropReasons {
		if n := counts[r.why]; n > 0 {
			all = append(all, droppedFor{r.Word, n})
		}
		delete(counts, r.why)
	}
	other := int64(0)
	for _, n := range counts {
		other += n
	}
	if other > 0 {
		all = append(all, droppedFor{otherDropReason.Word, other})
	}
	return all
}

type droppedFor struct {
	Word  string
	Count int64
}

// reason is why a socket was dropped, as the live core says it, and in plain words.
type dropReason struct{ why, Word string }

// uptime is d in its largest two units.
func uptime(ctx context.Context, d time.Duration) string {
	minutes := int(d / time.Minute)
	switch {
	case minutes < 1:
		return say(ctx, "less than a minute")
	case minutes < 60:
		return say(ctx, "%d min", minutes)
	case minutes < 24*60:
		return say(ctx, "%d h %d min", minutes/60, minutes%60)
	}
	return say(ctx, "%d d %d h", minutes/60/24, minutes/60%24)
}
