package handlers_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// english are sentences and labels that a German page must not have.
var english = regexp.MustCompile(`>(Send|Edit|Delete|Rooms|People|Profile|Sign out|Members|Save|Browse rooms|New message|Mark unread|edited)<|There is nothing|This message|Write something|You are `)

func TestWhoAsksForGermanIsAnsweredInGerman(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		ada.say("eins")
		for path, want := range map[string]string{
			"/rooms/1-lobby": "Senden", "/rooms": "Räume", "/rooms/new": "Wer hereinkommt", "/rooms/1/about": "Was du erfährst", "/profile": "Deine Zeitzone",
			"/go?q=zzz": "Nichts heißt so", "/direct/new": "Gespräch öffnen", "/people/1": "Profil bearbeiten", "/nothing": "Hier ist nichts",
		} {
			a := ada.get(path, "Accept-Language", "de-AT, en;q=0.5")
			if !strings.Contains(a.body, want) || !strings.Contains(a.body, `<html lang="de">`) {
				t.Errorf("%s: no %q, or not in German", path, want)
			}
			if found := english.FindString(a.body); found != "" {
				t.Errorf("%s: shows %q", path, found)
			}
		}
		a := ada.post("/rooms/1/messages", url.Values{"body": {" "}, "key": {"k"}}, "Accept-Language", "de", "HX-Request", "true")
		if !strings.Contains(a.body, "Schreib erst etwas.") {
			t.Errorf("a mistake: %s", a.body)
		}
		if a := ada.get("/rooms", "Accept-Language", "fr"); !strings.Contains(a.body, `<html lang="en">`) {
			t.Error("who asks for French is not answered in English")
		}
	})
}

func TestTheProfilesLanguageCountsMoreThanTheBrowsersAlsoLive(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		ada.post("/profile", url.Values{"name": {"Ada"}, "zone": {"UTC"}, "announce": {"all"}, "language": {"de"}})
		ada.say("one")
		ada.post("/rooms/1/messages/1", url.Values{"body": {"two"}})
		for b, want := range map[*browser]string{ada: "bearbeitet", ben: "edited"} {
			if a := b.get("/rooms/1-lobby", "Accept-Language", "en"); !strings.Contains(a.body, want) {
				t.Errorf("the page has no %q", want)
			}
			_, got := b.follow(`{"type":"resume","rev":"0","have":[]}`)
			if !strings.Contains(got, want) {
				t.Errorf("the socket has no %q: %s", want, got)
			}
			if strings.Contains(got, "Du bist nicht verbunden") != (b == ada) {
				t.Errorf("the pulse is in another language: %s", got)
			}
		}
	})
}

func TestAnOpenPageIsToldThatItsLanguageHasChangedAndKeepsItsText(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		for made, want := range map[string]bool{"en UTC": false, "en Europe/Berlin": true, "": false, "de UTC": true} {
			_, got := ada.follow(fmt.Sprintf(`{"type":"resume","rev":"0","made":%q}`, made))
			if told := strings.Contains(got, "Your language or time zone has changed"); told != want || strings.Contains(got, `http-equiv="refresh"`) {
				t.Errorf("a page for %q: told %v, want %v: %s", made, told, want, got)
			}
		}
		if a := ada.get("/rooms/1-lobby"); !strings.Contains(a.body, `name="made" value="en UTC"`) {
			t.Error("the page does not say for whom it was made")
		}
	})
}
