package handlers

import (
	"net/http"
	"strconv"
	"strings"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// settingsTopic is hinted at when the settings have changed, and placeTopic is what each
// open page shows of them.
const (
	settingsTopic live.Topic = "settings"
	placeTopic    live.Topic = "place"
)

// placed is what some version of the settings makes of this place.
type placed struct {
	version int64
	*views.Place
}

// place is what every page shows of the settings.
func (s *Server) place() *views.Place {
	in := s.Store.Settings()
	if p := s.placed.Load(); p != nil && p.version == in.Version {
		return p.Place
	}
	p := &placed{in.Version, views.PlaceOf(in)}
	s.placed.Store(p)
	return p.Place
}

// settingsChanged has open pages show what is set now.
func (s *Server) settingsChanged() { s.Bus.Publish(live.Hint{Topic: settingsTopic}) }

// forEver is how long browsers keep what has a hash of its content in its address.
const forEver = "public, max-age=31536000, immutable"

// showAccent is the stylesheet of the accent that the address names: of any, so that a
// page has its own also where the settings are newer, or not yet known.
func (s *Server) showAccent(w http.ResponseWriter, r *http.Request) error {
	accent := "#" + r.URL.Query().Get("of")
	sheet := views.AccentCSS(accent)
	if sheet == "" {
		return store.ErrNotFound
	}
	if r.URL.RequestURI() == string(views.AccentURL(accent)) { // otherwise another program's
		w.Header().Set("Cache-Control", forEver)
	}
	return css(w, sheet)
}

// showLogo is the picture of this place, which anybody may see who may sign in, or the
// icon of its pages that is made of it.
func (s *Server) showLogo(w http.ResponseWriter, r *http.Request) error {
	name, kind, _ := strings.Cut(r.PathValue("file"), ".")
	name, unread := strings.CutSuffix(name, "-new")
	if kind != "png" && kind != "svg" || kind == "png" && unread {
		return store.ErrNotFound
	}
	picture, err := s.Store.Logo(r.Context(), name)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "image/png")
	if kind == "svg" {
		picture = views.LogoIcon(picture, unread)
		h.Set("Content-Type", "image/svg+xml")
	}
	h.Set("Content-Length", strconv.Itoa(len(picture)))
	h.Set("Cache-Control", forEver)
	_, _ = w.Write(picture) // who asked may have left
	return nil
}
