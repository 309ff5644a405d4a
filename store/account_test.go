package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

func by(u store.User) store.Actor { return store.Actor{User: u.ID, Address: "192.0.2.7"} }

// suspend and reactivate are an administrator's acts of whose measures nothing is asked.
func suspend(ctx context.Context, s *store.Store, by store.Actor, user store.UserID) error {
	_, err := s.Suspend(ctx, by, store.Measure{User: user, Reason: store.Spam})
	return err
}

func reactivate(ctx context.Context, s *store.Store, by store.Actor, user store.UserID) error {
	_, err := s.Reactivate(ctx, by, user)
	return err
}

func roleOf(t *testing.T, s *store.Store, u store.User) store.Role {
	t.Helper()
	now, err := s.User(t.Context(), u.ID)
	must(t, err)
	return now.Role
}

// actsOn are what was done to u, the newest first.
func actsOn(t *testing.T, s *store.Store, u store.User) []store.Act {
	t.Helper()
	entries, err := s.Entries(t.Context(), store.EntryQuery{On: store.Target{Kind: store.OnAccount, ID: int64(u.ID)}}, 50)
	must(t, err)
	var all []store.Act
	for _, e := range entries {
		all = append(all, e.Act)
	}
	return all
}

func TestTwoAdministratorsWhoDemoteEachOtherAtOnceLeaveOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, _ := crew(t, s)
		acts := map[string]func(by, other store.User) error{
			"demote":  func(me, other store.User) error { return s.SetRole(t.Context(), by(me), other.ID, store.Member) },
			"suspend": func(me, other store.User) error { return suspend(t.Context(), s, by(me), other.ID) },
			"resign":  func(me, _ store.User) error { return s.SetRole(t.Context(), by(me), me.ID, store.Moderator) },
		}
		for range 8 {
			for name, act := range acts {
				for _, u := range []store.User{ada, ben} {
					must(t, reactivate(t.Context(), s, store.Actor{}, u.ID))
					must(t, s.SetRole(t.Context(), store.Actor{}, u.ID, store.Administrator))
				}
				errs := make([]error, 2)
				var both sync.WaitGroup
				begin := make(chan struct{})
				for i, pair := range [][2]store.User{{ada, ben}, {ben, ada}} {
					both.Go(func() { <-begin; errs[i] = act(pair[0], pair[1]) })
				}
				close(begin)
				both.Wait()
				if (errs[0] == nil) == (errs[1] == nil) {
					t.Fatalf("%s each other: %v and %v, want one of them refused", name, errs[0], errs[1])
				}
				left := 0
				for _, u := range []store.User{ada, ben} {
					now, err := s.User(t.Context(), u.ID)
					must(t, err)
					if now.Role == store.Administrator && now.SuspendedAt.IsZero() {
						left++
					}
				}
				if left != 1 {
					t.Fatalf("%s each other: %d administrators are left", name, left)
				}
			}
		}
	})
}

func TestTheLastAdministratorStays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, _ := crew(t, s)
		must(t, s.SetRole(t.Context(), by(ada), ben.ID, store.Administrator))
		must(t, suspend(t.Context(), s, by(ada), ben.ID)) // who is suspended does not count
		shown, err := s.Authenticate(t.Context(), "ada", "correct horse battery")
		must(t, err)
		for name, err := range map[string]error{
			"demote":     s.SetRole(t.Context(), by(ada), ada.ID, store.Member),
			"suspend":    suspend(t.Context(), s, by(ada), ada.ID),
			"delete":     s.DeleteAccount(t.Context(), by(ada), ada.ID, false),
			"delete own": s.DeleteOwnAccount(t.Context(), shown, "", true),
			"by command": suspend(t.Context(), s, store.Actor{}, ada.ID),
		} {
			if !errors.Is(err, store.ErrLastAdministrator) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		if roleOf(t, s, ada) != store.Administrator {
			t.Error("she is none any more")
		}
		must(t, reactivate(t.Context(), s, by(ada), ben.ID))
		must(t, s.DeleteOwnAccount(t.Context(), shown, "", true)) // now there is another
	})
}

func TestOnlyAdministratorsActOnAccountsAndEachActIsLogged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		must(t, s.SetRole(t.Context(), by(ada), cleo.ID, store.Moderator))
		for _, who := range []store.User{ben, cleo} {
			wants(t, "role", s.SetRole(t.Context(), by(who), who.ID, store.Administrator), store.ErrNotFound)
			wants(t, "suspend", suspend(t.Context(), s, by(who), ada.ID), store.ErrNotFound)
			wants(t, "delete", s.DeleteAccount(t.Context(), by(who), ada.ID, false), store.ErrNotFound)
			wants(t, "update", s.UpdateAccount(t.Context(), by(who), who.ID, store.Account{Name: "X", Username: "xx", Email: "x@example.com"}), store.ErrNotFound)
			wants(t, "sessions", s.EndSessionOf(t.Context(), by(who), ada.ID, ""), store.ErrNotFound)
			_, _, err := s.CreateAccount(t.Context(), by(who), store.Account{Name: "X", Username: "xx", Email: "x@example.com", Role: store.Administrator})
			wants(t, "create", err, store.ErrNotFound)
		}
		if len(actsOn(t, s, ada)) > 0 {
			t.Error("what was refused is in the log")
		}
		must(t, s.UpdateAccount(t.Context(), by(ada), ben.ID, store.Account{Name: "Ben Okafor", Username: "benny", Email: "ben@example.com"}))
		must(t, s.SetRole(t.Context(), by(ada), ben.ID, store.Moderator))
		must(t, suspend(t.Context(), s, by(ada), ben.ID))
		must(t, suspend(t.Context(), s, by(ada), ben.ID)) // the form is sent twice
		must(t, reactivate(t.Context(), s, by(ada), ben.ID))
		must(t, reactivate(t.Context(), s, by(ada), ben.ID)) // nothing is done
		want := []store.Act{"moderation.lift-suspend", "moderation.suspend", store.ChangeRoleAct, store.ChangeUsernameAct, store.RenameAccountAct}
		if got := actsOn(t, s, ben); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		entries, err := s.Entries(t.Context(), store.EntryQuery{Act: "moderation.suspend"}, 1)
		must(t, err)
		if e := entries[0]; e.By != ada.ID || e.Reason != "spam" || e.Address != "192.0.2.7" || e.Target.Name != "Ben Okafor" {
			t.Errorf("got %+v", e)
		}
		if found, err := s.PeopleNamed(t.Context(), "oka", 5); err != nil || len(found) != 1 {
			t.Errorf("by the new name: %v, %v", found, err)
		}
		var p store.Problems
		if err := s.UpdateAccount(t.Context(), by(ada), ben.ID, store.Account{Name: "", Username: "CLEO", Email: "nonsense"}); !errors.As(err, &p) || p.ByField()["name"] == "" || p.ByField()["email"] == "" {
			t.Errorf("mistakes: %v", err)
		}
		if err := s.UpdateAccount(t.Context(), by(ada), ben.ID, store.Account{Name: "Ben", Username: "CLEO", Email: "Ada@example.com"}); !errors.As(err, &p) || p.ByField()["username"] == "" || p.ByField()["email"] == "" {
			t.Errorf("taken: %v", err)
		}
	})
}

func TestAnAdministratorSuspendsAnotherForATimeAndAThirdDecidesTheObjection(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := judge(t, s)
		ada := store.Actor{User: j.ada.ID}
		for _, u := range []store.User{j.ben, j.cleo} {
			must(t, s.SetRole(t.Context(), ada, u.ID, store.Administrator))
		}
		dan := person(t, s, "dan")
		must(t, s.SetRole(t.Context(), ada, dan.ID, store.Moderator))
		until := j.now.Add(time.Hour)
		in := store.Measure{User: j.ben.ID, Reason: store.Harassment, Words: " You threatened people. ", Until: until}
		_, err := s.Impose(t.Context(), ada, store.Measure{Kind: store.Suspension, User: j.ben.ID, Reason: store.Harassment})
		wants(t, "as a moderator", err, store.ErrNotFound)
		m, err := s.Suspend(t.Context(), ada, in)
		must(t, err)
		again, err := s.Suspend(t.Context(), ada, in)
		if must(t, err); again.ID != m.ID {
			t.Errorf("the form that is sent twice suspends twice: %d and %d", m.ID, again.ID)
		}
		told, err := s.SuspensionOf(t.Context(), j.ben.ID)
		if must(t, err); told.ByName != "ada" || told.Words != "You threatened people." || !told.Until.Equal(until) || told.Reason != store.Harassment {
			t.Errorf("he is told %+v", told)
		}
		must(t, s.CreateAppeal(t.Context(), j.ben.ID, m.ID, "It was not me"))
		decide := func(by store.UserID) error {
			_, err := s.DecideAppeal(t.Context(), store.Actor{User: by}, m.ID, true, "That is plausible.")
			return err
		}
		var problem store.Invalid
		if err := decide(j.ada.ID); !errors.As(err, &problem) {
			t.Errorf("who suspended him decides: %v", err)
		}
		wants(t, "a moderator decides", decide(dan.ID), store.ErrNotFound)
		must(t, decide(j.cleo.ID))
		if now, err := s.User(t.Context(), j.ben.ID); err != nil || !now.SuspendedAt.IsZero() {
			t.Errorf("he cannot sign in: %v", err)
		}
		// It ends by itself, too.
		j.later(time.Minute)
		in.Until = j.now.Add(time.Hour)
		_, err = s.Suspend(t.Context(), ada, in)
		must(t, err)
		j.later(time.Hour)
		if now, err := s.User(t.Context(), j.ben.ID); err != nil || !now.SuspendedAt.IsZero() {
			t.Errorf("an hour later he cannot sign in: %v", err)
		}
		for what, in := range map[string]store.Measure{
			"without a reason": {User: j.ben.ID}, "until yesterday": {User: j.ben.ID, Reason: store.Spam, Until: j.now.Add(-time.Hour)}, "oneself": {User: j.ada.ID, Reason: store.Spam},
		} {
			if _, err := s.Suspend(t.Context(), ada, in); !errors.As(err, &problem) {
				t.Errorf("%s: %v", what, err)
			}
		}
		_, err = s.Suspend(t.Context(), store.Actor{User: dan.ID}, store.Measure{User: j.ben.ID, Reason: store.Spam})
		wants(t, "a moderator suspends him there", err, store.ErrNotFound)
	})
}

func TestWhoeverSuspendedThemAnAccountIsMadeActiveAgainByOneActWithAnEntryForEachMeasure(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		j := judge(t, s)
		var lifted []store.MeasureID
		lifted = append(lifted, j.impose(j.ada, store.Measure{Kind: store.Ban, User: j.ben.ID}).ID)
		j.now = j.now.Add(time.Minute)
		m, err := s.Suspend(t.Context(), store.Actor{}, store.Measure{User: j.ben.ID, Reason: store.OtherReason}) // by the server itself
		must(t, err)
		lifted = append(lifted, m.ID)
		if m.By != 0 || m.ByName != "" {
			t.Errorf("it is by %+v", m)
		}
		before := len(actsOn(t, s, j.ben))
		all, err := s.Reactivate(t.Context(), store.Actor{User: j.ada.ID}, j.ben.ID)
		must(t, err)
		var got []store.MeasureID
		for _, m := range all {
			got = append(got, m.ID)
			if m.EndedAt.IsZero() || m.EndedBy != j.ada.ID {
				t.Errorf("it is not lifted: %+v", m)
			}
		}
		if !slices.Equal(got, lifted) {
			t.Errorf("lifted are %v, want %v", got, lifted)
		}
		acts := actsOn(t, s, j.ben)
		if want := []store.Act{"moderation.lift-suspend", "moderation.lift-ban"}; !slices.Equal(acts[:len(acts)-before], want) {
			t.Errorf("the log says %v, want %v", acts[:len(acts)-before], want)
		}
		if _, err := s.SuspensionOf(t.Context(), j.ben.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("something holds: %v", err)
		}
		// From before suspensions were measures.
		db.MustExec("update users set suspended_at = 7 where id = $1", j.ben.ID)
		must(t, reactivate(t.Context(), s, store.Actor{User: j.ada.ID}, j.ben.ID))
		if acts := actsOn(t, s, j.ben); acts[0] != store.ReactivateAccountAct || len(acts) != before+3 {
			t.Errorf("the log says %v", acts)
		}
	})
}

func TestAnAccountThatAnAdministratorMakesHasItsPasswordSetByALink(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, _, _ := crew(t, s)
		dan, token, err := s.CreateAccount(t.Context(), by(ada), store.Account{Name: "Dan Rossi", Username: "dan", Email: "dan@example.com", Role: store.Moderator})
		must(t, err)
		if rooms, err := s.RoomsOf(t.Context(), dan.ID); err != nil || len(rooms) != 1 {
			t.Errorf("they are in %v, %v", rooms, err)
		}
		if _, err := s.Reset(t.Context(), token, "correct horse battery"); err != nil {
			t.Fatal(err)
		}
		now, err := s.Authenticate(t.Context(), "dan", "correct horse battery")
		must(t, err)
		if now.Name != "Dan Rossi" || now.Role != store.Moderator {
			t.Errorf("got %+v", now)
		}
		_, _, err = s.CreateAccount(t.Context(), by(ada), store.Account{Name: "Another", Username: "DAN", Email: "dan@example.com", Role: store.Member})
		var p store.Problems
		if !errors.As(err, &p) || len(p) != 2 {
			t.Errorf("taken: %v", err)
		}
	})
}

// many adds n members with names that tell their number; it is too slow by CreateUser.
func many(t testing.TB, db *sqlx.DB, from, to int) {
	t.Helper()
	tx := db.MustBegin()
	for i := from; i <= to; i++ {
		first, last := []string{"Ada", "Bo", "Cem", "Dina", "Eli", "Fay"}[i%6], fmt.Sprintf("%s%06d", []string{"Moss", "Reed", "Stone"}[i%3], i)
		username := fmt.Sprintf("u%06d", i)
		name := first + " " + last
		suspended, role := 0, "member"
		if i%200 == 1 {
			suspended = 1
		}
		if i%200 == 2 {
			role = "moderator"
		}
		tx.MustExec(`insert into users (id, username, username_key, email, email_key, name, name_key, role, password, created_at, here_at, suspended_at) values ($1, $2, $2, $3, $3, $4, $5, $6, 'x', $7, $8, $9)`,
			i, username, username+"@mail.example", name, strings.ToLower(name), role, i, (i*7919)%1_000_003, suspended)
		for _, word := range []string{username, strings.ToLower(first), strings.ToLower(last), strings.ToLower(name)} {
			tx.MustExec("insert into name_words (word, user_id) values ($1, $2)", word, i)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	db.MustExec("update counters set value = $1 where name = 'user'", to)
}

func TestAccountsAreFoundSortedAndPagedWithoutGapsOrDoubles(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		ada, _, _ := crew(t, s)
		many(t, db, 4, 300)
		must(t, s.DeleteAccount(t.Context(), by(ada), 17, false))
		all := func(q store.AccountQuery) (found []store.User) {
			t.Helper()
			for range 100 {
				page, err := s.Accounts(t.Context(), q, 7)
				must(t, err)
				found = append(found, page.Accounts...)
				if q.After = page.Next; q.After == "" {
					return found
				}
			}
			t.Fatalf("%+v does not end", q)
			return nil
		}
		less := map[store.Order]func(a, b store.User) bool{
			store.ByName:   func(a, b store.User) bool { return strings.ToLower(a.Name) < strings.ToLower(b.Name) },
			store.ByNewest: func(a, b store.User) bool { return a.ID > b.ID },
			store.ByHere:   func(a, b store.User) bool { return !a.HereAt.Before(b.HereAt) },
		}
		for show, want := range map[store.Show]int{store.ShowAll: 299, store.ShowMembers: 297, store.ShowModerators: 1, store.ShowAdministrators: 1, store.ShowSuspended: 1, store.ShowDeleted: 1} {
			for order, before := range less {
				found := all(store.AccountQuery{Show: show, Order: order})
				seen := map[store.UserID]bool{}
				for i, u := range found {
					if seen[u.ID] {
						t.Errorf("%q by %q: %d is there twice", show, order, u.ID)
					}
					seen[u.ID] = true
					if i > 0 && !before(found[i-1], u) {
						t.Errorf("%q by %q: %s comes after %s", show, order, u.Name, found[i-1].Name)
					}
				}
				if show == store.ShowMembers { // two of the crew, and all but the moderator
					want = 299 - 2
				}
				if len(found) != want {
					t.Errorf("%q by %q: got %d, want %d", show, order, len(found), want)
				}
			}
		}
		for text, want := range map[string]int{"u00001": 9, "moss00001": 3, "CEM": 49, "cem reed": 0, "u000100@mail": 1, "ben@": 1, "%": 0, "": 299} {
			if found := all(store.AccountQuery{Text: text}); len(found) != want {
				t.Errorf("%q: got %d, want %d", text, len(found), want)
			}
		}
		if page, err := s.Accounts(t.Context(), store.AccountQuery{Text: "u", After: "nonsense"}, 5); err != nil || page.Broad || len(page.Accounts) != 5 {
			t.Errorf("got %+v, %v", page, err)
		}
	})
}
