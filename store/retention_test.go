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

// age moves what was posted and deleted in room so many days into the past.
func age(t *testing.T, db *sqlx.DB, room store.RoomID, days int) {
	t.Helper()
	back := (time.Duration(days) * 24 * time.Hour).Microseconds()
	if _, err := db.Exec("update messages set created_at = created_at - $1, deleted_at = case when deleted_at > 0 then deleted_at - $1 else 0 end where room_id = $2", back, room); err != nil {
		t.Fatal(err)
	}
}

// forgetAll is what the server does again and again.
func TestARoomForgetsWhatWaitsForAModeratorToo(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		ada, ben, _ := crew(t, s)
		must2(s.CreateRule(t.Context(), by(ada), store.Rule{Kind: store.RuleWord, Text: "casino", Act: store.RuleHolds, Active: true}))(t)
		var waits store.Waits
		for key, age := range map[string]time.Duration{"old": 3 * 24 * time.Hour, "new": 0} {
			if _, err := s.PostMessage(t.Context(), store.Draft{Room: lobby, Author: ben.ID, Key: key, Body: key + " casino"}); !errors.As(err, &waits) {
				t.Fatalf("%s: %v", key, err)
			}
			db.MustExec(db.Rebind("update held set at = at - ? where body = ?"), age.Microseconds(), key+" casino")
		}
		bodies := func() (all []string) {
			held, err := s.HeldFor(t.Context(), ada.ID, lobby, 10)
			must(t, err)
			for _, h := range held {
				all = append(all, h.Body)
			}
			return all
		}
		if n := forgetAll(t, s); n != 0 || len(bodies()) != 2 {
			t.Errorf("a room that keeps all for ever: %d steps, %q waits", n, bodies())
		}
		must(t, s.SetKeep(t.Context(), by(ada), lobby, 2))
		due, _, err := s.RoomsToForget(t.Context(), 0)
		if must(t, err); len(due) != 1 {
			t.Fatalf("due: %v", due)
		}
		f, err := s.Forget(t.Context(), lobby)
		if must(t, err); len(f.Held) != 1 || f.Held[0] != ben.ID || f.Moved {
			t.Errorf("forgotten: %+v", f)
		}
		if all := bodies(); len(all) != 1 || all[0] != "new casino" {
			t.Errorf("it waits: %q", all)
		}
		if n := forgetAll(t, s); n != 0 {
			t.Errorf("%d more steps", n)
		}
	})
}

func forgetAll(t *testing.T, s *store.Store) (steps int) {
	t.Helper()
	for after := store.RoomID(0); ; {
		due, next, err := s.RoomsToForget(t.Context(), after)
		must(t, err)
		for _, room := range due {
			for more := true; more; steps++ {
				var f store.Forgotten
				f, err = s.Forget(t.Context(), room)
				more = f.More
				must(t, err)
			}
		}
		if after = next; next == 0 {
			return steps
		}
	}
}

func bodies(t *testing.T, s *store.Store, room store.RoomID, by store.User) string {
	t.Helper()
	rows, err := s.MessagesBefore(t.Context(), room, by.ID, 0, 1000)
	must(t, err)
	all := make([]string, len(rows))
	for i, m := range rows {
		all[i] = m.Body
	}
	return strings.Join(all, ", ")
}

func TestARoomForgetsWhatIsOlderThanItKeeps(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		ada, ben, _ := crew(t, s)
		as := store.Actor{User: ada.ID}
		kitchen := makeRoom(t, s, ben, "Kitchen", store.OpenRoom)
		direct, err := s.Converse(t.Context(), ben.ID, []store.UserID{ada.ID})
		must(t, err)
		all := []store.RoomID{1, kitchen, direct}
		for _, room := range all {
			say(t, s, room, ben, "old, @ada")
			say(t, s, room, ben, "old, too")
		}
		for _, room := range all {
			age(t, db, room, 40)
			say(t, s, room, ben, "new")
		}
		if n := forgetAll(t, s); n != 0 {
			t.Errorf("%d steps where all is kept for ever", n)
		}
		was, err := s.AnyRoom(t.Context(), kitchen)
		must(t, err)

		must(t, s.SetKeep(t.Context(), as, kitchen, 30))
		if n, err := s.Forgettable(t.Context(), was, 30); n != 2 || err != nil {
			t.Errorf("before, %d were to be forgotten, %v", n, err)
		}
		forgetAll(t, s)
		for room, want := range map[store.RoomID]string{1: "old, @ada, old, too, new", kitchen: "new", direct: "old, @ada, old, too, new"} {
			if got := bodies(t, s, room, ben); got != want {
				t.Errorf("room %d: got %q, want %q", room, got, want)
			}
		}
		var left int
		must(t, db.Get(&left, "select (select count(*) from messages where room_id = $1 and body like 'old%') + (select count(*) from mentions where room_id = $1)", kitchen))
		if left != 0 {
			t.Errorf("%d traces of what is forgotten", left)
		}
		if _, err := s.Message(t.Context(), kitchen, 1, ben.ID); err != store.ErrNotFound {
			t.Errorf("a link to what is forgotten: %v", err)
		}
		must(t, s.MarkUnread(t.Context(), kitchen, ben.ID, 1))
		if m, err := s.Membership(t.Context(), kitchen, ben.ID); err != nil || m.Unread() != 1 {
			t.Errorf("%d unread, %v, want what is left", m.Unread(), err)
		}

		// Pages that were open lose it, by the log and by a resume.
		c, err := s.ChangesSince(t.Context(), kitchen, was.Rev, 100)
		must(t, err)
		if len(c.Messages) != 2 || c.Forgot != 2 || c.Messages[0].Body != "" {
			t.Errorf("the log: %+v", c)
		}
		d, err := s.DifferenceSince(t.Context(), kitchen, was.Rev, store.Have{1: 2, 2: 3, 3: was.Rev}, false)
		must(t, err)
		if fmt.Sprint(d.Gone) != "[1 2]" || len(d.New)+len(d.Changed) > 0 || d.Replace {
			t.Errorf("the resume: %+v", d)
		}

		// For all, direct conversations included, but for those that decided otherwise.
		in := s.Settings()
		in.Retention = 10 * 24 * time.Hour
		must(t, s.SetSettings(t.Context(), as, in))
		must(t, s.SetKeep(t.Context(), as, 1, store.KeepForever))
		forgetAll(t, s)
		for room, want := range map[store.RoomID]string{1: "old, @ada, old, too, new", direct: "new"} {
			if got := bodies(t, s, room, ben); got != want {
				t.Errorf("room %d: got %q, want %q", room, got, want)
			}
		}
	})
}

func TestForgettingCatchesUpInStepsAndTheRowsGoAfterAWeek(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		ada, ben, _ := crew(t, s)
		for i := range 700 {
			say(t, s, 1, ben, fmt.Sprintf("%d", i))
		}
		age(t, db, 1, 3)
		say(t, s, 1, ben, "new")
		must(t, s.SetKeep(t.Context(), store.Actor{User: ada.ID}, 1, 2))
		page, err := s.AnyRoom(t.Context(), 1)
		must(t, err)
		if f, err := s.Forget(t.Context(), 1); !f.More || !f.Moved || err != nil {
			t.Fatalf("the first step: %+v, %v", f, err)
		}
		if n := forgetAll(t, s); n != 2 { // what a restart finds
			t.Errorf("%d more steps", n)
		}
		if got := bodies(t, s, 1, ben); got != "new" {
			t.Errorf("left: %q", got)
		}
		r, err := s.AnyRoom(t.Context(), 1)
		must(t, err)
		if r.Rev != page.Rev+700 {
			t.Errorf("the room moved from %d to %d for 700 messages", page.Rev, r.Rev)
		}
		if n := forgetAll(t, s); n != 0 {
			t.Errorf("%d steps with nothing to do", n)
		}
		age(t, db, 1, 8)
		if _, err := db.Exec("update messages set created_at = created_at + $1 where body = 'new'", (8 * 24 * time.Hour).Microseconds()); err != nil {
			t.Fatal(err)
		}
		forgetAll(t, s)
		var rows int
		must(t, db.Get(&rows, "select count(*) from messages where room_id = 1"))
		if rows != 1 {
			t.Errorf("%d rows, want the one that is kept", rows)
		}
		// Who comes back from before that is given the whole.
		d, err := s.DifferenceSince(t.Context(), 1, page.Rev, store.Have{5: 5}, false)
		must(t, err)
		if !d.Replace || len(d.New) != 1 {
			t.Errorf("the resume: replace %v, %d rows", d.Replace, len(d.New))
		}
		if c, err := s.ChangesSince(t.Context(), 1, page.Rev, 100); err != nil || !c.Torn {
			t.Errorf("the log: %+v, %v", c, err)
		}
	})
}

func TestARoomIsDeletedInADayUnlessThatIsCalledOff(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		ada, ben, cleo := crew(t, s)
		as := store.Actor{User: ada.ID}
		kitchen := makeRoom(t, s, ben, "Kitchen", store.PrivateRoom)
		must(t, s.AddMember(t.Context(), kitchen, store.Actor{User: ben.ID}, cleo.ID))
		for i := range 650 {
			say(t, s, kitchen, ben, fmt.Sprintf("%d, @cleo", i))
		}
		must(t, s.DeleteRoom(t.Context(), as, kitchen))
		must(t, s.DeleteRoom(t.Context(), as, kitchen)) // again is no mistake
		r, err := s.RoomRecord(t.Context(), kitchen)
		must(t, err)
		if wait := time.Until(r.DeletedAt()); wait < 23*time.Hour || wait > 25*time.Hour {
			t.Errorf("deleted in %s", wait)
		}
		if got := names(t, s, store.RoomQuery{State: store.ToBeDeleted}); got != "Kitchen" {
			t.Errorf("to be deleted: %q", got)
		}
		if _, err := s.RunJob(t.Context()); err != store.ErrNotFound {
			t.Errorf("before its time: %v", err)
		}
		must(t, s.SpareRoom(t.Context(), as, kitchen))
		wants(t, "spare it twice", s.SpareRoom(t.Context(), as, kitchen), store.ErrNotFound)
		if r, err = s.RoomRecord(t.Context(), kitchen); err != nil || r.DeleteAt != 0 {
			t.Errorf("spared: %+v, %v", r, err)
		}

		must(t, s.DeleteRoom(t.Context(), as, kitchen))
		page, err := s.AnyRoom(t.Context(), kitchen)
		must(t, err)
		if _, err := db.Exec("update jobs set run_at = 1 where state = 'waiting'"); err != nil {
			t.Fatal(err)
		}
		j, err := s.RunJob(t.Context())
		must(t, err)
		if len(j.Moved) != 1 || j.State != store.JobWaiting {
			t.Errorf("the first step: %+v", j)
		}
		wants(t, "too late to spare it", s.SpareRoom(t.Context(), as, kitchen), store.ErrNotFound)
		c, err := s.ChangesSince(t.Context(), kitchen, page.Rev, 100)
		must(t, err)
		if fmt.Sprint(c.Gone) != fmt.Sprint([]store.UserID{ben.ID, cleo.ID}) || !c.Deleted {
			t.Errorf("the log: gone %v, deleted %v", c.Gone, c.Deleted)
		}
		_, err = s.PostMessage(t.Context(), store.Draft{Room: kitchen, Author: ben.ID, Key: "late", Body: "late"})
		wants(t, "post", err, store.ErrNotFound)
		wants(t, "join", s.Join(t.Context(), kitchen, ben.ID), store.ErrNotFound)
		// Another process goes on with the job where this one ended.
		steps := 0
		for j.State == store.JobWaiting {
			j, err = s.RunJob(t.Context())
			must(t, err)
			steps++
		}
		if j.State != store.JobDone || steps < 4 {
			t.Errorf("after %d steps: %+v", steps, j)
		}
		var left int
		must(t, db.Get(&left, `select (select count(*) from messages where room_id = $1) + (select count(*) from members where room_id = $1) + (select count(*) from mentions where room_id = $1)
			+ (select count(*) from room_words where room_id = $1) + (select count(*) from rooms where id = $1 and (name <> '' or topic <> '' or name_key is not null))`, kitchen))
		if left != 0 {
			t.Errorf("%d rows are left", left)
		}
		_, err = s.RoomRecord(t.Context(), kitchen)
		wants(t, "its record", err, store.ErrNotFound)
		got := actsIn(t, s, store.EntryQuery{On: store.Target{Kind: store.OnRoom, ID: int64(kitchen)}})
		if len(got) != 4 || !strings.HasPrefix(got[0], "room.delete >20") || !strings.HasPrefix(got[1], "room.spare 20") || got[3] != "room.erase >" {
			t.Errorf("the log: %q", got)
		}
		makeRoom(t, s, cleo, "Kitchen", store.OpenRoom) // the name is free
	})
}

func TestTheLogIsSearchedByAllThatItShows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		m, err := s.Suspend(t.Context(), by(ada), store.Measure{User: ben.ID, Reason: store.Harassment})
		must(t, err)
		_, err = s.Lift(t.Context(), by(ada), m.ID, "Advertised watches")
		must(t, err)
		must(t, s.SetRole(t.Context(), by(ada), cleo.ID, store.Moderator))
		for word, want := range map[string]store.Act{
			"advert": "moderation.lift-suspend", "watches": "moderation.lift-suspend", "moderator": store.ChangeRoleAct, "harass": "moderation.suspend", "cleo role": store.ChangeRoleAct,
		} {
			entries, err := s.Entries(t.Context(), store.EntryQuery{Word: word}, 10)
			if must(t, err); len(entries) != 1 || entries[0].Act != want {
				t.Errorf("%q finds %+v", word, entries)
			}
		}
	})
}

func TestAnAdministratorsSignInIsInTheLog(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, _ := crew(t, s)
		for _, u := range []store.User{ben, ada} {
			_, err := s.CreateSession(t.Context(), u, "a browser", "192.0.2.9")
			must(t, err)
		}
		entries, err := s.Entries(t.Context(), store.EntryQuery{Word: "192.0.2.9"}, 10)
		must(t, err)
		if len(entries) != 1 || entries[0].By != ada.ID || entries[0].Act != store.AdministratorSignIn {
			t.Errorf("got %+v", entries)
		}
	})
}
