package e2e

import "testing"

// inCasino is a Lobby in which "casino" is held: Ada administers, and so does Cleo. Ben
// said it, and Ada turned it down.
func inCasino(t *testing.T) (s *Server, ada, ben, cleo *Window) {
	s = serve(t)
	ada, ben, cleo = window(t, s), window(t, s), window(t, s)
	for i, w := range []*Window{ada, ben, cleo} {
		w.Joins([]string{"Ada", "Ben", "Cleo"}[i])
	}
	s.appoint("cleo", "administrator")
	ada.Rule("word", "casino", "hold", "")
	ben.Open("/rooms/1-lobby")
	ben.Until(connected)
	return s, ada, ben, cleo
}

// TurnsDown has w turn down the held message from its page.
func (w *Window) TurnsDown(held, reason, words string) {
	w.t.Helper()
	w.Open("/moderation/held")
	w.Until(arrived + ` && document.querySelector("#held-` + held + `")`)
	w.Submit("#held-"+held+" a[href*='/refuse']", arrived+` && document.querySelector("#refuse")`)
	w.do(setValue("#reason", reason))
	w.Type("#words", words)
	w.Submit("#refuse .button--main", arrived+` && document.querySelector(".saved")`)
}

func TestWhoseMessageWasTurnedDownObjectsAndAnotherModeratorPublishesIt(t *testing.T) {
	t.Parallel()
	_, ada, ben, cleo := inCasino(t)
	other := ben.second()
	other.Open("/notices")
	other.Until(connected + ` && document.querySelector("#notices .empty")`)
	cleo.Open("/moderation/appeals")
	cleo.Until(connected + ` && document.querySelector("#appeals .empty")`)
	ben.Say("There is a film about a casino tonight")
	ada.TurnsDown("1", "off-topic", "This room is for work.")
	ada.Submit("a[href='/moderation/measures?kind=turn-down']", arrived+` && document.querySelector("#force-1")`)
	ada.Until(connected + ` && document.querySelector("#force-1").textContent.includes("a film about a casino")`)

	// It is on his open pages at once, with why, and he objects in the one.
	ben.Until(`document.querySelector("#restraint #held-1 a[href='/notices#notice-1']")`)
	ben.Sees("This room is for work.")
	other.Until(`document.querySelector("#notice-1")?.textContent.includes("Off topic") && document.querySelector("#held-1").textContent.includes("a film about a casino")`)
	other.bothSchemes("what was turned down")
	ben.Submit("#held-1 a[href^='/notices']", arrived+` && location.hash === "#notice-1" && document.querySelector("#text-1")`)
	ben.Type("#text-1", "It is about the film that we paid for")
	ben.Submit("#notice-1 button", arrived+` && document.querySelector(".saved")`)
	other.Until(`document.querySelector("#notice-1").textContent.includes("the film that we paid for") && !document.querySelector("#text-1").checkVisibility()`)

	// Ada does not decide; Cleo, to whom it came by itself, does.
	ada.Open("/moderation/appeals")
	ada.Until(connected + ` && document.querySelector("#appeal-1")?.textContent.includes("somebody else decides") && !document.querySelector("#appeal-1 .button")`)
	cleo.Until(`document.querySelector("#appeal-1")?.textContent.includes("a film about a casino")`)
	cleo.Submit("#appeal-1 .button--main", arrived+` && document.querySelector("#appeal")`)
	cleo.Sees("There is a film about a casino tonight")
	cleo.bothSchemes("an objection to what was turned down")
	cleo.Type("#answer", "Work is over by then.")
	ben.Open("/rooms/1-lobby")
	ben.Until(connected + ` && document.querySelector("#restraint .held")`)
	cleo.Submit("#appeal [name=granted][value=yes]", arrived+` && document.querySelector(".saved")`)
	ben.Shows("There is a film about a casino tonight")
	ben.Until(`!document.querySelector("#restraint .held")`)
	other.Until(`document.querySelector("#notice-1").textContent.includes("it is in the room now") && !document.querySelector("#held-1")`)
	other.Sees("Work is over by then.")
	ada.Until(`!document.querySelector("#appeal-1")?.textContent.includes("somebody else decides")`)
	cleo.Open("/rooms/1-lobby")
	cleo.Until(connected)
	cleo.Shows("There is a film about a casino tonight")
}

func TestWhatWasTurnedDownIsPublishedOrStaysAlsoWithoutScripts(t *testing.T) {
	t.Parallel()
	_, ada, ben, cleo := inCasino(t)
	for _, w := range []*Window{ada, ben, cleo} {
		w.Script(false)
		w.Allow("status of 4")
	}
	say := func(text, held string) {
		t.Helper()
		ben.Open("/rooms/1-lobby")
		ben.Type("#composer-text", text)
		ben.Submit("#composer button", inRoom+` && document.querySelector("#held-`+held+`")`)
	}
	say("To the casino", "1")
	ada.TurnsDown("1", "spam", "")
	ben.Open("/notices")
	ben.Type("#text-1", "I only asked")
	ben.Submit("#notice-1 button", arrived+` && document.querySelector(".saved")`)
	cleo.Open("/moderation/appeals/1")
	cleo.Type("#answer", "Not here")
	cleo.Submit("#appeal [name=granted][value='']", arrived+` && document.querySelector(".saved")`)
	ben.Open("/notices")
	ben.Until(arrived + ` && document.querySelector("#notice-1").textContent.includes("It stays as it is.") && document.querySelector("#held-1")`)

	// Ada thinks again, in vain while he is away, and then from the list.
	ben.Open("/rooms/1/leave")
	ben.Submit("main form button", arrived)
	ada.Open("/moderation/measures?kind=turn-down")
	ada.Submit("#force-1 button", arrived+` && document.querySelector("[role=alert]")?.textContent.includes("has left the room")`)
	ben.Open("/rooms/1-lobby")
	ben.Submit("form[action$='/join'] button", inRoom)
	ada.Submit("#force-1 button", arrived+` && document.querySelector(".saved") && !document.querySelector("#force-1")`)
	ben.Open("/rooms/1-lobby")
	ben.Shows("To the casino")

	// What he puts away is nobody's to decide any more.
	say("To another casino", "2")
	ada.TurnsDown("2", "rule", "")
	ben.Open("/rooms/1-lobby")
	ada.Open("/moderation/measures?kind=turn-down")
	ben.Submit("#held-2 button", inRoom+` && !document.querySelector("#held-2")`)
	ada.Submit("#force-2 button", arrived+` && document.querySelector("[role=alert]")?.textContent.includes("Nothing was done") && !document.querySelector("#force-2")`)
}
