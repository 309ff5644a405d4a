package e2e

import "testing"

func TestALinkToAMessageOfAnOpenRoomLeadsThereByJoining(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.SignUp("Ada")
	ada.accessible("a place that has just begun")
	ben.SignUp("Ben")
	ada.person().make("Kitchen", "open")
	ada.person().say(2, "Soup is on")
	ben.Open("/rooms/2-kitchen?at=1#m-2-1")
	ben.Sees("You are not in this room yet")
	ben.accessible("the door of a room")
	ben.Submit("form[action$='/join'] button", inRoom+` && document.querySelector("#m-2-1:target")`)
	ben.Sees("Soup is on")
}
