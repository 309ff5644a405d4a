package e2e

import "testing"

func TestARefusalKeepsWhatIsAroundAPageAndTheWayBack(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ada.person().make("Cellar", "private")
	ben.Joins("Ben")
	ben.Allow("404")
	ben.Open("/rooms/2-cellar")
	ben.Sees("There is nothing here, or it is not for you to see.")
	ben.Until(connected)
	ben.check("a room that is not there")
	ben.skips("a room that is not there")
	// It is a page like others: what is unread is counted on it.
	ada.person().say(1, "Ben?")
	ben.Until(`document.title.startsWith("(1) Not found") && document.querySelector("#side-1 .badge")`)
	ben.Submit("main a", arrived+` && location.pathname === "/rooms"`)

	// Without scripts what was typed is on the page that says why it was not taken.
	ben = ben.second()
	ben.Allow("409")
	ben.Script(false)
	ben.Open("/people/1/report")
	ben.Type("#note", "She hid the key of the cellar")
	ben.do(setValue("#reason", "harassment"))
	ben.do(setValue("#report input[name='as']", "1"))
	ben.Submit("#report .button--danger", arrived+` && document.querySelector("#kept")?.value === "She hid the key of the cellar"`)
	ben.Submit("main .button--main", arrived+` && location.pathname === "/people/1/report"`)
}
