package store_test

import (
	"testing"
	"time"

	"parley/store"
	"parley/store/storetest"
)

func TestANoticeNamesARoomAsLongAsOneMayReadIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		kitchen := makeRoom(t, s, cleo, "Kitchen", store.PrivateRoom)
		must(t, s.AddMember(t.Context(), kitchen, store.Actor{User: cleo.ID}, ben.ID))
		must2(s.Impose(t.Context(), by(cleo), store.Measure{Kind: store.Warning, User: ben.ID, Room: kitchen, Reason: store.Spam}))(t)
		named := func(when string, want ...string) {
			t.Helper()
			all, err := s.NoticesOf(t.Context(), ben.ID, 10)
			must(t, err)
			for i, m := range all {
				if len(all) != len(want) || m.RoomName != want[i] {
					t.Errorf("%s: %s in %q, want %q", when, m.Kind, m.RoomName, want)
				}
			}
		}
		named("as a member", "Kitchen")
		must(t, s.Leave(t.Context(), kitchen, ben.ID))
		must(t, s.UpdateRoom(t.Context(), kitchen, by(cleo), store.Charter{Name: "Where Ben is not", Kind: store.PrivateRoom}))
		named("after leaving", "")
		must(t, s.AddMember(t.Context(), kitchen, store.Actor{User: cleo.ID}, ben.ID))
		must2(s.Impose(t.Context(), by(cleo), store.Measure{Kind: store.Removal, User: ben.ID, Room: kitchen, Reason: store.Spam, Until: time.Now().Add(time.Hour)}))(t)
		named("removed", "Where Ben is not", "")

		// Who was never in it learns by no removal that there is one.
		attic := makeRoom(t, s, cleo, "Attic", store.PrivateRoom)
		must(t, s.AddMember(t.Context(), attic, store.Actor{User: cleo.ID}, ada.ID))
		must2(s.Impose(t.Context(), by(ada), store.Measure{Kind: store.Removal, User: ben.ID, Room: attic, Reason: store.Spam, Until: time.Now().Add(time.Hour)}))(t)
		named("kept out of where he never was", "", "Where Ben is not", "")
	})
}
