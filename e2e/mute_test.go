package e2e

import "testing"

// folded says whether the text of message seq of the Lobby is folded away.
func folded(seq string) string {
	return `(getComputedStyle(document.querySelector("#m-1-` + seq + ` .message__body")).display === "none")`
}

func TestWhatSomebodyMutedWritesIsFoldedAwayOnAllPagesUntilItIsUndone(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.SignUp("Ada")
	ben.SignUp("Ben")
	ben.Until(connected)
	ben.Say("Buy my things")
	other := ada.second()
	other.Open("/")
	other.Until(connected)
	other.Shows("Buy my things")

	ada.Open("/people/2")
	ada.Submit(".person button[value=mute]", arrived+` && document.querySelector(".person").textContent.includes("Unmute")`)
	other.Until(folded("1"))
	ben.Say("Really, buy them")
	other.Until(folded("2"))
	if eval[bool](ben, folded("2")) {
		t.Error("Ben's own message is folded away for himself")
	}
	ada.Open("/mutes")
	ada.Submit("main form button", arrived+` && document.querySelector(".saved")`)
	other.Until("!" + folded("1"))
}

func TestWhoIsMutedIsNotShownTypingToWhoMutedThem(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben, cleo := window(t, s), window(t, s), window(t, s)
	ada.SignUp("Ada")
	ben.SignUp("Ben")
	cleo.SignUp("Cleo")
	const types = `document.querySelector("#typing [data-typing='2']")`
	ada.Open("/people/2")
	ada.Submit(".person button[value=mute]", arrived+` && document.querySelector(".person").textContent.includes("Unmute")`)
	for _, w := range []*Window{ada, ben, cleo} {
		w.Open("/rooms/1-lobby")
		w.Until(connected)
	}
	ben.Type("#composer-text", "Buy my")
	cleo.Until(types + `?.checkVisibility()`)
	ada.Until(types) // all pages are sent the same
	if eval[bool](ada, types+`.checkVisibility()`) {
		t.Error("Ada sees that Ben types")
	}
	// Cleo beside him is shown.
	cleo.Type("#composer-text", "Hello")
	ada.Until(`document.querySelector("#typing [data-typing='3']")?.checkVisibility()`)
	ada.person().post("/people/2/mute", map[string][]string{"do": {""}})
	ada.Until(`!document.querySelector("#typing [data-typing='2']")`) // he has stopped
	ben.Type("#composer-text", " things")
	ada.Until(types + `?.checkVisibility()`)
}
