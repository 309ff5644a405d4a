package handlers

import (
	"context"
	"errors"
	"net/http"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// A desk is where somebody moderates: what waits there for them, and what is in force.

func init() {
	liveParts["desk"] = part{may: mayDesk, show: deskPart}
}

// showModeration is the queue of the instance for who moderates it, and for who owns or
// moderates rooms the list of those.
func (s *Server) showModeration(w http.ResponseWriter, r *http.Request) error {
	me := asker(r).User
	if me.Role.AtLeast(store.Moderator) {
		return s.showQueue(w, r)
	}
	if err := s.moderatesAny(r.Context(), me); err != nil {
		return err
	}
	rooms, err := s.Store.ModeratedRooms(r.Context(), me.ID)
	if err != nil {
		return err
	}
	page, err := s.desk(r, "Moderation", 0)
	if err != nil {
		return err
	}
	page.Live.Part = "desk/" + idString(me.ID)
	return s.render(w, r, http.StatusOK, views.DeskPage(page, rooms))
}

// moderatesAny is nil for who moderates the instance, or any room, and otherwise ErrNotFound.
func (s *Server) moderatesAny(ctx context.Context, user store.User) error {
	if user.Role.AtLeast(store.Moderator) {
		return nil
	}
	is, err := s.Store.ModeratesAny(ctx, user.ID)
	if err == nil && !is {
		err = store.ErrNotFound
	}
	return err
}

// desk is the page frame for somebody who moderates room (0: wherever they do), with what
// waits there.
func (s *Server) desk(r *http.Request, title string, room store.RoomID) (views.Page, error) {
	page, err := s.me(r.Context(), asker(r), title, room)
	if err == nil && room != 0 {
		page.Side.There, err = s.Store.WaitingIn(r.Context(), asker(r).User.ID, room)
	}
	return page, err
}

// deskTopics is what the counts of all that waits for one depend on, who has role and is
// in rooms: for most people nothing.
func deskTopics(role store.Role, rooms []store.Membership) []live.Topic {
	if role.AtLeast(store.Moderator) {
		return []live.Topic{casesTopic(0), heldTopic(0), appealsTopic}
	}
	var all []live.Topic
	for _, m := range rooms {
		if m.Owner || m.Moderator {
			all = append(all, casesTopic(m.ID), heldTopic(m.ID))
		}
	}
	if len(all) > 0 {
		all = append(all, appealsTopic)
	}
	return all
}

// deskCounts are the counts on the list of sections, if user's page, which may be about
// the room here, has one; and what they depend on besides.
func (s *Server) deskCounts(ctx context.Context, user store.UserID, here store.RoomID, beside store.Beside) ([]templ.Component, []live.Topic, error) {
	if !beside.Moderates && beside.Total() == 0 {
		return nil, nil, nil
	}
	all := []templ.Component{views.WaitingBadges(0, beside.Waiting)}
	if here == 0 {
		return all, nil, nil
	}
	err := s.Store.MayQueue(ctx, user, here)
	if errors.Is(err, store.ErrNotFound) {
		return all, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	there, err := s.Store.WaitingIn(ctx, user, here)
	return append(all, views.WaitingBadges(here, there)), []live.Topic{casesTopic(here), heldTopic(here)}, err
}

// mayDesk lets those who own or moderate a room see their own list.
func mayDesk(s *Server, ctx context.Context, user store.User, rest string) (string, error) {
	if rest != idString(user.ID) {
		return "", store.ErrNotFound
	}
	return moderates(store.SomeRoom), s.moderatesAny(ctx, user)
}

func deskPart(s *Server, ctx context.Context, rest string) (parts, []live.Topic, error) {
	user, err := userOf(rest)
	if err != nil {
		return nil, nil, err
	}
	in, err := s.Store.RoomsOf(ctx, user)
	if err != nil {
		return nil, nil, err
	}
	depends := append(deskTopics(store.Member, in), personTopic(user)) // whose rooms may be others then
	for _, m := range in {
		if m.Owner || m.Moderator {
			depends = append(depends, headTopic(m.ID), peopleTopic(m.ID)) // what they are called, and whether somebody else is there
		}
	}
	rooms, err := s.Store.ModeratedRooms(ctx, user)
	return fixed(views.Desk(rooms, true)), depends, err
}
