package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"parley/store/storetest"
)

// removal is the form that takes person 2 out of a room for a day.
func removal(room string) url.Values {
	return url.Values{"kind": {"remove"}, "user": {"2"}, "room": {room}, "for": {"24h"}, "reason": {"spam"}, "words": {"Three watches are enough"}}
}

// says whether the page has all of texts.
func (a answer) says(texts ...string) bool {
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			return false
		}
	}
	return true
}

func TestWhoWasRemovedReadsWhyAtEveryAddressOfTheRoom(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		for i, kind := range []string{"open", "private"} {
			room := []string{"2", "3"}[i]
			ada.post("/rooms", url.Values{"name": {"Kitchen " + kind}, "topic": {"Lunch at noon"}, "kind": {kind}})
			ada.post("/rooms/"+room+"/members", url.Values{"person": {"ben"}})
			ada.post("/rooms/"+room+"/messages", draft("The soup is secret"))
			ada.post("/measures", removal(room))
			why := []string{"Kitchen " + kind, "A moderator removed you from this room", "You cannot come back until ", "Reason: Spam or advertising.", "Three watches are enough", `href="/notices#notice-` + []string{"1", "2"}[i] + `"`, "you can object"}
			for _, path := range []string{"", "-kitchen-" + kind, "-kitchen-" + kind + "?at=1", "-kitchen-" + kind + "?before=1", "/messages/1", "/messages/77", "/about", "/follow", "/messages/1/more"} {
				a := ben.get("/rooms/" + room + path)
				if a.StatusCode != http.StatusNotFound || !a.framedIn() || !a.says(why...) {
					t.Errorf("%s: %s, in the frame %t\n%s", path, a.Status, a.framedIn(), a.body)
				}
				if a.says("secret") || a.says("Lunch") || a.says("member") {
					t.Errorf("%s tells of the room\n%s", path, a.body)
				}
			}
			if a := ben.post("/rooms/"+room+"/messages", draft("May I?")); a.StatusCode != http.StatusNotFound || !a.says(why...) || !a.says("May I?</textarea>") {
				t.Errorf("he writes: %s\n%s", a.Status, a.body)
			}
			if a := ben.post("/rooms/"+room+"/messages", draft("May I?"), "HX-Request", "true"); a.StatusCode != http.StatusNotFound || !a.says(`id="notice"`, "A moderator removed you from this room until ", "Reason: Spam", `href="/notices#notice-`, "May I?</textarea>") {
				t.Errorf("he writes on the open page: %s\n%s", a.Status, a.body)
			}
			// The frames of the page that follows the room say it in a sentence.
			if a := ben.get("/rooms/" + room + "/stream"); a.StatusCode != http.StatusNotFound || a.framedIn() || !a.says("A moderator removed you from this room until ", `href="/notices#notice-`, `target="_top"`) {
				t.Errorf("he follows it: %s\n%s", a.Status, a.body)
			}
		}
		if a := ben.post("/rooms/2/join", nil); a.StatusCode != http.StatusForbidden || !a.framedIn() || !a.says("A moderator removed you from this room", "You cannot come back until ") {
			t.Errorf("he joins: %s\n%s", a.Status, a.body)
		}
		if a := ben.get("/rooms/2-kitchen-open", "Accept-Language", "de"); !a.says("Die Moderation hat dich aus diesem Raum entfernt", "Grund: Spam oder Werbung.") {
			t.Errorf("in German:\n%s", a.body)
		}
		ben.post("/notices/1/appeal", url.Values{"text": {"They were two"}})
		if a := ben.get("/rooms/2-kitchen-open"); !a.says("You have objected.", "Your objection") || a.says("you can object") {
			t.Errorf("he has objected:\n%s", a.body)
		}
		// Nobody else reads that, nor does he where he was never.
		cleo := w.signUp("cleo")
		if a := cleo.get("/rooms/3-kitchen-private"); a.StatusCode != http.StatusNotFound || a.says("Kitchen") {
			t.Errorf("Cleo: %s\n%s", a.Status, a.body)
		}
		ada.post("/rooms", url.Values{"name": {"Cellar"}, "kind": {"private"}})
		ada.post("/measures", removal("4"))
		if there, nowhere := ben.get("/rooms/4-cellar"), ben.get("/rooms/9-cellar"); there.says("Cellar") || there.StatusCode != nowhere.StatusCode || !there.says("There is nothing here") {
			t.Errorf("a private room that he was never in: %s\n%s", there.Status, there.body)
		}
	}, unlimited)
}

// Who has left a team is no offender, and reads nothing of that kind.
func TestWhoWorksElsewhereNowIsTakenOffARoomWithoutAReproach(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const why, option = "In another team, or on other work now", `<option value="elsewhere"`
		ada, ben := w.signUp("ada"), w.signUp("ben")
		if a := ada.get("/rooms/1/members/remove?user=2"); !a.says(option, why) {
			t.Errorf("the list of members does not offer it: %s\n%s", a.Status, a.body)
		}
		if page := ada.get("/people/2/moderate?room=1").body; strings.Count(page, option) != 1 {
			t.Errorf("%d acts offer it, want the removal alone", strings.Count(page, option))
		}
		form := removal("1")
		form.Set("reason", "elsewhere")
		form.Set("words", "")
		if a := ada.post("/rooms/1/members/remove", form); a.StatusCode != http.StatusSeeOther {
			t.Errorf("%s\n%s", a.Status, a.body)
		}
		if a := ben.get("/rooms/1-lobby"); !a.says("Reason: " + why + ".") {
			t.Errorf("Ben reads\n%s", a.body)
		}
		form.Set("kind", "warn")
		if a := ada.post("/measures", form); a.StatusCode != http.StatusUnprocessableEntity || !a.says("Choose a reason.") {
			t.Errorf("he is warned for it: %s", a.Status)
		}
	}, unlimited)
}

func TestThePageThatIsOpenIsToldWhyItsPersonWasRemoved(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		one, _ := ben.follow(`{"type":"resume","rev":"0"}`)
		two, _ := ben.follow(`{"type":"resume","rev":"0"}`)
		about, _, err := ben.dialAt("/live?part=members/1/2")
		if err != nil {
			t.Fatal(err)
		}
		defer about.Close()
		if err := about.WriteMessage(websocket.TextMessage, []byte(resume)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := about.ReadMessage(); err != nil { // until then it may be refused as one that comes back
			t.Fatal(err)
		}
		ada.post("/measures", removal("1"))
		why := []string{"A moderator removed you from this room until ", "Reason: Spam or advertising.", `href="/notices#notice-1"`}
		for name, c := range map[string]*websocket.Conn{"one": one, "the other": two, "that about the room": about} {
			if text, code := closed(t, c); code != 1008 || !(answer{body: text}).says(why...) {
				t.Errorf("%s: closed with %d, saying\n%s", name, code, text)
			}
		}
		// One that comes back is told the same.
		c, _, err := ben.dial()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if text, code := closed(t, c); code != 1008 || !(answer{body: text}).says(why...) {
			t.Errorf("it comes back: closed with %d, saying\n%s", code, text)
		}
		if a := ben.get("/rooms/1/live", "HX-Request", "true"); !a.says(why...) {
			t.Errorf("it asks where to connect:\n%s", a.body)
		}
	}, unlimited)
}

func TestTheListsOfRoomsOfferNoWayIntoOneThatOneWasRemovedFrom(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), unlimited)
	ada, ben := w.signUp("ada"), w.signUp("ben")
	for _, name := range []string{"Kitchen", "Kiosk", "King's Arms"} {
		ada.post("/rooms", url.Values{"name": {name}, "kind": {"open"}})
	}
	for _, room := range []string{"2", "3"} {
		form := removal(room)
		if room == "3" {
			form.Set("for", "") // until it is lifted
		}
		ada.post("/measures", form)
	}
	joins := func(room string) string { return `action="/rooms/` + room + `/join"` }
	for _, path := range []string{"/rooms", "/rooms?q=ki", "/rooms/list?q=ki"} {
		a := ben.get(path)
		if !a.says("You cannot come back until ", `href="/notices#notice-1"`, "You cannot come back until that is lifted.", `href="/notices#notice-2"`, `<span class="only-read"> Kitchen</span></a></p>`, joins("4")) || a.says(joins("2")) || a.says(joins("3")) {
			t.Errorf("%s: %s\n%s", path, a.Status, a.body)
		}
	}
	for _, path := range []string{"/go?q=ki", "/go/list?q=ki"} {
		a := ben.get(path)
		if !a.says("removed until ", `href="/rooms/2-kitchen"`, ">removed<", `href="/rooms/3-kiosk"`, joins("4")) || a.says(joins("2")) || a.says(joins("3")) {
			t.Errorf("%s: %s\n%s", path, a.Status, a.body)
		}
	}
	if a := ada.get("/rooms"); a.says("come back") {
		t.Errorf("Ada is told what Ben is\n%s", a.body)
	}
}

func TestWhoWasRemovedIsToldThatTheyCanComeBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		ada.post("/rooms", url.Values{"name": {"Kitchen"}, "kind": {"open"}})
		ben.post("/rooms/2/join", nil)
		ada.post("/measures", removal("1")) // he is in it
		ben.post("/rooms/2/leave", nil)
		ada.post("/measures", removal("2")) // he is not
		region := func(room, says string) {
			t.Helper()
			c, _, err := ben.dialAt("/live?part=barred/2/" + room)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if err := c.WriteMessage(websocket.TextMessage, []byte(resume)); err != nil {
				t.Fatal(err)
			}
			for {
				_, frame, err := c.ReadMessage()
				if err != nil {
					t.Fatalf("room %s: without %q: %v", room, says, err)
				}
				if strings.Contains(string(frame), `id="barred"`) && strings.Contains(string(frame), says) {
					return
				}
			}
		}
		region("1", "You cannot come back until ")
		if a := ben.get("/notices"); a.says("You can come back") || a.says("You are back in it") {
			t.Errorf("he can come back:\n%s", a.body)
		}
		ada.post("/measures/1/lift", nil)
		ada.post("/measures/2/lift", nil)
		region("1", `href="/rooms/1-lobby">Open the room`)
		region("2", `action="/rooms/2/join"`)
		region("9", "What kept you out has ended")
		if a := ben.get("/notices"); !a.says(`href="/rooms/1-lobby">You are back in it`, `href="/rooms/2-kitchen">You can come back`) {
			t.Errorf("he cannot come back:\n%s", a.body)
		}
		if a := ben.get("/rooms"); !a.says(`action="/rooms/2/join"`) || a.says("You cannot come back") {
			t.Errorf("the list of rooms:\n%s", a.body)
		}
		if a := ben.get("/rooms/2-kitchen"); a.StatusCode != http.StatusOK || !a.says(`action="/rooms/2/join"`) {
			t.Errorf("its address: %s\n%s", a.Status, a.body)
		}
		if a := ben.get("/rooms/1-lobby"); a.StatusCode != http.StatusOK || !a.says(`id="composer"`) {
			t.Errorf("the room that he was in: %s\n%s", a.Status, a.body)
		}
	}, unlimited)
}
