package handlers

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// part is what is live on a page of administration or moderation, beside the list of
// rooms: a region that everybody with the role sees alike, or who may see it.
type part struct {
	needs store.Role
	// may, if it is there, decides instead of needs who may see the part for rest, and
	// says what that takes: needs of a role, moderates or memberOf a room. Otherwise it fails.
	may func(s *Server, ctx context.Context, user store.User, rest string) (needs string, err error)
	own bool // rest is a person's number, or with may begins with it, and it is theirs alone
	// show renders the part for rest, which is what follows its name in the page's
	// address: "" or, as in "person/12", what it is about. depends are the topics
	// that it shows something of.
	show func(s *Server, ctx context.Context, rest string) (made parts, depends []live.Topic, err error)
	// beside is another part that the page has for the same rest, "" if none.
	beside string
	// moving: it shows what changes all the time, and is rendered every two seconds
	// while somebody looks.
	moving bool
}

// liveParts are all of them, by name; each noun adds its own.
var liveParts = map[string]part{
	// Nothing is live there, but who may no longer look is told so.
	"administration": {needs: store.Administrator, show: func(*Server, context.Context, string) (parts, []live.Topic, error) { return fixed(), nil, nil }},
}

// partTopics are the regions that page shows beside the list of rooms.
func partTopics(page views.Connection) []live.Topic {
	all := []live.Topic{live.Topic("part/" + page.Part)}
	if p, is := partOf(page); is && p.beside != "" {
		_, rest, _ := strings.Cut(page.Part, "/")
		all = append(all, live.Topic("part/"+p.beside+"/"+rest))
	}
	return all
}

func partOf(page views.Connection) (part, bool) {
	name, _, _ := strings.Cut(page.Part, "/")
	p, is := liveParts[name]
	return p, is
}

// moderates is what it takes to see what only moderators of room see, of whichever they
// are of store.SomeRoom.
func moderates(room store.RoomID) string { return fmt.Sprintf("moderator of %d", room) }

// memberOf is what it takes to see what only members of room see.
func memberOf(room store.RoomID) string { return fmt.Sprintf("member of %d", room) }

// needed reads what needsOf says into the store's question.
func needed(needs string, v store.Viewer) store.Viewer {
	kind, of, is := strings.Cut(needs, " of ")
	room, _ := strconv.ParseInt(of, 10, 64) // moderates or memberOf wrote it
	switch {
	case !is:
		v.Needs = store.Role(needs)
	case kind == "member":
		v.Room = store.RoomID(room)
	default:
		v.Moderates = store.RoomID(room)
	}
	return v
}

// needsOf is what one has to be to look at page, "" for anybody; it is an error if user
// is not that, or there is no such part.
func (s *Server) needsOf(ctx context.Context, user store.User, page views.Connection) (string, error) {
	if page.Part == "" {
		return "", nil
	}
	p, is := partOf(page)
	_, rest, _ := strings.Cut(page.Part, "/")
	whose := rest
	if p.may != nil {
		whose, _, _ = strings.Cut(rest, "/")
	}
	if !is || p.own && whose != idString(user.ID) {
		return "", store.ErrNotFound
	}
	if p.may != nil {
		return p.may(s, ctx, user, rest)
	}
	if !user.Role.AtLeast(p.needs) {
		return "", store.ErrNotFound
	}
	return string(p.needs), nil
}

func (s *Server) partRegion(ctx context.Context, of string) (parts, []live.Topic, error) {
	name, rest, _ := strings.Cut(of, "/")
	p, is := liveParts[name]
	if !is {
		return nil, nil, fmt.Errorf("no part %q", of)
	}
	return p.show(s, ctx, rest)
}
