package e2e

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// held is that the composer holds text.
func held(text string) string {
	return inRoom + fmt.Sprintf(` && document.getElementById("composer-text").value === %q`, text)
}

// draftIn is that the list of rooms marks a draft in room, and no other.
func draftIn(rooms string) string {
	return `[...document.querySelectorAll("#rooms-list li")].filter(e => e.textContent.includes("Draft")).map(e => e.id).join() === "` + rooms + `"`
}

// saves is how often the page has saved a draft.
const saves = `performance.getEntriesByType("resource").filter(e => e.name.endsWith("/draft")).length`

// inTheLobby is Ada, who is there, and also in the Kitchen.
func inTheLobby(t *testing.T) *Window {
	s := serve(t)
	ada := window(t, s)
	ada.Joins("Ada")
	ada.person().make("Kitchen", "open")
	ada.Open("/rooms/1-lobby")
	ada.Until(connected)
	return ada
}

func atTheEnd() chromedp.Action[chromedp.Void] {
	return chromedp.KeyEvent(kb.End, chromedp.KeyModifiers(chromedp.ModifierCtrl))
}

func TestWhatOneHasBegunIsThereWhenOneComesBackToTheRoom(t *testing.T) {
	t.Parallel()
	ada := inTheLobby(t)
	second := ada.second()
	second.Open("/rooms/2-kitchen")
	second.Until(connected + " && " + draftIn(""))

	// After a pause it is kept, and the other tab is told; where one writes nothing moves.
	ada.do(chromedp.KeyEvent("Good morn"))
	second.Until(draftIn("side-1"))
	if got := eval[string](ada, `document.activeElement.value`); got != "Good morn" {
		t.Errorf("she writes in %q", got)
	}

	// Who goes on at once and leaves has the rest of it, too.
	ada.do(chromedp.KeyEvent("ing, "))
	ada.Submit("#side-2 a", held("")+` && location.pathname === "/rooms/2-kitchen" && `+draftIn("side-1"))
	ada.Submit("#side-1 a", held("Good morning, ")+` && document.activeElement.id === "composer-text" && `+draftIn(""))
	ada.do(atTheEnd(), chromedp.KeyEvent("every"))
	ada.Open("/rooms") // by no link: the page is just gone
	eventually(t, "what she wrote last is kept", func() bool {
		ada.Open("/rooms/1-lobby")
		return eval[bool](ada, "!!("+held("Good morning, every")+")")
	})
	third := ada.second()
	third.Open("/rooms/1-lobby")
	third.Until(held("Good morning, every") + " && " + connected)
	third.do(atTheEnd(), chromedp.KeyEvent("body"))
	if _, err := chromedp.Call(third.ctx, page.Close, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "what was in the closed tab is kept", func() bool {
		_, text := ada.person().sees("/rooms/1-lobby")
		return strings.Contains(text, "Good morning, everybody</textarea>")
	})
	ada.Open("/rooms/1-lobby")
	ada.Until(held("Good morning, everybody"))
	ada.Until(connected)

	// What is sent is no draft any more.
	ada.Press(kb.Enter)
	ada.Shows("Good morning, everybody")
	second.Until(draftIn(""))
	ada.Open("/rooms/1-lobby")
	ada.Until(held(""))

	// And what one takes back is none.
	ada.do(chromedp.KeyEvent("no"))
	second.Until(draftIn("side-1"))
	ada.do(chromedp.KeyEvent(kb.Backspace), chromedp.KeyEvent(kb.Backspace))
	second.Until(draftIn(""))
	ada.Open("/rooms/1-lobby")
	ada.Until(held(""))
}

func TestAMessageThatIsWrittenInOneGoCostsNoSave(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Joins("Ada")
	ada.Until(connected)
	say := func(text string) {
		t.Helper()
		ada.do(chromedp.KeyEvent(text))
		ada.Press(kb.Enter)
		ada.Shows(text)
		ada.Until(composed)
	}
	say("one")
	say("two")
	// On a slow line, either: what is being sent is no draft of nothing.
	ada.conditions(&network.Conditions{Latency: 1500, DownloadThroughput: -1, UploadThroughput: -1})
	say("three")
	ada.conditions(nil)
	say("four")
	ada.do(chromedp.KeyEvent("and five"))
	eventually(t, "what was begun is saved", func() bool {
		_, text := ada.person().sees("/rooms/1-lobby")
		return strings.Contains(text, "and five</textarea>")
	})
	ada.Until(saves + " > 0")
	if n := eval[int](ada, saves); n != 1 {
		t.Errorf("it was saved %d times, want once: what was begun", n)
	}
}

func TestWhatIsTooLongToOutliveThePageIsSavedBeforeTheLinkIsFollowed(t *testing.T) {
	t.Parallel()
	ada := inTheLobby(t)
	ada.Allow("Failed to fetch") // a request that outlives its page has 64 KiB at most
	long := strings.Repeat("é", 12_000)
	if _, err := chromedp.Call(ada.ctx, input.InsertText, input.InsertTextParams{Text: long}); err != nil {
		t.Fatal(err)
	}
	ada.Submit("#side-2 a", held("")+` && location.pathname === "/rooms/2-kitchen"`)
	ada.Until(draftIn("side-1"))
	ada.Submit("#side-1 a", held(long))
}

func TestTwoTabsOfARoomLeaveEachOthersTextAlone(t *testing.T) {
	t.Parallel()
	ada := inTheLobby(t)
	elsewhere := ada.second()
	elsewhere.Open("/rooms/2-kitchen")
	elsewhere.Until(connected)
	ada.do(chromedp.KeyEvent("Good morning"))
	elsewhere.Until(draftIn("side-1"))
	second := ada.second()
	second.Open("/rooms/1-lobby")
	second.Until(held("Good morning") + " && " + connected)

	// The first tab sends it. The second knows nothing of that, and saves nothing by
	// itself that was sent.
	ada.Press(kb.Enter)
	ada.Shows("Good morning")
	second.Shows("Good morning")
	elsewhere.Until(draftIn(""))
	second.hide(true)
	second.hide(false)
	second.Until(held("Good morning"))
	ada.Open("/rooms/1-lobby")
	ada.Until(held("") + " && " + connected)
	if n := eval[int](second, saves); n != 0 {
		t.Errorf("the second tab has saved %d times", n)
	}

	// What one makes of it there is another message, and kept.
	key := eval[string](second, `document.getElementById("key").value`)
	second.do(atTheEnd(), chromedp.KeyEvent(", all"))
	second.Until(fmt.Sprintf(`document.getElementById("key").value !== %q`, key))
	second.do(chromedp.KeyEvent(" of you"))
	elsewhere.Until(draftIn("side-1"))
	if got := eval[string](ada, `document.getElementById("composer-text").value`); got != "" {
		t.Errorf("the first tab is told %q", got)
	}
	// To send again what the other tab has sent is no second message.
	third := ada.second()
	third.Open("/rooms/1-lobby")
	third.Until(held("Good morning, all of you") + " && " + connected)
	for _, w := range []*Window{second, third} {
		w.Press(kb.Enter)
		w.Until(composed + ` && document.getElementById("composer-text").value === ""`)
	}
	ada.Say("at last")
	ada.Shows("at last")
	if rows := ada.Rows(); len(rows) != 3 {
		t.Errorf("the room has %v", rows)
	}
}

func TestWhoIsRemovedLeavesNoDraftWhateverTheyTypeOn(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	admin, person := ada.person(), ben.person()
	admin.make("Kitchen", "open")
	person.post("/rooms/2/join", nil)
	ben.Open("/rooms/2-kitchen")
	ben.Until(connected)
	ben.do(chromedp.KeyEvent("soup"))
	ben.Until(saves + " === 1")
	ben.Allow("status of 404")
	admin.post("/rooms/2/members/remove", url.Values{"user": {"2"}, "reason": {"spam"}, "for": {"1h"}})
	ben.Until(`document.getElementById("live").classList.contains("ended")`)
	if ben.focused() == "composer-text" {
		ben.do(chromedp.KeyEvent(" and bread"))
		ben.Until(saves + " === 2")
	}
	ben.Open("/rooms")
	ben.Until(connected + " && " + draftIn(""))
	admin.post("/rooms/2/members", url.Values{"person": {"ben"}})
	ben.Open("/rooms/2-kitchen")
	ben.Until(held(""))
}

func TestOnAPhoneADraftFillsTheFieldAndIsMarkedInTheDrawer(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Joins("Ada")
	ada.person().make("Kitchen", "open")
	ada.touch()
	ada.size(360, 780)
	ada.Open("/rooms/1-lobby")
	ada.Until(connected)
	long := strings.TrimSpace(strings.Repeat("Soup for everybody. ", 10))
	ada.do(chromedp.KeyEvent(long))
	ada.hide(true) // another app
	ada.Until(saves + " > 0")
	ada.Open("/rooms/2-kitchen")
	ada.Until(connected)
	ada.Click("[popovertarget=rooms]:not(.drawer-close)")
	ada.Until(draftIn("side-1"))
	ada.accessible("a draft in the drawer")
	ada.Submit("#side-1 a", held(long))
	ada.plain("a draft on a phone")
	size := eval[[]int](ada, `(e => [e.clientHeight, e.scrollHeight])(document.getElementById("composer-text"))`)
	if size[0] < 100 || size[0] < size[1] {
		t.Errorf("the field shows %d of the draft's %d pixels", size[0], size[1])
	}
}

func TestWithoutScriptsADraftIsInTheFieldAndInTheFrame(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Joins("Ada")
	ada.Until(connected)
	ada.do(chromedp.KeyEvent("Good morning"))
	ada.Until(saves + " > 0")
	ada.Script(false)
	ada.Open("/rooms/1-lobby")
	ada.Until(held("Good morning"))
	ada.Submit(".room__follow a", `location.pathname.endsWith("/follow")`)
	field := `document.getElementById("write").contentDocument.getElementById("composer-text")`
	ada.Until(field + `?.value === "Good morning"`)
	ada.Until(`document.getElementById("write").contentDocument.readyState === "complete"`)
	eval[bool](ada, field+`.form.requestSubmit() || true`) // a click into a frame is another target's
	ada.Until(field + `?.value === ""`)
	ada.Open("/rooms/1-lobby")
	ada.Until(held("") + ` && document.querySelector("#m-1-1")`)
}
