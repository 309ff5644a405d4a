package store_test

import (
	"testing"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

func TestWhoIsLetInIsToldOfTheRoomUntilTheyHaveLooked(t *testing.T) {
	storetest.Embedded(t, func(t *testing.T, s *store.Store, _ *sqlx.DB) {
		_, ben, cleo := crew(t, s)
		room := makeRoom(t, s, ben, "Surprise", store.PrivateRoom)
		tells := func(want bool, unread int) {
			t.Helper()
			rooms, err := s.RoomsOf(t.Context(), cleo.ID)
			must(t, err)
			for _, m := range rooms {
				if m.ID == room && (m.Tells() != want || m.Unread() != unread) {
					t.Errorf("the room tells: %t, with %d unread; want %t, %d", m.Tells(), m.Unread(), want, unread)
				}
			}
		}
		must(t, s.AddMember(t.Context(), room, by(ben), cleo.ID))
		tells(true, 0)
		must(t, s.AddMember(t.Context(), room, by(ben), cleo.ID)) // in it already
		tells(true, 0)
		must(t, s.Visit(t.Context(), cleo.ID, room))
		tells(false, 0)
		say(t, s, room, ben, "Cake at four")
		tells(true, 1)

		// Of what was said before, the newest is unread.
		say(t, s, room, ben, "Bring candles")
		must(t, s.Leave(t.Context(), room, cleo.ID))
		must(t, s.AddMember(t.Context(), room, by(ben), cleo.ID))
		tells(true, 1)
		must(t, s.MarkAllSeen(t.Context(), cleo.ID))
		tells(false, 0)
	})
}
