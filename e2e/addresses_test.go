package e2e

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// noPages are the addresses that a person does not see as a page.
var noPages = map[string]string{
	"/healthz": "for machines", "/readyz": "for machines",
	"/{$}": "leads on", "/rooms/{room}/messages": "leads on", "/rooms/{room}/messages/{seq}": "leads on",
	"/me.css": "a stylesheet", "/accent.css": "a stylesheet", "/rooms/{room}/new.css": "a stylesheet", "/rooms/{room}/read.css": "a stylesheet",
	"/logo/{file}": "a picture", "/profile/export": "a file",
	"/zone": "a field", "/composer/text": "a field", "/go/list": "a part of pages", "/direct/people": "a part of pages", "/rooms/list": "a part of pages", "/rooms/{room}/people": "a part of pages",
	"/live": "a part of pages", "/rooms/{room}/live": "a part of pages",
}

var getRoute = regexp.MustCompile(`"GET (/[^"]*)"`)

// Ada administers; Ben owns the Garden, which she is not in, and talks to her in room 3.
// A message of his is hidden, he objects to that, and another one is held.
func TestEveryAddressIsAPageForEverybodyInBothSchemes(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Unlimited()
	s.Seed(3)
	s.Start()
	w, guest := window(t, s), window(t, s)
	w.Returns("ada")
	w.Until(connected)
	ada, ben, cleo := w.person(), person(t, s, "ben"), person(t, s, "cleo")
	ben.Post("Please stop that")
	ben.make("Garden", "open")
	ben.post("/direct", url.Values{"with": {"1"}})
	cleo.post("/rooms/1/messages/4/report", url.Values{"reason": {"spam"}, "note": {"Look at this"}})
	ada.post("/measures", url.Values{"kind": {"hide"}, "room": {"1"}, "seq": {"4"}, "reason": {"spam"}})
	ben.post("/notices/1/appeal", url.Values{"text": {"It was a joke"}})
	ada.post("/moderation/rules", url.Values{"kind": {"word"}, "text": {"casino"}, "act": {"hold"}})
	ben.post("/rooms/1/messages", url.Values{"body": {"A casino"}, "key": {"held"}})
	cleo.post("/people/2/mute", url.Values{"do": {"mute"}})
	_, invited, err := ada.send("/admin/invitations", url.Values{"life": {"24h"}, "uses": {"3"}, "role": {"member"}})
	if err != nil {
		t.Fatal(err)
	}
	_, oneTime, err := ada.send("/admin/people/2/link", nil)
	if err != nil {
		t.Fatal(err)
	}
	reset, _, _ := strings.Cut(s.Command("user", "reset-password", "cleo"), "\n")
	other := w.second()
	other.Open("/rooms/1-lobby")
	other.Until(connected)
	w.Open("/admin/sockets")
	w.Until(pageRow("Ada", "Lobby"))
	socket := eval[string](w, pageRow("Ada", "Lobby")+`.querySelector("a.button").getAttribute("href")`)

	of := func(who *Window, paths map[string]string) map[string]string {
		for pattern, path := range paths {
			name := pattern + " as " + path
			if strings.HasSuffix(pattern, "/stream") || strings.HasSuffix(pattern, "/follow") { // one that does not end
				if _, err := chromedp.Call(who.ctx, page.Navigate, page.NavigateParams{URL: s.URL + path}); err != nil {
					t.Fatal(err)
				}
				who.Until(fmt.Sprintf(`location.pathname === %q && document.querySelector("h1")`, path))
				who.bothSchemes(name, "meta-refresh")
				continue
			}
			who.Open(path)
			who.Until(arrived + ` && document.querySelector("h1")`)
			if status := eval[int](who, `performance.getEntriesByType("navigation")[0].responseStatus`); status != 200 {
				t.Errorf("%s: %d", name, status)
			}
			who.bothSchemes(name)
		}
		return paths
	}
	seen := map[string]string{}
	maps.Copy(seen, of(guest, map[string]string{
		"/register": "/register", "/login": "/login", "/join": linkIn(t, invited), "/link": linkIn(t, oneTime), "/reset": strings.TrimPrefix(reset, s.URL),
	}))
	maps.Copy(seen, of(w, map[string]string{
		"/admin": "/admin", "/admin/sockets": "/admin/sockets", "/admin/sockets/{socket}/end": socket, "/admin/sessions": "/admin/sessions", "/admin/sessions/of/{user}/end": "/admin/sessions/of/2/end",
		"/admin/invitations": "/admin/invitations", "/admin/invitations/new": "/admin/invitations/new", "/admin/invitations/{invitation}": "/admin/invitations/1", "/admin/invitations/{invitation}/withdraw": "/admin/invitations/1/withdraw",
		"/admin/people": "/admin/people", "/admin/people/new": "/admin/people/new", "/admin/people/{user}": "/admin/people/2", "/admin/people/{user}/link": "/admin/people/2/link", "/admin/people/{user}/suspend": "/admin/people/2/suspend", "/admin/people/{user}/delete": "/admin/people/2/delete",
		"/admin/rooms": "/admin/rooms", "/admin/rooms/{room}": "/admin/rooms/2", "/admin/rooms/{room}/keep": "/admin/rooms/2/keep?keep=days&days=30", "/admin/rooms/{room}/delete": "/admin/rooms/2/delete",
		"/admin/settings": "/admin/settings", "/admin/log": "/admin/log",
		"/profile": "/profile", "/profile/delete": "/profile/delete", "/go": "/go?q=e", "/people/{user}": "/people/2", "/mutes": "/mutes", "/notices": "/notices", "/reports": "/reports",
		"/people/{user}/moderate": "/people/2/moderate", "/people/{user}/report": "/people/2/report", "/direct/new": "/direct/new",
		"/rooms": "/rooms", "/rooms/new": "/rooms/new", "/rooms/{room}/about": "/rooms/1/about?add=1", "/rooms/{room}/archive": "/rooms/1/archive", "/rooms/{room}/leave": "/rooms/1/leave",
		"/rooms/{room}/members/remove": "/rooms/1/members/remove?user=2", "/rooms/{room}/moderate": "/rooms/1/moderate", "/rooms/{room}/moderation": "/rooms/1/moderation", "/rooms/{room}/moderation/log": "/rooms/1/moderation/log",
		"/rooms/{room}": "/rooms/1-lobby?at=2", "/rooms/{room}/follow": "/rooms/1/follow", "/rooms/{room}/stream": "/rooms/1/stream", "/rooms/{room}/write": "/rooms/1/write",
		"/rooms/{room}/messages/{seq}/more": "/rooms/1/messages/3/more", "/rooms/{room}/messages/{seq}/edit": "/rooms/1/messages/3/edit", "/rooms/{room}/messages/{seq}/delete": "/rooms/1/messages/3/delete",
		"/rooms/{room}/messages/{seq}/report": "/rooms/1/messages/4/report", "/rooms/{room}/messages/{seq}/hidden": "/rooms/1/messages/4/hidden",
		"/moderation": "/moderation", "/moderation/cases/{case}": "/moderation/cases/1", "/moderation/newcomers": "/moderation/newcomers", "/moderation/measures": "/moderation/measures",
		"/moderation/appeals": "/moderation/appeals", "/moderation/appeals/{measure}": "/moderation/appeals/1", "/moderation/rules": "/moderation/rules", "/moderation/rules/{rule}": "/moderation/rules/1",
		"/moderation/rules/{rule}/delete": "/moderation/rules/1/delete", "/moderation/held": "/moderation/held", "/moderation/held/{held}/refuse": "/moderation/held/1/refuse",
	}))
	ben.Post("Something else")
	maps.Copy(seen, of(w, map[string]string{"/rooms/{room}/messages/{seq}/hide": "/rooms/1/messages/5/hide"}))
	of(w, map[string]string{"the door of a room": "/rooms/2-garden", "a direct conversation": "/rooms/3-direct", "nothing to decide": "/moderation/held?room=1"})

	routes := pageRoutes(t)
	for _, route := range routes {
		if seen[route] == "" {
			t.Errorf("nobody has looked at %s", route)
		}
	}
	for pattern := range seen {
		if !slices.Contains(routes, pattern) {
			t.Errorf("there is no page %s", pattern)
		}
	}
}

// pageRoutes are the patterns of all addresses that are pages.
func pageRoutes(t *testing.T) []string {
	t.Helper()
	source, err := os.ReadFile("../handlers/routes.go")
	if err != nil {
		t.Fatal(err)
	}
	var routes, others []string
	for _, m := range getRoute.FindAllStringSubmatch(string(source), -1) {
		if noPages[m[1]] == "" {
			routes = append(routes, m[1])
		} else {
			others = append(others, m[1])
		}
	}
	if len(others) != len(noPages) || len(routes) < 50 {
		t.Errorf("%d of %d that are no pages are there, and %d pages", len(others), len(noPages), len(routes))
	}
	return routes
}
