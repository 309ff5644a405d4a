package store_test

import (
	"errors"
	"testing"
	"time"

	"parley/store"
	"parley/store/storetest"
)

func TestNewcomersWaitSendNoLinksAndStartNoConversations(t *testing.T) {
	storetest.Twice(t, func(t *testing.T, s, other *store.Store) {
		j := judge(t, s)
		j.impose(j.ada, store.Measure{Kind: store.NewcomerCap, Amount: 24})
		j.impose(j.ada, store.Measure{Kind: store.NewcomerLag, Amount: 10, Until: j.now.Add(2 * time.Hour)})
		other.SetClock(func() time.Time { return j.now })
		for _, new := range []bool{true, false} { // another process asks each second
			if is, err := other.RefreshNewcomers(t.Context()); err != nil || is != new {
				t.Errorf("another process learns of something new: %t (%v), want %t", is, err, new)
			}
		}
		_, err := other.PostMessage(t.Context(), store.Draft{Room: lobby, Author: j.ben.ID, Key: "other", Body: "hello"})
		j.kept("by another process", err, store.NewcomerLag)
		j.kept("at once", j.say(j.ben, lobby, "hello"), store.NewcomerLag)
		must(t, j.say(j.cleo, j.kitchen, "she owns it"))
		j.later(10 * time.Minute)
		must(t, j.say(j.ben, lobby, "hello"))
		for _, link := range []string{"www.example.com", "https://example.com", "HTTP://example.com", "mailto:ben@example.com", "xmailto:ben@example.com"} {
			j.kept(link, j.say(j.ben, lobby, "see "+link), store.NewcomerCap)
		}
		must(t, j.say(j.ben, lobby, "the mail to: him, and to example.com"))
		_, err = s.EditMessage(t.Context(), lobby, 1, j.ben.ID, "see https://example.com")
		j.kept("a link by an edit", err, store.NewcomerCap)
		_, err = s.Converse(t.Context(), j.ben.ID, []store.UserID{j.cleo.ID})
		j.kept("a conversation", err, store.NewcomerCap)
		_, err = s.Converse(t.Context(), j.ben.ID, nil)
		must(t, err) // their own notes
		j.later(24 * time.Hour)
		must(t, j.say(j.ben, lobby, "see www.example.com"))
		_, err = s.Converse(t.Context(), j.ben.ID, []store.UserID{j.cleo.ID})
		must(t, err)
	})
}

// A page says of from when on somebody may begin conversations what then is so.
func TestWhoMayBeginNoConversationYetIsToldFromWhenOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := judge(t, s)
		waits := func(when string, who store.User, want time.Duration, kind store.MeasureKind) {
			t.Helper()
			err := s.MayConverse(t.Context(), who.ID)
			var r store.Restraint
			if errors.As(err, &r); r.Wait != want || want > 0 && r.Kind != kind || want == 0 && err != nil {
				t.Errorf("%s: %v, want %s for %v", when, err, kind, want)
			}
		}
		waits("before anything", j.ben, 0, "")
		j.impose(j.ada, store.Measure{Kind: store.NewcomerCap, Amount: 24})
		waits("a day", j.ben, 24*time.Hour, store.NewcomerCap)
		waits("who administers", j.ada, 0, "")
		j.impose(j.ada, store.Measure{Kind: store.NewcomerLag, Amount: 60 * 48, Until: j.now.Add(30 * time.Hour)})
		waits("two days, for the next thirty hours", j.ben, 30*time.Hour, store.NewcomerCap)
		short := j.impose(j.ada, store.Measure{Kind: store.NewcomerCap, Amount: 30 * 24, Until: j.now.Add(time.Hour)})
		waits("for an hour more than there is", j.ben, 30*time.Hour, store.NewcomerCap)
		j.lift(short)
		quiet := j.impose(j.ada, store.Measure{Kind: store.TimeOut, User: j.ben.ID, Until: j.now.Add(31 * time.Hour)})
		waits("a time-out longer than that", j.ben, 31*time.Hour, store.TimeOut)
		j.lift(quiet)
		_, err := s.Converse(t.Context(), j.ben.ID, []store.UserID{j.cleo.ID})
		j.kept("too early", err, store.NewcomerCap)
		if _, err := s.Conversation(t.Context(), j.ben.ID, j.cleo.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("there is a conversation: %v", err)
		}
		j.later(30 * time.Hour)
		waits("thirty hours later", j.ben, 0, "")
		_, err = s.Converse(t.Context(), j.ben.ID, []store.UserID{j.cleo.ID})
		must(t, err)
		if room, err := s.Conversation(t.Context(), j.cleo.ID, j.ben.ID); err != nil || room == 0 {
			t.Errorf("there is no conversation: %v", err)
		}
	})
}
