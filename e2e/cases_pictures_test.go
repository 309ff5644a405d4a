package e2e

import (
	"fmt"
	"testing"

	"parley/store"
)

// The pictures of moderation: the queue, a case, a report and what became of it.
func TestModerationLooksAsInTheDocumentation(t *testing.T) {
	t.Parallel()
	s := demo(t)
	w, mei := window(t, s), window(t, s)
	for name, w := range map[string]*Window{"ada": w, "mei": mei} {
		w.Open("/login")
		w.Type("#login", name)
		w.Type("#password", store.DemoPassword)
		w.Submit("form.card button", inRoom)
	}
	pictures := func(w *Window, name, path string) {
		t.Helper()
		w.Open(path)
		w.Until(connected)
		for _, scheme := range []string{"light", "dark"} {
			w.scheme(scheme)
			for _, size := range [][2]int64{{1440, 900}, {360, 780}} {
				w.size(size[0], size[1])
				w.Until(`document.fonts.status === "loaded"`)
				w.plain(name)
				if len(w.Screenshot(fmt.Sprintf("%s-%d-%s", name, size[0], scheme))) == 0 {
					t.Errorf("no picture of %s", name)
				}
			}
		}
	}
	pictures(w, "queue", "/moderation")
	pictures(w, "queue-closed", "/moderation?tab=closed")
	w.Open("/moderation")
	w.Until(connected)
	all := eval[[]string](w, `[...document.querySelectorAll("#queue .case__link")].map(a => a.getAttribute("href"))`)
	if len(all) < 4 {
		t.Fatalf("the queue of the demo has %q", all)
	}
	pictures(w, "case", all[1])
	pictures(w, "case-free", all[0])
	pictures(mei, "reports", "/reports")
	pictures(mei, "report-message", "/rooms/1/messages/3/report")
	pictures(mei, "report-person", "/people/2/report")
}
