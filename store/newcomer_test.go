package store_test

import (
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
		_, err := other.EndMeasures(t.Context(), 1) // another process learns it each second
		must(t, err)
		_, err = other.PostMessage(t.Context(), store.Draft{Room: lobby, Author: j.ben.ID, Key: "other", Body: "hello"})
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
