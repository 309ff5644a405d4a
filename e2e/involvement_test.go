package e2e

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"testing"
)

// make makes a room, of the kind "open" or "private"; one is in it.
func (p *Person) make(name, kind string) {
	p.t.Helper()
	if resp := p.post("/rooms", url.Values{"name": {name}, "kind": {kind}}); resp.StatusCode != http.StatusOK {
		p.t.Fatalf("make %s: %s", name, resp.Status)
	}
}

// say sends text to room.
func (p *Person) say(room int, text string) {
	p.t.Helper()
	resp := p.post(fmt.Sprintf("/rooms/%d/messages", room), url.Values{"body": {text}, "key": {rand.Text()}})
	if resp.StatusCode != http.StatusOK {
		p.t.Fatalf("say %q: %s", text, resp.Status)
	}
}

// tell chooses what one is told of the room, by hand.
func (w *Window) tell(room int, level string) {
	w.t.Helper()
	w.Open(fmt.Sprintf("/rooms/%d/about", room))
	w.Click("input[name=level][value=" + level + "]")
	w.Submit("form[action$='/involvement'] button", arrived+` && document.querySelector(".saved")?.textContent.includes("you are told what you chose")`)
}

const favourites = `[...document.querySelectorAll("#rooms-list h2")].find(e => e.textContent === "Favourites")?.nextElementSibling.textContent.trim()`

func TestAFavouriteIsAtTheTopOnEveryPageOfItsMember(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Joins("Ada")
	ada.Until(connected)
	ada.person().make("Kitchen", "open")
	ada.person().make("Workshop", "open")
	other := ada.second()
	other.Open("/rooms/2/about")
	other.Click("[name=favourite]")
	other.Submit("form[action$='/involvement'] button", arrived+` && `+favourites+` === "Kitchen"`)
	ada.Until(favourites + ` === "Kitchen" && document.querySelector("#rooms-list h2").textContent === "Favourites" && document.querySelectorAll("#rooms-list a[href$=kitchen]").length === 1`)
	other.Click("[name=favourite]")
	other.Submit("form[action$='/involvement'] button", arrived+` && !(`+favourites+`)`)
	ada.Until(`!(` + favourites + `) && document.querySelector("#rooms-list a[href$=kitchen]")`)
}

func TestAHiddenRoomIsNotInTheSidebarButCanBeGoneTo(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Joins("Ada")
	ada.Until(connected)
	ada.person().make("Kitchen", "open")
	ben := person(t, s, "ben")
	ben.post("/rooms/2/join", nil)
	const kitchen = `document.querySelector("#rooms-list a[href$=kitchen]")`
	ada.Until(kitchen)
	other := ada.second()
	other.tell(2, "hidden")
	ada.Until(`!` + kitchen)
	if eval[bool](other, `!!`+kitchen) {
		t.Error("the page that hid the room still lists it")
	}
	// It stays so, and silent, when somebody writes there.
	ben.say(2, "@ada are you there?")
	ben.Post("In the Lobby, too")
	ada.Shows("In the Lobby, too")
	if eval[bool](ada, `!!`+kitchen+` || document.title.startsWith("(")`) {
		t.Error("a hidden room makes itself heard")
	}
	ada.Type("#find", "kitch")
	ada.Until(`document.querySelector("#found a[href$=kitchen]")`)
	ada.Submit("#found a[href$=kitchen]", inRoom+` && location.pathname === "/rooms/2-kitchen"`)
	other.tell(2, "all")
	ada.Until(kitchen)
}

func TestTheLevelDecidesWhatABadgeCounts(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Joins("Ada")
	ada.Until(connected)
	for _, name := range []string{"Kitchen", "Workshop", "Garden"} {
		ada.person().make(name, "open")
	}
	ben := person(t, s, "ben")
	for room := 2; room <= 4; room++ {
		ben.post(fmt.Sprintf("/rooms/%d/join", room), nil)
	}
	ada.tell(2, "mentions")
	ada.tell(3, "none")
	ada.Open("/rooms/1-lobby")
	ada.Until(connected)
	badge := func(room string) string {
		return `(document.querySelector("#rooms-list a[href$=` + room + `] .badge")?.textContent ?? "").trim().split(/\s/)[0]`
	}
	for i := range 2 {
		ben.say(2, "Not for anybody")
		ben.say(3, "@ada nor this")
		ben.say(2, "@ada this is")
		ben.say(4, "Last of all")
		ada.Until(fmt.Sprintf(`%s === "%d"`, badge("garden"), 2*i+1))
		for room, want := range map[string]string{"kitchen": "@" + itoa(i+1), "workshop": ""} {
			if got := eval[string](ada, badge(room)); got != want {
				t.Errorf("the badge of %s is %q, want %q", room, got, want)
			}
		}
		if title, want := eval[string](ada, `document.title.split(" ")[0]`), fmt.Sprintf("(%d)", 3*i+2); title != want {
			t.Errorf("the title counts %s, want %s", title, want)
		}
		ben.say(4, "And one more")
		ada.Until(fmt.Sprintf(`%s === "%d"`, badge("garden"), 2*i+2))
	}
	if !eval[bool](ada, `!!document.querySelector("#rooms-list a[href$=kitchen] .badge--mention") && !document.querySelector("#rooms-list a[href$=garden] .badge--mention")`) {
		t.Error("a mention does not look like one, or what is none does")
	}
}
