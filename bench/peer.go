package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Peer is a server to measure.
type Peer struct {
	Name   string
	launch func(ctx context.Context, addr, folder string) (*exec.Cmd, error)
	pages  func(addr string, s Scene) ([]Page, Post, error)
	wrap   func(text string) string // what is posted on a socket; nil: it is posted by pages' Post
	only   []string                 // the scenes that it plays; none: all
	people func(pages int) int      // how many have the pages open; nil: it knows no people

	settles time.Duration // after so long the opening of the pages is over
}

// Names of the peers.
const (
	parleyMany = "Parley"
	parleyOne  = "Parley, one person"
	floor      = "floor"
	floorLarge = "floor, Parley's bytes"
	hub        = "gorilla's example"
	fastapi    = "FastAPI design"
)

// build makes all peers in folder; what cannot be had here is left out with a sentence.
func build(ctx context.Context, root, folder string, people int, largest *int, say func(string, ...any)) ([]Peer, error) {
	for program, source := range map[string]string{"parley": ".", "hub": "./bench/peers/hub"} {
		cmd := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(folder, program), source)
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build %s: %w\n%s", program, err, out)
		}
	}
	p := &Parley{program: filepath.Join(folder, "parley"), data: filepath.Join(folder, "people", "data")}
	say("signing up %d people", people)
	if err := p.prepare(ctx, people); err != nil {
		return nil, fmt.Errorf("prepare Parley: %w", err)
	}
	const presence = 2500 * time.Millisecond // who is here is rendered every two seconds at most
	peers := []Peer{
		{Name: parleyMany, launch: p.launch, pages: p.pages, settles: presence, people: func(pages int) int { return max(1, pages/20) }},
		{Name: parleyOne, launch: p.launch, pages: p.pages, settles: presence, people: func(int) int { return 1 }, only: []string{thousand, tenThousand}},
	}
	program := filepath.Join(folder, "floor")
	compile := exec.CommandContext(ctx, "gcc", "-O2", "-o", program, filepath.Join(root, "bench", "peers", "floor.c"))
	if out, err := compile.CombinedOutput(); err != nil {
		say("the floor is left out, for gcc does not make it: %v %s", err, out)
	} else {
		sized := func(size func() int) func(context.Context, string, string) (*exec.Cmd, error) {
			return func(ctx context.Context, addr, _ string) (*exec.Cmd, error) {
				return exec.CommandContext(ctx, program, port(addr), strconv.Itoa(size())), nil
			}
		}
		peers = append(peers,
			Peer{Name: floor, launch: sized(func() int { return 0 }), pages: plain, wrap: asIs, only: []string{one, hundred, thousand, tenThousand}},
			Peer{Name: floorLarge, launch: sized(func() int { return *largest }), pages: plain, wrap: asIs, only: []string{thousand}})
	}
	peers = append(peers, Peer{Name: hub, pages: plain, wrap: asIs, only: []string{hundred, thousand, tenThousand},
		launch: func(ctx context.Context, addr, _ string) (*exec.Cmd, error) {
			return exec.CommandContext(ctx, filepath.Join(folder, "hub"), addr), nil
		}})
	if python := python(ctx); python == "" {
		say("the FastAPI design is left out: it needs Python with fastapi, uvicorn and websockets (Debian: python3-fastapi python3-uvicorn python3-websockets)")
	} else {
		peers = append(peers, Peer{Name: fastapi, pages: plain, wrap: asJSON, launch: func(ctx context.Context, addr, folder string) (*exec.Cmd, error) {
			cmd := exec.CommandContext(ctx, python, "-m", "uvicorn", "fastapi_chat:app", "--host", "127.0.0.1", "--port", port(addr),
				"--log-level", "warning", "--ws", "websockets", "--app-dir", filepath.Join(root, "bench", "peers"))
			cmd.Env = append(os.Environ(), "CHAT_DB="+filepath.Join(folder, "chat.db"), "PYTHONDONTWRITEBYTECODE=1")
			return cmd, nil
		}})
	}
	return peers, nil
}

// python is one that has what the FastAPI design needs, "" if there is none.
func python(ctx context.Context) string {
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.CommandContext(ctx, name, "-c", "import fastapi, uvicorn, websockets").Run() == nil {
			return name
		}
	}
	return ""
}

func port(addr string) string {
	_, port, _ := strings.Cut(addr, ":") // freeAddress made it
	return port
}

// plain pages connect to their room and are posted to on their sockets.
func plain(_ string, s Scene) ([]Page, Post, error) {
	pages := make([]Page, s.Pages)
	for i := range pages {
		pages[i] = Page{Path: "/ws/" + strconv.Itoa(i%s.Rooms), Room: i % s.Rooms}
	}
	return pages, nil, nil
}

func asIs(text string) string   { return text }
func asJSON(text string) string { return `{"text":"` + text + `"}` }
