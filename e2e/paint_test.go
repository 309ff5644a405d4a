package e2e

import (
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// The "Fast 3G" of Lighthouse and of Chromium's developer tools: 1.6 Mbit/s down,
// 750 kbit/s up, 150 ms there and back. The tools have every request wait 3.75 round
// trips, for it also stands for a connection's beginning
// (github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md).
var fast3G = network.Conditions{Latency: 150 * 3.75, DownloadThroughput: 1.6e6 / 8, UploadThroughput: 750e3 / 8}

// throttle gives the window's pages that network, and an empty cache.
func (w *Window) throttle(to network.Conditions) {
	w.t.Helper()
	if _, err := chromedp.Call(w.ctx, network.ClearBrowserCache, cdp.Empty{}); err != nil {
		w.t.Fatal(err)
	}
	if _, err := chromedp.Call(w.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{&to}}); err != nil {
		w.t.Fatal(err)
	}
}

func TestTheRoomIsPaintedWithinTwoSecondsOnASlowPhone(t *testing.T) {
	// Alone, for it measures.
	s := newServer(t)
	s.Seed(50)
	s.Start()
	ada := window(t, s)
	ada.Returns("ada")
	ada.size(360, 780)
	ada.throttle(fast3G)
	ada.Open("/rooms/1-lobby")
	ada.Until(arrived + ` && performance.getEntriesByName("first-contentful-paint").length > 0`)
	if n := eval[int](ada, count); n != 50 {
		t.Fatalf("the page shows %d messages, want 50", n)
	}
	if n := eval[int](ada, `performance.getEntriesByType("resource").filter(r => r.name.includes("/static/app.") && r.transferSize > 0).length`); n == 0 {
		t.Fatal("the styles came from the cache")
	}
	painted := eval[float64](ada, `performance.getEntriesByName("first-contentful-paint")[0].startTime`)
	if painted >= 2000 {
		t.Errorf("first contentful paint after %.0f ms, 2,000 are the limit", painted)
	}
	t.Logf("first contentful paint of a room on fast 3G with an empty cache: %.0f ms", painted)
}
