package e2e

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"parley/store"
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

func TestANewMessageFindsPeopleAsOneTypes(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Seed(1)
	s.Start()
	ada := window(t, s)
	ada.Returns("ada")
	ada.Open("/direct/new")
	ada.Until(connected)
	if got := eval[string](ada, `document.querySelector("#choices").textContent`); !strings.Contains(got, "Nobody else has an account yet") {
		t.Errorf("of nobody else it says %q", got)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	s.While(func(db *store.Store) {
		for i := range 15 {
			name := fmt.Sprintf("zoe%02d", 14-i)
			if _, err := db.CreateUser(t.Context(), store.SignUp{Username: name, Email: name + "@example.com", Password: password}); err != nil {
				t.Fatal(err)
			}
		}
	})
	s.Start()
	ben := window(t, s)
	ben.Joins("Ben")
	ada.Open("/direct/new")
	ada.Until(connected + ` && document.querySelectorAll("#choices input").length === 12 && document.querySelector("#choices").textContent.includes("There are more people") && document.querySelector("#choices bdi").textContent === "Ben"`)
	ada.Type("#q", "zoe1")
	ada.Until(`[...document.querySelectorAll("#choices bdi")].map(e => e.textContent).join() === "zoe10,zoe11,zoe12,zoe13,zoe14"`)
	ada.Click("#choices p:nth-of-type(2) input")
	ada.retype("#q", "zzz")
	ada.Until(`document.querySelector("#choices").textContent.includes("Nobody found") && document.querySelector("#choices input:checked")`)
	ada.retype("#q", "be")
	ada.Until(`document.querySelector("#choices p:nth-of-type(2) bdi")?.textContent === "Ben" && document.querySelector("#choices .presence--online")`)

	// Twelve can talk directly, and who chooses one more is told so, with all of them still chosen.
	other := ada.second()
	other.Allow("status of 422")
	other.Open("/direct/new")
	for i := range 12 {
		other.Click(fmt.Sprintf("#choices p:nth-of-type(%d) input", i+1))
	}
	const open = "main form .form__actions button"
	other.Submit(open, arrived+` && document.querySelector("main form.card").textContent.includes("At most 12 people can talk directly") && document.querySelectorAll("#choices input:checked").length === 12`)
	other.Click("#choices p:nth-of-type(12) input")
	other.Submit(open, inRoom+` && document.querySelectorAll("#people-list li").length === 12`)

	// Somebody's card on a page of its own follows whether they are here, too.
	ada.Open("/people/" + eval[string](ada, `document.querySelector("#choices p:nth-of-type(2) input").value`))
	ada.Until(connected + ` && document.querySelector("#card").textContent.includes("Here now")`)
	ben.hide(true)
	ada.Until(`document.querySelector("#card").textContent.includes("Away")`)
	if n := eval[int](ada, `document.querySelectorAll("main h1, main .person__name").length`); n != 1 {
		t.Errorf("the card has the name %d times", n)
	}
}

func TestAGroupIsOneConversationForAllInItAndNobodyElse(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
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
	ben.do(setValue("#q", "cleo"))
	ben.Submit("button[formaction='/direct/new']", arrived+` && location.search.includes("q=cleo") && document.querySelector("input[name=with][value='1']:checked")`)
	ben.Click("input[name=with][value='3']")
	ben.Submit("main form .form__actions button", inRoom+` && location.pathname === "/rooms/2-direct"`)
}
