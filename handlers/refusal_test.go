package handlers_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

// framedIn says whether the page has what is around every page of who is signed in.
func (a answer) framedIn() bool {
	return strings.Contains(a.body, `id="rooms-list"`) && strings.Contains(a.body, `id="live"`)
}

func TestARefusalIsAPageLikeTheOthersForWhoIsSignedIn(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), unlimited)
	ada, ben, nobody := w.signUp("ada"), w.signUp("ben"), w.browser()
	ada.post("/rooms", url.Values{"name": {"Cellar"}, "kind": {"private"}})
	for _, tt := range []struct {
		path, to, word string
	}{
		{"/nothing", "/", "Go to Parley"},
		{"/people/99", "/", "Go to Parley"},
		{"/admin", "/", "Go to Parley"},
		{"/rooms/1/messages/77", "/rooms/1-lobby", "Back to the room"},
		{"/rooms/99", "/rooms", "Browse rooms"},
		{"/rooms/2-cellar", "/rooms", "Browse rooms"},
	} {
		a := ben.get(tt.path)
		if a.StatusCode != http.StatusNotFound || !a.framedIn() || !strings.Contains(a.body, "There is nothing here, or it is not for you to see.") || !strings.Contains(a.body, `<a class="button button--main" href="`+tt.to+`">`+tt.word+`</a>`) {
			t.Errorf("%s: %s, in the frame %t\n%s", tt.path, a.Status, a.framedIn(), a.body)
		}
	}
	if a := ben.get("/nothing", "Accept-Language", "de"); !strings.Contains(a.body, "Nicht gefunden") || !strings.Contains(a.body, "Zu Parley") {
		t.Errorf("in German it says\n%s", a.body)
	}
	if a := nobody.get("/nothing"); a.StatusCode != http.StatusNotFound || a.framedIn() || !strings.Contains(a.body, "There is nothing here") {
		t.Errorf("to nobody: %s, in the frame %t", a.Status, a.framedIn())
	}
	for b, framed := range map[*browser]bool{ben: true, nobody: false} {
		if a := b.get("/join?invitation=invented"); a.StatusCode != http.StatusNotFound || a.framedIn() != framed || !strings.Contains(a.body, "Invitation") {
			t.Errorf("an invitation that is none: %s, in the frame %t", a.Status, a.framedIn())
		}
	}
	// A frame of the page that follows a room has no second list of rooms in it, and its
	// way out is that of the page around it.
	for _, path := range []string{"/rooms/2/stream", "/rooms/2/write"} {
		if a := ben.get(path); a.StatusCode != http.StatusNotFound || a.framedIn() || a.Header.Get("X-Frame-Options") != "SAMEORIGIN" || !strings.Contains(a.body, `target="_top"`) {
			t.Errorf("%s: %s, in the frame %t, framed by %s", path, a.Status, a.framedIn(), a.Header.Get("X-Frame-Options"))
		}
	}
}

// What is there and not theirs is the same page as what is not there.
func TestARefusalDoesNotTellWhatIsThere(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), unlimited)
	ada, ben := w.signUp("ada"), w.signUp("ben")
	ada.post("/rooms", url.Values{"name": {"Cellar"}, "topic": {"Wine"}, "kind": {"private"}})
	ada.post("/rooms/2/messages", draft("The key is under the mat"))
	own := regexp.MustCompile(`nonce="\w+"`)
	for _, path := range []string{"/rooms/N", "/rooms/N-cellar", "/rooms/N?at=1", "/rooms/N/about", "/rooms/N/messages/1", "/rooms/N/messages/1/edit", "/rooms/N/messages/1/more", "/rooms/N/stream"} {
		there, nowhere := ben.get(strings.Replace(path, "N", "2", 1)), ben.get(strings.Replace(path, "N", "9", 1))
		if there.StatusCode != http.StatusNotFound || nowhere.StatusCode != http.StatusNotFound || own.ReplaceAllString(there.body, "") != own.ReplaceAllString(nowhere.body, "") {
			t.Errorf("%s: %s and %s\n%s\n%s", path, there.Status, nowhere.Status, there.body, nowhere.body)
		}
	}
}

func TestARefusalGivesBackWhatWasTypedAndLeadsBack(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	ada, ben := w.signUp("ada"), w.signUp("ben")
	ada.post("/rooms", url.Values{"name": {"Cellar"}, "kind": {"private"}})
	for _, tt := range []struct {
		what, from, path string
		form             url.Values
		status           int
		keeps            []string
		to               string
	}{
		{"he was never in that room", "/rooms/2", "/rooms/2/messages", draft("Is it cold?"), 404, []string{"Is it cold?"}, "/rooms/2"},
		{"the page was the answer to a form", "/rooms/2/messages", "/rooms/2/messages", draft("Is it cold?"), 404, []string{"Is it cold?"}, "/rooms"},
		{"it is no notice of his", "/notices", "/notices/77/appeal", url.Values{"text": {"It was not me"}}, 404, []string{"It was not me"}, "/notices"},
		{"the page was made for Ada", "/profile?saved=yes", "/profile", url.Values{"as": {"1"}, "name": {"Ada the Great"}, "about": {"Reads"}, "password": {"an open secret"}}, 409, []string{"Ada the Great", "Reads"}, "/profile?saved=yes"},
		{"it led here from elsewhere", "https://elsewhere.example/notices", "/notices/77/appeal", url.Values{"text": {"It was not me"}}, 404, []string{"It was not me"}, "/"},
	} {
		from := tt.from
		if strings.HasPrefix(from, "/") {
			from = w.http.URL + from
		}
		a := ben.post(tt.path, tt.form, "Referer", from)
		if a.StatusCode != tt.status || !a.framedIn() || !strings.Contains(a.body, `<a class="button button--main" href="`+tt.to+`">`) {
			t.Errorf("%s: %s, in the frame %t\n%s", tt.what, a.Status, a.framedIn(), a.body)
		}
		for _, text := range tt.keeps {
			if _, kept, _ := strings.Cut(a.body, `id="kept"`); !strings.Contains(kept, text) {
				t.Errorf("%s: %q is lost", tt.what, text)
			}
		}
		if strings.Contains(a.body, "secret") {
			t.Errorf("%s: the page shows a password", tt.what)
		}
	}
	var a answer
	for range 100 {
		a = ben.post("/rooms", url.Values{"name": {"Room"}, "topic": {"Cats"}, "kind": {"open"}}, "Referer", w.http.URL+"/rooms/new")
		if a.StatusCode == http.StatusTooManyRequests {
			break
		}
	}
	if a.StatusCode != http.StatusTooManyRequests || a.Header.Get("Retry-After") == "" || !a.framedIn() || !strings.Contains(a.body, "Room\n\nCats</textarea>") || !strings.Contains(a.body, `href="/rooms/new">Back</a>`) {
		t.Errorf("too many rooms: %s, in the frame %t\n%s", a.Status, a.framedIn(), a.body)
	}
}

func TestARefusalIsSaidAlsoWhereNothingCanBeMadeAroundIt(t *testing.T) {
	storetest.Embedded(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		w := newWorld(t, s)
		ada := w.signUp("ada")
		db.MustExec("alter table rooms rename to rooms_elsewhere")
		a := ada.post("/nothing", draft("Is anybody there?"))
		if a.StatusCode != http.StatusNotFound || a.framedIn() || !strings.Contains(a.body, "There is nothing here") || !strings.Contains(a.body, "Is anybody there?") {
			t.Errorf("%s, in the frame %t\n%s", a.Status, a.framedIn(), a.body)
		}
		db.MustExec("alter table rooms_elsewhere rename to rooms")
	})
}
