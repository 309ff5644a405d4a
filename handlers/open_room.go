package handlers

import (
	"net/http"

	"parley/store"
	"parley/views"
)

// mostFaces is how many members one sees of a room that one is not in.
const mostFaces = 12

// showOpenRoom is the page about an open room for who is not in it: what is said there
// is its members' to read, who is in it anybody's who may join.
func (s *Server) showOpenRoom(w http.ResponseWriter, r *http.Request) error {
	room, err := s.Store.AnyRoom(r.Context(), roomNumber(r))
	if err != nil {
		return err
	}
	if room.Kind != store.OpenRoom {
		return store.ErrNotFound
	}
	o := views.OpenRoom{Room: room, Keep: room.ForgetsAfter(s.Store.Settings())}
	if o.Page, err = s.me(r.Context(), asker(r), room.Name, 0); err != nil {
		return err
	}
	o.Zone = views.Zone(o.Me)
	if o.Members, err = s.Store.MemberCount(r.Context(), room.ID); err != nil {
		return err
	}
	all, err := s.presentIn(r.Context(), room.ID)
	if err != nil {
		return err
	}
	o.People = all.Shown[:min(len(all.Shown), mostFaces)]
	return s.render(w, r, http.StatusOK, views.OpenRoomPage(o))
}

// leadToOpenRoom has the address of an open room, which somebody may have passed on, lead
// who is not in it to the page where they can join. To who was removed it is not there.
func (s *Server) leadToOpenRoom(w http.ResponseWriter, r *http.Request) error {
	room, err := s.Store.AnyRoom(r.Context(), roomNumber(r))
	if err != nil {
		return err
	}
	removed, err := s.Store.Removed(r.Context(), room.ID, asker(r).User.ID)
	if err != nil {
		return err
	}
	if room.Kind != store.OpenRoom || removed {
		return store.ErrNotFound
	}
	return seeOther(w, r, views.RoomActionURL(room.ID, "about"))
}
