package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// offers says whether the form that chooses people offers exactly those of names, in order.
func offers(names string) string {
	return `[...document.querySelectorAll("#choices bdi")].map(e => e.textContent).join() === "` + names + `"`
}

// retype types text in place of what is in the field.
func (w *Window) retype(selector, text string) {
	w.t.Helper()
	w.Click(selector)
	w.do(chromedp.KeyEvent(kb.End), chromedp.KeyEvent(kb.Home, chromedp.KeyModifiers(chromedp.ModifierShift)), chromedp.KeyEvent(text))
}

func TestAPrivateRoomIsFilledFromItsEmptyState(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	ben.Until(connected)
	person(t, s, "cleo")
	ada.Open("/rooms/new")
	ada.Type("#name", "Surprise")
	ada.Click("input[value=private]")
	ada.Submit("main form button", inRoom)
	ada.Until(connected)
	if hello := eval[bool](ada, `document.querySelector(".room__hello").checkVisibility()`); hello {
		t.Error("one who is alone is asked to say hello")
	}
	room := ada.second()
	room.Open("/rooms/2-surprise")
	room.Until(connected)
	ada.Submit(".room__alone a", arrived+` && document.activeElement.id === "person"`)
	ada.Until(connected + ` && ` + offers("Ben,cleo"))

	// One finds people by typing, ticks them, and names another beside.
	ada.Type("#person", "be")
	ada.Until(offers("Ben"))
	ada.Click("#choices input")
	ada.retype("#person", "zzz")
	ada.Until(`document.querySelector("#choices").textContent.includes("Nobody found") && document.querySelector("#choices input:checked")`)
	ada.retype("#person", "cleo")
	ada.Until(offers("Ben,cleo"))
	ada.Press(kb.Enter)
	const said = `document.querySelector(".form--add .saved")?.textContent.replace(/[\u2068\u2069]/g, "").trim()`
	ada.Until(arrived + ` && location.search.includes("added") && ` + said + ` === "Added: Ben, cleo."`)
	ada.Until(`document.activeElement.id === "person" && document.querySelectorAll("#members-list li").length === 3`)

	// Who is let in sees it, wherever they are; the room's page says that one is not alone.
	const mark = `document.querySelector("#rooms-list li:first-child a[href='/rooms/2-surprise'] .badge")?.textContent`
	ben.Until(mark + ` === "new" && document.title.startsWith("(1) ")`)
	room.Until(`!document.querySelector(".room__alone").checkVisibility() && document.querySelector(".room__hello").checkVisibility()`)
	other := ben.second()
	other.Open("/rooms/2-surprise")
	other.Until(connected)
	ben.Until(`!document.title.startsWith("(") && document.querySelector("#rooms-list a[href='/rooms/2-surprise']") && !document.querySelector("#rooms-list .badge")`)

	// Again is no mistake, and is said.
	ada.Type("#person", "ben")
	ada.Until(`document.querySelector("#choices input:disabled")`)
	ada.Press(kb.Enter)
	ada.Until(arrived + ` && ` + said + ` === "A member already: Ben."`)

	// The list of members follows who is here and who goes.
	ada.Until(connected + ` && document.querySelector("#member-2 .presence--online")`)
	ben.Open("/rooms/2/about")
	ben.Until(connected + ` && document.querySelectorAll("#members-list li").length === 3`)
	other.hide(true)
	ben.hide(true)
	ada.Until(`document.querySelector("#member-2 .presence--away")`)
	ada.person().post("/rooms/2/members/remove", map[string][]string{"user": {"2"}, "reason": {"other"}, "for": {"1h"}})
	ada.Until(`document.querySelectorAll("#members-list li").length === 2`)
	ben.Until(`!document.querySelector("#members-list li") && document.querySelector("#live").textContent.includes("A moderator removed you")`)
}

func TestPeopleAreAddedWithoutScripts(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Script(false)
	ada.Allow("status of 422")
	ada.Joins("Ada")
	person(t, s, "ben")
	person(t, s, "benedict")
	ada.person().make("Surprise", "private")
	ada.Open("/rooms/2/about")
	ada.Type("#person", "be")
	ada.Submit(".form--add button", arrived+` && document.querySelector("#person-error")?.textContent.includes("Tick whom you mean")`)
	ada.Until(offers("ben,benedict"))
	ada.Click("#choices p:nth-of-type(2) input")
	ada.Submit(".form--add button", arrived+` && document.querySelectorAll("#members-list li").length === 2 && document.querySelector("#member-3")`)
	ada.Type("#person", "zzz")
	ada.Submit(".form--add button", arrived+` && document.querySelector("#person-error")?.textContent.includes("Nobody has a name like that") && document.querySelector("#person").value === "zzz"`)
}
