package e2e

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/skip2/go-qrcode"
)

// drawn is the code that the page shows, a line for each row of its modules.
const drawn = `(() => {
	const svg = document.querySelector("svg.once__code"), n = svg.viewBox.baseVal.width
	const rows = Array.from({length: n}, () => Array(n).fill("."))
	for (const [, x, y, w] of svg.querySelector("path").getAttribute("d").matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) rows[y].fill("#", +x, +x + +w)
	return rows.map(r => r.join("")).join("\n")
})()`

// scanned is whether the page's code is that of text.
func (w *Window) scanned(text string) bool {
	w.t.Helper()
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		w.t.Fatal(err)
	}
	var want strings.Builder
	for i, row := range code.Bitmap() {
		if i > 0 {
			want.WriteByte('\n')
		}
		for _, dark := range row {
			want.WriteByte(".#"[map[bool]int{true: 1}[dark]])
		}
	}
	return eval[string](w, drawn) == want.String()
}

const linkShown = arrived + ` && document.querySelector("#link")`

func TestAnInvitationIsMadeScannedAndUsedAndCountsDownLive(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.SignUp("Ada")
	signIn(t, s, "ada").post("/rooms", url.Values{"name": {"Kitchen"}, "kind": {"open"}})
	signIn(t, s, "ada").post("/rooms", url.Values{"name": {"Plans"}, "kind": {"private"}})
	list := ada.second()
	list.Open("/admin/invitations")
	list.Until(connected + ` && document.body.textContent.includes("Nobody is invited yet.")`)

	ada.Open("/admin/invitations/new")
	ada.Until(arrived)
	ada.Type("#note", "For the kitchen")
	ada.do(setValue("#uses", "2"))
	ada.Click(`input[name="room"][value="2"]`)
	ada.Click(`input[name="room"][value="3"]`)
	// The password is asked for only where it counts.
	if eval[bool](ada, `document.querySelector("#again").checkVisibility()`) {
		t.Error("the password is asked for without need")
	}
	ada.Click(`input[name="role"][value="administrator"]`)
	ada.Until(`document.querySelector("#again").checkVisibility()`)
	ada.Click(`input[name="role"][value="member"]`)
	ada.Submit(".invitation-form .button--main", linkShown)
	link := eval[string](ada, `document.querySelector("#link").value.trim()`)
	if !ada.scanned(link) {
		t.Errorf("the code is not that of %s", link)
	}
	list.Until(`document.querySelector("#invitation-1 [data-left]")?.dataset.left === "2"`)

	// Ben follows the link in another window, and his rooms are there, live.
	ben := window(t, s)
	ben.Open(strings.TrimPrefix(link, s.URL))
	ben.Sees("invites you")
	ben.Sees("Plans")
	ben.Type("#username", "ben")
	ben.Type("#email", "ben@example.com")
	ben.Type("#password", password)
	ben.Submit("form.card button", inRoom+` && [..."23"].every(n => document.querySelector("#side-" + n))`)
	ben.Until(connected)
	list.Until(`document.querySelector("#invitation-1 [data-left]").dataset.left === "1" && document.querySelector("#invitation-1").textContent.includes("ben")`)
	plans := ada.second()
	plans.Open("/rooms/3")
	plans.Until(connected + ` && document.querySelector("#people-list").textContent.includes("ben")`)
	ben.Open("/rooms/3")
	ben.Until(connected)
	plans.Say("Welcome to the plans")
	ben.Shows("Welcome to the plans")

	// Cleo has an account and an open page: she is asked, and the rooms come into it.
	cleo := window(t, s)
	cleo.SignUp("Cleo")
	cleo.Until(connected)
	other := cleo.second()
	other.Open(strings.TrimPrefix(link, s.URL))
	other.Sees("You are signed in as Cleo.")
	other.Submit("form.form button", connected+` && location.pathname.startsWith("/rooms/2")`)
	cleo.Until(`document.querySelector("#side-3")`)
	list.Until(`document.querySelector("#invitation-1 [data-left]").dataset.left === "0" && document.querySelector("#invitation-1 .invitation__state").textContent.includes("Used up")`)

	// It is used up: the next one is told.
	dan := window(t, s)
	dan.Allow("status of 404")
	dan.Open(strings.TrimPrefix(link, s.URL))
	dan.Sees("This invitation does not work: it has expired, is used up or was withdrawn.")
}

func TestAWithdrawnInvitationShowsItOnTheOpenListAndLetsNobodyIn(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ben.Allow("status of 422")
	ada.SignUp("Ada")
	ada.Open("/admin/invitations/new")
	ada.Until(arrived)
	ada.Submit(".invitation-form .button--main", linkShown)
	link := eval[string](ada, `document.querySelector("#link").value.trim()`)
	ben.Open(strings.TrimPrefix(link, s.URL))
	ben.Type("#username", "ben")
	ben.Type("#email", "ben@example.com")
	ben.Type("#password", password)
	list := ada.second()
	list.Open("/admin/invitations")
	list.Until(connected)
	ada.Open("/admin/invitations")
	ada.Until(connected)
	ada.Submit("#invitation-1 a[href$='/withdraw']", arrived+` && location.pathname.endsWith("/withdraw")`)
	ada.Submit(".button--danger", arrived+` && location.pathname === "/admin/invitations"`)
	list.Until(`document.querySelector("#invitation-1 .invitation__state").textContent.includes("Withdrawn") && !document.querySelector("#invitation-1 a[href$='/withdraw']")`)
	ben.Submit("form.card button", arrived+` && document.body.textContent.includes("This invitation does not work")`)
}

func TestWhoIsLockedOutComesInByAOneTimeLink(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.SignUp("Ada")
	ben.SignUp("Ben")
	ben.Submit("form[action='/logout'] button", arrived+` && location.pathname === "/login"`)
	ada.Open("/admin/people/2/link")
	ada.Until(arrived)
	ada.Submit("main form.card button", linkShown)
	link := eval[string](ada, `document.querySelector("#link").value.trim()`)
	if !ada.scanned(link) {
		t.Errorf("the code is not that of %s", link)
	}
	ben.Open(strings.TrimPrefix(link, s.URL))
	ben.Sees("It works once.")
	ben.Open(strings.TrimPrefix(link, s.URL)) // looking uses nothing up
	ben.Submit("form.card button", arrived+` && document.querySelector("a[href^='/reset']")`)
	ben.Submit("a[href^='/reset']", arrived+` && document.querySelector("#password")`)
	ben.Type("#password", "another horse battery")
	ben.Submit("form.card button", inRoom)
	ben.Until(connected)
	other := window(t, s)
	other.Allow("status of 404")
	other.Open(strings.TrimPrefix(link, s.URL))
	other.Sees("This link was used or is too old.")
}

var linkOn = regexp.MustCompile(`(?s)id="link"[^>]*>\s*https?://[^/]*([^<]*)<`)

// linkIn is the path of the link that a page shows once.
func linkIn(t *testing.T, page string) string {
	t.Helper()
	m := linkOn.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no link in %s", page)
	}
	return m[1]
}
