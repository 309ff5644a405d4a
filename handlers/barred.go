package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// Whom a moderator has removed from a room reads at each of its addresses why, until when,
// and where to object; and on the page that was open, in a sentence.

func init() {
	liveParts["barred"] = part{own: true, may: mayKnowBarred, show: (*Server).barredPart}
}

// barred is err with why, if it is that a moderator has removed the asker from the room
// that the path names.
func (s *Server) barred(w http.ResponseWriter, r *http.Request, err error) error {
	var restraint store.Restraint
	out := errors.Is(err, store.ErrNotFound) || errors.As(err, &restraint) && restraint.Kind == store.Removal
	if !out || asker(r).ID == "" || !strings.HasPrefix(r.URL.Path, "/rooms/") {
		return err
	}
	me := asker(r).User
	room, failed := s.Store.BarredFrom(r.Context(), roomNumber(r), me.ID)
	if failed != nil {
		return err
	}
	ending := views.RemovedBy(r.Context(), room.By, views.Zone(me))
	plain := views.Refusal{Page: views.Page{Title: room.Name}, Sentence: ending.Sentence, To: ending.To, Word: ending.Word, Typed: typedIn(r.PostForm)}
	return kept{
		error:    err,
		sentence: ending.Sentence,
		notice:   ending.Notice(),
		page: func(string) (templ.Component, error) {
			return s.beside(w, r, 0, plain, func(page views.Page) (templ.Component, error) {
				page.Live.Part = fmt.Sprintf("barred/%d/%d", me.ID, room.ID)
				v, err := s.barredAs(r.Context(), room)
				return views.BarredPage(page, v, plain.Typed), err
			}), nil
		},
	}
}

// barredAs is room as who was removed from it sees it.
func (s *Server) barredAs(ctx context.Context, room store.Barred) (views.Barred, error) {
	_, err := s.Store.AppealOf(ctx, room.By.ID)
	v := views.Barred{Room: room.Room, By: room.By, Objected: err == nil}
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return v, err
}

// mayKnowBarred lets everybody follow what keeps themselves out: of any other room it says
// no more than that nothing does.
func mayKnowBarred(_ *Server, _ context.Context, _ store.User, rest string) (string, error) {
	if _, _, _, is := pairOf(rest); !is {
		return "", store.ErrNotFound
	}
	return "", nil
}

func (s *Server) barredPart(ctx context.Context, rest string) (parts, []live.Topic, error) {
	user, id, _, _ := pairOf(rest)
	var v views.Barred
	room, err := s.Store.BarredFrom(ctx, id, user)
	if err == nil {
		v, err = s.barredAs(ctx, room)
	} else if errors.Is(err, store.ErrNotFound) {
		var back store.Listed
		if back, err = s.Store.Admits(ctx, id, user); errors.Is(err, store.ErrNotFound) {
			err = nil
		}
		v.Room, v.Joined = back.Room, back.Joined
	}
	return func(zone *time.Location) []templ.Component {
		return []templ.Component{views.BarredRegion(v, user, zone, true)}
	}, []live.Topic{personTopic(user)}, err
}

// removed is the end of a page about room, which user is no longer in.
func (s *Server) removed(ctx context.Context, room store.RoomID, user store.UserID, zone *time.Location) views.Ending {
	ctx, cancel := context.WithTimeout(ctx, sayWithin)
	defer cancel()
	out, err := s.Store.BarredFrom(ctx, room, user)
	if err == nil {
		return views.RemovedBy(ctx, out.By, zone)
	}
	if !errors.Is(err, store.ErrNotFound) {
		s.Log.Warn("say why somebody was removed", "room", room, "user", user, "error", err) // that they were is said
	}
	return views.Removed
}

// sayWithin is how long a page that ends waits for why.
const sayWithin = time.Second
