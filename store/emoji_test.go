package store_test

import (
	"errors"
	"testing"

	"parley/store"
	"parley/store/storetest"
)

func TestAStatusHasOneEmojiAndNoWord(t *testing.T) {
	s := storetest.SQLite(t)
	ada := person(t, s, "ada")
	set := func(emoji string) error {
		return s.SetProfile(t.Context(), ada.ID, store.Profile{Name: "Ada", Zone: "UTC", Announce: store.AnnounceAll, Status: store.Status{Emoji: emoji}})
	}
	for _, one := range []string{"", "☕", "🌴", "❤️", "👩🏽‍🚒", "👩🏽‍❤️‍💋‍👨🏻", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇩🇪", "5️⃣", "‼️", "↔️", "🫩"} {
		if err := set(one); err != nil {
			t.Errorf("%q: %v", one, err)
		}
	}
	for _, none := range []string{"hello", "x", "5", ":)", "☕☕", "☕ tea", "\u200d", "<b>", "+"} {
		var problems store.Problems
		if err := set(none); !errors.As(err, &problems) || problems[0].Field != "emoji" {
			t.Errorf("%q is taken: %v", none, err)
		}
	}
}
