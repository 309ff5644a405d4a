package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// typing is where somebody types: in which field, at which place in its text, how far
// down the window it is, and what is in it.
const typing = `(e => [e.id, e.selectionStart, Math.round(e.getBoundingClientRect().top), e.value].join())(document.activeElement)`

func TestWhatModeratorsDecideIsOnOpenPagesOfNoticesAtOnceAndMovesNothingThatIsTyped(t *testing.T) {
	t.Parallel()
	s, window, ben, other := judgedBy(t)
	person(t, s, "cleo")
	s.appoint("cleo", "administrator")
	ada, cleo := window.person(), signIn(t, s, "cleo")
	ben.Say("You are all fools")
	tabs := []*Window{ben, other}
	for _, w := range tabs {
		w.Open("/notices")
		w.Until(connected + ` && document.querySelector("#notices .empty")`)
	}
	shows := func(condition string) {
		t.Helper()
		for _, w := range tabs {
			w.Until(condition)
		}
	}
	does := func(p *Person, form map[string][]string) {
		form["reason"] = []string{"harassment"}
		p.post("/measures", form)
	}
	says := func(notice int, text string) string {
		return fmt.Sprintf(`document.querySelector("#notice-%d")?.textContent.includes(%q)`, notice, text)
	}

	// What comes to an open page stands there with its form, and what comes next below it.
	// It is read there, in both, and counted nowhere any more.
	lobby := ben.second()
	lobby.Open("/rooms/1-lobby")
	lobby.Until(connected)
	window.Open("/people/2/moderate")
	window.Until(connected + ` && !document.querySelector("#past .list__item")`)
	does(ada, map[string][]string{"kind": {"warn"}, "user": {"2"}, "words": {"Be kind"}})
	window.Until(`document.querySelector("#past .list__item")?.textContent.includes("Be kind")`)
	shows(says(1, "Be kind") + ` && document.querySelector("#text-1") && !document.querySelector("#notices .empty")`)
	for _, w := range append(tabs, lobby) {
		w.Until(`!document.querySelector("#rooms-list a[href='/notices']")`)
	}
	ben.Type("#text-1", "I was")
	was := eval[string](ben, typing)
	does(ada, map[string][]string{"kind": {"time-out"}, "user": {"2"}, "for": {"1h"}})
	does(ada, map[string][]string{"kind": {"hide"}, "room": {"1"}, "seq": {"1"}})
	shows(says(2, "You cannot write until") + " && " + says(3, "was hidden"))
	for _, w := range tabs {
		if got := eval[string](w, `[...document.querySelectorAll(".notice-card")].map(e => e.id).join()`); got != "notice-1,notice-2,notice-3" {
			t.Errorf("what came is %s", got)
		}
	}
	if got := eval[string](ben, typing); got != was {
		t.Errorf("Ben was typing at %s, and now is at %s", was, got)
	}

	// On a page that is opened now he objects to one, and writes about another; in the
	// other tab he has begun with the third. What waits for an answer is below all of them.
	other.Open("/notices")
	other.Until(connected)
	tooLong := strings.Repeat("They asked for it. ", 120)
	other.do(setValue("#text-3", tooLong))
	other.Allow("status of 422")
	other.Submit("#notice-3 button", arrived+` && document.querySelector("#notice-3 .field__error")`)
	other.Click("h1") // the field has not even the focus
	other.Until(connected)
	ben.Open("/notices")
	ben.Until(connected)
	ben.Type("#text-2", "It was a joke")
	ben.Submit("#notice-2 button", arrived+` && document.querySelector(".saved") && document.querySelector("#notice-2:last-of-type")`)
	other.Until(says(2, "It was a joke") + ` && !document.querySelector("#text-2").checkVisibility()`)
	ben.Until(connected)
	ben.size(360, 2000) // where lines are short, and nothing is scrolled
	ben.Type("#text-1", "I was kind")
	was = eval[string](ben, typing)
	same := func(what string) {
		t.Helper()
		if got := eval[string](ben, typing); got != was {
			t.Errorf("%s: Ben was typing at %s, and now is at %s", what, was, got)
		}
		if got := eval[string](other, `document.querySelector("#text-3").value`); got != tooLong {
			t.Errorf("%s: in the other tab there is now %q", what, got)
		}
	}
	cleo.post("/moderation/appeals/2", map[string][]string{"granted": {""}, "answer": {"It was none"}})
	shows(says(2, "It stays as it is") + " && " + says(2, "It was none"))
	same("an answer")
	ada.post("/measures/3/lift", nil)
	shows(says(3, "It was lifted") + ` && document.querySelector("#notice-3 button").disabled`)
	same("a lift of another")
	does(ada, map[string][]string{"kind": {"warn"}, "user": {"2"}, "words": {"Once more"}})
	shows(says(4, "Once more") + ` && document.querySelector("#notice-1 ~ #notice-4, #notice-3 ~ #notice-4")`)
	same("a new one")
	ada.post("/measures/1/lift", nil)
	shows(says(1, "It was lifted"))
	same("a lift")
	ben.bothSchemes("notices of which some are over")

	// Whoever opens the page now sees no form for what is over, and first what happened last.
	ben.Open("/notices")
	ben.Until(connected + ` && [...document.querySelectorAll(".notice-card textarea")].map(e => e.id).join() === "text-4"`)
	ben.Until(`[...document.querySelectorAll(".notice-card")].map(e => e.id).join() === "notice-1,notice-4,notice-3,notice-2"`)
}
