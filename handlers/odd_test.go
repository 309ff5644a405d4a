package handlers_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"parley/handlers"
)

// oddValues are what a form or an address may have that no page of ours makes.
var oddValues = []string{"\x00", "a\x00b\xff", "-1", "9223372036854775807", "-9223372036854775808", "99999999999999999999", "9999-12-31"}

// oddNames are the fields of all forms and addresses.
var oddNames = strings.Fields(`about act active addresses after again all amount announce answer around archived at before body by close code days do done email emoji everyone
	favourite first for form format frame from granted held here id invitation involvement is keep key kind lang language last level life login made messages most name next note of old on part
	past person q range reason remove rev role room saved scheme sentence seq session show shown shows_seen shows_typing sort state status tab text title token topic
	try until upto user username uses version was.name welcome why words zone`)

// What somebody who may do anything sends never makes an error of the server, on either
// database. The form is right but for one field, so that this one is looked at.
func TestNoOddValueIsAnErrorOfTheServer(t *testing.T) {
	place := regexp.MustCompile(`\{\w+\}`)
	inCourt(t, func(t *testing.T, c *court) {
		c.report("dan", "/rooms/1/messages/1")
		c.does("ada", "/measures", url.Values{"kind": {"warn"}, "user": {fmt.Sprint(c.ids["ben"])}, "reason": {"spam"}}, 303)
		c.does("ben", "/notices/1/appeal", url.Values{"text": {"no"}}, 303)
		c.does("ada", "/moderation/rules", ruleForm("sesame", "hold", ""), 303)
		c.does("ben", "/rooms/1/messages", draft("open sesame"), 303)
		c.does("ada", "/admin/invitations", url.Values{"life": {"24h"}, "uses": {"1"}, "role": {"member"}}, 200)
		right := url.Values{
			"reason": {"spam"}, "kind": {"warn"}, "user": {"3"}, "room": {"1"}, "for": {"1h"}, "until": {"1h"}, "text": {"some words"}, "act": {"hold"}, "version": {"1"}, "answer": {"yes"},
			"name": {"Some name"}, "username": {"somename"}, "email": {"some@example.org"}, "role": {"member"}, "life": {"24h"}, "uses": {"1"}, "level": {"all"}, "body": {"hello"},
			"key": {"0123456789012345678901234567"}, "days": {"3"}, "keep": {"days"}, "zone": {"Europe/Berlin"}, "announce": {"all"}, "amount": {"3"}, "seq": {"1"}, "note": {"n"}, "person": {"ben"}, "form": {"general"},
		}
		asks := func(name, method, path string, form url.Values, what string, headers ...string) {
			t.Helper()
			a := c.people[name].do(method, path, form, headers...)
			if a.StatusCode >= 500 && a.StatusCode != http.StatusServiceUnavailable {
				t.Errorf("%s %q with %.60q: %s", method, path, what, a.Status)
			}
			if a.StatusCode == http.StatusUnauthorized || strings.HasPrefix(a.Header.Get("Location"), "/login") {
				c.people["ada"] = c.browser()
				c.people["ada"].post("/login", url.Values{"login": {"ada"}, "password": {password}})
			}
		}
		n := 0
		for _, pattern := range handlers.Patterns() {
			method, path, _ := strings.Cut(pattern, " ")
			path = strings.TrimSuffix(path, "{$}")
			// Those which do not end, and those after which there is nobody to ask.
			if strings.HasSuffix(path, "/stream") || path == "/logout" || strings.HasPrefix(path, "/profile/") || path == "/admin/people/{user}/delete" {
				continue
			}
			for i, odd := range oddValues {
				if place.MatchString(path) {
					asks("ada", method, place.ReplaceAllLiteralString(path, url.PathEscape(odd)), right, odd)
					asks("ada", method, place.ReplaceAllLiteralString(strings.Replace(path, "{room}", "1", 1), url.PathEscape(odd)), right, odd)
				}
				here := place.ReplaceAllLiteralString(path, "1")
				all := url.Values{}
				for _, name := range oddNames {
					all.Set(name, odd)
				}
				if method == http.MethodGet {
					asks("ada", method, here+"?"+all.Encode(), nil, odd)
				} else {
					asks("ada", method, here, all, odd)
				}
				if i < 2 {
					asks("nobody", method, here, all, odd)
				}
				for _, name := range oddNames { // some of them, and all have their turn
					if n++; n%53 != 0 {
						continue
					}
					one := maps.Clone(right)
					one.Set(name, odd)
					if method == http.MethodGet {
						asks("ada", method, here+"?"+url.Values{name: {odd}}.Encode(), nil, name+"="+odd, "HX-Request", "true")
					} else {
						asks("ada", method, here, one, name+"="+odd)
					}
				}
			}
		}
	})
}
