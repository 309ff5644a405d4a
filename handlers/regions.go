package handlers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

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

// hereTopic is hinted at when somebody comes or goes.
func hereTopic(user store.UserID) live.Topic { return live.Topic("here/" + idString(user)) }

// sideTopic is the list of user's rooms, the title and the icon, on the page.
func sideTopic(user store.UserID, page views.Connection) live.Topic {
	if page.Room != 0 {
		return live.Topic(fmt.Sprintf("side/%d/%d", user, page.Room))
	}
	return live.Topic(fmt.Sprintf("side/%d/%d/%s", user, page.Here, page.Title))
}

func heardTopic(room store.RoomID, user store.User) live.Topic {
	if user.Announce == store.AnnounceMentions {
		return live.Topic(fmt.Sprintf("heard-mentions/%d/%d", user.ID, room))
	}
	if user.Announce == store.AnnounceCount {
		return live.Topic(fmt.Sprintf("heard-count/%d/%d", user.ID, room))
	}
	if len(user.Muted) > 0 { // what they are read differs from what others are
		return live.Topic(fmt.Sprintf("heard-own/%d/%d", user.ID, room))
	}
	return live.Topic(fmt.Sprintf("heard-all/0/%d", room))
}

// postedTopic is hinted at with each new message: a region that depends on the room's
// log itself would be left alone on the page that shows the log.
func postedTopic(room store.RoomID) live.Topic { return "posted/" + topicOf(room) }

// regionsFor are the regions on user's page, which is about room if it shows a log.
func regionsFor(user store.User, room store.Membership, page views.Connection) []live.Topic {
	all := []live.Topic{sideTopic(user.ID, page), placeTopic}
	if !user.Status.Until.IsZero() {
		all = append(all, mineTopic(user.ID))
	}
	if page.Part != "" {
		all = append(all, partTopics(page)...)
	}
	if page.Room == 0 {
		return append(all, beginTopic(user.ID))
	}
	all = append(all, peopleTopic(room.ID), typingTopic(room.ID), restraintTopic(user.ID, room.ID), termsTopic(room.ID))
	if !views.Counts(user) {
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

// mineTopic is what user's own pages say of them beside the list of rooms, and that has
// an end.
func mineTopic(user store.UserID) live.Topic { return live.Topic(fmt.Sprintf("mine/%d/0", user)) }

// parts are what a region consists of, for the time zone of an audience.
type parts func(zone *time.Location) []templ.Component

// fixed are parts that show no time.
func fixed(all ...templ.Component) parts {
	return func(*time.Location) []templ.Component { return all }
}

// region renders one region for each audience.
func (s *Server) region(ctx context.Context, topic live.Topic, audiences []live.Audience) (live.Region, error) {
	name, of, _ := strings.Cut(string(topic), "/")
	var r live.Region
	var made parts
	var err error
	if live.Topic(name) == placeTopic {
		made, r.Depends = fixed(views.PlaceRegion()), []live.Topic{settingsTopic}
	} else if name == "part" {
		made, r.Depends, err = s.partRegion(ctx, of)
	} else if room, is := parseRoom(live.Topic(of)); is {
		made, r.Until, err = s.roomRegion(ctx, name, room)
		if err == nil {
			r.At, err = s.headOf(ctx, room)
		}
		if name == "terms" {
			r.Depends = []live.Topic{keepTopic}
		}
	} else {
		user, room, title, is := pairOf(of)
		if !is {
			return r, fmt.Errorf("no region %q", topic)
		}
		switch name {
		case "side":
			made, r.Depends, err = s.sideRegion(ctx, user, room, title)
		case "mine":
			var me store.User
			me, err = s.Store.User(ctx, user)
			r.Until, made = me.Status.At(time.Now()).Until, fixed(views.Mine(me, time.Now(), true))
		case "seen-off":
			made = fixed(views.Seen(nil, true))
		case "begin":
			made, r.Until, err = s.beginRegion(ctx, user)
			r.Depends = []live.Topic{personTopic(user), newcomersTopic}
		case "restraint":
			by, held, failed := s.restraint(ctx, user, room)
			s.waits.begin(posting{user, room}, by)
			begin, err2 := s.mayBegin(ctx, user)
			r.Until = sooner(by.New, begin.From)
			made, err, r.Depends = func(zone *time.Location) []templ.Component {
				return []templ.Component{views.Restrained(by, room, held, zone, time.Now(), true), views.BeginRegion(begin, zone, true)}
			}, cmp.Or(failed, err2), []live.Topic{personTopic(user), headTopic(room), heldOfTopic(user, room), newcomersTopic}
		default:
			r.Depends = []live.Topic{postedTopic(room)}
			if made, err = s.heardRegion(ctx, name, user, room); err == nil {
				r.At, err = s.headOf(ctx, room)
			}
		}
	}
	if err != nil {
		return r, fmt.Errorf("region %s: %w", topic, err)
	}
	r.Frames = make(map[live.Audience][]byte, len(audiences))
	for _, audience := range audiences {
		a := parseAudience(audience)
		if r.Frames[audience], err = fragment(views.At(a.spoken(), s.place()), made(a.zone)...); err != nil {
			return r, fmt.Errorf("render region %s: %w", topic, err)
		}
	}
	return r, nil
}

// headOf is the revision of room, read after what a region shows of it: nothing that it
// shows is newer.
func (s *Server) headOf(ctx context.Context, room store.RoomID) (live.Rev, error) {
	heads, err := s.Store.Heads(ctx, []store.RoomID{room})
	return live.Rev(heads[room]), err
}

// restraintTopic is what keeps user from writing in room.
func restraintTopic(user store.UserID, room store.RoomID) live.Topic {
	return live.Topic(fmt.Sprintf("restraint/%d/%d", user, room))
}

// pairOf reads "42/7" and "42/7/Rooms".
func pairOf(text string) (store.UserID, store.RoomID, string, bool) {
	user, rest, _ := strings.Cut(text, "/")
	room, title, _ := strings.Cut(rest, "/")
	u, err1 := strconv.ParseInt(user, 10, 64)
	n, err2 := strconv.ParseInt(room, 10, 64)
	return store.UserID(u), store.RoomID(n), title, err1 == nil && err2 == nil
}

// roomRegion is a part of the page of room, and when it changes by itself.
func (s *Server) roomRegion(ctx context.Context, name string, room store.RoomID) (made parts, until time.Time, err error) {
	switch name {
	case "people":
		r, err := s.Store.AnyRoom(ctx, room)
		if err != nil {
			return nil, until, err
		}
		all, err := s.presentIn(ctx, r)
		for _, p := range all.Shown {
			until = sooner(until, p.Status.Until)
		}
		return func(zone *time.Location) []templ.Component {
			return []templ.Component{views.People(room, all, zone, true)}
		}, until, err
	case "typing":
		who, until := s.typing.in(room)
		return fixed(views.Typing(who, true)), until, nil
	case "head":
		r, err := s.Store.AnyRoom(ctx, room)
		return fixed(views.Charter(store.Membership{Room: r})), until, err
	case "terms":
		r, err := s.Store.AnyRoom(ctx, room)
		keep := r.ForgetsAfter(s.Store.Settings())
		return func(zone *time.Location) []templ.Component {
			return []templ.Component{views.Terms(r, keep, zone, true)}
		}, until, err
	case "seen":
		m, err := s.Store.LastMessage(ctx, room)
		if err != nil {
			return nil, until, err
		}
		seen, err := s.seenBy(ctx, m)
		return fixed(views.Seen(seen, true)), until, err
	}
	return nil, until, fmt.Errorf("no region %q", name)
}

// sideRegion is the list of user's rooms, and the title and icon that count what is
// unread in them. It depends on every room in it, and on who is talked to directly.
// title is that of a page that is not the room's own.
func (s *Server) sideRegion(ctx context.Context, user store.UserID, here store.RoomID, title string) (parts, []live.Topic, error) {
	rooms, err := s.roomsOf(ctx, user, true)
	if err != nil {
		return nil, nil, err
	}
	beside, err := s.Store.Aside(ctx, user)
	if err != nil {
		return nil, nil, err
	}
	depends := []live.Topic{personTopic(user), draftsTopic(user), settingsTopic} // the title names this place
	depends = append(depends, deskTopics(beside.Role, rooms)...)
	var own store.Membership
	for _, m := range rooms {
		if m.Level != store.Hidden {
			depends = append(depends, topicOf(m.ID))
			for _, other := range m.With {
				depends = append(depends, hereTopic(other.ID))
			}
		}
		if m.ID == here && title == "" {
			own = m
			depends = append(depends, headTopic(here)) // the log's own page is not told of what moved it
		}
	}
	side := s.sidebar(rooms, here)
	side.Notices, side.Moderates, side.Waiting = beside.Notices, beside.Moderates, beside.Waiting
	side.News = beside.News
	all := []templ.Component{views.RoomsRegion(side, true), views.ModerationLink(side, true), views.AdministrationLink(beside.Role, true)}
	switch {
	case title != "":
		all = append(all, views.Title(rooms, title))
		counts, more, err := s.deskCounts(ctx, user, here, beside)
		if err != nil {
			return nil, nil, err
		}
		all, depends = append(all, counts...), append(depends, more...)
	case own.ID != 0:
		all = append(all, views.RoomTitle(rooms, own))
	}
	return fixed(all...), depends, nil
}

// sidebar is the list of rooms with who is here of those one talks to directly.
func (s *Server) sidebar(rooms []store.Membership, here store.RoomID) views.Sidebar {
	var others []store.UserID
	for _, m := range rooms {
		if len(m.With) == 1 {
			others = append(others, m.With[0].ID)
		}
	}
	return views.Sidebar{Rooms: rooms, Here: here, Presence: s.presencesOf(others)}
}

// heardRegion is what a screen reader says of the newest message.
func (s *Server) heardRegion(ctx context.Context, name string, user store.UserID, room store.RoomID) (parts, error) {
	m, err := s.Store.LastMessage(ctx, room)
	if err != nil {
		return nil, err
	}
	if user != 0 {
		who, err := s.Store.User(ctx, user)
		if err != nil {
			return nil, err
		}
		if slices.Contains(who.Muted, m.Author) {
			return fixed(views.Heard(store.Message{})), nil
		}
	}
	mentioned := slices.ContainsFunc(m.Mentions, func(who store.Mention) bool { return who.User == user })
	if m.Seq == 0 || !m.DeletedAt.IsZero() || m.Hidden != 0 || name == "heard-mentions" && !mentioned {
		m = store.Message{}
	}
	if name == "heard-count" {
		return fixed(views.HeardFrom(m)), nil
	}
	return fixed(views.Heard(m)), nil
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
	_ = s.afterRead(ctx, func() error { return nil }) // it cannot fail
}

// afterRead runs fn after what was read until now is kept, and before anything later is.
func (s *Server) afterRead(ctx context.Context, fn func() error) error {
	s.reading.Lock()
	defer s.reading.Unlock()
	s.keepRead(ctx)
	return fn()
}

func (s *Server) keepRead(ctx context.Context) {
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
