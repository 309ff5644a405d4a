package e2e

import (
	"fmt"
	"strings"
	"testing"

	"parley/store"
)

// What waits for who moderates rooms, and what is in force, as in the demo: plain,
// accessible, and pictures of them.
func TestThePagesOfWhoModeratesRoomsArePlainAccessibleAndLookAsInTheDocumentation(t *testing.T) {
	t.Parallel()
	s := demo(t)
	as := func(name string) *Window {
		w := window(t, s)
		w.Open("/login")
		w.Type("#login", name)
		w.Type("#password", store.DemoPassword)
		w.Submit("form.card button", inRoom)
		return w
	}
	ada, ben := as("ada"), as("ben")
	ben.Until(connected)
	market := eval[string](ben, `[...document.querySelectorAll("#rooms-list a")].find(a => a.textContent.includes("Flea market")).getAttribute("href")`)
	room, _, _ := strings.Cut(market, "-")
	number := room[len("/rooms/"):]
	for _, page := range []struct {
		w                 *Window
		name, path, shows string
	}{
		{ben, "desk", "/moderation", "#desk .badge"},
		{ben, "room-queue", room + "/moderation", "#queue .case"},
		{ben, "room-held", "/moderation/held?room=" + number, "#held .waiting__one"},
		{ben, "room-appeals", "/moderation/appeals?room=" + number, "#appeals article"},
		{ben, "room-in-force", "/moderation/measures?room=" + number, "#in-force tbody tr"},
		{ada, "in-force", "/moderation/measures", "#in-force tbody tr"},
		{ada, "in-force-none", "/moderation/measures?kind=ban&q=zzz", "#in-force .empty a"},
	} {
		page.w.Open(page.path)
		page.w.Until(connected + fmt.Sprintf(` && document.querySelector(%q)`, page.shows))
		for _, scheme := range []string{"light", "dark"} {
			page.w.scheme(scheme)
			for _, size := range [][2]int64{{1440, 900}, {360, 780}} {
				page.w.size(size[0], size[1])
				page.w.Until(`document.fonts.status === "loaded"`)
				page.w.accessible(fmt.Sprintf("%s at %d in %s", page.name, size[0], scheme))
				if len(page.w.Screenshot(fmt.Sprintf("%s-%d-%s", page.name, size[0], scheme))) == 0 {
					t.Errorf("no picture of %s", page.name)
				}
			}
		}
		page.w.size(320, 780)
		page.w.plain(page.name)
		page.w.size(1440, 900)
	}
}
