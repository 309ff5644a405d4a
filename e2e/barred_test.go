package e2e

import (
	"strings"
	"testing"
	"time"
)

func TestWhoIsRemovedFromARoomReadsWhyInBothTabsAndComesBackAsBefore(t *testing.T) {
	t.Parallel()
	_, ada, ben, other := judgedBy(t)
	list := ben.second()
	list.Open("/rooms")
	list.Until(connected)
	ben.Allow("404")
	other.Allow("404")
	ada.Say("Who has my lamp?")
	for _, w := range []*Window{ben, other} {
		w.Shows("Who has my lamp?")
	}
	ben.Type("#composer-text", "It was not")
	words := strings.Repeat("You called three people a thief. ", 20)
	ada.Act("/people/2/moderate?room=1", "remove", func() { ada.Type("#remove-words", words) })
	for _, w := range []*Window{ben, other} {
		w.Within(time.Second, `document.querySelector("#live").textContent.includes("A moderator removed you from this room until ") && document.querySelector("#live").textContent.includes("Reason: Harassment or bullying.") && !document.querySelector("#messages > *")`)
		w.accessible("a room that one was removed from")
	}
	if text := eval[string](ben, `document.querySelector("#composer-text").value`); text != "It was not" {
		t.Errorf("what he was writing is %q now", text)
	}
	list.Until(`document.querySelector("#rooms-listed").textContent.includes("You cannot come back until ") && !document.querySelector("#rooms-listed button") && !document.querySelector("#rooms-list a[href='/rooms/1-lobby']")`)
	list.accessible("the rooms")

	// One link leads to where he reads all of it and objects.
	ben.Submit("#live a", arrived+` && location.pathname === "/notices" && document.querySelector("#notice-1:target form[action='/notices/1/appeal']")`)
	ben.Sees("You were removed from Lobby until ")
	if eval[bool](ben, `(e => e.scrollHeight > e.clientHeight)(document.querySelector("#notice-1 blockquote"))`) {
		t.Error("the moderator's words are cut off")
	}
	other.Open("/rooms/1-lobby?at=1")
	other.Until(connected)
	other.Sees("A moderator removed you from this room")
	other.Sees("You called three people a thief.")
	if eval[bool](other, `document.body.textContent.includes("lamp")`) {
		t.Error("the page shows what is written in the room")
	}
	other.check("the address of a room that one was removed from")
	other.skips("the address of a room that one was removed from")

	// When that is lifted the pages say so by themselves.
	ada.Lift()
	other.Until(`document.querySelector("#barred h2").textContent === "You can come back" && document.querySelector("#rooms-list a[href='/rooms/1-lobby']")`)
	other.accessible("a room that one can come back to")
	list.Until(`document.querySelector("#rooms-listed a.button[href='/rooms/1-lobby']")`)
	other.Submit("#barred .button--main", inRoom+` && location.pathname === "/rooms/1-lobby"`)
	other.Until(connected)
	other.Shows("Who has my lamp?")
	other.Say("I am back")
}

func TestWhoWasRemovedReadsWhyWithoutScripts(t *testing.T) {
	t.Parallel()
	_, ada, ben, _ := judgedBy(t)
	plain := ben.second()
	plain.Script(false)
	ada.Act("/people/2/moderate?room=1", "time-out", func() { ada.Type("#time-out-words", "Breathe, and come back after lunch") })
	plain.Open("/rooms/1-lobby")
	plain.Submit(".room__follow a", arrived+` || location.pathname.endsWith("/follow")`)
	plain.Until(plain.framed("Nobody has written yet") + ` && ` + plain.framed("You cannot write here until ") + ` && ` + plain.framed("Breathe, and come back after lunch"))
	plain.Screenshot("frames-1440-time-out")
	plain.size(360, 740)
	plain.Screenshot("frames-360-time-out")
	plain.size(1440, 900)
	ada.Act("/people/2/moderate?room=1", "remove", nil)
	plain.Until(plain.framed("A moderator removed you from this room until "))
	plain.Allow("404")
	plain.Open("/rooms/1-lobby")
	plain.Submit("#barred .button--main", arrived+` && location.pathname === "/notices" && document.querySelector("#notice-2:target")`)
}
