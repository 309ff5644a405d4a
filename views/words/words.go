// Package words is the catalogue of the interface's texts. The key of a text is the
// English sentence itself, with fmt verbs where something is filled in.
package words

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"
)

// Languages are those in which every text is there, the first where no other fits.
var Languages = []language.Tag{language.English, language.German}

// Names are what the languages call themselves, in the order of Languages.
var Names = []string{"English", "Deutsch"}

var (
	matcher  = language.NewMatcher(Languages)
	printers = map[language.Tag]*message.Printer{}
)

func init() {
	b := catalog.NewBuilder(catalog.Fallback(language.English))
	set := func(tag language.Tag, key string, msg ...catalog.Message) {
		if err := b.Set(tag, key, msg...); err != nil {
			panic(err) // a mistake in the catalogue
		}
	}
	for key, text := range german {
		set(language.German, key, catalog.String(text))
	}
	for tag, all := range counted {
		for key, forms := range all {
			set(tag, key, plural.Selectf(1, "%d", "=1", forms[0], "other", forms[1]))
		}
	}
	for _, tag := range Languages {
		printers[tag] = message.NewPrinter(tag, message.Catalog(b))
	}
}

// Match returns the one of Languages that suits best: wanted are what was asked for,
// the most wanted first, each a tag or an Accept-Language header.
func Match(wanted ...string) language.Tag {
	asked := strings.Join(wanted, "\x00")
	matchedMu.RLock()
	tag, known := matched[asked]
	matchedMu.RUnlock()
	if known {
		return tag
	}
	_, i := language.MatchStrings(matcher, wanted...)
	matchedMu.Lock()
	defer matchedMu.Unlock()
	if len(asked) <= mostAsked {
		if len(matched) >= mostMatched {
			clear(matched) // browsers send few different ones
		}
		matched[asked] = Languages[i]
	}
	return Languages[i]
}

// The most that is kept of what was asked for: each request asks, and to parse a header
// costs more than to look for it.
const (
	mostMatched = 512
	mostAsked   = 200 // bytes
)

var (
	matchedMu sync.RWMutex
	matched   = map[string]language.Tag{}
)

type key struct{}

// With has everything that is said with the context be in the language tag.
func With(ctx context.Context, tag language.Tag) context.Context {
	return context.WithValue(ctx, key{}, tag)
}

// Of is the language of the context, English if none was set.
func Of(ctx context.Context) language.Tag {
	if tag, ok := ctx.Value(key{}).(language.Tag); ok {
		return tag
	}
	return Languages[0]
}

// Say returns text in the language of the context, with args in the places of its
// verbs. What is not in the catalogue stays as it is.
func Say(ctx context.Context, text string, args ...any) string {
	if len(args) == 0 {
		return Told(ctx, text)
	}
	if p := printers[Of(ctx)]; p != nil {
		return p.Sprintf(text, args...)
	}
	return fmt.Sprintf(text, args...)
}

// Told returns a text without verbs in the language of the context.
func Told(ctx context.Context, text string) string {
	if Of(ctx) == language.German {
		if is, ok := german[text]; ok {
			return is
		}
	}
	return text
}

// Day is the date of t in full: "Monday, 2 January 2006".
func Day(ctx context.Context, t time.Time) string {
	if Of(ctx) == language.German {
		return germanDays[t.Weekday()] + t.Format(", 2. ") + germanMonths[t.Month()-1] + t.Format(" 2006")
	}
	return t.Format("Monday, 2 January 2006")
}

// Moment is the date of t in full, and its time.
func Moment(ctx context.Context, t time.Time) string { return Day(ctx, t) + t.Format(", 15:04") }

// Date is the day of t without its year: "2 January".
func Date(ctx context.Context, t time.Time) string {
	if Of(ctx) == language.German {
		return t.Format("2. ") + germanMonths[t.Month()-1]
	}
	return t.Format("2 January")
}
