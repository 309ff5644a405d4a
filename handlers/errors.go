package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"parley/store"
	"parley/views"
	"parley/views/words"
)

// What a handler can say beside the store's errors.
var (
	errSignedOut = errors.New("nobody is signed in")
	errCrossSite = errors.New("the request comes from another site")
	errHost      = errors.New("the request names another host")
	errUsedLink  = errors.New("the one-time link is used up")
	errDeleted   = errors.New("the message is deleted")
	errBusy      = errors.New("too many sockets")
	errHandshake = errors.New("the request is no WebSocket handshake")
	errVersion   = errors.New("the handshake is for another version of WebSocket")
)

// otherPerson is a form of a page that was made for somebody else.
type otherPerson struct{ now string }

func (e otherPerson) Error() string { return "the page was made for another person" }

// throttled is a request that has to wait.
type throttled struct{ wait time.Duration }

func (e throttled) Error() string { return "throttled for " + e.wait.String() }

// kept is an error with an answer of its own. Where a text must not be lost, form is its
// form again, with the text in it, and page the whole page with that form and the sentence.
type kept struct {
	error
	sentence string                 // "": what the error says
	form     func() templ.Component // nil: none
	page     func(sentence string) (templ.Component, error)
	notice   templ.Component // of the sentence, if it is more than that
}

func (e kept) Unwrap() error { return e.error }

// fail answers err: the one place where errors become statuses and sentences. A
// request of htmx gets the sentence as #notice and the form again, both out of
// band, for nothing else of such an answer is swapped.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	err = s.barred(w, r, err)
	status, sentence := s.explain(r.Context(), w, err)
	id, _ := r.Context().Value(requestID{}).(string)
	if status >= 500 && !errors.Is(err, context.Canceled) { // who asked has left
		s.Log.Error("request failed", "request", id, "method", r.Method, "path", r.URL.Path, "status", status, "error", err)
	} else {
		s.Log.Debug("request refused", "request", id, "method", r.Method, "path", r.URL.Path, "status", status, "error", err)
	}
	signsIn := errors.Is(err, errSignedOut) && !htmx(r) && r.Method == http.MethodGet
	if signsIn && !inFrame(r) {
		http.Redirect(w, r, "/login?next="+url.QueryEscape(localPath(r.URL.RequestURI())), http.StatusSeeOther)
		return
	}
	if r.Pattern == saveDraftPattern { // nothing comes between them and what they type
		w.WriteHeader(status)
		return
	}
	answer, made := s.apology(w, r, err, sentence)
	if signsIn { // the page to sign in on is in no frame
		answer = views.FramePage(views.Page{Title: "You are signed out."}, views.FrameSignedOut(followLogin(roomNumber(r))))
	}
	if made == nil {
		made = s.render(w, r, status, answer)
	}
	if made != nil {
		s.Log.Error("show an error", "request", id, "error", made)
		http.Error(w, sentence, status)
	}
}

func (s *Server) apology(w http.ResponseWriter, r *http.Request, err error, sentence string) (templ.Component, error) {
	var keep kept
	keeps := errors.As(err, &keep)
	if htmx(r) {
		parts := []templ.Component{views.Notice(sentence)}
		if keeps && keep.notice != nil {
			parts[0] = keep.notice
		}
		if keep.form != nil {
			parts = append(parts, keep.form())
		} else if c, ok := echo(r); ok {
			parts = append(parts, views.Refused(c))
		} else if r.Pattern == createMessagePattern {
			parts = append(parts, views.Unread())
		}
		return templ.Join(parts...), nil
	}
	if keeps && keep.page != nil {
		if page, failed := keep.page(sentence); failed == nil {
			return page, nil
		}
	}
	title := "That did not work"
	if errors.Is(err, store.ErrNotFound) {
		title = "Not found"
	}
	return s.refusal(w, r, views.Refusal{Page: views.Page{Title: title}, Sentence: sentence, Typed: typedIn(r.PostForm)}), nil
}

// echo is the text of somebody who may not send at all now, and nothing but what
// they sent: they have it, and the focus, back.
func echo(r *http.Request) (c views.Compose, ok bool) {
	if r.Pattern != createMessagePattern || bodyOf(r.PostForm) == "" {
		return c, false
	}
	return views.Compose{Room: store.Room{ID: roomNumber(r)}, Key: r.PostForm.Get("key"), Body: bodyOf(r.PostForm)}, true
}

// explain returns the status of err and what to tell the person.
func (s *Server) explain(ctx context.Context, w http.ResponseWriter, err error) (status int, sentence string) {
	var (
		invalid   store.Invalid
		long      store.TooLong
		wait      throttled
		restraint store.Restraint
		other     otherPerson
		large     *http.MaxBytesError
		late      store.TooLate
		ruled     store.Ruled
		excess    store.Excess
		keep      kept
	)
	switch {
	case errors.As(err, &keep) && keep.sentence != "":
		status, _ = s.explain(ctx, w, keep.error)
		return status, keep.sentence
	case errors.As(err, &long):
		return http.StatusUnprocessableEntity, words.Say(ctx, "This message has %d characters; %d fit. Shorten it, or send it in parts.", long.Runes, long.Most)
	case errors.As(err, &ruled):
		return http.StatusUnprocessableEntity, ruledSentence(ruled)
	case errors.As(err, &excess):
		return http.StatusUnprocessableEntity, excessSentence(ctx, excess)
	case errors.As(err, &invalid):
		return http.StatusUnprocessableEntity, invalid.Text
	case errors.As(err, &late) && late.Do == store.Delete:
		return http.StatusForbidden, "The time to delete this message is over."
	case errors.As(err, &late):
		return http.StatusForbidden, "The time to edit this message is over. Send what you want to add as a new message."
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge, "That is too much at once. Send it in parts."
	case errors.As(err, &wait):
		return http.StatusTooManyRequests, words.Say(ctx, "That was a lot in a short time.") + " " + tryAgain(ctx, w, wait.wait)
	case errors.As(err, &other):
		return http.StatusConflict, words.Say(ctx, "You are signed in as %s now. Load the page again to go on; your text is still here.", other.now)
	case errors.Is(err, errSignedOut):
		return http.StatusUnauthorized, "You are signed out. Sign in in another tab, then send this again."
	case errors.Is(err, errCrossSite):
		return http.StatusForbidden, "This request came from another site, so nothing was done. Open Parley itself and try again."
	case errors.Is(err, errHost):
		return http.StatusMisdirectedRequest, "Parley is not set up for this address. Start it with --public-url and the address that people use."
	case errors.Is(err, errHandshake):
		return http.StatusBadRequest, "This is not a WebSocket handshake."
	case errors.Is(err, errVersion):
		w.Header().Set("Sec-WebSocket-Version", "13") // RFC 6455, 4.2.2
		w.Header().Set("Connection", "Upgrade")       // RFC 9110, 15.5.22
		w.Header().Set("Upgrade", "websocket")
		return http.StatusUpgradeRequired, "This is not a WebSocket handshake."
	case errors.Is(err, errUsedLink):
		return http.StatusNotFound, "This link was used or is too old. Ask for a new one."
	case errors.Is(err, errDeleted):
		return http.StatusGone, "This message was deleted meanwhile."
	case errors.As(err, &restraint):
		return http.StatusForbidden, restrained(ctx, w, restraint)
	case errors.Is(err, store.ErrHidden):
		return http.StatusConflict, "A moderator has hidden this message: it cannot be changed now. Keep your text."
	case errors.Is(err, store.ErrMeasured):
		return http.StatusConflict, "This was done already. Load the page again and have a look."
	case errors.Is(err, store.ErrArchived):
		return http.StatusConflict, "This room is archived: it can be read, not written. Keep your text, or ask for the room to be opened again."
	case errors.Is(err, store.ErrNotFound):
		return http.StatusNotFound, "There is nothing here, or it is not for you to see."
	case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrOutdated):
		return http.StatusConflict, "Somebody else changed this at the same time. Load the page again and have a look."
	case errors.Is(err, store.ErrFull):
		return http.StatusInsufficientStorage, "The server's disk is full, so this was not saved. Keep your text and tell whoever runs this place."
	case errors.Is(err, store.ErrReadOnly):
		return http.StatusServiceUnavailable, "The server's disk failed, so nothing is saved any more. Keep your text and tell whoever runs this place."
	case errors.Is(err, store.ErrUnavailable), errors.Is(err, errBusy), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		w.Header().Set("Retry-After", "5")
		return http.StatusServiceUnavailable, "The server is busy, so this was not saved. Try again in a moment."
	default:
		return http.StatusInternalServerError, "Something went wrong here, and it was noted. Try again in a moment."
	}
}

// mistake says whether err is one of a form, and then of which field and what to say: of a
// text that is too long by how much.
func mistake(r *http.Request, err error, problem *store.Invalid) bool {
	var excess store.Excess
	if errors.As(err, &excess) {
		*problem = store.Invalid{Field: excess.Field, Text: excessSentence(r.Context(), excess)}
		return true
	}
	return errors.As(err, problem)
}

func excessSentence(ctx context.Context, e store.Excess) string {
	return words.Say(ctx, "This has %d characters, and %d fit. Shorten it by %d.", e.Runes, e.Most, e.Runes-e.Most)
}

// restrained says what keeps somebody from writing, and for how long.
func restrained(ctx context.Context, w http.ResponseWriter, e store.Restraint) string {
	again := ""
	if e.Wait > 0 {
		again = " " + tryAgain(ctx, w, e.Wait)
	}
	switch e.Kind {
	case store.TimeOut:
		return words.Say(ctx, "A moderator gave you a time-out, so you cannot write. Your text is still here.") + again
	case store.SlowMode:
		return views.SlowSentence(ctx, e)
	case store.RoomLock:
		return words.Say(ctx, "A moderator has locked this room, so this was not sent. Keep your text.")
	case store.NewcomerCap:
		return words.Say(ctx, "Your account is too new here for links. Send it without the link, or later.") + again
	}
	if e.Kind == store.NewcomerLag {
		return words.Say(ctx, "Your account is too new here to write. Your text is still here.") + again
	}
	return words.Say(ctx, "A moderator removed you from this room.")
}

// tryAgain sets Retry-After, in seconds, and says the same in words: in the unit that one
// would count in, and never too early.
func tryAgain(ctx context.Context, w http.ResponseWriter, wait time.Duration) string {
	in := func(unit time.Duration) int { return int((wait + unit - 1) / unit) }
	w.Header().Set("Retry-After", strconv.Itoa(in(time.Second)))
	switch {
	case wait <= time.Second:
		return words.Say(ctx, "Try again in a second.")
	case wait < 2*time.Minute:
		return words.Say(ctx, "Try again in %d seconds.", in(time.Second))
	case wait < 2*time.Hour:
		return words.Say(ctx, "Try again in %d minutes.", in(time.Minute))
	case wait < 48*time.Hour:
		return words.Say(ctx, "Try again in %d hours.", in(time.Hour))
	}
	return words.Say(ctx, "Try again in %d days.", in(24*time.Hour))
}
