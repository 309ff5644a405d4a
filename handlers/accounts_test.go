package handlers_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/store"
	"parley/store/storetest"
)

// idOf is the number of the account of that name.
func (w *world) idOf(name string) store.UserID {
	w.t.Helper()
	u, err := w.store.UserByLogin(w.t.Context(), name)
	if err != nil {
		w.t.Fatal(err)
	}
	return u.ID
}

func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(what)
		}
	}
}

func TestASuspendedPersonIsRefusedWithEverySessionUntilReactivated(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		page := fmt.Sprintf("/admin/people/%d", w.idOf("ben"))
		if a := ada.get(page + "/suspend"); !strings.Contains(a.body, `<option value="168h" selected`) || !strings.Contains(a.body, `<option value="" selected`) {
			t.Error("the form does not begin with a week, and no reason")
		}
		a := ada.post(page+"/suspend", url.Values{"kind": {"suspend"}, "for": {"24h"}, "words": {"No more watches"}})
		if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Choose a reason.") || !strings.Contains(a.body, `No more watches</textarea>`) || !strings.Contains(a.body, `<option value="24h" selected`) {
			t.Errorf("without a reason: %s, or what was typed is lost", a.Status)
		}
		if a := ada.post(page+"/suspend", url.Values{"reason": {"spam"}, "for": {"24h"}, "words": {"No more watches"}}); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("suspend: %s", a.Status)
		}
		if a := ben.get("/rooms/1-lobby"); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), "/login") {
			t.Errorf("his session: %s", a.Status)
		}
		login := url.Values{"login": {"ben"}, "password": {password}}
		if a := w.browser().post("/login", login); a.StatusCode != http.StatusForbidden || !strings.Contains(a.body, "No more watches") || !strings.Contains(a.body, "You cannot sign in until") || !strings.Contains(a.body, `action="/appeal"`) {
			t.Errorf("sign in: %s, or he is not told why and until when", a.Status)
		}
		if a := ada.get(page); !strings.Contains(a.body, "No more watches") || !strings.Contains(a.body, "Spam or advertising") || !strings.Contains(a.body, "Until ") || !strings.Contains(a.body, "Suspended on") || !strings.Contains(a.body, "by \u2068ada") {
			t.Error("the page does not say who suspended him, and why")
		}
		card := fmt.Sprintf("/people/%d", w.idOf("ben"))
		if a := ada.get(card); a.StatusCode != http.StatusOK || !strings.Contains(a.body, "This account is not active now.") || strings.Contains(a.body, "Here now") || !strings.Contains(a.body, card+"/moderate") {
			t.Errorf("his card, where his name leads: %s", a.Status)
		}
		if a := w.signUp("cleo").get(card); a.StatusCode != http.StatusOK || strings.Contains(a.body, "watches") || strings.Contains(a.body, card+"/moderate") {
			t.Errorf("his card for another: %s", a.Status)
		}
		ada.post(page+"/reactivate", url.Values{})
		if a := w.browser().post("/login", login); a.StatusCode != http.StatusSeeOther {
			t.Errorf("sign in again: %s", a.Status)
		}
	}, unlimited)
}

func TestARoleIsChangedWithTheAdministratorsPasswordWhichIsNotForGuessing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		w.signUp("ben")
		path := fmt.Sprintf("/admin/people/%d/role", w.idOf("ben"))
		give := func(password string) answer {
			return ada.post(path, url.Values{"role": {"administrator"}, "password": {password}})
		}
		a := give("wrong")
		if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "That is not your password.") || !strings.Contains(a.body, `value="administrator" selected`) {
			t.Errorf("a wrong password: %s, or what was chosen is lost", a.Status)
		}
		for range 4 {
			give("wrong")
		}
		if a := give(password); a.StatusCode != http.StatusTooManyRequests || a.Header.Get("Retry-After") == "" {
			t.Errorf("after many: %s", a.Status)
		}
		if u, err := w.store.User(t.Context(), w.idOf("ben")); err != nil || u.Role != store.Member {
			t.Errorf("he is %q, %v", u.Role, err)
		}
	})
}

func TestWhatIsTypedStaysWhenAnAccountCannotBeMade(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		a := ada.post("/admin/people", url.Values{"name": {"Dan Rossi"}, "username": {"ADA"}, "email": {"dan@example.com"}, "role": {"moderator"}, "password": {password}})
		if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, `value="Dan Rossi"`) || !strings.Contains(a.body, "That name is taken.") || strings.Contains(a.body, password) {
			t.Errorf("taken: %s", a.Status)
		}
		a = ada.post("/admin/people", url.Values{"name": {"Dan Rossi"}, "username": {"dan"}, "email": {"dan@example.com"}, "role": {"moderator"}, "password": {password}})
		_, rest, _ := strings.Cut(a.body, `/reset?token=`)
		token, _, found := strings.Cut(rest, "<")
		if a.StatusCode != http.StatusOK || !found {
			t.Fatalf("made: %s\n%s", a.Status, a.body)
		}
		dan := w.browser()
		if a := dan.post("/reset", url.Values{"token": {token}, "password": {"noodles by the window"}}); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("the link: %s", a.Status)
		}
		if a := dan.get("/rooms/1-lobby"); a.StatusCode != http.StatusOK {
			t.Errorf("the room: %s", a.Status)
		}
		if a := w.browser().post("/reset", url.Values{"token": {token}, "password": {"noodles by the door"}}); a.StatusCode != http.StatusNotFound {
			t.Errorf("the link again: %s", a.Status)
		}
	}, unlimited)
}

func TestADeletedAccountIsNowhereToBeFound(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		ben.say("I was here")
		id := w.idOf("ben")
		a := ben.post("/profile/delete", url.Values{"password": {password}})
		if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Choose what happens") {
			t.Errorf("without a choice: %s", a.Status)
		}
		a = ben.post("/profile/delete", url.Values{"messages": {"keep"}, "password": {password}})
		if a.StatusCode != http.StatusOK || !strings.Contains(a.body, "Your account is deleted") {
			t.Fatalf("delete: %s", a.Status)
		}
		unknown := w.browser().post("/login", url.Values{"login": {"nobody"}, "password": {password}})
		deleted := w.browser().post("/login", url.Values{"login": {"ben"}, "password": {password}})
		if unknown.StatusCode != deleted.StatusCode || len(unknown.body)-len("nobody") != len(deleted.body)-len("ben") {
			t.Errorf("sign in: %s and %s tell who was here", unknown.Status, deleted.Status)
		}
		if a := ada.get(fmt.Sprintf("/people/%d", id)); a.StatusCode != http.StatusOK || !strings.Contains(a.body, "Deleted account") || strings.Contains(a.body, "ben") || strings.Contains(a.body, "/direct\"") {
			t.Errorf("the card: %s", a.Status)
		}
		eventually(t, "he is still a member", func() bool {
			people, err := w.store.People(t.Context(), store.Room{ID: 1}, 10)
			return err == nil && len(people) == 1
		})
		if a := ada.get("/rooms/1-lobby"); !strings.Contains(a.body, "I was here") || !strings.Contains(a.body, "Deleted account") || strings.Contains(a.body, ">ben<") {
			t.Error("the room does not say so")
		}
		for _, path := range []string{"/go?q=ben", "/rooms/1/about"} {
			if a := ada.get(path); strings.Contains(a.body, ">ben<") {
				t.Errorf("%s names him", path)
			}
		}
		german := ada.get(fmt.Sprintf("/people/%d", id), "Accept-Language", "de")
		if !strings.Contains(german.body, "Gelöschtes Konto") {
			t.Error("in German it is not said in German")
		}
		if a := ada.post("/profile/delete", url.Values{"messages": {"keep"}, "password": {password}}); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "last administrator") {
			t.Errorf("the last administrator: %s", a.Status)
		}
	}, unlimited)
}

func TestAnExportIsFetchedByItsOwnerAlone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		ben.say("mine to keep")
		ada.say("not his")
		if a := ben.post("/profile/export", url.Values{}); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("prepare: %s", a.Status)
		}
		var got answer
		eventually(t, "it is never prepared", func() bool {
			got = ben.get("/profile/export")
			return got.StatusCode == http.StatusOK
		})
		if !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("it is shown: %v", got.Header)
		}
		lines := 0
		for line := range strings.Lines(got.body) {
			if lines++; !json.Valid([]byte(line)) {
				t.Errorf("%q is no JSON", line)
			}
		}
		if lines < 4 || !strings.Contains(got.body, "mine to keep") || strings.Contains(got.body, "not his") {
			t.Errorf("it is\n%s", got.body)
		}
		if a := ada.get("/profile/export"); a.StatusCode != http.StatusNotFound {
			t.Errorf("for the administrator: %s", a.Status)
		}
		if a := ben.get("/profile"); !strings.Contains(a.body, `href="/profile/export"`) {
			t.Error("his profile has no link to it")
		}
		if a := ada.get("/profile"); strings.Contains(a.body, `href="/profile/export"`) {
			t.Error("hers has")
		}
		e, err := w.store.ExportOf(t.Context(), w.idOf("ben"))
		if err != nil || !e.Ready() {
			t.Errorf("it is %+v, %v", e, err)
		}
	}, unlimited)
}

// What is live on the pages of administration is for nobody else, on the socket either.
func TestTheRegionsOfAccountsAreRefusedToOthers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s, unlimited)
		ada, ben := w.signUp("ada"), w.signUp("ben")
		for _, row := range []struct {
			name string
			who  *browser
			part string
			want bool
		}{
			{"Ada", ada, "person/2", true}, {"Ben", ben, "person/2", false}, {"Ben", ben, "administration", false},
			{"Ben", ben, "data/2", true}, {"Ada", ada, "data/2", false}, {"Ada", ada, "data/1", true},
		} {
			a := row.who.get("/live?part=" + url.QueryEscape(row.part))
			if refused := strings.Contains(a.body, "no longer for you to see"); refused == row.want {
				t.Errorf("%s at %s: refused %v", row.name, row.part, refused)
			}
		}
		if _, err := s.ExportPart(t.Context(), w.idOf("ada"), 1, 1); !errors.Is(err, store.ErrNotFound) {
			t.Error(err)
		}
	})
}

// A person's page and the log say the same sentence of an act, and lead to each other.
func TestAPersonsPageSaysInSentencesWhatWasDone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		w.signUp("ben")
		ben := fmt.Sprint(w.idOf("ben"))
		ada.post("/admin/people/"+ben+"/link", url.Values{})
		ada.post("/admin/people/"+ben+"/role", url.Values{"role": {"moderator"}, "password": {password}})
		page, log := ada.get("/admin/people/"+ben).body, ada.get("/admin/log").body
		for _, part := range []string{"changed the role of", "made a sign-in link for", `class="log__now">Moderator<`, `href="/admin/people/` + ben + `"`} {
			if !strings.Contains(page, part) || !strings.Contains(log, part) {
				t.Errorf("%q: on the page %v, in the log %v", part, strings.Contains(page, part), strings.Contains(log, part))
			}
		}
		for _, link := range []string{"/admin/log?on=account&amp;id=" + ben, "/admin/log?by=ben"} {
			if !strings.Contains(page, `href="`+link+`"`) {
				t.Errorf("no link to %s", link)
			}
		}
		if found := regexp.MustCompile(`>(account|administrator|signin_link|session)\.[a-z_]+<`).FindString(page); found != "" {
			t.Errorf("the page says %s", found)
		}
	}, unlimited)
}
