package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// What a moderator did ends by itself on all pages, one after the other, and all is as before.
func TestEachActEndsByItselfOnThePagesOfBothAndAllIsAsBefore(t *testing.T) {
	t.Parallel()
	s, ada, ben, other := judgedBy(t)
	ben.Say("You are all fools")
	other.Shows("You are all fools")
	ben.Click("#people-list a[href='/people/1']")
	ben.Until(`document.querySelector("#editor .begins")`)
	as := ada.person()
	ada.Open("/moderation/measures")
	ada.Until(connected + ` && document.querySelector("#in-force .empty")`)
	does := func(path, kind string, form url.Values) {
		t.Helper()
		form.Set("kind", kind)
		form.Set("for", "1h")
		form.Set("reason", "other")
		if resp := as.post(path, form); resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s", kind, resp.Status)
		}
	}
	over := func(kind string) {
		s.change("update measures set until_at = at + 1 where ended_at = 0 and kind = $1", kind)
	}
	both := func(inForce int, is string) {
		t.Helper()
		for _, w := range []*Window{ben, other} {
			w.Until(is)
		}
		ada.Until(fmt.Sprintf(`document.querySelectorAll("#in-force tbody tr").length === %d && !!document.querySelector("#in-force .empty") === %t`, inForce, inForce == 0))
	}
	does("/measures", "hide", url.Values{"room": {"1"}, "seq": {"1"}})
	does("/measures", "newcomer", url.Values{"amount": {"24"}})
	does("/measures", "slow", url.Values{"room": {"1"}, "amount": {"60"}})
	does("/measures", "wait", url.Values{"amount": {"60"}})
	does("/measures", "lock", url.Values{"room": {"1"}})
	does("/measures", "time-out", url.Values{"user": {"2"}})
	const hidden = ` && document.querySelector("#m-1-1 .message__gone")`
	both(6, restraint+`.includes("You cannot write here until")`+hidden)
	ben.Until(`document.querySelector("#begin p") && !document.querySelector("#editor .begins").checkVisibility()`)
	over("time-out")
	both(5, restraint+`.includes("locked this room until")`)
	over("lock")
	both(4, restraint+`.includes("Your account is new: you can write here from")`)
	over("wait")
	both(3, restraint+`.includes("one message in 60 seconds")`)
	over("slow")
	both(2, restraint+`.trim() === ""`+hidden)
	s.ends()
	both(0, `document.querySelector("#m-1-1 .message__body")?.textContent.trim() === "You are all fools"`)
	ben.Until(`!document.querySelector("#begin p") && document.querySelector("#editor .begins").checkVisibility()`)
	ben.Say("One word to that")
	ben.Say("and at once another")
	other.Shows("and at once another")

	does("/measures", "remove", url.Values{"user": {"2"}, "room": {"1"}})
	both(1, `document.querySelector("#live").textContent.includes("removed you")`)
	s.ends()
	ada.Until(`document.querySelector("#in-force .empty")`)
	ben.Open("/rooms/1-lobby")
	ben.Until(connected)
	ben.Shows("and at once another")
	other.Open("/rooms/1-lobby")
	other.Until(connected)
	does("/admin/people/2/suspend", "suspend", url.Values{})
	does("/measures", "ban", url.Values{"user": {"2"}})
	both(2, `document.querySelector("#live").textContent.includes("You are signed out")`)
	s.ends()
	ada.Until(`document.querySelector("#in-force .empty")`)
	ben.SignIn("Ben")
	ben.Until(connected)
	ben.Shows("and at once another")
}

// from has what the window asks for come from address, by a proxy.
func (w *Window) from(address string) {
	w.t.Helper()
	if _, err := chromedp.Call(w.ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"X-Forwarded-For": address}}); err != nil {
		w.t.Fatal(err)
	}
}

func TestABanRefusesTheMailboxAndTheAddressForNewAccountsUntilItIsLifted(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.args = append(s.args, "--public-url", s.URL) // then it believes the proxy at its side
	s.Seed(0)
	s.Start()
	ada := signIn(t, s, "ada")
	const his, another = "203.0.113.7", "198.51.100.4"
	ben, guest := window(t, s), window(t, s)
	ben.from(his)
	ben.SignUp("Ben")
	ben.Until(connected)
	asks := func(w *Window, address, name, email, then string) {
		t.Helper()
		w.from(address)
		w.Open("/register")
		w.do(setValue("#username", name), setValue("#email", email))
		w.Type("#password", password)
		w.Submit("form.card button", then)
	}
	ada.post("/measures", url.Values{"kind": {"ban"}, "user": {"2"}, "for": {"1h"}, "reason": {"harassment"}, "addresses": {"yes"}})
	ben.Within(soon, `document.querySelector("#live").textContent.includes("You are signed out")`)
	ben.Allow("status of 401")
	guest.Allow("status of 403", "status of 422")
	const refused = arrived + ` && document.querySelector("main [role=alert]")?.textContent.includes("No account can be created here now.")`
	asks(guest, another, "benny", "Ben+again@example.com", refused)
	asks(guest, his, "cleo", "cleo@example.com", refused)
	asks(guest, another, "cleo", "cleo@example.com", inRoom) // neither is his
	ada.post("/measures/1/lift", nil)
	asks(ben, his, "benny", "Ben+again@example.com", inRoom)
}
