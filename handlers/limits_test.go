package handlers_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jmoiron/sqlx"

	"parley/handlers"
	"parley/store"
	"parley/store/storetest"
)

func behindProxy(c *handlers.Config) { c.Proxies, _ = handlers.ParseProxies("127.0.0.1") }

func (w *world) guess(login, password, address string) answer {
	w.t.Helper()
	return w.browser().post("/login", url.Values{"login": {login}, "password": {password}}, "X-Forwarded-For", address)
}

func TestGuessesThatComeAtOnceAreCountedToo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.signUp("ada")
		var checked atomic.Int64
		var wg sync.WaitGroup
		for range 30 {
			wg.Go(func() {
				if w.guess("ada", "wrong guess", "203.0.113.7").StatusCode == http.StatusUnprocessableEntity {
					checked.Add(1)
				}
			})
		}
		wg.Wait()
		if got := checked.Load(); got > 6 {
			t.Errorf("%d guesses were checked, want 5 or 6", got)
		}
	}, behindProxy)
}

func TestGuessesCountTogetherForOneNetworkAndAllSpellingsOfAName(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.signUp("ada")
		for i, login := range []string{"ada", "ADA", " ada", "аda", "αda", "ａｄａ"} {
			last := w.guess(login, "wrong guess", "2001:db8::"+strconv.Itoa(i+1))
			if want := i >= 5; (last.StatusCode == http.StatusTooManyRequests) != want {
				t.Errorf("guess %d as %q: got %s", i+1, login, last.Status)
			}
		}
	}, behindProxy)
}

func TestARuleIsTriedSoOftenAndThenItWaitsWithWhatWasTyped(t *testing.T) {
	storetest.Embedded(t, func(t *testing.T, s *store.Store, _ *sqlx.DB) {
		w := newWorld(t, s)
		ada := w.signUp("ada")
		ada.post("/moderation/rules", ruleForm("casino", "flag", ""))
		for path, form := range map[string]url.Values{"/moderation/rules/trial": ruleForm("lottery", "hold", "Later"), "/moderation/rules/1/trial": with(ruleForm("lottery", "hold", "Later"), "version", "1")} {
			a := ada.post(path, form)
			for range 40 {
				if a.StatusCode != http.StatusOK {
					break
				}
				a = ada.post(path, form)
			}
			if a.StatusCode != http.StatusTooManyRequests || a.Header.Get("Retry-After") == "" || !strings.Contains(a.body, "Try again in") || !strings.Contains(a.body, `value="lottery"`) || !strings.Contains(a.body, `value="Later"`) {
				t.Errorf("%s: %s\n%s", path, a.Status, a.body)
			}
		}
	})
}

func TestNobodyLocksTheirNeighboursOut(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.signUp("ada")
		for i := range 60 {
			w.guess("invented"+strconv.Itoa(i), "wrong guess", "203.0.113.7")
		}
		a := w.guess("ada", password, "203.0.113.7")
		if wait, _ := strconv.Atoi(a.Header.Get("Retry-After")); a.StatusCode != http.StatusSeeOther && wait > 3 {
			t.Errorf("got %s, to wait %d s", a.Status, wait)
		}
	}, behindProxy)
}

func TestBytesThatCannotBeReadAreNobodysMistakeButTheSenders(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		if a := w.browser().post("/login", url.Values{"login": {"ada"}, "password": {password}}, "User-Agent", "Bros\xe9 "+strings.Repeat("é", 300)); a.StatusCode != http.StatusSeeOther {
			t.Errorf("an odd browser: got %s", a.Status)
		}
		for _, login := range []string{"a\x00da", "a\xffda", "\xff@example.com"} {
			if a := w.guess(login, "wrong guess", ""); a.StatusCode >= 500 {
				t.Errorf("login %q: got %s", login, a.Status)
			}
		}
		for _, key := range []string{"a\x00", "\xff", "", strings.Repeat("k", 65)} {
			a := ada.post("/rooms/1/messages", url.Values{"body": {"hello"}, "key": {key}}, "HX-Request", "true")
			if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "hello") || key != "" && strings.Contains(a.body, key) {
				t.Errorf("key %q: got %s", key, a.Status)
			}
		}
		for _, zone := range []string{"./Europe/Berlin", "Europe//Berlin", "/Europe/Berlin", "../zoneinfo/Europe/Berlin", "Local", ""} {
			if a := ada.post("/profile", url.Values{"name": {"Ada"}, "announce": {"all"}, "zone": {zone}}); a.StatusCode != http.StatusUnprocessableEntity {
				t.Errorf("zone %q: got %s", zone, a.Status)
			}
		}
	})
}
