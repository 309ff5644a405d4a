package e2e

import (
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestTwoPeopleTalkLive(t *testing.T) {
	s := serve(t)
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
	ada.Until(`document.querySelector("#editor").childElementCount === 0`)

	ben.Click("#m-1-2 button.message__tool")
	ben.Until(`document.querySelector("#delete button")`)
	ben.Click("#delete button")
	ada.Until(`document.querySelector("#m-1-2 .message__gone")`)
	ben.Until(`document.querySelector("#m-1-2 .message__gone")`)

	live, other := ada.Rows(), ben.Rows()
	if !slices.Equal(live, other) || len(live) != 4 {
		t.Errorf("Ada sees %q, Ben sees %q", live, other)
	}
	ada.Open("/")
	ada.Until(connected)
	if fresh := ada.Rows(); !slices.Equal(live, fresh) {
		t.Errorf("live %q, fresh %q", live, fresh)
	}
}
