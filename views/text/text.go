// Package text turns what people write into HTML. It is the only place that makes
// markup out of a message, and the wall against markup in messages.
package text

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"
)

// HTML returns body as escaped text in which web and mail addresses are links.
// Line breaks stay as they are, for an element that keeps white space, each after a
// br, for a browser without styles; the styles do not show it. The only other
// elements it can contain are a, with href, target and rel (_top keeps a container
// that enhances its links from taking these too), and mark around an @ with one of
// names, as written.
func HTML(body string, names ...string) templ.Component {
	if len(names) == 0 && !strings.Contains(body, ":") { // as most are
		return templ.Raw(escaped(body))
	}
	var b strings.Builder
	b.Grow(len(body) + 64)
	rest := body
	for strings.Contains(rest, ":") { // without one there is no address, and looking costs
		at := address.FindStringIndex(rest)
		if at == nil {
			break
		}
		link := trim(rest[at[0]:at[1]])
		if !linked(rest[:at[0]], link) {
			// All of it is text: looking again inside would take the square of its length.
			writeText(&b, rest[:at[1]], names)
			rest = rest[at[1]:]
			continue
		}
		writeText(&b, rest[:at[0]], names)
		shown := html.EscapeString(link)
		b.WriteString(`<a href="` + shown + `" dir="ltr" target="_top" rel="nofollow noopener noreferrer">` + shown + `</a>`)
		rest = rest[at[0]+len(link):]
	}
	writeText(&b, rest, names)
	return templ.Raw(b.String())
}

// writeText writes text with the mentions in it marked.
func writeText(b *strings.Builder, text string, names []string) {
	for len(names) > 0 {
		at := strings.IndexByte(text, '@')
		if at < 0 {
			break
		}
		name := longest(text[at+1:], names)
		if before, _ := utf8.DecodeLastRuneInString(text[:at]); name == "" || at > 0 && inName(before) {
			b.WriteString(escaped(text[:at+1]))
			text = text[at+1:]
			continue
		}
		b.WriteString(escaped(text[:at]))
		b.WriteString(`<mark dir="auto">@` + html.EscapeString(name) + "</mark>")
		text = text[at+1+len(name):]
	}
	b.WriteString(escaped(text))
}

func escaped(text string) string {
	if !strings.ContainsAny(text, "<>&'\"\n") {
		return text
	}
	return strings.ReplaceAll(html.EscapeString(text), "\n", "<br>\n")
}

// longest is the longest of names that text begins with and that ends there.
func longest(text string, names []string) string {
	found := ""
	for _, name := range names {
		next, _ := utf8.DecodeRuneInString(strings.TrimPrefix(text, name))
		if strings.HasPrefix(text, name) && len(name) > len(found) && !(unicode.IsLetter(next) || unicode.IsDigit(next) || next == '_') {
			found = name
		}
	}
	return found
}

func inName(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_.@/-", r)
}

var address = regexp.MustCompile(`(?i)(?:https?://|mailto:)[^\s<>"` + "`" + `\x00-\x20]+`)

// trim leaves out what belongs to the sentence around an address: punctuation at
// its end, and a bracket that it did not open.
func trim(link string) string {
	for {
		last, size := utf8.DecodeLastRuneInString(link)
		switch {
		case strings.ContainsRune(`.,;:!?'*_~…»”’`, last):
		case last == ')' && strings.Count(link, ")") > strings.Count(link, "("):
		case last == ']' && strings.Count(link, "]") > strings.Count(link, "["):
		case last == '}' && strings.Count(link, "}") > strings.Count(link, "{"):
		default:
			return link
		}
		link = link[:len(link)-size]
	}
}

// linked says whether link, found after before, is an address and stands for itself.
func linked(before, link string) bool {
	if last, size := utf8.DecodeLastRuneInString(before); size > 0 && (last == '_' || last >= '0' && last <= '9' || last >= 'A' && last <= 'Z' || last >= 'a' && last <= 'z') {
		return false
	}
	u, err := url.Parse(link)
	if err != nil {
		return false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		return u.Host != "" && u.User == nil
	case "mailto":
		return strings.Contains(u.Opaque, "@")
	}
	return false
}
