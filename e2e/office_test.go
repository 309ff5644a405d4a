package e2e

import (
	"net/url"
	"testing"
)

// Ben made the Kitchen, where Cleo is, and moderates it: what he may do ends there.
func TestWhatAModeratorOfOneRoomMayDoEndsAtThatRoom(t *testing.T) {
	t.Parallel()
	s, ada, ben, cleo := serveKitchen(t)
	lobby := cleo.second()
	lobby.Open("/rooms/1-lobby")
	lobby.Until(connected)
	has := func(w *Window, kinds string) {
		t.Helper()
		w.Until(arrived)
		if got := eval[string](w, `[...document.querySelectorAll("form[id^='do-']")].map(f => f.id.slice(3)).join(" ")`); got != kinds {
			t.Errorf("%s offers %q, want %q", eval[string](w, "location.href"), got, kinds)
		}
	}
	for _, elsewhere := range []string{"", "?room=1"} {
		ben.Open("/people/3/moderate" + elsewhere)
		has(ben, "")
	}
	ben.Open("/people/3/moderate?room=2")
	has(ben, "warn time-out remove")
	ben.Open("/rooms/2/moderate")
	has(ben, "slow lock")
	ben.Allow("status of 404")
	for _, path := range []string{"/rooms/1/moderate", "/rooms/1/moderation", "/moderation/held?room=1", "/moderation/rules", "/moderation/newcomers", "/admin/log"} {
		ben.Open(path)
		ben.Sees("There is nothing here, or it is not for you to see.")
	}

	// In the Kitchen she cannot write, and elsewhere she does.
	ben.Act("/people/3/moderate?room=2", "time-out", nil)
	cleo.Until(restraint + `.includes("You cannot write here until")`)
	lobby.Until(restraint + `.trim() === ""`)
	lobby.Say("But here I can")
	// Of what is done in the Lobby he sees nothing where he looks.
	ada.person().post("/measures", url.Values{"kind": {"time-out"}, "user": {"3"}, "room": {"1"}, "for": {"1h"}, "reason": {"spam"}, "words": {"Not here either"}})
	lobby.Until(restraint + `.includes("You cannot write here until")`)
	ada.Open("/moderation/measures")
	ada.Until(`document.querySelector("#force-1") && document.querySelector("#force-2")`)
	for _, path := range []string{"/moderation/measures", "/people/3/moderate", "/people/3/moderate?room=2"} {
		ben.Open(path)
		ben.Until(arrived)
		if eval[bool](ben, `document.querySelector("main").textContent.includes("Not here either")`) {
			t.Errorf("at %s Ben reads what was done in the Lobby", path)
		}
	}
	// Nor is what is reported there his, or what is said about her everywhere.
	cleo.person().post("/rooms/2/messages", url.Values{"body": {"kept"}, "key": {"1"}})
	lobby.Until(`document.querySelector("#m-1-1")`)
	s.reports(t, "/rooms/1/messages/1", "/people/3")
	ben.Open("/moderation")
	ben.Until(arrived)
	ada.Open("/moderation")
	ada.Until(connected + ` && document.querySelectorAll("#queue .case").length === 2`)
	if n := eval[int](ben, `document.querySelectorAll("#queue .case").length`); n != 0 {
		t.Errorf("Ben has %d cases before him", n)
	}

	// Members read what was done in their room: whom it was done to only if so set.
	const main = `document.querySelector("main").textContent`
	cleo.Open("/rooms/2/moderation/log")
	cleo.Until(arrived + ` && ` + main + `.includes("Time-out") && !` + main + `.includes("Cleo") && !` + main + `.includes("Ben") && !` + main + `.includes("Not here either")`)
	ada.Open("/admin/settings")
	ada.Click("input[name=moderation_names]")
	ada.Submit("form:has(input[name=moderation_names]) .button--main", arrived+` && document.querySelector(".saved")`)
	cleo.Open("/rooms/2/moderation/log")
	cleo.Until(arrived + ` && ` + main + `.includes("Time-out") && ` + main + `.includes("Cleo") && !` + main + `.includes("Ben")`)
}

// serveKitchen is a server on which Ada administers, and Ben's Kitchen, where Cleo is.
func serveKitchen(t *testing.T) (s *Server, ada, ben, cleo *Window) {
	s = newServer(t)
	s.Unlimited()
	s.Start()
	ada, ben, cleo = window(t, s), window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	cleo.Joins("Cleo")
	ben.person().post("/rooms", url.Values{"name": {"Kitchen"}, "kind": {"open"}})
	cleo.person().post("/rooms/2/join", nil)
	cleo.Open("/rooms/2-kitchen")
	cleo.Until(connected)
	return s, ada, ben, cleo
}

// reports has somebody else report what is at the paths.
func (s *Server) reports(t *testing.T, paths ...string) {
	t.Helper()
	dan := person(t, s, "dan")
	for _, path := range paths {
		dan.post(path+"/report", url.Values{"reason": {"spam"}})
	}
}
