package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"parley/store"
	"parley/store/storetest"
)

func TestTheDemoIsAWorldWithPeopleRoomsAndAStory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if err := s.Demo(t.Context(), time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)); err != nil {
			t.Fatal(err)
		}
		ada, err := s.Authenticate(t.Context(), "ada", store.DemoPassword)
		if err != nil {
			t.Fatal(err)
		}
		rooms, err := s.RoomsOf(t.Context(), ada.ID)
		if err != nil || len(rooms) != 7 {
			t.Fatalf("got %d rooms, %v", len(rooms), err)
		}
		total := store.Seq(0)
		for _, r := range rooms {
			total += r.LastSeq
		}
		entries, err := s.Entries(t.Context(), store.EntryQuery{}, 1000)
		if err != nil || len(entries) < 20 {
			t.Fatalf("%d entries of the log, %v", len(entries), err)
		}
		for i := 1; i < len(entries); i++ {
			if entries[i].At.After(entries[i-1].At) {
				t.Errorf("%s at %s is in the log before %s at %s", entries[i].Act, entries[i].At, entries[i-1].Act, entries[i-1].At)
			}
		}
		if total < 100 {
			t.Errorf("got %d messages, want a story", total)
		}
	})
}

func TestTheDemoBeginsAtAnyHour(t *testing.T) {
	for hour := range 24 {
		s := storetest.SQLite(t)
		now := time.Date(2026, 11, 25, hour, 40, 0, 0, time.UTC)
		s.SetClock(func() time.Time { return now })
		if err := s.Demo(t.Context(), now); err != nil {
			t.Errorf("at %s: %v", now.Format("15:04"), err)
		}
		for _, name := range []string{"ada", "ben", "cleo", "mei", "dan"} {
			reads(t, s, name, now.Format("15:04"))
		}
	}
}

// reads has somebody of the demo look into all their rooms: what was said stands in the
// order of its times, and nothing of their own is unread.
func reads(t *testing.T, s *store.Store, name, hour string) {
	t.Helper()
	user, err := s.UserByLogin(t.Context(), name)
	must(t, err)
	rooms, err := s.RoomsOf(t.Context(), user.ID)
	must(t, err)
	for _, r := range rooms {
		all, err := s.MessagesBefore(t.Context(), r.ID, user.ID, 0, 1000)
		must(t, err)
		for i, m := range all {
			if i > 0 && m.CreatedAt.Before(all[i-1].CreatedAt) {
				t.Errorf("at %s in %s: %q stands after what was said later", hour, r.Name, m.Body)
			}
			if m.Author == user.ID && m.Seq > r.Seen {
				t.Errorf("at %s in %s: %s has not read their own %q", hour, r.Name, name, m.Body)
			}
		}
	}
}

func TestTheDemosLastHourIsLivelyAlsoAtNight(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		night := time.Date(2026, 11, 29, 2, 17, 0, 0, time.UTC) // a Sunday
		must(t, s.Demo(t.Context(), night))
		hour, err := s.Figures(t.Context(), store.LastHour, night)
		must(t, err)
		var posts, people int64
		written := 0
		for _, f := range hour {
			posts, people = posts+f.Posts, max(people, f.People)
			if f.Posts > 0 {
				written++
			}
		}
		if len(hour) < 50 || written < len(hour)/2 || posts < 40 || people < 3 {
			t.Errorf("in %d minutes %d messages, in %d of them, by at most %d people", len(hour), posts, written, people)
		}
	})
}

func TestTheDemoHasCasesInEveryState(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		must(t, s.Demo(t.Context(), time.Now()))
		ada, err := s.UserByLogin(t.Context(), "ada")
		must(t, err)
		ben, err := s.UserByLogin(t.Context(), "ben")
		must(t, err)
		is := map[string]bool{}
		for _, tab := range []string{"open", "closed"} {
			cases, err := s.Cases(t.Context(), store.Queue{User: ada.ID, Tab: tab}, 100)
			must(t, err)
			for _, c := range cases {
				is[fmt.Sprint(c.State, " ", c.Outcome)] = true
				is["taken"] = is["taken"] || c.State == store.CaseOpen && c.TakenBy != 0
				is["free"] = is["free"] || c.State == store.CaseOpen && c.TakenBy == 0
				is["reported by many"] = is["reported by many"] || c.Reports > 1
				is[fmt.Sprint("about ", map[bool]string{true: "a person", false: "a message, " + string(c.RoomKind)}[c.Seq == 0])] = true
			}
		}
		own, err := s.Cases(t.Context(), store.Queue{User: ada.ID, Tab: "mine"}, 100)
		must(t, err)
		is["mine"] = len(own) > 0
		appeals, err := s.OpenAppeals(t.Context(), store.AppealQuery{User: ada.ID}, 100)
		must(t, err)
		is["an objection waits"] = len(appeals) > 0
		held, err := s.HeldFor(t.Context(), ada.ID, 0, 100)
		must(t, err)
		is["a message waits"] = len(held) > 0
		turned, err := s.HeldOf(t.Context(), ben.ID, 1)
		must(t, err)
		is["a message was turned down"] = slices.ContainsFunc(turned, func(h store.HeldMessage) bool { return h.State == store.HeldTurnedDown })
		for _, c := range own {
			file, err := s.CaseFile(t.Context(), c.ID, ada.ID)
			must(t, err)
			by := map[store.UserID]bool{}
			for _, n := range file.Notes {
				by[n.By] = true
			}
			is["handed over, with notes of two"] = is["handed over, with notes of two"] || len(by) > 1
		}
		force, err := s.MeasuresInForce(t.Context(), store.InForce{User: ada.ID}, 100)
		must(t, err)
		for _, m := range force {
			is[string(m.Kind)] = true
		}
		mei, err := s.UserByLogin(t.Context(), "mei")
		must(t, err)
		muted, err := s.MutedBy(t.Context(), mei.ID)
		must(t, err)
		is["somebody is muted"] = len(muted) > 0
		for _, user := range []store.User{ada, ben, mei} {
			if err := s.MayConverse(t.Context(), user.ID); err != nil {
				t.Errorf("%s cannot begin a conversation: %v", user.Name, err)
			}
		}
		for _, state := range []string{
			"handed over, with notes of two", "somebody is muted",
			"hide", "turn-down", "warn", "time-out", "remove", "suspend", "ban", "slow", "lock", "newcomer",
			"open ", "free", "taken", "mine", "closed nothing", "closed measures", "reported by many", "about a person", "about a message, open", "about a message, direct",
			"an objection waits", "a message waits", "a message was turned down",
		} {
			if !is[state] {
				t.Errorf("there is none: %q", state)
			}
		}
	})
}
