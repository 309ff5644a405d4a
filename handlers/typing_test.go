package handlers

import (
	"testing"
	"testing/synctest"
	"time"

	"parley/store"
)

func TestWhoHasSentIsNotShownTypingByWhatTheirPageToldLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all typing
		ada := store.Named{ID: 1, Name: "Ada"}
		if !all.note(7, ada) || len(all.in(7)) != 1 {
			t.Error("Ada does not type")
		}
		if !all.sent(7, ada.ID) || len(all.in(7)) != 0 {
			t.Error("Ada types on after her message")
		}
		time.Sleep(3 * time.Second) // of synctest's clock: a page tells of typing so late
		if all.note(7, ada) || len(all.in(7)) != 0 {
			t.Error("the end of the message that was sent counts as another")
		}
		if !all.note(8, ada) {
			t.Error("Ada does not type in another room")
		}
		time.Sleep(time.Second)
		if !all.note(7, ada) {
			t.Error("Ada's next message does not count")
		}
		time.Sleep(6 * time.Second)
		if rooms := all.expired(time.Now()); len(rooms) != 2 || len(all.quiet) != 0 {
			t.Errorf("%d rooms are over, and %d writers are kept quiet", len(rooms), len(all.quiet))
		}
	})
}
