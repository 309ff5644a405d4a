package views

import (
	"strings"
	"testing"

	"parley/store"
)

// In these one is in Roadmap, Metro and with Cleo, in a group with Cleo and Dan, and not in
// Road trip; Dan Rossi is here, too.
func TestEnterLeadsWhereANameFitsBestAndNowhereIfTwoFitAsWell(t *testing.T) {
	room := func(id store.RoomID, name string) store.Room {
		return store.Room{ID: id, Name: name, Slug: strings.ReplaceAll(strings.ToLower(name), " ", "-")}
	}
	cleo := Reached{Named: store.Named{ID: 5, Name: "Cleo Winter"}, Username: "cleo", With: store.Membership{Room: room(9, "")}}
	dan := Reached{Named: store.Named{ID: 6, Name: "Dan Rossi"}, Username: "road"}
	group := store.Membership{Room: store.Room{ID: 10, Kind: store.DirectRoom}}
	mine := func(rooms ...store.Room) (all []store.Membership) {
		for _, r := range rooms {
			all = append(all, store.Membership{Room: r})
		}
		return all
	}
	trip := []store.Listed{{Room: room(3, "Road trip")}}
	for name, c := range map[string]struct {
		found Found
		want  string
	}{
		"a person before the groups they are in":              {Found{Text: "cleo", People: []Reached{cleo}, Groups: []store.Membership{group}}, string(RoomURL(cleo.With.Room))},
		"a name that begins so before one that has it inside": {Found{Text: "Ro", Rooms: mine(room(1, "Metro"), room(2, "Roadmap"))}, "/rooms/2-roadmap"},
		"of two that begin so neither":                        {Found{Text: "road", Rooms: mine(room(2, "Roadmap")), Others: trip}, ""},
		"the whole name before one that begins so":            {Found{Text: "road trip", Rooms: mine(room(2, "Road trips")), Others: trip}, "/rooms/3-road-trip"},
		"a username, too":                                     {Found{Text: "road", Rooms: mine(room(2, "Roadmap")), Others: trip, People: []Reached{dan}}, string(PersonURL(6))},
		"the only one wherever it has it":                     {Found{Text: "ad", Rooms: mine(room(2, "Roadmap"))}, "/rooms/2-roadmap"},
		"a group if it is the only one":                       {Found{Text: "ro", Groups: []store.Membership{group}}, string(RoomURL(group.Room))},
		"nowhere without anything":                            {Found{Text: "x"}, ""},
		"nowhere before anything is typed":                    {Found{Rooms: mine(room(2, "Roadmap"))}, ""},
	} {
		to, is := c.found.Best()
		if is != (c.want != "") || is && string(to) != c.want {
			t.Errorf("%s: to %q %v, want %q", name, to, is, c.want)
		}
	}
}
