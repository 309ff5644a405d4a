package handlers

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"parley/store"
	"parley/views"
)

// showJump finds rooms and people by a part of their name, and leads to the one that fits
// best, if there is one.
func (s *Server) showJump(w http.ResponseWriter, r *http.Request) error {
	page, found, err := s.found(r)
	if err != nil {
		return err
	}
	if best, is := found.Best(); is {
		return seeOther(w, r, best)
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
	return s.render(w, r, http.StatusOK, views.FoundList(page, found))
}

// found are the rooms with that in their names, and the people of whose names a word
// begins so, or with whom one talks and that is in their names.
func (s *Server) found(r *http.Request) (views.Page, views.Found, error) {
	f := views.Found{Text: strings.TrimSpace(r.URL.Query().Get("q"))}
	me := asker(r).User
	page, err := s.me(r.Context(), asker(r), "Go to", 0)
	if err != nil {
		return page, f, err
	}
	part := strings.ToLower(f.Text)
	fits := func(name string) bool { return strings.Contains(strings.ToLower(name), part) }
	with := map[store.UserID]store.Membership{}
	var people []views.Reached
	for _, m := range page.Side.Rooms {
		other := store.Named{ID: me.ID, Name: me.Name}
		if len(m.With) == 1 {
			other = m.With[0]
		}
		one := m.Kind == store.DirectRoom && len(m.With) < 2
		if one {
			with[other.ID] = m
		}
		switch fits := fits(views.RoomName(r.Context(), m)); {
		case fits && one && len(people) < mostFound:
			people = append(people, views.Reached{Named: other, With: m})
		case fits && m.Kind == store.DirectRoom && !one && len(f.Groups) < mostFound:
			f.Groups = append(f.Groups, m)
		case fits && m.Kind != store.DirectRoom && len(f.Rooms) < mostFound:
			f.Rooms = append(f.Rooms, m)
		}
	}
	others, err := s.Store.RoomsToBrowse(r.Context(), me.ID, false)
	if err != nil {
		return page, f, err
	}
	for _, l := range others {
		if !l.Joined && l.Kind == store.OpenRoom && fits(l.Name) && len(f.Others) < mostFound {
			f.Others = append(f.Others, l)
		}
	}
	f.Now = time.Now()
	if f.Begin, err = s.mayBegin(r.Context(), me.ID); err != nil {
		return page, f, err
	}
	if f.Out, err = s.Store.Removals(r.Context(), me.ID); err != nil {
		return page, f, err
	}
	named, err := s.Store.PeopleNamed(r.Context(), f.Text, mostFound)
	if err != nil {
		return page, f, err
	}
	for _, u := range named {
		found := views.Reached{Named: store.Named{ID: u.ID, Name: u.Name}, Username: u.Username, With: with[u.ID]}
		if i := slices.IndexFunc(people, func(p views.Reached) bool { return p.ID == u.ID }); i >= 0 {
			people[i] = found
		} else {
			people = append(people, found)
		}
	}
	f.People = people[:min(len(people), mostFound)]
	ids := make([]store.UserID, len(f.People))
	for i, p := range f.People {
		ids[i] = p.ID
	}
	is := s.presencesOf(ids)
	for i, p := range f.People {
		f.People[i].Presence = is[p.ID]
	}
	return page, f, nil
}
