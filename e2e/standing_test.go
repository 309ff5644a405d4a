package e2e

import "testing"

// Ada has Ben's page open twice, and Ben a room: what either does is on it at once.
func TestAPersonsPageFollowsWhatTheyDoAndWhatIsDoneToThem(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Unlimited()
	s.Start()
	ada, ben := window(t, s), window(t, s)
	ada.Joins("ada")
	ben.Joins("ben")
	ben.Until(connected)
	watching := ada.second()
	for _, w := range []*Window{ada, watching} {
		w.Open("/admin/people/2")
		w.Until(connected + ` && document.querySelectorAll("#account-sessions li").length === 1`)
	}

	// Rooms: he makes one, it is renamed, he leaves another.
	making := ben.second()
	making.Open("/rooms/new")
	making.Type("#name", "Kitchen")
	making.Submit("main form button", inRoom)
	watching.Until(`document.getElementById("account-rooms").textContent.includes("Kitchen")`)
	ada.Open("/admin/rooms/2")
	ada.do(setValue("#name", "Canteen"))
	ada.Submit(`form[action="/admin/rooms/2"] button`, arrived+` && location.search === "?saved=room"`)
	watching.Until(`document.getElementById("account-rooms").textContent.includes("Canteen")`)

	// Sessions: he signs in elsewhere, and Ada ends that.
	elsewhere := window(t, s)
	elsewhere.Returns("ben")
	elsewhere.Until(connected)
	watching.Until(`document.querySelectorAll("#account-sessions li").length === 2`)
	ada.Open("/admin/people/2")
	ada.Submit(`#account-sessions li:first-child button`, arrived+` && location.search === "?saved=ended"`)
	elsewhere.Within(atOnce, signedOutPage)
	watching.Until(`document.querySelectorAll("#account-sessions li").length === 1 && document.getElementById("account-acts").textContent.includes("session")`)

	// His standing: what can be done to him follows it, and what was done.
	ada.Submit(`a[href$="/suspend"]`, arrived+` && document.getElementById("suspend-reason")`)
	ada.do(setValue("#suspend-reason", "spam"))
	ada.Submit("main .button--danger", arrived+` && location.search === "?saved=suspended"`)
	ben.Within(atOnce, signedOutPage)
	watching.Until(`document.querySelector("#account-end button[form=reactivate]") && !document.querySelector("#account-link a") &&
		document.getElementById("account-sessions").textContent.includes("nowhere") && document.getElementById("account-acts").textContent.includes("suspended")`)
	watching.Submit(`button[form=reactivate]`, arrived+` && location.search === "?saved=reactivated"`)
	ada.Until(connected + ` && document.querySelector("#account-end a[href$='/suspend']")`)
}

// What two administrators make of one form at once: the second sees what the first did,
// and decides with what they typed still there.
func TestTheSecondAdministratorSeesWhatTheFirstChanged(t *testing.T) {
	t.Parallel()
	_, ada, ben := kitchenOfBen(t)
	other := ada.second()
	for _, path := range []string{"/admin/rooms/2", "/admin/people/2"} {
		ada.Open(path)
		other.Open(path)
		other.do(setValue("#name", "Second"))
		ada.do(setValue("#name", "First"))
		ada.Submit(`form[action="`+path+`"] button`, arrived+` && location.search.startsWith("?saved=")`)
		other.Allow("status of 409")
		other.Submit(`form[action="`+path+`"] button`, arrived+` && document.querySelector(".form__error")`)
		if got := eval[string](other, `document.getElementById("name-error").textContent`); got != "Ada changed this meanwhile. It is now: “First”" {
			t.Errorf("%s: the sentence is %q", path, got)
		}
		if got := eval[string](other, `document.getElementById("name").value`); got != "Second" {
			t.Errorf("%s: what was typed is %q", path, got)
		}
		if path == "/admin/rooms/2" {
			ben.Until(`document.getElementById("head").textContent.includes("First")`)
		}
		other.Submit(`form[action="`+path+`"] button`, arrived+` && location.search.startsWith("?saved=")`)
	}
	ben.Until(`document.getElementById("head").textContent.includes("Second")`)

}
