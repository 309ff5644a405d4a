//go:build lighthouse

package e2e

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"

	"parley/store"
)

var lighthouse = flag.String("lighthouse", "", "the program of npm's package lighthouse; tools/lighthouse brings it")

// reports is where the reports stay.
const reports = "../build/lighthouse"

// TestLighthouseGivesEveryPageFullMarks has Lighthouse look at pages of the demo, as
// Ada and on a phone and a desk, in a browser that has her cookie: headers alone
// would leave the socket without it.
func TestLighthouseGivesEveryPageFullMarks(t *testing.T) {
	s := demo(t)
	path, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox,
		remote.WebSocket, chromedp.Flag("remote-debugging-port", fmt.Sprint(port)), chromedp.Flag("disable-component-update", true))
	allocated, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	defer cancel()
	ctx, cancel := chromedp.NewContext(allocated)
	defer cancel()
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(reports, 0o755); err != nil {
		t.Fatal(err)
	}
	look := func(page, path string) {
		t.Helper()
		for _, on := range []string{"phone", "desk"} {
			report(t, s.URL+path, port, page+"-"+on)
		}
	}
	look("login", "/login")
	signInAs(t, ctx, s, "ada")
	look("room", "/rooms/2-kitchen")
	look("rooms", "/rooms")
	look("profile", "/profile")
}

// signInAs gives the browser the cookie of somebody in the demo.
func signInAs(t *testing.T, ctx context.Context, s *Server, name string) {
	t.Helper()
	jar, _ := cookiejar.New(nil) // without options it cannot fail
	p := &Person{t: t, base: s.URL, origin: s.URL, client: &http.Client{Jar: jar}}
	p.post("/login", url.Values{"login": {name}, "password": {store.DemoPassword}})
	base, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range jar.Cookies(base) {
		if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: s.URL}); err != nil {
			t.Fatal(err)
		}
	}
}

// report writes Lighthouse's report on the page at address, and fails for each
// category with less than 100.
func report(t *testing.T, address string, port int, name string) {
	t.Helper()
	path := filepath.Join(reports, name)
	args := []string{address, "--port", fmt.Sprint(port), "--only-categories", "accessibility,best-practices",
		"--output", "json,html", "--output-path", path, "--quiet"}
	if strings.HasSuffix(name, "-desk") {
		args = append(args, "--preset", "desktop")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	if out, err := exec.CommandContext(ctx, *lighthouse, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	text, err := os.ReadFile(path + ".report.json")
	if err != nil {
		t.Fatal(err)
	}
	var found struct {
		FinalDisplayedURL string
		Categories        map[string]struct {
			Score     *float64
			AuditRefs []struct{ ID string }
		}
		Audits map[string]struct {
			Title string
			Score *float64
		}
	}
	if err := json.Unmarshal(text, &found); err != nil {
		t.Fatal(err)
	}
	if found.FinalDisplayedURL != address || len(found.Categories) != 2 {
		t.Fatalf("%s: Lighthouse saw %s and judged %d categories", name, found.FinalDisplayedURL, len(found.Categories))
	}
	for category, c := range found.Categories {
		if c.Score == nil {
			t.Errorf("%s: no score for %s", name, category)
			continue
		}
		t.Logf("%-14s %-14s %3.0f", name, category, *c.Score*100)
		if *c.Score == 1 {
			continue
		}
		t.Errorf("%s: %s is %.0f, want 100", name, category, *c.Score*100)
		for _, ref := range c.AuditRefs {
			if a := found.Audits[ref.ID]; a.Score != nil && *a.Score < 1 {
				t.Errorf("%s: %s", name, a.Title)
			}
		}
	}
}
