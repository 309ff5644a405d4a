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

// What somebody wrote tells them which message a notice is about, as long as they may read it.
func TestANoticeQuotesWhatOneWroteOneselfAsLongAsOneMayReadIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		kitchen := makeRoom(t, s, cleo, "Kitchen", store.PrivateRoom)
		must(t, s.AddMember(t.Context(), kitchen, store.Actor{User: cleo.ID}, ben.ID))
		for i, room := range []store.RoomID{lobby, kitchen} {
			m, err := s.PostMessage(t.Context(), store.Draft{Room: room, Author: ben.ID, Key: string(rune('a' + i)), Body: []string{"Rude in the lobby", "Rude in the kitchen"}[i]})
			must(t, err)
			must2(s.Impose(t.Context(), by([]store.User{ada, cleo}[i]), store.Measure{Kind: store.HideMessage, Room: room, Seq: m.Seq, Reason: store.Spam}))(t)
		}
		quotes := func(when string, want ...string) {
			t.Helper()
			all, err := s.NoticesOf(t.Context(), ben.ID, 10)
			must(t, err)
			for i, m := range all {
				if len(all) != len(want) || m.Quote != want[i] {
					t.Errorf("%s: notice %d quotes %q, want %q", when, m.ID, m.Quote, want)
				}
			}
		}
		quotes("hidden", "Rude in the kitchen", "Rude in the lobby")
		must2(s.Lift(t.Context(), by(cleo), 2, ""))(t)
		quotes("shown again", "Rude in the kitchen", "Rude in the lobby")
		for _, room := range []store.RoomID{lobby, kitchen} {
			must(t, s.Leave(t.Context(), room, ben.ID))
		}
		quotes("after leaving both", "", "Rude in the lobby") // to which everybody can come
	})
}
