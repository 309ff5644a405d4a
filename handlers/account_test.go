package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"parley/handlers"
	"parley/store"
)

func public(address string) option {
	return func(c *handlers.Config) {
		u, err := handlers.ParsePublicURL(address)
		if err != nil {
			panic(err)
		}
		c.PublicURL = u
	}
}

func TestTenWhoSignUpAtOnceGiveOneAdministrator(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() { w.signUp(fmt.Sprintf("person%d", i)) })
		}
		wg.Wait()
		administrators := 0
		for id := range 10 {
			u, err := w.store.User(t.Context(), store.UserID(id+1))
			if err != nil {
				t.Fatal(err)
			}
			if u.Role == store.Administrator {
				administrators++
			}
		}
		if administrators != 1 {
			t.Errorf("got %d administrators, want 1", administrators)
		}
	})
}

func TestTheFirstAccountNeedsTheSetUpCodeUnlessItIsMadeAtThisMachine(t *testing.T) {
	for name, try := range map[string]struct {
		options []option
		headers []string
		asks    bool
	}{
		"at loopback":                {nil, nil, false},
		"through a proxy":            {nil, []string{"X-Forwarded-For", "203.0.113.7"}, true},
		"through an unnamed proxy":   {nil, []string{"Via", "1.1 proxy"}, true},
		"with a public URL":          {[]option{public("https://chat.example.com")}, []string{"Origin", "https://chat.example.com"}, true},
		"with a loopback public URL": {[]option{public("http://localhost:8080")}, []string{"Origin", "http://localhost:8080"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				form := account("ada")
				first := w.browser().post("/register", form, try.headers...)
				if try.asks != (first.StatusCode == http.StatusUnprocessableEntity) {
					t.Fatalf("got %s, asks %v", first.Status, try.asks)
				}
				if !try.asks {
					return
				}
				if !strings.Contains(first.body, `name="code"`) || !strings.Contains(first.body, `value="ada@example.com"`) || strings.Contains(first.body, password) {
					t.Error("the form lacks the code, lost what was typed, or shows the password")
				}
				code, err := w.server.SetupCode(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				form.Set("code", code)
				if a := w.browser().post("/register", form, try.headers...); a.StatusCode != http.StatusSeeOther {
					t.Errorf("with the code: got %s", a.Status)
				}
				if a := w.browser().post("/register", account("ben"), try.headers...); a.StatusCode != http.StatusSeeOther {
					t.Errorf("the second account: got %s", a.Status)
				}
			}, try.options...)
		})
	}
}

func TestMistakesComeBackNextToTheirFields(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.signUp("ada")
		for name, try := range map[string]struct {
			form url.Values
			want []string
		}{
			"all empty":         {url.Values{}, []string{`id="username-error"`, `id="email-error"`, `id="password-error"`}},
			"taken":             {url.Values{"username": {"ADA"}, "email": {"Ada@Example.com"}, "password": {password}}, []string{"That name is taken", "There is an account with this address"}},
			"look-alike":        {url.Values{"username": {"аdа"}, "email": {"b@example.com"}, "password": {password}}, []string{"Use letters of one script"}},
			"whole look-alike":  {url.Values{"username": {"аԁа"}, "email": {"b@example.com"}, "password": {password}}, []string{"That name is taken"}},
			"common password":   {url.Values{"username": {"ben"}, "email": {"b@example.com"}, "password": {"password123"}}, []string{"most common"}},
			"invisible in name": {url.Values{"username": {"be\u200bn"}, "email": {"b@example.com"}, "password": {password}}, []string{`id="username-error"`}},
		} {
			a := w.browser().post("/register", try.form)
			if a.StatusCode != http.StatusUnprocessableEntity {
				t.Errorf("%s: got %s", name, a.Status)
			}
			for _, want := range try.want {
				if !strings.Contains(a.body, want) {
					t.Errorf("%s: the page lacks %s", name, want)
				}
			}
			if p := try.form.Get("password"); p != "" && strings.Contains(a.body, p) {
				t.Errorf("%s: the page shows the password", name)
			}
		}
	})
}

func TestAWrongNameAndAWrongPasswordLookTheSame(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.signUp("ada")
		try := func(login string) string {
			a := w.browser().post("/login", url.Values{"login": {login}, "password": {"something else"}})
			if a.StatusCode != http.StatusUnprocessableEntity {
				t.Errorf("%s: got %s", login, a.Status)
			}
			nonce := a.Header.Get("Content-Security-Policy")
			_, nonce, _ = strings.Cut(nonce, "'nonce-")
			nonce, _, _ = strings.Cut(nonce, "'")
			return strings.ReplaceAll(strings.ReplaceAll(a.body, nonce, ""), login, "")
		}
		if try("ada") != try("eve") {
			t.Error("the pages differ")
		}
	})
}

func TestGuessingIsSlowedDownAndTheOwnerIsNotLockedOut(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.signUp("ada")
		guess := func(address string, password string) answer {
			return w.browser().post("/login", url.Values{"login": {"ada"}, "password": {password}}, "X-Forwarded-For", address)
		}
		var last answer
		for range 8 {
			last = guess("203.0.113.7", "wrong guess")
		}
		if last.StatusCode != http.StatusTooManyRequests || last.Header.Get("Retry-After") == "" || !strings.Contains(last.body, "Try again in") {
			t.Errorf("after 8 guesses: got %s", last.Status)
		}
		if a := guess("203.0.113.7", password); a.StatusCode != http.StatusTooManyRequests {
			t.Errorf("the right password from there: got %s, want to wait", a.Status)
		}
		if a := guess("198.51.100.1", password); a.StatusCode != http.StatusSeeOther {
			t.Errorf("the owner from elsewhere: got %s", a.Status)
		}
	}, func(c *handlers.Config) { c.Proxies, _ = handlers.ParseProxies("127.0.0.1") })
}

func TestAfterSignInOneIsWhereOneWantedToGo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.signUp("ada")
		if a := w.browser().get("/profile"); a.Header.Get("Location") != "/login?next=%2Fprofile" {
			t.Errorf("got %s", a.Header.Get("Location"))
		}
		for next, want := range map[string]string{
			"/rooms/1-lobby?before=3": "/rooms/1-lobby?before=3", "": "/", "https://evil.example/": "/", "//evil.example": "/", "/\\evil.example": "/",
			"/\t/evil.example": "/", "javascript:alert(1)": "/", "rooms/1": "/",
		} {
			a := w.browser().post("/login", url.Values{"login": {"ada@example.com"}, "password": {password}, "next": {next}})
			if got := a.Header.Get("Location"); got != want {
				t.Errorf("next %q leads to %q, want %q", next, got, want)
			}
		}
	}, unlimited)
}

func TestTheCookieIsOutOfReachAndWorthNothingAfterSignOut(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.browser()
		a := b.post("/register", account("ada"))
		cookie := a.Cookies()[0]
		if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" {
			t.Errorf("the cookie is %v", cookie)
		}
		header := cookie.Name + "=" + cookie.Value
		if a := w.browser().get("/profile", "Cookie", header); a.StatusCode != http.StatusOK {
			t.Fatalf("with the cookie: got %s", a.Status)
		}
		b.post("/logout", nil)
		if a := w.browser().get("/profile", "Cookie", header); a.StatusCode != http.StatusSeeOther {
			t.Errorf("after sign-out the cookie still works: %s", a.Status)
		}
	})
	t.Run("https", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			code, _ := w.server.SetupCode(t.Context())
			form := account("ada")
			form.Set("code", code)
			a := w.browser().post("/register", form, "Origin", "https://chat.example.com")
			if c := a.Cookies()[0]; c.Name != "__Host-parley" || !c.Secure {
				t.Errorf("the cookie is %v", c)
			}
			if a.Header.Get("Strict-Transport-Security") == "" {
				t.Error("no Strict-Transport-Security")
			}
		}, public("https://chat.example.com"))
	})
}

func TestAPasswordChangeEndsEveryOtherSession(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		here := w.signUp("ada")
		there := w.browser()
		there.post("/login", url.Values{"login": {"ada"}, "password": {password}})
		a := here.post("/profile/password", url.Values{"old": {"wrong"}, "password": {"a new one, longer"}})
		if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "That is not your password") {
			t.Errorf("with a wrong password: got %s", a.Status)
		}
		if a := here.post("/profile/password", url.Values{"old": {password}, "password": {"a new one, longer"}}); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("got %s", a.Status)
		}
		if got := []int{here.get("/profile").StatusCode, there.get("/profile").StatusCode}; !slices.Equal(got, []int{200, 303}) {
			t.Errorf("got %v, want the own session alive and the other ended", got)
		}
	})
}

func TestRequestsFromOtherSitesDoNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		for _, headers := range [][]string{
			{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"},
			{"Sec-Fetch-Site", "same-site", "Origin", "http://other.localhost"},
			{"Sec-Fetch-Site", "", "Origin", "null"},
			{"Sec-Fetch-Site", "", "Origin", "http://localhost.evil.example"},
		} {
			if a := ada.post("/rooms/1/messages", draft("forged"), headers...); a.StatusCode != http.StatusForbidden {
				t.Errorf("%v: got %s, want 403", headers, a.Status)
			}
		}
		// A name of another site that was made to lead here.
		if a := ada.get("/login", "Host", "evil.example:8080"); a.StatusCode != http.StatusMisdirectedRequest {
			t.Errorf("a foreign host: got %s, want 421", a.Status)
		}
		if a := ada.get("/rooms/1-lobby"); strings.Contains(a.body, "forged") {
			t.Error("a forged message was stored")
		}
	})
}
