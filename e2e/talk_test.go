package e2e

import (
	"slices"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"parley/store/storetest"
)

func TestTwoPeopleTalkLive(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) { twoPeopleTalk(t, serve(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { twoPeopleTalk(t, serve(t, "--database", storetest.Postgres(t))) })
}

func twoPeopleTalk(t *testing.T, s *Server) {
	ada, ben := window(t, s), window(t, s)
	ada.SignUp("Ada")
	ben.SignUp("Ben")
	ada.Until(connected)
	ben.Until(connected)

	ada.Say("Good morning, Ben")
	ben.Shows("Good morning, Ben")
	ada.Shows("Good morning, Ben")
	ben.Say("Morning")
	ada.Shows("Morning")
	ada.Type("#composer-text", "two")
	ada.do(kbShiftEnter())
	ada.Type("#composer-text", "lines")
	ada.Press(kb.Enter)
	ben.Shows("two\nlines")

	ada.Click("#m-1-3 a.message__tool")
	ada.Until(`document.activeElement.id === "edit-text"`)
	ben.Say("While Ada edits")
	ada.Shows("While Ada edits")
	ada.do(chromedp.KeyEvent(kb.End, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	ada.Type("#edit-text", ", edited")
	ada.Press(kb.Enter)
	ben.Until(`document.querySelector("#m-1-3 .message__body").textContent.includes("lines, edited")`)
	ben.Until(`document.querySelector("#m-1-3 .message__edited")`)
	ada.Until(`!document.querySelector("#edit") && document.activeElement.matches("#composer-text")`)

	ben.Click("#m-1-2 .message__tool--more")
	ben.Until(`document.querySelector("#editor a[href$='/delete']")`)
	ben.Click("#editor a[href$='/delete']")
	ben.Until(`document.querySelector("#delete button")`)
	ben.Click("#delete button")
	ada.Until(`document.querySelector("#m-1-2 .message__gone")`)
	ben.Until(`document.querySelector("#m-1-2 .message__gone")`)

	live, other := ada.Rows(), ben.Rows()
	if !slices.Equal(live, other) || len(live) != 4 {
		t.Errorf("Ada sees %v, Ben sees %v", live, other)
	}
	ada.Open("/")
	ada.Until(connected)
	if fresh := ada.Rows(); !slices.Equal(live, fresh) {
		t.Errorf("live %v, fresh %v", live, fresh)
	}
}

func TestAnEditInProgressIsNotWipedWhenTheMessageItselfChanges(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.SignUp("Ada")
	ada.Until(connected)
	ada.Say("first version")
	ada.Shows("first version")
	ada.Click("#m-1-1 a.message__tool")
	ada.Until(`document.activeElement.id === "edit-text"`)
	ada.Type("#edit-text", "half a thought ")
	ada.person().edit(1, "changed in another tab")
	ada.Until(`document.querySelector("#m-1-1 .message__body").textContent.startsWith("changed in another tab")`)
	if got := eval[string](ada, `document.getElementById("edit-text").value`); got != "half a thought first version" && got != "first versionhalf a thought " {
		t.Errorf("the editor has %q", got)
	}
	if got := eval[string](ada, `document.activeElement.id`); got != "edit-text" {
		t.Errorf("the focus is at %q", got)
	}
	ada.Press(kb.Escape)
	ada.Until(`!document.querySelector("#edit") && document.activeElement.matches("#composer-text")`)
}

func TestAMessageThatWasDeletedMeanwhileIsNotEdited(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Allow("status of 410", "htmx:response:error")
	ada.SignUp("Ada")
	ada.Until(connected)
	ada.Say("soon gone")
	ada.Shows("soon gone")
	ada.Click("#m-1-1 a.message__tool")
	ada.Until(`document.activeElement.id === "edit-text"`)
	ada.Type("#edit-text", "not yet ")
	ada.person().post("/rooms/1/messages/1/delete", nil)
	ada.Until(`document.querySelector("#m-1-1 .message__gone")`)
	ada.Press(kb.Enter)
	ada.Until(`document.querySelector("#notice").textContent.includes("deleted meanwhile")`)
	if got := eval[string](ada, `document.getElementById("edit-text").value`); got != "not yet soon gone" {
		t.Errorf("the editor has %q", got)
	}
	ada.Press(kb.Escape)
	ada.Until(`!document.querySelector("#edit") && document.querySelector("#notice").textContent.trim() === ""`)
}

func TestTimesAreTheReaders(t *testing.T) {
	t.Parallel()
	s := serve(t)
	mei, ben := window(t, s), window(t, s)
	for w, zone := range map[*Window]string{mei: "Asia/Tokyo", ben: "America/New_York"} {
		if _, err := chromedp.Call(w.ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: zone}); err != nil {
			t.Fatal(err)
		}
	}
	mei.SignUp("Mei")
	mei.Until(connected)
	ben.SignUp("Ben")
	ben.Until(connected)
	mei.Say("what time is it?")
	mei.Shows("what time is it?")
	ben.Shows("what time is it?")
	const shown, own = `document.querySelector("#m-1-1 .message__time").textContent`,
		`new Date(document.querySelector("#m-1-1 .message__time").dateTime).toLocaleTimeString("en-GB", {hour: "2-digit", minute: "2-digit"})`
	for _, w := range []*Window{mei, ben} {
		if got, want := eval[string](w, shown), eval[string](w, own); got != want {
			t.Errorf("it is shown as %s, want %s", got, want)
		}
	}
	if eval[string](mei, shown) == eval[string](ben, shown) {
		t.Error("Tokyo and New York see the same time")
	}
	// Set by hand, it stays.
	mei.Open("/profile")
	if got := eval[string](mei, `document.getElementById("zone").value`); got != "Asia/Tokyo" {
		t.Errorf("the profile says %q", got)
	}
}

func TestOnesOwnMessagesAreChangedByKeyboardAlone(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.SignUp("Ada")
	ada.Until(connected)
	ada.Say("to be deleted")
	ada.Shows("to be deleted")
	back := chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))
	for range 10 {
		ada.do(back)
		if eval[bool](ada, `document.activeElement.textContent === "More"`) {
			break
		}
	}
	if visible := eval[string](ada, `getComputedStyle(document.activeElement.closest(".message__tools")).opacity`); visible != "1" {
		t.Errorf("the focused button has opacity %s", visible)
	}
	ada.Press(kb.Enter)
	ada.Until(`document.activeElement.closest("#editor")?.textContent.includes("Link to this message")`)
	for range 3 {
		ada.do(chromedp.KeyEvent(kb.Tab))
	}
	ada.Press(kb.Enter)
	ada.Until(`document.activeElement.closest("#delete") && document.activeElement.textContent === "Delete"`)
	ada.Press(kb.Enter)
	ada.Until(`document.querySelector("#m-1-1 .message__gone")`)
}

func TestAMessageThatTakesLongIsShownAsBeingSent(t *testing.T) {
	t.Parallel()
	s, line := serveBehind(t)
	ada := window(t, s)
	ada.SignUp("Ada")
	ada.Until(connected)
	ada.Type("#composer-text", "this takes a while")
	line.Cut()
	ada.Press(kb.Enter)
	const waiting = `(e => e && e.checkVisibility() && e.value)(document.querySelector("#composer :disabled"))`
	ada.Until(waiting + ` === "this takes a while" && document.querySelector(".composer__sending").checkVisibility()`)
	ada.Type("#composer textarea:enabled", "and one types on")
	line.Mend()
	ada.Shows("this takes a while")
	ada.Until(`!document.querySelector("#composer :disabled") && document.querySelector("#composer textarea").value === "and one types on"`)
}
