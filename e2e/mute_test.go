package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// tap touches the middle of an element.
func (w *Window) tap(selector string) {
	w.t.Helper()
	at := eval[[]float64](w, fmt.Sprintf(`(r => [r.left + r.width / 2, r.top + r.height / 2])(document.querySelector(%q).getBoundingClientRect())`, selector))
	for _, event := range []input.DispatchTouchEventParams{
		{Type: "touchStart", TouchPoints: []*input.TouchPoint{{X: at[0], Y: at[1]}}}, {Type: "touchEnd", TouchPoints: []*input.TouchPoint{}},
	} {
		if _, err := chromedp.Call(w.ctx, input.DispatchTouchEvent, event); err != nil {
			w.t.Fatalf("tap on %s: %v", selector, err)
		}
	}
}

// point moves the pointer onto an element: across is 0 at its left end and 1 at its right.
func (w *Window) point(selector string, across float64) {
	w.t.Helper()
	at := eval[[]float64](w, fmt.Sprintf(`(r => [r.left + r.width * %v, r.top + r.height / 2])(document.querySelector(%q).getBoundingClientRect())`, across, selector))
	if _, err := chromedp.Call(w.ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: "mouseMoved", X: at[0], Y: at[1]}); err != nil {
		w.t.Fatalf("point at %s: %v", selector, err)
	}
}

// folded says whether the text of message seq of the Lobby is folded away.
func folded(seq string) string {
	return `(document.querySelector("#m-1-` + seq + ` .message__body")?.checkVisibility() === false)`
}

func TestWhatSomebodyMutedWritesIsFoldedAwayOnAllPagesUntilItIsUndone(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	ben.Until(connected)
	ben.Say("Buy my things")
	other := ada.second()
	other.Open("/")
	other.Until(connected)
	other.Shows("Buy my things")

	cleo := person(t, s, "cleo")
	ada.Open("/people/2")
	ada.Submit(".person button[value=mute]", arrived+` && document.querySelector(".person").textContent.includes("Unmute")`)
	other.Until(folded("1"))
	ben.Say("Really, buy them")
	ben.Say("And these, @ada")
	cleo.Post("Nobody wants them")
	// A screen reader is told of Cleo's message, and of none of Ben's.
	const heard = `document.querySelector("#heard-text")?.textContent.trim()`
	other.Until(`!document.querySelector("#heard") && ` + heard + ` === "1 new message, from cleo"`)
	ben.Say("You do")
	other.Until(heard + ` === ""`)
	// Of those in a row there is one quiet line, for Ada alone.
	const row = `["1","2","3","4","5"].filter(n => document.querySelector("#m-1-" + n)?.getBoundingClientRect().height > 8).join("")`
	const texts = `["1","2","3","4","5"].filter(n => document.querySelector("#m-1-" + n + " .message__body")?.checkVisibility()).join("")`
	other.Until(row + ` === "145" && ` + texts + ` === "4"`)
	if got := eval[string](ben, texts); got != "12345" {
		t.Errorf("Ben himself reads %s", got)
	}
	if got := eval[string](other, `getComputedStyle(document.querySelector("#m-1-1 .message__tool--more"), "::after").content + document.querySelector("#m-1-1").innerText.split("\n").pop()`); got != `"Muted ·"More` {
		t.Errorf("the line says %q", got)
	}
	other.accessible("a muted person's messages")
	other.Screenshot("muted")
	// The keyboard opens the row, and what follows elsewhere stays closed.
	other.focus("#m-1-1 .message__tool--more", false)
	other.Until(texts + ` === "1234"`)
	other.accessible("a muted person's messages, opened")
	other.focus("#m-1-3 .message__tool--more", false)
	other.Until(texts + ` === "1234"`)
	other.focus("#m-1-5 .message__tool--more", false)
	other.Until(texts + ` === "45"`)
	// So does the pointer, but only on the words.
	other.focus("#composer-text", false)
	other.Until(texts + ` === "4"`)
	other.point("#m-1-1", 0.9)
	other.point("#m-1-1 .message__tool--more", 0.5)
	other.Until(texts + ` === "1234"`)
	if icon := eval[string](other, `getComputedStyle(document.querySelector("#m-1-3 .message__tool--more"), "::before").display + getComputedStyle(document.querySelector("#m-1-3 .message__tool--more"), "::after").content`); icon != "blocknone" {
		t.Errorf("opened, the link is %s", icon)
	}
	other.Screenshot("muted-pointed")
	other.point("#m-1-4", 0.9)
	other.Until(texts + ` === "4"`)
	// So does a tap, without leaving the page; the link leads to what one can do.
	// A pointer that had been on the page would be there again once the page has changed; the
	// headless shell has one in its corner.
	path, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	whole, cancel, err := startChromium(chromedp.ExecPath(path))
	defer cancel()
	if err != nil {
		t.Fatal(err)
	}
	phone := windowOf(t, s, whole)
	phone.touch()
	phone.Returns("ada")
	phone.Until(connected + " && " + texts + ` === "4"`)
	phone.Type("#composer-text", "Half a sen")
	phone.tap("#m-1-1 .message__tool--more")
	phone.Until(texts + ` === "1234"`)
	phone.Screenshot("muted-tapped")
	phone.focus("#m-1-3 .message__tool--more", false)
	phone.Press(kb.Enter)
	phone.Until(`document.querySelector("#editor").textContent.includes("And these, @ada")`)
	if got := eval[string](phone, `document.querySelector("#composer-text").value`); got != "Half a sen" {
		t.Errorf("the composer has %q", got)
	}
	// Nor does a mention by Ben count where Ada is not looking, nor what he writes to her.
	for _, w := range []*Window{other, phone} {
		w.Open("/people/2")
		w.Until(connected)
	}
	ben.Say("And this, @ada")
	him := ben.person()
	him.post("/direct", map[string][]string{"with": {"1"}})
	him.say(2, "Do you want to buy my things?")
	cleo.Post("Soup is ready, @ada")
	ada.Until(`document.querySelector("#rooms-list a[href='/rooms/1-lobby'] .badge--mention")?.textContent.startsWith("@1") && !document.querySelector("#rooms-list a[href='/rooms/2-direct'] .badge")`)
	other.Open("/")
	other.Until(connected + " && " + folded("1"))
	// From the card one goes further, and back.
	ada.Submit(".person button[value=block]", arrived+` && document.querySelector(".person").textContent.includes("Unblock")`)
	ada.Submit(".person button[value=mute]", arrived+` && document.querySelector(".person").textContent.includes("Unmute")`)
	ada.Open("/mutes")
	ada.Submit("main form button", arrived+` && document.querySelector(".saved")`)
	other.Until("!" + folded("1") + ` && document.querySelector("#heard") && !document.querySelector("#heard-text")`)
}

func TestWhoIsMutedIsNotShownTypingToWhoMutedThem(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben, cleo := window(t, s), window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	cleo.Joins("Cleo")
	const types = `document.querySelector("#typing [data-typing='2']")`
	ada.Open("/people/2")
	ada.Submit(".person button[value=mute]", arrived+` && document.querySelector(".person").textContent.includes("Unmute")`)
	for _, w := range []*Window{ada, ben, cleo} {
		w.Open("/rooms/1-lobby")
		w.Until(connected)
	}
	ben.Type("#composer-text", "Buy my")
	cleo.Until(types + `?.checkVisibility()`)
	ada.Until(types) // all pages are sent the same
	if eval[bool](ada, types+`.checkVisibility()`) {
		t.Error("Ada sees that Ben types")
	}
	// Cleo beside him is shown.
	cleo.Type("#composer-text", "Hello")
	ada.Until(`document.querySelector("#typing [data-typing='3']")?.checkVisibility()`)
	ada.person().post("/people/2/mute", map[string][]string{"do": {""}})
	ada.Until(`!document.querySelector("#typing [data-typing='2']")`) // he has stopped
	ben.Type("#composer-text", " things")
	ada.Until(types + `?.checkVisibility()`)
}
