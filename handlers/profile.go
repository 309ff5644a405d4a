package handlers

import (
	"context"
	"errors"
	"net/http"
	"time"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
	"parley/views/words"
)

func (s *Server) showProfile(w http.ResponseWriter, r *http.Request) error {
	return s.profile(w, r, http.StatusOK, views.Profile{Done: map[string]string{
		"profile":  "Your profile is saved.",
		"password": "Your password is changed. Every other browser is signed out.",
		"ended":    "That session is ended.",
		"others":   "Every other session is ended.",
		"export":   "Your data is being prepared. You can go on meanwhile.",
	}[r.URL.Query().Get("saved")]})
}

// profile completes and shows the page, whose forms may have mistakes.
func (s *Server) profile(w http.ResponseWriter, r *http.Request, status int, v views.Profile) error {
	var err error
	if v.Page, err = s.me(r.Context(), asker(r), "Profile", 0); err != nil {
		return err
	}
	if v.Logins, err = s.Store.LoginsOf(r.Context(), v.Me.ID); err != nil {
		return err
	}
	if v.Export, err = s.Store.ExportOf(r.Context(), v.Me.ID); err != nil {
		return err
	}
	v.Live.Part = "data/" + idString(v.Me.ID)
	v.Session, v.Zones = asker(r).ID, commonZones
	for i, tag := range words.Languages {
		v.Langs = append(v.Langs, [2]string{tag.String(), words.Names[i]})
	}
	if v.About.Values == nil {
		v.About.Values = profileValues(v.Me)
	}
	return s.render(w, r, status, views.ProfilePage(v))
}

func profileValues(u store.User) map[string]string {
	status := u.Status.At(time.Now())
	values := map[string]string{
		"name": u.Name, "about": u.About, "emoji": status.Emoji, "status": status.Text, "zone": u.Zone,
		"language": u.Language, "scheme": string(u.Scheme), "announce": string(u.Announce),
	}
	if !status.Until.IsZero() {
		values["until"] = "kept"
	}
	if u.Zone == "" {
		values["zone"] = "UTC"
	}
	if u.ShowsTyping {
		values["shows_typing"] = "yes"
	}
	if u.ShowsSeen {
		values["shows_seen"] = "yes"
	}
	return values
}

func (s *Server) updateProfile(w http.ResponseWriter, r *http.Request) error {
	me, f := asker(r).User, r.PostForm
	err := s.Store.SetProfile(r.Context(), me.ID, store.Profile{
		Name: f.Get("name"), About: f.Get("about"), Zone: f.Get("zone"), Language: f.Get("language"),
		Status: store.Status{Emoji: f.Get("emoji"), Text: f.Get("status"), Until: statusUntil(f.Get("until"), me, time.Now())},
		Scheme: store.Scheme(f.Get("scheme")), Announce: store.Announce(f.Get("announce")),
		ShowsTyping: f.Get("shows_typing") != "", ShowsSeen: f.Get("shows_seen") != "",
	})
	var problems store.Problems
	if errors.As(err, &problems) {
		return s.profile(w, r, http.StatusUnprocessableEntity, views.Profile{About: fieldsOf(r, problems)})
	}
	if f, is := s.timedOut(w, r, err, "You have a time-out, so your name, your status and the line about you stay as they are. What you typed is still here."); is {
		return s.profile(w, r, http.StatusForbidden, views.Profile{About: f})
	}
	if err != nil {
		return err
	}
	s.profileChanged(r.Context(), me.ID)
	return seeOther(w, r, "/profile?saved=profile")
}

// statusUntil is when a status ends that was set now.
func statusUntil(choice string, me store.User, now time.Time) time.Time {
	switch choice {
	case "kept":
		return me.Status.Until
	case "1h":
		return now.Add(time.Hour)
	case "4h":
		return now.Add(4 * time.Hour)
	case "day":
		y, m, d := now.In(views.Zone(me)).Date()
		return time.Date(y, m, d+1, 0, 0, 0, 0, views.Zone(me))
	case "week":
		return now.AddDate(0, 0, 7)
	}
	return time.Time{}
}

func (s *Server) endLogin(w http.ResponseWriter, r *http.Request) error {
	me := asker(r).User
	if err := s.Store.EndSession(r.Context(), me.ID, store.SessionID(r.PostForm.Get("session"))); err != nil {
		return err
	}
	s.endedElsewhere(me.ID)
	return seeOther(w, r, "/profile?saved=ended")
}

func (s *Server) endOtherLogins(w http.ResponseWriter, r *http.Request) error {
	me := asker(r)
	if err := s.Store.EndOtherSessions(r.Context(), me.User.ID, me.ID); err != nil {
		return err
	}
	s.endedElsewhere(me.User.ID)
	return seeOther(w, r, "/profile?saved=others")
}

func (s *Server) updatePassword(w http.ResponseWriter, r *http.Request) error {
	me := asker(r).User
	guess := s.limits.guess(me.Username, s.address(r))
	if wait := guess.wait(); wait > 0 {
		return throttled{wait}
	}
	err := s.Store.ChangePassword(r.Context(), me.ID, r.PostForm.Get("old"), r.PostForm.Get("password"), s.token(r))
	var problems store.Problems
	if errors.As(err, &problems) {
		if problems.ByField()["old"] == "" {
			guess.right() // it was the new one that would not do
		}
		return s.profile(w, r, http.StatusUnprocessableEntity, views.Profile{Password: views.Fields{Errors: problems.ByField()}})
	}
	if err != nil {
		return err
	}
	guess.right()
	s.endedElsewhere(me.ID)
	return seeOther(w, r, "/profile?saved=password")
}

// endedElsewhere has open sockets of user asked about at once, and shows where they are
// still signed in.
func (s *Server) endedElsewhere(user store.UserID) {
	s.Bus.Publish(live.Hint{Person: live.Person(user)})
	s.changedFor(user)
}

// profileChanged has user's open pages follow what they have chosen now, and others'
// pages show it.
func (s *Server) profileChanged(ctx context.Context, user store.UserID) {
	s.changedFor(user)
	s.hub.Renew(live.Person(user))
	s.shownAnew(ctx, user)
}

// shownAnew has others' pages show user as they are now.
func (s *Server) shownAnew(ctx context.Context, user store.UserID) {
	for _, room := range s.roomsWith(ctx, []store.UserID{user}) {
		s.Bus.Publish(live.Hint{Topic: peopleTopic(room)})
		s.Bus.Publish(live.Hint{Topic: seenTopic(room)})
	}
}

// showZone gives a sign-in form back the zone that its browser named.
func (s *Server) showZone(w http.ResponseWriter, r *http.Request) error {
	zone := r.URL.Query().Get("zone")
	if !store.ValidZone(zone) {
		zone = ""
	}
	return s.render(w, r, http.StatusOK, views.ZoneInput(zone))
}

// showStyle is the asker's private stylesheet.
func (s *Server) showStyle(w http.ResponseWriter, r *http.Request) error {
	return css(w, views.MeCSS(r.Context(), asker(r).User))
}

// commonZones are offered while typing; every other IANA name is taken too.
var commonZones = []string{
	"UTC",
	"Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi",
	"America/Anchorage", "America/Argentina/Buenos_Aires", "America/Bogota", "America/Chicago", "America/Denver", "America/Halifax",
	"America/Los_Angeles", "America/Mexico_City", "America/New_York", "America/Sao_Paulo", "America/Toronto", "America/Vancouver",
	"Asia/Bangkok", "Asia/Dhaka", "Asia/Dubai", "Asia/Hong_Kong", "Asia/Jakarta", "Asia/Jerusalem", "Asia/Karachi", "Asia/Kolkata",
	"Asia/Manila", "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore", "Asia/Taipei", "Asia/Tehran", "Asia/Tokyo",
	"Atlantic/Reykjavik", "Australia/Brisbane", "Australia/Melbourne", "Australia/Perth", "Australia/Sydney",
	"Europe/Amsterdam", "Europe/Athens", "Europe/Berlin", "Europe/Brussels", "Europe/Bucharest", "Europe/Budapest", "Europe/Copenhagen",
	"Europe/Dublin", "Europe/Helsinki", "Europe/Istanbul", "Europe/Kyiv", "Europe/Lisbon", "Europe/London", "Europe/Madrid", "Europe/Oslo",
	"Europe/Paris", "Europe/Prague", "Europe/Rome", "Europe/Sofia", "Europe/Stockholm", "Europe/Vienna", "Europe/Warsaw", "Europe/Zurich",
	"Pacific/Auckland", "Pacific/Honolulu",
}
