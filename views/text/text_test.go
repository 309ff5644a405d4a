package text

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func render(t testing.TB, body string) string {
	t.Helper()
	var b strings.Builder
	if err := HTML(body).Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func link(url string) string {
	return `<a href="` + url + `" dir="ltr" target="_top" rel="nofollow noopener noreferrer">` + url + `</a>`
}

func TestAddressesBecomeLinksAndTheSentenceAroundThemStays(t *testing.T) {
	for body, want := range map[string]string{
		"see https://go.dev.":                       "see " + link("https://go.dev") + ".",
		"(https://en.wikipedia.org/wiki/Go_(game))": "(" + link("https://en.wikipedia.org/wiki/Go_(game)") + ")",
		"a\nhttp://a.example/?q=1&r=2\nb":           "a<br>\n" + link("http://a.example/?q=1&amp;r=2") + "<br>\nb",
		"write to mailto:ada@example.com, please":   "write to " + link("mailto:ada@example.com") + ", please",
		"https://":                                    "https://",
		"xhttps://a.example":                          "xhttps://a.example",
		"https://bank.example@evil.example/":          "https://bank.example@evil.example/",
		"javascript:alert(1) data:text/html,x":        "javascript:alert(1) data:text/html,x",
		"HTTPS://A.EXAMPLE/ö":                         link("HTTPS://A.EXAMPLE/ö"),
		`https://a.example/"onmouseover="alert(1)`:    link("https://a.example/") + `&#34;onmouseover=&#34;alert(1)`,
		`https://a.example/'onmouseover='alert(1)`:    link(`https://a.example/&#39;onmouseover=&#39;alert(1)`),
		"https://a.example/<script>alert(1)</script>": link("https://a.example/") + "&lt;script&gt;alert(1)&lt;/script&gt;",
		"https://a.example,https://b.example":         link("https://a.example,https://b.example"),
	} {
		if got := render(t, body); got != want {
			t.Errorf("%q:\n got %s\nwant %s", body, got, want)
		}
	}
}

var ours = regexp.MustCompile(`<a href="(?i:https?://|mailto:)[^"<>\s]*" dir="ltr" target="_top" rel="nofollow noopener noreferrer">[^"<>\s]*</a>`)

// Whatever is written: outside our own links nothing is left that HTML could read
// as markup.
func FuzzTextStaysText(f *testing.F) {
	for _, seed := range []string{
		"", "<script>alert(1)</script>", `<hx-partial hx-target="body">x</hx-partial>`, `<img src=x onerror=alert(1)>`,
		`{"type":"x","content":"<b>"}`, "https://a.example/?a=b&c=d", "mailto:a@b.c?subject=<x>", "&amp; &#60;", "http://[::1]:80/", "https://%zz",
		"https://a.example)))]]}}...", "\x00\xff", "https://\u202egro.live",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if !utf8.ValidString(body) {
			return
		}
		rest := strings.ReplaceAll(ours.ReplaceAllString(render(t, body), ""), "<br>\n", "\n")
		if strings.ContainsAny(rest, `<>"'`) {
			t.Errorf("%q leaves %q", body, rest)
		}
	})
}
