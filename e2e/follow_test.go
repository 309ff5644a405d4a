package e2e

import (
	"encoding/json"
	"testing"
	"time"
)

// framed says whether a frame of the page, read from outside, has text.
func (w *Window) framed(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		w.t.Fatal(err)
	}
	return `[...document.querySelectorAll("iframe")].some(f => f.contentDocument?.body?.textContent.includes(` + string(quoted) + `))`
}

func TestARoomIsFollowedLiveWithoutScripts(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ada.Until(connected)
	ben.Script(false)
	ben.Joins("Ben")
	ben.Submit(".room__follow a", arrived+` || location.pathname.endsWith("/follow")`)
	ada.Until(`document.querySelector("#here-2 .presence--online")`)
	ada.Say("Can you read this?")
	ben.Until(ben.framed("Can you read this?"))
	ada.Say("And this?")
	ben.Until(ben.framed("And this?"))

	// An edit and a delete arrive, too.
	ada.person().edit(1, "Can you really read this?")
	ben.Until(ben.framed("Can you really read this?"))
	ada.person().post("/rooms/1/messages/2/delete", nil)
	ben.Until("!" + ben.framed("And this?"))

	// He answers in the other frame.
	ben.person().post("/rooms/1/messages", map[string][]string{"body": {"I can"}, "key": {"one"}, "frame": {"write"}})
	ada.Shows("I can")
	ben.Until(ben.framed("I can"))

	// After a crash it goes on by itself.
	s.Kill()
	s.Start()
	ada.Until(connected)
	ada.Say("Still there?")
	ben.Until(ben.framed("Still there?"))

	// Who is suspended reads so in place of the messages, and where to sign in.
	ben.Allow("status of 401")
	ada.Act("/people/2/moderate", "suspend", nil)
	ben.Until(ben.framed("Your account is suspended, so you are signed out.") + ` && ![...document.querySelector("iframe[name=stream]").contentDocument.querySelectorAll(".message")].some(m => m.checkVisibility())`)
	ben.Screenshot("frames-1440-suspended")
	ben.Submit(".follow__again a", ben.framed("You are signed out."))
	ben.size(360, 740)
	ben.Screenshot("frames-360-signed-out")
}

func TestAFrameThatHasLostItsServerIsLoadedAgainByALink(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.LoseServer()
	ben.Script(false)
	ben.Joins("Ben")
	ben.Submit(".room__follow a", arrived+` || location.pathname.endsWith("/follow")`)
	ada.Say("Before the outage")
	ben.Until(ben.framed("Before the outage"))
	s.Kill()
	// The frame tries again by itself, once, and finds nobody.
	ben.Within(30*time.Second, `document.querySelector("iframe[name=stream]").contentDocument === null`)
	s.Start()
	ada.Until(connected)
	ada.Say("After the outage")
	ben.Submit(".follow__again a", ben.framed("After the outage"))
	ada.Say("Live again")
	ben.Until(ben.framed("Live again"))
	ben.size(360, 740)
	ben.Screenshot("follow-360")
}
