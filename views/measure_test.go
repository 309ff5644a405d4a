package views_test

import (
	"testing"
	"time"

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
		"A message of yours was hidden, and is shown again.":               {Kind: store.HideMessage, RoomName: "Kitchen", EndedAt: time.Now()},
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
