package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

func makeRoom(t *testing.T, s *store.Store, by store.User, name string, kind store.Kind) store.RoomID {
	t.Helper()
	id, err := s.CreateRoom(t.Context(), by.ID, store.Charter{Name: name, Kind: kind})
	must(t, err)
	return id
}

func say(t *testing.T, s *store.Store, room store.RoomID, by store.User, text string) store.Message {
	t.Helper()
	m, err := s.PostMessage(t.Context(), store.Draft{Room: room, Author: by.ID, Key: fmt.Sprintf("%s %d", text, time.Now().UnixNano()), Body: text})
	must(t, err)
	return m
}

func names(t *testing.T, s *store.Store, q store.RoomQuery) string {
	t.Helper()
	rooms, err := s.RoomRecords(t.Context(), q, 50)
	must(t, err)
	all := make([]string, len(rooms))
	for i, r := range rooms {
		all[i] = r.Name
	}
	return strings.Join(all, ", ")
}

// actsIn are what was done, the newest last: "act was>now".
func actsIn(t *testing.T, s *store.Store, q store.EntryQuery) []string {
	t.Helper()
	entries, err := s.Entries(t.Context(), q, 100)
	must(t, err)
	all := make([]string, len(entries))
	for i, e := range entries {
		all[len(entries)-1-i] = fmt.Sprintf("%s %s>%s", e.Act, e.Was, e.Now)
	}
	return all
}

func TestAdministratorsFindEveryRoomAndNoConversation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		kitchen := makeRoom(t, s, ben, "Kitchen talk", store.PrivateRoom)
		makeRoom(t, s, cleo, "Release 1.4", store.OpenRoom)
		old := makeRoom(t, s, ben, "Ämter", store.OpenRoom)
		must(t, s.ArchiveRoom(t.Context(), old, store.Actor{User: ben.ID}))
		direct, err := s.Converse(t.Context(), ben.ID, []store.UserID{cleo.ID})
		must(t, err)
		for range 3 {
			say(t, s, kitchen, ben, "soup")
			say(t, s, direct, ben, "hush")
		}
		say(t, s, 1, ben, "hello")
		for _, row := range []struct {
			q    store.RoomQuery
			want string
		}{
			{store.RoomQuery{}, "Kitchen talk, Lobby, Release 1.4, Ämter"},
			{store.RoomQuery{Name: "TAL"}, "Kitchen talk"},
			{store.RoomQuery{Name: "kitchen t"}, "Kitchen talk"},
			{store.RoomQuery{Name: "4"}, "Release 1.4"},
			{store.RoomQuery{Name: "äm"}, "Ämter"},
			{store.RoomQuery{Name: "itchen"}, ""},
			{store.RoomQuery{Kind: store.PrivateRoom}, "Kitchen talk"},
			{store.RoomQuery{Kind: store.DirectRoom}, ""},
			{store.RoomQuery{State: store.Archived}, "Ämter"},
			{store.RoomQuery{State: store.InUse, Sort: store.RoomsByMembers}, "Lobby, Release 1.4, Kitchen talk"},
			{store.RoomQuery{Sort: store.RoomsBySize, State: store.InUse}, "Kitchen talk, Lobby, Release 1.4"},
			{store.RoomQuery{Sort: store.RoomsByActivity, State: store.InUse}, "Lobby, Kitchen talk, Release 1.4"},
			{store.RoomQuery{After: "nonsense", Sort: "nonsense"}, "Kitchen talk, Lobby, Release 1.4, Ämter"},
		} {
			if got := names(t, s, row.q); got != row.want {
				t.Errorf("%+v: got %q, want %q", row.q, got, row.want)
			}
		}
		for _, sort := range []store.RoomSort{store.RoomsByName, store.RoomsByMembers, store.RoomsBySize, store.RoomsByActivity} {
			whole, q, paged := names(t, s, store.RoomQuery{Sort: sort}), store.RoomQuery{Sort: sort}, []string{}
			for {
				one, err := s.RoomRecords(t.Context(), q, 1)
				must(t, err)
				if len(one) == 0 {
					break
				}
				paged, q.After = append(paged, one[0].Name), q.Mark(one[0])
			}
			if got := strings.Join(paged, ", "); got != whole {
				t.Errorf("by %q one at a time: got %q, want %q", sort, got, whole)
			}
		}
		// A direct conversation is nothing to them, whatever they try.
		as := store.Actor{User: ada.ID}
		_, err = s.RoomRecord(t.Context(), direct)
		wants(t, "record", err, store.ErrNotFound)
		wants(t, "charter", s.SetCharter(t.Context(), as, direct, store.Charter{Name: "Ours", Kind: store.OpenRoom}), store.ErrNotFound)
		wants(t, "archive", s.SetArchived(t.Context(), as, direct, true), store.ErrNotFound)
		wants(t, "keep", s.SetKeep(t.Context(), as, direct, 1), store.ErrNotFound)
		wants(t, "delete", s.DeleteRoom(t.Context(), as, direct), store.ErrNotFound)
		wants(t, "spare", s.SpareRoom(t.Context(), as, direct), store.ErrNotFound)
		wants(t, "member", s.GiveMember(t.Context(), as, direct, ada.ID), store.ErrNotFound)
	})
}

func TestTheNumberOfMembersIsKept(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		ada, ben, cleo := crew(t, s)
		kitchen := makeRoom(t, s, ben, "Kitchen", store.OpenRoom)
		done := make(chan error)
		for range 4 { // at once
			go func() { done <- s.Join(t.Context(), kitchen, cleo.ID) }()
			go func() { done <- s.AddMember(t.Context(), kitchen, store.Actor{User: ben.ID}, ada.ID) }()
		}
		for range 8 {
			must(t, <-done)
		}
		must(t, s.Leave(t.Context(), kitchen, ben.ID))
		must(t, remove(t.Context(), s, ada, kitchen, cleo))
		var wrong []string
		must(t, db.Select(&wrong, "select r.name from rooms r where r.member_count <> (select count(*) from members m where m.room_id = r.id and m.present)"))
		r, err := s.RoomRecord(t.Context(), kitchen)
		must(t, err)
		if len(wrong) > 0 || r.Members != 1 {
			t.Errorf("%d members; wrong in %q", r.Members, wrong)
		}
	})
}

func TestAnAdministratorChangesRoomsWithoutBeingInThemAndTheLogSaysHow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		as := store.Actor{User: ada.ID, Address: "192.0.2.7"}
		kitchen := makeRoom(t, s, ben, "Kitchen", store.PrivateRoom)
		var p store.Problems
		if err := s.SetCharter(t.Context(), as, kitchen, store.Charter{Name: "Kitchen", Kind: store.OpenRoom}); !errors.As(err, &p) || p.ByField()["kind"] == "" {
			t.Errorf("open what is private: %v", err)
		}
		must(t, s.SetCharter(t.Context(), as, kitchen, store.Charter{Name: "Canteen", Kind: store.PrivateRoom}))
		must(t, s.UpdateRoom(t.Context(), kitchen, store.Actor{User: ben.ID}, store.Charter{Name: "Canteen", Kind: store.OpenRoom})) // its owner: no entry
		must(t, s.SetCharter(t.Context(), as, kitchen, store.Charter{Name: "Canteen", Topic: "Soup", Kind: store.OpenRoom, Everyone: true}))
		must(t, s.SetCharter(t.Context(), as, kitchen, store.Charter{Name: "Canteen", Topic: "Soup", Kind: store.OpenRoom, Everyone: true})) // the same: no entry
		must(t, s.SetArchived(t.Context(), as, kitchen, true))
		must(t, s.SetCharter(t.Context(), as, kitchen, store.Charter{Name: "Old canteen", Topic: "Soup", Kind: store.PrivateRoom}))
		must(t, s.SetArchived(t.Context(), as, kitchen, false))
		must(t, s.SetKeep(t.Context(), as, kitchen, 30))
		for _, who := range []store.User{ben, cleo} {
			wants(t, who.Name, s.SetCharter(t.Context(), store.Actor{User: who.ID}, kitchen, store.Charter{Name: "Mine", Kind: store.OpenRoom}), store.ErrNotFound)
			wants(t, who.Name, s.DeleteRoom(t.Context(), store.Actor{User: who.ID}, kitchen), store.ErrNotFound)
		}
		want := []string{
			"room.rename Kitchen>Canteen", "room.topic >Soup", "room.everyone no>yes", "room.archive >",
			"room.rename Canteen>Old canteen", "room.convert open>private", "room.everyone yes>no", "room.reopen >", "room.keep as everywhere>720h0m0s",
		}
		if got := actsIn(t, s, store.EntryQuery{On: store.Target{Kind: store.OnRoom, ID: int64(kitchen)}}); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		entries, err := s.Entries(t.Context(), store.EntryQuery{}, 1)
		must(t, err)
		if e := entries[0]; e.By != ada.ID || e.Address != "192.0.2.7" || e.Target.Name != "Old canteen" {
			t.Errorf("got %+v", e)
		}
		_, err = s.Membership(t.Context(), kitchen, ada.ID)
		wants(t, "Ada is still not in it", err, store.ErrNotFound)
		if got, _ := s.MessagesBefore(t.Context(), kitchen, ada.ID, 0, 10); len(got) != 0 {
			t.Errorf("Ada reads %v", got)
		}
		// A name that is taken is a mistake at its field.
		makeRoom(t, s, ben, "Canteen", store.OpenRoom)
		must(t, s.AddMember(t.Context(), kitchen, store.Actor{User: ben.ID}, ada.ID))
		if err := s.SetCharter(t.Context(), as, kitchen, store.Charter{Name: "canteen", Kind: store.OpenRoom}); !errors.As(err, &p) || p.ByField()["name"] == "" {
			t.Errorf("a name that is taken: %v", err)
		}
	})
}

func TestWhatAnAdministratorDoesInTheirRoomsIsLoggedAndWhatOwnersDoIsNot(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		kitchen := makeRoom(t, s, ben, "Kitchen", store.OpenRoom)
		must(t, s.Join(t.Context(), kitchen, ada.ID))
		must(t, s.Join(t.Context(), kitchen, cleo.ID))
		must(t, s.UpdateRoom(t.Context(), kitchen, store.Actor{User: ben.ID}, store.Charter{Name: "Kitchen", Topic: "Soup", Kind: store.OpenRoom}))
		if got := actsIn(t, s, store.EntryQuery{}); len(got) != 0 {
			t.Errorf("what Ben does in his room: %q", got)
		}
		as := store.Actor{User: ada.ID, Address: "192.0.2.7"}
		must(t, s.UpdateRoom(t.Context(), kitchen, as, store.Charter{Name: "Kitchen", Topic: "Salad", Kind: store.OpenRoom}))
		must(t, remove(t.Context(), s, ada, kitchen, cleo))
		must(t, s.ArchiveRoom(t.Context(), kitchen, as))
		must(t, s.ReopenRoom(t.Context(), kitchen, as, ""))
		want := []string{"room.topic Soup>Salad", "moderation.remove >", "room.archive >", "room.reopen >"}
		if got := actsIn(t, s, store.EntryQuery{}); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		all, err := s.Entries(t.Context(), store.EntryQuery{Act: "moderation.remove", Word: "kitchen"}, 10)
		if must(t, err); len(all) != 1 || all[0].Room != kitchen || all[0].InRoom != "Kitchen" {
			t.Errorf("the removal is %+v", all)
		}
	})
}

func TestARoomWithoutMembersIsFoundAndGiven(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		ada, ben, cleo := crew(t, s)
		as := store.Actor{User: ada.ID}
		secret := makeRoom(t, s, ben, "Secret", store.PrivateRoom)
		var problem store.Invalid
		if err := s.GiveMember(t.Context(), as, secret, cleo.ID); !errors.As(err, &problem) {
			t.Errorf("give a room that Ben is in: %v", err)
		}
		must(t, s.AddMember(t.Context(), secret, store.Actor{User: ben.ID}, ada.ID))
		must(t, remove(t.Context(), s, ben, secret, ada))
		must(t, s.AddMember(t.Context(), secret, store.Actor{User: ben.ID}, ada.ID)) // who was removed may be let in again
		must(t, remove(t.Context(), s, ben, secret, ada))
		must(t, s.ArchiveRoom(t.Context(), secret, store.Actor{User: ben.ID}))
		must(t, s.Leave(t.Context(), secret, ben.ID))
		if got := names(t, s, store.RoomQuery{State: store.WithoutAny}); got != "Secret" {
			t.Errorf("without members: %q", got)
		}
		if err := s.GiveMember(t.Context(), as, secret, 99); !errors.As(err, &problem) {
			t.Errorf("give it to nobody: %v", err)
		}
		db.MustExec("insert into members (room_id, user_id, rev, present, owner, barred) values ($1, $2, 1, false, false, -1)", secret, cleo.ID) // removed before that was a measure
		for name, stranger := range map[string]store.UserID{"Ada": ada.ID, "Cleo": cleo.ID} {
			if err := s.GiveMember(t.Context(), as, secret, stranger); !errors.As(err, &problem) {
				t.Errorf("give it to %s, whom Ben removed: %v", name, err)
			}
		}
		former, err := s.FormerMembers(t.Context(), secret, 10)
		if must(t, err); len(former) != 1 || former[0].ID != ben.ID {
			t.Errorf("who was in it: %v", former)
		}
		must(t, s.GiveMember(t.Context(), as, secret, ben.ID))
		m, err := s.Membership(t.Context(), secret, ben.ID)
		must(t, err)
		if !m.Owner {
			t.Error("Ben does not own it")
		}
		must(t, s.Leave(t.Context(), secret, ben.ID))
		must(t, s.DeleteAccount(t.Context(), by(ada), ben.ID, false))
		if former, err := s.FormerMembers(t.Context(), secret, 10); err != nil || len(former) != 0 {
			t.Errorf("who was in it and is deleted: %v, %v", former, err)
		}
	})
}

func TestOneMemberMakesAHundredRoomsAndIsInFiveHundred(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		ada, ben, cleo := crew(t, s)
		if _, err := db.Exec("with recursive n (n) as (select 1000 union all select n + 1 from n where n < 1600) " +
			"insert into rooms (id, slug, name, name_key, list_name, kind, created_by, created_at) select n, 'r', 'r', 'r' || n, 'r' || n, 'open', case when n < 1099 then 2 else 1 end, 1 from n"); err != nil {
			t.Fatal(err)
		}
		last := makeRoom(t, s, ben, "The hundredth", store.OpenRoom)
		var p store.Problems
		if _, err := s.CreateRoom(t.Context(), ben.ID, store.Charter{Name: "One more", Kind: store.OpenRoom}); !errors.As(err, &p) || !strings.Contains(p.ByField()["name"], "100 rooms") {
			t.Errorf("one more: %v", err)
		}
		must(t, s.ArchiveRoom(t.Context(), last, store.Actor{User: ben.ID}))
		makeRoom(t, s, ben, "One more", store.OpenRoom)
		makeRoom(t, s, ada, "Administrators may", store.OpenRoom)

		if _, err := db.Exec("insert into members (room_id, user_id, rev, present) select id, $1, 1, true from rooms where id >= 1000 and id < 1499", cleo.ID); err != nil {
			t.Fatal(err)
		}
		var problem store.Invalid
		if err := s.Join(t.Context(), 1550, cleo.ID); !errors.As(err, &problem) {
			t.Errorf("join one more: %v", err)
		}
		if _, err := s.Converse(t.Context(), cleo.ID, []store.UserID{ben.ID}); !errors.As(err, &problem) {
			t.Errorf("talk to one more: %v", err)
		}
		must(t, s.Leave(t.Context(), 1000, cleo.ID))
		must(t, s.Join(t.Context(), 1550, cleo.ID))
	})
}
