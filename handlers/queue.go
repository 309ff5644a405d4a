package handlers

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// casesShown is how many cases a page of a queue shows.
const casesShown = 50

// roomsOffered is how many rooms a queue offers to narrow it down to.
const roomsOffered = 200

func init() {
	liveParts["queue"] = part{own: true, may: mayQueue, show: queuePart}
}

// casesTopic is hinted at when a queue has changed: a room's, or that of the instance (0).
func casesTopic(room store.RoomID) live.Topic { return live.Topic(fmt.Sprintf("cases/%d/", room)) }

// showQueue is the queue of the instance.
func (s *Server) showQueue(w http.ResponseWriter, r *http.Request) error {
	return s.queuePage(w, r, store.Room{})
}

// showRoomQueue is the queue of one room for those who moderate it.
func (s *Server) showRoomQueue(w http.ResponseWriter, r *http.Request) error {
	if err := s.Store.MayQueue(r.Context(), asker(r).User.ID, roomNumber(r)); err != nil {
		return err
	}
	room, err := s.Store.AnyRoom(r.Context(), roomNumber(r))
	if err != nil {
		return err
	}
	return s.queuePage(w, r, room)
}

func (s *Server) queuePage(w http.ResponseWriter, r *http.Request, room store.Room) error {
	asked := r.URL.Query()
	q := store.Queue{User: asker(r).User.ID, Room: room.ID, Tab: tabOf(asked.Get("tab")), CaseFilter: filterOf(asked), After: markOf(asked.Get("after"))}
	if room.ID != 0 {
		q.In = 0
	}
	v, err := s.queue(r.Context(), q, room)
	if err != nil {
		return err
	}
	if v.Rooms, err = s.narrowing(r.Context(), q); err != nil {
		return err
	}
	page, err := s.desk(r, "Reports", room.ID)
	if err != nil {
		return err
	}
	if q.After.ID == 0 {
		page.Live.Part = fmt.Sprintf("queue/%d/%s/%d/%s", q.User, q.Tab, q.Room, views.FilterOf(q.CaseFilter).Encode())
	}
	return s.render(w, r, http.StatusOK, views.QueuePage(page, v))
}

// queue reads a page of a queue.
func (s *Server) queue(ctx context.Context, q store.Queue, room store.Room) (views.Cases, error) {
	v := views.Cases{Query: q, Room: room}
	var err error
	if v.Rows, err = s.Store.Cases(ctx, q, casesShown+1); err != nil {
		return v, err
	}
	if len(v.Rows) > casesShown {
		v.Rows, v.More = v.Rows[:casesShown], true
	}
	return v, nil
}

// narrowing are the rooms that the queue of the instance can be narrowed down to. It fails
// with ErrNotFound if q is to a room that there is not, or that q.User may not read.
func (s *Server) narrowing(ctx context.Context, q store.Queue) ([]store.Room, error) {
	if q.Room != 0 {
		return nil, nil
	}
	all, err := s.Store.RoomsOfCases(ctx, q.User, q.Tab, roomsOffered)
	if err != nil || q.In == 0 || slices.ContainsFunc(all, func(r store.Room) bool { return r.ID == q.In }) {
		return all, err
	}
	if err := s.Store.MayQueue(ctx, q.User, q.In); err != nil {
		return nil, err
	}
	in, err := s.Store.AnyRoom(ctx, q.In)
	return append(all, in), err
}

// filterOf is what an address, or a form, narrows a queue down to.
func filterOf(from url.Values) store.CaseFilter {
	room, _ := strconv.ParseInt(from.Get("room"), 10, 64) // what is none is all
	f := store.CaseFilter{In: store.RoomID(room), Reason: store.Reason(from.Get("reason"))}
	if !slices.Contains(store.Reasons, f.Reason) {
		f.Reason = ""
	}
	return f
}

func tabOf(text string) string {
	if text == "mine" || text == "closed" {
		return text
	}
	return "open"
}

// markOf reads where a page of a queue begins; what it cannot read is the beginning.
func markOf(text string) store.CaseMark {
	var m store.CaseMark
	if n, err := fmt.Sscanf(text, "%d.%d.%d", &m.Reports, &m.At, &m.ID); n != 3 || err != nil {
		return store.CaseMark{}
	}
	return m
}

// queueOf reads "42/open/7/reason=spam": whose queue it is, its tab, its room, and what it
// is narrowed down to.
func queueOf(rest string) (store.Queue, error) {
	user, of, _ := strings.Cut(rest, "/")
	tab, of, _ := strings.Cut(of, "/")
	room, asked, _ := strings.Cut(of, "/")
	u, err1 := strconv.ParseInt(user, 10, 64)
	n, err2 := strconv.ParseInt(room, 10, 64)
	from, err3 := url.ParseQuery(asked)
	if err1 != nil || err2 != nil || err3 != nil {
		return store.Queue{}, store.ErrNotFound
	}
	return store.Queue{User: store.UserID(u), Room: store.RoomID(n), Tab: tabOf(tab), CaseFilter: filterOf(from)}, nil
}

// mayQueue lets moderators see their own queue: who moderates is no subject of it.
func mayQueue(s *Server, ctx context.Context, user store.User, rest string) (string, error) {
	q, err := queueOf(rest)
	if err != nil {
		return "", err
	}
	if q.Room == 0 {
		return string(store.Moderator), s.Store.MayQueue(ctx, user.ID, 0)
	}
	return moderates(q.Room), s.Store.MayQueue(ctx, user.ID, q.Room)
}

func queuePart(s *Server, ctx context.Context, rest string) (parts, []live.Topic, error) {
	q, err := queueOf(rest)
	if err != nil {
		return nil, nil, err
	}
	var room store.Room
	if q.Room != 0 {
		if room, err = s.Store.AnyRoom(ctx, q.Room); err != nil {
			return nil, nil, err
		}
	}
	v, err := s.queue(ctx, q, room)
	depends := []live.Topic{casesTopic(q.Room)}
	if q.In != 0 {
		depends = append(depends, personTopic(q.User)) // whose rooms may be others then
	}
	return func(zone *time.Location) []templ.Component {
		return []templ.Component{views.QueueRegion(v, zone, true)}
	}, depends, err
}
