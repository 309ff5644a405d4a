package e2e

import (
	"fmt"
	"testing"
)

// twoAtTheDesk are Ada, who administers, and Ben, who moderates the instance, each with a
// window; Cleo and Dan are in the Lobby with them, where Cleo wrote three messages.
func twoAtTheDesk(t *testing.T) (ada, ben *Window, cleo, dan *Person) {
	s := serve(t)
	ada, ben = window(t, s), window(t, s)
	ada.Joins("Ada")
	person(t, s, "ben")
	s.appoint("ben", "moderator")
	ben.Returns("ben")
	cleo, dan = person(t, s, "cleo"), person(t, s, "dan")
	for _, text := range []string{"Who ate my soup", "you thieves", "all of you"} {
		cleo.say(1, text)
	}
	return ada, ben, cleo, dan
}

func TestTwoModeratorsSeeOnEachPageOfTheDeskAtOnceWhatHappensThere(t *testing.T) {
	t.Parallel()
	ada, ben, cleo, dan := twoAtTheDesk(t)
	a, b := ada.person(), ben.person()
	// at opens the page for both, who see that as it is before, and what they see after.
	at := func(path, is string, act func(), then string) {
		t.Helper()
		for _, w := range []*Window{ada, ben} {
			w.Open(path)
			w.Until(connected + " && " + is)
		}
		act()
		for _, w := range []*Window{ada, ben} {
			w.Until(then)
		}
	}
	post := func(p *Person, path string, form map[string][]string) func() {
		return func() {
			t.Helper()
			if resp := p.post(path, form); resp.StatusCode != 200 {
				t.Errorf("POST %s: %s", path, resp.Status)
			}
		}
	}
	has := func(selector, text string) string {
		return fmt.Sprintf(`document.querySelector(%q)?.textContent.includes(%q)`, selector, text)
	}
	none := func(selector string) string { return fmt.Sprintf(`!document.querySelector(%q)`, selector) }
	waits := func(what string, n int) string {
		return fmt.Sprintf(`document.querySelector("#waiting-%s-0").textContent.startsWith("%d ") && document.querySelector("#waiting-%s-0").hidden === %t`, what, n, what, n == 0)
	}
	measure := func(p *Person, kind, on string) func() {
		return post(p, "/measures", map[string][]string{"kind": {kind}, "user": {on}, "for": {"1h"}, "reason": {"spam"}})
	}

	// The queue: what is reported, who takes it, who decides it.
	at("/moderation", "document.querySelector('#queue .empty') && "+waits("reports", 0),
		post(dan, "/rooms/1/messages/1/report", map[string][]string{"reason": {"harassment"}}), has("#case-1", "Who ate my soup")+" && "+waits("reports", 1))
	at("/moderation", has("#case-1", "Who ate my soup"),
		post(b, "/moderation/cases/1/taker", map[string][]string{"version": {"1"}, "user": {"2"}}), `document.querySelector("#case-1 .state--mine, #case-1 .state--taken")`)
	ada.Until(waits("reports", 0) + " && " + has("#case-1 .state--taken", "ben has it"))
	ada.Open("/moderation?tab=mine")
	ada.Until(connected + ` && document.querySelector("#queue .empty")`)
	ben.Open("/moderation?tab=mine")
	ben.Until(connected + ` && document.querySelector("#case-1")`)
	post(b, "/moderation/cases/1/taker", map[string][]string{"version": {"2"}, "to": {"1"}})()
	ada.Until(has("#case-1", "Yours") + " && " + waits("reports", 1))
	ben.Until(none("#case-1") + " && " + waits("reports", 0))
	at("/moderation?tab=closed", none("#case-1"),
		post(a, "/moderation/cases/1/close", map[string][]string{"version": {"3"}}), has("#case-1", "Nothing done")+" && "+waits("reports", 0))

	// Held messages, and the page that asks what to tell the author of one.
	post(a, "/moderation/rules", map[string][]string{"kind": {"word"}, "text": {"casino"}, "act": {"hold"}})()
	at("/moderation/held", "document.querySelector('#held .empty')",
		func() { cleo.say(1, "Come to the casino"); cleo.say(1, "The casino is open") }, has("#held-2", "is open")+" && "+waits("held", 2))
	at("/moderation/held", has("#held-1", "Come to"), post(b, "/moderation/held/1/publish", nil), none("#held-1")+" && "+waits("held", 1))
	at("/moderation/held/2/refuse", `document.querySelector("#refuse")`, func() {
		ada.Type("#words", "We do not want to")
		post(b, "/moderation/held/2/refuse", nil)()
	}, has("#refuse-state", "decided, or withdrawn")+` && document.querySelector("#refuse-go").disabled && `+waits("held", 0))
	ada.Until(`document.querySelector("#refuse").checkVisibility() && document.querySelector("#words").value === "We do not want to"`)
	ben.Until(`!document.querySelector("#refuse").checkVisibility()`) // nothing is written there

	// What is in force, and what was done about a person, a room and all newcomers.
	at("/moderation/measures", has("#force-1", "The casino is open")+" && "+none("#force-2"), measure(b, "time-out", "3"), has("#force-2", "cleo"))
	at("/people/3/moderate", has("#holding", "Time-out"), measure(b, "warn", "3"), has("#past", "Warn"))
	at("/moderation/measures", has("#force-3", "Warn"), post(a, "/measures/3/lift", nil), none("#force-3"))
	at("/people/3/moderate", has("#past", "Warn"), measure(a, "warn", "3"), `document.querySelectorAll("#holding .list__item, #past .list__item").length === 4`)
	at("/people/3/moderate?room=1", has("#past", "Warn"), post(a, "/measures/4/lift", nil), `document.querySelectorAll("form[action$='/lift']").length === 2`)
	at("/moderation/newcomers", has("#past", "Nothing yet"),
		post(b, "/measures", map[string][]string{"kind": {"wait"}, "amount": {"5"}, "reason": {"spam"}}), has("#holding", "Have newcomers wait"))
	at("/rooms/1/moderate", has("#past", "Turn down")+" && !"+has("#holding", "Slow mode"),
		post(b, "/measures", map[string][]string{"kind": {"slow"}, "room": {"1"}, "amount": {"30"}, "for": {"1h"}, "reason": {"heated"}}), has("#holding", "Slow mode"))

	// Objections, and the page of one.
	at("/moderation/appeals", "document.querySelector('#appeals .empty')", post(cleo, "/notices/2/appeal", map[string][]string{"text": {"It was my soup"}}), has("#appeal-2", "It was my soup"))
	ada.Until(waits("objections", 1)) // Ben imposed it
	ben.Until(waits("objections", 0))
	person(t, ada.s, "eve")
	ada.s.appoint("eve", "administrator")
	eve := signIn(t, ada.s, "eve")
	ada.Open("/moderation/appeals/2")
	ada.Until(connected)
	ada.Type("#answer", "I think that")
	ben.Open("/moderation/appeals")
	ben.Until(connected)
	post(eve, "/moderation/appeals/2", map[string][]string{"granted": {"yes"}, "answer": {"It was."}})()
	ada.Until(has("#appeal-state", "It was.") + ` && document.querySelector("#appeal").checkVisibility() && document.querySelectorAll("#appeal-go :disabled").length === 2 && document.querySelector("#answer").value === "I think that"`)
	ben.Until(has("#appeals .appeals__title ~ #appeal-2", "It was."))
	ada.Until(waits("objections", 0))
}
