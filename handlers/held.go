package handlers

import (
	"context"
	"errors"
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

// heldShown is how many held messages a page shows: the oldest, until they are decided.
const heldShown = 50

func init() {
	liveParts["held"] = part{own: true, may: mayHeld, show: heldPart}
	liveParts["refuse"] = part{own: true, may: mayTurnDown, show: turnDownPart}
}

// heldTopic is hinted at when what waits in room has changed; 0: in any.
func heldTopic(room store.RoomID) live.Topic { return live.Topic(fmt.Sprintf("held/%d/", room)) }

// heldOfTopic is hinted at when what user sees of their own held messages has changed.
func heldOfTopic(user store.UserID, room store.RoomID) live.Topic {
	return live.Topic(fmt.Sprintf("held-of/%d/%d/", user, room))
}

// heldChanged hints at what is held of author in room.
func (s *Server) heldChanged(room store.RoomID, author store.UserID) {
	s.Bus.Publish(live.Hint{Topic: heldOfTopic(author, room)})
	s.Bus.Publish(live.Hint{Topic: heldTopic(room)})
	s.Bus.Publish(live.Hint{Topic: heldTopic(0)})
	s.changedFor(author)                          // what was decided is in the log of their account
	s.Bus.Publish(live.Hint{Topic: appealsTopic}) // what was turned down may be no more
	s.Bus.Publish(live.Hint{Topic: measuresTopic(0)})
	s.Bus.Publish(live.Hint{Topic: measuresTopic(room)})
}

// waitsSentence tells the author of a message that it is not in the room; "" for one that is.
func waitsSentence(w store.Waits) string {
	switch {
	case w.State == store.HeldTurnedDown:
		return "A moderator has turned this message down."
	case w.State == store.HeldWithdrawn:
		return "You have withdrawn this message."
	case w.State != store.HeldWaiting:
		return ""
	case w.Sentence != "":
		return w.Sentence
	}
	return "Your message waits for a moderator. You see it here until it is decided."
}

// showHeld is what waits for the asker: in one room, or in all that they may read.
func (s *Server) showHeld(w http.ResponseWriter, r *http.Request) error {
	room, _ := strconv.ParseInt(r.URL.Query().Get("room"), 10, 64) // what is none is all
	done := map[string]string{"published": "It is published.", "refused": "It is turned down, and its author is told."}[r.URL.Query().Get("saved")]
	return s.heldPage(w, r, http.StatusOK, store.RoomID(room), "", done)
}

func (s *Server) heldPage(w http.ResponseWriter, r *http.Request, status int, room store.RoomID, problem, done string) error {
	me := asker(r)
	v, err := s.held(r.Context(), me.User.ID, room)
	if err != nil {
		return err
	}
	v.Problem, v.Unsent, v.Done = problem, r.PostForm.Get("words"), done
	page, err := s.desk(r, "Held messages", room)
	if err != nil {
		return err
	}
	page.Live.Part = fmt.Sprintf("held/%d/%d", me.User.ID, room)
	return s.render(w, r, status, views.HeldPage(page, v))
}

func (s *Server) held(ctx context.Context, user store.UserID, room store.RoomID) (v views.Held, err error) {
	v.User = user
	if v.Rows, err = s.Store.HeldFor(ctx, user, room, heldShown+1); err != nil {
		return v, err
	}
	if len(v.Rows) > heldShown {
		v.Rows, v.More = v.Rows[:heldShown], true
	}
	if room != 0 {
		v.Room, err = s.Store.AnyRoom(ctx, room)
	}
	return v, err
}

func heldAt(r *http.Request) (store.HeldID, error) {
	n, err := strconv.ParseInt(r.PathValue("held"), 10, 64)
	if err != nil || n < 1 {
		return 0, store.ErrNotFound
	}
	return store.HeldID(n), nil
}

// publishHeld posts what was held as its author's.
func (s *Server) publishHeld(w http.ResponseWriter, r *http.Request) error {
	id, err := heldAt(r)
	if err != nil {
		return err
	}
	m, err := s.Store.PublishHeld(r.Context(), s.actor(r), id)
	if err == nil {
		s.hub.Moved(topicOf(m.Room), live.Rev(m.Rev))
		s.Bus.Publish(live.Hint{Topic: topicOf(m.Room), Rev: live.Rev(m.Rev)})
		s.Bus.Publish(live.Hint{Topic: postedTopic(m.Room)})
		s.heldChanged(m.Room, m.Author)
	}
	return s.afterHeld(w, r, err, "published")
}

// askTurnDown asks what to tell the author of what is turned down.
func (s *Server) askTurnDown(w http.ResponseWriter, r *http.Request) error {
	return s.turnDownPage(w, r, http.StatusOK, r.URL.Query().Get("room"), views.Fields{})
}

func (s *Server) turnDownPage(w http.ResponseWriter, r *http.Request, status int, from string, f views.Fields) error {
	id, err := heldAt(r)
	if err != nil {
		return err
	}
	room, _ := strconv.ParseInt(from, 10, 64) // what is none is all
	m, err := s.Store.HeldToDecide(r.Context(), asker(r).User.ID, id)
	if errors.Is(err, store.ErrConflict) {
		return s.heldPage(w, r, http.StatusConflict, store.RoomID(room), "This message was decided, or withdrawn, in the meantime.", "")
	}
	if err != nil {
		return err
	}
	page, err := s.me(r.Context(), asker(r), "Turn this message down?", 0)
	if err != nil {
		return err
	}
	page.Live.Part = fmt.Sprintf("refuse/%d/%d", page.Me.ID, id)
	return s.render(w, r, status, views.TurnDownPage(page, m, store.RoomID(room), f))
}

// turnDownOf reads "42/7": whose page it is, and what is to be turned down.
func turnDownOf(rest string) (store.UserID, store.HeldID, error) {
	user, id, _, is := pairOf(rest)
	if !is {
		return 0, 0, store.ErrNotFound
	}
	return user, store.HeldID(id), nil
}

// mayTurnDown lets those who could decide it see what becomes of it.
func mayTurnDown(s *Server, ctx context.Context, user store.User, rest string) (string, error) {
	_, id, err := turnDownOf(rest)
	if err != nil {
		return "", err
	}
	m, err := s.Store.HeldToDecide(ctx, user.ID, id)
	if errors.Is(err, store.ErrConflict) {
		err = nil // somebody has
	}
	if err != nil || user.Role.AtLeast(store.Moderator) {
		return string(store.Moderator), err
	}
	return moderates(m.Room), nil
}

func turnDownPart(s *Server, ctx context.Context, rest string) (parts, []live.Topic, error) {
	user, id, err := turnDownOf(rest)
	if err != nil {
		return nil, nil, err
	}
	m, err := s.Store.HeldToDecide(ctx, user, id)
	over := errors.Is(err, store.ErrConflict)
	if over {
		err = nil
	}
	return fixed(views.TurnDownState(over, true), views.TurnDownButton(over, true)), []live.Topic{heldTopic(m.Room)}, err
}

// turnDownHeld keeps what was held out of its room.
func (s *Server) turnDownHeld(w http.ResponseWriter, r *http.Request) error {
	id, err := heldAt(r)
	if err != nil {
		return err
	}
	m, err := s.Store.TurnDownHeld(r.Context(), s.actor(r), id, store.Reason(r.PostForm.Get("reason")), r.PostForm.Get("words"))
	var problem store.Invalid
	if mistake(r, err, &problem) {
		return s.turnDownPage(w, r, http.StatusUnprocessableEntity, r.PostForm.Get("room"), fieldsOf(r, store.Problems{problem}))
	}
	if err == nil {
		s.measured(r.Context(), m)
	}
	return s.afterHeld(w, r, err, "refused")
}

// afterHeld shows the page again that the form was on.
func (s *Server) afterHeld(w http.ResponseWriter, r *http.Request, err error, saved string) error {
	room, _ := strconv.ParseInt(r.PostForm.Get("room"), 10, 64) // what is none is all
	var problem store.Invalid
	switch {
	case errors.As(err, &problem):
		return s.heldPage(w, r, http.StatusUnprocessableEntity, store.RoomID(room), problem.Text, "")
	case errors.Is(err, store.ErrConflict):
		return s.heldPage(w, r, http.StatusConflict, store.RoomID(room), "Nothing was done: this message was decided, or withdrawn, in the meantime.", "")
	case err != nil:
		return err
	}
	to := views.HeldURL(store.RoomID(room))
	if strings.Contains(string(to), "?") {
		return seeOther(w, r, to+"&saved="+templ.SafeURL(saved))
	}
	return seeOther(w, r, to+"?saved="+templ.SafeURL(saved))
}

// withdrawHeld takes back what the asker wrote.
func (s *Server) withdrawHeld(w http.ResponseWriter, r *http.Request) error {
	id, err := heldAt(r)
	if err != nil {
		return err
	}
	m, err := s.Store.WithdrawHeld(r.Context(), asker(r).User.ID, id)
	if err != nil {
		return err
	}
	s.heldChanged(m.Room, m.Author)
	room, err := s.Store.Membership(r.Context(), m.Room, asker(r).User.ID)
	if errors.Is(err, store.ErrNotFound) || err == nil && r.PostForm.Get("back") != "" { // they may have left it
		return seeOther(w, r, "/notices?saved=held")
	}
	if err != nil {
		return err
	}
	return seeOther(w, r, views.RoomURL(room.Room))
}

// heldOf reads "42/7": whose page it is, and its room.
func heldOf(rest string) (store.UserID, store.RoomID, error) {
	user, room, _, is := pairOf(rest)
	if !is {
		return 0, 0, store.ErrNotFound
	}
	return user, room, nil
}

// mayHeld lets moderators see their own page.
func mayHeld(s *Server, ctx context.Context, user store.User, rest string) (string, error) {
	_, room, err := heldOf(rest)
	if err != nil {
		return "", err
	}
	if room == 0 {
		return string(store.Moderator), s.Store.MayQueue(ctx, user.ID, 0)
	}
	return moderates(room), s.Store.MayQueue(ctx, user.ID, room)
}

func heldPart(s *Server, ctx context.Context, rest string) (parts, []live.Topic, error) {
	user, room, err := heldOf(rest)
	if err != nil {
		return nil, nil, err
	}
	v, err := s.held(ctx, user, room)
	return func(zone *time.Location) []templ.Component {
		return []templ.Component{views.HeldRegion(v, zone, true)}
	}, []live.Topic{heldTopic(room), personTopic(user)}, err
}

// forgetHeld removes what was decided long ago.
func (s *Server) forgetHeld(ctx context.Context) error {
	const most = 200
	for {
		if n, err := s.Store.ForgetHeld(ctx, most); err != nil || n < most {
			return err
		}
	}
}
