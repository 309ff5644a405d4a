package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestANameInThePanelOpensWhereOneIs(t *testing.T) {
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.SignUp("Ada")
	ada.Until(connected)
	ben.SignUp("Ben")
	ben.Until(connected)
	const name = "#here-2 .people__name"
	const card = `document.querySelector("#editor .person")?.textContent.includes("Ben")`
	ada.Until(`document.querySelector("` + name + `")`)
	ada.Type("#composer-text", "half a thought")
	ada.Click(name)
	ada.Until(card + ` && location.pathname === "/rooms/1-lobby"`)
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
