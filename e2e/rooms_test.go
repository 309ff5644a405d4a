package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const arrived = `document.readyState === "complete"`

func TestARoomIsMadeJoinedRenamedArchivedAndOpenedAgain(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	ada.Open("/rooms/new")
	ada.Type("#name", "Kitchen")
	ada.Type("#topic", "Lunch and leftovers")
	ada.Submit("main form button", inRoom)
	ada.Until(connected)
	ada.Say("Soup is on")
	ada.Shows("Soup is on")

	// Of rooms in use no two have one name, however it is written.
	ben.Allow("status of 422")
	ben.Open("/rooms/new")
	ben.Type("#name", "kITCHEN")
	ben.Submit("main form button", arrived+` && document.querySelector("#name-error")?.textContent.includes("There is a room of that name") && document.querySelector("#name").value === "kITCHEN"`)
	ben.Open("/rooms")
	ben.Sees("Lunch and leftovers")
	ben.Submit("form[action$='/join'] button", inRoom)
	ben.Until(connected)
	ben.Shows("Soup is on")
	ben.Say("Coming")
	ada.Shows("Coming")

	ada.Click("#head a[href$='/about']")
	ada.Until(arrived + ` && document.querySelector("#name")`)
	ada.do(setValue("#name", "Canteen"))
	ada.Submit("form[action$='/about'] button", arrived+` && document.querySelector("h1").textContent.includes("Canteen")`)
	// All that names the room, in a page that is open in front.
	ben.Until(inRoom + ` && document.querySelector("h1").textContent.includes("Canteen") && document.title.startsWith("Canteen") &&
		document.querySelector("#side-2").textContent.includes("Canteen") && document.querySelector(".room__start").textContent.split("Canteen").length === 3 && document.querySelector(".composer__says").dataset.says === "Message Canteen"`)
	ada.do(setValue("#topic", "Soup every day"))
	ada.Submit("form[action$='/about'] button", arrived+` && document.querySelector("#topic").value === "Soup every day"`)
	ben.Until(`document.querySelector(".room__topic").textContent === "Soup every day"`)
	ben.Type("#composer-text", "half written")
	ada.Submit("a[href$='/archive']", arrived+` && document.querySelector("form[action$='/archive']")`)
	ada.Sees("nobody can write in it or join it any more")
	ada.accessible("the question whether to archive")
	ada.Submit("form[action$='/archive'] button", arrived+` && document.querySelector("form[action$='/reopen']")`)
	ben.Until(`document.querySelector(".room__archived") && !document.querySelector("#composer .button").checkVisibility() && document.querySelector(".skip").hash === "#main"`)
	if !eval[bool](ben, `document.querySelector("#composer-text").checkVisibility() && document.querySelector("#composer-text").value === "half written"`) {
		t.Error("what was half written is hidden")
	}
	ben.do(chromedp.KeyEvent(kb.Backspace + strings.Repeat(kb.Backspace, 11)))
	ben.Until(`!document.querySelector("#composer").checkVisibility()`)
	ben.Open("/rooms/2-kitchen")
	ben.Until(`location.pathname === "/rooms/2-canteen" && document.querySelector(".room__archived") && !document.querySelector("#composer")`)
	ben.Sees("Soup is on")
	ada.Submit("form[action$='/reopen'] button", arrived+` && document.querySelector("a[href$='/archive']")`)
	ben.Until(inRoom + ` && document.querySelector("#composer").checkVisibility() && !document.querySelector(".room__archived")`)

	// Ben leaves: who stays sees it, and his other page is told.
	other := ben.second()
	other.Open("/rooms/2/about")
	ada.Open("/rooms/2-canteen")
	ada.Until(connected + ` && document.querySelector("#people-list").textContent.includes("Ben")`)
	other.Submit("form[action$='/leave'] button", arrived+` && location.pathname === "/rooms"`)
	ada.Until(`!document.querySelector("#people-list").textContent.includes("Ben")`)
	ben.Until(`document.querySelector("#live").textContent.includes("no longer a member")`)
}

func TestWhoIsRemovedSeesNothingMoreAndIsToldWhy(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ben.Allow("status of 404")
	ada.Joins("Ada")
	ben.Joins("Ben")
	ada.Open("/rooms/new")
	ada.Type("#name", "Surprise")
	ada.Click("input[value=private]")
	ada.Submit("main form button", inRoom)
	ada.Until(connected)
	ada.Say("Cake at four")
	ben.Open("/rooms/2-surprise")
	ben.Sees("There is nothing here")

	ada.Open("/rooms/2/about")
	ada.Type("#person", "ben")
	ada.Submit("form[action$='/members'] button", arrived+` && document.querySelector("a[href*='/members/remove']")`)
	ben.Open("/rooms/2-surprise")
	ben.Until(connected)
	ben.Shows("Cake at four")
	ada.Submit("a[href*='/members/remove']", arrived+` && document.querySelector("#remove-for").value === "168h"`)
	ada.do(setValue("#remove-reason", "off-topic"))
	ada.Submit("main .button--danger", arrived+` && document.querySelector(".saved") && !document.querySelector("a[href*='/members/remove']")`)
	ben.Until(`document.querySelectorAll("#messages > *").length === 0 && document.querySelector("#live").textContent.includes("A moderator removed you")`)
	if far := eval[float64](ben, `document.querySelector("#head").getBoundingClientRect().right - document.querySelector("#head a.button--icon").getBoundingClientRect().right`); far > 40 {
		t.Errorf("the header's tools are %v px from its end", far)
	}
	ben.Open("/rooms/2-surprise")
	ben.Sees("A moderator removed you from this room")
}

func TestADirectConversationIsFoundAgain(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	ada.Until(connected)
	ada.Say("Hello all")
	ben.Shows("Hello all")

	// From a name in the room to the card, and from the card to the conversation.
	ben.Click("#m-1-1 .message__who")
	ben.Until(`document.querySelector("#editor .person")`)
	ben.Press(kb.Escape)
	ben.Until(`!document.querySelector("#editor .person")`)
	ben.Click("#m-1-1 .message__who")
	ben.Until(`document.querySelector("#editor .person")`)
	ben.Submit("#editor .person button", arrived+` && location.pathname === "/rooms/2-direct" && document.querySelector("#composer")`)
	ben.Until(connected)
	ben.Say("Just you and me")

	// The other finds it by the name, in the field of the sidebar.
	ada.Type("#find", "be")
	ada.Until(`document.querySelector("#found a[href='/rooms/2-direct']")`)
	ada.Submit("#found a[href='/rooms/2-direct']", arrived+` && location.pathname === "/rooms/2-direct" && document.querySelector("#composer")`)
	ada.Until(connected)
	ada.Shows("Just you and me")
	// Beside the list of rooms one sees whether the other is here.
	const dot = `document.querySelector("#rooms-list a[href='/rooms/2-direct'] .presence`
	ben.Until(dot + `--online")`)
	ada.hide(true)
	ben.Until(dot + `--away")`)
	if name := eval[string](ada, `document.querySelector("h1 bdi").textContent`); name != "Ben" {
		t.Errorf("Ada's conversation is called %q", name)
	}
	ada.Open("/direct/new")
	ada.Submit("main form .form__actions button", arrived+` && document.querySelector("h1")?.textContent.includes("Notes to yourself")`)
}

func TestAMentionIsMarkedForTheOneMentioned(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	ada.Until(connected)
	ben.Until(connected)
	ada.Say("Ask @ben, he knows")
	ben.Shows("Ask @ben, he knows")
	const wash = `getComputedStyle(document.querySelector("#m-1-1")).getPropertyValue("--row") !== ""`
	ben.Until(`document.querySelector("#m-1-1 mark").textContent === "@ben" && ` + wash)
	if eval[bool](ada, wash) {
		t.Error("Ada's page shows the mention as hers")
	}
	// It marks the message, and not the day above it; so do its tools.
	if !eval[bool](ben, `getComputedStyle(document.querySelector("#m-1-1")).backgroundColor === "rgba(0, 0, 0, 0)" &&
		document.querySelector("#m-1-1 .message__tools").getBoundingClientRect().top > document.querySelector("#m-1-1 .message__day").getBoundingClientRect().bottom`) {
		t.Error("what belongs to the message is over the day above it")
	}
	const mine = `getComputedStyle(document.querySelector("#m-1-1 a.own")).display !== "none"`
	if eval[bool](ben, mine) || !eval[bool](ada, mine) {
		t.Error("the way to edit is shown to another than the author")
	}
}

func TestOneComesBackToWhereOneLeftOff(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	ben.Open("/profile")
	ada.Until(connected)
	ada.Say("one")
	ada.Say("two @ben")
	ben.Open("/rooms")
	ben.Until(arrived + ` && document.title.startsWith("(2) ") && document.querySelector(".badge--mention")?.textContent.trim().startsWith("@1") && document.querySelector(".badge--mention + .badge")?.textContent.trim().startsWith("2")`)
	ben.Open("/rooms/1-lobby")
	ben.Until(arrived)
	if line := eval[string](ben, `getComputedStyle(document.querySelector("#m-1-1"), "::before").content`); line == "none" || line == "normal" {
		t.Errorf("there is no line where Ben left off: %s", line)
	}
	// Unread again from the second, then all read.
	ben.Until(connected + ` && !document.title.startsWith("(")`)
	ben.Click("#m-1-2 .message__tool--more")
	ben.Until(`document.querySelector("#editor form[action$='/unread']")`)
	ben.Click("#editor form[action$='/unread'] button")
	ben.Until(arrived + ` && document.title.startsWith("(1) ")`)
	ben.Submit("main form[action='/read'] button", arrived+` && !document.title.startsWith("(")`)
	// Beside the list of rooms, on any page and without leaving it, while there is something.
	ben.Open("/profile")
	ben.Until(connected + ` && !document.querySelector(".sidebar__read").checkVisibility()`)
	ada.Say("three")
	ben.Until(`document.title.startsWith("(1) ")`)
	ben.Click(".sidebar__read")
	ben.Until(`!document.title.startsWith("(") && location.pathname === "/profile" && !document.querySelector(".sidebar__read").checkVisibility()`)
}

func TestTheTimeOfAMessageIsItsLink(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Seed(200)
	s.Start()
	ada := window(t, s)
	ada.Allow("Autofocus processing was blocked")
	ada.Returns("ada")
	ada.Until(connected)
	marked := func(seq int) string {
		return fmt.Sprintf(`getComputedStyle(document.querySelector("#m-1-%d")).getPropertyValue("--row") !== ""`, seq)
	}
	ada.Submit("#m-1-195 .message__time", arrived+` && location.hash === "#m-1-195" && document.querySelector("#m-1-195:target")`)
	ada.Until(connected + ` && ` + marked(195) + ` && !(` + marked(194) + `)`)
	ada.Open("/rooms/1/messages/100")
	ada.Until(arrived + ` && location.hash === "#m-1-100" && document.querySelector("#window #m-1-100:target") && ` + marked(100) + ` && !(` + marked(99) + `)`)
	ada.Until(`(r => r.top >= 0 && r.bottom <= innerHeight)(document.querySelector("#m-1-100").getBoundingClientRect())`)
	ada.Until(connected)

	// What is sent from here leads to the newest, and is not in the field again for who comes back.
	ada.Click("#composer-text")
	ada.Type("#composer-text", "said from the past")
	ada.Press(kb.Enter)
	ada.Until(arrived + ` && document.querySelector("#messages #m-1-201")`)
	ada.do(chromedp.NavigateBack())
	ada.Until(arrived + ` && location.hash === "#m-1-100" && document.querySelector("#composer-text").value === ""`)
	ada.Until(connected)

	// It continues a block, and shows its time all the same.
	ada.Until(`document.querySelector("#m-1-100.message--next .message__time").checkVisibility({opacityProperty: true})`)

	// The rest loads in both directions, and what one reads stays where it is.
	ada.wheel(-100_000)
	ada.Until(`document.querySelector("#window #m-1-26")`)
	for i := range 5 {
		person(t, s, fmt.Sprintf("guest%d", i)).Post("something new")
	}
	ada.Until(`getComputedStyle(document.querySelector("#arrived"), "::after").content.includes("counter") && document.querySelectorAll("#arrived i").length === 5`)
	ada.person().edit(100, "edited meanwhile")
	ada.Until(`document.querySelector("#window #m-1-100 .message__edited")`)
	reading := func(seq int) string {
		return fmt.Sprintf(`(r => r.bottom > 0 && r.bottom <= innerHeight)(document.querySelector("#m-1-%d").getBoundingClientRect())`, seq)
	}
	ada.wheel(100_000)
	ada.Until(`document.querySelector("#window #m-1-174")`)
	ada.Until(reading(124))
	ada.wheel(100_000)
	// At the newest the page is the room's own, and live.
	ada.Until(`document.querySelector("#messages #m-1-206") && !document.querySelector("#window") && !document.querySelector("#latest") && !document.querySelector("#past")`)
	ada.Until(reading(174))
	ada.Until(connected)
	person(t, s, "late").Post("and live again")
	ada.Shows("and live again")
	ada.Until(reading(174))
	if gone := eval[int](ada, `[...document.querySelectorAll("#messages > article")].findIndex((e, i, all) => i > 0 && +e.dataset.seq !== +all[i-1].dataset.seq + 1)`); gone != -1 {
		t.Errorf("the rows are not in order at %d", gone)
	}
	ada.Click("#composer-text")
	ada.Say("from here, too")
	ada.Shows("from here, too")
}

// hide has the page believe that it is hidden, or in front again.
func (w *Window) hide(hidden bool) {
	w.t.Helper()
	state := "visible"
	if hidden {
		state = "hidden"
	}
	eval[bool](w, `(Object.defineProperty(document, "visibilityState", {value: "`+state+`", configurable: true}), document.dispatchEvent(new Event("visibilitychange")))`)
}

func TestOneSeesWhoIsHereWhoTypesAndWhoHasRead(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ada.Until(connected)
	ben.Joins("Ben")
	ben.Until(connected)
	const online = `[...document.querySelectorAll("#people-list li")].filter(li => li.querySelector(".presence--online")).map(li => li.querySelector("bdi").textContent).join()`
	ada.Until(online + ` === "Ada,Ben"`)
	ben.hide(true)
	ada.Until(online + ` === "Ada" && document.querySelector("#people-list .presence--away")`)

	// What comes while the page is hidden is not read, and the title counts it.
	ada.Say("Are you there?")
	ben.Shows("Are you there?")
	ben.Until(`document.title.startsWith("(1) ") && document.querySelector("#icon").href.includes("mark-new")`)
	ben.hide(false)
	ben.Until(`!document.title.startsWith("(")`)
	ada.Until(online + ` === "Ada,Ben" && [...document.querySelectorAll("#seen bdi")].map(e => e.textContent).join() === "Ben"`)

	ben.Type("#composer-text", "Yes, ")
	ada.Until(`document.querySelector("#typing").textContent.includes("Ben is typing")`)
	if shown := eval[bool](ben, `[...document.querySelectorAll("#typing span")].some(e => getComputedStyle(e).display !== "none")`); shown {
		t.Error("Ben is told that he types himself")
	}
	// Who stops in the middle is soon not shown any more, and is again when they go on.
	ada.Until(`document.querySelector("#typing").textContent.trim() === ""`)
	ben.Type("#composer-text", "here")
	ada.Until(`document.querySelector("#typing").textContent.includes("Ben is typing")`)
	ben.Press("\r")
	ada.Shows("Yes, here")
	ada.Until(`document.querySelector("#typing").textContent.trim() === "" && document.querySelector("#heard").textContent.includes("1 new message, from Ben")`)

	// Who switches both off shows neither, and does not see others'.
	second := ben.second()
	second.Open("/profile")
	second.Click("[name=shows_typing]")
	second.Click("[name=shows_seen]")
	second.Submit("form#profile button", arrived+` && document.body.textContent.includes("saved")`)
	ben.Until(connected)
	ada.Say("And now?")
	ben.Shows("And now?")
	ben.Type("#composer-text", "quiet")
	ada.Until(`![...document.querySelectorAll("#seen bdi")].some(e => e.textContent === "Ben")`)
	if eval[bool](ada, `document.querySelector("#typing").textContent.includes("Ben")`) {
		t.Error("Ada sees what Ben does not show")
	}
	if eval[bool](ben, `!!document.querySelector("#seen bdi")`) {
		t.Error("Ben sees what he does not show himself")
	}
}

func TestTheSidebarIsLive(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	ben.Until(connected)
	ada.Open("/rooms/new")
	ada.Type("#name", "Kitchen")
	ada.Submit("main form button", inRoom)
	ada.Until(connected)
	ada.person().post("/rooms/2/members", map[string][]string{"person": {"ben"}})
	ben.Until(`document.querySelector("#rooms-list a[href='/rooms/2-kitchen']")`)
	ada.Say("Soup, @ben")
	ben.Until(`document.querySelector("#rooms-list li:first-child a[href='/rooms/2-kitchen'] .badge--mention")?.textContent.trim().startsWith("@1") && document.title.startsWith("(1) ")`)
	ada.person().post("/rooms/2/about", map[string][]string{"name": {"Canteen"}, "kind": {"open"}})
	ben.Until(`document.querySelector("#rooms-list a[href='/rooms/2-canteen']")`)
	ada.Until(`document.querySelector("#head h1 bdi").textContent === "Canteen"`)

	// Read on one device, read on all.
	other := ben.second()
	other.Open("/rooms/2-canteen")
	other.Until(connected)
	ben.Until(`!document.querySelector(".badge") && !document.title.startsWith("(")`)
}
