package store_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"parley/handlers"
	"parley/handlers/live"
	"parley/store/storetest"
)

// What the pages really ask, whether or not somebody has thought of it: the whole program
// shows each of its pages, and each question that was asked on the way is served by an index.
func TestNoPageAsksWhatScansATable(t *testing.T) {
	s := storetest.SQLite(t)
	server, err := handlers.New(t.Context(), handlers.Config{Store: s, Bus: &live.Local{}, Log: slog.New(slog.DiscardHandler), ListenPort: "80", Unlimited: true})
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("../handlers/routes.go")
	if err != nil {
		t.Fatal(err)
	}
	ada := browser{t: t, server: server}
	ada.send("POST", "/register", url.Values{"username": {"ada"}, "email": {"ada@example.com"}, "password": {"correct horse battery"}})
	ada.send("POST", "/rooms/1/messages", url.Values{"body": {"Soup for @ada"}, "key": {"1"}})
	ada.send("POST", "/direct", nil)
	ada.send("POST", "/moderation/rules", url.Values{"kind": {"word"}, "text": {"casino"}, "act": {"hold"}})
	room := len(s.Prepared())
	if a := ada.send("GET", "/rooms/1-lobby", nil); !strings.Contains(a.Body.String(), "Soup for") {
		t.Fatalf("the room: %d", a.Code)
	}
	if n := len(s.Prepared()) - room; n < 3 {
		t.Errorf("the page of a room asked %d questions: are they noted?", n)
	}
	places := regexp.MustCompile(`\{[a-z]+\}`)
	for _, m := range regexp.MustCompile(`"GET (/[^"]*)"`).FindAllStringSubmatch(string(source), -1) {
		if path := strings.TrimSuffix(m[1], "{$}"); !strings.HasSuffix(path, "/stream") {
			ada.send("GET", places.ReplaceAllString(path, "1")+"?q=a&person=a&from=1&upto=1&keep=days&days=3&user=1&room=1", nil)
		}
	}
	whole := regexp.MustCompile(`^SCAN (settings|pragma_\w+ .*|rules USING INDEX rules_by_text)$`) // that is what is asked for
	for _, query := range s.Prepared() {
		scans, err := s.Scans(t.Context(), query)
		if err != nil {
			t.Errorf("%s: %v", query, err)
		}
		for _, step := range scans {
			if !whole.MatchString(step) {
				t.Errorf("%s in %s", step, query)
			}
		}
	}
}

// browser asks the server without a network.
type browser struct {
	t      *testing.T
	server http.Handler
	cookie *http.Cookie
}

func (b *browser) send(method, path string, form url.Values) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "http://localhost")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	answer := httptest.NewRecorder()
	b.server.ServeHTTP(answer, r)
	if method == "POST" && answer.Code != http.StatusSeeOther {
		b.t.Fatalf("%s: %d %.300s", path, answer.Code, answer.Body)
	}
	for _, c := range answer.Result().Cookies() {
		b.cookie = c
	}
	return answer
}
