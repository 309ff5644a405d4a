package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// prefers has the window's system ask for something, like "prefers-contrast: more".
func (w *Window) prefers(features ...[2]string) {
	w.t.Helper()
	var all []*emulation.MediaFeature
	for _, f := range features {
		all = append(all, &emulation.MediaFeature{Name: f[0], Value: f[1]})
	}
	if _, err := chromedp.Call(w.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: all}); err != nil {
		w.t.Fatal(err)
	}
}

// contrastScript has contrast(one, other), the ratio of two colours (WCAG 2.2), as a
// canvas paints them.
const contrastScript = `(() => {
	const at = color => { const c = new OffscreenCanvas(1, 1).getContext("2d"); c.fillStyle = color; c.fillRect(0, 0, 1, 1); return [...c.getImageData(0, 0, 1, 1).data].slice(0, 3) }
	const lum = color => { const [r, g, b] = at(color).map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b }
	const contrast = (a, b) => { const [x, y] = [lum(a), lum(b)]; return (Math.max(x, y) + .05) / (Math.min(x, y) + .05) }
	const style = (s, p) => getComputedStyle(document.querySelector(s), p)
	const paper = getComputedStyle(document.body).backgroundColor
	return %s
})()`

func TestWhoNeedsMoreContrastGetsIt(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	ada.Until(connected)
	person(t, s, "cleo").Post("Ask @ada, she knows")
	ada.Shows("Ask @ada, she knows")
	ada.Until(`document.querySelector("#here-2 .presence--online")`)
	ben.hide(true)
	ada.Until(`document.querySelector("#people-list .presence--away")`)
	for name, least := range map[string]float64{
		`contrast(style(".message__time").color, paper)`:                                   7,
		`contrast(style(".people__title").color, paper)`:                                   7,
		`contrast(style(".people__all").color, paper)`:                                     7,
		`contrast(style(".composer").borderTopColor, paper)`:                               3,
		`contrast(style(".sidebar__field").borderTopColor, paper)`:                         7,
		`contrast(style(".presence--online").backgroundColor, paper)`:                      4.5,
		`contrast(style(".presence--away").backgroundColor, paper)`:                        4.5,
		`contrast(style("[data-mentions]", "::after").boxShadow.match(/.*?\)/)[0], paper)`: 4.5,
	} {
		for _, scheme := range []string{"light", "dark"} {
			ada.prefers([2]string{"prefers-color-scheme", scheme}, [2]string{"prefers-contrast", "more"})
			if got := eval[float64](ada, fmt.Sprintf(contrastScript, name)); got < least {
				t.Errorf("%s, %s: %.1f, want %.1f", scheme, name, got, least)
			}
			ada.Screenshot("look-contrast-" + scheme)
		}
	}
	ada.prefers([2]string{"prefers-color-scheme", "light"}, [2]string{"prefers-contrast", "more"})
	ada.accessible("a room with more contrast")

	// The system's own colours: what was a background or a shadow is a line or a form.
	for _, scheme := range []string{"light", "dark"} {
		ada.prefers([2]string{"prefers-color-scheme", scheme}, [2]string{"forced-colors", "active"})
		for what, is := range map[string]string{
			"who is here":          `contrast(style(".presence--online").backgroundColor, paper) > 4`,
			"who is away":          `style(".presence--away").backgroundImage !== "none"`,
			"a mention":            `parseFloat(style("[data-mentions]").borderInlineStartWidth) >= 3`,
			"the room one is in":   `style(".sidebar__room[aria-current]").outlineStyle === "solid"`,
			"the way to all of it": `contrast(style(".message__tool--more", "::before").backgroundColor, paper) > 4`,
			"the day":              `style(".message__day", "::before").borderBlockStartStyle === "solid"`,
		} {
			if !eval[bool](ada, fmt.Sprintf(contrastScript, is)) {
				t.Errorf("with the system's %s colours one does not see %s", scheme, what)
			}
		}
		ada.Screenshot("look-forced-" + scheme)
	}
}

func TestWhatWasAskedForOnASlowLineSaysThatItWasHeard(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Seed(60)
	s.Start()
	ada := window(t, s)
	ada.Returns("ada")
	ada.Until(connected)
	moves := func(selector string) string {
		return `[...document.querySelectorAll("` + selector + `")].some(e => getComputedStyle(e).animationName !== "none")`
	}
	slow := &network.Conditions{Latency: 1500, DownloadThroughput: -1, UploadThroughput: -1}
	for _, calm := range []string{"no-preference", "reduce"} {
		ada.prefers([2]string{"prefers-reduced-motion", calm})
		ada.conditions(slow)
		ada.Click("#m-1-60 .message__tool--more")
		ada.Until(moves("#m-1-60 .message__tool--more"))
		ada.Until(`document.querySelector("#editor form")`)
		ada.Until("!" + moves("#m-1-60 .message__tool--more"))
		ada.retype("#find", "lob")
		ada.Until(moves("#find"))
		ada.Until(`document.querySelector("#found a") && !` + moves("#find"))
		ada.wheel(-100_000)
		ada.Until(`document.querySelector(".room__above.htmx-request") && getComputedStyle(document.querySelector(".room__above .icon")).animationName === "` + map[string]string{"no-preference": "turn", "reduce": "asked-calm"}[calm] + `"`)
		ada.Until(count + ` === 60`)
		ada.conditions(nil)
		ada.Open("/rooms/1-lobby")
		ada.Until(connected)
	}
}

// conditions makes the network slow; nil: as it is.
func (w *Window) conditions(to *network.Conditions) {
	w.t.Helper()
	all := []*network.Conditions{}
	if to != nil {
		all = append(all, to)
	}
	if _, err := chromedp.Call(w.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: all}); err != nil {
		w.t.Fatal(err)
	}
}
