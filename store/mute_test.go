package store_test

import (
	"errors"
	"testing"

	"parley/store"
	"parley/store/storetest"
)

func TestWhoIsMutedNotifiesNoMoreAndWhoIsBlockedStartsNoConversation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		mentions := func() int {
			m, err := s.Membership(t.Context(), lobby, cleo.ID)
			must(t, err)
			return m.Mentions
		}
		must(t, s.Mute(t.Context(), cleo.ID, ben.ID, false))
		post(t, s, ben, "one", "look, @cleo")
		if n := mentions(); n != 0 {
			t.Errorf("muted, Ben mentions Cleo %d times", n)
		}
		post(t, s, ada, "two", "look, @cleo")
		if n := mentions(); n != 1 {
			t.Errorf("Ada mentions Cleo: got %d", n)
		}
		room, err := s.Converse(t.Context(), ben.ID, []store.UserID{cleo.ID})
		must(t, err) // muted is not blocked

		must(t, s.Mute(t.Context(), ada.ID, ben.ID, true))
		_, err = s.Converse(t.Context(), ben.ID, []store.UserID{cleo.ID, ada.ID})
		var problem store.Invalid
		if !errors.As(err, &problem) {
			t.Errorf("blocked, Ben starts a conversation with Ada: %v", err)
		}
		must(t, s.Mute(t.Context(), cleo.ID, ben.ID, true))
		if again, err := s.Converse(t.Context(), ben.ID, []store.UserID{cleo.ID}); err != nil || again != room {
			t.Errorf("the conversation that was there: %v, %v", again, err)
		}
		user, err := s.User(t.Context(), ada.ID)
		must(t, err)
		if len(user.Muted) != 1 || user.Muted[0] != ben.ID {
			t.Errorf("Ada has muted %v", user.Muted)
		}
		must(t, s.Unmute(t.Context(), ada.ID, ben.ID))
		if _, err := s.Converse(t.Context(), ben.ID, []store.UserID{ada.ID}); err != nil {
			t.Errorf("undone: %v", err)
		}
		if all, err := s.MutedBy(t.Context(), cleo.ID); err != nil || len(all) != 1 || !all[0].Blocks {
			t.Errorf("Cleo's list: %v, %v", all, err)
		}
		wants(t, "nobody", s.Mute(t.Context(), ada.ID, 99, false), store.ErrNotFound)
	})
}

func TestAMentionByWhoIsMutedOrBlockedCountsNowhereHoweverItIsWritten(t *testing.T) {
	ruled(t, func(t *testing.T, c *court) {
		mentions := func() int {
			t.Helper()
			m, err := c.s.Membership(t.Context(), lobby, c.cleo)
			must(t, err)
			return m.Mentions
		}
		for what, blocks := range map[string]bool{"muted": false, "blocked": true} {
			must(t, c.s.Mute(t.Context(), c.cleo, c.ben, blocks))
			written, err := c.try(lobby, c.ben, what, "hello, @cleo")
			must(t, err)
			plain, err := c.try(lobby, c.ben, what+" plain", "hello")
			must(t, err)
			_, err = c.s.EditMessage(t.Context(), lobby, plain.Seq, c.ben, "hello, @cleo, once more")
			must(t, err)
			_, err = c.s.EditMessage(t.Context(), lobby, written.Seq, c.ben, "hello, @cleo and @ada")
			must(t, err)
			must(t, c.publish(c.mod)(c.waits(c.ben, what+" held", "to the casino, @cleo").ID))
			if n := mentions(); n != 0 {
				t.Errorf("%s, Ben mentions Cleo %d times", what, n)
			}
		}
		for seq := range 7 {
			m, err := c.s.Message(t.Context(), lobby, store.Seq(seq+1), c.cleo)
			if must(t, err); seq > 0 && len(m.Mentions) == 0 {
				t.Errorf("others do not read whom message %d names", seq+1)
			}
		}
		must(t, c.s.Unmute(t.Context(), c.cleo, c.ben))
		_, err := c.try(lobby, c.ben, "undone", "hello, @cleo")
		must(t, err)
		if n := mentions(); n != 1 {
			t.Errorf("undone, Ben mentions Cleo: got %d", n)
		}
	})
}

func TestWhoIsBlockedAddsWhoBlocksThemToNoNewConversation(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		old, err := c.s.Converse(t.Context(), c.ben, []store.UserID{c.ada, c.cleo, c.dan})
		must(t, err)
		must(t, c.s.Mute(t.Context(), c.cleo, c.ben, true))
		rooms := func() (n int) {
			must(t, c.db.Get(&n, "select count(*) from rooms"))
			return n
		}
		before := rooms()
		var problem store.Invalid
		for _, with := range [][]store.UserID{{c.cleo}, {c.cleo, c.ada}, {c.dan, c.cleo}} {
			if _, err := c.s.Converse(t.Context(), c.ben, with); !errors.As(err, &problem) {
				t.Errorf("with %d: %v", with, err)
			}
		}
		if n := rooms(); n != before {
			t.Errorf("%d conversations were made", n-before)
		}
		if again, err := c.s.Converse(t.Context(), c.ben, []store.UserID{c.ada, c.cleo, c.dan}); err != nil || again != old {
			t.Errorf("the one that was there: %d, %v", again, err)
		}
		for by, with := range map[store.UserID][]store.UserID{c.cleo: {c.ben}, c.dan: {c.ben, c.cleo}, c.ben: {c.ada, c.dan}} {
			if _, err := c.s.Converse(t.Context(), by, with); err != nil {
				t.Errorf("%d with %d: %v", by, with, err)
			}
		}
	})
}

func TestADirectConversationWithNobodyButWhoIsMutedMakesNoMark(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		two, err := c.s.Converse(t.Context(), c.ben, []store.UserID{c.cleo})
		must(t, err)
		three, err := c.s.Converse(t.Context(), c.ben, []store.UserID{c.cleo, c.dan})
		must(t, err)
		c.sayIn(two, c.ben, "hello")
		c.sayIn(three, c.ben, "hello")
		tells := func(room store.RoomID) bool {
			t.Helper()
			m, err := c.s.Membership(t.Context(), room, c.cleo)
			must(t, err)
			all, err := c.s.RoomsOf(t.Context(), c.cleo)
			must(t, err)
			for _, one := range all {
				if one.ID == room && one.Tells() != m.Tells() {
					t.Errorf("the list says %t, the room %t", one.Tells(), m.Tells())
				}
			}
			if m.Unread() != 1 {
				t.Errorf("%d unread", m.Unread())
			}
			return m.Tells()
		}
		if !tells(two) || !tells(three) {
			t.Error("what Ben writes directly makes no mark")
		}
		must(t, c.s.Mute(t.Context(), c.cleo, c.ben, false))
		if tells(two) || !tells(three) {
			t.Errorf("Ben is muted: %t, beside Dan %t", tells(two), tells(three))
		}
		must(t, c.s.Mute(t.Context(), c.cleo, c.dan, true))
		if tells(three) {
			t.Error("both are muted, and the conversation makes a mark")
		}
		must(t, c.s.Unmute(t.Context(), c.cleo, c.ben))
		if !tells(two) || !tells(three) {
			t.Error("undone, there is no mark")
		}
	})
}
