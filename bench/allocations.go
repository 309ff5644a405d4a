package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
)

// Allocations are those of one message on its way through all of Parley, by how many
// pages it reaches.
type Allocations map[string]float64

// mayGrow is by what the allocations at a hundred times as many pages may be more: what
// goes on beside the messages takes longer then.
const mayGrow = 1.1

// allocate runs the benchmark that counts them.
func allocate(ctx context.Context, root string) (Allocations, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkMessage$", "-benchtime", "200x", "./handlers")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("count allocations: %w: %s", err, out)
	}
	a := Allocations{}
	for _, found := range regexp.MustCompile(`pages=(\d+).* ([\d.]+) allocs/message`).FindAllStringSubmatch(string(out), -1) {
		if a[found[1]], err = strconv.ParseFloat(found[2], 64); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// row is the goal's line of the table.
func (a Allocations) row() string {
	const most = 40
	few, many, verdict := a["10"], a["1000"], "**they grow**"
	switch {
	case few == 0 || many == 0:
		verdict = "not measured"
	case many <= few*mayGrow && many <= most:
		verdict = "better than the aim"
	case many <= few*mayGrow:
		verdict = "holds"
	}
	return fmt.Sprintf("| allocations per message, form and all | do not grow with N | ≤ %d | **%.0f** at N = 10, **%.0f** at 1,000 | %s |", most, few, many, verdict)
}
