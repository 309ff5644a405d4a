package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// inForceShown is how many measures a page of those in force shows.
const inForceShown = 50

func init() {
	liveParts["measures"] = part{own: true, may: mayInForce, show: inForcePart}
}

// measuresTopic is hinted at when a measure begins or ends in room; 0: anywhere.
func measuresTopic(room store.RoomID) live.Topic {
	return live.Topic(fmt.Sprintf("measures/%d/", room))
}

// showInForce lists what is in force and the asker may lift: in a room, or wherever they
// moderate.
func (s *Server) showInForce(w http.ResponseWriter, r *http.Request) error {
	return s.inForcePage(w, r, http.StatusOK, inForceOf(asker(r).User.ID, r.URL.Query()), "", s.saidOf(r, measureDone, r.URL.Query().Get("saved")))
}

// inForceOf is what an address, or a form in the list, asks for.
func inForceOf(user store.UserID, from url.Values) store.InForce {
	room, _ := strconv.ParseInt(from.Get("room"), 10, 64)     // what is none is all
	before, _ := strconv.ParseInt(from.Get("before"), 10, 64) // what is none is the beginning
	return store.InForce{
		User: user, Room: store.RoomID(room), Kind: store.MeasureKind(clipTitle(from.Get("kind"))), Name: clipTitle(strings.TrimSpace(from.Get("q"))), Before: store.MeasureID(before),
	}
}

func (s *Server) inForcePage(w http.ResponseWriter, r *http.Request, status int, q store.InForce, problem, done string) error {
	v, err := s.inForce(r.Context(), q)
	if err != nil {
		return err
	}
	v.Problem, v.Done = problem, done
	page, err := s.desk(r, "In force", q.Room)
	if err != nil {
		return err
	}
	if q.Before == 0 {
		page.Live.Part = fmt.Sprintf("measures/%d/%d/%s", q.User, q.Room, url.Values{"kind": {string(q.Kind)}, "q": {q.Name}}.Encode())
	}
	return s.render(w, r, status, views.InForcePage(page, v))
}

func (s *Server) inForce(ctx context.Context, q store.InForce) (views.InForce, error) {
	v := views.InForce{Query: q, In: map[store.RoomID]bool{}}
	var err error
	if v.Rows, err = s.Store.MeasuresInForce(ctx, q, inForceShown+1); err != nil {
		return v, err
	}
	if len(v.Rows) > inForceShown {
		v.Rows, v.More = v.Rows[:inForceShown], true
	}
	var rooms []store.RoomID
	for _, m := range v.Rows {
		if m.Seq != 0 {
			rooms = append(rooms, m.Room)
		}
	}
	if v.Down, err = s.Store.TurnedDown(ctx, v.Rows); err != nil {
		return v, err
	}
	in, err := s.Store.SharedRooms(ctx, []store.UserID{q.User}, rooms)
	if err != nil {
		return v, err
	}
	for _, room := range in {
		v.In[room] = true
	}
	if q.Room != 0 {
		v.Room, err = s.Store.AnyRoom(ctx, q.Room)
	}
	return v, err
}

// mayModerate says what it takes to see what those who moderate room see, or with 0 those
// who moderate the instance or any room, and fails for who is no such person.
func (s *Server) mayModerate(ctx context.Context, user store.User, room store.RoomID) (string, error) {
	switch {
	case room != 0:
		return moderates(room), s.Store.MayQueue(ctx, user.ID, room)
	case user.Role.AtLeast(store.Moderator):
		return string(store.Moderator), nil
	}
	return moderates(store.SomeRoom), s.moderatesAny(ctx, user)
}

// partInForce reads "42/7/kind=ban&q=ada".
func partInForce(rest string) (store.InForce, error) {
	user, room, asked, is := pairOf(rest)
	from, err := url.ParseQuery(asked)
	if !is || err != nil {
		return store.InForce{}, store.ErrNotFound
	}
	q := inForceOf(user, from)
	q.Room, q.Before = room, 0
	return q, nil
}

// mayInForce lets those who moderate follow their own list.
func mayInForce(s *Server, ctx context.Context, user store.User, rest string) (string, error) {
	q, err := partInForce(rest)
	if err != nil {
		return "", err
	}
	return s.mayModerate(ctx, user, q.Room)
}

func inForcePart(s *Server, ctx context.Context, rest string) (parts, []live.Topic, error) {
	q, err := partInForce(rest)
	if err != nil {
		return nil, nil, err
	}
	v, err := s.inForce(ctx, q)
	return func(zone *time.Location) []templ.Component {
		return []templ.Component{views.InForceRegion(v, zone, true)}
	}, []live.Topic{measuresTopic(q.Room), personTopic(q.User)}, err
}

// liftedInList shows the list again that a measure was lifted in.
func (s *Server) liftedInList(w http.ResponseWriter, r *http.Request, m store.Measure, err error) error {
	var problem store.Invalid
	q := inForceOf(asker(r).User.ID, url.Values{"room": r.PostForm["room"], "kind": r.PostForm["of"], "q": r.PostForm["q"]})
	if errors.As(err, &problem) {
		return s.inForcePage(w, r, http.StatusUnprocessableEntity, q, problem.Text, "")
	}
	if err != nil {
		return s.inForcePage(w, r, http.StatusConflict, q, "Nothing was done: somebody has lifted this in the meantime, or its time was over.", "")
	}
	return seeOther(w, r, saying(views.InForceURL(q), lifted(m)))
}
