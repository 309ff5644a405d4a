package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"parley/store"
)

// demo starts the made-up world.
func demo(t *testing.T) *Server {
	t.Helper()
	s := newServer(t)
	s.cmd = exec.Command(binary, "demo", "--listen", s.addr)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil { // it removes its folder
			t.Errorf("stop: %v", err)
		}
	})
	s.ready()
	return s
}

// The pictures of the README come from here: "make screenshots" copies them.
func TestTheDemoLooksAsInTheReadme(t *testing.T) {
	s := demo(t)
	w := window(t, s)
	w.Open("/login")
	w.Type("#login", "ada")
	w.Type("#password", store.DemoPassword)
	w.Submit("form.card button", inRoom)
	w.Submit(`a.sidebar__room[href$="kitchen"]`, `location.pathname.endsWith("kitchen") && document.readyState === "complete"`)
	w.Until(connected)
	pictures := func(page string) {
		t.Helper()
		for _, scheme := range []string{"light", "dark"} {
			w.scheme(scheme)
			for _, size := range [][2]int64{{1440, 900}, {800, 700}, {360, 780}} {
				w.size(size[0], size[1])
				w.Until(`document.fonts.status === "loaded"`)
				name := fmt.Sprintf("%s-%d-%s", page, size[0], scheme)
				if len(w.Screenshot(name)) == 0 {
					t.Errorf("no picture %s", name)
				}
				if info, err := os.Stat("out/" + name + ".png"); err != nil || info.Size() < 10_000 {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		w.size(1440, 900)
	}
	pictures("room")
	w.Click("#messages > article:last-child a.message__tool")
	w.Until(`document.querySelector("#edit")`)
	pictures("edit")
	for name, path := range map[string]string{"rooms": "/rooms", "profile": "/profile"} {
		w.Open(path)
		pictures(name)
	}
	w.Submit("form[action='/logout'] button", `location.pathname === "/login" && document.readyState === "complete"`)
	pictures("login")
}
