package e2e

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	_ "modernc.org/sqlite"
)

// LoseServer allows what Chromium and htmx say of a server that cannot be reached, for
// a test that cuts the way to it; one that ends the server need not say so.
func (w *Window) LoseServer() {
	w.Allow("net::ERR_", "WebSocket", "htmx: htmx:ws:error", "htmx: htmx:error", "Failed to fetch")
}

// equalFresh compares what the windows show with a fresh load.
func equalFresh(t *testing.T, fresh *Window, open ...*Window) {
	t.Helper()
	fresh.Open("/")
	fresh.Until(connected)
	want := fresh.Rows()
	for i, w := range open {
		eventually(t, "the page equals a fresh load", func() bool { return slices.Equal(w.Rows(), want) })
		if got := w.Rows(); !slices.Equal(got, want) {
			t.Errorf("window %d shows %v, a fresh load %v", i, got, want)
		}
	}
}

func TestAKilledServerLosesNothingAndPagesComeBackByThemselves(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	ada.Until(connected)
	ben.Until(connected)
	ada.Say("before the crash")
	ben.Shows("before the crash")

	s.Kill()
	ada.Type("#composer-text", "during the crash")
	ada.Press(kb.Enter)
	ada.Until(`document.getElementById("notice").textContent.includes("You are not connected")`)
	if got := eval[string](ada, `document.getElementById("composer-text").value`); got != "during the crash" {
		t.Errorf("the composer has %q", got)
	}
	s.Start()
	ada.Until(connected)
	ben.Until(connected)
	ada.Click("#composer button")
	ben.Shows("during the crash")
	ben.Say("after the crash")
	ada.Shows("after the crash")
	equalFresh(t, ada.second(), ada, ben)
	if n := len(ben.Rows()); n != 3 {
		t.Errorf("got %d messages, want 3", n)
	}
}

func TestASilentCutHealsByItself(t *testing.T) {
	t.Parallel()
	s, wire := serveBehind(t)
	ada := window(t, s)
	ada.LoseServer()
	ada.Joins("Ada")
	ada.Until(connected)
	ada.Say("before the cut")

	// Ben is on the other side of the cut.
	ben := window(t, &Server{t: t, URL: s.URL, addr: s.addr, log: s.log})
	ben.Joins("Ben")
	ben.Until(connected)
	ben.Shows("before the cut")
	direct := person(t, s, "Cleo")

	wire.Cut()
	direct.Post("while they are cut off")
	ada.Within(time.Minute, `getComputedStyle(document.querySelector(".pulse__text")).visibility === "visible"`)
	wire.Mend()
	for _, w := range []*Window{ada, ben} {
		w.LoseServer()
		w.Within(100*time.Second, `document.querySelector("#messages > article:last-child .message__body")?.textContent === "while they are cut off"`)
		w.Until(connected)
		if eval[bool](w, `getComputedStyle(document.querySelector(".pulse__text")).visibility === "visible"`) {
			t.Error("it still says that it is not connected")
		}
	}
	ada.Say("together again")
	ben.Shows("together again")
	equalFresh(t, ada.second(), ada, ben)
}

// refused sends text with the composer and waits for the sentence; the text must
// still be there, and the focus where one goes on.
func refused(w *Window, text, sentence string) {
	w.t.Helper()
	w.Press(kb.Enter)
	w.Until(`document.getElementById("notice").textContent.includes("` + sentence + `")`)
	// An empty field that was on its way to take over may come after the answer.
	w.Until(`!document.querySelector("#composer :disabled") && [...document.querySelectorAll("#composer textarea")].filter(t => t.value).length === 1`)
	if got := eval[string](w, `document.getElementById("composer-text").value`); got != text {
		w.t.Errorf("the composer has %d characters, want the %d that were sent", len(got), len(text))
	}
}

func TestARefusedMessageStaysInTheComposerWithASentence(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Allow("status of 401", "status of 413", "status of 429", "status of 503", "status of 422", "htmx:response:error", "WebSocket")
	ada.Joins("Ada")
	ada.Until(connected)

	t.Run("too long", func(t *testing.T) {
		ada.insert(strings.Repeat("word ", 1700))
		refused(ada, strings.Repeat("word ", 1700), "8,000 fit")
		ada.Until(`document.activeElement.id === "composer-text"`)
		ada.Reload()
		ada.Until(held(strings.Repeat("word ", 1700)))
	})
	t.Run("too much", func(t *testing.T) {
		// Six bytes of the form for each letter: a browser takes long to lay out as many
		// that take one.
		long := strings.Repeat("ééééééé ", 25_000)
		ada.insert(long)
		refused(ada, long, "too much at once")
		ada.Reload()
	})
	t.Run("disk busy", func(t *testing.T) {
		db, err := sql.Open("sqlite", filepath.Join(s.data, "parley.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		conn, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.ExecContext(t.Context(), "begin immediate"); err != nil {
			t.Fatal(err)
		}
		ada.rewrite("not now")
		refused(ada, "not now", "The server is busy")
		ada.Until(`document.activeElement.id === "composer-text"`)
		if _, err := conn.ExecContext(context.Background(), "rollback"); err != nil {
			t.Fatal(err)
		}
		ada.Press(kb.Enter)
		ada.Shows("not now")
	})
	t.Run("too often", func(t *testing.T) {
		ada.Type("#composer-text", "one more")
		me, enough := ada.person(), make(chan struct{})
		var spamming sync.WaitGroup
		spamming.Go(func() { // in another tab, as it were
			for {
				select {
				case <-enough:
					return
				default:
					me.TryPost("spam")
				}
			}
		})
		eventually(t, "there is too much", func() bool { return me.TryPost("spam") == http.StatusTooManyRequests })
		refused(ada, "one more", "Try again in")
		close(enough)
		spamming.Wait()
		ada.Reload()
	})
	t.Run("signed out", func(t *testing.T) {
		ada.rewrite("my last words")
		other := ada.second()
		other.Open("/")
		other.Until(inRoom)
		other.Submit("form[action='/logout'] button", `location.pathname === "/login"`)
		ada.Until(`document.getElementById("live").textContent.includes("You are signed out")`)
		ada.Click("#composer-text")
		refused(ada, "my last words", "You are signed out")
		ada.Until(`document.activeElement.id === "composer-text"`)
	})
}

// rewrite types text in place of all that is in the composer.
func (w *Window) rewrite(text string) {
	w.t.Helper()
	w.Click("#composer-text")
	w.do(atTheEnd(), chromedp.KeyEvent(kb.Home, chromedp.KeyModifiers(chromedp.ModifierCtrl|chromedp.ModifierShift)), chromedp.KeyEvent(text))
}

// insert puts text into the composer at once, as pasting does.
func (w *Window) insert(text string) {
	w.t.Helper()
	w.Click("#composer-text")
	w.do(chromedp.SetValue(chromedp.CSS("#composer-text"), text))
	w.Until(fmt.Sprintf(`document.getElementById("composer-text").value.length === %d`, utf8.RuneCountInString(text)))
}

func TestWhatOneTypesWhileAMessageIsSentIsNotLost(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Allow("status of 503", "htmx:response:error")
	ada.Joins("Ada")
	ada.Until(connected)
	// A database that is locked makes sending take seconds, and then fail.
	db, err := sql.Open("sqlite", filepath.Join(s.data, "parley.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	lock := func(statement string) {
		t.Helper()
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	typeOn := func() {
		t.Helper()
		ada.Click("#composer-text")
		ada.do(chromedp.KeyEvent("first"))
		ada.Press(kb.Enter)
		ada.Until(`document.querySelector("#composer textarea:disabled") && document.activeElement.matches("#composer textarea:enabled")`)
		ada.do(chromedp.KeyEvent("and second"))
	}
	values := `[...document.querySelectorAll("#composer textarea")].map(e => e.value).join("|")`
	lock("begin immediate")
	typeOn()
	ada.Press(kb.Enter) // cannot send yet: it breaks the line
	ada.do(chromedp.KeyEvent("and third"))
	lock("rollback")
	ada.Shows("first")
	ada.Until(values + ` === "and second\nand third"`)
	ada.Press(kb.Enter)
	ada.Shows("and second\nand third")
	ada.Until(composed)

	lock("begin immediate")
	typeOn()
	ada.Until(`document.getElementById("notice").textContent.includes("The server is busy")`)
	if got := eval[string](ada, values); got != "first|and second" {
		t.Errorf("the composer has %q", got)
	}
	lock("rollback")
	ada.Click("#composer button")
	ada.Shows("first\nand second")
	ada.Until(composed)
}

// TestNoKeyIsLostHoweverFastOneTypes has keys come faster than a hand sends them, over the
// ends of messages. Each is in a message or in the composer, in order.
func TestNoKeyIsLostHoweverFastOneTypes(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Joins("Ada")
	ada.Until(connected)
	const typed = "the first\nthen the second\nand the third"
	ada.Click("#composer-text")
	for _, r := range typed {
		if r == '\n' {
			ada.Press(kb.Enter)
			continue
		}
		for _, kind := range []input.DispatchKeyEventType{"keyDown", "keyUp"} {
			event := input.DispatchKeyEventParams{Type: kind, Key: string(r)}
			if kind == "keyDown" {
				event.Text, event.UnmodifiedText = string(r), string(r)
			}
			if _, err := chromedp.Call(ada.ctx, input.DispatchKeyEvent, event); err != nil {
				t.Fatal(err)
			}
		}
	}
	ada.Until(composed + ` && document.querySelector("#messages article")`)
	got := eval[string](ada, `[...document.querySelectorAll("#messages .message__body")].map(e => e.innerText.trimEnd()).concat(document.getElementById("composer-text").value).join("\n")`)
	if strings.ReplaceAll(got, "\n", "") != strings.ReplaceAll(typed, "\n", "") {
		t.Errorf("of %q there is %q", typed, got)
	}
}

func TestATabThatWasSignedOutIsLiveAgainAfterSendingSignedIn(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Allow("status of 401", "htmx:response:error", "WebSocket")
	ada.Joins("Ada")
	ada.Until(connected)
	ada.Type("#composer-text", "a thought in between")
	other := ada.second()
	other.Open("/")
	other.Until(inRoom)
	other.Submit("form[action='/logout'] button", `location.pathname === "/login"`)
	ada.Until(`document.getElementById("live").textContent.includes("You are signed out")`)
	other.SignIn("ada")
	ada.Click("#composer button")
	ada.Until(connected)
	ada.Shows("a thought in between")
	other.Open("/") // which had her draft
	other.Until(connected)
	other.Say("hello again")
	ada.Shows("hello again")
}

func TestWithoutAConnectionEveryActionSaysSo(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Joins("Ada")
	ada.Until(connected)
	ada.Say("a message")
	ada.Shows("a message")
	s.Kill()
	for _, selector := range []string{"#m-1-1 a.message__tool", "#m-1-1 .message__tool--more", "#composer button"} {
		if selector == "#composer button" {
			ada.Type("#composer-text", "text")
		}
		ada.Click(selector)
		ada.Until(`document.querySelector("#notice .unreached")`)
		if selector == "#composer button" {
			break
		}
		s.Start()
		ada.Until(connected)
		ada.Until(`!document.querySelector(".unreached")`)
		s.Kill()
	}
}

func TestAnotherPersonInTheSameBrowserIsNoticed(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Allow("status of 409", "htmx:response:error", "WebSocket")
	ada.Joins("Ada")
	ada.Until(connected)
	other := ada.second()
	other.Open("/")
	other.Until(inRoom)
	other.Submit("form[action='/logout'] button", `location.pathname === "/login"`)
	other.SignUp("Ben")
	ada.Click("#composer-text")
	ada.Type("#composer-text", "from Ada's page")
	refused(ada, "from Ada's page", "You are signed in as Ben now")
}

func TestASuspendedPersonIsShownTheDoorOnOpenPages(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	ben.Until(connected)
	s.Command("user", "suspend", "ben")
	ben.Within(10*time.Second, `document.getElementById("live").textContent.includes("You are signed out")`)
	ben.Open("/login")
	ben.Allow("status of 403")
	ben.Type("#login", "ben")
	ben.Type("#password", password)
	ben.Submit("form.card button", `document.body.textContent.includes("You cannot sign in any more.") && document.querySelector("form[action='/appeal']")`)
	s.Command("user", "reactivate", "ben")
	ben.Open("/login")
	ben.Type("#login", "ben")
	ben.Type("#password", password)
	ben.Submit("form.card button", inRoom)
}

func TestAForgottenPasswordIsSetWithAOneTimeLink(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Joins("Ada")
	link, _, _ := strings.Cut(s.Command("user", "reset-password", "ada"), "\n")
	elsewhere := window(t, s)
	elsewhere.Allow("status of 404")
	elsewhere.Open(strings.TrimPrefix(link, s.URL))
	elsewhere.Type("#password", "four words are better")
	elsewhere.Submit("form.card button", inRoom)
	ada.Until(`document.getElementById("live").textContent.includes("You are signed out")`)
	elsewhere.Open(strings.TrimPrefix(link, s.URL))
	elsewhere.Until(`document.body.textContent.includes("Ask for a new one")`)
}
