package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

func TestAHiddenMessageKeepsItsTextForItsAuthorAndComesBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		m := post(t, s, ben, "one", "something rude")
		hidden, err := s.Impose(t.Context(), store.Actor{User: ada.ID}, store.Measure{Kind: store.HideMessage, Room: lobby, Seq: m.Seq, Reason: store.Harassment})
		must(t, err)
		if hidden.User != ben.ID {
			t.Errorf("the notice goes to %d, want the author", hidden.User)
		}
		for _, who := range []store.User{ada, ben, cleo} {
			seen, err := s.Message(t.Context(), lobby, m.Seq, who.ID)
			if err != nil || seen.Body != "" || seen.Hidden != hidden.ID {
				t.Errorf("%s reads %q, %v", who.Name, seen.Body, err)
			}
		}
		c, err := s.ChangesSince(t.Context(), lobby, m.Rev, 10)
		if err != nil || len(c.Messages) != 1 || c.Messages[0].Body != "" || c.Messages[0].Hidden == 0 {
			t.Errorf("the log tells %+v, %v", c.Messages, err)
		}
		for who, want := range map[store.UserID]error{ada.ID: nil, ben.ID: nil, cleo.ID: store.ErrNotFound} {
			if text, err := s.HiddenText(t.Context(), lobby, m.Seq, who); !errors.Is(err, want) || want == nil && text != "something rude" {
				t.Errorf("%d is given %q, %v", who, text, err)
			}
		}
		_, err = s.EditMessage(t.Context(), lobby, m.Seq, ben.ID, "something else")
		wants(t, "its author edits it", err, store.ErrHidden)
		_, err = s.Lift(t.Context(), store.Actor{User: cleo.ID}, hidden.ID, "")
		wants(t, "a member lifts it", err, store.ErrNotFound)
		_, err = s.Lift(t.Context(), store.Actor{User: ada.ID}, hidden.ID, "was a joke")
		must(t, err)
		if seen, err := s.Message(t.Context(), lobby, m.Seq, cleo.ID); err != nil || seen.Body != "something rude" {
			t.Errorf("restored, Cleo reads %q, %v", seen.Body, err)
		}
		_, err = s.Lift(t.Context(), store.Actor{User: ada.ID}, hidden.ID, "")
		wants(t, "lifted twice", err, store.ErrConflict)
		log, err := s.Entries(t.Context(), store.EntryQuery{On: store.Target{Kind: store.OnMessage}}, 10)
		if must(t, err); len(log) != 2 || log[0].Act != "moderation.lift-hide" || log[1].Reason != "harassment" {
			t.Errorf("the log has %+v", log)
		}
	})
}

func TestATimeOutKeepsFromWritingUntilItsEndAndTheLongestCounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, _ := crew(t, s)
		say := func(key string) error {
			_, err := s.PostMessage(t.Context(), store.Draft{Room: lobby, Author: ben.ID, Key: key, Body: "hello"})
			return err
		}
		var kept store.Restraint
		impose := func(room store.RoomID, d time.Duration) store.Measure {
			m, err := s.Impose(t.Context(), store.Actor{User: ada.ID}, store.Measure{Kind: store.TimeOut, User: ben.ID, Room: room, Until: time.Now().Add(d), Reason: store.Spam})
			must(t, err)
			return m
		}
		short, long := impose(lobby, time.Minute), impose(lobby, time.Hour)
		if err := say("1"); !errors.As(err, &kept) || kept.Kind != store.TimeOut || kept.Wait < 59*time.Minute {
			t.Errorf("in a time-out he gets %v", err)
		}
		_, err := s.Lift(t.Context(), store.Actor{User: ada.ID}, long.ID, "")
		must(t, err)
		if err := say("2"); !errors.As(err, &kept) || kept.Wait > time.Minute {
			t.Errorf("in the shorter one he gets %v", err)
		}
		_, err = s.Lift(t.Context(), store.Actor{User: ada.ID}, short.ID, "")
		must(t, err)
		must(t, say("3"))
		everywhere := impose(0, time.Hour)
		if err := say("4"); !errors.As(err, &kept) {
			t.Errorf("in a time-out everywhere he gets %v", err)
		}
		_, err = s.Lift(t.Context(), store.Actor{User: ada.ID}, everywhere.ID, "")
		must(t, err)
		must(t, say("4"))
	})
}

// judged is a world with a clock: Ada administers, Ben and Cleo are members, and Cleo
// owns the Kitchen, where Ben is, too.
type judged struct {
	*testing.T
	*store.Store
	ada, ben, cleo store.User
	kitchen        store.RoomID
	now            time.Time
	keys           int
}

func judge(t *testing.T, s *store.Store) *judged {
	t.Helper()
	j := &judged{T: t, Store: s, now: time.Now().UTC().Truncate(time.Microsecond)}
	s.SetClock(func() time.Time { return j.now })
	j.ada, j.ben, j.cleo = crew(t, s)
	var err error
	j.kitchen, err = s.CreateRoom(t.Context(), j.cleo.ID, store.Charter{Name: "Kitchen", Kind: store.OpenRoom})
	must(t, err)
	must(t, s.Join(t.Context(), j.kitchen, j.ben.ID))
	return j
}

func (j *judged) impose(by store.User, m store.Measure) store.Measure {
	j.Helper()
	if m.Reason == "" {
		m.Reason = store.Spam
	}
	m, err := j.Impose(j.Context(), store.Actor{User: by.ID}, m)
	must(j.T, err)
	return m
}

func (j *judged) lift(m store.Measure) {
	j.Helper()
	_, err := j.Lift(j.Context(), store.Actor{User: j.ada.ID}, m.ID, "")
	must(j.T, err)
}

func (j *judged) later(d time.Duration) (ended int) {
	j.Helper()
	j.now = j.now.Add(d)
	all, err := j.EndMeasures(j.Context(), 100)
	must(j.T, err)
	return len(all)
}

func (j *judged) say(by store.User, room store.RoomID, text string) error {
	j.keys++
	_, err := j.PostMessage(j.Context(), store.Draft{Room: room, Author: by.ID, Key: fmt.Sprint(j.keys), Body: text})
	return err
}

// kept fails unless err is a restraint of the kind.
func (j *judged) kept(what string, err error, kind store.MeasureKind) {
	j.Helper()
	var r store.Restraint
	if !errors.As(err, &r) || r.Kind != kind {
		j.Errorf("%s: got %v, want to be kept by %s", what, err, kind)
	}
}

// state is all that a measure on Ben, or on the Kitchen, can change.
func (j *judged) state() string {
	j.Helper()
	out := ""
	for _, room := range []store.RoomID{lobby, j.kitchen} {
		by, err := j.StandingIn(j.Context(), room, j.ben.ID)
		by.Name, by.Since = "", time.Time{}
		m, err2 := j.Membership(j.Context(), room, j.ben.ID)
		out += fmt.Sprintf("%d: %t %t %t %v %v %v; %v %v\n", room, by.Member, by.Owner, by.Moderator, by.Quiet, by.SlowMode, by.Locked, m.Level, m.Favourite)
		if err != nil || err2 != nil {
			out += fmt.Sprintln(err, err2)
		}
	}
	u, err := j.User(j.Context(), j.ben.ID)
	must(j.T, err)
	_, signsIn := j.Authenticate(j.Context(), "ben", "correct horse battery")
	return out + fmt.Sprint(u.SuspendedAt, signsIn)
}

func TestAfterEachMeasureAllIsAsBefore(t *testing.T) {
	hour := time.Hour
	for name, in := range map[string]store.Measure{
		"hide":      {Kind: store.HideMessage, Seq: 1},
		"warn":      {Kind: store.Warning},
		"time-out":  {Kind: store.TimeOut},
		"quiet":     {Kind: store.TimeOut, Room: -1}, // in the Kitchen
		"remove":    {Kind: store.Removal, Room: -1},
		"suspend":   {Kind: store.Suspension},
		"ban":       {Kind: store.Ban, Amount: 1},
		"slow":      {Kind: store.SlowMode, Room: -1, Amount: 30},
		"lock":      {Kind: store.RoomLock, Room: -1},
		"newcomers": {Kind: store.NewcomerCap, Amount: 5},
		"wait":      {Kind: store.NewcomerLag, Amount: 5},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				j := judge(t, s)
				must(t, s.SetModerator(t.Context(), store.Actor{User: j.cleo.ID}, j.kitchen, j.ben.ID, true))
				must(t, s.SetInvolvement(t.Context(), j.kitchen, j.ben.ID, store.MentionsOnly, true))
				must(t, j.say(j.ben, lobby, "the first"))
				before, read := j.state(), func() string {
					m, err := s.Message(t.Context(), lobby, 1, j.cleo.ID)
					must(t, err)
					return fmt.Sprint(m.Body, m.Hidden)
				}
				text := read()
				for _, end := range []string{"lifted", "over", "twice, and the second lifted first", "gone meanwhile"} {
					m := in
					switch {
					case m.Room == -1:
						m.Room = j.kitchen
					case m.Seq != 0:
						m.Room = lobby
					}
					if m.Room != j.kitchen || m.Kind == store.TimeOut || m.Kind == store.Removal {
						m.User = j.ben.ID
					}
					if m.Kind == store.NewcomerCap || m.Kind == store.NewcomerLag {
						m.User = 0
					}
					m.Reason = store.Spam
					if m.Until = j.now.Add(hour); end == "lifted" && m.Kind != store.TimeOut {
						m.Until = time.Time{}
					}
					first := j.impose(j.over(m), m)
					if m.Kind != store.Warning && m.Kind != store.NewcomerCap && m.Kind != store.NewcomerLag && before == j.state() && text == read() {
						t.Errorf("%s: nothing has changed", end)
					}
					switch end {
					case "lifted":
						j.lift(first)
					case "over":
						if n := j.later(2 * hour); n != 1 && m.Kind != store.Warning {
							t.Errorf("%d ended", n)
						}
					case "twice, and the second lifted first":
						m.Until = j.now.Add(hour / 2)
						second, err := s.Impose(t.Context(), store.Actor{User: j.ada.ID}, m)
						if m.Kind == store.HideMessage || m.Kind == store.Removal {
							wants(t, "again", err, store.ErrMeasured)
						} else {
							must(t, err)
							held := j.state()
							j.lift(second)
							if m.Kind != store.Warning && m.Kind != store.NewcomerCap && m.Kind != store.NewcomerLag && j.state() == before {
								t.Errorf("%s: the first does not hold any more; it was %s", end, held)
							}
						}
						j.later(2 * hour)
					case "gone meanwhile":
						j.later(2 * hour)
						_, err := s.Lift(t.Context(), store.Actor{User: j.ada.ID}, first.ID, "")
						if m.Kind != store.Warning {
							wants(t, "lift what is over", err, store.ErrConflict)
						}
					}
					if got := j.state(); got != before {
						t.Errorf("%s: it was\n%s\nand is\n%s", end, before, got)
					}
					if got := read(); got != text {
						t.Errorf("%s: the message was %s and is %s", end, text, got)
					}
				}
			})
		})
	}
}

// over is who imposes m: in the Kitchen, its owner.
func (j *judged) over(m store.Measure) store.User {
	if m.Room == j.kitchen {
		return j.cleo
	}
	return j.ada
}

func TestWhatKeepsPeopleFromWritingInARoomDoesSoAndNothingElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := judge(t, s)
		// A time-out ends at its very end, whoever tidies up when.
		j.impose(j.cleo, store.Measure{Kind: store.TimeOut, User: j.ben.ID, Room: j.kitchen, Until: j.now.Add(time.Minute)})
		j.kept("in the room", j.say(j.ben, j.kitchen, "hello"), store.TimeOut)
		must(t, j.say(j.ben, lobby, "elsewhere"))
		_, err := s.EditMessage(t.Context(), j.kitchen, 1, j.ben.ID, "x")
		wants(t, "edit what is not there", err, store.ErrNotFound)
		j.now = j.now.Add(time.Minute)
		must(t, j.say(j.ben, j.kitchen, "in the same moment"))
		j.later(0)

		// Leaving and coming back is no way around it, nor is coming for the first time.
		dan := person(t, s, "dan")
		for _, u := range []store.User{j.ben, dan} {
			j.impose(j.cleo, store.Measure{Kind: store.TimeOut, User: u.ID, Room: j.kitchen, Until: j.now.Add(time.Minute)})
		}
		must(t, s.Leave(t.Context(), j.kitchen, j.ben.ID))
		for _, u := range []store.User{j.ben, dan} {
			must(t, s.Join(t.Context(), j.kitchen, u.ID))
			j.kept(u.Name, j.say(u, j.kitchen, "hello"), store.TimeOut)
		}
		j.later(time.Hour)

		slow := j.impose(j.cleo, store.Measure{Kind: store.SlowMode, Room: j.kitchen, Amount: 10})
		must(t, j.say(j.ben, j.kitchen, "one"))
		var r store.Restraint
		if err := j.say(j.ben, j.kitchen, "two"); !errors.As(err, &r) || r.Wait != 10*time.Second || r.Every != 10*time.Second {
			t.Errorf("at once: %v", err)
		}
		_, err = s.EditMessage(t.Context(), j.kitchen, 2, j.ben.ID, "one, better")
		must(t, err)
		must(t, j.say(j.cleo, j.kitchen, "who moderates waits for nobody"))
		must(t, j.say(j.cleo, j.kitchen, "not a second"))
		j.now = j.now.Add(10 * time.Second)
		must(t, j.say(j.ben, j.kitchen, "two"))
		// The newer counts, and after it the older again.
		j.impose(j.cleo, store.Measure{Kind: store.SlowMode, Room: j.kitchen, Amount: 3600, Until: j.now.Add(time.Minute)})
		j.now = j.now.Add(10 * time.Second)
		j.kept("in the slower", j.say(j.ben, j.kitchen, "three"), store.SlowMode)
		j.later(time.Minute)
		must(t, j.say(j.ben, j.kitchen, "three"))
		j.kept("in the first again", j.say(j.ben, j.kitchen, "four"), store.SlowMode)
		j.lift(slow)
		must(t, j.say(j.ben, j.kitchen, "four"))

		lock := j.impose(j.ada, store.Measure{Kind: store.RoomLock, Room: j.kitchen})
		j.kept("locked", j.say(j.ben, j.kitchen, "five"), store.RoomLock)
		_, err = s.EditMessage(t.Context(), j.kitchen, 2, j.ben.ID, "write by editing")
		j.kept("locked, an edit", err, store.RoomLock)
		_, err = s.DeleteMessage(t.Context(), j.kitchen, 2, j.ben.ID)
		must(t, err)
		must(t, j.say(j.cleo, j.kitchen, "the owner"))
		// The room is archived and opened again meanwhile.
		must(t, s.ArchiveRoom(t.Context(), j.kitchen, store.Actor{User: j.cleo.ID}))
		wants(t, "archived", j.say(j.ben, j.kitchen, "six"), store.ErrArchived)
		j.lift(lock)
		must(t, s.ReopenRoom(t.Context(), j.kitchen, store.Actor{User: j.cleo.ID}))
		must(t, j.say(j.ben, j.kitchen, "six"))

		for name, m := range map[string]store.Measure{
			"no kind": {Kind: "dance", User: j.ben.ID}, "no reason": {Kind: store.Warning, User: j.ben.ID, Reason: "because"},
			"over already": {Kind: store.TimeOut, User: j.ben.ID, Reason: store.Spam, Until: j.now}, "without end": {Kind: store.TimeOut, User: j.ben.ID, Reason: store.Spam},
			"too slow": {Kind: store.SlowMode, Room: j.kitchen, Reason: store.Spam, Amount: 100_000}, "not slow": {Kind: store.SlowMode, Room: j.kitchen, Reason: store.Spam},
			// So many hours, and minutes, are few nanoseconds in 64 bits.
			"too long a wait": {Kind: store.NewcomerCap, Reason: store.Spam, Amount: 5124095577}, "too long a wait to write": {Kind: store.NewcomerLag, Reason: store.Spam, Amount: 307445734562},
		} {
			var problem store.Invalid
			if _, err := s.Impose(t.Context(), store.Actor{User: j.ada.ID}, m); !errors.As(err, &problem) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

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
		j.kept("a link", j.say(j.ben, lobby, "see www.example.com"), store.NewcomerCap)
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

func TestWhoIsRemovedCannotComeBackAndIsWhatTheyWereAfterwards(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := judge(t, s)
		must(t, j.say(j.ben, j.kitchen, "one"))
		must(t, s.MarkUnread(t.Context(), j.kitchen, j.cleo.ID, 1))
		out := j.impose(j.ada, store.Measure{Kind: store.Removal, User: j.cleo.ID, Room: j.kitchen}) // its owner
		_, err := s.Membership(t.Context(), j.kitchen, j.cleo.ID)
		wants(t, "she is in it", err, store.ErrNotFound)
		j.kept("she joins", s.Join(t.Context(), j.kitchen, j.cleo.ID), store.Removal)
		var problem store.Invalid
		if err := s.AddMember(t.Context(), j.kitchen, j.ben.ID, j.cleo.ID); !errors.As(err, &problem) {
			t.Errorf("Ben lets her in: %v", err)
		}
		wants(t, "she posts", j.say(j.cleo, j.kitchen, "two"), store.ErrNotFound)
		j.lift(out)
		m, err := s.Membership(t.Context(), j.kitchen, j.cleo.ID)
		if must(t, err); !m.Owner || m.Unread() != 1 {
			t.Errorf("she comes back as %+v", m)
		}
		// Who had left before does not come back by it.
		must(t, s.Leave(t.Context(), j.kitchen, j.ben.ID))
		out = j.impose(j.cleo, store.Measure{Kind: store.Removal, User: j.ben.ID, Room: j.kitchen})
		j.lift(out)
		_, err = s.Membership(t.Context(), j.kitchen, j.ben.ID)
		wants(t, "he left himself", err, store.ErrNotFound)
		must(t, s.Join(t.Context(), j.kitchen, j.ben.ID))
	})
}

func TestABanRefusesTheEmailAndTheNetworkForNewAccounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := judge(t, s)
		for _, address := range []string{"2001:db8:1:2::7", "203.0.113.9", "127.0.0.1"} {
			ben, err := s.Authenticate(t.Context(), "ben", "correct horse battery")
			must(t, err)
			_, err = s.CreateSession(t.Context(), ben, "Firefox", address)
			must(t, err)
		}
		names := 0
		sign := func(address string) error {
			names++
			name := fmt.Sprintf("new%d", names)
			_, err := s.CreateUser(t.Context(), store.SignUp{Username: name, Email: name + "@example.com", Password: "correct horse battery", Address: address})
			return err
		}
		refused := func(what string, err error, want bool) {
			t.Helper()
			var p store.Problems
			if is := errors.As(err, &p) && p[0] == store.ErrRefused; is != want {
				t.Errorf("%s: got %v", what, err)
			}
		}
		ban := j.impose(j.ada, store.Measure{Kind: store.Ban, User: j.ben.ID, Amount: 1})
		for address, want := range map[string]bool{"2001:db8:1:2::99": true, "203.0.113.9": true, "203.0.113.10": false, "2001:db8:1:3::7": false, "127.0.0.1": false, "": false} {
			refused(address, sign(address), want)
		}
		_, err := s.CreateUser(t.Context(), store.SignUp{Username: "ben2", Email: "Ben@Example.com", Password: "correct horse battery"})
		var p store.Problems
		if !errors.As(err, &p) || p.ByField()["email"] == "" {
			t.Errorf("his e-mail is taken, and no more is said: %v", err)
		}
		_, err = s.CreateUser(t.Context(), store.SignUp{Username: "guest", Email: "guest@example.com", Password: "correct horse battery", Address: "203.0.113.9", Granted: true})
		must(t, err) // an administrator knows what they do
		j.later(31 * 24 * time.Hour)
		refused("a month later", sign("203.0.113.9"), false)
		j.lift(ban)
		again := j.impose(j.ada, store.Measure{Kind: store.Ban, User: j.ben.ID, Amount: 1}) // he has no session to refuse
		refused("a ban of nobody's address", sign("203.0.113.9"), false)
		j.lift(again)
	})
}

func TestAnAdministratorsSuspensionAndAMeasureDoNotUndoEachOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := judge(t, s)
		out := func() bool {
			u, err := s.User(t.Context(), j.ben.ID)
			must(t, err)
			return !u.SuspendedAt.IsZero()
		}
		measure := func() store.Measure {
			j.now = j.now.Add(time.Minute) // it is another than the one before
			return j.impose(j.ada, store.Measure{Kind: store.Suspension, User: j.ben.ID})
		}
		suspend := func() {
			j.now = j.now.Add(time.Second)
			must(t, s.Suspend(t.Context(), store.Actor{User: j.ada.ID}, j.ben.ID, "spam"))
		}
		activate := func() {
			j.now = j.now.Add(time.Second)
			must(t, s.Reactivate(t.Context(), store.Actor{User: j.ada.ID}, j.ben.ID))
		}
		is := func(what string, want bool) {
			t.Helper()
			if out() != want {
				t.Errorf("%s: kept out %t", what, out())
			}
		}
		m := measure()
		suspend()
		j.lift(m)
		is("the measure is lifted", true)
		m = measure()
		activate()
		is("let in again, whoever suspended him", false)
		if ended, err := s.MeasureByID(t.Context(), m.ID); err != nil || ended.Holds(j.now) {
			t.Errorf("the measure holds still: %+v, %v", ended, err)
		}
		suspend()
		m = measure()
		j.lift(m)
		is("a measure came and went", true)
		activate()
		is("nothing holds", false)
		m, second := measure(), measure()
		j.lift(m)
		is("the second holds", true)
		j.lift(second)
		is("in the end", false)
	})
}

func TestARiseOfWhomAMeasureIsOnLeavesItAndAnAdministratorCanLiftIt(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		j := judge(t, s)
		dan := person(t, s, "dan")
		db.MustExec("update users set role = 'administrator' where id = $1", dan.ID)
		m := j.impose(dan, store.Measure{Kind: store.TimeOut, User: j.ben.ID, Until: j.now.Add(time.Hour)})
		db.MustExec("update users set role = 'administrator' where id = $1", j.ben.ID)
		j.kept("he has risen", j.say(j.ben, lobby, "hello"), store.TimeOut)
		_, err := s.Lift(t.Context(), store.Actor{User: j.ben.ID}, m.ID, "")
		wants(t, "he lifts it himself", err, store.ErrNotFound)
		_, err = s.Impose(t.Context(), store.Actor{User: j.ada.ID}, store.Measure{Kind: store.Ban, User: j.ben.ID, Reason: store.Spam})
		wants(t, "an administrator bans another", err, store.ErrNotFound)
		j.lift(m)
		must(t, j.say(j.ben, lobby, "hello"))
		for _, u := range []store.User{j.ben, dan} {
			db.MustExec("update users set role = 'member' where id = $1", u.ID)
		}
		_, err = s.Impose(t.Context(), store.Actor{User: j.ada.ID}, store.Measure{Kind: store.Ban, User: j.ada.ID, Reason: store.Spam})
		wants(t, "the last administrator bans herself", err, store.ErrNotFound)
	})
}

func TestAnActAndAnEditOrADeleteOfTheSameMessageLeaveItInOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		for i := range 20 {
			m := post(t, s, ben, fmt.Sprint("k", i), "the first text")
			var group sync.WaitGroup
			var hidden store.Measure
			var hideErr, changeErr error
			group.Go(func() {
				hidden, hideErr = s.Impose(t.Context(), store.Actor{User: ada.ID}, store.Measure{Kind: store.HideMessage, Room: lobby, Seq: m.Seq, Reason: store.Hate})
			})
			group.Go(func() {
				if i%2 == 0 {
					_, changeErr = s.EditMessage(t.Context(), lobby, m.Seq, ben.ID, "the second text")
				} else {
					_, changeErr = s.DeleteMessage(t.Context(), lobby, m.Seq, ben.ID)
				}
			})
			group.Wait()
			if hideErr != nil && !(i%2 == 1 && errors.Is(hideErr, store.ErrMeasured)) || changeErr != nil && !errors.Is(changeErr, store.ErrHidden) {
				t.Fatalf("hide: %v; change: %v", hideErr, changeErr)
			}
			if hideErr == nil {
				_, err := s.Lift(t.Context(), store.Actor{User: ada.ID}, hidden.ID, "")
				must(t, err)
			}
			want := "the first text"
			if changeErr == nil {
				want = []string{"the second text", ""}[i%2]
			}
			if got, err := s.Message(t.Context(), lobby, m.Seq, cleo.ID); err != nil || got.Body != want || got.Hidden != 0 {
				t.Errorf("in the end it is %+v, %v; want %q", got, err, want)
			}
		}
	})
}

func TestAfterABanNothingIsStoredAndNothingAcknowledgedIsLost(t *testing.T) {
	for _, kind := range []store.MeasureKind{store.Ban, store.TimeOut, store.Removal} {
		t.Run(string(kind), func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				j := judge(t, s)
				s.SetClock(func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) })
				for round := range 5 {
					ctx, stop := context.WithCancel(t.Context())
					var group sync.WaitGroup
					var mu sync.Mutex
					posted := map[store.Seq]string{}
					for w := range 4 {
						group.Go(func() {
							for i := 0; ctx.Err() == nil; i++ {
								key := fmt.Sprintf("%d %d %d", round, w, i)
								m, err := s.PostMessage(t.Context(), store.Draft{Room: j.kitchen, Author: j.ben.ID, Key: key, Body: key})
								if err == nil {
									mu.Lock()
									posted[m.Seq] = key
									mu.Unlock()
								}
							}
						})
					}
					for enough := false; !enough; { // they are at it
						mu.Lock()
						enough = len(posted) > 8
						mu.Unlock()
					}
					m := store.Measure{Kind: kind, User: j.ben.ID, Reason: store.Spam, Until: time.Now().Add(time.Hour)}
					if kind == store.Removal {
						m.Room = j.kitchen
					}
					m, err := s.Impose(t.Context(), store.Actor{User: j.ada.ID}, m)
					must(t, err)
					after, err := s.AnyRoom(t.Context(), j.kitchen)
					must(t, err)
					for range 3 { // and they go on for a while
						if err := j.say(j.ben, j.kitchen, "once more"); err == nil {
							t.Error("a post after the act was stored")
						}
					}
					stop()
					group.Wait()
					last, err := s.AnyRoom(t.Context(), j.kitchen)
					if must(t, err); last.LastSeq != after.LastSeq {
						t.Errorf("%d messages came after the act", last.LastSeq-after.LastSeq)
					}
					_, err = s.Lift(t.Context(), store.Actor{User: j.ada.ID}, m.ID, "")
					must(t, err)
					all, err := s.MessagesBefore(t.Context(), j.kitchen, j.ben.ID, 0, 1<<20)
					must(t, err)
					there := map[store.Seq]string{}
					for _, m := range all {
						there[m.Seq] = m.Body
					}
					for seq, body := range posted {
						if there[seq] != body {
							t.Errorf("message %d was acknowledged as %q and is %q", seq, body, there[seq])
						}
					}
				}
			})
		})
	}
}

func TestModeratorsAtOnceLeaveWhatOneAfterTheOtherWould(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := judge(t, s)
		for range 10 {
			// Two time-outs at once: the later end counts.
			var group sync.WaitGroup
			ends := []time.Time{j.now.Add(time.Minute), j.now.Add(time.Hour)}
			made := make([]store.Measure, 2)
			for i := range made {
				group.Go(func() {
					m, err := s.Impose(t.Context(), store.Actor{User: []store.UserID{j.ada.ID, j.cleo.ID}[i]},
						store.Measure{Kind: store.TimeOut, User: j.ben.ID, Room: j.kitchen, Until: ends[i], Reason: store.Spam})
					if made[i] = m; err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			if by, err := s.StandingIn(t.Context(), j.kitchen, j.ben.ID); err != nil || !by.Quiet.Equal(ends[1]) {
				t.Errorf("quiet until %v, want %v; %v", by.Quiet, ends[1], err)
			}
			// Lifted by both at once: once.
			errs := make([]error, 2)
			for i := range errs {
				group.Go(func() {
					_, errs[i] = s.Lift(t.Context(), store.Actor{User: []store.UserID{j.ada.ID, j.cleo.ID}[i]}, made[1].ID, "")
				})
			}
			group.Wait()
			if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), store.ErrConflict) {
				t.Errorf("lifted by two: %v, %v", errs[0], errs[1])
			}
			if by, err := s.StandingIn(t.Context(), j.kitchen, j.ben.ID); err != nil || !by.Quiet.Equal(ends[0]) {
				t.Errorf("quiet until %v, want %v; %v", by.Quiet, ends[0], err)
			}
			// One lifts a suspension while the other imposes one.
			m := j.impose(j.ada, store.Measure{Kind: store.Suspension, User: j.ben.ID})
			var second store.Measure
			group.Go(func() {
				if _, err := s.Lift(t.Context(), store.Actor{User: j.ada.ID}, m.ID, ""); err != nil {
					t.Error(err)
				}
			})
			group.Go(func() {
				var err error
				if second, err = s.Impose(t.Context(), store.Actor{User: j.ada.ID}, store.Measure{Kind: store.Ban, User: j.ben.ID, Reason: store.Spam}); err != nil {
					t.Error(err)
				}
			})
			group.Wait()
			if u, err := s.User(t.Context(), j.ben.ID); err != nil || u.SuspendedAt.IsZero() {
				t.Errorf("the ban holds, and he can sign in; %v", err)
			}
			j.lift(second)
			if u, err := s.User(t.Context(), j.ben.ID); err != nil || !u.SuspendedAt.IsZero() {
				t.Errorf("nothing holds, and he cannot sign in; %v", err)
			}
			j.lift(made[0])
			j.now = j.now.Add(time.Second)
		}
	})
}

func TestAnAppealIsDecidedOnceBySomebodyElseIfThereIsAnybody(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		j := judge(t, s)
		appeal := func(m store.Measure) {
			t.Helper()
			must(t, s.CreateAppeal(t.Context(), j.ben.ID, m.ID, "It was a joke"))
		}
		decide := func(by store.User, m store.Measure, granted bool) error {
			_, err := s.DecideAppeal(t.Context(), store.Actor{User: by.ID}, m.ID, granted, "I have looked at it")
			return err
		}
		var problem store.Invalid
		byCleo := j.impose(j.cleo, store.Measure{Kind: store.TimeOut, User: j.ben.ID, Room: j.kitchen, Until: j.now.Add(time.Hour)})
		wants(t, "Cleo objects for him", s.CreateAppeal(t.Context(), j.cleo.ID, byCleo.ID, "x"), store.ErrNotFound)
		appeal(byCleo)
		wants(t, "twice", s.CreateAppeal(t.Context(), j.ben.ID, byCleo.ID, "Really"), store.ErrConflict)
		if err := decide(j.cleo, byCleo, false); !errors.As(err, &problem) {
			t.Errorf("Cleo decides about herself: %v", err)
		}
		must(t, s.ReadNotices(t.Context(), j.ben.ID, byCleo.ID))
		must(t, decide(j.ada, byCleo, true))
		if n, err := s.UnreadNotices(t.Context(), j.ben.ID); err != nil || n != 1 {
			t.Errorf("he is told of the decision: %d, %v", n, err)
		}
		must(t, j.say(j.ben, j.kitchen, "hello"))
		wants(t, "decided twice", decide(j.ada, byCleo, false), store.ErrConflict)

		// A moderator who cannot act there, or is too low, is nobody else.
		dan := person(t, s, "dan")
		db.MustExec("update users set role = 'moderator' where id = $1", dan.ID)
		cellar, err := s.CreateRoom(t.Context(), j.cleo.ID, store.Charter{Name: "Cellar", Kind: store.PrivateRoom})
		must(t, err)
		must(t, s.AddMember(t.Context(), cellar, j.cleo.ID, j.ben.ID))
		m := j.impose(j.cleo, store.Measure{Kind: store.Removal, User: j.ben.ID, Room: cellar})
		appeal(m)
		if alone, err := s.Alone(t.Context(), m); err != nil || !alone {
			t.Errorf("Cleo is alone in her cellar: %t, %v", alone, err)
		}
		wants(t, "Dan decides what he cannot see", decide(dan, m, true), store.ErrNotFound)
		must(t, decide(j.cleo, m, false))
		_, err = s.Lift(t.Context(), store.Actor{User: j.cleo.ID}, m.ID, "")
		must(t, err)

		m = j.impose(j.ada, store.Measure{Kind: store.Warning, User: dan.ID})
		must(t, s.CreateAppeal(t.Context(), dan.ID, m.ID, "Why?"))
		must(t, decide(j.ada, m, true)) // nobody else is above Dan
		m = j.impose(j.ada, store.Measure{Kind: store.Suspension, User: j.ben.ID})
		appeal(m)
		if err := decide(j.ada, m, true); !errors.As(err, &problem) {
			t.Errorf("Ada decides, and there is Dan: %v", err)
		}
		must(t, decide(dan, m, true))
		over := j.impose(j.ada, store.Measure{Kind: store.TimeOut, User: j.ben.ID, Until: j.now.Add(time.Minute)})
		j.later(time.Hour)
		if err := s.CreateAppeal(t.Context(), j.ben.ID, over.ID, "Too late"); !errors.As(err, &problem) {
			t.Errorf("against what is over: %v", err)
		}
		by, err := s.AppealsBy(t.Context(), j.ben.ID)
		if must(t, err); len(by) != 3 || !by[byCleo.ID].Granted {
			t.Errorf("his appeals are %+v", by)
		}
	})
}
