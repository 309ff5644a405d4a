package handlers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/a-h/templ"

	"parley/store"
	"parley/views"
	"parley/views/words"
)

// maxForm is how many bytes a form may have: far more than the largest message, so
// that a text that is too long is still read, refused and given back.
const maxForm = 1 << 20

// answerWithin is how long a request may wait for the database.
const answerWithin = 20 * time.Second

// wrap puts around every route what all have in common, the outermost last.
func (s *Server) wrap(h http.Handler) (http.Handler, error) {
	crossSite := http.NewCrossOriginProtection()
	for origin := range s.origins {
		if err := crossSite.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("trusted origin %s: %w", origin, err)
		}
	}
	crossSite.SetDenyHandler(s.serve(route{"", anyone, func(http.ResponseWriter, *http.Request) error { return errCrossSite }}))
	h = crossSite.Handler(h)
	h = s.knownHost(h)
	h = s.secured(h)
	return s.logged(h), nil
}

// knownHost refuses a name that is not ours while no public URL is set: a page of
// another site whose name was made to lead to loopback would pass for ours.
func (s *Server) knownHost(h http.Handler) http.Handler {
	if s.PublicURL != nil {
		return h
	}
	refuse := s.serve(route{"", anyone, func(http.ResponseWriter, *http.Request) error { return errHost }})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopback(hostname(r.Host)) {
			refuse.ServeHTTP(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// secured sets the headers of every answer, with a policy whose nonce the views
// find in the context.
func (s *Server) secured(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		nonce := rand.Text()
		head := w.Header()
		head.Set("Content-Security-Policy", "default-src 'none'; script-src 'nonce-"+nonce+"' 'strict-dynamic'; style-src 'self'; img-src 'self' data:; "+
			"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types htmx")
		maps.Copy(head, always)
		if s.PublicURL != nil && s.PublicURL.Scheme == "https" {
			head.Set("Strict-Transport-Security", "max-age=31536000")
		}
		h.ServeHTTP(w, r.WithContext(templ.WithNonce(r.Context(), nonce)))
	})
}

type requestID struct{}

// always are the headers that every answer begins with. The values are shared: a
// handler sets others in their place and never adds to them.
var always = http.Header{
	"X-Content-Type-Options":       {"nosniff"},
	"X-Frame-Options":              {"DENY"},
	"Referrer-Policy":              {"same-origin"}, // no-referrer would take Origin from forms
	"Cross-Origin-Opener-Policy":   {"same-origin"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
	"Permissions-Policy":           {"camera=(), microphone=(), geolocation=(), payment=()"},
	"Cache-Control":                {"no-store"},
}

// logged gives each request an id and one line. The line has the path and never
// the query, which can hold a secret.
func (s *Server) logged(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, id := time.Now(), rand.Text()[:12]
		w.Header().Set("X-Request-Id", id)
		r = r.WithContext(context.WithValue(r.Context(), requestID{}, id))
		counted := &statusWriter{ResponseWriter: w}
		defer func() {
			if v := recover(); v == http.ErrAbortHandler {
				panic(v) // net/http's own way to end a connection
			} else if v != nil {
				s.Log.Error("panic", "request", id, "panic", v, "stack", string(debug.Stack()))
				if counted.status == 0 {
					http.Error(counted, "Something went wrong here.", http.StatusInternalServerError)
				}
			}
			address := s.address(r) // which also warns of a proxy that is not trusted
			if s.Log.Enabled(r.Context(), slog.LevelDebug) {
				s.Log.Debug("request", "request", id, "method", r.Method, "path", r.URL.Path, "status", counted.status,
					"took", time.Since(start).Round(time.Microsecond), "address", address)
			}
		}()
		h.ServeHTTP(counted, r)
	})
}

// statusWriter remembers the status for the log.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// serve finds out who is asking, runs the route, and answers its error.
func (s *Server) serve(route route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
		defer cancel()
		r = r.WithContext(ctx)
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		err := readForm(r, route.pattern == updateLogoPattern)
		*r = *r.WithContext(words.With(views.At(r.Context(), s.place()), languageOf(r, store.User{})))
		if err == nil {
			err = s.identify(r)
		}
		*r = *r.WithContext(words.With(r.Context(), languageOf(r, asker(r).User)))
		switch {
		case err != nil:
		case route.who >= person && asker(r).ID == "":
			err = errSignedOut
		case route.who > person && !asker(r).User.Role.AtLeast(route.who.role()):
			err = store.ErrNotFound
		case route.who == guest && asker(r).ID != "":
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return
		default:
			err = madeFor(r)
		}
		if user := asker(r).User.ID; err == nil && r.Method == http.MethodPost && user != 0 {
			if wait := s.limits.forms.take(user); wait > 0 {
				err = throttled{wait}
			}
		}
		if err == nil {
			if route.who >= person {
				s.visited(r)
			}
			err = route.handle(w, r)
		}
		if err != nil {
			s.fail(w, r, err)
		}
	})
}

// readForm parses a POST's form; with a file only where file says so. The body is bounded,
// so a file fits into memory and never becomes one on the disk.
func readForm(r *http.Request, file bool) error {
	if r.Method != http.MethodPost {
		return nil
	}
	parse := r.ParseForm
	if file && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		parse = func() error { return r.ParseMultipartForm(maxForm) }
	}
	if err := parse(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return err
		}
		return store.Invalid{Field: "", Text: "This form cannot be read. Load the page again."}
	}
	return nil
}

// madeFor checks for whom the page with the form was made.
func madeFor(r *http.Request) error {
	if as := r.PostForm.Get("as"); as != "" && asker(r).ID != "" && as != idString(asker(r).User.ID) {
		return otherPerson{asker(r).User.Name}
	}
	return nil
}

// htmx says whether the request comes from a form or link that htmx enhanced.
func htmx(r *http.Request) bool { return strings.EqualFold(r.Header.Get("HX-Request"), "true") }
