package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

func init() {
	liveParts["data"] = part{own: true, show: (*Server).exportPart}
}

// exportPart is how far the asker's own export is.
func (s *Server) exportPart(ctx context.Context, rest string) (parts, []live.Topic, error) {
	id, err := userOf(rest)
	if err != nil {
		return nil, nil, err
	}
	e, err := s.Store.ExportOf(ctx, id)
	return func(zone *time.Location) []templ.Component {
		return []templ.Component{views.ExportState(e, zone, true)}
	}, []live.Topic{jobTopic(store.Job{User: id})}, err
}

// createExport has what is stored about the asker written down.
func (s *Server) createExport(w http.ResponseWriter, r *http.Request) error {
	if err := s.Store.CreateExport(r.Context(), asker(r).User.ID); err != nil {
		return err
	}
	s.begin()
	return seeOther(w, r, "/profile?saved=export#data")
}

// showExport sends the asker's export, part by part, so that it may be of any size.
func (s *Server) showExport(w http.ResponseWriter, r *http.Request) error {
	me := asker(r).User.ID
	e, err := s.Store.ExportOf(r.Context(), me)
	if err == nil && !e.Ready() {
		err = store.ErrNotFound
	}
	if err != nil {
		return err
	}
	if !s.streams.begin(me) {
		return errBusy
	}
	defer s.streams.end(me)
	head := w.Header()
	head.Set("Content-Type", "application/jsonl; charset=utf-8")
	head.Set("Content-Disposition", `attachment; filename="parley-`+e.RunAt.Add(-store.ExportLife).Format(time.DateOnly)+`.jsonl"`)
	w.WriteHeader(http.StatusOK)
	c := http.NewResponseController(w)
	for n := int64(1); n <= e.Parts(); n++ {
		part, err := s.exportedPart(r.Context(), me, e.ID, n)
		if err == nil {
			err = c.SetWriteDeadline(time.Now().Add(quiet))
		}
		if err == nil {
			_, err = w.Write([]byte(part))
		}
		if err != nil {
			s.Log.Debug("an export was cut", "part", n, "error", err)
			panic(http.ErrAbortHandler) // what was sent must not pass for the whole
		}
	}
	return nil
}

// exportedPart reads one part in its own time: all of them may take longer than other
// answers.
func (s *Server) exportedPart(ctx context.Context, user store.UserID, job store.JobID, n int64) (string, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerWithin)
	defer cancel()
	return s.Store.ExportPart(ctx, user, job, n)
}
