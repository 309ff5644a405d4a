package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Joins has name create an account and waits for the room, without the form, which takes
// longer than most of what is tested: it is SignUp for what is not about coming in.
func (w *Window) Joins(name string) {
	w.t.Helper()
	form := url.Values{"username": {name}, "email": {strings.ToLower(name) + "@example.com"}, "password": {password}}
	if _, page, err := (&Person{t: w.t, base: "http://" + w.s.addr, client: http.DefaultClient}).fetch("/register", false); err != nil {
		w.t.Fatal(err)
	} else if strings.Contains(page, `id="code"`) {
		form.Set("code", w.s.SetupCode())
	}
	w.comesIn("/register", form)
}

// Returns has name sign in and waits for the room, without the form: it is SignIn for what
// is not about coming in.
func (w *Window) Returns(name string) {
	w.t.Helper()
	w.comesIn("/login", url.Values{"login": {name}, "password": {password}})
}

// comesIn sends the form as the browser would, and gives the browser the cookie.
func (w *Window) comesIn(path string, form url.Values) {
	w.t.Helper()
	browser := eval[[]string](w, `[navigator.userAgent, navigator.languages.join(), Intl.DateTimeFormat().resolvedOptions().timeZone]`)
	form.Set("zone", browser[2])
	req, err := http.NewRequest("POST", "http://"+w.s.addr+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	for name, value := range map[string]string{
		"Content-Type": "application/x-www-form-urlencoded", "Origin": w.s.URL, "Sec-Fetch-Site": "same-origin",
		"User-Agent": browser[0], "Accept-Language": browser[1],
	} {
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultTransport.RoundTrip(req) // it follows nothing
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther || len(resp.Cookies()) != 1 {
		w.t.Fatalf("%s: %s with %d cookies", path, resp.Status, len(resp.Cookies()))
	}
	c := resp.Cookies()[0]
	cookie := network.SetCookieParams{Name: c.Name, Value: c.Value, URL: w.s.URL, Path: c.Path, HTTPOnly: &c.HttpOnly, SameSite: network.CookieSameSiteLax,
		Expires: cdp.TimeSinceEpoch(time.Now().Unix() + int64(c.MaxAge))}
	if _, err := chromedp.Call(w.ctx, network.SetCookie, cookie); err != nil {
		w.t.Fatal(err)
	}
	w.Open("/")
	w.Until(inRoom)
}
