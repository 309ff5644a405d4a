package views

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"parley/static"
	"parley/store"
)

// Place is what its administrators have made of this place: every page shows it. It
// travels in the context, as the language does.
type Place struct {
	Name    string
	Welcome string        // a sentence where one signs in; "": Parley's own
	Accent  templ.SafeURL // a stylesheet; "": Parley's own colour
	Logo    templ.SafeURL // a picture; "": Parley's own mark
	SignUp  store.SignUpMode
	Domains []string // of the e-mails of new accounts; none: any
}

// PlaceOf is what the settings make of it.
func PlaceOf(in store.Settings) *Place {
	return &Place{Name: in.Name, Welcome: in.Welcome, Accent: AccentURL(in.Accent), Logo: LogoURL(in.Logo), SignUp: in.SignUp, Domains: in.Domains}
}

type placeKey struct{}

// At has all that is rendered with the context be a part of place.
func At(ctx context.Context, place *Place) context.Context {
	return context.WithValue(ctx, placeKey{}, place)
}

func placeOf(ctx context.Context) *Place {
	if place, is := ctx.Value(placeKey{}).(*Place); is {
		return place
	}
	return &Place{Name: "Parley", SignUp: store.SignUpOpen}
}

// welcome is the sentence where one signs in, or what Parley says there.
func welcome(ctx context.Context, ours string) string { return cmp.Or(placeOf(ctx).Welcome, ours) }

// AccentCSS is the stylesheet of an accent, "" if it cannot be one.
func AccentCSS(accent string) string {
	shades, ok := store.ShadesOf(accent)
	if !ok {
		return ""
	}
	var b strings.Builder
	b.WriteString(":root {\n")
	for _, v := range [][3]string{
		{"accent", shades.Light.Accent, shades.Dark.Accent},
		{"accent-strong", shades.Light.Strong, shades.Dark.Strong},
		{"on-accent", shades.Light.On, shades.Dark.On},
		{"wash", shades.Light.Wash, shades.Dark.Wash},
	} {
		b.WriteString("  --" + v[0] + ": light-dark(" + v[1] + ", " + v[2] + ");\n")
	}
	b.WriteString("}\n")
	return b.String()
}

// AccentURL is where the stylesheet of an accent is, for ever: it has a hash of the
// content. It is "" if there is none.
func AccentURL(accent string) templ.SafeURL {
	css := AccentCSS(accent)
	if css == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(css))
	return templ.SafeURL("/accent.css?" + url.Values{"of": {strings.TrimPrefix(accent, "#")}, "v": {hex.EncodeToString(sum[:6])}}.Encode())
}

// OwnAccent is Parley's own accent, as a colour input shows it; tokens.css has its shades.
const OwnAccent = "#4260c4"

var ownAccentURL = AccentURL(OwnAccent)

// LogoURL is where the picture of that name is, "" for none.
func LogoURL(name string) templ.SafeURL {
	if name == "" {
		return ""
	}
	return templ.SafeURL("/logo/" + name + ".png")
}

// iconURL is the icon of a page; unread: something is unread.
func iconURL(ctx context.Context, unread bool) string {
	logo, is := strings.CutSuffix(string(placeOf(ctx).Logo), ".png")
	switch {
	case is && unread:
		return logo + "-new.svg"
	case is:
		return logo + ".svg"
	case unread:
		return static.URL("mark-new.svg")
	}
	return static.URL("mark.svg")
}

// LogoIcon is the icon of pages whose place has that picture, a PNG: a square, for
// browsers pull others into one, and with the dot that says that something is unread.
func LogoIcon(picture []byte, unread bool) []byte {
	svg := `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><image width="32" height="32" href="data:image/png;base64,` + base64.StdEncoding.EncodeToString(picture) + `"/>`
	if unread {
		svg += `<circle cx="26" cy="6" r="6" fill="#d33"/>`
	}
	return []byte(svg + `</svg>`)
}
