package e2e

import "testing"

func TestASessionEndedElsewhereSaysSoAtOnce(t *testing.T) {
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
