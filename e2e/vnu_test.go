//go:build vnu

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var vnu = flag.String("vnu", "", "the jar of npm's package vnu-jar; tools/vnu brings it")

// What is left out: what htmx adds to HTML, which the checker cannot know, and the
// advice to give every article a heading, for a conversation would be all headings.
var (
	htmx   = regexp.MustCompile(`^Attribute “hx-[a-z:-]+” not allowed on element “[a-z]+” at this point\.$|^Element “hx-[a-z-]+” not allowed`)
	advice = "Article lacks heading."
)

func TestEveryPageIsValidHTML(t *testing.T) {
	s := newServer(t)
	s.Seed(60)
	s.Start()
	link, _, _ := strings.Cut(s.Command("user", "reset-password", "ada"), "\n")
	jar, _ := cookiejar.New(nil) // without options it cannot fail
	nobody := &Person{t: t, base: s.URL, origin: s.URL, client: &http.Client{Jar: jar}}
	dir := t.TempDir()
	addresses, saved := http.NewServeMux(), map[string]bool{}
	for _, route := range pageRoutes(t) {
		addresses.Handle("GET "+route, http.NotFoundHandler())
	}
	save := func(who *Person, name, path string) {
		t.Helper()
		r, err := http.NewRequest("GET", s.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, route := addresses.Handler(r)
		saved[route] = true
		if err := os.WriteFile(filepath.Join(dir, name+".html"), who.page(path), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, path := range map[string]string{
		"login": "/login", "register": "/register", "not-found-signed-out": "/nothing", "reset": strings.TrimPrefix(link, s.URL),
	} {
		save(nobody, name, path)
	}
	ben := person(t, s, "ben")
	ben.Post("A line of Ben's for @ada, with a link to https://example.com/a?and=has&a=query")
	ben.Post("Gone soon")
	ben.Post("Edited soon")
	ben.post("/rooms/1/messages/62/delete", nil)
	ben.edit(63, "Edited")
	ben.post("/rooms", map[string][]string{"name": {"Kitchen"}, "kind": {"private"}, "topic": {"Lunch & leftovers"}})
	ben.post("/direct", map[string][]string{"with": {"1"}})
	ben.post("/rooms", map[string][]string{"name": {"Garden"}, "kind": {"open"}})
	for name, path := range map[string]string{
		"room": "/rooms/1-lobby", "empty-room": "/rooms/2-kitchen", "direct": "/rooms/3-direct", "older": "/rooms/1-lobby?before=30",
		"edit": "/rooms/1/messages/61/edit", "delete": "/rooms/1/messages/61/delete", "more": "/rooms/1/messages/63/more", "permalink": "/rooms/1-lobby?at=20",
		"about": "/rooms/1/about", "about-own": "/rooms/2/about", "about-direct": "/rooms/3/about", "profile": "/profile",
		"rooms": "/rooms", "archived": "/rooms?archived=1", "new-room": "/rooms/new", "go": "/go?q=lob", "go-person": "/go?q=ad", "go-nothing": "/go?q=zzz",
		"new-message": "/direct/new", "person": "/people/1", "oneself": "/people/2", "not-found": "/nothing", "follow": "/rooms/1/follow", "write": "/rooms/1/write",
		"stream": "/rooms/1/stream", "archive": "/rooms/2/archive", "leave": "/rooms/2/leave",
		"report": "/rooms/1/messages/5/report", "report-person": "/people/1/report", "room-queue": "/rooms/2/moderation", "no-reports": "/reports",
	} {
		save(ben, name, path)
	}
	ada := signIn(t, s, "ada")
	save(ada, "door", "/rooms/4")
	save(ada, "no-invitations", "/admin/invitations")
	save(ada, "new-invitation", "/admin/invitations/new")
	_, made, err := ada.send("/admin/invitations", url.Values{"life": {"24h"}, "uses": {"3"}, "role": {"moderator"}, "again": {password}, "note": {"For <the> kitchen"}})
	if err != nil {
		t.Fatal(err)
	}
	_, oneTime, err := ada.send("/admin/people/2/link", nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, html := range map[string]string{"invitation-made": made, "sign-in-link-made": oneTime} {
		if err := os.WriteFile(filepath.Join(dir, name+".html"), []byte(html), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, path := range map[string]string{
		"invitations": "/admin/invitations", "invitation": "/admin/invitations/1", "withdraw": "/admin/invitations/1/withdraw", "new-sign-in-link": "/admin/people/1/link",
		"come-in": linkIn(t, made),
	} {
		save(ada, name, path)
	}
	save(nobody, "join", linkIn(t, made))
	save(nobody, "sign-in-link", linkIn(t, oneTime))
	save(nobody, "no-invitation", "/join?invitation=x")
	save(ada, "settings", "/admin/settings")
	ada.post("/rooms/1/messages/61/report", map[string][]string{"reason": {"spam"}, "note": {"Look at\nthis"}})
	for name, path := range map[string]string{"reports": "/reports", "queue": "/moderation", "case": "/moderation/cases/1", "queue-closed": "/moderation?tab=closed"} {
		save(ada, name, path)
	}
	ben.post("/profile/export", nil)
	ada.post("/admin/people", map[string][]string{"name": {"Cleo"}, "username": {"cleo"}, "email": {"cleo@example.com"}, "role": {"member"}})
	ada.post("/admin/people", map[string][]string{"name": {"Dan"}, "username": {"dan"}, "email": {"dan@example.com"}, "role": {"member"}})
	ada.post("/admin/people/3/suspend", map[string][]string{"reason": {"spam"}, "words": {"spam & more"}})
	ada.post("/admin/people/4/delete", map[string][]string{"messages": {"keep"}, "password": {password}})
	for name, path := range map[string]string{
		"people": "/admin/people", "people-found": "/admin/people?q=b&sort=here", "people-nobody": "/admin/people?q=zzz", "people-deleted": "/admin/people?show=deleted", "new-account": "/admin/people/new",
		"account": "/admin/people/2", "account-suspended": "/admin/people/3", "account-deleted": "/admin/people/4", "suspend": "/admin/people/2/suspend", "delete-account": "/admin/people/2/delete",
		"person-deleted": "/people/4", "own-deletion": "/profile/delete",
	} {
		save(ada, name, path)
	}
	save(ben, "profile-with-data", "/profile")
	for name, path := range map[string]string{
		"overview": "/admin", "overview-week": "/admin?range=week", "sockets": "/admin/sockets", "sessions": "/admin/sessions", "end-sessions": "/admin/sessions/of/2/end",
		"admin-rooms": "/admin/rooms", "admin-no-room": "/admin/rooms?q=zzz", "admin-room": "/admin/rooms/1", "admin-keep": "/admin/rooms/1/keep?keep=days&days=30", "admin-delete": "/admin/rooms/1/delete",
		"admin-log": "/admin/log", "admin-log-nothing": "/admin/log?q=zzz",
	} {
		save(ada, name, path)
	}
	save(ada, "no-rules", "/moderation/rules")
	save(ada, "nothing-held", "/moderation/held")
	ada.post("/moderation/rules", map[string][]string{"kind": {"word"}, "text": {"casino"}, "act": {"hold"}, "sentence": {"Later & <maybe>"}})
	for _, key := range []string{"1", "2"} {
		ben.post("/rooms/1/messages", map[string][]string{"body": {"A casino, " + strings.Repeat("long ", 50)}, "key": {"held " + key}})
	}
	ada.post("/moderation/held/1/refuse", nil)
	for name, path := range map[string]string{"rules": "/moderation/rules", "rule": "/moderation/rules/1", "rule-delete": "/moderation/rules/1/delete", "held": "/moderation/held", "held-refuse": "/moderation/held/2/refuse", "held-in": "/moderation/held?room=1"} {
		save(ada, name, path)
	}
	save(ben, "held-of-mine", "/rooms/1-lobby")
	ada.post("/measures", url.Values{"kind": {"hide"}, "room": {"1"}, "seq": {"61"}, "reason": {"spam"}, "words": {"Please <stop> that"}})
	ada.post("/measures", url.Values{"kind": {"slow"}, "room": {"1"}, "amount": {"30"}, "reason": {"flood"}})
	save(ada, "appeals-none", "/moderation/appeals")
	save(ben, "hidden", "/rooms/1/messages/61/hidden")
	save(ben, "notices", "/notices")
	ben.post("/notices/1/appeal", url.Values{"text": {"It was a joke"}})
	for name, path := range map[string]string{
		"hide": "/rooms/1/messages/60/hide", "moderate-person": "/people/2/moderate", "moderate-in-room": "/people/2/moderate?room=1", "moderate-room": "/rooms/1/moderate",
		"newcomers": "/moderation/newcomers", "appeals": "/moderation/appeals", "appeal": "/moderation/appeals/1", "room-log": "/rooms/1/moderation/log",
	} {
		save(ada, name, path)
	}
	for name, path := range map[string]string{"notices-objected": "/notices", "mutes": "/mutes", "slow-room": "/rooms/1-lobby"} {
		save(ben, name, path)
	}
	allLive(t, thin(t, ben))
	socket := regexp.MustCompile(`/admin/sockets/\d+/end`).Find(ada.page("/admin/sockets"))
	for name, path := range map[string]string{"end-socket": string(socket), "in-force": "/moderation/measures", "remove": "/rooms/1/members/remove?user=2"} {
		save(ada, name, path)
	}
	for _, route := range pageRoutes(t) {
		if !saved["GET "+route] {
			t.Errorf("nobody has saved %s", route)
		}
	}
	for _, m := range check(t, dir) {
		t.Errorf("%s:%d: %s: %s\n\t%s", m.URL, m.LastLine, m.Type, m.Message, m.Extract)
	}
}

// page is the HTML at path; of a stream that does not end, what comes first.
func (p *Person) page(path string) []byte {
	p.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", p.base+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	var html bytes.Buffer
	if strings.HasSuffix(path, "/stream") {
		time.AfterFunc(3*time.Second, cancel)
	}
	if _, err := io.Copy(&html, resp.Body); err != nil && ctx.Err() == nil {
		p.t.Fatal(err)
	}
	if html.Len() == 0 {
		p.t.Fatalf("%s is empty", path)
	}
	if strings.HasSuffix(path, "/stream") {
		html.WriteString("</main></body></html>") // it would go on
	}
	return html.Bytes()
}

type complaint struct {
	Type, URL, Message, Extract string
	LastLine                    int
}

// check is what the checker has against the pages in dir, but for htmx.
func check(t *testing.T, dir string) []complaint {
	t.Helper()
	cmd := exec.Command("java", "-jar", *vnu, "--format", "json", "--exit-zero-always", "--skip-non-html", dir)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = os.Stderr, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	var found struct{ Messages []complaint }
	if err := json.Unmarshal(out.Bytes(), &found); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	var all []complaint
	checked := false
	for _, m := range found.Messages {
		if htmx.MatchString(m.Message) {
			checked = true
			continue
		}
		if strings.HasPrefix(m.Message, advice) {
			continue
		}
		m.URL = filepath.Base(m.URL)
		all = append(all, m)
	}
	if !checked {
		t.Error("the checker has nothing against htmx: did it check?")
	}
	return all
}
