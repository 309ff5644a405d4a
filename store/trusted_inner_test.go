package store

import (
	"testing"
	"time"
)

func TestASessionReadBeforeAWriteIsNotTrustedAfterIt(t *testing.T) {
	var all trusted
	epoch := all.now()
	all.forget()
	all.keep(Session{ID: "ada"}, time.Now(), epoch)
	if _, is := all.session("ada"); is {
		t.Error("it was read before, and may have ended since")
	}
	all.keep(Session{ID: "ada"}, time.Now().Add(-trustLife), all.now())
	if _, is := all.session("ada"); is {
		t.Error("it was read a second ago")
	}
	for i := range mostTrusted + 1 {
		all.keep(Session{ID: SessionID(rune(i))}, time.Now(), all.now())
	}
	if len(all.all) > mostTrusted {
		t.Errorf("%d sessions are kept", len(all.all))
	}
}
