package views_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/text/language"

	"parley/store"
	"parley/views"
	"parley/views/words"
)

func TestANoticeSaysWhatHoldsAndInThePastWhatDoesNot(t *testing.T) {
	until := time.Now().Add(time.Hour)
	ctx := words.With(t.Context(), language.English)
	for want, m := range map[string]store.Measure{
		"A message of yours in Kitchen was hidden. You can still read it.": {Kind: store.HideMessage, RoomName: "Kitchen"},
		"A message of yours was hidden. You can still read it.":            {Kind: store.HideMessage},
		"A message of yours in Kitchen was hidden, and is shown again.":    {Kind: store.HideMessage, RoomName: "Kitchen", EndedAt: time.Now()},
		"A message of yours was hidden, and is shown again.":               {Kind: store.HideMessage, EndedAt: time.Now()},
		"This is a warning, in Kitchen.":                                   {Kind: store.Warning, RoomName: "Kitchen"},
		"You could not write.":                                             {Kind: store.TimeOut, Until: until, EndedAt: time.Now()},
		"You could not write in Kitchen.":                                  {Kind: store.TimeOut, RoomName: "Kitchen", Until: time.Now().Add(-time.Hour)},
		"You were removed from Kitchen.":                                   {Kind: store.Removal, RoomName: "Kitchen", Until: until, EndedAt: time.Now()},
		"You could not sign in.":                                           {Kind: store.Ban, EndedAt: time.Now()},
		"You cannot sign in any more.":                                     {Kind: store.Ban},
	} {
		if got := views.Noticed(ctx, m, time.Now(), time.UTC); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestWhatHasEndedSaysWhenItDid(t *testing.T) {
	began := time.Date(time.Now().Year(), 11, 30, 10, 21, 0, 0, time.UTC)
	until := began.Add(time.Hour)
	for want, m := range map[string]store.Measure{
		"ended 30 November, 11:21":                                  {Kind: store.TimeOut, Until: until, EndedAt: until.Add(2 * time.Minute)}, // noted late
		"ended 30 November, 10:51":                                  {Kind: store.TurnDown, Until: until, EndedAt: began.Add(30 * time.Minute)},
		"lifted 30 November, 10:51":                                 {Kind: store.TimeOut, Until: until, EndedAt: began.Add(30 * time.Minute), EndedBy: 1},
		" <span class=\"quiet\">· their addresses are refused, too": {Kind: store.Ban, Amount: 1},
		"5 minutes":  {Kind: store.NewcomerLag, Amount: 5},
		"1 hour<":    {Kind: store.NewcomerCap, Amount: 1},
		"90 seconds": {Kind: store.SlowMode, Amount: 90},
	} {
		m.At = began
		var page bytes.Buffer
		v := views.Moderation{Past: []store.Measure{m}}
		if err := templ.Join(views.MeasuresHolding(v, time.UTC, false), views.MeasureHistory(v, time.UTC, false)).Render(t.Context(), &page); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(page.String(), want) {
			t.Errorf("without %q:\n%s", want, page.String())
		}
	}
}
