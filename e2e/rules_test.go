package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"parley/store"
)

// Rule makes a rule on the page of rules.
func (w *Window) Rule(kind, text, act, sentence string) {
	w.t.Helper()
	w.Open("/moderation/rules")
	w.do(setValue("#kind", kind), setValue("#act", act))
	w.Type("#text", text)
	if sentence != "" {
		w.Type("#sentence", sentence)
	}
	w.Submit("#rule .button--main", arrived+` && document.querySelector(".saved")`)
}

func TestAHeldMessageIsSeenByItsAuthorUntilAModeratorPublishesIt(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben, cleo := window(t, s), window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	cleo.Joins("Cleo")
	ada.Rule("word", "casino", "hold", "")
	desk := ada.second()
	desk.Open("/moderation/held")
	desk.Until(connected + ` && document.querySelector("#held .empty")`)
	for _, w := range []*Window{ben, cleo} {
		w.Open("/rooms/1-lobby")
		w.Until(connected)
	}
	other := ben.second()
	other.Open("/rooms/1-lobby")
	other.Until(connected)

	ben.Say("See you in the c\u00e0s\u0456no tonight") // with an accent, and a Cyrillic і
	for _, w := range []*Window{ben, other} {
		w.Until(`document.querySelector("#restraint .held")?.textContent.includes("Waits for a moderator")`)
		w.Sees("tonight")
	}
	ben.Until(`document.querySelector("#notice").textContent.includes("waits for a moderator")`)
	desk.Until(`document.querySelector("#held-1 .waiting__body")?.textContent.includes("tonight")`)
	cleo.Say("Did anybody say something?")
	ben.Shows("Did anybody say something?")

	desk.Submit("#held-1 form[action$='/publish'] button", arrived+` && document.querySelector(".saved") && document.querySelector("#held .empty")`)
	for _, w := range []*Window{cleo, ben, other} {
		w.Shows("See you in the c\u00e0s\u0456no tonight")
		w.Until(`!document.querySelector("#restraint .held")`)
	}

	// One is turned down, and put away; one is withdrawn.
	ben.do(setValue("#composer-text", "Then the cas\u200bino tomorrow")) // with what nobody sees in it, and no key types
	ben.Click("#composer-text")
	ben.Press(kb.Enter)
	desk.Until(connected + ` && document.querySelector("#held-2 .waiting__body")?.textContent.includes("cas\u200bino")`)
	desk.Submit("#held-2 a[href*='/refuse']", arrived+` && document.querySelector("#refuse")`)
	desk.Type("#words", "Ask the few who care.")
	desk.Submit("#refuse .button--main", arrived+` && document.querySelector("#held .empty")`)
	other.Until(`document.querySelector("#restraint .held")?.textContent.includes("Turned down")`)
	other.Sees("Ask the few who care.")
	other.Submit("#held-2 button", inRoom+` && !document.querySelector("#held-2")`)
	ben.Until(`!document.querySelector("#held-2")`)
	ben.Say("Casino never")
	desk.Until(connected + ` && document.querySelector("#held-3")`)
	ben.Submit("#held-3 button", inRoom+` && !document.querySelector("#held-3")`)
	desk.Until(`document.querySelector("#held .empty")`)
}

func TestARefusedTextStaysInTheComposerAndInTheEditor(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	ben.Until(connected)
	ben.Say("Something harmless")
	ada.Rule("host", "bad.example", "refuse", "No links to them, please.")
	ben.Allow("status of 422")
	ben.Type("#composer-text", "Look at https://www.bad.example/x")
	ben.Press("\r")
	ben.Until(`document.querySelector("#notice").textContent.includes("No links to them, please.") && document.querySelector("#composer-text").value === "Look at https://www.bad.example/x"`)
	ben.do(setValue("#composer-text", "Look at something else"))
	ben.Press("\r")
	ben.Shows("Look at something else")

	ben.Click("#m-1-1 .message__tool--more")
	ben.Until(`document.querySelector("#editor a[href$='/edit']")`)
	ben.Click("#editor a[href$='/edit']")
	ben.Until(`document.querySelector("#edit textarea")`)
	ben.do(setValue("#edit textarea", "Harmless, but for bad.example"))
	ben.Click("#edit .button--main")
	ben.Until(`document.querySelector("#notice").textContent.includes("No links to them, please.") && document.querySelector("#edit textarea").value.endsWith("bad.example")`)
}

func TestAFlaggedMessageComesToTheQueueByItself(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	ben.Until(connected)
	// A rule is no expression: of one there are only the letters.
	ada.Rule("phrase", "free.*money", "flag", "")
	ada.Allow("status of 422")
	ada.Type("#text", ".*")
	ada.Submit("#rule .button--main", arrived+` && document.querySelector("#text-error")?.textContent.includes("letters or digits")`)
	ada.Open("/moderation")
	ada.Until(connected)
	ben.Say("free of any money")
	ben.Say("FREE, money!")
	ben.Shows("FREE, money!")
	ada.Until(`document.querySelector("#case-1")?.textContent.includes("Rule: free.*money") && document.querySelector("#case-1").textContent.includes("FREE, money!")`)

	// What somebody does to a rule is on its page and in the list at once, and takes no words.
	list, page := ada.second(), ada.second()
	list.Open("/moderation/rules")
	list.Until(connected + ` && document.querySelector("#rule-1 .state--flag")`)
	page.Open("/moderation/rules/1")
	page.Until(connected)
	page.Type("#sentence", "Half a sentence")
	ada.Open("/moderation/rules/1")
	ada.Click("#rule input[name=active]")
	ada.Submit("#rule .button--main", arrived+` && document.querySelector(".saved")`)
	list.Until(`document.querySelector("#rule-1 .state--off")`)
	page.Until(`document.querySelector("#rule-head .state--off") && document.querySelector("#rule-meanwhile").textContent.includes("changed meanwhile")`)
	if got := eval[string](page, `document.querySelector("#sentence").value`); got != "Half a sentence" {
		t.Errorf("what she was writing is now %q", got)
	}
}

// The pictures of rules and of what they hold.
func TestRulesLookAsInTheDocumentation(t *testing.T) {
	t.Parallel()
	s := demo(t)
	ada, dan := window(t, s), window(t, s)
	for name, w := range map[string]*Window{"ada": ada, "dan": dan} {
		w.Open("/login")
		w.Type("#login", name)
		w.Type("#password", store.DemoPassword)
		w.Submit("form.card button", inRoom)
	}
	pictures := func(w *Window, name string) {
		t.Helper()
		for _, scheme := range []string{"light", "dark"} {
			w.scheme(scheme)
			for _, size := range [][2]int64{{1440, 900}, {360, 780}} {
				w.size(size[0], size[1])
				w.Until(`document.fonts.status === "loaded"`)
				if len(w.Screenshot(fmt.Sprintf("%s-%d-%s", name, size[0], scheme))) == 0 {
					t.Errorf("no picture of %s", name)
				}
			}
		}
		w.size(1440, 900)
	}
	ada.Open("/moderation/rules")
	ada.Until(connected)
	pictures(ada, "rules")
	ada.Type("#text", "release")
	ada.Submit("#rule .button:not(.button--main)", arrived+` && document.querySelector("#trial")`)
	pictures(ada, "rules-tried")
	ada.Open("/moderation/held")
	ada.Until(connected)
	pictures(ada, "held")
	ada.Submit("#held a[href*='/refuse']", arrived+` && document.querySelector("#refuse")`)
	pictures(ada, "turn-down")
	ada.Open("/moderation/rules/3")
	ada.Until(connected)
	pictures(ada, "rule")
	dan.Open("/rooms/1-lobby")
	dan.Until(connected)
	pictures(dan, "held-of-mine")
}

func TestRulesAndWhatTheyHoldWorkWithoutScripts(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	ben.Until(connected)
	ben.Say("A casino is a place")
	for _, w := range []*Window{ada, ben} {
		w.Script(false)
		w.Allow("status of 422")
		w.Open("/rooms")
	}
	ada.Open("/moderation/rules")
	ada.Type("#text", "a casino")
	ada.Submit("#rule .button--main", arrived+` && document.querySelector("#text-error") && document.querySelector("#text").value === "a casino"`)
	ada.do(setValue("#text", "casino"))
	ada.Submit("#rule .button:not(.button--main)", arrived+` && document.querySelector("#trial")?.textContent.includes("A casino is a place")`)
	ada.Submit("#rule .button--main", arrived+` && document.querySelector(".rule .state--hold")`)
	ben.Open("/rooms/1-lobby")
	ben.Type("#composer-text", "Another casino")
	ben.Submit("#composer button", inRoom+` && document.querySelector("#held-1")?.textContent.includes("Waits for a moderator")`)
	ada.Open("/moderation/held")
	ada.Submit("#held-1 form[action$='/publish'] button", arrived+` && document.querySelector(".saved")`)
	ben.Open("/rooms/1-lobby")
	ben.Until(inRoom + ` && !document.querySelector("#held-1")`)
	ben.Shows("Another casino")
	ada.Open("/moderation/rules")
	ada.Submit(".rule__text", arrived+` && document.querySelector("#act")`)
	ada.do(setValue("#act", "refuse"), setValue("#text", "casino royale"))
	ada.Type("#sentence", "Not here, please.")
	ada.Submit("#rule .button--main", arrived+` && document.querySelector("#text-error") && document.querySelector("#sentence").value === "Not here, please."`)
	ada.do(setValue("#kind", "phrase"))
	ada.Submit("#rule .button:not(.button--main)", arrived+` && document.querySelector("#trial") && document.querySelector("#text").value === "casino royale"`)
	ada.do(setValue("#text", "third casino"))
	ada.Submit("#rule .button--main", arrived+` && document.querySelector(".saved") && document.querySelector("h1").textContent === "third casino"`)
	ben.Type("#composer-text", "A third casino")
	ben.Submit("#composer button", inRoom+` && document.querySelector("#notice").textContent.includes("Not here, please.") && document.querySelector("#composer-text").value === "A third casino"`)
	ada.Submit("#rule a[href$='/delete']", arrived+` && document.querySelector("#delete")`)
	ada.Submit("#delete .button--danger", arrived+` && location.pathname === "/moderation/rules" && document.querySelector(".empty")`)
	ben.Submit("#composer button", inRoom+` && document.querySelector("#composer-text").value === ""`)
	ben.Shows("A third casino")
}
