// Package views is what Parley looks like: templ components that render whole
// pages and the fragments of them that are pushed. Values go in and HTML comes
// out; nothing here asks a database or looks at a request. The nonce of the
// page's policy travels in the context (templ.WithNonce).
package views

import (
	"context"
	"hash/fnv"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/a-h/templ"

	"parley/store"
)

// Page is what every page shows around its subject.
type Page struct {
	Title string
	Me    store.User // zero: nobody is signed in
	Side  Sidebar
	Live  Connection
	Sheet string        // the address of a stylesheet for this kind of page; "": none
	Line  templ.SafeURL // stylesheet with the line "New since"; "": none
	Read  templ.SafeURL // what a browser without scripts loads to say that it shows the page
}

// Fields are a form's values as typed and the sentences against them, by name.
type Fields struct {
	Values  map[string]string
	Errors  map[string]string
	Problem string // against the form as a whole
}

// Zone is where user reads times, UTC if they have not said.
func Zone(user store.User) *time.Location { return Location(user.Zone) }

// Location is the zone of that IANA name, UTC if there is none. Loading reads a
// file, so what was loaded is kept: there are some 600 names.
func Location(name string) *time.Location {
	if zone, ok := loaded.Load(name); ok {
		return zone.(*time.Location)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	loaded.Store(name, zone)
	return zone
}

var loaded sync.Map // string -> *time.Location

// hues is how many colours avatars have.
const hues = 12

func hue(u store.UserID) string { return id(int64(u) % hues) }

// initials are the first letters of a name's first and last word.
func initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	if len(words) == 0 {
		return "?"
	}
	first := []rune(words[0])
	if len(words) == 1 {
		return strings.ToUpper(string(first[:min(2, len(first))]))
	}
	last := []rune(words[len(words)-1])
	return strings.ToUpper(string([]rune{first[0], last[0]}))
}

// continuesFor is how long after each other messages of one person are one block.
const continuesFor = 5 * time.Minute

// newDay says whether m is the first of its day, and follows whether it continues
// the block of the message before it; both depend on m's own row and zone alone.
func newDay(m store.Message, zone *time.Location) bool {
	if m.PrevAuthor == 0 {
		return true
	}
	return !sameDay(m.PrevAt.In(zone), m.CreatedAt.In(zone))
}

func follows(m store.Message, zone *time.Location) bool {
	return m.PrevAuthor == m.Author && m.CreatedAt.Sub(m.PrevAt).Abs() < continuesFor && !newDay(m, zone)
}

// MeVersion changes when what MeCSS shows changes.
func MeVersion(me store.User) string {
	h := fnv.New64a()
	h.Write([]byte(MeCSS(me)))
	return id(int64(h.Sum64() >> 1))
}

// MeCSS is the private stylesheet of one person: presentation only, for every
// request is checked.
func MeCSS(me store.User) string {
	self := id(me.ID)
	css := `@layer components { [data-author="` + self + `"] .own { display: flex; } }
[data-mentions~="` + self + `"] { background: var(--mention); box-shadow: inset 3px 0 var(--warn-line); }
@media (forced-colors: active) { [data-mentions~="` + self + `"] { border-inline-start: 3px solid Highlight; } }
[data-typing="` + self + `"], [data-seen="` + self + `"], .seen:not(:has([data-seen]:not([data-seen="` + self + `"]))) .seen__label { display: none; }
`
	if me.Scheme != store.SchemeAuto {
		css += ":root { color-scheme: " + string(me.Scheme) + "; }\n"
	}
	return css + mutedCSS(me.Muted)
}

// mutedCSS folds away what the people have written, and that they type; one reads a message of theirs by
// pointing or going to it.
func mutedCSS(people []store.UserID) string {
	if len(people) == 0 {
		return ""
	}
	which := make([]string, len(people))
	for i, who := range people {
		which[i] = `[data-author="` + id(who) + `"]`
	}
	muted := `.message:is(` + strings.Join(which, ", ") + `)`
	typing := strings.ReplaceAll(strings.Join(which, ", "), "data-author", "data-typing")
	return typing + ` { display: none; }
` + muted + `:not(:target, :focus-within, :hover) .message__body { display: none; }
` + muted + `:not(:target, :focus-within, :hover) .message__main::after { content: "…"; }
` + muted + ` { opacity: .75; }
`
}

// NewSinceCSS draws the line before m, where somebody left off.
func NewSinceCSS(ctx context.Context, m store.Message, zone *time.Location) string {
	words := say(ctx, "New since %s", m.CreatedAt.In(zone).Format("15:04"))
	return `#` + MessageID(m.Room, m.Seq) + `::before { content: "` + strings.NewReplacer(`"`, "", `\`, "").Replace(words) + `"; grid-column: 1 / -1; margin-block: var(--s2); ` +
		`background: linear-gradient(to right, var(--danger) calc(50% - 4.5rem), transparent 0 calc(50% + 4.5rem), var(--danger) 0) center / 100% 1px no-repeat; ` +
		`color: var(--danger); font-size: var(--small); font-weight: 600; text-align: center; }` + "\n"
}

// Device is a browser and its system in a few words, of what it calls itself.
func Device(agent string) string {
	find := func(names ...string) string {
		for i := 0; i < len(names); i += 2 {
			if strings.Contains(agent, names[i]) {
				return names[i+1]
			}
		}
		return ""
	}
	browser := find("Edg/", "Edge", "OPR/", "Opera", "Firefox/", "Firefox", "Chrome/", "Chrome", "Safari/", "Safari", "w3m", "w3m", "Lynx", "Lynx", "curl", "curl")
	system := find("Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "Windows", "Windows", "Mac OS", "macOS", "CrOS", "ChromeOS", "Linux", "Linux")
	switch {
	case browser != "" && system != "":
		return browser + ", " + system
	case browser+system != "":
		return browser + system
	}
	return "?"
}
