package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

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
		m.Reason = m.Kind.Reasons()[0]
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
					m.Reason = m.Kind.Reasons()[0]
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
