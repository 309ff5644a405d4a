package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// halfWritten is what somebody has begun on the page of a case.
type halfWritten struct{ kind, words, text, to string }

// Begins writes it.
func (w *Window) Begins(h halfWritten) {
	w.t.Helper()
	w.Click(".file__give summary")
	w.do(setValue("#kind", h.kind), setValue("#to", h.to))
	for field, text := range map[string]string{"#words": h.words, "#text": h.text} {
		w.retype(field, text)
	}
}

// Has says whether it is all there, and nothing else.
func (w *Window) Has(what string, h halfWritten) {
	w.t.Helper()
	w.Until(connected) // what was pushed until then is there, too
	got := halfWritten{}
	for field, to := range map[string]*string{"#kind": &got.kind, "#words": &got.words, "#text": &got.text, "#to": &got.to} {
		*to = eval[string](w, fmt.Sprintf(`document.querySelector(%q).value`, field))
	}
	if got != h {
		w.t.Errorf("%s: got %+v, want %+v", what, got, h)
	}
}

func TestWhatTwoModeratorsHaveHalfWrittenInACaseStaysWhateverEitherDoes(t *testing.T) {
	t.Parallel()
	ada, ben := caseOfTwo(t)
	hers := halfWritten{"ban", "Ada tells him", "Ada notes", "2"}
	his := halfWritten{"warn.room", "Ben tells him", "Ben notes", "1"}
	ada.Begins(hers)
	ben.Begins(his)
	both := func(what, adaSees, benSees string) {
		t.Helper()
		for w, state := range map[*Window]string{ada: adaSees, ben: benSees} {
			w.Until(arrived + fmt.Sprintf(` && document.querySelector("#case-state[data-hold='%s']")`, state))
		}
		ada.Has(what+": Ada", hers)
		ben.Has(what+": Ben", his)
	}
	does := func(w *Window, button, then string) {
		t.Helper()
		w.Submit(button, arrived+" && "+then)
	}
	held := func(state string) string {
		return fmt.Sprintf(`document.querySelector("#case-state[data-hold='%s']")`, state)
	}
	const taker, close, reopen = "#case-state button[formaction$='/taker']", "#case-state button[formaction$='/close']", "#case-state button[formaction$='/reopen']"

	does(ben, taker, held("mine"))
	both("Ben takes it", "other", "mine")
	does(ben, "#note .button", `document.querySelector("#case-file").textContent.includes("Ben notes")`)
	his.text = ""
	ada.Until(`document.querySelector("#case-file").textContent.includes("Ben notes")`)
	both("Ben adds his note", "other", "mine")
	does(ada, "#note .button", `document.querySelector("#case-file").textContent.includes("Ada notes")`)
	hers.text = ""
	ben.Until(`document.querySelector("#case-file").textContent.includes("Ada notes")`)
	both("Ada adds hers", "other", "mine")
	hers.text, his.text = "Ada notes more", "Ben notes more"
	ada.retype("#text", hers.text)
	ben.retype("#text", his.text)
	does(ben, taker, held("free"))
	both("Ben gives it back", "free", "free")
	does(ben, taker, held("mine"))
	does(ben, "#give .button", held("other"))
	his.to = ""
	both("Ben hands it over to Ada", "mine", "other")
	does(ada, close, held("closed"))
	both("Ada closes it", "closed", "closed")
	does(ben, reopen, held("mine"))
	both("Ben opens it again", "other", "mine")

	// That nobody is chosen is said at the field; the rest stays.
	ben.Click(".file__give summary")
	ben.Allow("status of 422")
	does(ben, "#give .button", `document.querySelector("#to-error")`)
	both("Ben hands it over to nobody", "other", "mine")

	// A warning has no length to choose, whatever was chosen before it; what was written stays.
	const asked = `[...document.querySelectorAll(".measure__for, .measure__end, .file__usual")].filter(e => e.checkVisibility()).length`
	ben.do(setValue("#kind", "time-out.room"), setValue("#for", "own"))
	ben.Until(asked + " === 2")
	ben.do(setValue("#kind", his.kind))
	ben.Until(asked + " === 0")

	// What is done takes the words that belong to it, and no others.
	does(ben, "#act-go button", `document.querySelector("#case-file button[formaction$='/lift']")`)
	his.kind, his.words = "", ""
	both("Ben warns", "closed", "closed")
	does(ben, "#case-file button[formaction$='/lift']", `document.querySelector(".saved")`)
	ada.Until(`document.querySelector("#case-file").textContent.includes("Lifted by")`)
	both("Ben lifts it", "closed", "closed")
}

func TestWhatIsHalfWrittenInACaseStaysWithoutScriptsAndEnterDoesNothingGrave(t *testing.T) {
	t.Parallel()
	ada, _ := caseOfTwo(t)
	ada.Script(false)
	ada.Open("/moderation/cases/1")
	begun := halfWritten{"ban", "Ada tells him", "Ada notes", "2"}
	ada.Begins(begun)
	state := func(hold string) string {
		return arrived + fmt.Sprintf(` && document.querySelector("#case-state[data-hold='%s']")`, hold)
	}
	same := func(what string) {
		t.Helper()
		for field, text := range map[string]string{"#kind": begun.kind, "#words": begun.words, "#text": begun.text, "#to": begun.to} {
			if got := eval[string](ada, fmt.Sprintf(`document.querySelector(%q).value`, field)); got != text {
				t.Errorf("%s: %s is %q, want %q", what, field, got, text)
			}
		}
	}
	ada.Submit("#case-state button[formaction$='/taker']", state("mine"))
	same("taken")
	ada.Submit("#note .button", arrived+` && document.querySelector("#case-file").textContent.includes("Ada notes")`)
	begun.text = ""
	same("noted")
	ada.Submit("#case-state button[formaction$='/taker']", state("free"))
	same("given back")

	// Enter in the one field of a line does nothing.
	ada.do(setValue("#for", "own"))
	ada.Submit("#case-state button[formaction$='/taker']", state("mine"))
	before := eval[float64](ada, `performance.timeOrigin`)
	ada.Click("#end")
	ada.Press(kb.Enter)
	ada.Until(state("mine") + fmt.Sprintf(` && performance.timeOrigin > %f`, before))
	same("Enter in the end of one's own")
	ada.Open("/moderation/cases/1")
	if eval[bool](ada, `!!document.querySelector("#done-title")`) {
		t.Error("something was done")
	}
}
