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
	"time"

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

// cookie is what the browser sends with each request.
func (p *Person) cookie() string {
	base, err := url.Parse(p.base)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.client.Jar.Cookies(base)[0].String()
}

// signIn is the person called name, signed in at one more browser.
func signIn(t testing.TB, s *Server, name string) *Person {
	t.Helper()
	p := signedIn(t, s, "")
	if resp := p.post("/login", url.Values{"login": {name}, "password": {password}}); resp.StatusCode != http.StatusOK {
		t.Fatalf("sign in: %s", resp.Status)
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

// signedIn has somebody created with token for a session.
func signedIn(t testing.TB, s *Server, token string) *Person {
	t.Helper()
	jar, _ := cookiejar.New(nil) // without options it cannot fail
	base, err := url.Parse("http://" + s.addr)
	if err != nil {
		t.Fatal(err)
	}
	jar.SetCookies(base, []*http.Cookie{{Name: "parley", Value: token, Path: "/"}})
	return &Person{t: t, base: base.String(), origin: s.URL, client: &http.Client{Jar: jar, Timeout: time.Minute}}
}

func (p *Person) post(path string, form url.Values) *http.Response {
	p.t.Helper()
	resp, _, err := p.send(path, form)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp
}

// send is a form that htmx sends; it returns the answer and its body.
func (p *Person) send(path string, form url.Values) (*http.Response, string, error) {
	req, err := http.NewRequest("POST", p.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", p.origin)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if path != "/register" && path != "/login" {
		req.Header.Set("HX-Request", "true")
	}
	return p.do(req)
}

// fetch is a GET of the browser itself, or of htmx.
func (p *Person) fetch(path string, htmx bool) (*http.Response, string, error) {
	req, err := http.NewRequest("GET", p.base+path, nil)
	if err != nil {
		return nil, "", err
	}
	if htmx {
		req.Header.Set("HX-Request", "true")
	}
	return p.do(req)
}

func (p *Person) do(req *http.Request) (*http.Response, string, error) {
	resp, err := p.client.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp, string(body), err
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
