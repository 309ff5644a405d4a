package store_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

// court is a Lobby where Ben wrote something. Ada administers, and so moderates; Mod
// moderates the instance, Cleo and Dan are members.
type court struct {
	t                        *testing.T
	s                        *store.Store
	db                       *sqlx.DB
	ada, ben, cleo, dan, mod store.UserID
	said                     store.Message
}

func inCourt(t *testing.T, fn func(t *testing.T, c *court)) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		ada, ben, cleo := crew(t, s)
		c := &court{t: t, s: s, db: db, ada: ada.ID, ben: ben.ID, cleo: cleo.ID, dan: person(t, s, "dan").ID, mod: person(t, s, "mod").ID}
		c.promote(c.mod)
		c.said = c.say(c.ben, "You are all fools")
		fn(t, c)
	})
}

func (c *court) promote(user store.UserID) {
	c.t.Helper()
	if _, err := c.db.Exec("update users set role = 'moderator' where id = $1", user); err != nil {
		c.t.Fatal(err)
	}
}

func (c *court) say(by store.UserID, body string) store.Message {
	c.t.Helper()
	return c.sayIn(lobby, by, body)
}

func (c *court) sayIn(room store.RoomID, by store.UserID, body string) store.Message {
	c.t.Helper()
	m, err := c.s.PostMessage(c.t.Context(), store.Draft{Room: room, Author: by, Key: fmt.Sprint(time.Now().UnixNano()), Body: body})
	must(c.t, err)
	return m
}

func (c *court) report(by store.UserID, m store.Message) store.Case {
	c.t.Helper()
	got, err := c.s.ReportMessage(c.t.Context(), m.Room, m.Seq, by, store.Harassment, "see for yourself")
	must(c.t, err)
	return got
}

func (c *court) file(id store.CaseID, by store.UserID) store.File {
	c.t.Helper()
	f, err := c.s.CaseFile(c.t.Context(), id, by)
	must(c.t, err)
	return f
}

func act(user store.UserID) store.Actor { return store.Actor{User: user, Address: "127.0.0.1"} }

func TestManyReportsOfAMessageAreOneCaseAndOnesOwnAreOneReport(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		first := c.report(c.cleo, c.said)
		if again := c.report(c.dan, c.said); again.ID != first.ID {
			t.Errorf("Dan's report is in case %d, not %d", again.ID, first.ID)
		}
		if _, err := c.s.ReportMessage(t.Context(), lobby, c.said.Seq, c.cleo, store.Hate, "on second thought"); err != nil {
			t.Fatal(err)
		}
		f := c.file(first.ID, c.mod)
		if f.Reports != 2 || len(f.Told) != 2 {
			t.Fatalf("got %d reports, %+v", f.Reports, f.Told)
		}
		if f.Told[0].Reason != store.Hate || f.Told[0].Note != "on second thought" || f.Told[0].ByName != "cleo" {
			t.Errorf("Cleo's report is %+v", f.Told[0])
		}
		person, err := c.s.ReportPerson(t.Context(), c.ben, c.cleo, store.Spam, "")
		must(t, err)
		if person.ID == first.ID || person.Seq != 0 {
			t.Errorf("the person's case is %+v", person)
		}
		again, err := c.s.ReportPerson(t.Context(), c.ben, c.dan, store.Spam, "")
		must(t, err)
		if again.ID != person.ID {
			t.Errorf("there are two open cases about Ben")
		}
	})
}

func TestTheCaseKeepsWhatWasReportedWhateverTheAuthorDoes(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		id := c.report(c.cleo, c.said).ID
		_, err := c.s.EditMessage(t.Context(), lobby, c.said.Seq, c.ben, "You are all worse")
		must(t, err)
		c.report(c.dan, c.said)
		_, err = c.s.DeleteMessage(t.Context(), lobby, c.said.Seq, c.ben)
		must(t, err)
		c.report(c.ada, c.said)
		f := c.file(id, c.mod)
		if len(f.Copies) != 3 || f.Copies[0].Body != "You are all fools" || f.Copies[1].Body != "You are all worse" || f.Copies[2].Body != "" {
			t.Errorf("the copies are %+v", f.Copies)
		}
		if f.Copies[0].Rev != c.said.Rev || f.Copies[0].At.IsZero() {
			t.Errorf("the first copy is %+v, of revision %d", f.Copies[0], c.said.Rev)
		}
	})
}

func TestTheCaseKeepsWhatWasReportedWhateverGoes(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		kitchen := makeRoom(t, c.s, store.User{ID: c.cleo}, "Kitchen", store.OpenRoom)
		must(t, c.s.Join(t.Context(), kitchen, c.ben))
		soup := c.sayIn(kitchen, c.ben, "Your soup is a crime")
		var ids []store.CaseID
		for _, m := range []store.Message{c.said, soup} {
			ids = append(ids, c.report(c.cleo, m).ID)
		}
		has := func(when string) {
			t.Helper()
			for i, want := range []string{"You are all fools", "Your soup is a crime"} {
				if f := c.file(ids[i], c.mod); len(f.Copies) != 1 || f.Copies[0].Body != want {
					t.Errorf("%s: the copies are %+v, want %q", when, f.Copies, want)
				}
			}
		}
		ben, err := c.s.Authenticate(t.Context(), "ben", "correct horse battery")
		must(t, err)
		must(t, c.s.DeleteOwnAccount(t.Context(), ben, "", true))
		finish(t, c.s)
		if m, err := c.s.Message(t.Context(), kitchen, soup.Seq, c.cleo); err != nil || m.Body != "" {
			t.Errorf("in the room there is %q, %v", m.Body, err)
		}
		has("he deleted his account with all he wrote")
		must(t, c.s.SetKeep(t.Context(), act(c.ada), lobby, 1))
		c.s.Later(3 * 24 * time.Hour)
		forgetAll(t, c.s)
		must(t, c.s.DeleteRoom(t.Context(), act(c.ada), kitchen))
		c.s.Later(store.DeletionWait + time.Minute)
		finish(t, c.s)
		has("one room has forgotten it, the other is deleted")
		for _, id := range ids {
			must(t, c.s.CloseCase(t.Context(), act(c.mod), id, 1))
		}
		c.s.Later(store.CopyLife + time.Minute)
		must2(c.s.EraseCopies(t.Context(), 100))(t)
		for _, id := range ids {
			if f := c.file(id, c.mod); len(f.Copies) != 0 {
				t.Errorf("ninety days later it has %+v", f.Copies)
			}
		}
	})
}

func TestADeletedMessageIsReportedWithoutItsText(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		_, err := c.s.DeleteMessage(t.Context(), lobby, c.said.Seq, c.ben)
		must(t, err)
		f := c.file(c.report(c.cleo, c.said).ID, c.mod)
		if len(f.Copies) != 1 || f.Copies[0].Body != "" {
			t.Errorf("the copies are %+v", f.Copies)
		}
	})
}

func TestOnlyWhoReadsAMessageReportsItAndNobodyTheirOwn(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		direct, err := c.s.Converse(t.Context(), c.ben, []store.UserID{c.cleo})
		must(t, err)
		word := c.sayIn(direct, c.ben, "Between us")
		for name, err := range map[string]error{
			"a stranger to the conversation": second(c.s.ReportMessage(t.Context(), direct, word.Seq, c.dan, store.Hate, "")),
			"a moderator outside of it":      second(c.s.ReportMessage(t.Context(), direct, word.Seq, c.mod, store.Hate, "")),
			"the author":                     second(c.s.ReportMessage(t.Context(), direct, word.Seq, c.ben, store.Hate, "")),
			"no message":                     second(c.s.ReportMessage(t.Context(), direct, 99, c.cleo, store.Hate, "")),
			"oneself":                        second(c.s.ReportPerson(t.Context(), c.ben, c.ben, store.Hate, "")),
			"nobody":                         second(c.s.ReportPerson(t.Context(), 99, c.ben, store.Hate, "")),
		} {
			wants(t, name, err, store.ErrNotFound)
		}
		for field, err := range map[string]error{
			"reason": second(c.s.ReportMessage(t.Context(), direct, word.Seq, c.cleo, "because", "")),
			"note":   second(c.s.ReportMessage(t.Context(), direct, word.Seq, c.cleo, store.Hate, strings.Repeat("x", store.NoteRunes+1))),
		} {
			var p store.Invalid
			if !errors.As(err, &p) || p.Field != field {
				t.Errorf("a wrong %s: got %v", field, err)
			}
		}
		_, err = c.s.ReportMessage(t.Context(), direct, word.Seq, c.cleo, store.Hate, "")
		must(t, err)
	})
}

func second(_ store.Case, err error) error { return err }

func TestReportsOfADayAreLimited(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		for range store.ReportsPerDay {
			c.report(c.cleo, c.say(c.ben, "again"))
		}
		last := c.say(c.ben, "once more")
		var p store.Invalid
		if _, err := c.s.ReportMessage(t.Context(), lobby, last.Seq, c.cleo, store.Spam, ""); !errors.As(err, &p) {
			t.Errorf("one more report: got %v", err)
		}
		open, err := c.s.Cases(t.Context(), store.Queue{User: c.mod, Tab: "open"}, 100)
		must(t, err)
		if len(open) != store.ReportsPerDay {
			t.Errorf("%d cases are open: the one that was refused left something", len(open))
		}
		c.s.Later(25 * time.Hour)
		c.report(c.cleo, last)
	})
}

func TestTheReporterLearnsWhatBecameOfIt(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		id := c.report(c.cleo, c.said).ID
		is := func(state store.CaseState, outcome store.Outcome) {
			t.Helper()
			all, err := c.s.ReportsBy(t.Context(), c.cleo, 10)
			must(t, err)
			if len(all) != 1 || all[0].About.State != state || all[0].About.Outcome != outcome || all[0].About.Closer != "" || all[0].About.TakenBy != 0 {
				t.Errorf("she sees %+v, want %s %s", all, state, outcome)
			}
		}
		is(store.CaseOpen, "")
		must(t, c.s.CloseCase(t.Context(), act(c.mod), id, 1))
		is(store.CaseClosed, store.NothingDone)
		// The same again, of the same text, is the report that was decided.
		if again := c.report(c.cleo, c.said); again.ID != id {
			t.Errorf("it opened case %d", again.ID)
		}
		must(t, c.s.ReopenCase(t.Context(), act(c.mod), id, 2))
		_, err := c.s.ImposeInCase(t.Context(), act(c.mod), id, 3, store.Measure{Kind: store.Warning, Reason: store.Harassment, Words: "Be kind"}, true)
		must(t, err)
		is(store.CaseClosed, store.MeasuresDone)
		// Somebody else, or another text, is a new case.
		if other := c.report(c.dan, c.said); other.ID == id {
			t.Error("Dan's report went into the closed case")
		}
	})
}

func TestTheCopyIsErasedNinetyDaysAfterTheCaseClosed(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		must2(c.s.ReportMessage(t.Context(), c.said.Room, c.said.Seq, c.dan, store.Hate, "my side of it"))(t)
		closed, open := c.report(c.cleo, c.said).ID, c.report(c.cleo, c.say(c.ben, "still here")).ID
		must(t, c.s.CloseCase(t.Context(), act(c.mod), closed, 1))
		erased := func(want int) {
			t.Helper()
			if n, err := c.s.EraseCopies(t.Context(), 100); err != nil || n != want {
				t.Errorf("erased %d, %v; want %d", n, err, want)
			}
		}
		c.s.Later(store.CopyLife - time.Minute)
		erased(0)
		c.s.Later(2 * time.Minute)
		erased(1)
		erased(0)
		if f := c.file(closed, c.mod); len(f.Copies) != 0 || f.ErasedAt.IsZero() || len(f.Told) != 2 || f.Told[0].Note+f.Told[1].Note != "" {
			t.Errorf("the closed case has %+v", f)
		}
		if f := c.file(open, c.mod); len(f.Copies) != 1 {
			t.Errorf("the open case lost its copy")
		}
	})
}

func TestWhatIsReportedAgainAfterItsCopyWasErasedIsKeptForItsOwnTime(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		aboutBen := func() store.Case {
			got, err := c.s.ReportPerson(t.Context(), c.ben, c.cleo, store.Hate, "it is he again")
			must(t, err)
			return got
		}
		old, person := c.report(c.cleo, c.said), aboutBen()
		must(t, c.s.CloseCase(t.Context(), act(c.mod), old.ID, old.Version))
		must(t, c.s.CloseCase(t.Context(), act(c.mod), person.ID, person.Version))
		erase := func() {
			t.Helper()
			c.s.Later(store.CopyLife + time.Minute)
			must2(c.s.EraseCopies(t.Context(), 100))(t)
		}
		erase()
		// The message still says the same: what was decided about it is forgotten.
		again := c.report(c.cleo, c.said)
		if f := c.file(again.ID, c.mod); again.ID == old.ID || f.State != store.CaseOpen || len(f.Copies) != 1 || f.Copies[0].Body != c.said.Body {
			t.Errorf("her report is in case %d, which is %+v", again.ID, f.Case)
		}
		if f := c.file(old.ID, c.mod); f.Told[0].Note != "" {
			t.Errorf("the old case has %q", f.Told[0].Note)
		}
		// A case that was opened again is erased once more.
		must(t, c.s.ReopenCase(t.Context(), act(c.mod), person.ID, person.Version+1))
		if more := aboutBen(); more.ID != person.ID {
			t.Errorf("her report is in case %d", more.ID)
		}
		must(t, c.s.CloseCase(t.Context(), act(c.mod), person.ID, person.Version+2))
		must(t, c.s.CloseCase(t.Context(), act(c.mod), again.ID, again.Version))
		erase()
		for _, id := range []store.CaseID{again.ID, person.ID} {
			if f := c.file(id, c.mod); len(f.Copies) != 0 || f.Told[0].Note != "" {
				t.Errorf("case %d still has %+v", id, f)
			}
		}
	})
}

func TestReportsAtOnceFindOneCaseAlsoWhileTheAuthorDeletes(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		for range 5 {
			m := c.say(c.ben, "You again")
			var all sync.WaitGroup
			for _, by := range []store.UserID{c.ada, c.cleo, c.dan, c.mod} {
				all.Go(func() {
					if _, err := c.s.ReportMessage(t.Context(), lobby, m.Seq, by, store.Hate, ""); err != nil {
						t.Error(err)
					}
				})
				all.Go(func() {
					if _, err := c.s.ReportPerson(t.Context(), c.ben, by, store.Hate, ""); err != nil {
						t.Error(err)
					}
				})
			}
			all.Go(func() {
				if _, err := c.s.EditMessage(t.Context(), lobby, m.Seq, c.ben, "Edited"); err != nil {
					t.Error(err)
				}
				if _, err := c.s.DeleteMessage(t.Context(), lobby, m.Seq, c.ben); err != nil {
					t.Error(err)
				}
			})
			all.Wait()
			f := c.file(c.report(c.cleo, m).ID, c.ada)
			if f.Reports != 4 || len(f.Told) != 4 {
				t.Errorf("got %d reports", f.Reports)
			}
			for i := 1; i < len(f.Copies); i++ {
				if f.Copies[i].Rev <= f.Copies[i-1].Rev {
					t.Errorf("the copies are %+v", f.Copies)
				}
			}
		}
		var open int
		must(t, c.db.Get(&open, "select count(*) from cases where seq = 0 and state = 'open'"))
		if open != 1 {
			t.Errorf("%d cases about Ben are open", open)
		}
	})
}

func TestWhatBecameOfAReportIsNewsUntilItIsShown(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		news := func(what string, want int, users ...store.UserID) {
			t.Helper()
			for _, user := range users {
				if b, err := c.s.Aside(t.Context(), user); err != nil || b.News != want {
					t.Errorf("%s: %d has news of %d reports, want %d (%v)", what, user, b.Reports, want, err)
				}
			}
		}
		read := func() {
			t.Helper()
			for _, user := range []store.UserID{c.cleo, c.dan, c.mod} {
				must(t, c.s.ReadReports(t.Context(), user))
			}
		}
		id := c.report(c.cleo, c.said).ID
		c.report(c.dan, c.said)
		c.report(c.mod, c.said)
		other := c.report(c.cleo, c.say(c.ben, "And you")).ID
		news("reported", 0, c.cleo, c.dan, c.mod)
		must(t, c.s.CloseCase(t.Context(), act(c.mod), id, 1))
		news("closed", 1, c.cleo, c.dan)
		news("closed by themselves", 0, c.mod)
		must(t, c.s.ReopenCase(t.Context(), act(c.ada), id, 2))
		news("looked at again", 0, c.cleo, c.dan, c.mod)
		m, err := c.s.ImposeInCase(t.Context(), act(c.ada), id, 3, store.Measure{Kind: store.Warning, Reason: store.Harassment}, true)
		must(t, err)
		news("decided", 1, c.cleo, c.dan, c.mod)
		must2(c.s.ImposeInCase(t.Context(), act(c.ada), other, 1, store.Measure{Kind: store.Warning, Reason: store.Hate}, true))(t)
		news("the other, too", 2, c.cleo)
		read()
		news("shown", 0, c.cleo, c.dan, c.mod)

		// What is lifted without an objection is no news, and with one it is.
		must(t, c.s.ReopenCase(t.Context(), act(c.ada), id, 4))
		second, err := c.s.ImposeInCase(t.Context(), act(c.ada), id, 5, store.Measure{Kind: store.Warning, Reason: store.Hate, Words: "Once more"}, true)
		must(t, err)
		read()
		must2(c.s.Lift(t.Context(), act(c.ada), second.ID, ""))(t)
		news("lifted", 0, c.cleo, c.dan, c.mod)
		must(t, c.s.CreateAppeal(t.Context(), c.ben, m.ID, "It was a joke"))
		must2(c.s.DecideAppeal(t.Context(), act(c.ada), m.ID, true, "It was"))(t)
		news("lifted after an objection", 1, c.cleo, c.dan, c.mod)
		all, err := c.s.ReportsBy(t.Context(), c.cleo, 10)
		must(t, err)
		for _, r := range all {
			if want := r.Case == id; r.Lifted != want || r.News != want {
				t.Errorf("she is shown %+v", r)
			}
		}
	})
}
