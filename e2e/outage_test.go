package e2e

import (
	"fmt"
	"testing"
)

// says: the sentence for no connection is to be seen.
const says = `getComputedStyle(document.querySelector(".pulse__text")).visibility === "visible"`

func TestAPageSaysSoonThatTheServerIsGone(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.LoseServer()
	ada.Joins("Ada")
	ada.person().post("/profile", map[string][]string{"name": {"Ada"}, "zone": {"Europe/Berlin"}, "language": {"de"}, "scheme": {""}, "announce": {"count"}})
	ada.Open("/")
	ada.Until(connected)
	ada.Until(`document.documentElement.lang === "de" && document.querySelector(".presence--online")`)
	ada.Type("#composer-text", "halb geschrieben")
	if eval[bool](ada, says) {
		t.Error("a page that is connected says that it is not")
	}
	s.Kill()
	ada.Until(says + ` && getComputedStyle(document.querySelector(".presence--online")).opacity < 1`)
	for _, width := range []int64{360, 800, 1440} {
		ada.size(width, 800)
		ada.Until(`innerWidth === ` + fmt.Sprint(width))
		if !eval[bool](ada, `(() => {
			const text = document.querySelector(".pulse__text"), at = text.getBoundingClientRect()
			return text.scrollWidth <= text.clientWidth && text.scrollHeight <= text.clientHeight && at.left >= 0 && at.right <= innerWidth
				&& at.bottom < document.querySelector(".composer").getBoundingClientRect().top
		})()`) {
			t.Errorf("at %d px the sentence is cut, or covers the composer", width)
		}
		ada.Screenshot("outage-" + fmt.Sprint(width))
	}
	s.Start()
	ada.Until(connected + ` && !(` + says + `) && getComputedStyle(document.querySelector(".presence--online")).opacity === "1"`)
	if got := eval[string](ada, `document.querySelector("#composer-text").value`); got != "halb geschrieben" {
		t.Errorf("what was being written is %q", got)
	}
}
