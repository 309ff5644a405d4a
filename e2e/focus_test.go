package e2e

import (
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// focus goes with Tab, or with Shift and Tab, until what has the focus matches selector.
func (w *Window) focus(selector string, back bool) {
	w.t.Helper()
	tab := chromedp.KeyEvent(kb.Tab)
	if back {
		tab = chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))
	}
	for range 60 {
		if eval[bool](w, `document.activeElement.matches("`+selector+`")`) {
			return
		}
		w.do(tab)
	}
	w.t.Fatalf("the keyboard does not get to %s", selector)
}

// focused is what has the focus, in words.
func (w *Window) focused() string {
	w.t.Helper()
	return eval[string](w, `document.activeElement.tagName + " " + (document.activeElement.getAttribute("href") ?? document.activeElement.id)`)
}

func TestTheFocusStaysWhereItIsWhenThatChanges(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Joins("Ada")
	ada.Until(connected)
	cleo := window(t, s)
	for _, name := range []string{"Kitchen", "Workshop"} {
		ada.person().make(name, "open")
	}
	ben := person(t, s, "ben")
	cleos := person(t, s, "cleo")
	ada.Until(`document.querySelectorAll("#people-list li").length === 3`)
	ben.post("/rooms/2/join", nil)
	ben.post("/rooms/3/join", nil)
	ben.Post("The first")
	ada.Shows("The first")
	stays := func(do func(), done string) {
		t.Helper()
		was := ada.focused()
		do()
		ada.Until(done)
		if got := ada.focused(); got != was {
			t.Errorf("the focus went from %q to %q", was, got)
		}
	}
	ada.focus("#m-1-1 .message__link", true)
	stays(func() { ben.edit(1, "The first, edited") }, `document.querySelector("#m-1-1 .message__edited")`)
	stays(func() { ben.Post("The second") }, `document.getElementById("m-1-2")`)

	// Also the time in the margin is framed, as large as it is.
	ada.focus("#m-1-2.message--next .message__link", true)
	if !eval[bool](ada, `((link, time) => link.width >= 24 && link.height >= 12 && link.left <= time.left && link.right >= time.right)(document.querySelector("#m-1-2 .message__link").getBoundingClientRect(), document.querySelector("#m-1-2 time").getBoundingClientRect())`) {
		t.Error("the time of a message that continues a block shows no focus")
	}

	ada.focus(".room__head a[href='/rooms/1/about']", true)
	stays(func() {
		ada.person().post("/rooms/1/about", map[string][]string{"name": {"Foyer"}, "kind": {"open"}, "everyone": {"yes"}})
	}, `document.querySelector("#head h1").textContent.includes("Foyer")`)

	// A room gets a badge, goes to the top, and is overtaken again.
	ada.focus("#rooms-list a[href='/rooms/2-kitchen']", true)
	const top = `document.querySelector("#rooms-list li a").getAttribute("href")`
	stays(func() { ben.say(3, "Wood") }, top+` === "/rooms/3-workshop"`)
	stays(func() { ben.say(2, "Soup") }, top+` === "/rooms/2-kitchen" && document.querySelector("#rooms-list li .badge")`)
	stays(func() { ben.say(3, "More wood") }, top+` === "/rooms/3-workshop"`)

	// A person comes, and goes up the list.
	ben.post("/logout", nil)
	cleos.post("/logout", nil)
	ada.Until(`document.querySelectorAll("#people-list .presence--online").length === 1`)
	ada.focus("#people-list a[href='/people/3']", false)
	stays(func() { cleo.Returns("cleo") }, `document.querySelectorAll("#people-list .presence--online").length === 2 && document.querySelector("#people-list li:nth-child(2) a").getAttribute("href") === "/people/3"`)
}

// A list in which others come before it and it changes itself: what one is about to press
// is still about the same.
func TestTheFocusStaysOnTheSameRowOfAListThatChanges(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Unlimited()
	s.Start()
	ada := window(t, s)
	ada.Joins("Ada")
	ben, cleo := person(t, s, "ben"), person(t, s, "cleo")
	ben.make("Kitchen", "open")
	ada.Open("/rooms")
	ada.Until(connected)
	ada.focus("#rooms-listed form[action='/rooms/2/join'] button", true)
	for i, name := range []string{"Attic", "Book", "Car"} {
		cleo.post("/rooms/2/"+[]string{"join", "leave"}[i%2], nil)
		ben.make(name, "open")
		ada.Until(fmt.Sprintf(`document.querySelector("#rooms-listed a[href^='/rooms/%d-']")`, i+3))
		if got := eval[string](ada, `document.activeElement.closest("form")?.getAttribute("action")`); got != "/rooms/2/join" {
			t.Fatalf("with %s the focus went to %s", name, got)
		}
	}

	ada.Open("/admin/people/2")
	ada.Until(connected)
	ada.focus("#account-sessions button", false)
	session := eval[string](ada, `document.activeElement.value`)
	for n := 2; n < 5; n++ {
		signIn(t, s, "ben").make(fmt.Sprint("Room ", n), "open")
		ada.Until(fmt.Sprintf(`document.querySelectorAll("#account-sessions li").length === %d`, n))
		if got := eval[string](ada, `document.activeElement.value`); got != session {
			t.Fatalf("of %d sessions another is about to be ended", n)
		}
	}
}

func TestOneWritesOnWhenAnEditorIsClosed(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Joins("Ada")
	ada.Until(connected)
	ada.Say("The first")
	ada.Shows("The first")
	written := ""
	writesOn := func(how string, text string) {
		t.Helper()
		ada.Until(`!document.querySelector("#editor form, #editor .editor")`)
		ada.do(chromedp.KeyEvent(text))
		written += text
		if got := eval[string](ada, `document.getElementById("composer-text").value`); got != written {
			t.Errorf("after %s the field has %q, want %q", how, got, written)
		}
	}
	const edit, more = "#m-1-1 .message__tool:not(.message__tool--more)", "#m-1-1 .message__tool--more"
	ada.Type("#composer-text", "half")
	written = "half"
	ada.Click(edit)
	ada.Until(`document.activeElement.id === "edit-text"`)
	ada.Press(kb.Escape)
	writesOn("Esc", " a")
	ada.Click(edit)
	ada.Until(`document.activeElement.id === "edit-text"`)
	ada.do(chromedp.KeyEvent("!"))
	ada.Press(kb.Enter)
	ada.Until(`document.querySelector("#m-1-1 .message__edited")`)
	writesOn("an edit", " message")
	ada.Click(more)
	ada.Until(`document.querySelector("#editor .editor")`)
	ada.Click("#editor .editor a[href$='-lobby'].button:last-of-type")
	writesOn("a card", " and more")
	ada.Click(more)
	ada.Submit("#editor a[href$='/delete']", `document.activeElement.closest("#delete")`)
	ada.Press(kb.Enter)
	ada.Until(`document.querySelector("#m-1-1 .message__gone")`)
	writesOn("a delete", ".")
}

func TestReducedMotionIsCalmAndStaysConnected(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	_, err := chromedp.Call(ada.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	ada.Joins("Ada")
	ada.Until(connected)
	moves := eval[string](ada, `[...document.querySelectorAll("*")].filter(e => !e.closest(".pulse")).flatMap(e => ["", "::before", "::after"].map(p => getComputedStyle(e, p)).filter(s => s.animationName !== "none" || s.transitionDuration !== "0s").map(() => e.tagName + "." + e.className)).join(" ")`)
	if moves != "" {
		t.Errorf("these move: %s", moves)
	}
	if got := eval[string](ada, `(s => s.animationName + " " + s.animationDuration)(getComputedStyle(document.querySelector(".pulse")))`); got != "pulse 45s" {
		t.Errorf("the clock of the connection is %q", got)
	}
	person(t, s, "ben").Post("Can you hear me?")
	ada.Shows("Can you hear me?")
}

// stop is where Tab leads: the part of the page, and whether one sees that the focus is there.
type stop struct {
	Part, What string
	Seen       bool
}

const stopScript = `(e => {
	const part = [["skip", ".skip"], ["rooms", "#rooms"], ["header", ".room__head"], ["messages", ".room__scroll"], ["field", ".room__foot"], ["people", "#people"]].find(([, selector]) => e.closest(selector))?.[0] ?? e.tagName
	const box = e.getBoundingClientRect(), drawn = e => { const s = getComputedStyle(e); return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 }
	const framed = e.id === "composer-text" && getComputedStyle(e.closest(".composer")).borderTopColor === getComputedStyle(document.querySelector(".button--main")).backgroundColor
	return {Part: part, What: e.outerHTML.slice(0, 120), Seen: (drawn(e) || framed) && e.checkVisibility({opacityProperty: true}) && box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth}
})(document.activeElement)`

func TestTheKeyboardGoesThroughARoomInOrderAndOneSeesWhereItIs(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Joins("Ada")
	ada.Until(connected)
	ada.person().make("Kitchen", "open")
	person(t, s, "ben").Post("Who is there?")
	ada.Say("Me")
	ada.Shows("Me")
	ada.Until(`document.querySelectorAll("#people-list li").length === 2 && document.querySelectorAll("#rooms-list li").length === 2`)
	tab := chromedp.KeyEvent(kb.Tab)
	for _, size := range [][2]int64{{1440, 900}, {390, 844}} {
		ada.size(size[0], size[1])
		ada.focus(".skip", true)
		want, parts := []string{"skip", "rooms", "header", "messages", "field", "people"}, []string{}
		if size[0] < 800 { // the drawers are closed
			want = []string{"skip", "header", "messages", "field"}
		}
		for range 60 {
			at := eval[stop](ada, stopScript)
			if at.Part == "BODY" || at.Part == "skip" && len(parts) > 1 { // it has gone round
				break
			}
			if !at.Seen {
				t.Errorf("at %d px one does not see that the focus is at %s", size[0], at.What)
			}
			if len(parts) == 0 || parts[len(parts)-1] != at.Part {
				parts = append(parts, at.Part)
			}
			ada.do(tab)
		}
		if !slices.Equal(parts, want) {
			t.Errorf("at %d px the keyboard goes through %v, want %v", size[0], parts, want)
		}
		// And past all of it to the field, from the very top.
		ada.focus(".skip", true)
		ada.Press(kb.Enter)
		ada.do(chromedp.KeyEvent("x"))
		if got := eval[string](ada, `document.activeElement.id + " " + document.activeElement.value`); got != "composer-text x" {
			t.Errorf("at %d px the skip link leads to %q", size[0], got)
		}
		ada.do(chromedp.KeyEvent(kb.Backspace))
	}
}
