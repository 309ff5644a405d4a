package e2e

import (
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// German words are long: nothing may be wider than a phone.
func TestGermanFitsOnAPhone(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Allow("status of 422")
	// As the browser asks, until one has chosen.
	if _, err := chromedp.Call(ada.ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": "de-AT, en;q=0.5"}}); err != nil {
		t.Fatal(err)
	}
	ada.SignUp("Ada")
	for _, language := range []string{"en", "de"} {
		was := eval[string](ada, `document.documentElement.lang`)
		ada.Open("/profile")
		ada.do(setValue("#language", language))
		ada.Submit("form#profile button", arrived+` && document.documentElement.lang === "`+language+`"`)
		if was == language {
			t.Errorf("it was %s before", was)
		}
	}
	if _, err := chromedp.Call(ada.ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{}}); err != nil {
		t.Fatal(err)
	}
	ada.person().make("Donaudampfschifffahrtsgesellschaft", "private")
	person(t, s, "ben").Post("Guten Morgen")
	ada.person().post("/rooms/2/members", map[string][]string{"person": {"ben"}})
	for _, path := range []string{
		"/", "/rooms/2/about?add=1", "/rooms/2", "/rooms", "/rooms?archived=1", "/rooms/new", "/direct/new", "/go?q=e", "/people/2", "/profile",
		"/rooms/1/about", "/rooms/1/messages/1/more", "/notices", "/mutes", "/reports", "/moderation", "/admin", "/admin/people", "/admin/rooms", "/admin/settings", "/admin/log",
	} {
		ada.size(360, 780)
		ada.Open(path)
		ada.Until(arrived)
		ada.plain(path)
		for _, e := range eval[[]string](ada, `[...document.querySelectorAll("main .button, main label, main h1, main h2, main legend, .sidebar .sidebar__room")].filter(e => e.checkVisibility() && !e.closest(".only-read, .table, [class*=scroll]")).filter(e => { const r = e.getBoundingClientRect(); return r.width > 0 && (r.right > innerWidth + 1 || r.left < -1) }).map(e => e.tagName + " " + e.textContent.trim().slice(0, 60))`) {
			t.Errorf("%s: beyond the edge: %s", path, e)
		}
	}
}

// Where there is nothing yet, a page says what to do.
func TestWhereThereIsNothingAPageSaysWhatToDo(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.SignUp("Ada")
	for path, sentence := range map[string]string{
		"/rooms/1-lobby":          "Nobody else is here yet.",
		"/rooms/1/about?add=1":    "Everybody is in this room already.",
		"/rooms?archived=1":       "No room is archived. When a room has served its time, archive it on its page",
		"/rooms?q=zzz":            "No room has that in its name.",
		"/direct/new":             "Nobody else has an account yet.",
		"/direct/new?q=zzz":       "Nobody found. Try the beginning of another word of the name.",
		"/go?q=zzz":               "Nothing has a name like that. Try the beginning of another word of it.",
		"/mutes":                  "You have muted nobody.",
		"/notices":                "Nothing. When a moderator decides something about you, it stands here",
		"/reports":                "You have not reported anything. You can report a message under",
		"/moderation/held":        "Nothing waits for you. What a rule holds comes here by itself.",
		"/moderation/rules":       "There is no rule yet. Try one first",
		"/moderation/appeals":     "Nobody waits for an answer.",
		"/rooms/1/moderation/log": "Nothing: this room has got along by itself.",
		"/admin/invitations":      "Nobody is invited yet. Make an invitation",
		"/admin/people?q=zzz":     "Nobody is found. Try the beginning of another word of the name",
		"/admin/rooms?q=zzz":      "No room is like that.",
		"/admin/log?q=zzz":        "No entry has all of that.",
		"/admin/sockets?q=zzz":    "Nobody of that name has a page open now.",
		"/admin/sessions?q=zzz":   "Nobody of that name is signed in.",
		"/moderation/measures":    "Nothing is in force that you could lift.",
		"/moderation?tab=mine":    "You have taken no case. Take one from the open ones",
	} {
		ada.Open(path)
		ada.Until(arrived)
		ada.Sees(sentence)
	}
	ada.person().post("/direct", nil)
	ada.Open("/rooms/2-direct")
	ada.Until(connected)
	if got := eval[string](ada, `document.querySelector(".room__start").textContent + document.querySelector(".composer__says").dataset.says`); got != "Only you read what you write here.Links, drafts, what to buy: it is all found again here.Write a note" {
		t.Errorf("one's notes say %q", got)
	}
	ada.person().post("/rooms/1/leave", nil)
	ada.Open("/rooms")
	ada.Until(arrived + ` && document.querySelector("#rooms-listed form[action='/rooms/1/join']")`)
}
