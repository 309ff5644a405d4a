package e2e

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/store"
)

// atOnce is how long what an administrator does may take to reach open pages.
const atOnce = time.Second

// signedOutPage: the page says so and takes nothing any more.
const signedOutPage = `document.getElementById("live").textContent.includes("You are signed out")`

func TestWhoIsSuspendedIsToldOnEveryOpenPage(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Unlimited()
	s.Start()
	ada, ben := window(t, s), window(t, s)
	ada.SignUp("ada")
	ben.SignUp("ben")
	ben.Until(connected)
	other := ben.second()
	other.Open("/rooms")
	other.Until(connected)
	watching := ada.second()
	watching.Open("/admin/people/2")
	watching.Until(connected + ` && document.querySelector("#account-state .presence--online")`)

	ada.Open("/admin/people")
	ada.Submit(`main a[href="/admin/people/2"]`, arrived+` && document.getElementById("account-state")`)
	ada.Submit(`a[href$="/suspend"]`, arrived+` && document.getElementById("suspend-for").value === "168h"`)
	ada.Type("#suspend-words", "No more watches")
	ada.Allow("status of 422")
	ada.Submit("main .button--danger", arrived+` && document.getElementById("suspend-reason-error") && document.getElementById("suspend-words").value === "No more watches"`)
	ada.do(setValue("#suspend-reason", "spam"))
	ada.Submit("main .button--danger", arrived+` && document.querySelector("#account-state .tag--danger")`)
	for _, w := range []*Window{ben, other} {
		w.Within(atOnce, signedOutPage)
	}
	watching.Until(`/Until .*Spam or advertising.*No more watches/s.test(document.querySelector("#account-state").textContent)`)
	ben.Allow("status of 403")
	ben.Open("/login")
	ben.Type("#login", "ben")
	ben.Type("#password", password)
	ben.Submit("form.card button", arrived+` && document.querySelector("form[action='/appeal']")`)
	ben.Sees("You cannot sign in until")
	ben.Sees("No more watches")

	ada.Submit(`button[form=reactivate]`, arrived+` && !document.querySelector("#account-state .tag--danger")`)
	watching.Until(`!document.querySelector("#account-state .tag--danger")`)
	ben.SignIn("ben")
	ben.Say("back again")
}

func TestARoleAppliesToOpenPagesAtOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Unlimited()
	s.Start()
	ada, ben := window(t, s), window(t, s)
	ada.SignUp("ada")
	ben.SignUp("ben")
	ben.Until(connected + ` && !document.querySelector("a[href='/admin']")`)
	ben.Type("#composer-text", "half a thought")
	become := func(role string) {
		t.Helper()
		ada.Open("/admin/people/2")
		ada.Until(connected)
		ada.do(setValue("#role", role))
		ada.Type("#password", password)
		ada.Submit(`form[action$="/role"] button`, arrived+` && location.search === "?saved=role"`)
	}
	become("administrator")
	ben.Until(`document.querySelector("a[href='/admin']")`)
	list, about := ben.second(), ben.second()
	list.Open("/admin/people")
	list.Until(connected + ` && document.querySelector(".table")`)
	about.Open("/admin/people/1")
	about.Until(connected + ` && document.getElementById("account-state")`)

	become("member")
	for _, w := range []*Window{list, about} {
		w.Within(atOnce, `!document.querySelector(".admin") && document.getElementById("live").textContent.includes("no longer for you")`)
	}
	ben.Until(`!document.querySelector("a[href='/admin']")`)
	if got := eval[string](ben, `document.getElementById("composer-text").value`); got != "half a thought" {
		t.Errorf("what he was writing is %q", got)
	}
	list.Allow("status of 404")
	list.Open("/admin/people")
	list.Sees("There is nothing here")
	// The last administrator cannot give it up.
	ada.Allow("status of 422")
	ada.Open("/admin/people/1")
	ada.do(setValue("#role", "member"))
	ada.Type("#password", password)
	ada.Submit(`form[action$="/role"] button`, arrived+` && document.querySelector(".form__error")?.textContent.includes("last administrator")`)
}

func TestErasingAnAccountIsSeenByOthersWhileItHappens(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Unlimited()
	s.Seed(60)
	s.Start()
	dan := person(t, s, "dan")
	ada, cleo := window(t, s), window(t, s)
	ada.SignIn("ada")
	cleo.SignUp("cleo")
	ben := person(t, s, "ben")
	const lines = 700 // several steps
	for i := range lines {
		ben.Post(fmt.Sprintf("line %d", i))
	}
	dan.Post("Dan stays")
	cleo.Reload()
	cleo.Shows("Dan stays")
	const benID = "4" // after Ada, Dan and Cleo
	watching := ada.second()
	watching.Open("/admin/people/" + benID)
	watching.Until(connected)
	ada.Open("/admin/people/" + benID)
	ada.Submit(`a[href$="/delete"]`, arrived+` && document.querySelector("input[value=erase]")`)
	ada.Click("input[value=erase]")
	ada.Type("#password", password)
	ada.Submit("main .button--danger", arrived+` && document.querySelector("#account-state").textContent.includes("Deleted on")`)
	watching.Until(`document.querySelector("#account-state").textContent.includes("Deleted on")`)
	gone := `[...document.querySelectorAll('#messages > [data-author="` + benID + `"]')]`
	cleo.Until(gone + `.length > 20 && ` + gone + `.every(m => m.querySelector(".message__gone") && !m.textContent.includes("line"))`)
	for _, w := range []*Window{ada, watching} {
		w.Until(`document.querySelector("#account-state").textContent.includes("Its messages are erased.")`)
	}
	cleo.Shows("Dan stays")
	shown := cleo.Rows()
	cleo.Reload()
	if again := cleo.Rows(); len(again) == 0 || again[len(again)-1] != shown[len(shown)-1] {
		t.Errorf("a fresh page ends with %v, the open one with %v", again, shown)
	}
	cleo.Sees("Deleted account")
}

func TestAPersonFetchesTheirDataAndLeaves(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Unlimited()
	s.Start()
	ada, ben := window(t, s), window(t, s)
	ada.SignUp("ada")
	ben.SignUp("ben")
	ben.Say("so long")
	ada.Shows("so long")
	other := ben.second()
	other.Open("/rooms")
	other.Until(connected)
	ben.Open("/profile")
	ben.Until(connected)
	ben.Click(`form[action="/profile/export"] button`)
	ben.Until(arrived + ` && document.querySelector("#export a[download]")`)

	ben.Submit(`a[href="/profile/delete"]`, arrived+` && document.getElementById("password")`)
	ben.Click("input[value=keep]")
	ben.Type("#password", password)
	ben.Submit("main .button--danger", arrived+` && document.querySelector("h1").textContent === "Your account is deleted"`)
	other.Within(atOnce, signedOutPage)
	ada.Until(`document.querySelector("#messages > article:last-child .message__author").textContent === "Deleted account"`)
	ada.Until(`!document.querySelector("#people-list").textContent.includes("ben")`)
}

func TestPagesAboutAccountsArePlainAndAccessible(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Unlimited()
	s.Seed(1)
	s.While(func(db *store.Store) {
		change(t, db, func(p *store.Profile) { p.Name = "عائشة الحسن" })
	})
	s.Start()
	ada := signIn(t, s, "ada")
	for _, name := range []string{"ben", "cleo", "dan"} {
		person(t, s, name)
	}
	ada.post("/admin/people/2", url.Values{"name": {strings.Repeat("W", 60)}, "username": {strings.Repeat("w", 30)}, "email": {strings.Repeat("w", 60) + "@example.com"}})
	ada.post("/admin/people/3/suspend", url.Values{"reason": {"other"}, "words": {strings.Repeat("w", 300)}})
	ada.post("/admin/people/4/delete", url.Values{"messages": {"keep"}, "password": {password}})
	ada.post("/admin/people/2/role", url.Values{"role": {"moderator"}, "password": {password}})
	w := window(t, s)
	w.Allow("status of 422")
	w.SignIn("ada")
	check := func(name string) {
		t.Helper()
		w.Until(arrived)
		for _, width := range []int64{1440, 800, 320} {
			w.size(width, 900)
			w.plain(name)
		}
		if loose := eval[string](w, `(() => { const loose = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); for (let n; n = walk.nextNode();) if (n.data.includes("عائشة") && !n.data.includes("\u2068عائشة") && !n.parentElement.closest("bdi, [dir=auto], .only-read")) loose.push(n.parentElement.outerHTML); return loose.join(" ") })()`); loose != "" {
			t.Errorf("%s: %s", name, loose)
		}
		for _, scheme := range []string{"light", "dark"} {
			w.size(1440, 900)
			w.scheme(scheme)
			w.accessible(name + " in " + scheme)
			w.size(390, 844)
			w.accessible(name + " on a phone in " + scheme)
		}
	}
	for name, path := range map[string]string{
		"people": "/admin/people", "nobody": "/admin/people?q=zzz", "deleted people": "/admin/people?show=deleted", "new account": "/admin/people/new", "account": "/admin/people/2",
		"oneself": "/admin/people/1", "suspended account": "/admin/people/3", "deleted account": "/admin/people/4", "suspend": "/admin/people/2/suspend", "delete": "/admin/people/2/delete",
		"own deletion": "/profile/delete", "deleted person": "/people/4",
	} {
		w.Open(path)
		check(name)
	}
	w.size(1440, 900)
	w.Open("/admin/people/new")
	w.Type("#name", "Eve")
	w.Type("#username", "Ada")
	w.Type("#email", "eve@example.com")
	w.Submit("main .button--main", arrived+` && document.querySelector("[aria-invalid]")`)
	check("new account with a mistake")
	w.size(1440, 900)
	w.do(setValue("#username", "eve"))
	w.Submit("main .button--main", arrived+` && document.getElementById("link")`)
	check("the link")
	w.Open("/profile")
	w.size(1440, 900)
	w.Click(`form[action="/profile/export"] button`)
	w.Until(arrived + ` && document.querySelector("#export a[download]")`)
	check("profile with data")
}
