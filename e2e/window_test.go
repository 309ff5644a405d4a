package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// One Chromium serves all tests; each window has its own cookies.
var browser = sync.OnceValues(func() (context.Context, error) {
	ctx, cancel, err := startChromium()
	closers = append(closers, cancel)
	return ctx, err
})

// startChromium starts a browser, which ends with cancel: Chromium's headless shell, which
// is the same but for its own windows and costs half, or else Chromium.
func startChromium(options ...chromedp.ExecAllocatorOption) (ctx context.Context, cancel func(), err error) {
	path, err := exec.LookPath("chromium-headless-shell")
	if err != nil {
		path, err = chromium()
	}
	if err != nil {
		return nil, func() {}, err
	}
	options = append(append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-gpu", true),
		// The lists below the address bar are two pages of Chromium's own in each window, and took
		// longer than ours; nobody sees them here. Nor is there a process for a page that may
		// follow. What comes first is chromedp's.
		chromedp.Flag("disable-features", "Translate,BlinkGenPropertyTrees,WebUIOmniboxPopup,WebUIOmniboxAimPopup,SpareRendererForSitePerProcess"),
		// The wheel scrolls at once: an animation would run on while a test looks.
		chromedp.Flag("hide-scrollbars", false), chromedp.Flag("disable-smooth-scrolling", true),
		// A machine with a mouse, which headless Chromium does not think it has.
		chromedp.Flag("blink-settings", "primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4")), options...)
	allocated, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ = chromedp.NewContext(allocated) // ends with the allocator
	return ctx, cancel, chromedp.Do(ctx)
}

// chromium is the path of the whole browser.
func chromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no Chromium: apt-get install chromium")
}

var closers []func()

func closeBrowser() {
	for _, fn := range closers {
		fn()
	}
}

// Window is one browser window of one person.
type Window struct {
	t   *testing.T
	ctx context.Context
	s   *Server

	mu       sync.Mutex
	messages []string // of the console
	allowed  []string // parts of messages that the test itself causes
}

// window opens a window with cookies of its own. When the test ends it fails if
// the console had any message that the test did not allow.
func window(t *testing.T, s *Server) *Window {
	t.Helper()
	root, err := browser()
	if err != nil {
		t.Fatal(err)
	}
	return windowOf(t, s, root)
}

// windowOf is window in a certain browser.
func windowOf(t *testing.T, s *Server, root context.Context) *Window {
	t.Helper()
	ctx, cancel := chromedp.NewContext(root, chromedp.WithNewBrowserContext())
	w := &Window{t: t, ctx: ctx, s: s}
	s.shows(w)
	t.Cleanup(func() {
		w.checkConsole()
		if t.Failed() {
			w.Screenshot("failed-" + strings.ReplaceAll(t.Name(), "/", "-"))
		}
		cancel()
	})
	w.open()
	return w
}

// second opens another window with the same cookies.
func (w *Window) second() *Window {
	w.t.Helper()
	ctx, cancel := chromedp.NewContext(w.ctx)
	other := &Window{t: w.t, ctx: ctx, s: w.s}
	w.s.shows(other)
	w.t.Cleanup(func() { other.checkConsole(); cancel() })
	other.open()
	return other
}

func (w *Window) open() {
	w.t.Helper()
	// The first action makes the tab, which lives as long as the context of that
	// action: it must not be one with a time limit.
	if err := chromedp.Do(w.ctx, chromedp.EmulateViewport(1440, 900)); err != nil {
		w.t.Fatal(err)
	}
	// Each window behaves as if it were the one in front.
	if _, err := chromedp.Call(w.ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		w.t.Fatal(err)
	}
	w.listen()
}

func (w *Window) do(actions ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		w.t.Fatal(err)
	}
}

// eval returns the value of a JavaScript expression: for looking, never for acting.
func eval[T any](w *Window, expression string) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 30*time.Second)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		w.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// Until waits until a JavaScript expression is true.
func (w *Window) Until(expression string) {
	w.t.Helper()
	w.Within(20*time.Second, expression)
}

// Within waits until a JavaScript expression is true, at most d. A page that is
// just being replaced is no answer.
func (w *Window) Within(d time.Duration, expression string) {
	w.t.Helper()
	within(w.t, d, expression, func() bool {
		ctx, cancel := context.WithTimeout(w.ctx, 5*time.Second)
		defer cancel()
		is, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+expression+")"))
		return err == nil && is
	})
}

// Open loads a page of the server.
func (w *Window) Open(path string) {
	w.t.Helper()
	w.do(chromedp.Navigate(w.s.URL + path))
}

// Reload loads the room again.
func (w *Window) Reload() {
	w.t.Helper()
	w.Open("/")
	w.Until(connected)
}

// Click clicks the element with a real mouse. The element may be replaced between being
// found and being pointed at: nothing was clicked then, and the new one is found.
func (w *Window) Click(selector string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 30*time.Second)
	defer cancel()
	for {
		err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
		if err == nil {
			return
		}
		if !strings.Contains(err.Error(), "Could not find node with given id") {
			w.t.Fatal(err)
		}
	}
}

// Type types into the element, which must have or take the focus.
func (w *Window) Type(selector, text string) {
	w.t.Helper()
	w.do(chromedp.SendKeys(chromedp.CSS(selector), text, chromedp.NodeVisible))
}

// Press presses a key where the focus is.
func (w *Window) Press(key string) {
	w.t.Helper()
	if key != kb.Enter {
		w.do(chromedp.KeyEvent(key))
		return
	}
	// A keyboard sends the key and its character at once. chromedp sends one after
	// the other, and in between the page can have moved the focus back.
	for _, event := range []input.DispatchKeyEventParams{
		{Type: "keyDown", Key: "Enter", Code: "Enter", Text: "\r", UnmodifiedText: "\r", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13},
		{Type: "keyUp", Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13},
	} {
		if _, err := chromedp.Call(w.ctx, input.DispatchKeyEvent, event); err != nil {
			w.t.Fatal(err)
		}
	}
}

// Submit clicks and waits for the page that follows.
func (w *Window) Submit(selector, arrived string) {
	w.t.Helper()
	w.Click(selector)
	w.Until(arrived)
}

const password = "correct horse battery"

// SignUp creates an account and waits for the room.
func (w *Window) SignUp(name string) {
	w.t.Helper()
	w.Open("/register")
	if eval[bool](w, `!!document.getElementById("code")`) {
		w.Type("#code", w.s.SetupCode())
	}
	w.Type("#username", name)
	w.Type("#email", strings.ToLower(name)+"@example.com")
	w.Type("#password", password)
	w.Submit("form.card button", inRoom)
}

// SignIn signs in and waits for the room.
func (w *Window) SignIn(name string) {
	w.t.Helper()
	w.Open("/login")
	w.Type("#login", name)
	w.Type("#password", password)
	w.Submit("form.card button", inRoom)
}

const inRoom = `document.readyState === "complete" && document.getElementById("composer")`

// connected: the socket is open. What the resume brings may still be on its way: what
// it has to show is waited for.
const connected = `document.readyState === "complete" && document.getElementById("live")?._htmx?.ws?.connection?.socket?.readyState === 1`

// composed: no message is on its way, and there is one field for the next.
const composed = `!document.querySelector("#composer :disabled") && [...document.querySelectorAll("#composer textarea")].filter(e => e.offsetParent).length === 1`

// Say writes a message and sends it with Enter.
func (w *Window) Say(text string) {
	w.t.Helper()
	w.Type("#composer-text", text)
	w.Press(kb.Enter)
	w.Until(composed + ` && document.getElementById("composer-text").value === ""`)
}

// Rows are the messages that the page shows, in order.
func (w *Window) Rows() []Row {
	w.t.Helper()
	return eval[[]Row](w, rowsScript)
}

// rowsScript is rowOf for all that stands in the list, in the browser.
const rowsScript = `[...document.querySelectorAll("#messages > *")].map(e => {
	const [seq, rev] = e.querySelector("[name=have]").value.split(".").map(Number)
	const body = e.querySelector(".message__body")?.cloneNode(true)
	body?.querySelector(".message__edited")?.remove()
	return {Seq: seq, Rev: rev, Author: Number(e.dataset.author), Gone: !body, Hidden: !body && !!e.querySelector("a[href$='/hidden']"), Text: body?.textContent.split(/\s+/).filter(s => s).join(" ") ?? ""}
})`

// Shows waits until the last message is text.
func (w *Window) Shows(text string) {
	w.t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		w.t.Fatal(err)
	}
	w.Until(`document.querySelector("#messages > article:last-child .message__body, #messages > article:last-child .message__gone")?.textContent.trim() === ` + string(quoted))
}

// Sees waits until the page has text somewhere.
func (w *Window) Sees(text string) {
	w.t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		w.t.Fatal(err)
	}
	w.Until(`document.body.textContent.includes(` + string(quoted) + `)`)
}

// Script switches scripts off or on for the pages that follow. The page there is left
// first: its sockets would bring what its scripts cannot place any more.
func (w *Window) Script(on bool) {
	w.t.Helper()
	w.do(chromedp.Navigate("about:blank"))
	if _, err := chromedp.Call(w.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on}); err != nil {
		w.t.Fatal(err)
	}
}

// Screenshot writes what the window shows to e2e/out/NAME.png.
func (w *Window) Screenshot(name string) []byte {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 20*time.Second)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		w.t.Logf("screenshot: %v", err)
		return nil
	}
	if err := os.MkdirAll("out", 0o755); err == nil {
		err = os.WriteFile(filepath.Join("out", name+".png"), png, 0o644)
		if err != nil {
			w.t.Log(err)
		}
	}
	return png
}

// kbShiftEnter breaks the line.
func kbShiftEnter() chromedp.Action[chromedp.Void] {
	return chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierShift))
}
