package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// saveDraftPattern is the route whose errors nobody is told: the next save is as good.
const saveDraftPattern = "POST /rooms/{room}/draft"

// draftsTopic is hinted at when user has a draft in one more room, or in one less. Of one
// that was sent the room's own log tells.
func draftsTopic(user store.UserID) live.Topic { return live.Topic(fmt.Sprintf("drafts/%d/", user)) }

// saveDraft keeps what the asker has begun to write, and answers nothing that would come
// between them and their text.
func (s *Server) saveDraft(w http.ResponseWriter, r *http.Request) error {
	d := store.Draft{Room: roomNumber(r), Author: asker(r).User.ID, Key: r.PostForm.Get("key"), Body: bodyOf(r.PostForm)}
	// Who leaves the page does not wait for an answer.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), answerWithin)
	defer cancel()
	err := s.noteDraft(ctx, d)
	if errors.Is(err, store.ErrConflict) { // another tab has sent it: what is written now is the next message
		return s.render(w, r, http.StatusOK, views.NextKey(newComposer(store.Room{ID: d.Room}, d.Author)))
	}
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}

// noteDraft keeps d and hints at it.
func (s *Server) noteDraft(ctx context.Context, d store.Draft) error {
	if wait := s.limits.drafts.take(d.Author); wait > 0 {
		return throttled{wait}
	}
	changed, err := s.Store.SaveDraft(ctx, d)
	if changed && err == nil {
		s.Bus.Publish(live.Hint{Topic: draftsTopic(d.Author)})
	}
	return err
}

// composerIn is m's composer as its member left it: with the key, so that the text is the
// same message wherever it is sent from.
func composerIn(ctx context.Context, m store.Membership) views.Compose {
	c := newComposer(m.Room, m.User)
	c.Name = views.RoomName(ctx, m)
	if m.Draft.Key != "" {
		c.Key, c.Body = m.Draft.Key, m.Draft.Body
	}
	return c
}
