package handlers

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

func init() {
	liveParts["person"] = part{needs: store.Administrator, show: (*Server).accountPart}
}

// showAccount is an administrator's page about a person.
func (s *Server) showAccount(w http.ResponseWriter, r *http.Request) error {
	return s.account(w, r, http.StatusOK, views.Account{Done: map[string]string{
		"account":     "The account is saved.",
		"role":        "The role is changed, on open pages too.",
		"suspended":   "The account is suspended, and signed out everywhere.",
		"reactivated": "The account is active again.",
		"ended":       "That session is ended.",
		"all-ended":   "Every session is ended.",
	}[r.URL.Query().Get("saved")]})
}

// account completes and shows the page, whose forms may have mistakes.
func (s *Server) account(w http.ResponseWriter, r *http.Request, status int, v views.Account) error {
	ctx := r.Context()
	id, err := userOf(r.PathValue("user"))
	if err != nil {
		return err
	}
	if v.State, err = s.accountState(ctx, id); err != nil {
		return err
	}
	v.User = v.State.User
	if v.Page, err = s.adminPage(r, v.User.Name, "person/"+idString(id)); err != nil {
		return err
	}
	if _, v.InvitedBy, err = s.Store.InvitedBy(ctx, id); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if v.Invited, err = s.Store.InvitedFrom(ctx, id, mostInvited); err != nil {
		return err
	}
	if v.About.Values == nil {
		v.About = accountFields(v.User)
	}
	if v.Role.Values == nil {
		v.Role = roleFields(v.User)
	}
	return s.render(w, r, status, views.AccountPage(v))
}

// accountState is what is live on that page.
func (s *Server) accountState(ctx context.Context, id store.UserID) (views.AccountState, error) {
	v := views.AccountState{Now: time.Now(), Presence: s.presenceOf(id)}
	var err error
	if v.User, err = s.Store.User(ctx, id); err != nil {
		return v, err
	}
	if v.Acts, err = s.Store.Entries(ctx, store.EntryQuery{On: store.Target{Kind: store.OnAccount, ID: int64(id)}}, mostAccountActs); err != nil {
		return v, err
	}
	if !v.User.DeletedAt.IsZero() {
		v.Deletion, err = s.Store.DeletionOf(ctx, id)
		return v, err
	}
	if v.Rooms, err = s.Store.RoomsOfAccount(ctx, id, mostAccountRooms); err != nil {
		return v, err
	}
	if v.Logins, err = s.Store.LoginsOf(ctx, id); err != nil {
		return v, err
	}
	if !v.User.SuspendedAt.IsZero() {
		if v.Suspension, err = s.Store.SuspensionOf(ctx, id); err != nil && !errors.Is(err, store.ErrNotFound) {
			return v, err
		}
	}
	return v, nil
}

func (s *Server) accountPart(ctx context.Context, rest string) (parts, []live.Topic, error) {
	id, err := userOf(rest)
	if err != nil {
		return nil, nil, err
	}
	v, err := s.accountState(ctx, id)
	depends := []live.Topic{personTopic(id), hereTopic(id), jobTopic(store.Job{User: id})}
	for _, r := range v.Rooms.Rooms {
		depends = append(depends, headTopic(r.ID)) // their names
	}
	return func(zone *time.Location) []templ.Component {
		return []templ.Component{
			views.State(v, zone, true), views.AccountRooms(v, true), views.AccountSessions(v, zone, true), views.AccountLink(v, true),
			views.AccountActs(v, zone, true), views.AccountEnd(v, true),
		}
	}, depends, err
}
