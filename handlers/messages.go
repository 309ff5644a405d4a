package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
	"parley/views/words"
)

// createMessage leaves it to the store whether the room is one that the asker may
// write in: only a refusal has to know more of it.
func (s *Server) createMessage(w http.ResponseWriter, r *http.Request) error {
	me, form := asker(r).User, r.PostForm
	if form.Get("frame") != "" {
		framable(w)
	}
	draft := store.Draft{Room: roomNumber(r), Author: me.ID, Key: form.Get("key"), Body: bodyOf(form)}
	err := s.post(r, draft)
	var waits store.Waits
	if errors.As(err, &waits) {
		err = nil // the text is safe
	}
	if err != nil {
		room, missing := s.roomAt(r)
		if missing != nil {
			return missing
		}
		return s.keepDraft(r, room, draft, err)
	}
	if htmx(r) {
		c := newComposer(store.Room{ID: draft.Room}, me.ID)
		if form.Get("past") != "" { // the page does not show it: one that does
			return s.render(w, r, http.StatusOK, views.SentOnward(c))
		}
		return s.render(w, r, http.StatusOK, views.Sent(c, form.Has("as") && !form.Has("rev"), waitsSentence(waits)))
	}
	room, err := s.roomAt(r)
	switch {
	case err != nil:
		return err
	case form.Get("frame") != "":
		if waits.State != "" {
			return seeOther(w, r, views.RoomActionURL(room.ID, "write?held=yes"))
		}
		return seeOther(w, r, views.RoomActionURL(room.ID, "write"))
	}
	return seeOther(w, r, views.RoomURL(room.Room))
}

// post stores the draft and hints at it.
func (s *Server) post(r *http.Request, d store.Draft) error {
	if wait := s.postingWait(d.Author, d.Room); wait > 0 {
		return throttled{wait}
	}
	m, err := s.Store.PostMessage(r.Context(), d)
	var waits store.Waits
	if errors.As(err, &waits) {
		s.heldChanged(d.Room, d.Author)
	}
	if err != nil {
		return err
	}
	s.flagged(m)
	if !m.Next.IsZero() {
		s.Bus.Publish(live.Hint{Topic: restraintTopic(d.Author, d.Room)})
	}
	s.hub.Moved(topicOf(d.Room), live.Rev(m.Rev))
	s.Bus.Publish(live.Hint{Topic: topicOf(d.Room), Rev: live.Rev(m.Rev)})
	s.Bus.Publish(live.Hint{Topic: postedTopic(d.Room)})
	if m.Seq == 1 {
		s.begun(r.Context(), m)
	}
	if s.typing.sent(d.Room, d.Author) {
		s.Bus.Publish(live.Hint{Topic: typingTopic(d.Room)})
	}
	s.gauges.posts.Add(1)
	return nil
}

// begun hints at a conversation for the others in it, who have had it in no list until its
// first message: also if who wrote it does not wait for the answer, for the second hints at
// no list that the conversation is not in.
func (s *Server) begun(ctx context.Context, first store.Message) {
	room, err := s.Store.Membership(context.WithoutCancel(ctx), first.Room, first.Author)
	if err != nil {
		return
	}
	for _, other := range room.With { // nobody where it is no conversation
		s.changedFor(other.ID)
	}
}

// bodyOf is the text of a composer: of two fields, where one was refused and one
// typed on.
func bodyOf(form url.Values) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(form["body"]), func(s string) bool { return s == "" }), "\n")
}

// showText is an empty field for a message. It says nothing but its own address,
// so that the browser may keep it, and has it at once when one is needed.
func (s *Server) showText(w http.ResponseWriter, r *http.Request) error {
	// The address says the language: what is kept must not depend on anything else.
	*r = *r.WithContext(words.With(r.Context(), words.Match(r.URL.Query().Get("lang"))))
	w.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
	return s.render(w, r, http.StatusOK, views.Text("", false, true))
}

// keepDraft is err with the composer again, and keeps its text for when the page is left.
// The key stays: what failed may have been stored, and the same text again is then the
// same message.
func (s *Server) keepDraft(r *http.Request, room store.Membership, d store.Draft, err error) error {
	c := views.Compose{Room: room.Room, Name: views.RoomName(r.Context(), room), As: d.Author, Key: d.Key, Body: d.Body, Wrong: true}
	if !store.ValidKey(c.Key) {
		c.Key = newComposer(room.Room, d.Author).Key
	}
	if !errors.Is(err, store.ErrUnavailable) {
		_ = s.noteDraft(r.Context(), d) // without it the text is on the page alone
	}
	var notice templ.Component
	var restraint store.Restraint
	early := errors.As(err, &restraint) && restraint.Kind == store.SlowMode
	frame := r.PostForm.Get("frame") != ""
	var by store.Standing
	if early || frame {
		var failed error
		if by, failed = s.Store.StandingIn(r.Context(), room.ID, d.Author); failed == nil && early {
			notice = views.Early(by, room.ID, views.Zone(asker(r).User), time.Now())
		}
	}
	return kept{
		error:  err,
		notice: notice,
		form:   func() templ.Component { return views.Refused(c) },
		page: func(sentence string) (templ.Component, error) {
			if frame {
				if early { // it is said above the field
					sentence = ""
				}
				return views.WritePage(views.Page{Title: c.Name, Me: asker(r).User}, c, by, sentence), nil
			}
			page, err := s.roomPage(r.Context(), asker(r), room, place{})
			page.Composer, page.Notice = c, sentence
			if early { // it is said where it always is
				page.Notice, page.Early = "", true
			}
			return views.RoomPage(page), err
		},
	}
}

// messageAt returns the asker's room and its message that the path names, if they
// may do to it what is asked.
func (s *Server) messageAt(r *http.Request, do store.Action) (store.Membership, store.Message, error) {
	room, err := s.roomAt(r)
	if err != nil {
		return room, store.Message{}, err
	}
	seq, err := seqOf(r.PathValue("seq"))
	if err != nil {
		return room, store.Message{}, err
	}
	m, err := s.Store.Message(r.Context(), room.ID, seq, asker(r).User.ID)
	if err == nil && room.Archived() && do != store.Read {
		return room, m, store.ErrArchived
	}
	if by := room.Standing(asker(r).User); err == nil && !store.May(by, do, &m) {
		err = store.ErrNotFound
		if do == store.Edit && m.Author == by.User && m.Hidden != 0 {
			err = store.ErrHidden
		}
		if m.Author == by.User && !m.DeletedAt.IsZero() {
			err = errDeleted
		} else if m.Author == by.User && by.Late(do, &m) {
			err = store.TooLate{Do: do}
		}
	}
	return room, m, err
}

// showMore shows what the asker may do with a message.
func (s *Server) showMore(w http.ResponseWriter, r *http.Request) error {
	room, m, err := s.messageAt(r, store.Read)
	if err != nil {
		return err
	}
	me := asker(r).User
	by, err := s.Store.StandingIn(r.Context(), room.ID, me.ID)
	if err != nil {
		return err
	}
	hides, err := s.mayHide(r.Context(), me.ID, m)
	if err != nil {
		return err
	}
	return s.showEditor(w, r, room, views.MessageCard(views.Editing{Message: m, Room: room.Room, By: by, Zone: views.Zone(me)}, hides))
}

func (s *Server) editMessage(w http.ResponseWriter, r *http.Request) error {
	room, m, err := s.messageAt(r, store.Edit)
	if err != nil {
		return err
	}
	return s.showEditor(w, r, room, views.EditForm(editing(r, room, m), m.Body))
}

func (s *Server) askDelete(w http.ResponseWriter, r *http.Request) error {
	room, m, err := s.messageAt(r, store.Delete)
	if err != nil {
		return err
	}
	return s.showEditor(w, r, room, views.DeleteForm(editing(r, room, m)))
}

func editing(r *http.Request, room store.Membership, m store.Message) views.Editing {
	me := asker(r).User
	return views.Editing{Message: m, Room: room.Room, By: room.Standing(me), Zone: views.Zone(me)}
}

// showEditor gives a form to the page that is open, or a page with the form.
func (s *Server) showEditor(w http.ResponseWriter, r *http.Request, room store.Membership, form templ.Component) error {
	if htmx(r) {
		return s.render(w, r, http.StatusOK, form)
	}
	page, err := s.withEditor(r, room, form, "")
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, page)
}

func (s *Server) updateMessage(w http.ResponseWriter, r *http.Request) error {
	room, m, err := s.messageAt(r, store.Edit)
	me, body := asker(r).User, r.PostForm.Get("body")
	if late := (store.TooLate{}); err != nil && !errors.Is(err, errDeleted) && !errors.As(err, &late) {
		return err
	}
	refuse := func(err error) error {
		form := views.EditForm(editing(r, room, m), body)
		return kept{
			error: err,
			form:  func() templ.Component { return views.EditAgain(form) },
			page:  func(sentence string) (templ.Component, error) { return s.withEditor(r, room, form, sentence) },
		}
	}
	if err != nil {
		return refuse(err)
	}
	if wait := s.postingWait(me.ID, room.ID); wait > 0 {
		return refuse(throttled{wait})
	}
	edited, err := s.Store.EditMessage(r.Context(), room.ID, m.Seq, me.ID, body)
	if err != nil {
		return refuse(err)
	}
	s.flagged(edited)
	return s.changed(w, r, room)
}

func (s *Server) deleteMessage(w http.ResponseWriter, r *http.Request) error {
	room, m, err := s.messageAt(r, store.Delete)
	if err != nil {
		return err
	}
	if _, err := s.Store.DeleteMessage(r.Context(), room.ID, m.Seq, asker(r).User.ID); err != nil {
		return err
	}
	return s.changed(w, r, room)
}

func (s *Server) changed(w http.ResponseWriter, r *http.Request, room store.Membership) error {
	s.moved(room.ID)
	if htmx(r) {
		return s.render(w, r, http.StatusOK, views.Changed())
	}
	return seeOther(w, r, views.RoomURL(room.Room))
}

// moved hints that a room has something new; it comes after the commit.
func (s *Server) moved(room store.RoomID) {
	s.Bus.Publish(live.Hint{Topic: topicOf(room)})
}
