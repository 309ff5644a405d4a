package handlers

import (
	"context"
	"fmt"
	"net/http"
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
	q := store.Queue{User: asker(r).User.ID, Room: room.ID, Tab: tabOf(r.URL.Query().Get("tab")), After: markOf(r.URL.Query().Get("after"))}
	rows, err := s.queue(r.Context(), q, room)
	if err != nil {
		return err
	}
	page, err := s.desk(r, "Reports", room.ID)
	if err != nil {
		return err
	}
	if !rows.Paged {
		page.Live.Part = fmt.Sprintf("queue/%d/%s/%d", q.User, q.Tab, q.Room)
	}
	return s.render(w, r, http.StatusOK, views.QueuePage(page, rows))
}

// queue reads a page of a queue.
func (s *Server) queue(ctx context.Context, q store.Queue, room store.Room) (views.Cases, error) {
	v := views.Cases{Room: room, Tab: q.Tab, User: q.User, Paged: q.After.ID != 0}
	var err error
	if v.Rows, err = s.Store.Cases(ctx, q, casesShown+1); err != nil {
		return v, err
	}
	if len(v.Rows) > casesShown {
		v.Rows = v.Rows[:casesShown]
		mark := v.Rows[casesShown-1].Mark()
		v.Older = fmt.Sprintf("%d.%d.%d", mark.Reports, mark.At, mark.ID)
	}
	return v, nil
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

// queueOf reads "42/open/7": whose queue it is, its tab and its room.
func queueOf(rest string) (store.Queue, error) {
	user, of, _ := strings.Cut(rest, "/")
	tab, room, _ := strings.Cut(of, "/")
	u, err1 := strconv.ParseInt(user, 10, 64)
	n, err2 := strconv.ParseInt(room, 10, 64)
	if err1 != nil || err2 != nil {
		return store.Queue{}, store.ErrNotFound
	}
	return store.Queue{User: store.UserID(u), Room: store.RoomID(n), Tab: tabOf(tab)}, nil
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
	rows, err := s.queue(ctx, q, room)
	return func(zone *time.Location) []templ.Component {
		return []templ.Component{views.QueueRegion(rows, zone, true)}
	}, []live.Topic{casesTopic(q.Room)}, err
}
