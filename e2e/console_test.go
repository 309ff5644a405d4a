package e2e

import (
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// listen notes all that the console says.
func (w *Window) listen() {
	entries := chromedp.Events(w.ctx, log.EntryAdded)
	calls := chromedp.Events(w.ctx, runtime.ConsoleAPICalled)
	thrown := chromedp.Events(w.ctx, runtime.ExceptionThrown)
	note := func(text string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.messages = append(w.messages, text)
	}
	go func() {
		for ev, err := range entries {
			if err != nil {
				return
			}
			note(fmt.Sprintf("%s: %s %s", ev.Entry.Level, ev.Entry.Text, ev.Entry.URL))
		}
	}()
	go func() {
		for ev, err := range calls {
			if err != nil {
				return
			}
			var b strings.Builder
			for _, arg := range ev.Args {
				fmt.Fprintf(&b, " %s", arg.Value)
			}
			note(fmt.Sprintf("console.%s:%s", ev.Type, b.String()))
		}
	}()
	go func() {
		for ev, err := range thrown {
			if err != nil {
				return
			}
			note("exception: " + ev.ExceptionDetails.Text)
		}
	}()
}

// Allow names a part of console messages that the test itself brings about.
func (w *Window) Allow(parts ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.allowed = append(w.allowed, parts...)
}

func (w *Window) checkConsole() {
	w.mu.Lock()
	defer w.mu.Unlock()
next:
	for _, m := range w.messages {
		if strings.Contains(m, "Autofocus processing was blocked") {
			continue // whoever has the focus already keeps it, as they should
		}
		for _, part := range w.allowed {
			if strings.Contains(m, part) {
				continue next
			}
		}
		w.t.Errorf("the console says: %s", m)
	}
}
