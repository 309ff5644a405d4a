package store

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Figure is what was measured in a span of time, of one process or of all.
type Figure struct {
	At   time.Time // when the span begins
	Span time.Duration
	Node string // whose it is; "": of all

	// At its end; of a longer time the most.
	People        int64 // with an open page
	Sockets       int64
	QueueBytes    int64 // that wait in sockets
	DatabaseBytes int64
	MemoryBytes   int64
	Goroutines    int64

	// In the span.
	Posts      int64
	Deliveries int64 // messages times the pages that they were sent to
	Resumes    int64 // pages that came back, or came
	Commits    int64
	Writes     int64            // that were confirmed by the Commits
	Dropped    map[string]int64 // sockets that the server closed, by why
	Delivery   Times            // from a post to the last page that it was sent to
	Write      Times            // from asking for a write to its confirmation
}

// DroppedTotal is how many sockets were dropped for any reason.
func (f Figure) DroppedTotal() (n int64) {
	for _, count := range f.Dropped {
		n += count
	}
	return n
}

// Per is how often something that happened n times in the span happens in d.
func (f Figure) Per(d time.Duration, n int64) float64 {
	if f.Span <= 0 {
		return 0
	}
	return float64(n) * float64(d) / float64(f.Span)
}

// Since is what was counted after earlier, of two figures that count from the start of a
// process; what is measured at a moment is f's.
func (f Figure) Since(earlier Figure) Figure { return f.plus(earlier, -1) }

// Beside adds what another process measured in the same span. The database is the same.
func (f Figure) Beside(other Figure) Figure {
	sum := f.plus(other, 1)
	sum.People += other.People
	sum.Sockets += other.Sockets
	sum.QueueBytes += other.QueueBytes
	sum.MemoryBytes += other.MemoryBytes
	sum.Goroutines += other.Goroutines
	sum.DatabaseBytes = max(f.DatabaseBytes, other.DatabaseBytes)
	sum.Span = max(f.Span, other.Span)
	return sum
}

// then adds what was measured in a later span.
func (f Figure) then(later Figure) Figure {
	sum := f.plus(later, 1)
	sum.People = max(f.People, later.People)
	sum.Sockets = max(f.Sockets, later.Sockets)
	sum.QueueBytes = max(f.QueueBytes, later.QueueBytes)
	sum.MemoryBytes = max(f.MemoryBytes, later.MemoryBytes)
	sum.Goroutines = max(f.Goroutines, later.Goroutines)
	sum.DatabaseBytes = max(f.DatabaseBytes, later.DatabaseBytes)
	sum.Span = f.Span + later.Span
	return sum
}

func (f Figure) plus(other Figure, by int64) Figure {
	f.Posts += by * other.Posts
	f.Deliveries += by * other.Deliveries
	f.Resumes += by * other.Resumes
	f.Commits += by * other.Commits
	f.Writes += by * other.Writes
	f.Delivery = f.Delivery.plus(other.Delivery, by)
	f.Write = f.Write.plus(other.Write, by)
	dropped := maps.Clone(f.Dropped)
	for why, n := range other.Dropped {
		if dropped == nil {
			dropped = map[string]int64{}
		}
		if dropped[why] += by * n; dropped[why] == 0 {
			delete(dropped, why)
		}
	}
	f.Dropped = dropped
	return f
}

// Range is a time that ends now, in steps.
type Range struct {
	Name   string
	Length time.Duration
	Step   time.Duration
}

// The ranges that figures are kept for.
var (
	LastHour = Range{"hour", time.Hour, time.Minute}
	LastDay  = Range{"day", 24 * time.Hour, 15 * time.Minute}
	LastWeek = Range{"week", 7 * 24 * time.Hour, time.Hour}
)

// Ranges are all of them, the shortest first.
var Ranges = []Range{LastHour, LastDay, LastWeek}

// First is the beginning of the first step of a range that ends at now.
func (r Range) First(now time.Time) time.Time { return now.Add(-r.Length).Truncate(r.Step).Add(r.Step) }

// The grains of the table, in seconds. What is shown of a day is read from its quarters of
// an hour, for several processes have thousands of minutes.
const (
	minuteGrain  = 60
	quarterGrain = 900
	hourGrain    = 3600
)

// Figures returns what all processes together measured in the range that ends at now: a
// Figure for each step in which something was, the oldest first.
func (s *Store) Figures(ctx context.Context, r Range, now time.Time) ([]Figure, error) {
	from := r.First(now)
	var all []Figure
	if r.Step > time.Minute {
		var err error
		if all, err = s.figures(ctx, int(r.Step/time.Second), from, now); err != nil {
			return nil, err
		}
		if len(all) > 0 {
			from = all[len(all)-1].At.Add(r.Step)
		}
		from = maxTime(from, now.Add(-minutesKept)) // what is not summed up yet
	}
	minutes, err := s.figures(ctx, minuteGrain, from, now)
	return append(all, inSteps(beside(minutes), r.Step)...), err
}

// FiguresOfOthers returns what each process but node measured in its last minute, if
// that was a short time ago.
func (s *Store) FiguresOfOthers(ctx context.Context, node string, now time.Time) ([]Figure, error) {
	rows, err := s.figures(ctx, minuteGrain, now.Add(-otherWithin), now)
	newest := map[string]Figure{}
	for _, f := range rows {
		if f.Node != node {
			newest[f.Node] = f
		}
	}
	return slices.Collect(maps.Values(newest)), err
}

// otherWithin is how long ago a minute began, at most, that says how another process is.
const otherWithin = 150 * time.Second

// beside sums up those of the same time; rows are in the order of their times.
func beside(rows []Figure) []Figure {
	var all []Figure
	for _, f := range rows {
		if last := len(all) - 1; last >= 0 && all[last].At.Equal(f.At) {
			all[last] = all[last].Beside(f)
			continue
		}
		f.Node = ""
		all = append(all, f)
	}
	return all
}

// inSteps sums up the minutes of each step.
func inSteps(minutes []Figure, step time.Duration) []Figure {
	var all []Figure
	for _, f := range minutes {
		at := f.At.Truncate(step)
		if last := len(all) - 1; last >= 0 && all[last].At.Equal(at) {
			all[last] = all[last].then(f)
			continue
		}
		f.At = at
		all = append(all, f)
	}
	return all
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

const (
	minutesKept = 25 * time.Hour
	hoursKept   = 7*24*time.Hour + time.Hour
	// lateMinutes is how long after its end a time is summed up: other processes may
	// be a little late.
	lateMinutes = 2 * time.Minute
)

// KeepFigure keeps what one process measured in a minute, sums up the times that are
// over at now, and forgets what is too old: minutes after a day, hours after a week.
func (s *Store) KeepFigure(ctx context.Context, f Figure, now time.Time) error {
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		if err := insertFigure(ctx, tx, minuteGrain, f); err != nil {
			return err
		}
		return sumUp(ctx, tx, now)
	})
}

// sumUp makes the quarters and hours that are over of their minutes, after a pause all
// that it has missed. Two processes that do it at once make the same.
func sumUp(ctx context.Context, tx *transaction, now time.Time) error {
	for _, sum := range []struct {
		grain int
		kept  time.Duration
	}{{quarterGrain, minutesKept}, {hourGrain, hoursKept}} {
		step := time.Duration(sum.grain) * time.Second
		var newest int64
		if err := tx.GetContext(ctx, &newest, newestFigure, sum.grain); err != nil {
			return err
		}
		var rows []figureRow
		if err := tx.SelectContext(ctx, &rows, figuresBetween, minuteGrain, newest+step.Microseconds(), micros(now.Add(-lateMinutes).Truncate(step))); err != nil {
			return err
		}
		for _, f := range inSteps(beside(figuresOf(rows)), step) {
			if err := insertFigure(ctx, tx, sum.grain, f); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, forgetFigures, sum.grain, micros(now.Add(-sum.kept))); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, forgetFigures, minuteGrain, micros(now.Add(-minutesKept)))
	return err
}

const newestFigure = "select coalesce(max(at), 0) from figures where grain = $1"

const forgetFigures = "delete from figures where grain = $1 and at < $2"

func insertFigure(ctx context.Context, tx *transaction, grain int, f Figure) error {
	_, err := tx.ExecContext(ctx, insertFigureRow, grain, micros(f.At), f.Node, f.Span.Microseconds(), f.People, f.Sockets, f.QueueBytes, f.DatabaseBytes,
		f.MemoryBytes, f.Goroutines, f.Posts, f.Deliveries, f.Resumes, f.Commits, f.Writes, droppedText(f.Dropped), f.Delivery.text(), f.Write.text())
	return err
}

const figureFields = `grain, at, node, span, people, sockets, queue_bytes, database_bytes, memory_bytes, goroutines,
       posts, deliveries, resumes, commits, writes, dropped, delivery_times, write_times`

const insertFigureRow = `
insert into figures (` + figureFields + `)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
on conflict (grain, at, node) do nothing`

const figuresBetween = `
select ` + figureFields + `
  from figures
 where grain = $1 and at >= $2 and at < $3
 order by at, node`

// figures returns the rows of a grain that begin from from on and before to.
func (s *Store) figures(ctx context.Context, grain int, from, to time.Time) ([]Figure, error) {
	var rows []figureRow
	if err := s.list(ctx, &rows, figuresBetween, grain, micros(from), micros(to)); err != nil {
		return nil, s.plain(err)
	}
	return figuresOf(rows), nil
}

type figureRow struct {
	Grain         int64
	At            int64
	Node          string
	Span          int64
	People        int64
	Sockets       int64
	QueueBytes    int64 `db:"queue_bytes"`
	DatabaseBytes int64 `db:"database_bytes"`
	MemoryBytes   int64 `db:"memory_bytes"`
	Goroutines    int64
	Posts         int64
	Deliveries    int64
	Resumes       int64
	Commits       int64
	Writes        int64
	Dropped       string
	DeliveryTimes string `db:"delivery_times"`
	WriteTimes    string `db:"write_times"`
}

func figuresOf(rows []figureRow) []Figure {
	all := make([]Figure, len(rows))
	for i, r := range rows {
		all[i] = Figure{
			At: fromMicros(r.At), Span: time.Duration(r.Span) * time.Microsecond, Node: r.Node,
			People: r.People, Sockets: r.Sockets, QueueBytes: r.QueueBytes, DatabaseBytes: r.DatabaseBytes, MemoryBytes: r.MemoryBytes, Goroutines: r.Goroutines,
			Posts: r.Posts, Deliveries: r.Deliveries, Resumes: r.Resumes, Commits: r.Commits, Writes: r.Writes,
			Dropped: droppedOf(r.Dropped), Delivery: timesOf(r.DeliveryTimes), Write: timesOf(r.WriteTimes),
		}
	}
	return all
}

// droppedText is how the table has the reasons: a line "COUNT REASON" for each.
func droppedText(dropped map[string]int64) string {
	var b strings.Builder
	for _, why := range slices.Sorted(maps.Keys(dropped)) {
		b.WriteString(strconv.FormatInt(dropped[why], 10) + " " + oneLine(why) + "\n")
	}
	return b.String()
}

func droppedOf(text string) map[string]int64 {
	var dropped map[string]int64
	for line := range strings.Lines(text) {
		count, why, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if n, err := strconv.ParseInt(count, 10, 64); err == nil {
			if dropped == nil {
				dropped = map[string]int64{}
			}
			dropped[why] = n
		}
	}
	return dropped
}
