package handlers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

func init() {
	liveParts["past"] = part{own: true, may: mayPast, show: pastPart}
}

// past reads what was done about what the page v is about, as far as its reader may know,
// and has it live there.
func (s *Server) past(ctx context.Context, v *views.Moderation) error {
	v.Live.Part = fmt.Sprintf("past/%d/%d/%d", v.Me.ID, v.Person.ID, v.Room.ID)
	var all []store.Measure
	var err error
	switch {
	case v.Person.ID != 0:
		all, err = s.Store.MeasuresOn(ctx, v.Person.ID, mostMeasures)
	case v.Room.ID != 0:
		all, err = s.Store.MeasuresIn(ctx, v.Room.ID, mostMeasures)
	default:
		all, err = s.Store.MeasuresOnNewcomers(ctx, mostMeasures)
	}
	if err == nil { // what holds for long is not among the newest
		var holding []store.Measure
		holding, err = s.Store.Holding(ctx, v.Person.ID, v.Room.ID)
		for _, m := range holding {
			if !slices.ContainsFunc(all, func(other store.Measure) bool { return other.ID == m.ID }) {
				all = append(all, m)
			}
		}
	}
	if err == nil {
		v.Past, v.Lifts, err = s.known(ctx, v.Me.ID, all)
	}
	if err == nil {
		v.Down, err = s.Store.TurnedDown(ctx, slices.DeleteFunc(slices.Clone(v.Past), func(m store.Measure) bool { return !v.Lifts[m.ID] }))
	}
	return err
}

// known are those of all that user may know of: who may do what a measure did. lifts
// says of those that still hold whether user may lift them.
func (s *Server) known(ctx context.Context, user store.UserID, all []store.Measure) (known []store.Measure, lifts map[store.MeasureID]bool, err error) {
	known, lifts, err = s.Store.Known(ctx, user, all)
	for _, m := range known {
		if !m.Holds(time.Now()) {
			delete(lifts, m.ID)
		}
	}
	return known, lifts, err
}

// pastOf reads "42/12/7": whose page it is, whom it is about, and in which room; neither:
// about newcomers.
func pastOf(rest string) (views.Moderation, error) {
	var v views.Moderation
	me, person, of, is := pairOf(rest)
	room, err := strconv.ParseInt(of, 10, 64)
	if !is || err != nil {
		return v, store.ErrNotFound
	}
	v.Me.ID, v.Person.ID, v.Room.ID = me, store.UserID(person), store.RoomID(room)
	return v, nil
}

// mayPast lets those follow it who have the page.
func mayPast(s *Server, ctx context.Context, user store.User, rest string) (string, error) {
	v, err := pastOf(rest)
	if err != nil {
		return "", err
	}
	switch {
	case v.Person.ID != 0:
		_, _, err := s.mayDo(ctx, user.ID, v.Person.ID, v.Room.ID)
		if err != nil || user.Role.AtLeast(store.Moderator) {
			return string(store.Moderator), err
		}
		return moderates(store.SomeRoom), nil
	case v.Room.ID == 0 && !user.Role.AtLeast(store.Moderator):
		return "", store.ErrNotFound
	}
	return s.mayModerate(ctx, user, v.Room.ID)
}

// forms are the acts of which the page v has a form.
func (s *Server) forms(ctx context.Context, v views.Moderation) (kinds []store.MeasureKind, err error) {
	switch {
	case v.Person.ID != 0:
		if kinds, _, err = s.mayDo(ctx, v.Me.ID, v.Person.ID, v.Room.ID); errors.Is(err, store.ErrNotFound) {
			err = nil // nothing any more
		}
	case v.Room.ID != 0:
		kinds, err = s.Store.Permitted(ctx, v.Me.ID, 0, v.Room.ID, 0, roomActs...)
	default:
		kinds, err = s.Store.Permitted(ctx, v.Me.ID, 0, 0, 0, newcomerActs...)
	}
	return kinds, err
}

// The acts on a room, and on all newcomers.
var (
	roomActs     = []store.MeasureKind{store.SlowMode, store.RoomLock}
	newcomerActs = []store.MeasureKind{store.NewcomerLag, store.NewcomerCap}
)

func pastPart(s *Server, ctx context.Context, rest string) (parts, []live.Topic, error) {
	v, err := pastOf(rest)
	if err == nil {
		err = s.past(ctx, &v)
	}
	room := v.Room.ID
	if v.Person.ID != 0 {
		room = 0 // what is known of them is from everywhere
	}
	depends := []live.Topic{measuresTopic(room), personTopic(v.Me.ID)}
	if err == nil {
		v.Kinds, err = s.forms(ctx, v)
	}
	manages := false
	if err == nil && room != 0 {
		depends = append(depends, peopleTopic(room))
		manages, err = s.moderatorsFor(ctx, &v)
	}
	return func(zone *time.Location) []templ.Component {
		all := []templ.Component{views.MeasuresHolding(v, zone, true), views.MeasureHistory(v, zone, true)}
		if manages {
			all = append(all, views.RoomMods(v, true))
		}
		return all
	}, depends, err
}

// moderatorsFor reads the moderators of the room that the page v is about, and says
// whether its reader makes them; who does not is told of none.
func (s *Server) moderatorsFor(ctx context.Context, v *views.Moderation) (bool, error) {
	me, err := s.Store.User(ctx, v.Me.ID)
	if err != nil {
		return false, err
	}
	room, err := s.Store.Membership(ctx, v.Room.ID, v.Me.ID)
	if errors.Is(err, store.ErrNotFound) { // they moderate the instance
		return false, nil
	}
	if err != nil || !store.May(room.Standing(me), store.Manage, nil) {
		return false, err
	}
	v.Mods, err = s.Store.ModeratorsOf(ctx, v.Room.ID)
	return true, err
}
