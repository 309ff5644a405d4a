package e2e

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// numberIs says whether the number of a card of the overview is that.
func numberIs(card, number string) string {
	return fmt.Sprintf(`document.querySelector("#%s-now .figure__value bdi").textContent === %q`, card, number)
}

// pageRow is the row of the list of open pages that has both words.
func pageRow(person, shows string) string {
	return fmt.Sprintf(`[...document.querySelectorAll("#sockets tbody tr")].find(r => r.textContent.includes(%q) && r.textContent.includes(%q))`, person, shows)
}

func TestAnAdministratorSeesFiguresMoveAndEndsAnOpenPage(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.SignUp("Ada")
	ben.SignUp("Ben")
	ben.Until(connected)
	list := ada.second()
	ada.Open("/admin")
	ada.Until(connected)
	list.Open("/admin/sockets")
	list.Until(connected)
	list.Until(pageRow("Ben", "Lobby"))

	ada.Until(numberIs("people", "2") + ` && ` + numberIs("sockets", "3"))
	ada.Click("#posts-title ~ details summary")
	for _, text := range []string{"one", "two", "three"} {
		ben.Say(text)
	}
	ada.Until(numberIs("posts", "3"))
	if !eval[bool](ada, `document.querySelector("#posts-title ~ details").open`) {
		t.Error("the table that was open is closed")
	}

	row := eval[string](list, pageRow("Ben", "Lobby")+`.id`)
	list.Click("#" + row + " .button")
	list.Until(`document.body.textContent.includes("End this open page of \u2068Ben\u2069?")`)
	list.Submit("form.card .button--danger", `location.pathname === "/admin/sockets" && `+connected)
	ben.Until(`document.querySelector("#live.ended")?.textContent.includes("An administrator has ended this page")`)
	list.Until(`!` + pageRow("Ben", "Lobby"))
	ada.Until(numberIs("dropped", "1") + ` && ` + numberIs("people", "1"))

	// It is still signed in, and comes back when it is loaded again.
	ben.Click("#live.ended a")
	ben.Until(inRoom + ` && ` + connected)
	list.Until(pageRow("Ben", "Lobby"))

	// All sessions of Ben's end, and his page says so.
	list.Open("/admin/sessions?q=ben")
	list.Submit(`a[href="/admin/sessions/of/2/end"]`, `document.body.textContent.includes("Sign \u2068Ben\u2069 out everywhere?")`)
	list.Submit("form.card .button--danger", `document.querySelector(".saved")`)
	ben.Until(`document.querySelector("#live.ended")?.textContent.includes("You are signed out")`)
}

func TestTheAdminListenerIsOffUntilItIsAskedFor(t *testing.T) {
	t.Parallel()
	get := func(url string) (int, string) {
		t.Helper()
		resp, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
	admin := fmt.Sprintf("localhost:%d", freePort(t))
	s := serve(t, "--admin-listen", admin)
	for _, path := range []string{"/metrics", "/debug/pprof/"} {
		if status, _ := get(s.URL + path); status != http.StatusNotFound {
			t.Errorf("%s on the public listener: got %d", path, status)
		}
	}
	if status, body := get("http://" + admin + "/metrics"); status != http.StatusOK || !strings.Contains(body, "\nparley_goroutines ") {
		t.Errorf("got %d and %.300s", status, body)
	}
	if status, body := get("http://" + admin + "/readyz"); status != http.StatusOK || body != "ok\n" {
		t.Errorf("readyz: got %d and %s", status, body)
	}
	if strings.Contains(s.Log(), "ANYBODY") {
		t.Error("a listener on loopback is said to be unprotected")
	}

	open := serve(t, "--log-level", "error", "--admin-listen", fmt.Sprintf("0.0.0.0:%d", freePort(t)))
	if !strings.Contains(open.Log(), "ANYBODY WHO REACHES THE ADMIN LISTENER") {
		t.Error("nothing says that a listener beyond loopback is unprotected")
	}
}
