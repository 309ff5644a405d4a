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
