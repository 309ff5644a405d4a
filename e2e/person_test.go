package e2e

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Person is somebody who uses Parley without a browser: forms and cookies alone.
type Person struct {
	t      testing.TB
	base   string // where the server listens
	origin string // what browsers call it
	client *http.Client
}

// person signs up directly at the server.
func person(t *testing.T, s *Server, name string) *Person {
	t.Helper()
	jar, _ := cookiejar.New(nil) // without options it cannot fail
	p := &Person{t: t, base: "http://" + s.addr, origin: s.URL, client: &http.Client{Jar: jar}}
	resp := p.post("/register", url.Values{"username": {name}, "email": {name + "@example.com"}, "password": {password}})
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("sign up: %s", resp.Status)
	}
	return p
}

// person is the one who is signed in in the window, with the same cookie.
func (w *Window) person() *Person {
	w.t.Helper()
	jar, _ := cookiejar.New(nil) // without options it cannot fail
	found, err := chromedp.Call(w.ctx, network.GetCookies, network.GetCookiesParams{})
	if err != nil {
		w.t.Fatal(err)
	}
	base, err := url.Parse(w.s.URL)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, c := range found.Cookies {
		jar.SetCookies(base, []*http.Cookie{{Name: c.Name, Value: c.Value, Path: "/"}})
	}
	return &Person{t: w.t, base: w.s.URL, origin: w.s.URL, client: &http.Client{Jar: jar}}
}

func (p *Person) post(path string, form url.Values) *http.Response {
	p.t.Helper()
	req, err := http.NewRequest("POST", p.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", p.origin)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if path != "/register" {
		req.Header.Set("HX-Request", "true")
	}
	resp, err := p.client.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		p.t.Fatal(err)
	}
	return resp
}

// TryPost sends text to the Lobby and returns the status.
func (p *Person) TryPost(text string) int {
	p.t.Helper()
	return p.post("/rooms/1/messages", url.Values{"body": {text}, "key": {rand.Text()}}).StatusCode
}

// Post sends text to the Lobby.
func (p *Person) Post(text string) {
	p.t.Helper()
	if status := p.TryPost(text); status != http.StatusOK {
		p.t.Fatalf("post: %d", status)
	}
}

// edit gives one's own message in the Lobby another text.
func (p *Person) edit(seq int, text string) {
	p.t.Helper()
	if resp := p.post(fmt.Sprintf("/rooms/1/messages/%d", seq), url.Values{"body": {text}}); resp.StatusCode != http.StatusOK {
		p.t.Fatalf("edit: %s", resp.Status)
	}
}
