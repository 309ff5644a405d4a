package e2e

import (
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// clickAt clicks what is at a place of the window, given by an expression of [x, y].
func (w *Window) clickAt(place string) {
	w.t.Helper()
	at := eval[[]float64](w, place)
	for _, kind := range []input.DispatchMouseEventType{"mousePressed", "mouseReleased"} {
		event := input.DispatchMouseEventParams{Type: kind, X: at[0], Y: at[1], Button: "left", ClickCount: 1}
		if _, err := chromedp.Call(w.ctx, input.DispatchMouseEvent, event); err != nil {
			w.t.Fatal(err)
		}
	}
}

func TestOnAPhoneWithoutScriptsTheDrawersOpenLeadOnAndClose(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Allow("Autofocus processing was blocked")
	ada.Script(false)
	ada.SignUp("Ada")
	ada.person().make("Kitchen", "open")
	ada.size(360, 780)
	shown := func(selector string) string { return `document.querySelector("` + selector + `").checkVisibility()` }
	for _, page := range []string{"/rooms", "/rooms/1/about", "/rooms/1-lobby", "/rooms/1/follow"} {
		if page == "/rooms/1/follow" { // a page that is never loaded to its end
			ada.Submit(".room__follow a", `location.pathname === "`+page+`"`)
		} else {
			ada.Open(page)
		}
		ada.Until(`document.querySelector("#rooms") && !` + shown("#rooms"))
		ada.Click("[popovertarget=rooms]:not(.drawer-close)")
		ada.Until(shown("#rooms") + " && " + shown("#rooms .drawer-close"))
		ada.Click("#rooms .drawer-close")
		ada.Until("!" + shown("#rooms"))
	}
	ada.Click("[popovertarget=rooms]:not(.drawer-close)")
	ada.Submit("#rooms a[href='/rooms/2-kitchen']", inRoom+` && location.pathname === "/rooms/2-kitchen" && !`+shown("#rooms"))
	ada.Click(".for-panel")
	ada.Until(shown("#people .drawer-close"))
	ada.Click("#people .drawer-close")
	ada.Until("!" + shown("#people"))
	ada.size(1440, 900)
	ada.Until(shown("#rooms") + " && " + shown("#people") + ` && ![...document.querySelectorAll(".drawer-close")].some(e => e.checkVisibility())`)
}

func TestOneWritesInTheFrameWithoutScripts(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.SignUp("Ada")
	ben.Allow("Autofocus processing was blocked")
	ben.Script(false)
	ben.SignUp("Ben")
	ben.Submit(".room__follow a", `location.pathname.endsWith("/follow")`)
	// There is nothing yet, and it says so; only until there is something.
	const stream = `document.querySelector(".follow__stream").contentDocument`
	ben.Until(stream + `?.querySelector(".follow__empty")?.textContent.includes("Nobody has written yet")`)
	const write = `document.querySelector("#write").contentDocument`
	in := func(selector string) string {
		return `(([f, e]) => [f.x + e.x + e.width / 2, f.y + e.y + e.height / 2])([document.querySelector("#write").getBoundingClientRect(), ` + write + `.querySelector("` + selector + `").getBoundingClientRect()])`
	}
	ben.Until(write + `?.readyState === "complete" && ` + write + `.querySelector("#composer-text")`)
	for _, text := range []string{"Typed in the frame", "And again"} {
		ben.clickAt(in("#composer-text"))
		ben.do(chromedp.KeyEvent(text))
		ben.clickAt(in("#composer button"))
		ada.Shows(text)
		ben.Until(ben.framed(text) + ` && ` + write + `?.readyState === "complete" && ` + write + `.querySelector("#composer-text")?.value === ""`)
	}
	if eval[bool](ben, stream+`.querySelector(".follow__empty").checkVisibility()`) {
		t.Error("it says that nobody has written when somebody has")
	}
}
