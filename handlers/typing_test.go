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
		types := func() bool {
			who, _ := all.in(7)
			return len(who) == 1
		}
		if !all.note(7, ada) || !types() {
			t.Error("Ada does not type")
		}
		if !all.sent(7, ada.ID) || types() {
			t.Error("Ada types on after her message")
		}
		time.Sleep(time.Second) // of synctest's clock: a page tells of typing so late
		if all.note(7, ada) || types() {
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

func TestTypingIsOverSoonAfterTheLastKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all typing
		ada := store.Named{ID: 1, Name: "Ada"}
		types := func() bool {
			who, _ := all.in(7)
			return len(who) == 1
		}
		for range 5 { // a page tells of it every second
			all.note(7, ada)
			time.Sleep(time.Second)
		}
		if _, until := all.in(7); !types() || time.Until(until) > 4*time.Second {
			t.Errorf("a second after the last key she is shown typing until %v", until)
		}
		time.Sleep(typingFor - time.Second)
		if types() {
			t.Error("she types for ever")
		}
		if !all.note(7, ada) || !types() {
			t.Error("that she types again is not news")
		}
	})
}
