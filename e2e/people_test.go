package e2e

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestANameInThePanelOpensWhereOneIs(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ada.Until(connected)
	ben.Joins("Ben")
	ben.Until(connected)
	const name = "#here-2 .people__name"
	const card = `document.querySelector("#editor .person")?.textContent.includes("Ben")`
	ada.Until(`document.querySelector("` + name + `")`)
	ada.Type("#composer-text", "half a thought")
	ada.Click(name)
	ada.Until(card + ` && location.pathname === "/rooms/1-lobby" && document.activeElement.closest("#editor")`) // Esc is the card's
	if got := eval[string](ada, `document.querySelector("#composer-text").value`); got != "half a thought" {
		t.Errorf("the composer has %q", got)
	}
	ada.Press(kb.Escape)
	ada.Until(`!document.querySelector("#editor .person")`)

	// On a phone the panel gives way to the card, and the next tap closes it.
	ada.size(390, 844)
	const panel = `document.querySelector("#people").checkVisibility()`
	ada.Click(".room__head button[popovertarget=people]")
	ada.Until(panel)
	ada.Click(name)
	ada.Until(card + ` && !` + panel)
	ada.Screenshot("card-phone")
	ada.Click("#editor a.button[href='/']")
	ada.Until(`!document.querySelector("#editor .person") && !document.querySelector("#people").matches(":popover-open")`)
	ada.Click(".room__head button[popovertarget=people]")
	ada.Until(panel)
	ada.Press(kb.Escape)

	// Who goes is named below, with when they were here.
	ada.size(1440, 900)
	ben.do(chromedp.Navigate("about:blank"))
	ada.Until(`document.querySelector("#here-2 .presence--offline") && /^last here \d\d:\d\d$/.test(document.querySelector("#here-2 .people__does").textContent)`)

	// Without scripts the name leads to a page.
	ada.Script(false)
	ada.Open("/rooms/1-lobby")
	ada.Submit(name, `location.pathname === "/people/2"`)
}

// sends counts the frames that the window's pages send from now on.
func (w *Window) sends() *atomic.Int64 {
	var n atomic.Int64
	frames := chromedp.Events(w.ctx, network.WebSocketFrameSent)
	go func() {
		for _, err := range frames {
			if err != nil {
				return
			}
			n.Add(1)
		}
	}()
	return &n
}

func TestSeveralPagesOfOnePersonAreOneWhoReadsWithoutSendingAnything(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Unlimited()
	s.Start()
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ada.Until(connected)
	ben.Joins("Ben")
	other := ben.second()
	sent, alsoSent := ben.sends(), other.sends()
	ben.Open("/rooms/1-lobby")
	other.Open("/rooms/1-lobby")
	ben.Until(connected)
	other.Until(connected)
	here := func(how string) string {
		return `[...document.querySelectorAll("#people-list .people__title")].map(e => e.textContent.replace(/\s+/g, " ").trim()).join() === "Here now · 2" &&
			document.querySelectorAll("#here-2").length === 1 && document.querySelector("#here-2 .presence--` + how + `")`
	}
	ada.Until(here("online"))
	for _, step := range []struct {
		page   *Window
		hidden bool
		is     string
	}{{ben, true, "online"}, {other, true, "away"}, {ben, false, "online"}, {other, false, "online"}, {ben, true, "online"}} {
		step.page.hide(step.hidden)
		ada.Until(here(step.is))
	}
	// He reads on the page that is in front, and neither page says a word about it.
	eventually(t, "the pages have said that they are in front, or not", func() bool { return sent.Load() > 3 && alsoSent.Load() > 3 })
	before, alsoBefore := sent.Load(), alsoSent.Load()
	for i := range 20 {
		ada.person().Post(fmt.Sprintf("line %d", i))
	}
	other.Shows("line 19")
	ben.Shows("line 19")
	ada.Until(`[...document.querySelectorAll("#seen bdi")].some(e => e.textContent === "Ben")`)
	if n, m := sent.Load()-before, alsoSent.Load()-alsoBefore; n+m > 0 {
		t.Errorf("of 20 messages the pages sent %d and %d frames", n, m)
	}
}
