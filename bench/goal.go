package main

import "fmt"

// Goal is a figure of Parley's as a ratio to another server's of the same round.
type Goal struct {
	What      string
	Load      string
	To        string // "": it is not a ratio
	Of        measure
	Must, Aim float64
	Unit      string
	AtLeast   bool // otherwise at most
}

var goals = []Goal{
	{What: "CPU per delivery, N = 1,000, one at a time", Load: paced1000, To: floor, Of: perDelivery, Must: 1.6, Aim: 1.35},
	{What: "the same, N = 100", Load: paced100, To: floor, Of: perDelivery, Must: 2.2, Aim: 1.9},
	{What: "the same, N = 10,000", Load: paced10000, To: floor, Of: perDelivery, Must: 1.2, Aim: 1.05},
	{What: "CPU per delivery, N = 1,000, 32 in flight", Load: pressed1000, To: floor, Of: perDelivery, Must: 0.20, Aim: 0.10},
	{What: "p99 latency, N = 1,000, 20,000 deliveries/s", Load: twice1000, To: floor, Of: p99, Must: 1.3, Aim: 1.1},
	{What: "memory per idle connection at 10,000", Load: idle10000, Of: resident, Must: 14, Aim: 10, Unit: " KiB"},
	{What: "durable messages per second, 64 posters, 64 rooms", Load: pressedMany, To: fastapi, Of: perSecond, Must: 10, Aim: 20, AtLeast: true},
	{What: "room of one, 200/s: CPU per message", Load: alone, To: fastapi, Of: perMessage, Must: 0.45, Aim: 0.35},
}

// row is the goal's line of the table.
func (g Goal) row(t *Table) string {
	value, found := t.median(parleyMany, g.Load, g.Of)
	unit := g.Unit
	if g.To != "" {
		value, found = t.ratio(parleyMany, g.To, g.Load, g.Of)
		unit = " × " + g.To
	}
	sign := "≤"
	if g.AtLeast {
		sign = "≥"
	}
	here, verdict := "", "not measured"
	if found {
		here, verdict = fmt.Sprintf("**%.2f**", value), g.verdict(value)
	}
	return fmt.Sprintf("| %s | %s %g%s | %s %g | %s | %s |", g.What, sign, g.Must, unit, sign, g.Aim, here, verdict)
}

func (g Goal) verdict(value float64) string {
	holds := func(bound float64) bool {
		if g.AtLeast {
			return value >= bound
		}
		return value <= bound
	}
	switch {
	case holds(g.Aim):
		return "better than the aim"
	case holds(g.Must):
		return "holds"
	}
	return "**does not hold**"
}
