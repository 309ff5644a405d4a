// Bench measures Parley against other servers on this machine: it starts each as a
// child, one at a time and in turn, and prints medians and ratios. See README.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"
)

// processors is how many the machine has, as they take part in the shares.
var processors = float64(runtime.NumCPU())

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench: "+err.Error())
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	rounds := flag.Int("rounds", 3, "how often each server is measured")
	large := flag.Bool("large", os.Getenv("PARLEY_BENCH_LARGE") == "1", "10,000 connections too, or PARLEY_BENCH_LARGE=1")
	front := flag.Bool("front", false, "all of Parley's pages are in front")
	size := flag.Int("size", 100, "bytes of a message's text")
	only := flag.String("scenes", "", "some of: one, hundred, thousand, many rooms, ten thousand; separated by commas")
	flag.Parse()
	say := func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
	debug.SetGCPercent(400) // this program's own memory is not measured, its pauses are

	list := slices.DeleteFunc(scenes(*large), func(s Scene) bool {
		return *only != "" && !slices.Contains(strings.Split(*only, ","), s.Name)
	})
	most := 0
	for i := range list {
		list[i].Front = *front
		most = max(most, list[i].Pages)
	}
	if err := mayOpen(uint64(most + 1000)); err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "parley-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return fmt.Errorf("find the module: %w", err)
	}
	bytes := 0 // of Parley's frame
	peers, err := build(ctx, strings.TrimSpace(string(root)), folder, max(64, most/20), &bytes, say)
	if err != nil {
		return err
	}
	t := &Table{}
	if *only == "" {
		say("counting allocations")
		if t.allocations, err = allocate(ctx, strings.TrimSpace(string(root))); err != nil {
			return err
		}
	}
	began := time.Now()
	for round := range *rounds {
		for _, scene := range list {
			for _, peer := range peers {
				if !peer.plays(scene) {
					continue
				}
				say("%4.0f s: round %d, %s, %s", time.Since(began).Seconds(), round+1, scene.Name, peer.Name)
				figures, err := scene.play(ctx, peer, *size)
				if ctx.Err() != nil {
					return ctx.Err()
				}
				if err != nil {
					say("  %v", err)
					t.fail(peer.Name, scene.Name, round, err)
					continue
				}
				t.add(peer.Name, round, figures)
				if f, ok := figures[paced1000]; ok && peer.Name == parleyMany {
					bytes = f.Bytes / f.Deliveries
				}
			}
		}
	}
	t.print(os.Stdout, machine(ctx, *rounds, *front))
	if len(t.failures) > 0 {
		return fmt.Errorf("%d runs failed", len(t.failures))
	}
	return nil
}

// mayOpen raises the limit of descriptors, for this program and the servers.
func mayOpen(files uint64) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	limit.Max = max(limit.Max, files) // more than there is may only root have
	limit.Cur = limit.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("%d files cannot be open at once here: %w", files, err)
	}
	return nil
}

// machine says where and what was measured.
func machine(ctx context.Context, rounds int, front bool) string {
	output := func(name string, args ...string) string {
		out, err := exec.CommandContext(ctx, name, args...).Output()
		if err != nil {
			return "unknown"
		}
		return strings.TrimSpace(string(out))
	}
	model := "an unknown processor"
	cpuinfo, _ := os.ReadFile("/proc/cpuinfo") // without it the model stays unknown
	if _, rest, found := strings.Cut(string(cpuinfo), "model name\t: "); found {
		model, _, _ = strings.Cut(rest, "\n")
	}
	text := fmt.Sprintf("%d × %s, Linux %s, %s, commit %s, %s, medians of %d rounds",
		runtime.NumCPU(), model, output("uname", "-r"), runtime.Version(), output("git", "describe", "--always", "--dirty", "--exclude", "*"), time.Now().UTC().Format(time.DateOnly), rounds)
	if front {
		text += ", all pages in front"
	}
	return text
}
