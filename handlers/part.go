package handlers

import (
	"context"
	"fmt"
	"strings"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// part is what is live on a page of administration or moderation, beside the list of
// rooms: a region that everybody with the role sees alike.
type part struct {
	needs store.Role
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
var liveParts = map[string]part{}

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

// needsOf is what one has to be to look at page, "" for anybody; it is an error if user
// is not that, or there is no such part.
func (s *Server) needsOf(user store.User, page views.Connection) (string, error) {
	if page.Part == "" {
		return "", nil
	}
	p, is := partOf(page)
	if !is || !user.Role.AtLeast(p.needs) {
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
