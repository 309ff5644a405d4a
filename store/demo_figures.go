package store

import (
	"context"
	"math"
	"math/rand/v2"
	"time"
)

// demoLogins are where the people of the demo are signed in, and how long ago they were.
var demoLogins = []struct {
	username, agent, address string
	used, created            time.Duration
}{
	{"ben", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "192.0.2.21", 40 * time.Minute, 9 * 24 * time.Hour},
	{"ben", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile Safari/604.1", "198.51.100.7", 14 * time.Hour, 6 * 24 * time.Hour},
	{"cleo", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.5 Safari/605.1.15", "192.0.2.34", 5 * time.Minute, 9 * 24 * time.Hour},
	{"mei", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0", "203.0.113.90", 3 * time.Hour, 8 * 24 * time.Hour},
	{"dan", "Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/138.0.0.0 Mobile Safari/537.36", "198.51.100.66", 26 * time.Hour, 9 * 24 * time.Hour},
}

func (s *Store) demoSessions(ctx context.Context, people map[string]UserID, now time.Time) error {
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		for _, l := range demoLogins {
			if _, err := tx.ExecContext(ctx, "insert into sessions (token_hash, user_id, agent, address, created_at, used_at) values ($1, $2, $3, $4, $5, $6)",
				NewToken().hash(), people[l.username], l.agent, l.address, micros(now.Add(-l.created)), micros(now.Add(-l.used))); err != nil {
				return err
			}
		}
		return nil
	})
}

// demoFigures are a week of figures of a team of five, up to now: they work on weekdays
// in Berlin, write most before noon and after lunch, and Parley was updated once. Whenever
// the demo is looked at somebody has been there for an hour or two, so that it is never night.
func (s *Store) demoFigures(ctx context.Context, now time.Time) error {
	now = now.UTC()
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		random := rand.New(rand.NewPCG(1, 4)) // the same week each time
		first, updated := LastWeek.First(now), now.Truncate(time.Hour).Add(-40*time.Hour)
		start := first
		for hour := first; hour.Before(now); hour = hour.Add(time.Hour) {
			var minutes []Figure
			for i := range 60 {
				at := hour.Add(time.Duration(i) * time.Minute)
				if now.Sub(at) < demoEnds {
					break
				}
				if at.Equal(updated) {
					start = at
					continue
				}
				ago := int64(now.Sub(at) / time.Minute)
				chance := random
				if ago < 180 { // the same shape whenever it is
					chance = rand.New(rand.NewPCG(9, uint64(ago)))
				}
				minutes = append(minutes, demoMinute(chance, at, demoBusy(at, ago), at.Sub(start), at.Sub(first)))
			}
			for grain, step := range map[int]time.Duration{quarterGrain: 15 * time.Minute, hourGrain: time.Hour} {
				for _, f := range inSteps(beside(minutes), step) {
					if now.Before(f.At.Add(step+demoEnds)) || grain == quarterGrain && now.Sub(f.At) > minutesKept {
						continue
					}
					if err := insertFigure(ctx, tx, grain, f); err != nil {
						return err
					}
				}
			}
			for _, f := range minutes {
				if now.Sub(f.At) > minutesKept {
					continue
				}
				if err := insertFigure(ctx, tx, minuteGrain, f); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// demoEnds is how long before now the made-up figures end: what is older than that is no
// other process that runs now.
const demoEnds = 3 * time.Minute

// demoBusy is how much went on in the minute at, ago minutes before now: about 1 when
// everybody is at work.
func demoBusy(at time.Time, ago int64) float64 {
	bump := func(x, middle, width float64) float64 { return math.Exp(-math.Pow((x-middle)/width, 2)) }
	hour := float64((at.Hour()+1)%24) + float64(at.Minute())/60 // in Berlin
	busy := bump(hour, 10.5, 1.6) + bump(hour, 14.8, 1.9) + 0.12*bump(hour, 20.5, 1.5)
	if day := at.Weekday(); day == time.Saturday || day == time.Sunday {
		busy *= 0.12
	}
	x := float64(ago)
	return max(busy, 0.85*bump(x, 18, 16)+0.6*bump(x, 55, 22)+0.25*bump(x, 110, 35))
}

// demoMinute is one minute; up is how long the process runs, and age how old the week is.
func demoMinute(random *rand.Rand, at time.Time, busy float64, up, age time.Duration) Figure {
	often := func(most float64) (n int64) {
		for range 12 {
			if random.Float64() < most/12 {
				n++
			}
		}
		return n
	}
	f := Figure{At: at, Span: time.Minute, Node: "demo", Dropped: map[string]int64{}}
	f.People = min(5, int64(math.Round(5*busy*(0.8+0.3*random.Float64()))))
	f.Sockets = f.People + often(1.6*busy)*min(1, f.People)
	f.Posts = often(3.4 * busy)
	f.Deliveries = f.Posts * f.Sockets
	f.Resumes = often(0.9 * busy)
	f.Writes = f.Posts + often(2.2*busy) + 1
	f.Commits = max(1, f.Writes-often(0.7*busy))
	f.QueueBytes = 900 * often(0.25*busy)
	f.DatabaseBytes = 390_000 + 512*int64(age/time.Hour)*3/2
	f.MemoryBytes = 41_000_000 + int64(6e6*(1-math.Exp(-up.Hours()/9))) + f.Sockets*80_000 + random.Int64N(700_000)
	f.Goroutines = 34 + 2*f.Sockets + random.Int64N(3)
	for _, why := range []string{"silent", "renewed", "signed out"} {
		if random.Float64() < 0.03*busy {
			f.Dropped[why]++
		}
	}
	if up < time.Minute*2 && up > 0 && age > time.Hour*2 {
		f.Resumes += f.Sockets
	}
	for range f.Posts {
		f.Delivery = f.Delivery.with(time.Duration((2.2 + 1.6*random.ExpFloat64()) * float64(time.Millisecond)))
	}
	for range f.Writes {
		f.Write = f.Write.with(time.Duration((1.1 + 0.9*random.ExpFloat64()) * float64(time.Millisecond)))
	}
	return f
}

// with counts one more thing that took d.
func (t Times) with(d time.Duration) Times {
	var h Histogram
	h.Observe(d)
	return t.plus(h.Times(), 1)
}
