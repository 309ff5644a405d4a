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
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
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
		if kind == "open" {
			ada.Submit("form[action$='/about'] button", arrived+` && document.querySelector("[name=sure]")`)
		}
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
	// Who is in it stays in it, and sees it become private, there and in the list.
	const locked = `document.querySelector("#head h1").textContent.includes("Private room") && document.querySelector("#side-2").textContent.includes("Private room")`
	ben.Until(connected + ` && !(` + locked + `)`)
	turn("private")
	ben.Until(locked)
	ben.Open("/rooms/2-surprise")
	ben.Until(connected + ` && ` + locked)
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
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Joins("Ada")
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

	// A person and one's conversation with them are one.
	find("be", "a[href='/rooms/5-direct']")
	if n := eval[int](ada, `document.querySelectorAll("#found li").length`); n != 1 {
		t.Errorf("Ben is found %d times", n)
	}
	ada.Open("/rooms")
	// Enter leads to the one that fits best; where several fit as well, to a page of them,
	// which needs no script.
	ben.make("Big kitchen", "open")
	find("kit", "form[action='/rooms/6/join']")
	ada.Press(kb.Enter)
	ada.Until(inRoom + ` && location.pathname === "/rooms/2-kitchen"`)
	find("e", "a[href='/rooms/2-kitchen']")
	ada.Press(kb.Enter)
	ada.Until(arrived + ` && location.pathname === "/go" && document.querySelector("main a[href='/rooms/2-kitchen']") && document.querySelector("#go-text").value === "e"`)
	if got := eval[string](ada, `[...document.querySelectorAll("main h2")].map(e => e.textContent).join()`); got != "Rooms,People" {
		t.Errorf("it is headed %q", got)
	}
}

func TestTheListOfRoomsIsLiveAndGivesWayToWhatIsTyped(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	ben.Open("/rooms")
	ben.Until(connected)
	ada.person().make("Kitchen", "open")
	ben.Until(`document.querySelector("#rooms-listed a[href='/rooms/2-kitchen']")?.textContent === "Kitchen"`)
	ada.person().post("/rooms/2/about", map[string][]string{"name": {"Canteen"}, "kind": {"open"}, "topic": {"Soup"}})
	ben.Until(`document.querySelector("#rooms-listed a[href='/rooms/2-canteen']")?.textContent === "Canteen"`)
	person(t, s, "cleo").say(1, "Hello")
	ben.Until(`document.querySelector("#rooms-listed li:last-child .badge")?.textContent.trim().startsWith("1")`)
	ben.Type("#room-text", "antee")
	ben.Until(`[...document.querySelectorAll(".browse .list bdi")].filter(e => e.checkVisibility()).map(e => e.textContent).join() === "Canteen"`)
	ben.retype("#room-text", "zzz")
	ben.Until(`document.querySelector("#rooms-found").textContent.includes("No room has that in its name")`)
	ben.Open("/rooms?q=antee") // without a script
	ben.Until(arrived + ` && document.querySelectorAll(".browse .list bdi").length === 1`)
	if got := eval[string](ben, `document.querySelector(".browse form[action$='/join'] button").textContent.replace(/\s+/g, " ").trim()`); got != "Join Canteen" {
		t.Errorf("the button is called %q", got)
	}

	// Before one joins one sees what it is about.
	ben.Submit(".browse .list a", arrived+` && location.pathname === "/rooms/2-canteen" && document.querySelector("main").textContent.includes("Soup")`)
	ben.Submit("main form[action$='/join'] button", inRoom+` && location.pathname === "/rooms/2-canteen"`)
}
