package handlers

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
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

func TestWhoMayNotWriteIsNotShownTyping(t *testing.T) {
	storetest.Embedded(t, func(t *testing.T, s *store.Store, _ *sqlx.DB) {
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		var people []store.User
		for _, name := range []string{"ada", "ben"} {
			u, err := s.CreateUser(t.Context(), store.SignUp{Username: name, Email: name + "@example.com", Password: "correct horse " + name, MayBeFirst: true})
			must(err)
			people = append(people, u)
		}
		ada, ben := people[0], people[1]
		const lobby store.RoomID = 1
		room, err := s.Membership(t.Context(), lobby, ben.ID)
		must(err)
		srv := &Server{Config: Config{Store: s}}
		ben.ShowsTyping = true
		page := &reader{me: ben, room: room.Room}
		types := func() bool {
			return srv.mayType(t.Context(), page) && srv.typing.note(lobby, store.Named{ID: ben.ID, Name: ben.Name})
		}
		impose := func(m store.Measure) func() {
			t.Helper()
			m.Reason = store.OtherReason
			m, err := s.Impose(t.Context(), store.Actor{User: ada.ID}, m)
			must(err)
			return func() {
				_, err := s.Lift(t.Context(), store.Actor{User: ada.ID}, m.ID, "")
				must(err)
			}
		}
		for what, m := range map[string]store.Measure{
			"in the room": {Kind: store.TimeOut, User: ben.ID, Room: lobby, Until: time.Now().Add(time.Hour)}, "everywhere": {Kind: store.TimeOut, User: ben.ID, Until: time.Now().Add(time.Hour)},
			"locked": {Kind: store.RoomLock, Room: lobby}, "new": {Kind: store.NewcomerLag, Amount: 60},
		} {
			lift := impose(m)
			if types() {
				t.Errorf("%s: Ben is shown typing", what)
			}
			lift()
			if !types() {
				t.Errorf("%s, and lifted: Ben is not shown typing", what)
			}
			// One that comes while he types ends that.
			if rooms := srv.typing.stop(ben.ID); len(rooms) != 1 || len(typers(&srv.typing, lobby)) != 0 {
				t.Errorf("%s: he stops in %v", what, rooms)
			}
		}
		impose(store.Measure{Kind: store.SlowMode, Room: lobby, Amount: 60})
		_, err = s.PostMessage(t.Context(), store.Draft{Room: lobby, Author: ben.ID, Key: "1", Body: "hello"})
		must(err)
		if !types() {
			t.Error("who waits in a slow room does not type")
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

func typers(all *typing, room store.RoomID) []store.Named {
	who, _ := all.in(room)
	return who
}
