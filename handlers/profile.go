package handlers

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

func (s *Server) showProfile(w http.ResponseWriter, r *http.Request) error {
	return s.profile(w, r, http.StatusOK, nil, nil, map[string]string{
		"zone":     "Your time zone is saved.",
		"password": "Your password is changed. Every other browser is signed out.",
	}[r.URL.Query().Get("saved")])
}

// profile renders the page with the mistakes of its two forms.
func (s *Server) profile(w http.ResponseWriter, r *http.Request, status int, zone, password store.Problems, done string) error {
	page, err := s.me(r.Context(), asker(r), "Profile", 0)
	if err != nil {
		return err
	}
	name := page.Me.Zone
	if zone != nil {
		name = r.PostForm.Get("zone")
	}
	if name == "" {
		name = "UTC"
	}
	return s.render(w, r, status, views.ProfilePage(page,
		views.Fields{Values: map[string]string{"zone": name}, Errors: zone.ByField()},
		views.Fields{Errors: password.ByField()}, done, commonZones))
}

func (s *Server) updateZone(w http.ResponseWriter, r *http.Request) error {
	err := s.Store.SetZone(r.Context(), asker(r).User.ID, r.PostForm.Get("zone"))
	var problems store.Problems
	if errors.As(err, &problems) {
		return s.profile(w, r, http.StatusUnprocessableEntity, problems, nil, "")
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/profile?saved=zone", http.StatusSeeOther)
	return nil
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
		return s.profile(w, r, http.StatusUnprocessableEntity, nil, problems, "")
	}
	if err != nil {
		return err
	}
	guess.right()
	s.endedElsewhere(me.ID)
	http.Redirect(w, r, "/profile?saved=password", http.StatusSeeOther)
	return nil
}

// endedElsewhere has open sockets of user asked about at once.
func (s *Server) endedElsewhere(user store.UserID) {
	s.Bus.Publish(live.Hint{Person: live.Person(user)})
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
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, err := w.Write([]byte(views.MeCSS(asker(r).User)))
	return err
}

// zoneOf is where user reads times.
func zoneOf(user store.User) *time.Location { return location(user.Zone) }

// location is the zone of that IANA name, UTC if there is none. Loading reads a
// file, so what was loaded is kept: there are some 600 names.
func location(name string) *time.Location {
	if zone, ok := loaded.Load(name); ok {
		return zone.(*time.Location)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	loaded.Store(name, zone)
	return zone
}

var loaded sync.Map // string -> *time.Location

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
