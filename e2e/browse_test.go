package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestAPrivateRoomIsFoundOnceItIsOpenAndNoMoreWhenItIsPrivateAgain(t *testing.T) {
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.SignUp("Ada")
	ben.SignUp("Ben")
	ada.person().make("Surprise", "private")
	found := func(is bool) {
		t.Helper()
		for _, path := range []string{"/rooms", "/go?q=surp"} {
			ben.Open(path)
			if got := eval[bool](ben, `document.querySelector("main").textContent.includes("Surprise")`); got != is {
				t.Errorf("%s: the room is found: %t, want %t", path, got, is)
			}
		}
	}
	turn := func(kind string) {
		t.Helper()
		ada.Open("/rooms/2/about")
		ada.Click("input[name=kind][value=" + kind + "]")
		ada.Submit("form[action$='/about'] button", arrived+` && document.querySelector(".saved")?.textContent.includes("room is saved") && document.querySelector("input[type=radio][value=`+kind+`]").checked`)
	}
	found(false)
	turn("open")
	found(true)
	turn("private")
	found(false)
	if resp := ben.person().post("/rooms/2/join", nil); resp.StatusCode != http.StatusNotFound {
		t.Errorf("Ben joins a private room: %s", resp.Status)
	}
	turn("open")
	ben.Open("/rooms")
	ben.Submit("form[action='/rooms/2/join'] button", inRoom+` && location.pathname === "/rooms/2-surprise"`)
	// Who is in it stays in it.
	turn("private")
	ben.Open("/rooms/2-surprise")
	ben.Until(connected)
	ben.Sees("Private room")
}

// accessKey presses Alt and a letter, as one does on Linux and Windows.
func (w *Window) accessKey(letter string) {
	w.t.Helper()
	code := int64(strings.ToUpper(letter)[0])
	for _, kind := range []input.DispatchKeyEventType{"keyDown", "keyUp"} {
		event := input.DispatchKeyEventParams{Type: kind, Modifiers: 1, Key: letter, Code: "Key" + strings.ToUpper(letter), Text: letter, UnmodifiedText: letter, WindowsVirtualKeyCode: code}
		if _, err := chromedp.Call(w.ctx, input.DispatchKeyEvent, event); err != nil {
			w.t.Fatal(err)
		}
	}
}

func TestOneGoesAnywhereByAPartOfItsName(t *testing.T) {
	s := serve(t)
	ada := window(t, s)
	ada.SignUp("Ada")
	ada.Until(connected)
	ada.person().make("Kitchen", "open")
	ben := person(t, s, "ben")
	ben.make("Garden", "open")
	ben.make("Garage", "private")

	find := func(text, found string) {
		t.Helper()
		ada.Until(connected)
		// The access key takes one to the field from anywhere.
		ada.accessKey("k")
		ada.Until(`document.activeElement.id === "find"`)
		ada.do(chromedp.KeyEvent(text))
		ada.Until(`document.querySelector("#found ` + found + `")`)
	}
	find("kit", "a[href='/rooms/2-kitchen']")
	ada.Submit("#found a[href='/rooms/2-kitchen']", inRoom+` && location.pathname === "/rooms/2-kitchen"`)
	find("gar", "form[action='/rooms/3/join'] button")
	if n := eval[int](ada, `document.querySelectorAll("#found li").length`); n != 1 {
		t.Errorf("%d are found, want the open room alone", n)
	}
	ada.Submit("#found form[action='/rooms/3/join'] button", inRoom+` && location.pathname === "/rooms/3-garden"`)
	find("be", "form[action='/direct'] button")
	ada.Submit("#found form[action='/direct'] button", inRoom+` && location.pathname === "/rooms/5-direct"`)

	// Enter leads to a page of what was found, which needs no script.
	find("kit", "a[href='/rooms/2-kitchen']")
	ada.Press(kb.Enter)
	ada.Until(arrived + ` && location.pathname === "/go" && document.querySelector("main a[href='/rooms/2-kitchen']")`)
	if got := eval[string](ada, `document.querySelector("#go-text").value`); got != "kit" {
		t.Errorf("the field has %q", got)
	}
}
