package e2e

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
)

// Ada administers and is in no room of Ben's; Ben has the room open all the while.
func kitchenOfBen(t *testing.T) (s *Server, ada, ben *Window) {
	t.Helper()
	s = serve(t)
	ada, ben = window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	ben.Open("/rooms/new")
	ben.Type("#name", "Kitchen")
	ben.Click("input[value=private]")
	ben.Submit("main form button", inRoom)
	ben.Until(connected)
	ben.Say("Cake at four")
	ben.Shows("Cake at four")
	return s, ada, ben
}

func TestAdministratorsDeleteARoomAndItsMembersSeeItComing(t *testing.T) {
	t.Parallel()
	s, ada, ben := kitchenOfBen(t)
	ada.Open("/admin/rooms")
	ada.Sees("Kitchen")
	ada.Type("#q", "kit")
	ada.Submit(".toolbar button", arrived+` && location.search.includes("q=kit") && document.querySelectorAll("tbody tr").length === 1`)
	ada.Click("tbody a")
	ada.Until(connected + ` && document.querySelector("#room-status")`)
	for _, hidden := range []string{"Cake at four"} {
		if strings.Contains(eval[string](ada, `document.documentElement.outerHTML`), hidden) {
			t.Errorf("the page shows %q", hidden)
		}
	}
	ada.Submit("a[href$='/delete']", arrived+` && document.querySelector("form[action$='/delete']")`)
	ada.Submit("form[action$='/delete'] button", arrived+` && document.querySelector("form[action$='/spare']")`)
	ben.Until(`document.querySelector("#terms").textContent.includes("This room will be deleted on")`)
	ben.Say("Oh no")
	ben.Shows("Oh no")

	// What another does is on Ada's page, too, and calling it off on Ben's.
	other := ada.second()
	other.Open("/admin/rooms/2")
	other.Until(connected)
	ada.Submit("form[action$='/spare'] button", arrived+` && document.querySelector("a[href$='/delete']")`)
	ben.Until(`!document.querySelector("#terms p")`)
	other.Until(`!document.querySelector("#terms p")`)

	// A day later.
	ada.Submit("a[href$='/delete']", arrived+` && document.querySelector("form[action$='/delete']")`)
	ada.Submit("form[action$='/delete'] button", arrived+` && document.querySelector("form[action$='/spare']")`)
	ada.Until(connected)
	s.letTheDayPass()
	ben.Until(`document.querySelectorAll("#messages > *").length === 0 && document.querySelector("#live").textContent.includes("This room was deleted.")`)
	ada.Until(`document.querySelector("#room-status").textContent.includes("Nothing of it is left")`)
	ada.Allow("status of 404")
	ada.Open("/admin/rooms/2")
	ada.Sees("There is nothing here")
	ada.Open("/admin/log")
	ada.Sees("Ada decided to delete Kitchen")
	ada.Sees("Parley erased the room Kitchen")
	ben.Open("/rooms")
	ben.Until(arrived + ` && !document.body.textContent.includes("Kitchen")`)
}

// letTheDayPass has the waiting time of every job be over.
func (s *Server) letTheDayPass() {
	s.t.Helper()
	db := s.database()
	defer db.Close()
	if _, err := db.Exec("update jobs set run_at = 1 where state = 'waiting'"); err != nil {
		s.t.Fatal(err)
	}
}

func TestARoomForgetsBeforeItsMembersEyes(t *testing.T) {
	t.Parallel()
	s, ada, ben := kitchenOfBen(t)
	db := s.database()
	defer db.Close()
	if _, err := db.Exec("update messages set created_at = created_at - 86400000000 * 40 where room_id = 2"); err != nil {
		t.Fatal(err)
	}
	ben.Say("Cake is gone")
	ben.Shows("Cake is gone")
	ada.Open("/admin/rooms/2")
	ada.Until(connected)
	ada.Click("input[name=keep][value=days]")
	ada.do(setValue("#days", "30"))
	ada.Submit("form[action$='/keep'] button", arrived+` && document.querySelector("form[action$='/keep'][method=post]")`)
	ada.Sees("At once this erases 1 message.")
	ada.Submit("form[action$='/keep'] button", arrived+` && document.querySelector("#room-status")`)
	ben.Until(`document.querySelector("#terms").textContent.includes("This room forgets after 30 days.")`)
	ben.Until(`!document.querySelector("#m-2-1") && document.querySelectorAll("#messages > article").length === 1`)
	ben.Open("/rooms/2/about")
	ben.Sees("This room forgets after 30 days.")
	ben.Open("/rooms/2")
	ben.Until(connected + ` && document.querySelectorAll("#messages > article").length === 1 && document.querySelector("#terms p")`)
	ada.Until(connected)
	ada.Click("input[name=keep][value=ever]")
	ada.Submit("form[action$='/keep'] button", arrived+` && document.querySelector("form[action$='/keep'][method=post]")`)
	ada.Submit("form[action$='/keep'] button", arrived+` && document.querySelector("#room-status")`)
	ben.Until(`!document.querySelector("#terms p")`)

	// For all, as another process sets it: the room decided otherwise, the Lobby did not.
	second := ben.second()
	second.Open("/rooms/1-lobby")
	second.Until(connected)
	for _, statement := range []string{
		"insert into settings (name, value) values ('messages.retention', '2160h0m0s')",
		"update counters set value = value + 1 where name = 'settings'",
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	second.Until(`document.querySelector("#terms").textContent.includes("This room forgets after 90 days.")`)
	if eval[bool](ben, `!!document.querySelector("#terms p")`) {
		t.Error("a room that keeps its messages for ever says that it forgets")
	}
}

func TestTheLogIsSearchedAndTaken(t *testing.T) {
	t.Parallel()
	_, ada, _ := kitchenOfBen(t)
	ada.Open("/admin/rooms/2")
	ada.do(setValue("#name", "Canteen"))
	ada.Submit("main form[method=post] button", arrived+` && document.querySelector("h1").textContent.includes("Canteen")`)
	ada.Open("/admin/log")
	ada.Until(arrived + ` && document.querySelector(".log__entry .log__what").textContent.includes("Ada renamed the room Kitchen")`)
	ada.Until(`document.querySelector(".log__was").textContent === "Kitchen" && document.querySelector(".log__now").textContent === "Canteen"`)
	ada.Type("#q", "sign")
	ada.Submit(".toolbar button", arrived+` && location.search.includes("q=sign") && document.querySelectorAll(".log__entry").length === 1`)
	ada.Sees("signed in as administrator")
}

// database is the server's, beside it.
func (s *Server) database() *sql.DB {
	s.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(s.data, "parley.db"))
	if err != nil {
		s.t.Fatal(err)
	}
	return db
}
