package e2e

import (
	"fmt"
	"testing"
)

func TestAfterDecidingOneGoesOnToTheNextCaseUntilNoneIsLeft(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Joins("Ada")
	ben, cleo := person(t, s, "ben"), person(t, s, "cleo")
	for i := range 2 {
		ben.post("/rooms/1/messages", map[string][]string{"body": {"Buy cheap watches"}, "key": {fmt.Sprint(i)}})
		cleo.post(fmt.Sprintf("/rooms/1/messages/%d/report", i+1), map[string][]string{"reason": {"spam"}})
	}
	ada.Open("/moderation")
	ada.Submit("#case-1 .case__link", arrived+` && document.querySelector("#case-state[data-hold='free']")`)
	ada.Until(connected)
	ada.Submit("#case-state [formaction$='/close']", arrived+` && document.querySelector("#case-state[data-hold='closed']")`)
	for _, scheme := range []string{"light", "dark"} {
		ada.scheme(scheme)
		for _, size := range [][2]int64{{1440, 900}, {360, 780}} {
			ada.size(size[0], size[1])
			ada.plain("a closed case")
			ada.Screenshot(fmt.Sprintf("case-next-%d-%s", size[0], scheme))
		}
	}
	other := ada.second() // the same page follows what becomes of the case
	other.Open("/moderation/cases/2")
	other.Until(connected + ` && document.querySelector("#case-state[data-hold='free']")`)
	ada.Submit("#next-case", arrived+` && location.pathname === "/moderation/cases/2" && document.querySelector("#case-state[data-hold='free']")`)
	ada.Until(connected)
	ada.do(setValue("#kind", "warn"))
	ada.Submit("#act .button--danger", arrived+` && document.querySelector("#case-state[data-hold='closed'] #no-case-left")`)
	other.Until(`document.querySelector("#case-state[data-hold='closed'] #no-case-left")`)
}
