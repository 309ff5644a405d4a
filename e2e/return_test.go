package e2e

import (
	"fmt"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// meanwhile changes the room while a page is not looked at: new messages, an edit of
// one that the page shows and a delete of another. It returns what a page shows now.
func meanwhile(t *testing.T, writer *Thin, what string) []Row {
	t.Helper()
	mine := slices.DeleteFunc(writer.Rows(), func(r Row) bool { return r.Gone || fmt.Sprint(r.Author) != writer.sheet.as })
	must := func(status int, err error) {
		t.Helper()
		if err != nil || status != 200 {
			t.Fatalf("got %d, %v", status, err)
		}
	}
	must(writer.Edit(mine[0].Seq, what+": edited"))
	must(writer.Delete(mine[1].Seq))
	for i := range 3 {
		must(writer.Say(fmt.Sprintf("%s: new %d", what, i)))
	}
	return fresh(t, writer.Person)
}

const (
	// soon is how long a page that kept its socket, or was loaded, may take to be right.
	soon = 5 * time.Second
	// again is how long one may take whose socket the server has closed, as it does after
	// 60 s without a sign of life: htmx learns of it at once, waits up to 2 s, connects
	// and resumes. One that learns of nothing has a minute, which is another test.
	again = 10 * time.Second
)

// showsWithin waits until w shows want.
func (w *Window) showsWithin(d time.Duration, want []Row) {
	w.t.Helper()
	seen := time.Now()
	within(w.t, d, "the page equals a fresh load", func() bool { return endsWith(w.Rows(), want) })
	w.t.Logf("right after %v", time.Since(seen).Round(time.Millisecond))
}

// returning is a server with a room in which somebody has written.
func returning(t *testing.T) (*Server, *Thin) {
	t.Helper()
	s := newServer(t)
	s.Unlimited()
	people := s.Crowd(2)
	s.Start()
	writer := thin(t, people[1])
	allLive(t, writer)
	for i := range 20 {
		if status, err := writer.Say(fmt.Sprintf("message %d", i)); err != nil || status != 200 {
			t.Fatalf("got %d, %v", status, err)
		}
	}
	eventually(t, "the writer shows it", func() bool { return writer.newest() == 20 })
	return s, writer
}

func TestWhatOneComesBackToEqualsAFreshLoad(t *testing.T) {
	t.Parallel()
	s, writer := returning(t)
	ada := window(t, s)
	ada.Returns("p1")
	ada.Until(connected)

	t.Run("back and forward", func(t *testing.T) {
		ada.Open("/rooms")
		want := meanwhile(t, writer, "back")
		ada.do(chromedp.NavigateBack())
		ada.Until(inRoom)
		ada.showsWithin(soon, want)
		ada.do(chromedp.NavigateForward())
		want = meanwhile(t, writer, "back again")
		ada.do(chromedp.NavigateBack())
		ada.Until(inRoom)
		ada.showsWithin(soon, want)
	})
	t.Run("a tab that is hidden and frozen", func(t *testing.T) {
		state := func(state page.SetWebLifecycleStateState) {
			t.Helper()
			if _, err := chromedp.Call(ada.ctx, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: state}); err != nil {
				t.Fatal(err)
			}
		}
		ada.Until(connected)
		ada.hide(true)
		state("frozen")
		meanwhile(t, writer, "hidden")
		time.Sleep(either(2*time.Second, 10*time.Minute)) // it is hidden
		want := meanwhile(t, writer, "about to be shown")
		state("active")
		ada.hide(false)
		ada.showsWithin(either(soon, again), want)
	})
	t.Run("the same message edited in two tabs", func(t *testing.T) {
		ada.Reload()
		ada.Say("said once")
		ada.Shows("said once")
		other := ada.second()
		other.Open("/")
		other.Until(connected)
		seq := writer.newest()
		edit := fmt.Sprintf("/rooms/1/messages/%d/edit", seq)
		for _, w := range []*Window{ada, other} {
			w.Click(fmt.Sprintf("#m-1-%d a[href='%s']", seq, edit))
			w.Until(`document.activeElement.id === "edit-text"`)
		}
		other.Type("#edit-text", " by the other tab")
		other.Press(kb.Enter)
		ada.Until(fmt.Sprintf(`document.querySelector("#m-1-%d").textContent.includes("by the other tab")`, seq))
		ada.Type("#edit-text", " by the first tab")
		ada.Press(kb.Enter)
		other.Until(fmt.Sprintf(`document.querySelector("#m-1-%d").textContent.includes("by the first tab")`, seq))
		want := fresh(t, writer.Person)
		ada.showsWithin(soon, want)
		other.showsWithin(soon, want)
	})
}

func TestALaptopThatSleptShowsWhatItMissed(t *testing.T) {
	t.Parallel()
	s, writer := returning(t)
	var laptop *exec.Cmd
	root, cancel, err := startChromium(chromedp.ModifyCmdFunc(func(cmd *exec.Cmd) {
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // all its processes sleep at once
		laptop = cmd
	}))
	defer cancel()
	if err != nil {
		t.Fatal(err)
	}
	signal := func(sig syscall.Signal) {
		t.Helper()
		if err := syscall.Kill(-laptop.Process.Pid, sig); err != nil {
			t.Fatal(err)
		}
	}
	ada := windowOf(t, s, root)
	ada.LoseServer()
	ada.Returns("p1")
	ada.Until(connected)
	for _, sleep := range either([]time.Duration{3 * time.Second}, []time.Duration{time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute}) {
		ada.Until(connected)
		signal(syscall.SIGSTOP)
		meanwhile(t, writer, "asleep for "+sleep.String())
		time.Sleep(sleep) // it sleeps
		// Of this the machine's network takes nothing any more if the sleep was long.
		want := meanwhile(t, writer, "about to wake")
		signal(syscall.SIGCONT)
		within := soon
		if sleep > 30*time.Second {
			within = again
		}
		ada.showsWithin(within, want)
	}
}
