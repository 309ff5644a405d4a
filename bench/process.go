package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// Process is a server that runs as a child of this program.
type Process struct {
	cmd *exec.Cmd
	log string
}

// freeAddress is one on loopback at which nobody listens.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// start runs cmd, and returns when it answers at addr. Its log goes into folder.
func start(ctx context.Context, cmd *exec.Cmd, addr, folder string) (*Process, error) {
	p := &Process{cmd, filepath.Join(folder, "log")}
	log, err := os.Create(p.log)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM} // it does not outlive this program
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	for range 1000 {
		if c, err := net.Dial("tcp", addr); err == nil {
			_ = c.Close() // it said nothing
			return p, nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(10 * time.Millisecond):
			continue
		}
		break
	}
	p.Stop()
	return nil, fmt.Errorf("%s does not answer: %s", cmd.Path, p.Said())
}

// Said is the end of its log.
func (p *Process) Said() string {
	log, _ := os.ReadFile(p.log) // without it there is nothing to tell
	return string(bytes.TrimSpace(log[max(0, len(log)-500):]))
}

// Stop ends it as a deploy does, and after five seconds as a power cut.
func (p *Process) Stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	cut := time.AfterFunc(5*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer cut.Stop()
	_ = p.cmd.Wait() // how it ends does not matter
}

// CPU is its user and system time over all threads, those that have ended included.
// It is what /proc/PID/stat says in ticks of 10 ms, read in nanoseconds from the
// process's own clock (clock_getcpuclockid(3)).
func (p *Process) CPU() (time.Duration, error) {
	const scheduled = 2
	clock := ^p.cmd.Process.Pid<<3 | scheduled
	var t syscall.Timespec
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, uintptr(clock), uintptr(unsafe.Pointer(&t)), 0); errno != 0 {
		return 0, fmt.Errorf("the server has ended (%w): %s", errno, p.Said())
	}
	return time.Duration(t.Nano()), nil
}

// Resident is its memory in KiB.
func (p *Process) Resident() (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kib, _, _ := strings.Cut(rest, "kB")
	return strconv.ParseFloat(strings.TrimSpace(kib), 64)
}

// busy is what all of the machine's processors have done.
func busy() (time.Duration, error) {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(stat), "\n")
	var ticks int
	for i, field := range strings.Fields(line)[1:] {
		n, err := strconv.Atoi(field)
		if err != nil {
			return 0, err
		}
		if i != 3 && i != 4 && i < 8 { // idle, waiting for the disk; guests are counted twice
			ticks += n
		}
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil
}

// own is the CPU time of this program.
func own() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic(err) // the arguments are right
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
