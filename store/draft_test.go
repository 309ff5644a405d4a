package store_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

// begun is what user has begun to write in room.
func begun(t *testing.T, s *store.Store, room store.RoomID, user store.User) string {
	t.Helper()
	m, err := s.Membership(t.Context(), room, user.ID)
	must(t, err)
	if (m.Draft.Key == "") != (m.Draft.Body == "") {
		t.Errorf("the key %q has the text %q", m.Draft.Key, m.Draft.Body)
	}
	rooms, err := s.RoomsOf(t.Context(), user.ID)
	must(t, err)
	for _, r := range rooms {
		if r.ID == room && r.Draft.Key != m.Draft.Key {
			t.Errorf("in the list of rooms the draft is %q, and %q on its page", r.Draft.Key, m.Draft.Key)
		}
	}
	return m.Draft.Body
}

// begin saves a draft, and says whether that is one more or one less.
func begin(t *testing.T, s *store.Store, room store.RoomID, user store.User, key, body string) bool {
	t.Helper()
	changed, err := s.SaveDraft(t.Context(), store.Draft{Room: room, Author: user.ID, Key: key, Body: body})
	must(t, err)
	return changed
}

func TestWhatSomebodyHasBegunToWriteIsKeptByRoomUntilItIsEmptied(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, _ := crew(t, s)
		kitchen := makeRoom(t, s, ada, "Kitchen", store.OpenRoom)
		direct, err := s.Converse(t.Context(), ada.ID, []store.UserID{ben.ID})
		must(t, err)
		if !begin(t, s, lobby, ada, "1", "Good morn") || begin(t, s, lobby, ada, "1", "Good morning ") {
			t.Error("the first save makes a draft, and the second another")
		}
		begin(t, s, kitchen, ada, "2", "soup\r\nfor two")
		begin(t, s, direct, ada, "3", "between us")
		for room, want := range map[store.RoomID]string{lobby: "Good morning ", kitchen: "soup\nfor two", direct: "between us"} {
			if got := begun(t, s, room, ada); got != want {
				t.Errorf("in room %d she has begun %q, want %q", room, got, want)
			}
		}
		if got := begun(t, s, lobby, ben) + begun(t, s, direct, ben); got != "" {
			t.Errorf("Ben reads %q", got)
		}
		if begin(t, s, lobby, ada, "of another tab", " \n\u200b") || begun(t, s, lobby, ada) == "" {
			t.Error("an empty field of another tab empties this one")
		}
		if !begin(t, s, lobby, ada, "1", " \n\u200b") || begun(t, s, lobby, ada) != "" {
			t.Error("the field is empty, and the draft is not")
		}
		if begin(t, s, lobby, ada, "1", "") {
			t.Error("there was nothing, and there is less")
		}
		for what, d := range map[string]store.Draft{"too large": {Key: "1", Body: strings.Repeat("x", store.MessageBytes+1)}, "no text": {Key: "1", Body: "a\x00b"}, "without a key": {Body: "a"}} {
			d.Room, d.Author = lobby, ada.ID
			var invalid store.Invalid
			if _, err := s.SaveDraft(t.Context(), d); !errors.As(err, &invalid) {
				t.Errorf("%s: got %v", what, err)
			}
		}
	})
}

func TestWhatWasSentIsNoDraftAnyMoreAndNoneAgainByASaveThatComesLate(t *testing.T) {
	ruled(t, func(t *testing.T, c *court) {
		ben := store.User{ID: c.ben}
		late := func(key, body string) {
			t.Helper()
			_, err := c.s.SaveDraft(t.Context(), store.Draft{Room: lobby, Author: c.ben, Key: key, Body: body})
			wants(t, "late", err, store.ErrConflict)
		}
		begin(t, c.s, lobby, ben, "1", "Good morn")
		post(t, c.s, ben, "1", "Good morning")
		if got := begun(t, c.s, lobby, ben); got != "" {
			t.Errorf("after the message there is %q", got)
		}
		late("1", "Good morning")
		late("1", "")

		begin(t, c.s, lobby, ben, "2", "come to the")
		c.waits(c.ben, "2", "come to the casino")
		if got := begun(t, c.s, lobby, ben); got != "" {
			t.Errorf("what waits for a moderator is a draft, too: %q", got)
		}
		late("2", "come to the casino")

		begin(t, c.s, lobby, ben, "3", "of another tab")
		post(t, c.s, ben, "4", "meanwhile")
		if got := begun(t, c.s, lobby, ben); got != "of another tab" {
			t.Errorf("a message of one tab takes %q from the other", got)
		}
		must(t, c.s.ForgetDrafts(t.Context()))
		if got := begun(t, c.s, lobby, ben); got != "of another tab" {
			t.Errorf("tidied up, there is %q", got)
		}
	})
}

func TestASaveAtTheSameMomentAsThePostBringsNothingBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, _, _ := crew(t, s)
		for i := range 20 {
			key := string(rune('a' + i))
			var both sync.WaitGroup
			both.Go(func() {
				_, err := s.SaveDraft(t.Context(), store.Draft{Room: lobby, Author: ada.ID, Key: key, Body: "Good morn"})
				if err != nil && !errors.Is(err, store.ErrConflict) {
					t.Error(err)
				}
			})
			both.Go(func() {
				if _, err := s.PostMessage(t.Context(), store.Draft{Room: lobby, Author: ada.ID, Key: key, Body: "Good morning"}); err != nil {
					t.Error(err)
				}
			})
			both.Wait()
			if got := begun(t, s, lobby, ada); got != "" {
				t.Fatalf("%d: %q is back", i, got)
			}
		}
	})
}

func TestWhoMayNotWriteKeepsWhatTheyHaveBegun(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		ben, by := store.User{ID: c.ben}, store.Actor{User: c.ada}
		must2(c.s.Impose(t.Context(), by, store.Measure{Kind: store.TimeOut, User: c.ben, Room: lobby, Reason: store.Spam, Until: time.Now().Add(time.Hour)}))(t)
		must2(c.s.Impose(t.Context(), by, store.Measure{Kind: store.RoomLock, Room: lobby, Reason: store.OtherReason}))(t)
		begin(t, c.s, lobby, ben, "1", "what I wanted to say")
		if got := begun(t, c.s, lobby, ben); got != "what I wanted to say" {
			t.Errorf("got %q", got)
		}
	})
}

func TestWithTheMembershipGoesWhatWasBegun(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		a, ben, cleo := crew(t, s)
		ada := by(a)
		kitchen := makeRoom(t, s, a, "Kitchen", store.OpenRoom)
		kept := func(user store.User, room store.RoomID) (n int) {
			t.Helper()
			must(t, db.Get(&n, db.Rebind("select count(*) from drafts where user_id = ? and room_id = ?"), user.ID, room))
			return n
		}
		for _, u := range []store.User{ben, cleo} {
			must(t, s.Join(t.Context(), kitchen, u.ID))
			begin(t, s, kitchen, u, "1", "soup")
			begin(t, s, lobby, u, "1", "hello")
		}
		must(t, s.Leave(t.Context(), kitchen, ben.ID))
		if kept(ben, kitchen) != 0 || kept(ben, lobby) != 1 {
			t.Error("Ben has left, and his draft has not, or all have")
		}
		_, err := s.SaveDraft(t.Context(), store.Draft{Room: kitchen, Author: ben.ID, Key: "1", Body: "soup"})
		wants(t, "who has left", err, store.ErrNotFound)
		must(t, s.Join(t.Context(), kitchen, ben.ID))
		if got := begun(t, s, kitchen, ben); got != "" {
			t.Errorf("come back, he finds %q", got)
		}
		must2(s.Impose(t.Context(), ada, store.Measure{Kind: store.Removal, User: cleo.ID, Room: kitchen, Reason: store.Spam}))(t)
		if kept(cleo, kitchen) != 0 {
			t.Error("Cleo was removed, and her draft was not")
		}

		begin(t, s, kitchen, ben, "2", "soup")
		must(t, s.DeleteRoom(t.Context(), ada, kitchen))
		s.Later(store.DeletionWait + time.Minute)
		finish(t, s)
		if kept(ben, kitchen) != 0 {
			t.Error("the room is deleted, and what was begun in it is not")
		}

		direct, err := s.Converse(t.Context(), a.ID, []store.UserID{ben.ID})
		must(t, err)
		begin(t, s, direct, ben, "3", "between us")
		must(t, s.DeleteAccount(t.Context(), ada, ben.ID, false))
		if kept(ben, direct) != 0 || kept(ben, lobby) != 0 {
			t.Error("the account is deleted, and its drafts are not")
		}
		_, err = s.SaveDraft(t.Context(), store.Draft{Room: direct, Author: ben.ID, Key: "3", Body: "between us"})
		wants(t, "who is deleted", err, store.ErrNotFound)
	})
}

func TestADraftThatIsOldOrSentIsForgottenBeforeTheKeyIs(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		ada, ben, _ := crew(t, s)
		begin(t, s, lobby, ada, "1", "Good morn")
		post(t, s, ada, "1", "Good morning")
		begin(t, s, lobby, ben, "2", "one day")
		tidy := func(later time.Duration) (left int) {
			t.Helper()
			s.Later(later)
			must(t, s.ForgetDrafts(t.Context()))
			must2(s.ForgetKeys(t.Context()))(t)
			must(t, db.Get(&left, "select count(*) from drafts"))
			return left
		}
		if n := tidy(store.KeyLife + time.Minute); n != 1 || begun(t, s, lobby, ada) != "" || begun(t, s, lobby, ben) != "one day" {
			t.Errorf("%d are left: Ada's %q, Ben's %q", n, begun(t, s, lobby, ada), begun(t, s, lobby, ben))
		}
		begin(t, s, lobby, ben, "2", "one day I")
		if n := tidy(store.DraftLife - time.Minute); n != 1 {
			t.Error("the draft is forgotten a month after its first word, and not after its last")
		}
		if n := tidy(2 * time.Minute); n != 0 {
			t.Error("an old draft is still there")
		}
	})
}
