package handlers_test

import (
	"context"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"parley/handlers"
	"parley/store"
)

var shownLink = regexp.MustCompile(`(?s)<textarea[^>]*id="link"[^>]*>\s*([^<]*)</textarea>`)

// link is the one that a page shows, from its path on.
func (a answer) link(t *testing.T, base string) string {
	t.Helper()
	m := shownLink.FindStringSubmatch(a.body)
	if a.StatusCode != http.StatusOK || m == nil {
		t.Fatalf("no link: %s\n%s", a.Status, a.body)
	}
	path, is := strings.CutPrefix(html.UnescapeString(m[1]), base)
	if !is {
		t.Fatalf("the link is %s", m[1])
	}
	return path
}

// invite makes an invitation and returns its token.
func (b *browser) invite(form url.Values) string {
	b.w.t.Helper()
	all := url.Values{"life": {"24h"}, "uses": {"1"}, "role": {"member"}}
	for name, values := range form {
		all[name] = values
	}
	a := b.post("/admin/invitations", all)
	_, token, _ := strings.Cut(a.link(b.w.t.(*testing.T), b.w.http.URL), "/join?invitation=")
	return token
}

func with(form url.Values, name, value string) url.Values {
	form.Set(name, value)
	return form
}

func TestTheLinkOfAnInvitationIsShownOnceAndLeadsIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		ada.post("/rooms", url.Values{"name": {"Plans"}, "kind": {"private"}})
		token := ada.invite(url.Values{"uses": {"2"}, "room": {"2"}, "note": {"Spring"}})
		for _, path := range []string{"/admin/invitations", "/admin/invitations/1", "/admin/invitations/1/withdraw"} {
			if a := ada.get(path); strings.Contains(a.body, token) || !strings.Contains(a.body, "Spring") {
				t.Errorf("%s shows the token again, or not its note", path)
			}
		}
		cleo := w.browser()
		page := cleo.get("/join?invitation=" + token)
		for _, part := range []string{"ada</bdi> invites you", "Plans", `name="invitation" value="` + token + `"`, `action="/register"`} {
			if !strings.Contains(page.body, part) {
				t.Errorf("the page lacks %q", part)
			}
		}
		if got := page.Header.Get("Referrer-Policy"); got != "same-origin" {
			t.Errorf("Referrer-Policy: %s", got)
		}
		// A mistake keeps what was typed, and the invitation.
		a := cleo.post("/register", with(with(account("cleo"), "password", "short"), "invitation", token))
		if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, `value="cleo"`) || !strings.Contains(a.body, token) || !strings.Contains(a.body, "invites you") {
			t.Errorf("a mistake: %s\n%s", a.Status, a.body)
		}
		if a := cleo.post("/register", with(account("cleo"), "invitation", token)); a.Header.Get("Location") != "/rooms/2-plans" {
			t.Fatalf("sign up: %s, to %s\n%s", a.Status, a.Header.Get("Location"), a.body)
		}
		if a := cleo.get("/rooms/2-plans"); a.StatusCode != http.StatusOK {
			t.Errorf("the room: %s", a.Status)
		}
		if a := ada.get("/admin/invitations"); !strings.Contains(a.body, "1 of 2") || !strings.Contains(a.body, "<bdi>cleo</bdi>") {
			t.Errorf("the list: %s", a.body)
		}
		// Somebody with an account is asked, and comes in by a POST alone.
		dan := w.signUp("dan")
		page = dan.get("/join?invitation=" + token)
		if !strings.Contains(page.body, "You are signed in as dan.") || strings.Contains(page.body, `action="/register"`) {
			t.Errorf("the page of somebody with an account: %s", page.body)
		}
		if a := dan.get("/rooms/2-plans"); a.StatusCode != http.StatusNotFound {
			t.Errorf("the room before: %s", a.Status)
		}
		if a := dan.post("/join", url.Values{"invitation": {token}}); a.Header.Get("Location") != "/rooms/2" {
			t.Errorf("come in: %s\n%s", a.Status, a.body)
		}
		if a := dan.get("/rooms/2-plans"); a.StatusCode != http.StatusOK {
			t.Errorf("the room after: %s", a.Status)
		}
	}, unlimited)
}

func TestAnInvitationThatDoesNotWorkSaysSoInOneWay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		used, withdrawn := ada.invite(nil), ada.invite(nil)
		if a := w.browser().post("/register", with(account("ben"), "invitation", used)); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("sign up: %s", a.Status)
		}
		if a := ada.post("/admin/invitations/2/withdraw", url.Values{}); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("withdraw: %s", a.Status)
		}
		if a := ada.post("/admin/invitations/2/withdraw", url.Values{}); a.StatusCode != http.StatusConflict {
			t.Errorf("withdraw again: %s", a.Status)
		}
		nonces := regexp.MustCompile(`nonce="[^"]*"|X-Request-Id.*`)
		pages, forms := map[string]bool{}, map[string]bool{}
		for _, token := range []string{used, withdrawn, "never-was", ""} {
			a := w.browser().get("/join?invitation=" + token)
			if a.StatusCode != http.StatusNotFound || !strings.Contains(a.body, "This invitation does not work") {
				t.Errorf("%q: %s", token, a.Status)
			}
			pages[nonces.ReplaceAllString(a.body, "")] = true
			if token == "" {
				continue
			}
			a = w.browser().post("/register", with(account("cleo"), "invitation", token))
			if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "This invitation does not work") {
				t.Errorf("%q: %s", token, a.Status)
			}
			forms[nonces.ReplaceAllString(a.body, "")] = true
		}
		if len(pages) != 1 || len(forms) != 1 {
			t.Errorf("there are %d pages and %d answers to the form, want one", len(pages), len(forms))
		}
	}, unlimited)
}

func TestTwoWhoUseTheLastUseAtOnceAreOneAccount(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token := w.signUp("ada").invite(nil)
		status := make([]int, 4)
		var all sync.WaitGroup
		for i := range status {
			all.Go(func() {
				status[i] = w.browser().post("/register", with(account(fmt.Sprintf("guest%d", i)), "invitation", token)).StatusCode
			})
		}
		all.Wait()
		in := 0
		for _, got := range status {
			if got == http.StatusSeeOther {
				in++
			} else if got != http.StatusUnprocessableEntity {
				t.Errorf("refused with %d", got)
			}
		}
		if in != 1 {
			t.Errorf("%d got in: %v", in, status)
		}
	}, unlimited)
}

func TestTheFormForAnInvitationKeepsWhatWasTyped(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		ada.post("/rooms", url.Values{"name": {"Plans"}, "kind": {"private"}})
		a := ada.post("/admin/invitations", url.Values{"life": {"72h"}, "uses": {"none"}, "role": {"administrator"}, "room": {"2"}, "note": {"For the summer"}, "again": {"not hers at all"}})
		if a.StatusCode != http.StatusUnprocessableEntity {
			t.Fatalf("got %s", a.Status)
		}
		for _, part := range []string{"Enter a number from 1 to 1000.", "That is not your password.", `value="For the summer"`, `<option value="72h" selected>`, `value="2" checked`, `value="administrator" checked`} {
			if !strings.Contains(a.body, part) {
				t.Errorf("the form lacks %q", part)
			}
		}
		if strings.Contains(a.body, "not hers at all") {
			t.Error("the form gives the password back")
		}
		if a := ada.post("/admin/invitations", url.Values{"life": {"24h"}, "uses": {"1"}, "role": {"administrator"}, "again": {password}}); a.StatusCode != http.StatusOK {
			t.Errorf("with the password: %s", a.Status)
		}
		// Guesses are held back.
		for range 9 {
			a = ada.post("/admin/invitations", url.Values{"life": {"24h"}, "uses": {"1"}, "role": {"administrator"}, "again": {"guess"}})
		}
		if a.StatusCode != http.StatusTooManyRequests {
			t.Errorf("the tenth guess: %s", a.Status)
		}
	})
}

func TestSignUpByInvitationAloneSaysSo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		token := ada.invite(url.Values{"uses": {"9"}})
		for mode, says := range map[store.SignUpMode]string{
			store.SignUpInvited: store.ErrNotInvited.Text,
			store.SignUpClosed:  store.ErrSignUpClosed.Text,
		} {
			in := w.store.Settings()
			in.SignUp = mode
			if err := w.store.SetSettings(t.Context(), store.Actor{User: 1}, in); err != nil {
				t.Fatal(err)
			}
			if a := w.browser().get("/register"); !strings.Contains(a.body, says) || strings.Contains(a.body, `name="username"`) {
				t.Errorf("%s: the page is %s", mode, a.body)
			}
			if a := w.browser().post("/register", account("ben")); a.StatusCode != http.StatusForbidden || !strings.Contains(a.body, says) {
				t.Errorf("%s: the form: %s", mode, a.Status)
			}
			want := map[store.SignUpMode]int{store.SignUpInvited: http.StatusSeeOther, store.SignUpClosed: http.StatusForbidden}[mode]
			if a := w.browser().post("/register", with(account("x"+string(mode)), "invitation", token)); a.StatusCode != want {
				t.Errorf("%s: with an invitation: %s", mode, a.Status)
			}
		}
	}, unlimited)
}

func TestTheListOfInvitationsIsPushedToAdministratorsAlone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		token := ada.invite(url.Values{"uses": {"3"}})
		b, _, err := ben.dialAt("/live?title=Invitations&part=invitations")
		if err != nil {
			t.Fatal(err)
		}
		if text, code := closed(t, b); strings.Contains(text, `id="invitations"`) || !strings.Contains(text, "no longer for you") {
			t.Errorf("a member's socket ends with %d after %s", code, text)
		}
		c, _ := ada.followAt("/live?title=Invitations&part=invitations", `{"type":"resume"}`)
		if a := w.browser().post("/register", with(account("cleo"), "invitation", token)); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("sign up: %s", a.Status)
		}
		pushed := until(t, c, "2 of 3")
		if !strings.Contains(pushed, "cleo") || strings.Contains(pushed, "hx-get") || strings.Contains(pushed, "<form") {
			t.Errorf("pushed: %s", pushed)
		}
	}, unlimited)
}

func TestAOneTimeLinkToSignInIsUsedByAPostAlone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		ben := w.signUp("ben")
		link := ada.post("/admin/people/2/link", url.Values{}).link(t, w.http.URL)
		_, token, _ := strings.Cut(link, "token=")
		locked := w.browser()
		for range 3 { // a mail scanner looks, too
			if a := locked.get(link); a.StatusCode != http.StatusOK || !strings.Contains(a.body, `action="/link"`) {
				t.Fatalf("the page: %s", a.Status)
			}
			if a := locked.get("/profile"); a.StatusCode != http.StatusSeeOther {
				t.Fatal("looking at the link signed in")
			}
		}
		a := locked.post("/link", url.Values{"token": {token}})
		reset := regexp.MustCompile(`href="(/reset\?token=[^"]+)"`).FindStringSubmatch(a.body)
		if a.StatusCode != http.StatusOK || reset == nil {
			t.Fatalf("the button: %s\n%s", a.Status, a.body)
		}
		if a := locked.get("/profile"); !strings.Contains(a.body, "You are signed in as ben") {
			t.Errorf("the profile: %s", a.Status)
		}
		for _, a := range []answer{w.browser().get(link), w.browser().post("/link", url.Values{"token": {token}})} {
			if a.StatusCode != http.StatusNotFound || !strings.Contains(a.body, "This link was used or is too old") {
				t.Errorf("a second use: %s", a.Status)
			}
		}
		if a := locked.get(reset[1]); a.StatusCode != http.StatusOK {
			t.Errorf("a new password: %s", a.Status)
		}
		if a := ben.get("/profile"); a.StatusCode != http.StatusOK {
			t.Errorf("Ben's other browser: %s", a.Status)
		}
		// Who was signed in in that browser is so no more.
		again := ada.post("/admin/people/2/link", url.Values{}).link(t, w.http.URL)
		cleo := w.signUp("cleo")
		if a := cleo.post("/link", url.Values{"token": {strings.TrimPrefix(again, "/link?token=")}}); a.StatusCode != http.StatusOK {
			t.Errorf("in Cleo's browser: %s", a.Status)
		}
		if a := cleo.get("/profile"); !strings.Contains(a.body, "You are signed in as ben") {
			t.Error("Cleo's browser is still hers")
		}
	}, unlimited)
}

// lines keeps what a server logs.
type lines struct {
	mu  sync.Mutex
	all strings.Builder
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

func TestNoTokenIsInTheLogs(t *testing.T) {
	var log lines
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		invited := ada.invite(nil)
		_, link, _ := strings.Cut(ada.post("/admin/people/1/link", url.Values{"again": {password}}).link(t, w.http.URL), "token=")
		b := w.browser()
		b.get("/join?invitation=" + invited)
		b.post("/register", with(account("ben"), "invitation", invited))
		b.post("/register", with(account("cleo"), "invitation", invited))
		b.get("/link?token=" + link)
		b.post("/link", url.Values{"token": {link}})
		b.post("/link", url.Values{"token": {link}})
		entries, err := w.store.Entries(context.Background(), store.EntryQuery{}, 100)
		if err != nil {
			t.Fatal(err)
		}
		kept := fmt.Sprintf("%+v", entries) + log.String()
		if !strings.Contains(kept, "/join") || !strings.Contains(kept, "invitation.use") || !strings.Contains(kept, "signin_link.use") {
			t.Errorf("nothing was logged: %s", kept)
		}
		for _, token := range []string{invited, link} {
			if len(token) < 40 || strings.Contains(kept, token) {
				t.Errorf("the log has the token %q", token)
			}
		}
	}, unlimited, func(c *handlers.Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
}
