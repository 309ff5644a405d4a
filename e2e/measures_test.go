package e2e

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/jmoiron/sqlx"
)

// change changes the server's database, unseen by the server.
func (s *Server) change(statement string, args ...any) {
	s.t.Helper()
	db, err := sqlx.Connect("sqlite", filepath.Join(s.data, "parley.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement, args...); err != nil {
		s.t.Fatal(err)
	}
}

// ends lets the time of all that is in force be over: the server notices within a second.
func (s *Server) ends() {
	s.t.Helper()
	s.change("update measures set until_at = at + 1 where ended_at = 0")
}

// appoint gives name the role.
func (s *Server) appoint(name, role string) {
	s.t.Helper()
	s.change("update users set role = $1 where username_key = $2", role, name)
}

// judgedBy is Ada, who administers, and Ben with two tabs, all in the Lobby.
func judgedBy(t *testing.T) (s *Server, ada, ben, other *Window) {
	s = serve(t)
	ada, ben = window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	other = ben.second()
	for _, w := range []*Window{ada, ben, other} {
		w.Open("/rooms/1-lobby")
		w.Until(connected)
	}
	return s, ada, ben, other
}

// Act does something to Ben, or to the Lobby, from the page about them.
func (w *Window) Act(path, kind string, fill func()) {
	w.t.Helper()
	w.Open(path)
	w.Until(arrived)
	w.Click(`.measure:has(#do-` + kind + `) summary`)
	reason := "harassment"
	switch kind {
	case "slow", "lock":
		reason = "heated"
	case "wait", "newcomer":
		reason = "spam"
	}
	w.do(setValue("#"+kind+"-reason", reason))
	if fill != nil {
		fill()
	}
	w.Submit("#do-"+kind+" .form__actions button", arrived+` && document.querySelector(".saved")`)
}

// Lift lifts the newest of what was done, on the page where the window is.
func (w *Window) Lift() {
	w.t.Helper()
	w.Submit("form[action$='/lift'] button", arrived+` && document.querySelector(".saved")?.textContent.includes("Lifted")`)
}

const restraint = `document.querySelector("#restraint").textContent`

func TestAHiddenMessageIsAPlaceholderForOthersAtOnceAndItsAuthorReadsIt(t *testing.T) {
	t.Parallel()
	_, ada, ben, other := judgedBy(t)
	cleo := window(t, ada.s)
	cleo.Joins("Cleo")
	cleo.Until(connected)
	ben.Say("You are all fools")
	ada.Shows("You are all fools")
	cleo.Shows("You are all fools")
	ada.Click("#m-1-1 .message__tool--more")
	ada.Until(`document.querySelector("#editor a[href$='/hide']")`)
	ada.Click("#editor a[href$='/hide']")
	ada.Until(`document.querySelector("#editor form[action='/measures']")`)
	ada.do(setValue("#reason", "harassment"))
	ada.Type("#words", "Please do not call people names.")
	ada.Submit("#editor .button--danger", arrived+` && document.querySelector("#m-1-1 .message__gone")`)
	for _, w := range []*Window{ben, other, cleo} {
		w.Within(soon, `document.querySelector("#m-1-1 .message__gone")?.textContent.includes("hidden")`)
		if eval[bool](w, `document.documentElement.outerHTML.includes("You are all fools")`) {
			t.Error("the text is still on a page")
		}
	}
	if eval[bool](cleo, `document.querySelector("#m-1-1 a[href$='/hidden']").checkVisibility()`) {
		t.Error("Cleo is offered to read it")
	}
	for _, w := range []*Window{ben, other} {
		w.Until(`document.querySelector("#rooms-list a[href='/notices'] .badge")?.textContent.includes("1")`)
	}
	ben.Click("#m-1-1 a[href$='/hidden']")
	ben.Until(`document.querySelector("#editor .editor__quote")?.textContent === "You are all fools"`)
	ben.Submit("#editor a[href='/notices']", arrived+` && document.querySelector(".notice-card")`)
	ben.Sees("Please do not call people names.")
	other.Until(`!document.querySelector("#rooms-list a[href='/notices']")`)

	ada.Open("/rooms/1-lobby")
	ada.Until(connected)
	ada.Click("#m-1-1 .message__tool--more")
	ada.Until(`document.querySelector("#editor a[href$='/hidden']")`)
	ada.Click("#editor a[href$='/hidden']")
	ada.Until(`document.querySelector("#editor form[action$='/lift']")`)
	ada.Submit("#editor form[action$='/lift'] button", arrived+` && document.querySelector("#m-1-1 .message__body")`)
	other.Shows("You are all fools")
	cleo.Shows("You are all fools")
}

func TestATimeOutSaysUntilWhenInBothTabsAndEndsByItself(t *testing.T) {
	t.Parallel()
	s, ada, ben, other := judgedBy(t)
	ada.Act("/people/2/moderate?room=1", "time-out", func() {
		ada.do(setValue("#time-out-for", "1h"))
		ada.Type("#time-out-words", "Sleep on it.")
	})
	for _, w := range []*Window{ben, other} {
		w.Within(soon, restraint+`.includes("You cannot write here until")`)
		w.Until(restraint + `.includes(". Reason: Harassment or bullying.") && document.querySelector("#restraint q")?.textContent === "Sleep on it." && document.querySelector("#restraint a[href='/notices']")`)
	}
	ben.Allow("status of 403")
	ben.Type("#composer-text", "But I have something to say\n")
	ben.Until(`document.querySelector("#notice").textContent.includes("time-out") && document.querySelector("#composer-text").value.trim() === "But I have something to say"`)
	ada.Lift()
	for _, w := range []*Window{ben, other} {
		w.Within(soon, restraint+`.trim() === ""`)
	}
	// One that ends by itself, while he types.
	ada.person().post("/measures", map[string][]string{"kind": {"time-out"}, "user": {"2"}, "for": {"1h"}, "reason": {"spam"}})
	for _, w := range []*Window{ben, other} {
		w.Until(restraint + `.includes("You cannot write here until")`)
	}
	ben.Press(kb.End)
	ben.Press(",")
	s.ends()
	ben.Press(" now")
	for _, w := range []*Window{ben, other} {
		w.Until(restraint + `.trim() === ""`)
	}
	ben.Click("#composer-text")
	ben.Press(kb.Enter)
	ben.Until(composed + ` && document.getElementById("composer-text").value === ""`)
	other.Shows("But I have something to say, now")
}

func TestSlowModeAndALockAreSaidAtOnceAndKeepTheText(t *testing.T) {
	t.Parallel()
	_, ada, ben, other := judgedBy(t)
	ada.Act("/rooms/1/moderate", "slow", func() { ada.Type("#slow-amount", "60") })
	for _, w := range []*Window{ben, other} {
		w.Within(soon, restraint+`.includes("one message in 60 seconds")`)
	}
	ben.Say("one")
	ben.Allow("status of 403")
	ben.Type("#composer-text", "two\n")
	// One sentence says so, and counts on both of his pages; nobody else is told.
	const kept = `document.querySelector("#composer-text").value.trim() === "two" && document.activeElement.id === "composer-text"`
	ben.Until(`/again in \d+ seconds/.test(document.querySelector("#notice").textContent) && !document.querySelector(".room__slow").checkVisibility() && ` + kept)
	ben.Until(`document.querySelector("#notice .wait").textContent.includes("in 55 seconds") && ` + kept)
	other.Until(`/again in [1-5]\d seconds/.test(document.querySelector(".room__slow .wait").textContent)`)
	if eval[bool](ada, `!!document.querySelector(".wait")`) {
		t.Error("who moderates waits")
	}
	ben.Press(kb.End)
	ben.Press("!")
	ada.person().post("/measures", map[string][]string{"kind": {"slow"}, "room": {"1"}, "amount": {"20"}, "for": {"1h"}, "reason": {"heated"}})
	for _, w := range []*Window{ben, other} {
		w.Until(`document.querySelector(".room__slow .wait").textContent === "You can write again." && document.querySelector("#notice").textContent.trim() === ""`)
	}
	ben.Until(`document.querySelector("#composer-text").value.trim() === "two!" && document.activeElement.id === "composer-text"`)
	ben.Press(kb.Enter)
	ben.Shows("two!")
	other.Until(`/again in \d+ seconds/.test(document.querySelector(".room__slow .wait").textContent)`)
	ada.Act("/rooms/1/moderate", "lock", func() { ada.Type("#lock-words", "We go on tomorrow, with cooler heads.") })
	for _, w := range []*Window{ben, other} {
		w.Within(soon, restraint+`.includes("locked this room until") && document.querySelector("#restraint a[href$='/moderation/log']")`)
		w.Sees("Heated discussion")
		w.Sees("We go on tomorrow, with cooler heads.")
	}
	ada.Lift() // the lock
	other.Within(soon, restraint+`.includes("one message in 20 seconds")`)
	ada.Lift()
	other.Within(soon, restraint+`.includes("one message in 60 seconds")`)
	ada.Lift()
	other.Within(soon, restraint+`.trim() === ""`)
	// A mistake keeps what was chosen.
	ada.Allow("status of 422")
	ada.Click(`.measure:has(#do-slow) summary`)
	ada.Type("#slow-amount", "100000")
	ada.do(setValue("#slow-for", "8h"), setValue("#slow-reason", "off-topic"))
	ada.Submit("#do-slow .form__actions button", arrived+` && document.querySelector("#slow-amount-error") && document.querySelector("#slow-amount").value === "100000" && document.querySelector("#slow-for").value === "8h" && document.querySelector("#slow-reason").value === "off-topic"`)
	// So does an end of one's own, whose field is there for who chooses one.
	const end = `document.querySelector("#lock-end").checkVisibility()`
	ada.Click(`.measure:has(#do-lock) summary`)
	ada.Until("!" + end)
	ada.do(setValue("#lock-for", "own"), setValue("#lock-reason", "off-topic"), setValue("#lock-end", "2020-01-01T10:00"))
	ada.Until(end)
	ada.Submit("#do-lock .form__actions button", arrived+` && document.querySelector("#lock-end-error") && document.querySelector("#lock-end").value === "2020-01-01T10:00"`)
	ada.do(setValue("#lock-end", "2099-12-31T18:00"))
	ada.Submit("#do-lock .form__actions button", arrived+` && document.querySelector(".saved")`)
	other.Within(soon, restraint+`.includes("locked this room until") && `+restraint+`.includes("2099")`)
	// Ben reads what was done, and not who did it.
	ben.Open("/rooms/1/moderation/log")
	ben.Until(arrived)
	ben.Sees("Lock the room")
	if eval[bool](ben, `document.querySelector("main").textContent.includes("Ada")`) {
		t.Error("the log for members names the moderator")
	}
}

func TestABanEndsBothTabsAndAnObjectionFromOutsideIsGranted(t *testing.T) {
	t.Parallel()
	s, ada, ben, other := judgedBy(t)
	cleo := window(t, s)
	cleo.Joins("Cleo") // the second who can decide: of the same rank
	s.appoint("cleo", "administrator")
	cleo.Reload()
	ada.Act("/people/2/moderate", "ban", func() { ada.Type("#ban-words", "You have threatened people.") })
	for _, w := range []*Window{ben, other} {
		w.Within(soon, `document.querySelector("#live").textContent.includes("You are signed out")`)
	}
	ben.Allow("status of 403", "status of 401")
	ben.Open("/login")
	ben.Type("#login", "Ben")
	ben.Type("#password", password)
	ben.Submit("form.card button", arrived+` && document.querySelector("form[action='/appeal']")`)
	ben.Sees("You cannot sign in any more.")
	ben.Sees("You have threatened people.")

	cleo.Open("/moderation/appeals")
	cleo.Until(connected + ` && document.querySelector("#appeals .empty")`)
	ben.Type("#text", "It was not me, somebody had my password")
	ben.Submit("form[action='/appeal'] button", arrived+` && !document.querySelector("form[action='/appeal']")`)
	ben.Sees("You have objected.")
	cleo.Until(`document.querySelector("#appeals .notice-card")?.textContent.includes("somebody had my password")`)
	ada.Open("/moderation/appeals")
	ada.Until(arrived + ` && document.querySelector("#appeals .notice-card")?.textContent.includes("somebody else decides")`)
	ada.Until(connected)
	cleo.Submit("#appeals .button--main", arrived+` && document.querySelector("#appeal")`)
	cleo.Type("#answer", "That is plausible. Choose another password.")
	cleo.Submit("#appeal .button--main", arrived+` && document.querySelector(".saved")`)
	ada.Until(`document.querySelector("#appeals").textContent.includes("That is plausible")`)
	ben.Returns("Ben")
	ben.Until(`document.querySelector("#rooms-list a[href='/notices']")`)
	ben.Open("/notices")
	ben.Sees("You were right: it was lifted.")
}

func TestAnObjectionIsAtOnceInTheListOfWhoModeratesItsRoomAndGoneWithTheRoom(t *testing.T) {
	t.Parallel()
	s, ada, ben, other := judgedBy(t)
	cleo := person(t, s, "cleo")
	ben.Open("/rooms/new") // he moderates what he makes
	ben.Type("#name", "Kitchen")
	ben.Submit("main form .button--main", inRoom+` && location.pathname === "/rooms/2-kitchen"`)
	cleo.post("/rooms/2/join", nil)
	ben.Open("/moderation/appeals")
	ben.Until(connected + ` && document.querySelector("#appeals .empty")`)
	eve := person(t, s, "eve") // beside him, who does not rank above him
	eve.post("/rooms/2/join", nil)
	ben.person().post("/rooms/2/moderators", map[string][]string{"user": {"4"}, "is": {"yes"}})
	eve.post("/measures", map[string][]string{"kind": {"time-out"}, "user": {"3"}, "room": {"2"}, "for": {"1h"}, "reason": {"spam"}})
	cleo.post("/notices/1/appeal", map[string][]string{"text": {"I only asked for salt"}})
	ben.Within(soon, `document.querySelector("#appeals .notice-card")?.textContent.includes("only asked for salt")`)

	// Once what it is about is lifted, nobody waits any more, on any page.
	mod := person(t, s, "mod")
	s.appoint("mod", "moderator")
	ada.Open("/moderation/appeals")
	ada.Until(connected + ` && document.querySelector("#appeals .button--main")`)
	mod.post("/measures/1/lift", nil)
	for _, w := range []*Window{ada, ben} {
		w.Until(`document.querySelector("#appeals .empty") && document.querySelector("#appeal-1").textContent.includes("Lifted before anybody had decided about it")`)
	}
	if page := cleo.read("/notices"); !strings.Contains(page, "nobody has to decide about your objection any more") {
		t.Error("who objected is not told on their notices")
	}
	other.person().post("/rooms/2/leave", nil)
	ben.Until(`document.querySelector("#live").textContent.includes("no longer for you to see")`)
}

func TestActsNoticesAndObjectionsWorkWithoutScripts(t *testing.T) {
	t.Parallel()
	_, ada, ben, _ := judgedBy(t)
	ben.Say("Hello")
	for _, w := range []*Window{ada, ben} {
		w.Script(false)
	}
	ada.Open("/people/2")
	ada.Submit("a[href='/people/2/moderate']", arrived+` && document.querySelector("#do-warn")`)
	ada.Act("/people/2/moderate", "warn", func() { ada.Type("#warn-words", "Once more, and there is a time-out.") })
	ada.Open("/rooms/1/messages/1/hide")
	ada.do(setValue("#reason", "spam"))
	ada.Submit("#editor .button--danger", arrived+` && document.querySelector("#m-1-1 .message__gone")`)
	ben.Open("/rooms/1-lobby")
	ben.Submit("#rooms-list a[href='/notices']", arrived+` && document.querySelectorAll(".notice-card").length === 2`)
	ben.Sees("Once more, and there is a time-out.")
	ben.Sees("Nobody else here may decide about this")
	ben.Type("#notice-1 textarea", "What for?")
	ben.Submit("#notice-1 .button", arrived+` && document.querySelector(".saved")`)
	ada.Open("/moderation/appeals")
	ada.Submit("#appeals .button--main", arrived+` && document.querySelector("#appeal")`)
	ada.Type("#answer", "For the third time today.")
	ada.Submit("#appeal .button:not(.button--main)", arrived+` && document.querySelector(".saved")`)
	ben.Open("/notices")
	ben.Sees("It stays as it is.")
	ben.Sees("For the third time today.")
}
