package handlers

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// invitationsTopic is hinted at when an invitation is made, used or withdrawn.
const invitationsTopic live.Topic = "invitations"

// invitationsShown is how many invitations a page lists.
const invitationsShown = 50

func init() {
	liveParts["invitations"] = part{needs: store.Administrator, show: (*Server).invitationsPart}
}

// invitationsPart is the list, from before the invitation that rest names.
func (s *Server) invitationsPart(ctx context.Context, rest string) (parts, []live.Topic, error) {
	before, err := invitationOf(rest)
	if err != nil {
		return nil, nil, err
	}
	list, err := s.invitationList(ctx, before)
	return func(zone *time.Location) []templ.Component {
		list := list
		list.Zone = zone
		return []templ.Component{views.InvitationsRegion(list, true)}
	}, []live.Topic{invitationsTopic}, err
}

func (s *Server) invitationList(ctx context.Context, before store.InvitationID) (views.InvitationList, error) {
	all, err := s.Store.Invitations(ctx, before, invitationsShown+1)
	more := len(all) > invitationsShown
	return views.InvitationList{All: all[:min(len(all), invitationsShown)], Before: before, More: more, Now: time.Now()}, err
}

// invitationOf reads the number of an invitation; "" is 0.
func invitationOf(text string) (store.InvitationID, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return 0, store.ErrNotFound
	}
	return store.InvitationID(n), nil
}

func (s *Server) showInvitations(w http.ResponseWriter, r *http.Request) error {
	before, err := invitationOf(r.URL.Query().Get("before"))
	if err != nil {
		return err
	}
	name := "invitations"
	if before != 0 {
		name += "/" + strconv.FormatInt(int64(before), 10)
	}
	page, err := s.adminPage(r, "Invitations", name)
	if err != nil {
		return err
	}
	list, err := s.invitationList(r.Context(), before)
	if err != nil {
		return err
	}
	list.Zone = views.Zone(page.Me)
	done := map[string]string{"withdrawn": "The invitation is withdrawn: its link works no more."}[r.URL.Query().Get("saved")]
	return s.render(w, r, http.StatusOK, views.InvitationsPage(page, list, done))
}

func (s *Server) newInvitation(w http.ResponseWriter, r *http.Request) error {
	return s.askInvitation(w, r, http.StatusOK, views.Fields{Values: map[string]string{"life": "168h", "uses": "1", "role": string(store.Member)}}, nil)
}

// askInvitation shows the form for a new invitation.
func (s *Server) askInvitation(w http.ResponseWriter, r *http.Request, status int, fields views.Fields, given []store.RoomID) error {
	title := "New invitation"
	page, err := s.adminPage(r, title, "")
	if err != nil {
		return err
	}
	rooms, err := s.Store.RoomsToGive(r.Context(), page.Me.ID)
	if err != nil {
		return err
	}
	form := views.InvitationForm{Page: page, Fields: fields, Given: map[store.RoomID]bool{}}
	for _, id := range given {
		form.Given[id] = true
	}
	for _, room := range rooms {
		if !room.Everyone { // new accounts are in it anyway
			form.Rooms = append(form.Rooms, room)
		}
	}
	return s.render(w, r, status, views.NewInvitationPage(form))
}

func (s *Server) createInvitation(w http.ResponseWriter, r *http.Request) error {
	f := r.PostForm
	in := store.InvitationDraft{Role: store.Role(f.Get("role")), Email: f.Get("email"), Note: f.Get("note"), Password: f.Get("again")}
	in.Life, _ = time.ParseDuration(f.Get("life")) // 0 is refused
	in.Uses, _ = strconv.Atoi(strings.TrimSpace(f.Get("uses")))
	for _, text := range f["room"] {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			in.Rooms = append(in.Rooms, store.RoomID(n))
		}
	}
	ask := s.limits.guess(asker(r).User.Username, s.address(r))
	if in.Asks() {
		if wait := ask.wait(); wait > 0 {
			return throttled{wait}
		}
	}
	token, made, err := s.Store.CreateInvitation(r.Context(), s.actor(r), in)
	var problems store.Problems
	if errors.As(err, &problems) {
		if in.Asks() && problems.ByField()["again"] == "" {
			ask.right()
		}
		return s.askInvitation(w, r, http.StatusUnprocessableEntity, fieldsOf(r, problems), in.Rooms)
	}
	if err != nil {
		return err
	}
	if in.Asks() {
		ask.right()
	}
	s.Bus.Publish(live.Hint{Topic: invitationsTopic})
	title := "Invitation made"
	page, err := s.adminPage(r, title, "")
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.InvitationMadePage(page, made, s.base(r)+"/join?invitation="+string(token)))
}

// base is the address of this server as the asker's browser reaches it.
func (s *Server) base(r *http.Request) string {
	if s.PublicURL != nil {
		return strings.TrimSuffix(s.PublicURL.String(), "/")
	}
	return "http://" + r.Host // a name of this very machine: others are refused
}

func (s *Server) invitationAt(r *http.Request) (store.Invitation, error) {
	id, err := invitationOf(r.PathValue("invitation"))
	if err != nil {
		return store.Invitation{}, err
	}
	return s.Store.Invitation(r.Context(), id)
}

func (s *Server) showInvitation(w http.ResponseWriter, r *http.Request) error {
	i, err := s.invitationAt(r)
	if err != nil {
		return err
	}
	title := "Invitation"
	page, err := s.adminPage(r, title, "")
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.InvitationPage(page, i, time.Now()))
}

func (s *Server) askWithdraw(w http.ResponseWriter, r *http.Request) error {
	i, err := s.invitationAt(r)
	if err != nil {
		return err
	}
	title := "Withdraw this invitation?"
	page, err := s.adminPage(r, title, "")
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.WithdrawPage(page, i))
}

func (s *Server) withdrawInvitation(w http.ResponseWriter, r *http.Request) error {
	id, err := invitationOf(r.PathValue("invitation"))
	if err != nil {
		return err
	}
	if err := s.Store.WithdrawInvitation(r.Context(), s.actor(r), id); err != nil {
		return err
	}
	s.Bus.Publish(live.Hint{Topic: invitationsTopic})
	return seeOther(w, r, "/admin/invitations?saved=withdrawn")
}
