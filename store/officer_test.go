package store_test

import (
	"fmt"
	"strings"
	"testing"

	"parley/store"
	"parley/store/storetest"
)

// The acts, in the order of the columns of the golden table.
var measureActs = []struct {
	letter string
	kind   store.MeasureKind
	wide   bool // everywhere
}{
	{"h", store.HideMessage, false},
	{"w", store.Warning, false}, {"W", store.Warning, true},
	{"t", store.TimeOut, false}, {"T", store.TimeOut, true},
	{"r", store.Removal, false},
	{"S", store.Suspension, true}, {"B", store.Ban, true},
	{"s", store.SlowMode, false}, {"l", store.RoomLock, false},
	{"n", store.NewcomerCap, true}, {"N", store.NewcomerLag, true},
}

// office is somebody in a room, or of the instance.
func office(role store.Role, member, owner, moderator bool) store.Officer {
	return store.Officer{User: 1, Role: role, Active: true, Member: member, Owner: owner, Moderator: moderator, Kind: store.OpenRoom}
}

var officersOf = map[string]store.Officer{
	"nobody":                  {},
	"a stranger":              office(store.Member, false, false, false),
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
	{"a room moderator", "a stranger", map[string]string{"open": "hwtr", "private": "hwtr", "open case": "hwtr", "private case": "hwtr"}},
	{"a room moderator", "a member", map[string]string{"open": "hwtr", "private": "hwtr", "open case": "hwtr", "private case": "hwtr"}},
	{"a room moderator", "a former owner", map[string]string{"open": "hwtr", "private": "hwtr", "open case": "hwtr", "private case": "hwtr"}},
	{"an owner", "a stranger", map[string]string{"open": "hwtr", "private": "hwtr", "open case": "hwtr", "private case": "hwtr"}},
	{"an owner", "a member", map[string]string{"open": "hwtr", "private": "hwtr", "open case": "hwtr", "private case": "hwtr"}},
	{"an owner", "a room moderator", map[string]string{"open": "hwtr", "private": "hwtr", "open case": "hwtr", "private case": "hwtr"}},
	{"an owner", "a former owner", map[string]string{"open": "hwtr", "private": "hwtr", "open case": "hwtr", "private case": "hwtr"}},

	// Of a private room that they own also whoever is above them elsewhere.
	{"an owner", "a moderator", map[string]string{"private": "r", "private case": "r"}},
	{"an owner", "a moderator in the room", map[string]string{"private": "r", "private case": "r"}},
	{"an owner", "an administrator", map[string]string{"private": "r", "private case": "r"}},
	{"an administrator inside", "an administrator", map[string]string{"private": "r", "private case": "r"}},

	// A private room, or a direct conversation, that they are not in: only what was reported.
	{"a moderator", "a stranger", map[string]string{"open": "hwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},
	{"a moderator", "a member", map[string]string{"open": "hwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},
	{"a moderator", "a room moderator", map[string]string{"open": "hwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},
	{"a moderator", "an owner", map[string]string{"open": "hwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},
	{"a moderator", "a former owner", map[string]string{"open": "hwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},

	{"a moderator in the room", "a stranger", map[string]string{"open": "hwWtTrSB", "private": "hwWtTrSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hwWtTrSB", "direct case": "hWTSB"}},
	{"a moderator in the room", "a member", map[string]string{"open": "hwWtTrSB", "private": "hwWtTrSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hwWtTrSB", "direct case": "hWTSB"}},
	{"a moderator in the room", "a room moderator", map[string]string{"open": "hwWtTrSB", "private": "hwWtTrSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hwWtTrSB", "direct case": "hWTSB"}},
	{"a moderator in the room", "an owner", map[string]string{"open": "hwWtTrSB", "private": "hwWtTrSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hwWtTrSB", "direct case": "hWTSB"}},
	{"a moderator in the room", "a former owner", map[string]string{"open": "hwWtTrSB", "private": "hwWtTrSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hwWtTrSB", "direct case": "hWTSB"}},

	{"an administrator", "a stranger", map[string]string{"open": "hwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},
	{"an administrator", "a member", map[string]string{"open": "hwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},
	{"an administrator", "a room moderator", map[string]string{"open": "hwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},
	{"an administrator", "an owner", map[string]string{"open": "hwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},
	{"an administrator", "a former owner", map[string]string{"open": "hwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},
	{"an administrator", "a moderator", map[string]string{"open": "hwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},
	{"an administrator", "a moderator in the room", map[string]string{"open": "hwWtTrSB", "private": "WTSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hWTSB", "direct case": "hWTSB"}},

	{"an administrator inside", "a stranger", map[string]string{"open": "hwWtTrSB", "private": "hwWtTrSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hwWtTrSB", "direct case": "hWTSB"}},
	{"an administrator inside", "a member", map[string]string{"open": "hwWtTrSB", "private": "hwWtTrSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hwWtTrSB", "direct case": "hWTSB"}},
	{"an administrator inside", "a room moderator", map[string]string{"open": "hwWtTrSB", "private": "hwWtTrSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hwWtTrSB", "direct case": "hWTSB"}},
	{"an administrator inside", "an owner", map[string]string{"open": "hwWtTrSB", "private": "hwWtTrSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hwWtTrSB", "direct case": "hWTSB"}},
	{"an administrator inside", "a former owner", map[string]string{"open": "hwWtTrSB", "private": "hwWtTrSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hwWtTrSB", "direct case": "hWTSB"}},
	{"an administrator inside", "a moderator", map[string]string{"open": "hwWtTrSB", "private": "hwWtTrSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hwWtTrSB", "direct case": "hWTSB"}},
	{"an administrator inside", "a moderator in the room", map[string]string{"open": "hwWtTrSB", "private": "hwWtTrSB", "direct": "WTSB", "open case": "hwWtTrSB", "private case": "hwWtTrSB", "direct case": "hWTSB"}},

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
							if !end && store.MayModerate(by, m, on2) || end && store.MayEnd(by, m, on2) {
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
