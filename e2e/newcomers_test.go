package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

func TestNewcomersWaitSendNoLinksAndBeginNoConversationsUntilThatIsLifted(t *testing.T) {
	t.Parallel()
	_, ada, ben, other := judgedBy(t)
	both := []*Window{ben, other}
	ada.Act("/moderation/newcomers", "wait", func() { ada.Type("#wait-amount", "5") })
	for _, w := range both {
		w.Until(restraint + `.includes("Your account is new: you can write here from")`)
	}
	ada.Lift()
	for _, w := range both {
		w.Until(restraint + `.trim() === ""`)
	}

	// He has Ada's card open, and in the other tab looks for whom to write to.
	begins := func(is bool) {
		t.Helper()
		for _, w := range both {
			w.Until(fmt.Sprintf(`[...document.querySelectorAll("main .begins")].every(e => e.checkVisibility() === %t) && !!document.querySelector("#begin p")?.textContent.includes("you can begin conversations from") === %t`, is, !is))
		}
	}
	ben.Click("#people-list a[href='/people/1']")
	ben.Until(`document.querySelector("#editor .begins button")`)
	other.Open("/direct/new")
	other.Until(connected)
	begins(true)
	ada.Act("/moderation/newcomers", "newcomer", func() { ada.Type("#newcomer-amount", "24") })
	begins(false)
	other.Until(`document.querySelector("main .begin + form button").checkVisibility()`) // his notes
	ben.Allow("status of 403")
	ben.Type("#composer-text", "See https://example.com\n")
	ben.Until(`document.querySelector("#notice").textContent.includes("too new here for links") && document.querySelector("#composer-text").value.trim() === "See https://example.com"`)
	ada.Lift()
	begins(true)
	ben.Click("#composer-text")
	ben.Press(kb.Enter)
	ada.Open("/rooms/1-lobby")
	ada.Shows("See https://example.com")

	// Who is blocked begins none either, until that is undone.
	talk := func(then string) {
		t.Helper()
		other.Open("/direct/new")
		other.Click("input[name=with][value='1']")
		other.Submit("main form .form__actions button", then)
	}
	ada.Open("/people/2")
	ada.Submit(".person button[value=block]", arrived+` && document.querySelector(".person").textContent.includes("Unblock")`)
	other.Allow("status of 422")
	talk(arrived + ` && document.body.textContent.includes("does not want to talk to you directly")`)
	ada.Open("/mutes")
	ada.Submit("main form button", arrived+` && document.querySelector(".saved")`)
	talk(inRoom + ` && location.pathname === "/rooms/2-direct"`)
}
