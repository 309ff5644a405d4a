package store_test

import (
	"testing"
	"time"

	"parley/store"
	"parley/store/storetest"
)

func TestWhoWasRemovedKnowsTheRoomWhyAndUntilWhen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := judge(t, s)
		cellar := makeRoom(t, s, j.cleo, "Cellar", store.PrivateRoom)
		must(t, s.AddMember(t.Context(), cellar, store.Actor{User: j.cleo.ID}, j.ben.ID))
		knows := func(what string, room store.RoomID, name string, by store.Measure) {
			t.Helper()
			b, err := s.BarredFrom(t.Context(), room, j.ben.ID)
			all, failed := s.Removals(t.Context(), j.ben.ID)
			must(t, failed)
			if name == "" {
				wants(t, what, err, store.ErrNotFound)
			} else if must(t, err); b.Name != name || b.By.ID != by.ID || !b.By.Until.Equal(by.Until) || b.By.Words != by.Words || all[room].ID != by.ID {
				t.Errorf("%s: %+v, and among %+v", what, b, all)
			}
		}
		admits := func(what string, room store.RoomID, in, joins bool) {
			t.Helper()
			l, err := s.Admits(t.Context(), room, j.ben.ID)
			if !in && !joins {
				wants(t, what, err, store.ErrNotFound)
			} else if must(t, err); l.Joined != in {
				t.Errorf("%s: %+v", what, l)
			}
		}
		knows("nobody has removed him", j.kitchen, "", store.Measure{})
		open := j.impose(j.cleo, store.Measure{Kind: store.Removal, User: j.ben.ID, Room: j.kitchen, Words: "Cool down", Until: j.now.Add(time.Hour)})
		private := j.impose(j.cleo, store.Measure{Kind: store.Removal, User: j.ben.ID, Room: cellar})
		knows("out of an open room", j.kitchen, "Kitchen", open)
		knows("out of a private one", cellar, "Cellar", private)
		admits("an open room", j.kitchen, false, false)
		admits("a private one", cellar, false, false)
		if all, err := s.Removals(t.Context(), j.cleo.ID); err != nil || len(all) > 0 {
			t.Errorf("Cleo was removed: %v, %v", all, err)
		}
		j.now = j.now.Add(time.Hour) // it has ended, and he is not yet let in
		knows("it has ended", j.kitchen, "", open)
		admits("it has ended", j.kitchen, false, true)
		if all, err := s.Removals(t.Context(), j.ben.ID); err != nil || len(all) != 1 {
			t.Errorf("only the other holds: %v, %v", all, err)
		}
		j.later(0)
		admits("he is in it again", j.kitchen, true, false)
		_, err := s.Lift(t.Context(), store.Actor{User: j.cleo.ID}, private.ID, "")
		must(t, err)
		knows("it was lifted", cellar, "", private)

		// Who was not in a private room does not learn that there is one.
		must(t, s.Leave(t.Context(), cellar, j.ben.ID))
		must(t, s.Leave(t.Context(), j.kitchen, j.ben.ID))
		private = j.impose(j.cleo, store.Measure{Kind: store.Removal, User: j.ben.ID, Room: cellar})
		open = j.impose(j.cleo, store.Measure{Kind: store.Removal, User: j.ben.ID, Room: j.kitchen})
		knows("not in it", cellar, "", private)
		knows("not in it, and it is open", j.kitchen, "Kitchen", open)
		j.lift(open)
		admits("he may join", j.kitchen, false, true)
		admits("he never was", cellar, false, false)
	})
}
