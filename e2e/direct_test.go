package e2e

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// sees is the status and the text of the page at path.
func (p *Person) sees(path string) (int, string) {
	p.t.Helper()
	resp, err := p.client.Get(p.base + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestAGroupIsOneConversationForAllInItAndNobodyElse(t *testing.T) {
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.SignUp("Ada")
	ben.SignUp("Ben")
	ben.Until(connected)
	cleo, dan := person(t, s, "cleo"), person(t, s, "dan")

	ada.Open("/direct/new")
	ada.Click("input[name=with][value='2']")
	ada.Click("input[name=with][value='3']")
	ada.Submit("main form .form__actions button", inRoom+` && location.pathname === "/rooms/2-direct"`)
	ada.Until(connected + ` && document.querySelector("h1 bdi").textContent === "Ben, cleo"`)
	ada.Say("Just the three of us")

	const link = `#rooms-list a[href='/rooms/2-direct']`
	ben.Until(`document.querySelector("` + link + ` bdi")?.textContent === "Ada, cleo" && document.querySelector("` + link + ` .badge")`)
	ben.Submit(link, inRoom+` && location.pathname === "/rooms/2-direct"`)
	ben.Until(connected)
	ben.Shows("Just the three of us")
	ben.Say("And soup")
	ada.Shows("And soup")
	if _, text := cleo.sees("/rooms/2-direct"); !strings.Contains(text, "And soup") {
		t.Error("Cleo does not see the conversation")
	}
	if status, _ := dan.sees("/rooms/2-direct"); status != http.StatusNotFound {
		t.Errorf("Dan gets %d", status)
	}

	// The same people, chosen by another of them, have the same conversation.
	ben.Open("/direct/new?q=a")
	ben.Click("input[name=with][value='1']")
	ben.do(setValue("#people-text", "cleo"))
	ben.Submit("button[formaction='/direct/new']", arrived+` && location.search.includes("q=cleo") && document.querySelector("input[name=with][value='1']:checked")`)
	ben.Click("input[name=with][value='3']")
	ben.Submit("main form .form__actions button", inRoom+` && location.pathname === "/rooms/2-direct"`)
}
