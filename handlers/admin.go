package handlers

import (
	"cmp"
	"net/http"

	"parley/views"
)

// adminPage is the frame of a page of administration, on which part is live, "" if none is.
func (s *Server) adminPage(r *http.Request, title, part string) (views.Page, error) {
	page, err := s.me(r.Context(), asker(r), title, 0)
	page.Live.Part = cmp.Or(part, "administration")
	return page, err
}
