package e2e

import (
	"fmt"
	"strings"
	"testing"

	"parley/store"
)

// The pages about acts and objections, as in the demo: plain, accessible, and pictures
// of them.
func TestThePagesAboutActsArePlainAccessibleAndLookAsInTheDocumentation(t *testing.T) {
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
	ada, ben, mei := as("ada"), as("ben"), as("mei")
	look := func(w *Window, name string) {
		t.Helper()
		for _, scheme := range []string{"light", "dark"} {
			w.scheme(scheme)
			for _, size := range [][2]int64{{1440, 900}, {360, 780}} {
				w.size(size[0], size[1])
				w.Until(`document.fonts.status === "loaded"`)
				w.accessible(fmt.Sprintf("%s at %d in %s", name, size[0], scheme))
				if len(w.Screenshot(fmt.Sprintf("%s-%d-%s", name, size[0], scheme))) == 0 {
					t.Errorf("no picture of %s", name)
				}
			}
		}
		w.size(320, 780)
		w.plain(name)
		w.size(1440, 900)
	}
	mei.Until(connected)
	market := eval[string](mei, `[...document.querySelectorAll("#rooms-list a")].find(a => a.textContent.includes("Flea market")).getAttribute("href")`)
	room, _, _ := strings.Cut(market, "-")
	for _, page := range []struct {
		w          *Window
		name, path string
	}{
		{mei, "restrained", market}, {mei, "notices", "/notices"}, {mei, "mutes", "/mutes"}, {mei, "room-log", room + "/moderation/log"},
		{ben, "moderate-room", room + "/moderate"}, {ben, "moderate-in-room", "/people/4/moderate?room=" + room[len("/rooms/"):]},
		{ada, "moderate-person", "/people/4/moderate"}, {ada, "appeals", "/moderation/appeals"}, {ada, "newcomers", "/moderation/newcomers"},
	} {
		page.w.Open(page.path)
		page.w.Until(arrived)
		look(page.w, page.name)
	}
	ada.Open("/moderation/appeals")
	ada.Submit("#appeals .button--main", arrived+` && document.querySelector("#appeal")`)
	look(ada, "appeal")
	ada.Open("/people/4/moderate")
	ada.Click(".measure:has(#do-ban) summary")
	look(ada, "ban")
	ada.Allow("status of 403")
	ada.do(setValue("#ban-reason", "spam"))
	ada.Submit("#do-ban .form__actions button", arrived+` && document.querySelector(".saved")`)
	dan := window(t, s)
	name := eval[string](ada, `document.querySelector("h1 bdi").textContent.split(" ")[0].toLowerCase()`)
	dan.Allow("status of 403")
	dan.Open("/login")
	dan.Type("#login", name)
	dan.Type("#password", store.DemoPassword)
	dan.Submit("form.card button", arrived+` && document.querySelector("form[action='/appeal']")`)
	look(dan, "suspended")
}
