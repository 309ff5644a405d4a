package e2e

import (
	"context"
	_ "embed"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

//go:embed axe/axe.min.js
var axe string

func itoa(n int) string { return strconv.Itoa(n) }

func setValue(selector, value string) chromedp.Action[chromedp.Void] {
	return chromedp.SetValue(chromedp.CSS(selector), value)
}

// scheme shows pages in light or dark.
func (w *Window) scheme(name string) {
	w.t.Helper()
	_, err := chromedp.Call(w.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// size makes the window width × height CSS pixels; a narrow one is a phone's, with
// twice the resolution.
func (w *Window) size(width, height int64) {
	w.t.Helper()
	scale := 1.0
	if width < 500 {
		scale = 2
	}
	// Not by EmulateViewport, which takes the mouse away.
	_, err := chromedp.Call(w.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: scale})
	if err != nil {
		w.t.Fatal(err)
	}
}

// touch takes the mouse away from the window for good, and makes it a touch screen.
func (w *Window) touch() {
	w.t.Helper()
	if _, err := chromedp.Call(w.ctx, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true, MaxTouchPoints: 5}); err != nil {
		w.t.Fatal(err)
	}
}

// accessible fails for each violation that axe finds on the page, but of the rules but.
func (w *Window) accessible(page string, but ...string) {
	w.t.Helper()
	off := map[string]any{}
	for _, rule := range but {
		off[rule] = map[string]bool{"enabled": false}
	}
	w.axe(page, map[string]any{"rules": off})
}

// colours are the rules of axe that depend on the colours of a page.
var colours = map[string]any{"runOnly": []string{"color-contrast", "link-in-text-block"}}

// axe fails for each violation that axe finds on the page.
func (w *Window) axe(page string, how map[string]any) {
	w.t.Helper()
	if !eval[bool](w, `"axe" in window`) {
		w.do(chromedp.Evaluate[chromedp.Void](axe + "; undefined"))
	}
	ctx, cancel := context.WithTimeout(w.ctx, time.Minute)
	defer cancel()
	options, err := json.Marshal(how)
	if err != nil {
		w.t.Fatal(err)
	}
	w.do(chromedp.Evaluate[chromedp.Void](`window.found = null; axe.run(document, ` + string(options) + `).then(r => { window.found = r.violations.map(v => v.id + ": " + v.help + " " + v.nodes.map(n => n.html).join(" | ")) }); undefined`))
	w.Until(`window.found !== null`)
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]byte](`window.found`))
	if err != nil {
		w.t.Fatal(err)
	}
	var violations []string
	if err := json.Unmarshal(found, &violations); err != nil {
		w.t.Fatal(err)
	}
	for _, v := range violations {
		w.t.Errorf("%s: %s", page, v)
	}
}

// plain fails if the page has script that is not the bundle, an inline handler or
// a style attribute, or if it is wider than the window.
func (w *Window) plain(page string) {
	w.t.Helper()
	source := eval[string](w, `document.documentElement.outerHTML`)
	if n := strings.Count(source, "<script"); n != 1 {
		w.t.Errorf("%s: %d scripts, want the bundle alone", page, n)
	}
	if !eval[bool](w, `[...document.scripts].every(s => s.src.includes("/static/htmx.") && s.textContent === "")`) {
		w.t.Errorf("%s: a script is not the bundle", page)
	}
	if bad := eval[string](w, `[...document.querySelectorAll("*")].flatMap(e => [...e.attributes].filter(a => a.name.startsWith("on") || a.name === "style" || a.name.startsWith("hx-on")).map(a => e.tagName + " " + a.name)).join(", ")`); bad != "" {
		w.t.Errorf("%s: %s", page, bad)
	}
	if strings.Contains(source, "@icon(") {
		w.t.Errorf("%s: shows a template's source", page)
	}
	if eval[bool](w, `[...document.querySelectorAll("html, body, main")].some(e => e.scrollWidth > e.clientWidth)`) {
		w.t.Errorf("%s: the page is wider than the window of %d px", page, eval[int](w, `innerWidth`))
	}
}

// check looks at the page in all sizes and schemes.
func (w *Window) check(name string) {
	w.t.Helper()
	w.bothSchemes(name)
	w.fits(name)
}

// fits looks at the page in all sizes, in the scheme that it has.
func (w *Window) fits(name string) {
	w.t.Helper()
	for _, width := range []int64{1440, 800, 320} {
		w.size(width, 900)
		w.plain(name)
	}
	w.size(390, 844)
	w.accessible(name + " on a phone")
	w.size(1440, 900)
}

// bothSchemes looks at the page in light, and at its colours in dark, too: all else that
// axe looks at is the same there.
func (w *Window) bothSchemes(name string, but ...string) {
	w.t.Helper()
	w.scheme("light")
	w.accessible(name+" in light", but...)
	w.scheme("dark")
	w.axe(name+" in dark", colours)
}

// skips fails if the skip link leads nowhere.
func (w *Window) skips(name string) {
	w.t.Helper()
	if !eval[bool](w, `document.querySelector(document.querySelector(".skip").getAttribute("href"))?.checkVisibility()`) {
		w.t.Errorf("%s: the skip link leads nowhere", name)
	}
}

func TestEveryKindOfRoomIsPlainAndAccessible(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Seed(3)
	s.Start()
	ben := person(t, s, "ben")
	w := window(t, s)
	w.Returns("ada")
	w.Until(connected)
	ada := w.person()
	ada.make("Attic", "open")
	ada.post("/rooms/2/archive", nil)
	ada.make("Surprise", "private")
	ada.post("/direct", map[string][]string{"with": {"2"}})
	ben.say(4, "Hello Ada")
	for _, page := range [][2]string{
		{"an archived room", "/rooms/2-attic"}, {"about an archived room", "/rooms/2/about"},
		{"an empty private room", "/rooms/3-surprise"}, {"about a private room", "/rooms/3/about"},
		{"a direct conversation", "/rooms/4-direct"}, {"about a direct conversation", "/rooms/4/about"},
	} {
		w.Open(page[1])
		w.Until(arrived)
		w.check(page[0])
		w.skips(page[0])
	}
	// What is framed has no scripts, and a stream does not end.
	w.Open("/rooms/4/write")
	w.bothSchemes("the field to write in")
	for _, at := range [][2]string{{"2/follow", "Attic"}, {"4/follow", "Back to the room"}, {"3/stream", "Nobody has written yet"}, {"4/stream", "Hello Ada"}} {
		if _, err := chromedp.Call(w.ctx, page.Navigate, page.NavigateParams{URL: s.URL + "/rooms/" + at[0]}); err != nil {
			t.Fatal(err)
		}
		w.Until(`location.pathname === "/rooms/` + at[0] + `"`)
		w.Sees(at[1])
		w.bothSchemes(at[0], "meta-refresh") // a stream that ends begins anew
		if strings.HasSuffix(at[0], "follow") {
			w.skips(at[0])
		}
	}
	// The drawers of a phone.
	w.size(390, 844)
	w.Open("/rooms/1-lobby")
	w.Until(connected)
	for _, drawer := range []string{"rooms", "people"} {
		w.Click(".room__head button[popovertarget=" + drawer + "]")
		w.Until(`document.getElementById("` + drawer + `").matches(":popover-open")`)
		w.bothSchemes("the drawer of " + drawer)
		w.Press(kb.Escape)
		w.Until(`!document.querySelector(":popover-open")`)
	}
}

func TestEveryPageIsPlainAndAccessible(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Seed(60)
	s.Start()
	person(t, s, "ben").Post("A line of Ben's, with a link to https://example.com/a/rather/long/path/that/does/not/end/soon?and=has&a=query")
	w := window(t, s)
	w.Allow("status of 404", "status of 422")
	check := w.check
	// What shows nothing special is looked at in both schemes where all addresses are.
	look := func(name, path string) {
		t.Helper()
		w.Open(path)
		w.Until(arrived)
		if strings.Contains(path, "?") {
			check(name)
		} else {
			w.fits(name)
		}
	}
	look("register", "/register")
	w.Type("#username", "ada")
	w.Type("#email", "x@y.example")
	w.Type("#password", "short")
	w.Submit("form.card button", `document.readyState === "complete" && document.querySelector("[aria-invalid]")`)
	check("register with mistakes")
	look("login", "/login")
	w.Returns("ada")
	w.Until(connected)
	check("room")
	w.insert(strings.Repeat("x", 600))
	for _, width := range []int64{1440, 320} {
		w.size(width, 900)
		w.plain("room with a long word")
		if !eval[bool](w, `document.querySelector("#composer button").getBoundingClientRect().right <= innerWidth`) {
			t.Errorf("at %d px a long word pushes the button out", width)
		}
	}
	w.Reload()
	// 200 % zoom of a small laptop.
	w.size(640, 400)
	w.plain("room at 200 %")
	w.size(1440, 900)
	w.Click("#m-1-60 a.message__tool")
	w.Until(`document.querySelector("#edit")`)
	check("edit")
	w.Open("/rooms/1/messages/60/delete")
	check("delete")
	w.Open("/rooms/1-lobby?before=30")
	check("older messages")
	look("profile", "/profile")
	for name, path := range map[string]string{
		"rooms": "/rooms", "archived rooms": "/rooms?archived=1", "new room": "/rooms/new", "about a room": "/rooms/1/about", "ask to archive": "/rooms/1/archive", "ask to leave": "/rooms/1/leave",
		"go": "/go?q=b", "go to nothing": "/go?q=zzz", "add people": "/rooms/1/about?add=1", "find a room": "/rooms?q=lob", "new message": "/direct/new", "person": "/people/1", "permalink": "/rooms/1/messages/20",
	} {
		look(name, path)
	}
	// Invitations: none yet, the form with mistakes, the link, the list, what others see.
	w.Open("/admin/invitations")
	check("no invitations")
	look("new invitation", "/admin/invitations/new")
	w.Click(`input[name="role"][value="administrator"]`)
	w.do(setValue("#uses", "0"))
	w.Submit(".invitation-form .button--main", arrived+` && document.querySelector("[aria-invalid]")`)
	check("new invitation with mistakes")
	w.Open("/admin/invitations/new")
	w.do(setValue("#note", "A long note, "+strings.Repeat("long", 40)))
	w.do(setValue("#uses", "3"))
	w.Submit(".invitation-form .button--main", linkShown)
	check("invitation made")
	invited := strings.TrimPrefix(eval[string](w, `document.querySelector("#link").value.trim()`), s.URL)
	for name, path := range map[string]string{
		"invitations": "/admin/invitations", "invitation": "/admin/invitations/1", "withdraw": "/admin/invitations/1/withdraw",
		"come in": invited, "invitation that does not work": "/join?invitation=x", "new sign-in link": "/admin/people/2/link",
	} {
		look(name, path)
	}
	for name, path := range map[string]string{
		"administration of rooms": "/admin/rooms", "no room": "/admin/rooms?q=zzz", "administration of a room": "/admin/rooms/1", "how long a room keeps": "/admin/rooms/1/keep?keep=days&days=30",
		"delete a room": "/admin/rooms/1/delete", "log": "/admin/log", "nothing in the log": "/admin/log?q=zzz", "a mistake in the log's filter": "/admin/log?by=zzz",
	} {
		look(name, path)
	}
	w.Open("/admin/people/2/link")
	w.Submit("main form.card button", linkShown)
	check("sign-in link made")
	w.Open(strings.TrimPrefix(eval[string](w, `document.querySelector("#link").value.trim()`), s.URL))
	check("sign-in link")
	guest := window(t, s)
	guest.Open(invited)
	for _, width := range []int64{1440, 320} {
		guest.size(width, 900)
		guest.plain("join")
	}
	for _, scheme := range []string{"light", "dark"} {
		guest.scheme(scheme)
		guest.accessible("join in " + scheme)
	}
	cleo := person(t, s, "cleo")
	cleo.post("/rooms/1/messages/61/report", map[string][]string{"reason": {"spam"}, "note": {"Look at\nthis"}})
	cleo.post("/people/2/report", map[string][]string{"reason": {"hate"}})
	for _, page := range [][2]string{
		{"report a person", "/people/2/report"}, {"report a message", "/rooms/1/messages/61/report"}, {"no report", "/reports"},
		{"the queue", "/moderation"}, {"an empty queue", "/moderation?tab=closed"}, {"a case", "/moderation/cases/1"}, {"a case about a person", "/moderation/cases/2"},
	} {
		look(page[0], page[1])
	}
	w.Open("/moderation/cases/1")
	w.Submit("#act .button--danger", arrived+` && document.querySelector("[aria-invalid]")`)
	check("a case with a mistake")
	w.Submit("#case-state button[formaction$='/taker']", arrived+` && document.querySelector("[data-hold='mine']")`)
	check("a case of one's own")
	w.Submit("#case-state button[formaction$='/close']", arrived+` && document.querySelector("[data-hold='closed']")`)
	check("a closed case")
	for name, path := range map[string]string{
		"overview": "/admin", "overview of the week": "/admin?range=week", "open pages": "/admin/sockets", "open pages of nobody": "/admin/sockets?q=zzz",
		"sessions": "/admin/sessions", "sessions of nobody": "/admin/sessions?q=zzz", "end all sessions": "/admin/sessions/of/2/end",
	} {
		look(name, path)
	}
	w.Open("/moderation/rules")
	check("no rules")
	w.Open("/moderation/held")
	check("nothing held")
	signIn(t, s, "ada").post("/moderation/rules", map[string][]string{"kind": {"word"}, "text": {"casino"}, "act": {"hold"}})
	cleo.post("/rooms/1/messages", map[string][]string{"body": {"A *casino* at https://casino.example/" + strings.Repeat("x", 150)}, "key": {"held"}})
	for _, page := range [][2]string{
		{"the rules", "/moderation/rules"}, {"a rule", "/moderation/rules/1"}, {"delete a rule", "/moderation/rules/1/delete"}, {"what is held", "/moderation/held"},
		{"turn it down", "/moderation/held/1/refuse"},
	} {
		look(page[0], page[1])
	}
	w.Open("/moderation/rules")
	w.Type("#text", "two words")
	w.Submit("#rule .button--main", arrived+` && document.querySelector("[aria-invalid]")`)
	check("rules with a mistake")
	w.Open("/moderation/rules/1")
	w.do(setValue("#text", "two words"))
	w.Submit("#rule .button--main", arrived+` && document.querySelector("[aria-invalid]")`)
	check("a rule with a mistake")
	w.do(setValue("#kind", "phrase"))
	w.Submit("#rule .button:not(.button--main)", arrived+` && document.querySelector("#trial")`)
	check("a rule that is tried")
	w.Open("/nothing")
	check("not found")
	link, _, _ := strings.Cut(s.Command("user", "reset-password", "ben"), "\n")
	w.Open(strings.TrimPrefix(link, s.URL))
	check("reset")

	// On a touch screen the one way to what one may do with a message is always there.
	w.touch()
	w.size(390, 844)
	w.Open("/rooms/1-lobby")
	w.Until(connected)
	w.plain("room on a touch screen")
	w.accessible("room on a touch screen")
	shown := eval[[]bool](w, `[...document.querySelectorAll("#m-1-60 .message__tool")].map(e => e.checkVisibility({opacityProperty: true}))`)
	if len(shown) != 2 || shown[0] || !shown[1] {
		t.Errorf("of edit and more a touch screen shows %v", shown)
	}
	w.Click("#m-1-60 .message__tool--more")
	w.Until(`document.querySelector("#editor form[action$='/unread']")`)
	w.plain("what one may do with a message")
	w.accessible("what one may do with a message")
}
