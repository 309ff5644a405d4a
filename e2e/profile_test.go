package e2e

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"parley/store"
)

const profileSaved = arrived + ` && document.querySelector(".saved")?.textContent.includes("profile is saved")`

// change sets something in the profile of the first account.
func change(t *testing.T, db *store.Store, set func(*store.Profile)) {
	t.Helper()
	u, err := db.User(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	p := store.Profile{Name: u.Name, About: u.About, Zone: "UTC", Status: u.Status, Announce: u.Announce, ShowsSeen: u.ShowsSeen}
	set(&p)
	if err := db.SetProfile(t.Context(), u.ID, p); err != nil {
		t.Fatal(err)
	}
}

func TestAStatusIsShownUntilItEnds(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	ben.Until(connected)
	ada.Open("/profile")
	ada.do(setValue("#emoji", "🍜"))
	ada.Type("#status", "Noodles at the window")
	ada.do(setValue("#until", "1h"))
	ada.Submit("form#profile button", profileSaved)
	// It is in the list of people at once, and on the card.
	ben.Until(`[...document.querySelectorAll("#people-list li")].find(e => e.textContent.includes("Ada"))?.textContent.includes("🍜 Noodles at the window")`)
	ben.Click("#people-list a[href='/people/1']")
	ben.Until(`document.querySelector(".person__status")?.textContent === "🍜 Noodles at the window"`)
	// Another change of the profile leaves the status its end, and is seen at once, too.
	ben.Press(kb.Escape)
	ben.Until(`!document.querySelector("#editor .person")`)
	ada.Open("/profile")
	ada.retype("#name", "Ada Lovelace")
	ada.Type("#about", "Likes soup")
	ada.retype("#zone", "Asia/Tokyo")
	ada.Submit("form#profile button", profileSaved)
	ben.Until(`document.querySelector("#here-1 bdi").textContent === "Ada Lovelace" && document.querySelector("#here-1 .avatar").dataset.initials === "AL"`)
	ben.Click("#here-1 .people__name")
	ben.Until(`(card => ["Ada Lovelace", "@Ada", "🍜 Noodles at the window", "Likes soup", "Here now", new Date().toLocaleTimeString("en-GB", {hour: "2-digit", minute: "2-digit", timeZone: "Asia/Tokyo"}) + " there"]
		.every(part => card?.textContent.includes(part)))(document.querySelector("#editor .person"))`)
	const listed, mine = `document.querySelector("#people-list").textContent.includes("🍜")`, `document.querySelector("#mine").textContent.includes("🍜")`
	ben.Open("/")
	ben.Until(connected + " && " + listed)
	ada.Until(connected + " && " + mine)
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	s.While(func(db *store.Store) {
		change(t, db, func(p *store.Profile) {
			if left := time.Until(p.Status.Until); left <= 0 || left > time.Hour {
				t.Errorf("the status ends in %v, want within the hour", left)
			}
			p.Status.Until = time.Now().Add(8 * time.Second)
		})
	})
	s.Start()
	// It ends on the pages that are open, one's own among them.
	ben.Until(connected + " && !" + listed)
	ada.Until(connected + " && !" + mine)
	ben.Open("/people/1")
	ben.Until(arrived + ` && document.querySelector(".person") && !document.querySelector(".person__status")`)
	ben.Open("/")
	ben.Until(connected + ` && document.querySelectorAll("#people-list li").length === 2`)
	if eval[bool](ben, `document.querySelector("#people-list").textContent.includes("🍜")`) {
		t.Error("the list of people shows a status that has ended")
	}
	ada.Open("/profile")
	if got := eval[string](ada, `document.getElementById("emoji").value + document.getElementById("status").value + document.getElementById("until").value`); got != "" || eval[bool](ada, `!!document.querySelector("[value=kept]")`) {
		t.Errorf("the profile has %q of a status that has ended", got)
	}
}

func TestOnesOwnColoursWinOverTheSystems(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Joins("Ada")
	const paper = `getComputedStyle(document.body).backgroundColor`
	seen := map[string]string{}
	for _, system := range []string{"light", "dark"} {
		ada.scheme(system)
		seen[system] = eval[string](ada, paper)
	}
	if seen["light"] == seen["dark"] {
		t.Fatalf("the system's colours make no difference: %v", seen)
	}
	other := ada.second() // another tab, which stays open
	other.Open("/")
	other.Until(connected)
	for _, own := range []string{"light", "dark"} {
		ada.Open("/profile")
		ada.do(setValue("#scheme", own))
		ada.Submit("form#profile button", profileSaved)
		other.Until(paper + ` === "` + seen[own] + `"`)
		for _, page := range []string{"/profile", "/"} {
			ada.Open(page)
			for _, system := range []string{"light", "dark"} {
				ada.scheme(system)
				if got := eval[string](ada, paper); got != seen[own] {
					t.Errorf("%s: %s is chosen, the system is %s, and the paper is %s", page, own, system, got)
				}
			}
		}
	}
}

func TestNewMessagesAreHeardAsOneChose(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	for w, choice := range map[*Window]string{ada: "all", ben: "mentions"} {
		w.Open("/profile")
		w.do(setValue("#announce", choice))
		w.Submit("form#profile button", profileSaved)
		w.Open("/rooms/1-lobby")
		w.Until(connected)
	}
	cleo := person(t, s, "cleo")
	// A polite region of its own says it; the history, which is a log, does not.
	const heard = `(e => e.ariaLive === "polite" ? e.textContent.trim().replace(/\s+/g, " ") : "")(document.querySelector("#heard-text"))`
	cleo.Post("Soup is on")
	ada.Until(heard + ` === "cleo: Soup is on"`)
	cleo.Post("Ben, that is @ben, too")
	ada.Until(heard + ` === "cleo: Ben, that is @ben, too"`)
	ben.Until(heard + ` === "cleo: Ben, that is @ben, too"`)
	// Nobody is told what they have written themselves.
	ada.Say("My own words")
	ada.Until(heard + ` === "Ada: My own words" && document.querySelector("#heard-text").innerText.trim() === ""`)
	cleo.Post("Not for Ben's ears")
	ada.Until(heard + ` === "cleo: Not for Ben's ears"`)
	ben.Shows("Not for Ben's ears")
	if got := eval[string](ben, heard); got != "" && got != "cleo: Ben, that is @ben, too" {
		t.Errorf("who hears mentions alone hears %q", got)
	}
}
