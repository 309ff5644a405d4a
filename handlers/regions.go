package handlers

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// The live parts of a page beside its messages. A region's topic is its name and
// what it shows: "people/room/7", "side/42/7" (the rooms of person 42 on a page about
// room 7). Who may follow one is decided where a socket is opened; what not everyone
// may see is a topic of its own.

func personTopic(user store.UserID) live.Topic { return live.Topic("person/" + idString(user)) }

func peopleTopic(room store.RoomID) live.Topic { return "people/" + topicOf(room) }

func headTopic(room store.RoomID) live.Topic { return "head/" + topicOf(room) }

func typingTopic(room store.RoomID) live.Topic { return "typing/" + topicOf(room) }

func seenTopic(room store.RoomID) live.Topic { return "seen/" + topicOf(room) }

// hiddenSeen is what those are shown who do not share how far they have read.
const hiddenSeen live.Topic = "seen-off/0/0"

func sideTopic(user store.UserID, room store.RoomID) live.Topic {
	return live.Topic(fmt.Sprintf("side/%d/%d", user, room))
}

func heardTopic(room store.RoomID, user store.User) live.Topic {
	if user.Announce == store.AnnounceMentions {
		return live.Topic(fmt.Sprintf("heard-mentions/%d/%d", user.ID, room))
	}
	return live.Topic(fmt.Sprintf("heard-all/0/%d", room))
}

// postedTopic is hinted at with each new message: a region that depends on the room's
// log itself would be left alone on the page that shows the log.
func postedTopic(room store.RoomID) live.Topic { return "posted/" + topicOf(room) }

// regionsFor are the regions on user's page about room.
func regionsFor(user store.User, room store.Membership) []live.Topic {
	all := []live.Topic{sideTopic(user.ID, room.ID), peopleTopic(room.ID), typingTopic(room.ID)}
	if user.Announce != store.AnnounceCount { // a count comes with the log
		all = append(all, heardTopic(room.ID, user))
	}
	if room.Kind != store.DirectRoom {
		all = append(all, headTopic(room.ID))
	}
	if user.ShowsSeen {
		return append(all, seenTopic(room.ID))
	}
	return append(all, hiddenSeen)
}

// region renders one region for each audience.
func (s *Server) region(ctx context.Context, topic live.Topic, audiences []live.Audience) (live.Region, error) {
	name, of, _ := strings.Cut(string(topic), "/")
	var r live.Region
	var parts []templ.Component
	var err error
	if room, is := parseRoom(live.Topic(of)); is {
		parts, err = s.roomRegion(ctx, name, room)
		if err == nil {
			// Read after what is shown: nothing shown is newer.
			var heads map[store.RoomID]store.Rev
			heads, err = s.Store.Heads(ctx, []store.RoomID{room})
			r.At = live.Rev(heads[room])
		}
	} else {
		user, room, made := pairOf(of)
		if !made {
			return r, fmt.Errorf("no region %q", topic)
		}
		switch name {
		case "side":
			parts, r.Depends, err = s.sideRegion(ctx, user, room)
		case "seen-off":
			parts = []templ.Component{views.Seen(nil, true)}
		default:
			r.Depends = []live.Topic{postedTopic(room)}
			parts, err = s.heardRegion(ctx, name, user, room)
		}
	}
	if err != nil {
		return r, fmt.Errorf("region %s: %w", topic, err)
	}
	r.Frames = make(map[live.Audience][]byte, len(audiences))
	for _, audience := range audiences {
		spoken, _ := inAudience(audience)
		if r.Frames[audience], err = fragment(spoken, parts...); err != nil {
			return r, fmt.Errorf("render region %s: %w", topic, err)
		}
	}
	return r, nil
}

func pairOf(text string) (store.UserID, store.RoomID, bool) {
	user, room, _ := strings.Cut(text, "/")
	u, err1 := strconv.ParseInt(user, 10, 64)
	n, err2 := strconv.ParseInt(room, 10, 64)
	return store.UserID(u), store.RoomID(n), err1 == nil && err2 == nil
}

func (s *Server) roomRegion(ctx context.Context, name string, room store.RoomID) ([]templ.Component, error) {
	switch name {
	case "people":
		all, err := s.presentIn(ctx, room)
		return []templ.Component{views.People(room, all, true)}, err
	case "typing":
		return []templ.Component{views.Typing(s.typing.in(room), true)}, nil
	case "head":
		r, err := s.Store.AnyRoom(ctx, room)
		return []templ.Component{views.Head(store.Membership{Room: r}, true)}, err
	case "seen":
		m, err := s.Store.LastMessage(ctx, room)
		if err != nil {
			return nil, err
		}
		seen, err := s.seenBy(ctx, m)
		return []templ.Component{views.Seen(seen, true)}, err
	}
	return nil, fmt.Errorf("no region %q", name)
}

// sideRegion is the list of user's rooms, and the title and icon that count what is
// unread in them. It depends on every room in it.
func (s *Server) sideRegion(ctx context.Context, user store.UserID, here store.RoomID) ([]templ.Component, []live.Topic, error) {
	rooms, err := s.roomsOf(ctx, user, true)
	if err != nil {
		return nil, nil, err
	}
	depends := []live.Topic{personTopic(user)}
	title := store.Membership{}
	for _, m := range rooms {
		if m.Level != store.Hidden {
			depends = append(depends, topicOf(m.ID))
		}
		if m.ID == here {
			title = m
		}
	}
	parts := []templ.Component{views.RoomsRegion(rooms, here, true)}
	if title.ID != 0 {
		parts = append(parts, views.Title(rooms, title))
	}
	return parts, depends, nil
}

// heardRegion is what a screen reader says of the newest message.
func (s *Server) heardRegion(ctx context.Context, name string, user store.UserID, room store.RoomID) ([]templ.Component, error) {
	m, err := s.Store.LastMessage(ctx, room)
	if err != nil {
		return nil, err
	}
	mentioned := slices.ContainsFunc(m.Mentions, func(who store.Mention) bool { return who.User == user })
	if m.Seq == 0 || !m.DeletedAt.IsZero() || name == "heard-mentions" && !mentioned {
		m = store.Message{}
	}
	return []templ.Component{views.Heard(m)}, nil
}

// roomsOf is user's rooms with what their open pages have read and not yet saved, for
// a page or for a region.
func (s *Server) roomsOf(ctx context.Context, user store.UserID, region bool) ([]store.Membership, error) {
	rooms, err := s.Store.RoomsOf(ctx, user)
	for i := range rooms {
		s.withRead(&rooms[i], region)
	}
	store.SortRooms(rooms)
	return rooms, err
}

// withRead moves m to what its member's open pages have read. In a region what is in
// front counts as read before its log has delivered it.
func (s *Server) withRead(m *store.Membership, region bool) {
	if m.Unread() == 0 {
		return
	}
	place, front := s.hub.Reads(live.Person(m.User), topicOf(m.ID))
	if front && region {
		place = int64(m.LastSeq)
	}
	if place > int64(m.Seen) {
		if m.Seen = store.Seq(place); m.Unread() == 0 {
			m.Mentions = 0
		}
	}
}

// seenBy is who has read m, the newest message of its room, of those who show it.
func (s *Server) seenBy(ctx context.Context, m store.Message) ([]store.Named, error) {
	if m.Seq == 0 {
		return nil, nil
	}
	seen, err := s.Store.SeenBy(ctx, m.Room, m.Seq, mostSeen)
	return slices.DeleteFunc(seen, func(who store.Named) bool { return who.ID == m.Author }), err
}

// mostSeen is how many names "Seen by" shows.
const mostSeen = 20

// saveRead keeps how far people have read: every few seconds, for all at once.
func (s *Server) saveRead(ctx context.Context) {
	var places []store.Place
	var rooms []store.RoomID
	for _, read := range s.hub.TakeRead() {
		room, is := parseRoom(read.Topic)
		if !is {
			continue
		}
		places = append(places, store.Place{Room: room, User: store.UserID(read.Person), Seq: store.Seq(read.Place)})
		if !slices.Contains(rooms, room) {
			rooms = append(rooms, room)
		}
	}
	if len(places) == 0 {
		return
	}
	if err := s.Store.MarkSeen(ctx, places); err != nil {
		s.Log.Warn("save what was read", "error", err) // the pages still know: they are taken again when they move
		return
	}
	for _, room := range rooms {
		s.Bus.Publish(live.Hint{Topic: seenTopic(room)})
	}
}
