package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// lineAt is the line "New since" before message seq, without its quotes; "none" if there
// is none.
func (w *Window) lineAt(seq int) string {
	w.t.Helper()
	return eval[string](w, fmt.Sprintf(lineAt, seq))
}

const lineAt = `getComputedStyle(document.querySelector("#m-1-%d"), "::before").content.replaceAll('"', "")`

// drawn waits until the line is before message seq.
func (w *Window) drawn(seq int) {
	w.t.Helper()
	w.Until(fmt.Sprintf(lineAt+`.startsWith("New since ")`, seq))
}

const bar = `!!document.querySelector(".room__new a")?.checkVisibility({visibilityProperty: true})`

func TestATabThatComesBackShowsWhereOneLeftOff(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	ada.Until(connected)
	ben.Until(connected)
	ben.Say("while Ada looks")
	ada.Shows("while Ada looks")
	ada.hide(true)
	ben.Until(`document.querySelector("#people-list .presence--away")`)
	for i := range 3 {
		ben.Say(fmt.Sprintf("meanwhile %d", i))
	}
	ada.Shows("meanwhile 2")
	ada.Until(`document.title.startsWith("(3) ")`)
	if ada.lineAt(2) != "none" {
		t.Error("there is a line before Ada is back")
	}
	ada.hide(false)
	ada.drawn(2)
	if eval[bool](ada, bar) {
		t.Error("there is a way to a line that is in view")
	}

	// What comes while she looks is not new, and to turn away for a moment changes nothing.
	ben.Say("and now")
	ada.Shows("and now")
	ada.hide(true)
	ben.Until(`document.querySelector("#people-list .presence--away")`)
	ada.hide(false)
	ben.Until(`!document.querySelector("#people-list .presence--away")`)
	ada.drawn(2)
	if got := ada.lineAt(5); got != "none" {
		t.Errorf("before what she saw there is %q", got)
	}
	// More than fits in any window has a way to where it begins; who writes has read.
	ada.hide(true)
	ben.Until(`document.querySelector("#people-list .presence--away")`)
	for i := range 8 {
		ben.person().Post(fmt.Sprintf("much more %d", i))
	}
	ada.Shows("much more 7")
	ada.hide(false)
	ada.drawn(6)
	ada.Until(`document.querySelector(".room__new").textContent.includes("8 new since") && ` + bar)
	ada.Say("Here I am")
	ada.Until(`!document.querySelector(".room__new a")`)
}

func TestTheJumpLeadsToTheLine(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Unlimited()
	s.Seed(30)
	s.Start()
	ada := window(t, s)
	ada.Allow("Autofocus processing was blocked")
	ada.Returns("ada")
	ada.Until(connected + ` && !document.title.startsWith("(")`)
	unread := func(seq int) {
		t.Helper()
		ada.person().post(fmt.Sprintf("/rooms/1/messages/%d/unread", seq), nil)
	}
	inView := func(seq int) string {
		return fmt.Sprintf(`(r => r.top >= 0 && r.bottom <= innerHeight)(document.querySelector("#m-1-%d").getBoundingClientRect())`, seq)
	}
	// On the page: by its anchor, without leaving it.
	ada.size(1440, 600)
	ada.Open("/rooms")
	unread(3)
	ada.Open("/rooms/1-lobby")
	ada.drawn(3)
	ada.Until(connected)
	ada.Type("#composer-text", "half a thought")
	ada.Click(".room__new a")
	ada.Until(`location.hash === "#m-1-3" && ` + inView(3) + ` && !(` + bar + `)`)
	if got := eval[string](ada, `document.querySelector("#composer-text").value`); got != "half a thought" {
		t.Errorf("the composer has %q", got)
	}

	// Who scrolls there by hand has no need of it either.
	ada.Open("/rooms")
	unread(3)
	ada.Open("/rooms/1-lobby")
	ada.Until(connected + " && " + bar + " && !" + inView(3))
	ada.wheel(-1000)
	ada.Until(inView(3) + ` && !document.querySelector(".room__new a")`)

	// Further back than the page: by another one, where the line still is, though the
	// first page, which was in front, has read all.
	ada.Open("/rooms")
	guest := person(t, s, "guest")
	for i := range 70 {
		guest.Post(fmt.Sprintf("line %d", i))
	}
	unread(3)
	ada.Open("/rooms/1-lobby")
	ada.Until(connected + ` && !document.querySelector("#m-1-3") && !document.title.startsWith("(")`)
	ada.Submit(".room__new a", arrived+` && document.querySelector("#window #m-1-3")`)
	ada.drawn(3)
	ada.Until(inView(3) + ` && !(` + bar + `)`)
	ada.do(chromedp.Reload())
	ada.Until(arrived + ` && document.querySelector("#window #m-1-3")`)
	ada.drawn(3)
}

func TestWhatIsMarkedUnreadStaysUnreadUntilOneComesBack(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	ada.Until(connected)
	ben.Until(connected)
	ben.Say("one")
	ben.Say("two")
	ada.Shows("two")
	other := ada.second()
	other.Open("/rooms/1-lobby")
	other.Until(connected)
	other.Click("#m-1-2 .message__tool--more")
	other.Until(`document.querySelector("#editor form[action$='/unread']")`)
	other.Submit("#editor form[action$='/unread'] button", arrived+` && document.title.startsWith("(1) ")`)
	// The first page is in front all the while, and says so, too.
	ada.Until(`document.title.startsWith("(1) ")`)
	ben.Say("three")
	ada.Shows("three")
	ada.Until(`document.title.startsWith("(2) ")`)
	other.Until(`document.title.startsWith("(2) ")`)
	ada.hide(true)
	ada.hide(false)
	ada.Until(`!document.title.startsWith("(")`)
	other.Until(`!document.title.startsWith("(")`)
	ada.drawn(2)
}

func TestWhoIsFurtherUpHasAWayDown(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Seed(60)
	s.Start()
	ada := window(t, s)
	ada.Returns("ada")
	ada.Until(connected)
	const down, atEnd = `document.querySelector(".room__down .button").checkVisibility({visibilityProperty: true})`,
		`(r => r.bottom > 0 && r.bottom <= innerHeight)(document.querySelector("#messages > article:last-child").getBoundingClientRect())`
	ada.Until(atEnd + " && !" + down)
	ada.Type("#composer-text", "half a thought")
	ada.wheel(-1000)
	ada.Until("!" + atEnd + " && " + down)
	ada.bothSchemes("further up")
	ada.Screenshot("down-dark")
	person(t, s, "ben").Post("something new")
	ada.Until(`document.querySelector("#m-1-61")`)
	if eval[bool](ada, atEnd) {
		t.Error("what came below moved the page")
	}
	// Blocks and days are the same live and loaded.
	const blocks = `document.querySelector("#m-1-60.message--next") && document.querySelector("#m-1-61.message--first") && !document.querySelector("#m-1-61 .message__day")`
	ada.Until(blocks)
	loaded := ada.second()
	loaded.Open("/rooms/1-lobby?before=5")
	loaded.Until(arrived + ` && document.querySelector("#m-1-1 .message__day") && !document.querySelector("#m-1-2 .message__day") && document.querySelector("#m-1-2.message--next")`)
	loaded.Open("/rooms/1-lobby")
	loaded.Until(arrived + " && " + blocks)
	ada.Click(".room__down a")
	ada.Until(atEnd + " && !" + down)
	if got := eval[string](ada, `document.querySelector("#composer-text").value`); got != "half a thought" {
		t.Errorf("the composer has %q", got)
	}
	ada.scheme("light")
	ada.wheel(-600)
	ada.size(390, 844)
	ada.Until(down)
	ada.Screenshot("down-phone")
}

func TestWhoIsRemovedWhileReadingThePastSeesNothingMore(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Seed(120)
	s.Start()
	ben := window(t, s)
	ben.Allow("Autofocus processing was blocked")
	ben.Joins("Ben")
	ben.Open("/rooms/1/messages/20")
	ben.Until(connected + ` && document.querySelector("#window #m-1-20")`)
	signIn(t, s, "ada").post("/rooms/1/members/remove", map[string][]string{"user": {"2"}, "reason": {"other"}, "for": {"1h"}})
	ben.Until(`document.querySelectorAll("article").length === 0 && document.querySelector("#live").textContent.includes("A moderator removed you")`)
}
