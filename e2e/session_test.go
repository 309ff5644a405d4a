package e2e

import (
	"regexp"
	"testing"
)

func TestASessionEndedElsewhereSaysSoAtOnce(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, phone, desk := window(t, s), window(t, s), window(t, s)
	ada.SignUp("Ada")
	phone.SignIn("ada")
	phone.Until(connected)
	ended := func(w *Window) {
		t.Helper()
		w.Until(`document.getElementById("live").textContent.includes("You are signed out")`)
		w.Open("/profile")
		w.Until(arrived + ` && location.pathname === "/login"`)
	}
	const end, others = "form[action='/profile/sessions/end'] button", "form[action='/profile/sessions/others'] button"
	ada.Open("/profile")
	if n := eval[int](ada, `document.querySelectorAll("`+end+`").length`); n != 1 {
		t.Fatalf("%d sessions can be ended, want the other one alone", n)
	}
	listed := eval[string](ada, `[...document.querySelectorAll("[aria-labelledby=logins-title] li")].map(e => e.innerText.replace(/\s+/g, " ").trim()).join(" | ")`)
	const one = `Chrome, Linux (127\.0\.0\.1|::1) · last used \d+ \w+, \d\d:\d\d`
	if !regexp.MustCompile(one+` this browser`).MatchString(listed) || !regexp.MustCompile(one+` End`).MatchString(listed) {
		t.Errorf("the sessions are listed as %s", listed)
	}
	ada.Submit(end, arrived+` && document.querySelector(".saved")?.textContent.includes("session is ended") && !document.querySelector("`+end+`")`)
	ended(phone)

	phone.SignIn("ada")
	phone.Until(connected)
	desk.SignIn("ada")
	desk.Until(connected)
	ada.Open("/profile")
	ada.Submit(others, arrived+` && document.querySelector(".saved")?.textContent.includes("Every other session is ended") && !document.querySelector("`+others+`")`)
	ended(phone)
	ended(desk)
	ada.Open("/")
	ada.Until(connected)
}

func TestANewPasswordEndsEveryOtherSessionLive(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, phone := window(t, s), window(t, s)
	ada.Allow("status of 422")
	ada.SignUp("Ada")
	phone.SignIn("ada")
	phone.Until(connected)
	const form = "form[action='/profile/password'] "
	ada.Open("/profile")
	ada.Type("#old", "not my password")
	ada.Type("#password", "another good password")
	ada.Submit(form+"button", arrived+` && document.querySelector("#old-error")?.textContent.includes("That is not your password")`)
	ada.Type("#old", password)
	ada.Type("#password", "another good password")
	ada.Submit(form+"button", arrived+` && location.search === "?saved=password" && document.querySelector(".saved")`)
	phone.Until(`document.getElementById("live").textContent.includes("You are signed out")`)
	ada.Open("/")
	ada.Until(connected)
	phone.Open("/login")
	phone.Type("#login", "ada")
	phone.Type("#password", "another good password")
	phone.Submit("form.card button", inRoom)
}

func TestWhoSignsUpIsInTheRoomsThatEveryoneJoins(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.SignUp("Ada")
	ada.Open("/rooms/new")
	ada.Type("#name", "Welcome")
	ada.Click("[name=everyone]")
	ada.Submit("main form button", inRoom+` && location.pathname === "/rooms/2-welcome"`)
	ada.person().make("Garden", "open")
	ada.Until(connected)
	ben.SignUp("Ben")
	ben.Until(connected)
	if got := eval[string](ben, `[...document.querySelectorAll("#rooms-list bdi")].map(e => e.textContent).join()`); got != "Lobby,Welcome" {
		t.Errorf("Ben is in %s", got)
	}
	ada.Until(`[...document.querySelectorAll("#people-list bdi")].map(e => e.textContent).join() === "Ada,Ben"`)

	// And may join every other open room, that was there before him.
	ben.Open("/rooms")
	ben.Submit("form[action='/rooms/3/join'] button", inRoom+` && location.pathname === "/rooms/3-garden"`)
}
