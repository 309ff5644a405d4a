package e2e

import (
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// wheel turns the mouse wheel over the messages.
func (w *Window) wheel(down float64) {
	w.t.Helper()
	_, err := chromedp.Call(w.ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{
		Type: "mouseWheel", X: 700, Y: 400, DeltaX: 0.01, DeltaY: down, // a zero would be left out
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

const count = `document.querySelectorAll("#messages > article").length`

func TestScrollingUpLoadsOlderMessagesWithoutAJump(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Seed(720)
	s.Start()
	ada := window(t, s)
	ada.Returns("ada")
	ada.Until(connected)
	ada.Shows("message 720")
	if n := eval[int](ada, count); n != 50 {
		t.Fatalf("the page shows %d messages, want 50", n)
	}
	if gap := eval[float64](ada, `document.querySelector(".room__scroll").getBoundingClientRect().bottom - document.querySelector("#messages > article:last-child").getBoundingClientRect().bottom`); gap > 40 {
		t.Errorf("the newest message is %v px above the bottom", gap)
	}
	for n := 50; n < 450; n += 50 {
		ada.wheel(-100_000)
		ada.Until(fmt.Sprintf(`%s === %d`, count, n+50))
	}
	first := eval[string](ada, `document.querySelector("#messages > article").id`)
	if want := fmt.Sprintf("m-1-%d", 720-450+1); first != want {
		t.Errorf("the first message is %s, want %s", first, want)
	}
	sorted := eval[bool](ada, `[...document.querySelectorAll("#messages > article")].every((e, i, all) => i === 0 || +e.dataset.seq === +all[i-1].dataset.seq + 1)`)
	if !sorted {
		t.Error("the messages are not in order")
	}
	// From here on it goes on on another page, to the beginning.
	ada.Submit("#older a:not([data-load])", arrived+` && document.querySelector("#window #m-1-270")`)
	for first := 221; first > 1; first -= 50 {
		ada.wheel(-100_000)
		ada.Until(fmt.Sprintf(`document.querySelector("#window #m-1-%d")`, max(1, first-50)))
	}
	ada.Sees("This is the beginning of Lobby")
	if got := eval[string](ada, `document.querySelector("#window > article .message__body").textContent`); got != "message 1" {
		t.Errorf("the oldest is %q", got)
	}
	ada.Submit(".room__past a:last-child", `document.querySelector("#messages")`)
	ada.Shows("message 720")
}

func TestWhatOneReadsStaysWhereItIsWhileHistoryLoads(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Seed(200)
	s.Start()
	ada := window(t, s)
	ada.Returns("ada")
	ada.Until(connected)
	// At the upper end of the page the next one comes; the place stays the same.
	end := eval[float64](ada, `(e => e.clientHeight - e.scrollHeight)(document.querySelector(".room__scroll"))`)
	ada.wheel(-100_000)
	ada.Until(count + ` === 100`)
	if place := eval[float64](ada, `document.querySelector(".room__scroll").scrollTop`); place < end-1 || place > end+1 {
		t.Errorf("loading moved the page from %v to %v px", end, place)
	}
	// And with new messages arriving at the other end.
	cleo := person(t, s, "cleo")
	before := eval[float64](ada, `document.getElementById("m-1-151").getBoundingClientRect().top`)
	for i := range 5 {
		cleo.Post(fmt.Sprintf("new %d", i))
	}
	ada.Shows("new 4")
	if after := eval[float64](ada, `document.getElementById("m-1-151").getBoundingClientRect().top`); after != before {
		t.Errorf("new messages moved what one reads from %v to %v px", before, after)
	}
}

func TestWhatOneSendsIsInViewAlsoFromThePast(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Seed(200)
	s.Start()
	ada := window(t, s)
	ada.Returns("ada")
	ada.Until(connected)
	inView := `(r => r.top > 0 && r.bottom <= innerHeight)(document.querySelector("#messages > article:last-child").getBoundingClientRect())`
	ada.wheel(-100_000)
	ada.Until(count + ` === 100`)
	ada.Say("said while reading back")
	ada.Shows("said while reading back")
	ada.Until(inView)
	ada.Open("/rooms/1-lobby?before=50")
	ada.Until(`document.querySelector("#window")`)
	ada.Type("#composer-text", "said from the past")
	ada.Submit("#composer button", `document.readyState === "complete" && document.querySelector("#messages")`)
	ada.Shows("said from the past")
	ada.Until(inView)
}

func TestAChangeOfAnOldMessageThatIsLoadedWhileItHappensIsNotLost(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Seed(120)
	s.Start()
	ada, other := window(t, s), window(t, s)
	ada.Returns("ada")
	ada.Until(connected)
	other.Returns("ada")
	other.Until(connected)
	other.wheel(-100_000)
	other.Until(`document.getElementById("m-1-60")`)
	// An old message that Ada's window has not loaded is edited: it must not appear.
	other.person().edit(60, "edited while nobody looked")
	other.Until(`document.querySelector("#m-1-60 .message__edited")`)
	ada.Say("go on")
	if eval[bool](ada, `!!document.getElementById("m-1-60")`) {
		t.Error("an old message appeared that was never loaded")
	}
	ada.wheel(-100_000)
	ada.Until(`document.querySelector("#m-1-60 .message__edited")`)
	eventually(t, "both windows show the same", func() bool {
		a, b := ada.Rows(), other.Rows()
		n := min(len(a), len(b))
		return slices.Equal(a[len(a)-n:], b[len(b)-n:])
	})
}
