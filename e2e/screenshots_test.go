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
	t.Parallel()
	s := demo(t)
	w := window(t, s)
	w.Open("/login")
	w.Type("#login", "ada")
	w.Type("#password", store.DemoPassword)
	w.Submit("form.card button", inRoom)
	phone := w.second()
	phone.touch()
	phone.size(360, 780)
	pictures := func(page string, open func(w *Window)) {
		t.Helper()
		for _, w := range []*Window{w, phone} {
			open(w)
			for _, scheme := range []string{"light", "dark"} {
				w.scheme(scheme)
				for _, size := range [][2]int64{{1440, 900}, {800, 700}, {360, 780}} {
					if narrow := size[0] < 500; narrow != (w == phone) {
						continue
					}
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
		}
	}
	path := func(path string) func(w *Window) {
		return func(w *Window) {
			w.Open(path)
			w.Until(arrived)
		}
	}
	room := func(w *Window) {
		w.Open("/rooms/2")
		w.Until(connected + ` && document.querySelector("#messages") && !document.querySelector("#rooms-list [aria-current] .badge") && !document.querySelector(".room__down .button").checkVisibility({visibilityProperty: true})`)
	}
	pictures("room", room)
	pictures("message", func(w *Window) {
		w.Click("#messages > article:nth-last-child(1 of [data-author='1']) .message__tool--more") // her own
		w.Until(`document.querySelector("#editor form[action$='/unread']")`)
	})
	pictures("edit", func(w *Window) {
		w.Click("#editor a[href$='/edit']")
		w.Until(`document.querySelector("#edit")`)
	})
	pictures("permalink", path("/rooms/2/messages/3"))
	pictures("rooms", path("/rooms"))
	pictures("about", path("/rooms/2/about"))
	pictures("profile", path("/profile"))
	pictures("person", path("/people/2"))
	pictures("people", path("/admin/people"))
	pictures("account", path("/admin/people/12"))
	pictures("new-message", path("/direct/new"))
	pictures("go", path("/go?q=re"))
	pictures("settings", path("/admin/settings"))
	pictures("overview", path("/admin?range=day"))
	pictures("sockets", path("/admin/sockets"))
	pictures("sessions", path("/admin/sessions"))
	pictures("admin-rooms", path("/admin/rooms"))
	pictures("admin-log", path("/admin/log"))
	w.Open("/profile")
	w.Submit("form[action='/logout'] button", arrived+` && location.pathname === "/login"`)
	pictures("login", path("/login"))
	pictures("register", path("/register"))
}
