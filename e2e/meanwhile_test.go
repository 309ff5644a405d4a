package e2e

import (
	"net/url"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// What a moderator does while whom it is about is in the middle of something.

func TestAMessageThatIsHiddenWhileItsAuthorEditsItIsNotChangedAndTheirTextStays(t *testing.T) {
	t.Parallel()
	_, ada, ben, other := judgedBy(t)
	ben.Allow("status of 409", "htmx:response:error")
	ben.Say("You are all fools")
	ben.Shows("You are all fools")
	ben.Click("#m-1-1 a.message__tool")
	ben.Until(`document.activeElement.id === "edit-text"`)
	ben.Type("#edit-text", "What I meant: ")
	written := eval[string](ben, `document.getElementById("edit-text").value`)
	hide := url.Values{"kind": {"hide"}, "room": {"1"}, "seq": {"1"}, "reason": {"harassment"}}
	ada.person().post("/measures", hide)
	for _, w := range []*Window{ada, ben, other} {
		w.Until(`document.querySelector("#m-1-1 .message__gone")?.textContent.includes("hidden")`)
	}
	ben.Until(`document.activeElement.id === "edit-text"`)
	ben.Press(kb.Enter)
	ben.Until(`document.querySelector("#notice").textContent.includes("A moderator has hidden this message: it cannot be changed now. Keep your text.")`)
	if got := eval[string](ben, `document.getElementById("edit-text").value`); got != written {
		t.Errorf("the editor has %q, want %q", got, written)
	}
	// Shown again, it is what it was, and he sends what he wrote.
	ada.person().post("/measures/1/lift", nil)
	other.Shows("You are all fools")
	ben.Shows("You are all fools")
	ben.Click("#edit-text")
	ben.Press(kb.Enter)
	for _, w := range []*Window{ada, ben, other} {
		w.Until(`document.querySelector("#m-1-1 .message__edited") && document.querySelector("#m-1-1 .message__body").textContent.includes("What I meant")`)
	}
	// One that was changed before it is hidden comes back as it was changed.
	ada.person().post("/measures", hide)
	other.Until(`document.querySelector("#m-1-1 .message__gone")`)
	ada.person().post("/measures/2/lift", nil)
	other.Until(`document.querySelector("#m-1-1 .message__body")?.textContent.includes("What I meant")`)
}

func TestWhoIsBannedWhileTheirPostIsUnderWayKeepsTheTextAndSaysNothing(t *testing.T) {
	t.Parallel()
	s, wire := serveBehind(t)
	window(t, s).Joins("Ada")
	ada := signIn(t, s, "ada") // on the server's side of the wire
	ben := window(t, s)
	ben.LoseServer()
	ben.Allow("status of 401")
	ben.Joins("Ben")
	ben.Until(connected)
	other := ben.second()
	other.LoseServer()
	other.Open("/rooms/1-lobby")
	other.Until(connected)
	ben.Say("the last that counts")
	other.Shows("the last that counts")
	wire.Cut()
	ben.Type("#composer-text", "one more thing")
	ben.Press(kb.Enter)
	ben.Until(`document.querySelector("#composer :disabled, #composer.htmx-request, #composer .htmx-request")`)
	ada.post("/measures", url.Values{"kind": {"ban"}, "user": {"2"}, "for": {"1h"}, "reason": {"spam"}})
	wire.Mend()
	for _, w := range []*Window{ben, other} {
		w.Until(signedOutPage)
	}
	ben.Until(`document.getElementById("notice").textContent.includes("You are signed out") && [...document.querySelectorAll("#composer textarea")].filter(t => t.value === "one more thing").length === 1`)
	ada.post("/measures/1/lift", nil)
	ben.Returns("Ben")
	ben.Until(connected)
	ben.Shows("the last that counts")
	other.Open("/rooms/1-lobby")
	other.Until(connected)
	other.Shows("the last that counts")
}

func TestWhoBecomesAModeratorMeanwhileIsNoMoreTheirsToActOn(t *testing.T) {
	t.Parallel()
	s, ada, ben, other := judgedBy(t)
	eve := window(t, s)
	eve.Joins("Eve")
	become := func(user, role string) {
		t.Helper()
		ada.person().post("/admin/people/"+user+"/role", url.Values{"role": {role}, "password": {password}})
	}
	become("3", "moderator")
	eve.Open("/people/2/moderate?room=1")
	eve.Until(connected)
	eve.Click(`.measure:has(#do-time-out) summary`)
	eve.do(setValue("#time-out-reason", "harassment"))
	eve.Type("#time-out-words", "Sleep over it, Ben.")
	become("2", "moderator")
	for _, w := range []*Window{ben, other} {
		w.Until(`document.querySelector("a[href='/moderation']")`)
	}
	eve.Allow("status of 404")
	eve.Submit("#do-time-out .form__actions button", arrived+` && document.body.textContent.includes("There is nothing here, or it is not for you to see.")`)
	eve.Until(`[...document.querySelectorAll("textarea")].some(e => e.value.includes("Sleep over it, Ben.")) || document.querySelector("main").textContent.includes("Sleep over it, Ben.")`)
	for _, w := range []*Window{ben, other} {
		if got := eval[string](w, restraint+`.trim()`); got != "" {
			t.Errorf("Ben is kept from writing: %q", got)
		}
	}
	// A plain member again, he is hers to act on, and her page is told of it as his are.
	become("2", "member")
	for _, w := range []*Window{ben, other} {
		w.Until(`!document.querySelector("a[href='/moderation']")`)
	}
	eve.Act("/people/2/moderate?room=1", "time-out", nil)
	for _, w := range []*Window{ben, other} {
		w.Until(restraint + `.includes("You cannot write here until")`)
	}
}
