package handlers

import (
	"context"
	"errors"
	"strconv"
	"time"

	"parley/handlers/live"
	"parley/store"
)

// jobsEvery is how late a job begins that nobody here was told about.
const jobsEvery = 2 * time.Second

// jobTopic is hinted at with each step of a job about a person or a room.
func jobTopic(j store.Job) live.Topic {
	return live.Topic("job/" + strconv.FormatInt(int64(j.User), 10) + "/" + strconv.FormatInt(int64(j.Room), 10))
}

// work does the steps of jobs until ctx ends, one after the other: between two of them
// whoever else waits for the database has a turn.
func (s *Server) work(ctx context.Context) {
	for {
		j, err := s.Store.RunJob(ctx)
		switch {
		case err == nil:
			for _, room := range j.Moved {
				s.moved(room)
			}
			s.Bus.Publish(live.Hint{Topic: jobTopic(j)})
			if j.State == store.JobFailed {
				s.Log.Error("a job failed", "job", j.ID, "kind", j.Kind, "why", j.Note)
			}
			if ctx.Err() == nil {
				continue
			}
		case ctx.Err() == nil && !errors.Is(err, store.ErrNotFound):
			s.Log.Warn("do a step of a job", "job", j.ID, "kind", j.Kind, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.jobs:
		case <-time.After(jobsEvery):
		}
	}
}

// begin has jobs looked for at once.
func (s *Server) begin() {
	select {
	case s.jobs <- struct{}{}:
	default: // it is about to look anyway
	}
}
