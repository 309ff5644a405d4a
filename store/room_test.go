package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley/store"
	"parley/store/storetest"
)

// crew is three people: Ada came first and administers.
func crew(t *testing.T, s *store.Store) (ada, ben, cleo store.User) {
	t.Helper()
	all := make([]store.User, 3)
	for i, name := range []string{"ada", "ben", "cleo"} {
		var err error
		if all[i], err = s.CreateUser(t.Context(), store.SignUp{Username: name, Email: name + "@example.com", Password: "correct horse battery", MayBeFirst: true}); err != nil {
			t.Fatal(err)
		}
	}
	return all[0], all[1], all[2]
}

// remove takes who out of the room until it is lifted.
func remove(ctx context.Context, s *store.Store, by store.User, room store.RoomID, who store.User) error {
	_, err := s.Impose(ctx, store.Actor{User: by.ID}, store.Measure{Kind: store.Removal, User: who.ID, Room: room, Reason: store.OtherReason})
	return err
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestRoomNamesAreUniqueAmongRoomsInUse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		_, ben, cleo := crew(t, s)
		kitchen, err := s.CreateRoom(t.Context(), ben.ID, store.Charter{Name: " Kitchen  talk ", Kind: store.OpenRoom})
		must(t, err)
		m, err := s.Membership(t.Context(), kitchen, ben.ID)
		must(t, err)
		if m.Name != "Kitchen talk" || m.Slug != "kitchen-talk" || !m.Owner {
			t.Errorf("got %+v", m)
		}
		for _, name := range []string{"kitchen talk", "KITCHEN TALK", "Kitchen\u200b talk", "", " ", strings.Repeat("x", 61)} {
			var p store.Problems
			if _, err := s.CreateRoom(t.Context(), cleo.ID, store.Charter{Name: name, Kind: store.OpenRoom}); !errors.As(err, &p) || p.ByField()["name"] == "" {
				t.Errorf("a room %q: got %v", name, err)
			}
		}
		must(t, s.ArchiveRoom(t.Context(), kitchen, store.Actor{User: ben.ID}))
		_, err = s.CreateRoom(t.Context(), cleo.ID, store.Charter{Name: "kitchen talk", Kind: store.OpenRoom})
		must(t, err)
		var p store.Problems
		if err := s.ReopenRoom(t.Context(), kitchen, store.Actor{User: ben.ID}, ""); !errors.As(err, &p) {
			t.Errorf("reopen under a name that is taken: %v", err)
		}
		if err := s.ReopenRoom(t.Context(), kitchen, store.Actor{User: ben.ID}, "KITCHEN talk"); !errors.As(err, &p) || p.ByField()["name"] == "" {
			t.Errorf("reopen under another name that is taken: %v", err)
		}
		must(t, s.ReopenRoom(t.Context(), kitchen, store.Actor{User: ben.ID}, "Old kitchen"))
		m, err = s.Membership(t.Context(), kitchen, ben.ID)
		must(t, err)
		if m.Name != "Old kitchen" || m.Slug != "old-kitchen" || m.Archived() {
			t.Errorf("reopened under another name it is %+v", m)
		}
	})
}

func TestAnArchivedRoomCanBeReadAndNotWritten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, _ := crew(t, s)
		posted, err := s.PostMessage(t.Context(), store.Draft{Room: 1, Author: ben.ID, Key: "1", Body: "before"})
		must(t, err)
		must(t, s.ArchiveRoom(t.Context(), 1, store.Actor{User: ada.ID}))
		_, err = s.PostMessage(t.Context(), store.Draft{Room: 1, Author: ben.ID, Key: "2", Body: "after"})
		wants(t, "post", err, store.ErrArchived)
		_, err = s.EditMessage(t.Context(), 1, posted.Seq, ben.ID, "changed")
		wants(t, "edit", err, store.ErrArchived)
		_, err = s.DeleteMessage(t.Context(), 1, posted.Seq, ben.ID)
		wants(t, "delete", err, store.ErrArchived)
		rows, err := s.MessagesBefore(t.Context(), 1, ben.ID, 0, 10)
		must(t, err)
		if len(rows) != 1 || rows[0].Body != "before" {
			t.Errorf("it shows %v", rows)
		}
		must(t, s.ReopenRoom(t.Context(), 1, store.Actor{User: ada.ID}, ""))
		_, err = s.PostMessage(t.Context(), store.Draft{Room: 1, Author: ben.ID, Key: "2", Body: "after"})
		must(t, err)
	})
}

func TestAPrivateRoomIsForItsMembersAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		room, err := s.CreateRoom(t.Context(), ben.ID, store.Charter{Name: "Surprise", Kind: store.PrivateRoom})
		must(t, err)
		for _, who := range []store.User{ada, cleo} {
			_, err := s.Membership(t.Context(), room, who.ID)
			wants(t, "look", err, store.ErrNotFound)
			wants(t, "join", s.Join(t.Context(), room, who.ID), store.ErrNotFound)
			wants(t, "add oneself", s.AddMember(t.Context(), room, store.Actor{User: who.ID}, who.ID), store.ErrNotFound)
			wants(t, "archive", s.ArchiveRoom(t.Context(), room, store.Actor{User: who.ID}), store.ErrNotFound)
			for _, archived := range []bool{false, true} {
				listed, err := s.RoomsToBrowse(t.Context(), who.ID, archived)
				must(t, err)
				for _, l := range listed {
					if l.ID == room {
						t.Errorf("%s finds it among the rooms", who.Name)
					}
				}
			}
		}
		m, err := s.PostMessage(t.Context(), store.Draft{Room: room, Author: ben.ID, Key: "1", Body: "Not a word to @cleo, says @ben"})
		must(t, err)
		if len(m.Mentions) != 1 || m.Mentions[0].User != ben.ID {
			t.Errorf("it mentions %v, and she is no member", m.Mentions)
		}
		must(t, s.AddMember(t.Context(), room, store.Actor{User: ben.ID}, cleo.ID))
		wants(t, "a member removes the owner", remove(t.Context(), s, cleo, room, ben), store.ErrNotFound)
		must(t, remove(t.Context(), s, ben, room, cleo))
		_, err = s.Membership(t.Context(), room, cleo.ID)
		wants(t, "look after removal", err, store.ErrNotFound)

		must(t, s.UpdateRoom(t.Context(), room, store.Actor{User: ben.ID}, store.Charter{Name: "Party", Kind: store.OpenRoom}))
		must(t, s.Join(t.Context(), room, ada.ID))
		if err := s.Join(t.Context(), room, cleo.ID); !errors.As(err, new(store.Restraint)) {
			t.Errorf("who was removed joins: %v", err)
		}
	})
}

func TestTheSamePeopleHaveTheSameConversation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		rooms := make(chan store.RoomID, 8)
		for i := range 8 {
			go func() {
				by, with := ben.ID, cleo.ID
				if i%2 == 0 {
					by, with = with, by
				}
				room, err := s.Converse(t.Context(), by, []store.UserID{with, with, by})
				if err != nil {
					t.Error(err)
				}
				rooms <- room
			}()
		}
		room := <-rooms
		for range 7 {
			if other := <-rooms; other != room {
				t.Errorf("got conversations %d and %d", room, other)
			}
		}
		notes, err := s.Converse(t.Context(), ben.ID, nil)
		must(t, err)
		three, err := s.Converse(t.Context(), ben.ID, []store.UserID{ada.ID, cleo.ID})
		must(t, err)
		if notes == room || three == room || notes == three {
			t.Errorf("got %d, %d, %d", room, notes, three)
		}
		if _, err := s.Converse(t.Context(), ben.ID, []store.UserID{99}); err == nil {
			t.Error("one can talk to nobody")
		}
		var eleven []store.UserID
		for i := range 11 {
			eleven = append(eleven, person(t, s, fmt.Sprint("guest", i)).ID)
		}
		twelve, err := s.Converse(t.Context(), ben.ID, eleven)
		must(t, err)
		slices.Reverse(eleven)
		if again, err := s.Converse(t.Context(), eleven[0], append(eleven[1:], ben.ID)); err != nil || again != twelve {
			t.Errorf("twelve have %d and, begun by another, %d: %v", twelve, again, err)
		}
		var many store.Invalid
		if _, err := s.Converse(t.Context(), ben.ID, append(eleven, cleo.ID)); !errors.As(err, &many) || !strings.Contains(many.Text, "At most 12") {
			t.Errorf("thirteen can talk directly: %v", err)
		}

		// Nobody else gets in, and it stays what it is: not even an administrator's doing.
		_, err = s.Membership(t.Context(), room, ada.ID)
		wants(t, "look", err, store.ErrNotFound)
		wants(t, "join", s.Join(t.Context(), room, ada.ID), store.ErrNotFound)
		for _, who := range []store.User{ada, ben} {
			wants(t, "convert", s.UpdateRoom(t.Context(), room, store.Actor{User: who.ID}, store.Charter{Name: "Loot", Kind: store.OpenRoom}), store.ErrNotFound)
			wants(t, "add", s.AddMember(t.Context(), room, store.Actor{User: who.ID}, ada.ID), store.ErrNotFound)
			wants(t, "archive", s.ArchiveRoom(t.Context(), room, store.Actor{User: who.ID}), store.ErrNotFound)
			wants(t, "remove", remove(t.Context(), s, who, room, cleo), store.ErrNotFound)
		}
		wants(t, "leave", s.Leave(t.Context(), room, ben.ID), store.ErrNotFound)
	})
}

func TestRoomsWithSomethingUnreadComeFirstTheLastActiveAtTheTopAndThenTheRestByName(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		_, ben, cleo := crew(t, s)
		rooms := map[string]store.RoomID{"Lobby": 1}
		for _, name := range []string{"workshop", "Garden", "Kitchen"} {
			rooms[name] = makeRoom(t, s, ben, name, store.OpenRoom)
			must(t, s.Join(t.Context(), rooms[name], cleo.ID))
		}
		lists := func(want ...string) {
			t.Helper()
			all, err := s.RoomsOf(t.Context(), cleo.ID)
			must(t, err)
			var got []string
			for _, m := range all {
				got = append(got, m.Name)
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		}
		said := 0
		say := func(room string) {
			said++
			_, err := s.PostMessage(t.Context(), store.Draft{Room: rooms[room], Author: ben.ID, Key: fmt.Sprint(said), Body: "hello"})
			must(t, err)
		}
		lists("Garden", "Kitchen", "Lobby", "workshop")
		say("Kitchen")
		say("workshop")
		lists("workshop", "Kitchen", "Garden", "Lobby")
		say("Kitchen")
		lists("Kitchen", "workshop", "Garden", "Lobby")
		must(t, s.SetInvolvement(t.Context(), rooms["Kitchen"], cleo.ID, store.MentionsOnly, false))
		lists("workshop", "Garden", "Kitchen", "Lobby")
		must(t, s.MarkAllSeen(t.Context(), cleo.ID))
		lists("Garden", "Kitchen", "Lobby", "workshop")
	})
}

func TestUnreadIsCountedFromWhereOneLeftOff(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		say := func(by store.User, key, body string) store.Message {
			m, err := s.PostMessage(t.Context(), store.Draft{Room: 1, Author: by.ID, Key: key, Body: body})
			must(t, err)
			return m
		}
		lobby := func(who store.User) store.Membership {
			m, err := s.Membership(t.Context(), 1, who.ID)
			must(t, err)
			return m
		}
		say(ada, "1", "one")
		m := say(ada, "2", "two for @Ben, not for x@cleo.com or @nobody.")
		if len(m.Mentions) != 1 || m.Mentions[0] != (store.Mention{User: ben.ID, Name: "Ben"}) {
			t.Errorf("it mentions %v", m.Mentions)
		}
		if l := lobby(ben); l.Unread() != 2 || l.Mentions != 1 || !l.Tells() {
			t.Errorf("Ben has %d unread, %d mentions", l.Unread(), l.Mentions)
		}
		if l := lobby(cleo); l.Unread() != 2 || l.Mentions != 0 {
			t.Errorf("Cleo has %d unread, %d mentions", l.Unread(), l.Mentions)
		}
		must(t, s.SetInvolvement(t.Context(), 1, cleo.ID, store.MentionsOnly, true))
		if l := lobby(cleo); l.Tells() || !l.Favourite {
			t.Error("Cleo is told of what is no mention")
		}
		_, err := s.EditMessage(t.Context(), 1, 2, ada.ID, "two for @cleo.")
		must(t, err)
		if l := lobby(cleo); l.Mentions != 1 || !l.Tells() {
			t.Errorf("after the edit Cleo has %d mentions", l.Mentions)
		}
		if l := lobby(ben); l.Mentions != 0 {
			t.Errorf("after the edit Ben has %d mentions", l.Mentions)
		}
		must(t, s.MarkSeen(t.Context(), []store.Place{{Room: 1, User: cleo.ID, Seq: 2}, {Room: 1, User: ben.ID, Seq: 1}}))
		must(t, s.MarkSeen(t.Context(), []store.Place{{Room: 1, User: cleo.ID, Seq: 1}}))
		if c, b := lobby(cleo), lobby(ben); c.Unread() != 0 || c.Mentions != 0 || b.Unread() != 1 {
			t.Errorf("Cleo has %d unread and %d mentions, Ben %d unread", c.Unread(), c.Mentions, b.Unread())
		}
		seen, err := s.SeenBy(t.Context(), 1, 2, 10)
		must(t, err)
		if len(seen) != 1 || seen[0].ID != cleo.ID {
			t.Errorf("seen by %v", seen)
		}
		must(t, s.MarkUnread(t.Context(), 1, cleo.ID, 1))
		if l := lobby(cleo); l.Unread() != 2 {
			t.Errorf("marked unread, Cleo has %d", l.Unread())
		}
		must(t, s.MarkAllSeen(t.Context(), cleo.ID))
		if l := lobby(cleo); l.Unread() != 0 {
			t.Errorf("all read, Cleo has %d", l.Unread())
		}
	})
}

func TestWhoMayCreateRoomsIsASetting(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, _ := crew(t, s)
		wants(t, "a member sets it", s.SetSettings(t.Context(), store.Actor{User: ben.ID}, store.Settings{}), store.ErrNotFound)
		in := s.Settings()
		in.MembersCreateRooms = false
		must(t, s.SetSettings(t.Context(), store.Actor{User: ada.ID}, in))
		wants(t, "somebody who has not seen it changes it, too", s.SetSettings(t.Context(), store.Actor{User: ada.ID}, in), store.ErrConflict)
		log, err := s.Entries(t.Context(), store.EntryQuery{Act: "setting.change"}, 10)
		must(t, err)
		if len(log) != 1 || log[0].Target.Name != "rooms.members_create" || log[0].Was != "yes" || log[0].Now != "no" || log[0].By != ada.ID {
			t.Errorf("the log has %+v", log)
		}
		_, err = s.CreateRoom(t.Context(), ben.ID, store.Charter{Name: "Mine", Kind: store.OpenRoom})
		wants(t, "a member creates a room", err, store.ErrNotFound)
		_, err = s.CreateRoom(t.Context(), ada.ID, store.Charter{Name: "Mine", Kind: store.OpenRoom})
		must(t, err)
	})
}

func TestPeopleAreFoundByTheBeginningOfAWordOfTheirName(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		_, ben, _ := crew(t, s)
		profile := store.Profile{Name: "Benedikt Okafor", Zone: "UTC", Announce: store.AnnounceAll}
		must(t, s.SetProfile(t.Context(), ben.ID, profile))
		for text, want := range map[string]int{"oka": 1, "OKAFOR": 1, "bened": 1, "benedikt o": 1, "ben": 1, "kafor": 0, "": 3} {
			found, err := s.PeopleNamed(t.Context(), text, 10)
			must(t, err)
			if len(found) != want {
				t.Errorf("%q finds %d people, want %d", text, len(found), want)
			}
		}
	})
}

func TestAConversationInWhichNobodyHasWrittenIsThereForWhoOpenedIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		room, err := s.Converse(t.Context(), ben.ID, []store.UserID{cleo.ID})
		must(t, err)
		lists := func(when string, who store.User, want bool) {
			t.Helper()
			all, err := s.RoomsOf(t.Context(), who.ID)
			must(t, err)
			if is := slices.ContainsFunc(all, func(m store.Membership) bool { return m.ID == room }); is != want {
				t.Errorf("%s: in the list of %s is %v, want %v", when, who.Username, is, want)
			}
		}
		must(t, s.Visit(t.Context(), ben.ID, room))
		lists("before a message", ben, true)
		lists("before a message", cleo, false)
		_, err = s.PostMessage(t.Context(), store.Draft{Room: room, Author: ben.ID, Key: "1", Body: "hello"})
		must(t, err)
		lists("with a message", cleo, true)
		// Who comes to it by themselves has it from then on.
		empty, err := s.Converse(t.Context(), cleo.ID, []store.UserID{ada.ID})
		must(t, err)
		room = empty
		lists("made", cleo, true)
		lists("made by another", ada, false)
		must(t, s.Visit(t.Context(), ada.ID, room))
		lists("looked into", ada, true)
	})
}
