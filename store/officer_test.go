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

// The acts, in the order of the columns of the golden table.
var measureActs = []struct {
	letter string
	kind   store.MeasureKind
	wide   bool // everywhere
}{
	{"d", store.TurnDown, false}, {"h", store.HideMessage, false},
	{"w", store.Warning, false}, {"W", store.Warning, true},
	{"t", store.TimeOut, false}, {"T", store.TimeOut, true},
	{"r", store.Removal, false},
	{"S", store.Suspension, true}, {"B", store.Ban, true},
	{"s", store.SlowMode, false}, {"l", store.RoomLock, false},
	{"n", store.NewcomerCap, true}, {"N", store.NewcomerLag, true},
}

// office is somebody in a room, or of the instance.
func office(role store.Role, member, owner, moderator bool) store.Officer {
	return store.Officer{User: 1, Role: role, Active: true, Member: member, Owner: owner, Moderator: moderator, Known: member || owner || moderator, Kind: store.OpenRoom}
}

// left is somebody who was in the room once, and was nothing more than that.
func left() store.Officer {
	o := office(store.Member, false, false, false)
	o.Known = true
	return o
}

var officersOf = map[string]store.Officer{
	"nobody":                  {},
	"a stranger":              office(store.Member, false, false, false),
	"who has left":            left(),
	"a member":                office(store.Member, true, false, false),
	"a room moderator":        office(store.Member, true, false, true),
	"an owner":                office(store.Member, true, true, false),
	"a former owner":          office(store.Member, false, true, true),
	"a moderator":             office(store.Moderator, false, false, false),
	"a moderator in the room": office(store.Moderator, true, false, false),
	"an administrator":        office(store.Administrator, false, false, false),
	"an administrator inside": office(store.Administrator, true, true, false),
}

// The golden table: which acts each kind of person may do to each kind of target, by
// their letters. Who is not in a table may do nothing there. A word before the letters
// says where: "open", "private", "direct", or each with a case about the very message.
var mayModerate = []struct {
	by, on string
	want   map[string]string
}{
	// In an open room.
	{"a room moderator", "who has left", map[string]string{"open": "dhwtr", "private": "dhwtr", "open case": "dhwtr", "private case": "dhwtr"}},
	{"a room moderator", "a stranger", map[string]string{"open": "h", "private": "h", "open case": "h", "private case": "h"}},
	{"a room moderator", "a member", map[string]string{"open": "dhwtr", "private": "dhwtr", "open case": "dhwtr", "private case": "dhwtr"}},
	{"a room moderator", "a former owner", map[string]string{"open": "dhwtr", "private": "dhwtr", "open case": "dhwtr", "private case": "dhwtr"}},
	{"an owner", "who has left", map[string]string{"open": "dhwtr", "private": "dhwtr", "open case": "dhwtr", "private case": "dhwtr"}},
	{"an owner", "a stranger", map[string]string{"open": "h", "private": "h", "open case": "h", "private case": "h"}},
	{"an owner", "a member", map[string]string{"open": "dhwtr", "private": "dhwtr", "open case": "dhwtr", "private case": "dhwtr"}},
	{"an owner", "a room moderator", map[string]string{"open": "dhwtr", "private": "dhwtr", "open case": "dhwtr", "private case": "dhwtr"}},
	{"an owner", "a former owner", map[string]string{"open": "dhwtr", "private": "dhwtr", "open case": "dhwtr", "private case": "dhwtr"}},

	// Of a private room that they own also whoever is above them elsewhere.
	{"an owner", "a moderator in the room", map[string]string{"private": "r", "private case": "r"}},
	{"an administrator inside", "an administrator", map[string]string{"private": "r", "private case": "r"}},

	// A private room, or a direct conversation, that they are not in: only what was reported.
	{"a moderator", "who has left", map[string]string{"open": "dhwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},
	{"a moderator", "a stranger", map[string]string{"open": "dhwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},
	{"a moderator", "a member", map[string]string{"open": "dhwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},
	{"a moderator", "a room moderator", map[string]string{"open": "dhwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},
	{"a moderator", "an owner", map[string]string{"open": "dhwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},
	{"a moderator", "a former owner", map[string]string{"open": "dhwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},

	{"a moderator in the room", "who has left", map[string]string{"open": "dhwWtTrSB", "private": "dhwWtTrSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "dhwWtTrSB", "direct case": "hWTSB"}},
	{"a moderator in the room", "a stranger", map[string]string{"open": "dhwWtTrSB", "private": "dhwWtTrSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "dhwWtTrSB", "direct case": "hWTSB"}},
	{"a moderator in the room", "a member", map[string]string{"open": "dhwWtTrSB", "private": "dhwWtTrSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "dhwWtTrSB", "direct case": "hWTSB"}},
	{"a moderator in the room", "a room moderator", map[string]string{"open": "dhwWtTrSB", "private": "dhwWtTrSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "dhwWtTrSB", "direct case": "hWTSB"}},
	{"a moderator in the room", "an owner", map[string]string{"open": "dhwWtTrSB", "private": "dhwWtTrSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "dhwWtTrSB", "direct case": "hWTSB"}},
	{"a moderator in the room", "a former owner", map[string]string{"open": "dhwWtTrSB", "private": "dhwWtTrSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "dhwWtTrSB", "direct case": "hWTSB"}},

	{"an administrator", "who has left", map[string]string{"open": "dhwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},
	{"an administrator", "a stranger", map[string]string{"open": "dhwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},
	{"an administrator", "a member", map[string]string{"open": "dhwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},
	{"an administrator", "a room moderator", map[string]string{"open": "dhwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},
	{"an administrator", "an owner", map[string]string{"open": "dhwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},
	{"an administrator", "a former owner", map[string]string{"open": "dhwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},
	{"an administrator", "a moderator", map[string]string{"open": "dhwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},
	{"an administrator", "a moderator in the room", map[string]string{"open": "dhwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},

	{"an administrator inside", "who has left", map[string]string{"open": "dhwWtTrSB", "private": "dhwWtTrSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "dhwWtTrSB", "direct case": "hWTSB"}},
	{"an administrator inside", "a stranger", map[string]string{"open": "dhwWtTrSB", "private": "dhwWtTrSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "dhwWtTrSB", "direct case": "hWTSB"}},
	{"an administrator inside", "a member", map[string]string{"open": "dhwWtTrSB", "private": "dhwWtTrSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "dhwWtTrSB", "direct case": "hWTSB"}},
	{"an administrator inside", "a room moderator", map[string]string{"open": "dhwWtTrSB", "private": "dhwWtTrSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "dhwWtTrSB", "direct case": "hWTSB"}},
	{"an administrator inside", "an owner", map[string]string{"open": "dhwWtTrSB", "private": "dhwWtTrSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "dhwWtTrSB", "direct case": "hWTSB"}},
	{"an administrator inside", "a former owner", map[string]string{"open": "dhwWtTrSB", "private": "dhwWtTrSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "dhwWtTrSB", "direct case": "hWTSB"}},
	{"an administrator inside", "a moderator", map[string]string{"open": "dhwWtTrSB", "private": "dhwWtTrSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "dhwWtTrSB", "direct case": "hWTSB"}},
	{"an administrator inside", "a moderator in the room", map[string]string{"open": "dhwWtTrSB", "private": "dhwWtTrSB", "direct": "WTSB", "open case": "dhwWtTrSB", "private case": "dhwWtTrSB", "direct case": "hWTSB"}},

	// A room, or all newcomers.
	{"a room moderator", "the room", map[string]string{"open": "sl", "private": "sl", "open case": "sl", "private case": "sl"}},
	{"an owner", "the room", map[string]string{"open": "sl", "private": "sl", "open case": "sl", "private case": "sl"}},
	{"a moderator", "the room", map[string]string{"open": "slnN", "private": "nN", "direct": "nN", "open case": "slnN", "private case": "nN", "direct case": "nN"}},
	{"a moderator in the room", "the room", map[string]string{"open": "slnN", "private": "slnN", "direct": "nN", "open case": "slnN", "private case": "slnN", "direct case": "nN"}},
	{"an administrator", "the room", map[string]string{"open": "slnN", "private": "nN", "direct": "nN", "open case": "slnN", "private case": "nN", "direct case": "nN"}},
	{"an administrator inside", "the room", map[string]string{"open": "slnN", "private": "slnN", "direct": "nN", "open case": "slnN", "private case": "slnN", "direct case": "nN"}},
}

func TestWhoMayDoWhatToWhom(t *testing.T) {
	want := map[string]string{}
	for _, row := range mayModerate {
		for where, letters := range row.want {
			want[fmt.Sprintf("%s does to %s in %s", row.by, row.on, where)] = letters
		}
	}
	targets := map[string]store.Officer{"the room": {}, "themselves": {}}
	for name, o := range officersOf {
		if o.User != 0 {
			targets[name] = o
		}
	}
	for by, officer := range officersOf {
		for on, target := range targets {
			for where, kind := range map[string]store.Kind{"open": store.OpenRoom, "private": store.PrivateRoom, "direct": store.DirectRoom} {
				for _, about := range []string{"", " case"} {
					may := func(by store.Officer, end bool) (letters string) {
						by.Kind, by.Case = kind, about != ""
						on2 := target
						on2.Kind = kind
						m := store.Measure{}
						switch on {
						case "the room":
						case "themselves":
							m.User, on2 = by.User, by
						default:
							m.User, on2.User = 2, 2
						}
						for _, act := range measureActs {
							m := m
							if m.Kind = act.kind; !act.wide {
								m.Room = 7
							}
							if act.kind == store.HideMessage {
								m.Seq = 3
							}
							if !end && store.MayModerate(by, m, on2) || end && store.MayEnd(by, m, on2, store.Officer{}) {
								letters += act.letter
							}
						}
						return letters
					}
					what := fmt.Sprintf("%s does to %s in %s%s", by, on, where, about)
					if got := may(officer, false); got != want[what] {
						t.Errorf("%s: got %q, want %q", what, got, want[what])
					}
					// Lifting is for the same people, and for administrators whoever it is on now.
					lifts := want[what]
					if strings.HasPrefix(by, "an administrator") && on != "themselves" && on != "the room" {
						lifts = want[fmt.Sprintf("%s does to a member in %s%s", by, where, about)]
					}
					if got := may(officer, true); got != lifts {
						t.Errorf("%s, to lift it: got %q, want %q", what, got, lifts)
					}
					officer := officer
					if officer.Active = false; may(officer, false)+may(officer, true) != "" {
						t.Errorf("%s, suspended: got %q", what, may(officer, false))
					}
				}
			}
		}
	}
}

// The golden table of who lifts what whom did: "+" for what they could have done
// themselves to a member there, "-" for nothing of it. What a rule did, anybody may undo.
var mayEnd = map[string]string{
	//                          imposed by:  rule  room   owner  former moderator moderator administrator administrator suspended
	//                                             mod.          owner            inside                  inside        administrator
	"a room moderator":        "+ + - + - - - - +",
	"an owner":                "+ + + + - - - - +",
	"a moderator":             "+ + + + + + - - +",
	"a moderator in the room": "+ + + + + + - - +",
	"an administrator":        "+ + + + + + + + +",
	"an administrator inside": "+ + + + + + + + +",
}

func TestWhoLiftsWhatWhomDid(t *testing.T) {
	suspended := office(store.Administrator, false, false, false)
	suspended.Active = false
	imposers := []store.Officer{{}}
	for _, name := range []string{"a room moderator", "an owner", "a former owner", "a moderator", "a moderator in the room", "an administrator", "an administrator inside"} {
		imposers = append(imposers, officersOf[name])
	}
	imposers = append(imposers, suspended)
	for name, by := range officersOf {
		want := strings.Fields(mayEnd[name])
		if want == nil {
			want = strings.Fields("- - - - - - - - -")
		}
		for i, imposer := range imposers {
			imposer.User = min(imposer.User*3, 3)
			for _, act := range measureActs {
				m := store.Measure{Kind: act.kind, User: 2, By: imposer.User, Room: 7}
				on := office(store.Member, true, false, false)
				on.User = 2
				switch act.kind {
				case store.HideMessage:
					m.Seq = 3
				case store.SlowMode, store.RoomLock, store.NewcomerCap, store.NewcomerLag:
					m.User, on = 0, store.Officer{}
				}
				if act.wide {
					m.Room = 0
				}
				may := store.MayModerate(by, m, on)
				if got := store.MayEnd(by, m, on, imposer); got != (may && want[i] == "+") {
					t.Errorf("%s lifts %s (%s) of imposer %d: %t", name, act.kind, act.letter, i, got)
				}
				// What one did oneself one undoes as long as one could do it.
				m.By = by.User
				if got := store.MayEnd(by, m, on, by); got != may {
					t.Errorf("%s lifts their own %s: %t", name, act.kind, got)
				}
			}
		}
	}
}

func TestWhoActedFromAboveIsOverruledOnceTheyHaveLostTheOffice(t *testing.T) {
	storetest.Embedded(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		j := judge(t, s)
		dan, eva := person(t, s, "dan"), person(t, s, "eva")
		db.MustExec("update users set role = 'moderator' where id = $1", dan.ID)
		must(t, s.Join(t.Context(), j.kitchen, eva.ID))
		must(t, s.SetModerator(t.Context(), store.Actor{User: j.cleo.ID}, j.kitchen, eva.ID, true))
		may := func(m store.Measure) (who string) {
			t.Helper()
			for _, u := range []store.User{j.ada, dan, j.cleo, eva} {
				known, lifts, err := s.Known(t.Context(), u.ID, []store.Measure{m})
				must(t, err)
				if len(known) != 1 {
					t.Errorf("%s knows of %d", u.Username, len(known))
				}
				if lifts[m.ID] {
					who += " " + u.Username
				} else if _, err := s.Lift(t.Context(), store.Actor{User: u.ID}, m.ID, ""); !errors.Is(err, store.ErrNotFound) {
					t.Errorf("%s lifts it: %v", u.Username, err)
				}
			}
			return who
		}
		is := func(what, got, want string) {
			t.Helper()
			if got != want {
				t.Errorf("%s: got%s, want%s", what, got, want)
			}
		}
		out := func(by store.User) store.Measure {
			return j.impose(by, store.Measure{Kind: store.TimeOut, User: j.ben.ID, Room: j.kitchen, Until: j.now.Add(time.Hour)})
		}
		byAda, byDan, byCleo, byEva := out(j.ada), out(dan), out(j.cleo), out(eva)
		is("by the administrator", may(byAda), " ada")
		is("by the moderator", may(byDan), " ada dan")
		is("by the owner", may(byCleo), " ada dan cleo")
		is("by the room's moderator", may(byEva), " ada dan cleo eva")
		// Objections are decided by the same rule.
		must(t, s.CreateAppeal(t.Context(), j.ben.ID, byDan.ID, "Why?"))
		_, err := s.DecideAppeal(t.Context(), store.Actor{User: j.cleo.ID}, byDan.ID, true, "Sorry")
		wants(t, "the owner decides about the moderator's", err, store.ErrNotFound)
		if alone, err := s.Alone(t.Context(), byAda); err != nil || !alone {
			t.Errorf("nobody is above Ada: %t, %v", alone, err)
		}
		// Dan is no moderator any more, and Cleo no owner.
		db.MustExec("update users set role = 'member' where id = $1", dan.ID)
		known, lifts, err := s.Known(t.Context(), j.cleo.ID, []store.Measure{byDan})
		if must(t, err); len(known) != 1 || !lifts[byDan.ID] {
			t.Error("the owner does not lift what a former moderator did")
		}
		_, err = s.DecideAppeal(t.Context(), store.Actor{User: j.cleo.ID}, byDan.ID, true, "Sorry")
		must(t, err)
		must(t, s.Leave(t.Context(), j.kitchen, eva.ID))
		if _, lifts, err := s.Known(t.Context(), eva.ID, []store.Measure{byEva}); err != nil || lifts[byEva.ID] {
			t.Errorf("who has left lifts what they did: %v, %v", lifts, err)
		}
	})
}

func TestAHiddenMessageIsReadByItsAuthorAndTheModeratorsOfItsRoomAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		room, err := s.Converse(t.Context(), ben.ID, []store.UserID{cleo.ID})
		must(t, err)
		m, err := s.PostMessage(t.Context(), store.Draft{Room: room, Author: ben.ID, Key: "1", Body: "between us"})
		must(t, err)
		hide := store.Measure{Kind: store.HideMessage, Room: room, Seq: m.Seq, Reason: store.Harassment}
		_, err = s.Impose(t.Context(), store.Actor{User: ada.ID}, hide)
		wants(t, "an administrator hides what nobody reported", err, store.ErrNotFound)
		c, err := s.ReportMessage(t.Context(), room, m.Seq, cleo.ID, store.Harassment, "")
		must(t, err)
		hidden, err := s.ImposeInCase(t.Context(), store.Actor{User: ada.ID}, c.ID, 1, hide, true)
		must(t, err)
		for who, want := range map[store.UserID]error{ada.ID: store.ErrNotFound, ben.ID: nil, cleo.ID: store.ErrNotFound} {
			_, err := s.HiddenText(t.Context(), room, m.Seq, who)
			wants(t, fmt.Sprintf("%d reads it", who), err, want)
		}
		_, err = s.Lift(t.Context(), store.Actor{User: ada.ID}, hidden.ID, "")
		must(t, err)
	})
}

func TestWhoMakesARoomReachesNobodyByItWhoNeverCame(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		_, ben, cleo := crew(t, s)
		must(t, s.Mute(t.Context(), cleo.ID, ben.ID, true))
		lair := makeRoom(t, s, ben, "Lair", store.OpenRoom)
		all := func(want error) {
			t.Helper()
			for _, kind := range []store.MeasureKind{store.Warning, store.TimeOut, store.Removal} {
				_, err := s.Impose(t.Context(), by(ben), store.Measure{Kind: kind, User: cleo.ID, Room: lair, Reason: kind.Reasons()[0], Words: "I see you", Until: time.Now().Add(time.Hour)})
				wants(t, string(kind), err, want)
			}
		}
		all(store.ErrNotFound)
		var no store.Invalid
		if err := s.AddMember(t.Context(), lair, by(ben), cleo.ID); !errors.As(err, &no) || no.Field != "person" {
			t.Errorf("whom she blocks brought her into a room: %v", err)
		}
		if notices, err := s.NoticesOf(t.Context(), cleo.ID, 10); err != nil || len(notices) > 0 {
			t.Errorf("she was told %+v; %v", notices, err)
		}
		// Who came may have to go, also after they have left.
		must(t, s.Join(t.Context(), lair, cleo.ID))
		must(t, s.Leave(t.Context(), lair, cleo.ID))
		all(nil)
	})
}

func TestWhoWasOnlyKeptFromARoomDoesNotGetIt(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		ada, ben, cleo := officers(t, s) // Ben moderates the instance
		for i, kind := range []store.MeasureKind{store.TimeOut, store.Removal, store.Removal} {
			lair := makeRoom(t, s, ben, fmt.Sprint("Lair ", i), store.OpenRoom)
			m, err := s.Impose(t.Context(), by(ben), store.Measure{Kind: kind, User: cleo.ID, Room: lair, Reason: kind.Reasons()[0], Until: time.Now().Add(time.Hour)})
			must(t, err)
			want := "never in this room"
			if i == 2 { // from when nobody kept whether they had been there
				_, err := db.Exec("update measures set kept = 'false false false 0' where id = $1", m.ID)
				must(t, err)
				want = ""
			}
			_, err = s.Lift(t.Context(), by(ben), m.ID, "")
			must(t, err)
			must(t, s.UpdateRoom(t.Context(), lair, by(ben), store.Charter{Name: fmt.Sprint("Lair ", i), Kind: store.PrivateRoom}))
			must(t, s.ArchiveRoom(t.Context(), lair, by(ben)))
			must(t, s.Leave(t.Context(), lair, ben.ID))
			var no store.Invalid
			if err := s.GiveMember(t.Context(), by(ada), lair, cleo.ID); want != "" && (!errors.As(err, &no) || !strings.Contains(no.Text, want)) || want == "" && err != nil {
				t.Errorf("after a %s she is given the room: %v", kind, err)
			}
		}
	})
}
