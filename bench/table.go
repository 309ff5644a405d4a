package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"
)

// Table collects what came out, by peer, load and round.
type Table struct {
	runs        []outcome
	allocations Allocations
	failures    []string
}

type outcome struct {
	peer, load string
	round      int
	Figures
}

func (t *Table) add(peer string, round int, figures map[string]Figures) {
	for load, f := range figures {
		t.runs = append(t.runs, outcome{peer, load, round, f})
	}
}

func (t *Table) fail(peer, scene string, round int, err error) {
	t.failures = append(t.failures, fmt.Sprintf("%s, %s, round %d: %v", peer, scene, round+1, err))
}

// measure is one number out of figures; only ratios of it are compared.
type measure func(Figures) float64

// median is that of all rounds; found: there was one.
func (t *Table) median(peer, load string, of measure) (m float64, found bool) {
	var all []float64
	for _, o := range t.runs {
		if o.peer == peer && o.load == load {
			all = append(all, of(o.Figures))
		}
	}
	return middle(all)
}

// ratio is the median of the rounds' ratios: what happens to the machine in one round
// happens to both.
func (t *Table) ratio(peer, to, load string, of measure) (m float64, found bool) {
	var all []float64
	for _, a := range t.runs {
		for _, b := range t.runs {
			if a.peer == peer && b.peer == to && a.load == load && b.load == load && a.round == b.round {
				all = append(all, of(a.Figures)/of(b.Figures))
			}
		}
	}
	return middle(all)
}

func middle(all []float64) (m float64, found bool) {
	if len(all) == 0 {
		return 0, false
	}
	slices.Sort(all)
	n := len(all)
	return (all[(n-1)/2] + all[n/2]) / 2, true
}

func perDelivery(f Figures) float64 { return f.PerDelivery() }
func perMessage(f Figures) float64  { return f.PerMessage() }
func perSecond(f Figures) float64   { return f.PerSecond() }
func p50(f Figures) float64         { return milliseconds(f.P50) }
func p99(f Figures) float64         { return milliseconds(f.P99) }
func bytesEach(f Figures) float64   { return float64(f.Bytes) / float64(f.Deliveries) }
func resident(f Figures) float64    { return f.Resident }
func ours(f Figures) float64        { return 100 * f.Own }
func others(f Figures) float64      { return 100 * f.Others }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// print writes all of it in Markdown.
func (t *Table) print(w io.Writer, machine string) {
	out := func(format string, args ...any) {
		_, _ = fmt.Fprintf(w, format, args...) // a terminal or a pipe; nothing is lost
	}
	out("%s.\n\n", machine)
	out("| goal | must | aim | here | |\n|---|---|---|---|---|\n")
	for _, g := range goals {
		out("%s\n", g.row(t))
	}
	out("%s\n", t.allocations.row())
	out("\n| load | server | CPU-µs per delivery | of the floor's | of gorilla's | of FastAPI's | messages/s | p50 ms | p99 ms | bytes | bench | others |\n")
	out("|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	var most float64
	for _, load := range []string{alone, paced100, paced1000, twice1000, pressed1000, pressedMany, paced10000} {
		for _, peer := range []string{parleyMany, parleyOne, floor, floorLarge, hub, fastapi} {
			cpu, found := t.median(peer, load, perDelivery)
			if !found {
				continue
			}
			number := func(format string, of measure) string {
				m, _ := t.median(peer, load, of) // cpu was found
				return fmt.Sprintf(format, m)
			}
			ratio := func(to string) string {
				r, found := t.ratio(peer, to, load, perDelivery)
				if !found || peer == to {
					return ""
				}
				return fmt.Sprintf("%.2f", r)
			}
			out("| %s | %s | %.2f | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", load, peer, cpu, ratio(floor), ratio(hub), ratio(fastapi),
				number("%.0f", perSecond), number("%.2f", p50), number("%.2f", p99), number("%.0f", bytesEach), number("%.0f %%", ours), number("%.0f %%", others))
			busy, _ := t.median(peer, load, others)
			most = max(most, busy)
		}
	}
	t.memory(out)
	out("\nEach reader got each message exactly once, and all in the same order; \"bench\" is the share of the machine that this program took, \"others\" that of strangers, at most %.0f %%.\n", most)
	for _, f := range t.failures {
		out("\nFAILED: %s\n", f)
	}
}

func (t *Table) memory(out func(string, ...any)) {
	heading := "\n| server | KiB resident per connection, 10,000 idle |\n|---|---|\n"
	peers := []string{parleyMany, parleyOne, floor, hub, fastapi}
	slices.SortStableFunc(peers, func(a, b string) int {
		of, _ := t.median(a, idle10000, resident) // 0 comes first and is not printed
		to, _ := t.median(b, idle10000, resident)
		return cmp.Compare(of, to)
	})
	for _, peer := range peers {
		if kib, found := t.median(peer, idle10000, resident); found {
			out("%s| %s | %.1f |\n", heading, peer, kib)
			heading = ""
		}
	}
}
