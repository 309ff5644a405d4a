package e2e

import (
	"testing"
	"time"
)

// moderated is a server on which Ada administers; Ben and Cleo talk directly in room 2.
func moderated(t *testing.T) (s *Server, ada, ben, cleo *Window) {
	s = serve(t)
	ada, ben, cleo = window(t, s), window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	cleo.Joins("Cleo")
	ben.Open("/direct/new")
	ben.Click("input[name=with][value='3']")
	ben.Submit("main form .form__actions button", inRoom+` && location.pathname === "/rooms/2-direct"`)
	ben.Until(connected)
	cleo.Open("/rooms/2-direct")
	cleo.Until(connected)
	return s, ada, ben, cleo
}

// Report reports the message with the id from its room's page.
func (w *Window) Report(message, reason, note string) {
	w.t.Helper()
	w.Click("#" + message + " .message__tool--more")
	w.Until(`document.querySelector("#editor a[href$='/report']")`)
	w.Click("#editor a[href$='/report']")
	w.Until(`document.querySelector("#editor #report")`)
	w.do(setValue("#reason", reason))
	w.Type("#note", note)
	w.Click("#report .button--danger")
	w.Until(`document.querySelector("#editor a[href='/reports']") && document.querySelector("#editor button[value=mute]") && document.querySelector("#editor button[value=block]")`)
}

func TestAReportFromADirectConversationIsInTheQueueAtOnceAndItsReporterSeesTheOutcome(t *testing.T) {
	t.Parallel()
	_, ada, ben, cleo := moderated(t)
	queue := ada.second()
	queue.Open("/moderation")
	queue.Until(connected + ` && document.querySelector("#queue .empty")`)
	ben.Say("You are a fool, Cleo")
	ben.Say("And this is between us")
	cleo.Shows("And this is between us")

	// A mistake is said at its field, and the note stays.
	cleo.Click("#m-2-1 .message__tool--more")
	cleo.Until(`document.querySelector("#editor a[href$='/report']")`)
	cleo.Click("#editor a[href$='/report']")
	cleo.Until(`document.querySelector("#editor #report")?.textContent.includes("nothing else of this conversation")`)
	cleo.Type("#note", "He does this all the time")
	cleo.Allow("status of 422")
	cleo.Click("#report .button--danger")
	cleo.Until(`document.querySelector("#reason-error") && document.querySelector("#note").value === "He does this all the time"`)
	cleo.do(setValue("#reason", "harassment"))
	cleo.Click("#report .button--danger")
	cleo.Until(`document.querySelector("#editor a[href='/reports']")`)

	queue.Until(`document.querySelector("#case-1 .case__text")?.textContent.includes("You are a fool, Cleo")`)
	ada.Until(`document.querySelector("#rooms-list a[href='/moderation'] .badge")?.textContent.startsWith("1 ")`) // wherever she is
	mine := cleo.second()
	mine.Open("/reports")
	mine.Until(connected + ` && document.querySelector("#report-1")?.textContent.includes("have it before them")`)

	// What the author does now does not take the evidence away.
	ben.Click("#m-2-1 .message__tool--more")
	ben.Until(`document.querySelector("#editor a[href$='/delete']")`)
	ben.Click("#editor a[href$='/delete']")
	ben.Until(`document.querySelector("#delete")`)
	ben.Click("#delete button")
	ben.Until(`document.querySelector("#m-2-1 .message__gone")`)

	queue.Submit("#case-1 .case__link", arrived+` && document.querySelector("#case-file blockquote")?.textContent === "You are a fool, Cleo"`)
	queue.Until(connected)
	if eval[bool](queue, `document.body.textContent.includes("And this is between us")`) {
		t.Error("the moderator sees what was not reported")
	}
	queue.Sees("He does this all the time")
	queue.do(setValue("#kind", "warn"))
	queue.Type("#words", "Please stop that.")
	mine.hide(true) // what is shown in front counts as read
	queue.Submit("#act .button--danger", arrived+` && document.querySelector("#case-state[data-hold='closed']")`)
	mine.Until(`document.querySelector("#report-1")?.textContent.includes("did something about it")`)
	if eval[bool](mine, `document.querySelector("#reports").textContent.includes("Ada")`) {
		t.Error("the reporter sees who decided")
	}

	// Wherever she is she sees that something became of it, until she has looked; and so
	// when it is lifted after an objection.
	const news = `document.querySelector("#rooms-list a[href='/reports'] .badge")`
	cleo.Until(news + `?.textContent === "1"`)
	mine.Open("/reports")
	mine.Until(connected)
	cleo.Until("!" + news)
	mine.hide(true)
	ben.person().post("/notices/1/appeal", map[string][]string{"text": {"It was a joke between us"}})
	ada.person().post("/moderation/appeals/1", map[string][]string{"granted": {"yes"}, "answer": {"Then I see it otherwise."}})
	cleo.Until(news + `?.textContent === "1"`)
	mine.Until(`document.querySelector("#report-1")?.textContent.includes("something of that was lifted again")`)
}

// caseOfTwo is a case about what Dan wrote in Ben's room, on the pages of Ada, who
// administers, and of Ben.
func caseOfTwo(t *testing.T) (ada, ben *Window) {
	s := serve(t)
	ada, ben = window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	cleo, dan := person(t, s, "cleo"), person(t, s, "dan")
	// Ben made the room, and so moderates it.
	ben.Open("/rooms/new")
	ben.Type("#name", "Kitchen")
	ben.Submit("main form .button--main", inRoom+` && location.pathname === "/rooms/2-kitchen"`)
	for _, p := range []*Person{cleo, dan} {
		p.post("/rooms/2/join", nil)
	}
	dan.post("/rooms/2/messages", map[string][]string{"body": {"Who ate my soup, you thieves?"}, "key": {"1"}})
	ben.Open("/rooms/2/moderation")
	ben.Until(connected + ` && document.querySelector("#queue .empty")`)
	cleo.post("/rooms/2/messages/1/report", map[string][]string{"reason": {"harassment"}})
	ben.Until(`document.querySelector("#case-1")`)
	for _, w := range []*Window{ada, ben} {
		w.Open("/moderation/cases/1")
		w.Until(connected + ` && document.querySelector("#case-state[data-hold='free']")`)
	}
	return ada, ben
}

func TestTwoModeratorsSeeAtOnceWhoHasACase(t *testing.T) {
	t.Parallel()
	ada, ben := caseOfTwo(t)
	const addresses = `document.querySelector("#act input[name='addresses']").checkVisibility()`
	ada.Until("!" + addresses)
	ada.do(setValue("#kind", "ban"))
	ada.Until(addresses)
	ada.do(setValue("#kind", ""))
	ada.Type("#words", "Half a sentence")

	ben.Submit("#case-state button[formaction$='/taker']", arrived+` && document.querySelector("#case-state[data-hold='mine']")`)
	ben.Until(connected)
	ada.Until(`document.querySelector("#case-state[data-hold='other']")?.textContent.includes("Ben has this case")`)
	if got := eval[string](ada, `document.querySelector("#words").value`); got != "Half a sentence" {
		t.Errorf("what Ada was writing is now %q", got)
	}
	// Her words are still to be read and copied, under a sentence that says why they wait.
	const waits = `document.querySelector("#act").checkVisibility() && document.querySelector("#act-go button").disabled && document.querySelector("#act-held")`
	ada.Until(waits + `.textContent.includes("\u2068Ben\u2069 has this case now")`)
	eval[string](ada, `document.querySelector("#words").value = ""`)
	ada.Until(`!document.querySelector("#act").checkVisibility()`) // there is nothing to keep, and nothing to do
	ada.Type("#text", "I know the two of them")
	ada.Submit("#note .button", arrived+` && document.querySelector("#case-file").textContent.includes("I know the two of them")`)
	ada.Until(connected)
	ben.Until(`document.querySelector("#case-file").textContent.includes("I know the two of them")`)

	// Taking it over keeps them, and so does losing it again.
	eval[string](ada, `document.querySelector("#words").value = "A whole sentence"`)
	ada.Until(waits)
	ada.do(setValue("#kind", "warn"))
	ada.Submit("#case-state button[formaction$='/taker']", arrived+` && document.querySelector("#case-state[data-hold='mine']") && document.querySelector("#words").value === "A whole sentence" && document.querySelector("#kind").value === "warn" && !document.querySelector("#act-go button").disabled`)
	ada.Until(connected)
	ben.Until(`document.querySelector("#case-state[data-hold='other']")`)
	ben.Submit("#case-state button[formaction$='/taker']", arrived+` && document.querySelector("#case-state[data-hold='mine']")`)
	ben.Until(connected)
	ada.Until(waits + ` && document.querySelector("#words").value === "A whole sentence"`)

	// One more report joins the case, at once, on both pages.
	ada.person().post("/rooms/2/join", nil)
	ada.person().post("/rooms/2/messages/1/report", map[string][]string{"reason": {"off-topic"}})
	for _, w := range []*Window{ada, ben} {
		w.Until(`document.querySelectorAll("#told-1, #told-3").length === 2`)
	}

	// Handed over, it is Ada's, on both pages.
	ben.Click("summary")
	ben.do(setValue("#to", "1"))
	ben.Submit("#give .button", arrived+` && document.querySelector("#case-state[data-hold='other']")`)
	ada.Until(`document.querySelector("#case-state[data-hold='mine']") && document.querySelector("#act").checkVisibility()`)
	ben.Until(connected)
	list := ben.second()
	list.Open("/rooms/2/moderation")
	list.Click(".filter summary")
	list.do(setValue("#reason", "harassment"))
	list.Submit(".filter .button--main", arrived+` && document.querySelector(".filter__what").textContent === "Harassment or bullying"`)
	list.Until(connected + ` && document.querySelector("#case-1")`)
	ada.Submit("#case-state button[formaction$='/close']", arrived+` && document.querySelector("#case-state[data-hold='closed']")`)
	ben.Until(`document.querySelector("#case-state[data-hold='closed']")?.textContent.includes("nothing was done")`)
	list.Until(`!document.querySelector("#case-1") && document.querySelector("#queue .empty").textContent.includes("fits the filter")`)
	ada.Submit("#case-state button[formaction$='/reopen']", arrived+` && document.querySelector("#case-state[data-hold='mine']")`)
	list.Until(`document.querySelector("#case-1 .case__link").getAttribute("href") === "/moderation/cases/1?reason=harassment"`)
	ben.Until(`document.querySelector("#case-state[data-hold='other']")`)

	// What one does, the other sees at once, and the end of it; who administers is above
	// who moderates, and so lifts it where they see it.
	ada.do(setValue("#kind", "time-out.room"))
	ada.Submit("#act .button--danger", arrived+` && document.querySelector("#case-file button[formaction='/measures/1/lift']")`)
	ada.Until(connected)
	ben.Until(`document.querySelector("#done-title") && !document.querySelector("#case-file button[formaction$='/lift']")`)
	ada.Submit("#case-file button[formaction='/measures/1/lift']", arrived+` && location.pathname === "/moderation/cases/1" && document.querySelector(".saved")`)
	ben.Until(`document.querySelector("#case-file").textContent.includes("Lifted by \u2068Ada\u2069")`)
}

// What was reported outlives its author's account, and ends with its time.
func TestWhatWasReportedIsKeptUntilNinetyDaysAfterItsCaseClosed(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Joins("Ada")
	ben, cleo := person(t, s, "ben"), person(t, s, "cleo")
	ben.Post("You are a fool, Cleo")
	cleo.post("/rooms/1/messages/1/report", map[string][]string{"reason": {"harassment"}, "note": {"He does this all the time"}})
	const copied, note = `document.querySelector("#case-file blockquote")?.textContent === "You are a fool, Cleo"`, `document.querySelector("#case-file").textContent.includes("He does this all the time")`
	ada.Open("/moderation/cases/1")
	ada.Until(connected + " && " + copied)
	ben.post("/profile/delete", map[string][]string{"messages": {"erase"}, "password": {password}})
	room := ada.second()
	room.Open("/rooms/1-lobby")
	room.Until(`document.querySelector("#m-1-1 .message__gone")`)
	ada.Open("/moderation/cases/1")
	ada.Until(connected + " && " + copied + " && " + note)
	ada.Submit("#case-state button[formaction$='/close']", arrived+` && document.querySelector("#case-state[data-hold='closed']")`)
	for _, days := range []time.Duration{89, 2} {
		if err := s.Stop(); err != nil {
			t.Fatal(err)
		}
		s.change("update cases set closed_at = closed_at - $1", (days * 24 * time.Hour).Microseconds())
		s.Start() // it looks for such things as it begins, and each hour
		if days == 89 {
			ada.Open("/moderation/cases/1")
			ada.Until(connected + " && " + copied + " && " + note)
			continue
		}
		eventually(t, "the copy is gone", func() bool {
			ada.Open("/moderation/cases/1")
			ada.Until(connected)
			return eval[bool](ada, "!("+copied+") && !"+note)
		})
	}
	ada.Open("/moderation?tab=closed")
	ada.Sees("The copy was erased 90 days after the case closed.")
}

func TestAPersonIsReportedFromTheirPage(t *testing.T) {
	t.Parallel()
	s, ada, ben, cleo := moderated(t)
	cleo.Allow("status of 422")
	cleo.Open("/people/2")
	cleo.Submit("a[href='/people/2/report']", arrived+` && document.querySelector("#report")`)
	cleo.Type("#note", "Every day")
	cleo.Submit("#report .button--danger", arrived+` && document.querySelector("#reason-error") && document.querySelector("#note").value === "Every day"`)
	cleo.do(setValue("#reason", "harassment"))
	cleo.Submit("#report .button--danger", arrived+` && location.pathname === "/reports" && document.querySelector("#report-1") && document.querySelector("[role=status]")`)

	// What she reports once more is the same, the oldest of equals comes first, and what
	// two report before both.
	dan, eve := person(t, s, "dan"), person(t, s, "eve")
	ben.person().post("/rooms/2/messages", map[string][]string{"body": {"You are a fool, Cleo"}, "key": {"1"}})
	for _, report := range []struct {
		by   *Person
		path string
	}{{dan, "/people/5"}, {dan, "/people/3"}, {eve, "/people/3"}, {cleo.person(), "/people/2"}, {cleo.person(), "/rooms/2/messages/1"}, {cleo.person(), "/rooms/2/messages/1"}} {
		report.by.post(report.path+"/report", map[string][]string{"reason": {"spam"}})
	}
	ada.person().post("/measures", map[string][]string{"kind": {"warn"}, "user": {"2"}, "reason": {"harassment"}, "words": {"Not every day"}})
	ada.Open("/moderation")
	ada.Until(arrived + ` && [...document.querySelectorAll("#queue .case")].map(e => e.id + " " + e.querySelector(".case__count b").textContent).join() === "case-3 2,case-1 1,case-2 1,case-4 1"`)
	cleo.Open("/reports")
	cleo.Until(arrived + ` && [...document.querySelectorAll("main [id^='report-']")].map(e => e.id).sort().join() === "report-1,report-4"`)

	// With a case is what was reported of the same person before, and what was done.
	ada.Open("/moderation/cases/4")
	ada.Until(arrived + ` && (e => e.querySelector("#case-1") && !e.querySelector("#case-2, #case-3, #case-4") && e.textContent.includes("Not every day"))(document.querySelector("section[aria-labelledby='before-title']"))`)
}

func TestReportsAndCasesWorkWithoutScripts(t *testing.T) {
	t.Parallel()
	_, ada, ben, cleo := moderated(t)
	ben.Say("You are a fool, Cleo")
	cleo.Shows("You are a fool, Cleo")
	for _, w := range []*Window{ada, cleo} {
		w.Script(false)
		w.Allow("status of 422")
	}
	cleo.Open("/rooms/2-direct")
	cleo.Submit("#m-2-1 .message__tool--more", arrived+` && document.querySelector("#editor a[href$='/report']")`)
	cleo.Submit("#editor a[href$='/report']", arrived+` && document.querySelector("#report")`)
	cleo.Type("#note", "Every day")
	cleo.Submit("#report .button--danger", arrived+` && document.querySelector("#reason-error") && document.querySelector("#note").value === "Every day"`)
	cleo.do(setValue("#reason", "harassment"))
	cleo.Submit("#report .button--danger", arrived+` && location.pathname === "/reports" && document.querySelector("#report-1")`)
	cleo.Open("/people/2")
	cleo.Submit("a[href='/people/2/report']", arrived+` && document.querySelector("#report")`)
	cleo.do(setValue("#reason", "hate"))
	cleo.Submit("#report .button--danger", arrived+` && location.pathname === "/reports" && document.querySelector("#report-2")`)

	ada.Open("/")
	ada.Submit("a[href='/moderation']", arrived+` && document.querySelector("#case-2")`)
	ada.Click(".filter summary")
	ada.do(setValue("#reason", "harassment"))
	ada.Submit(".filter .button--main", arrived+` && document.querySelector("#case-1") && !document.querySelector("#case-2")`)
	ada.Submit("#case-1 .case__link", arrived+` && document.querySelector("#case-state[data-hold='free']")`)
	ada.Submit("#case-state button[formaction$='/taker']", arrived+` && document.querySelector("#case-state[data-hold='mine']")`)
	ada.Type("#text", "Not the first time")
	ada.Submit("#note .button", arrived+` && document.querySelector("#case-file").textContent.includes("Not the first time")`)
	ada.do(setValue("#kind", "warn"), setValue("#reason", ""))
	ada.Type("#words", "Please stop")
	ada.Submit("#act .button--danger", arrived+` && document.querySelector("#reason-error") && document.querySelector("#words").value === "Please stop"`)
	ada.do(setValue("#reason", "harassment"))
	ada.Submit("#act .button--danger", arrived+` && document.querySelector("#case-state[data-hold='closed']")`)
	ada.Open("/moderation?tab=closed")
	ada.Sees("Measures taken")
	cleo.Open("/reports")
	cleo.Sees("did something about it")
}
