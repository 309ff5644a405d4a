package handlers

import (
	"net/http"
	"strings"

	"parley/store"
	"parley/views"
)

// showJump finds rooms and people by a part of their name.
func (s *Server) showJump(w http.ResponseWriter, r *http.Request) error {
	page, found, err := s.found(r)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.JumpPage(page, found))
}

// showFound is the same for the field of the sidebar; nothing typed, nothing found.
func (s *Server) showFound(w http.ResponseWriter, r *http.Request) error {
	if strings.TrimSpace(r.URL.Query().Get("q")) == "" {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	page, found, err := s.found(r)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.FoundList(page, found, "sidebar"))
}

func (s *Server) found(r *http.Request) (views.Page, views.Found, error) {
	f := views.Found{Text: r.URL.Query().Get("q")}
	page, err := s.me(r.Context(), asker(r), "Go to", 0)
	if err != nil {
		return page, f, err
	}
	part := strings.ToLower(strings.TrimSpace(f.Text))
	fits := func(name string) bool { return strings.Contains(strings.ToLower(name), part) }
	for _, m := range page.Side.Rooms {
		if fits(views.RoomName(r.Context(), m)) && len(f.Rooms) < mostFound {
			f.Rooms = append(f.Rooms, m)
		}
	}
	others, err := s.Store.RoomsToBrowse(r.Context(), asker(r).User.ID, false)
	if err != nil {
		return page, f, err
	}
	for _, l := range others {
		if !l.Joined && l.Kind == store.OpenRoom && fits(l.Name) && len(f.Others) < mostFound {
			f.Others = append(f.Others, l)
		}
	}
	f.People, err = s.Store.PeopleNamed(r.Context(), f.Text, mostFound)
	return page, f, err
}
