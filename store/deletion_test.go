package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

// finish does all jobs that wait, and says how many steps that took.
func finish(t *testing.T, s *store.Store) int {
	t.Helper()
	for n := range 10_000 {
		j, err := s.RunJob(t.Context())
		if errors.Is(err, store.ErrNotFound) {
			return n
		}
		must(t, err)
		if j.State == store.JobFailed {
			t.Fatalf("a job failed: %s", j.Note)
		}
	}
	t.Fatal("the jobs do not end")
	return 0
}

func texts(t *testing.T, s *store.Store, room store.RoomID, as store.User) (all []string) {
	t.Helper()
	rows, err := s.MessagesBefore(t.Context(), room, as.ID, 0, 10_000)
	must(t, err)
	for _, m := range rows {
		is := m.AuthorName + ": " + m.Body
		if !m.DeletedAt.IsZero() {
			is = m.AuthorName + " deleted"
		}
		all = append(all, is)
	}
	return all
}

func TestADeletedAccountLeavesItsMessagesAndNothingThatNamesIt(t *testing.T) {
	for name, erase := range map[string]bool{"kept": false, "erased": true} {
		t.Run(name, func(t *testing.T) {
			storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
				ada, ben, cleo := crew(t, s)
				must(t, s.SetProfile(t.Context(), ben.ID, store.Profile{Name: "Ben Okafor", About: "trains", Zone: "UTC", Announce: store.AnnounceAll}))
				kitchen, err := s.CreateRoom(t.Context(), ben.ID, store.Charter{Name: "Kitchen", Kind: store.PrivateRoom})
				must(t, err)
				must(t, s.AddMember(t.Context(), kitchen, store.Actor{User: ben.ID}, cleo.ID))
				direct, err := s.Converse(t.Context(), ben.ID, []store.UserID{ada.ID})
				must(t, err)
				say := func(room store.RoomID, who store.User, key, body string) store.Message {
					m, err := s.PostMessage(t.Context(), store.Draft{Room: room, Author: who.ID, Key: key, Body: body})
					must(t, err)
					return m
				}
				say(lobby, ben, "1", "hello from @ben")
				say(lobby, ada, "2", "hello @ben and @cleo")
				say(kitchen, ben, "3", "soup")
				say(direct, ben, "4", "between us")
				say(direct, ada, "5", "yes")
				token, err := s.CreateSession(t.Context(), ben, "a browser", "192.0.2.1")
				if err != nil {
					ben, err = s.Authenticate(t.Context(), "ben", "correct horse battery")
					must(t, err)
					token, err = s.CreateSession(t.Context(), ben, "a browser", "192.0.2.1")
					must(t, err)
				}
				reset, err := s.CreateReset(t.Context(), ben.ID)
				must(t, err)
				must(t, s.CreateExport(t.Context(), ben.ID))
				finish(t, s)
				before, err := s.ChangesSince(t.Context(), lobby, 0, 100)
				must(t, err)

				must(t, s.DeleteAccount(t.Context(), by(ada), ben.ID, erase))
				_, err = s.Session(t.Context(), token)
				wants(t, "the session", err, store.ErrNotFound)
				_, err = s.ResetUser(t.Context(), reset)
				wants(t, "the reset", err, store.ErrNotFound)
				for _, login := range []string{"ben", "ben@example.com", fmt.Sprintf("#%d", ben.ID)} {
					_, err = s.Authenticate(t.Context(), login, "correct horse battery")
					wants(t, "sign in as "+login, err, store.ErrNotFound)
					_, err = s.UserByLogin(t.Context(), login)
					wants(t, "find "+login, err, store.ErrNotFound)
				}
				must(t, s.Here(t.Context(), []store.UserID{ben.ID})) // his last page closes
				finish(t, s)

				now, err := s.User(t.Context(), ben.ID)
				must(t, err)
				if now.Name != store.DeletedName || now.Username+now.Email+now.About+now.Zone != "" || !now.HereAt.IsZero() || now.DeletedAt.IsZero() || now.SuspendedAt.IsZero() || now.Role != store.Member {
					t.Errorf("left is %+v", now)
				}
				for table, query := range map[string]string{
					"users":    "select count(*) from users where username = 'ben' or username_key = 'ben' or email like 'ben@%' or email_key like 'ben@%' or name like 'Ben%' or about <> '' or name_key <> lower(name) and id = $1",
					"words":    "select count(*) from name_words where user_id = $1",
					"mentions": "select count(*) from mentions where user_id = $1",
					"in rows":  "select count(*) from messages where mentions like '%' || $1 || '=ben%'",
					"members":  "select count(*) from members m join rooms r on r.id = m.room_id where m.user_id = $1 and m.present and r.kind <> 'direct'",
					"sessions": "select count(*) from sessions where user_id = $1",
					"exports":  "select count(*) from export_parts where job_id > 0 and $1 > 0",
					"keys":     "select count(*) from post_keys where author_id = $1",
				} {
					var n int
					if table == "users" {
						query = strings.Split(query, " or name_key")[0]
						err = db.Get(&n, query)
					} else if table == "in rows" {
						err = db.Get(&n, query, fmt.Sprint(int64(ben.ID)))
					} else {
						err = db.Get(&n, query, ben.ID)
					}
					if err != nil || n != 0 {
						t.Errorf("%s: %d are left, %v", table, n, err)
					}
				}
				bens, soup, between := "Deleted account: hello from @ben", "Deleted account: soup", "Deleted account: between us"
				if erase {
					bens, soup, between = "Deleted account deleted", "Deleted account deleted", "Deleted account deleted"
				}
				for room, want := range map[store.RoomID][]string{
					lobby: {bens, "ada: hello @ben and @cleo"}, direct: {between, "ada: yes"}, kitchen: {soup},
				} {
					reader := ada
					if room == kitchen {
						reader = cleo
					}
					if got := texts(t, s, room, reader); strings.Join(got, "|") != strings.Join(want, "|") {
						t.Errorf("room %d: got %q, want %q", room, got, want)
					}
				}
				// Open pages are told of each row that shows something else now.
				c, err := s.ChangesSince(t.Context(), lobby, before.Upto, 100)
				must(t, err)
				if len(c.Messages) != 2 || len(c.Gone) != 1 || c.Gone[0] != ben.ID {
					t.Errorf("told: %+v", c)
				}
				if m, err := s.Membership(t.Context(), direct, ada.ID); err != nil || len(m.With) != 1 || m.With[0].Name != store.DeletedName {
					t.Errorf("the conversation is with %+v, %v", m.With, err)
				}
				if found, err := s.PeopleNamed(t.Context(), "", 10); err != nil || len(found) != 2 {
					t.Errorf("to be found are %v, %v", found, err)
				}
				must(t, s.DeleteSession(t.Context(), ""))
				wants(t, "delete again", s.DeleteAccount(t.Context(), by(ada), ben.ID, true), store.ErrNotFound)
				wants(t, "reactivate", reactivate(t.Context(), s, by(ada), ben.ID), store.ErrNotFound)
				// The name is free for somebody else, who is somebody else.
				again, err := s.CreateUser(t.Context(), store.SignUp{Username: "ben", Email: "ben@example.com", Password: "correct horse battery"})
				must(t, err)
				if again.ID == ben.ID {
					t.Error("they have the number of the deleted one")
				}
			})
		})
	}
}

func TestErasingGoesOnWhereItStoppedAfterARestart(t *testing.T) {
	restarts := func(t *testing.T, dsn string) {
		s, err := store.Open(t.Context(), dsn)
		must(t, err)
		ada, ben, _ := crew(t, s)
		const each = 450 // more than one step takes
		for i := range each {
			must2(s.PostMessage(t.Context(), store.Draft{Room: lobby, Author: ada.ID, Key: fmt.Sprint("a", i), Body: "stays"}))(t)
			must2(s.PostMessage(t.Context(), store.Draft{Room: lobby, Author: ben.ID, Key: fmt.Sprint("b", i), Body: "goes"}))(t)
		}
		must(t, s.DeleteAccount(t.Context(), by(ada), ben.ID, true))
		var j store.Job
		last, steps := int64(-1), 0
		for j.State != store.JobDone {
			if j, err = s.RunJob(t.Context()); err != nil {
				t.Fatal(err)
			}
			if j.Done < last {
				t.Errorf("it went back from %d to %d", last, j.Done)
			}
			last = j.Done
			steps++
			must(t, s.Close()) // it is stopped between any two steps
			if s, err = store.Open(t.Context(), dsn); err != nil {
				t.Fatal(err)
			}
			kept, err := s.DeletionOf(t.Context(), ben.ID)
			if err != nil || kept.Done != j.Done || kept.Place != j.Place || kept.State != j.State {
				t.Fatalf("kept is %+v, %v, want %+v", kept, err, j)
			}
		}
		defer s.Close()
		if steps < 4 || j.Percent() != 100 {
			t.Errorf("%d steps, %d %%", steps, j.Percent())
		}
		counts := map[string]int{}
		for _, text := range texts(t, s, lobby, ada) {
			counts[text]++
		}
		if counts["ada: stays"] != each || counts["Deleted account deleted"] != each || len(counts) != 2 {
			t.Errorf("got %v", counts)
		}
	}
	t.Run("SQLite", func(t *testing.T) { restarts(t, "sqlite:"+storetest.File(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { restarts(t, storetest.Postgres(t)) })
}

func must2[T any](_ T, err error) func(*testing.T) {
	return func(t *testing.T) { t.Helper(); must(t, err) }
}

func TestAnExportHoldsWhatAPersonWroteAndWhatIsStoredAboutThem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		now := time.Now().UTC()
		s.SetClock(func() time.Time { return now })
		secret, err := s.CreateRoom(t.Context(), ada.ID, store.Charter{Name: "Secret", Kind: store.PrivateRoom})
		must(t, err)
		must(t, s.AddMember(t.Context(), secret, store.Actor{User: ada.ID}, ben.ID))
		const many = 250
		for i := range many {
			must2(s.PostMessage(t.Context(), store.Draft{Room: lobby, Author: ben.ID, Key: fmt.Sprint(i), Body: fmt.Sprintf("line %d\n\"quoted\"", i)}))(t)
		}
		must2(s.PostMessage(t.Context(), store.Draft{Room: lobby, Author: ada.ID, Key: "x", Body: "not yours, @ben"}))(t)
		must2(s.PostMessage(t.Context(), store.Draft{Room: secret, Author: ben.ID, Key: "y", Body: "in secret"}))(t)
		must(t, s.Leave(t.Context(), secret, ben.ID))
		token, err := s.CreateSession(t.Context(), ben, "a browser", "192.0.2.9")
		must(t, err)
		must(t, s.UpdateAccount(t.Context(), by(ada), ben.ID, store.Account{Name: "Ben Okafor", Username: "ben", Email: "ben@example.com"}))

		must(t, s.CreateExport(t.Context(), ben.ID))
		if e, err := s.ExportOf(t.Context(), ben.ID); err != nil || !e.Preparing() || e.Ready() {
			t.Errorf("while it is written: %+v, %v", e, err)
		}
		must(t, s.CreateExport(t.Context(), ben.ID)) // it is being written already
		finish(t, s)
		e, err := s.ExportOf(t.Context(), ben.ID)
		must(t, err)
		if !e.Ready() || e.Preparing() {
			t.Fatalf("it is %+v", e)
		}
		var all strings.Builder
		for n := int64(1); ; n++ {
			part, err := s.ExportPart(t.Context(), ben.ID, e.ID, n)
			if errors.Is(err, store.ErrNotFound) {
				break
			}
			must(t, err)
			if len(part) > 1<<20 {
				t.Errorf("part %d has %d bytes", n, len(part))
			}
			all.WriteString(part)
		}
		kinds := map[string]int{}
		for line := range strings.Lines(all.String()) {
			var record struct{ Kind, Text, Username, Address string }
			if err := json.Unmarshal([]byte(line), &record); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			kinds[record.Kind]++
		}
		want := map[string]int{"account": 1, "session": 1, "administration": 1, "membership": 2, "mention": 1, "message": many + 1}
		if fmt.Sprint(kinds) != fmt.Sprint(want) {
			t.Errorf("got %v, want %v", kinds, want)
		}
		for _, never := range []string{string(token), "argon2", "not yours", "Secret", "192.0.2.7"} {
			if strings.Contains(all.String(), never) {
				t.Errorf("it holds %q", never)
			}
		}
		if !strings.Contains(all.String(), "in secret") || !strings.Contains(all.String(), "192.0.2.9") {
			t.Error("something is missing")
		}
		_, err = s.ExportPart(t.Context(), cleo.ID, e.ID, 1)
		wants(t, "for somebody else", err, store.ErrNotFound)
		_, err = s.ExportPart(t.Context(), ada.ID, e.ID, 1)
		wants(t, "for an administrator", err, store.ErrNotFound)

		now = now.Add(store.ExportLife + time.Minute)
		_, err = s.ExportPart(t.Context(), ben.ID, e.ID, 1)
		wants(t, "after a week", err, store.ErrNotFound)
		finish(t, s)
		if e, err := s.ExportOf(t.Context(), ben.ID); err != nil || e.Ready() || e.Preparing() {
			t.Errorf("after a week: %+v, %v", e, err)
		}
	})
}
