package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"parley/store"
)

func TestTextThatRunsFromRightToLeftKeepsToItself(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Seed(0)
	s.While(func(db *store.Store) {
		change(t, db, func(p *store.Profile) { p.Name = "عائشة الحسن" })
		for i, body := range []string{"مرحبا بالجميع, soup at 1:00!", "and in English again", "מה דעתך @ada על https://a.example/soup/?"} {
			if _, err := db.PostMessage(t.Context(), store.Draft{Room: 1, Author: 1, Key: itoa(i), Body: body}); err != nil {
				t.Fatal(err)
			}
		}
	})
	s.Start()
	ben := window(t, s)
	ben.Joins("Ben")
	ben.Until(connected)
	// The name ends before the time begins, and the time reads as ever.
	if !eval[bool](ben, `document.querySelector("#m-1-1 .message__author").getBoundingClientRect().right <= document.querySelector("#m-1-1 .message__time").getBoundingClientRect().left`) {
		t.Error("a name from right to left takes the time along")
	}
	const first = `(seq => { const e = document.querySelector("#m-1-" + seq + " .message__body"), r = document.createRange(), all = e.getBoundingClientRect(); r.selectNodeContents(e); const box = r.getBoundingClientRect(); return box.right >= all.right - 1 && box.left > all.left + 1 ? "right" : "left" })`
	for seq, want := range []string{"right", "left"} {
		if got := eval[string](ben, first+`(`+itoa(seq+1)+`)`); got != want {
			t.Errorf("message %d begins at the %s, want the %s", seq+1, got, want)
		}
	}
	// A mention and an address are of one piece.
	for piece, want := range map[string]string{"mark": "@ada", "a": "https://a.example/soup/"} {
		if got := eval[string](ben, `(e => e.textContent + " " + getComputedStyle(e).direction + " " + getComputedStyle(e).unicodeBidi)(document.querySelector("#m-1-3 .message__body `+piece+`"))`); got != want+" ltr isolate" {
			t.Errorf("%s is %s", piece, got)
		}
	}
	// What one types goes its own way, too.
	ben.Type("#composer-text", "צהריים")
	if got := eval[string](ben, `getComputedStyle(document.getElementById("composer-text")).direction`); got != "rtl" {
		t.Errorf("the field writes %s", got)
	}
	ben.Press(kb.Enter)
	ben.Shows("צהריים")
	if got := eval[string](ben, first+`(4)`); got != "right" {
		t.Errorf("a pushed message begins at the %s", got)
	}
	// The line of a list begins where the others do.
	ben.person().make("חדר ישיבות", "open")
	ben.Until(`document.querySelector("#side-2 .sidebar__text")`)
	for _, line := range []string{"#side-1 .sidebar__text", "#side-2 .sidebar__text"} {
		if at := eval[float64](ben, `(e => { const r = document.createRange(); r.selectNodeContents(e); return r.getBoundingClientRect().left - e.getBoundingClientRect().left })(document.querySelector("`+line+`"))`); at > 1 {
			t.Errorf("%s begins %.0f px further in", line, at)
		}
	}
	// Every name of the page is isolated from what stands around it.
	for _, page := range []string{"/", "/rooms/1/about", "/people/1", "/direct/new", "/go?q=" + "عائشة"} {
		ben.Open(page)
		if loose := eval[string](ben, `(() => { const loose = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); for (let n; n = walk.nextNode();) if (n.data.includes("عائشة") && !n.parentElement.closest("bdi, [dir=auto], .only-read")) loose.push(n.parentElement.outerHTML); return loose.join(" ") })()`); loose != "" {
			t.Errorf("%s: %s", page, loose)
		}
	}
}

func TestLongNamesPushNothingOut(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Seed(1)
	s.While(func(db *store.Store) {
		long := strings.Repeat("W", 60)
		change(t, db, func(p *store.Profile) {
			p.Name, p.About, p.Status = long, strings.Repeat("W", 160), store.Status{Emoji: "🍜", Text: long}
		})
		room, err := db.CreateRoom(t.Context(), 1, store.Charter{Name: strings.Repeat("M", 60), Topic: strings.Repeat("topic", 20), Kind: store.OpenRoom})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.PostMessage(t.Context(), store.Draft{Room: room, Author: 1, Key: "one", Body: "short"}); err != nil {
			t.Fatal(err)
		}
	})
	s.Start()
	ada := window(t, s)
	ada.Returns("ada")
	person(t, s, "ben").post("/direct", map[string][]string{"with": {"1"}})
	for _, page := range []string{"/rooms/1-lobby", "/rooms/2", "/rooms", "/rooms/2/about", "/people/1", "/profile", "/direct/new", "/go?q=w"} {
		ada.Open(page)
		for _, width := range []int64{1440, 800, 320} {
			ada.size(width, 800)
			ada.plain(page)
			out := eval[string](ada, `[...document.querySelectorAll("main h1, main a, main button, main input:not([type=hidden]), main time, main p, .sidebar a, .people a")].filter(e => e.checkVisibility() && !e.closest(".only-read, [hidden]") && !e.classList.contains("only-read")).filter(e => { const r = e.getBoundingClientRect(); return r.width > 0 && (r.right > innerWidth + 1 || r.left < -1) }).map(e => e.tagName + "." + e.className).join(" ")`)
			if out != "" {
				t.Errorf("%s at %d px: out of the window: %s", page, width, out)
			}
		}
	}
}
