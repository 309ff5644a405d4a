// Package handlers is the HTTP side of Parley and its one WebSocket: who is
// asking, what may they do, and which view answers.
package handlers

import (
	"context"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/sessions"

	"parley/handlers/live"
	"parley/static"
	"parley/store"
)

// Config is what a Server is made of.
type Config struct {
	Store *store.Store
	Bus   live.Bus
	Log   *slog.Logger

	// PublicURL is where browsers reach this server; nil: at loopback names and
	// addresses on ListenPort, and nowhere else.
	PublicURL  *url.URL
	ListenPort string
	Proxies    Proxies // whose X-Forwarded-For is believed
	Unlimited  bool    // no rate limits: for load tests
}

// Server answers HTTP requests. Run must run while it does.
type Server struct {
	Config
	hub       *live.Hub
	cookies   sessions.Store
	origins   origins
	setupCode string
	limits    *limits
	typing    typing
	waits     *waits
	placed    atomic.Pointer[placed]
	reading   sync.Mutex // held while what was read is kept
	streams   *seats[store.UserID]
	sockets   *seats[string] // by network
	pages     pages
	gauges    *gauges
	jobs      chan struct{} // there is one to do
	forgets   chan struct{} // there may be something to forget
	deleted   sync.Map      // store.RoomID of rooms that were deleted while somebody looked
	drained   chan struct{} // closed by Drain
	draining  atomic.Bool
	untrusted sync.Once // the warning about a proxy
	mux       *http.ServeMux
	handler   http.Handler // mux, and what all its routes have in common
}

// New returns a server; it fails if the database does not answer.
func New(ctx context.Context, c Config) (*Server, error) {
	code, err := c.Store.Secret(ctx, "setup")
	if err != nil {
		return nil, err
	}
	s := &Server{Config: c, setupCode: code[:16], limits: newLimits(c.Unlimited), waits: newWaits(), jobs: make(chan struct{}, 1), forgets: make(chan struct{}, 1), drained: make(chan struct{}), origins: trustedOrigins(c.PublicURL, c.ListenPort)}
	s.cookies = cookies{s.Store}
	s.gauges = newGauges(time.Now())
	most, mostFrom, inserts := maxSockets, maxSocketsFrom, 0
	if c.Unlimited { // a load test counts what comes, and does not come back
		most, mostFrom, inserts = 0, 0, math.MaxInt
	}
	s.streams, s.sockets = newSeats[store.UserID](mostStreams), newSeats[string](mostFrom)
	s.hub = live.NewHub(live.Config{
		MostSockets: most, MaxInserts: inserts,
		Source: s.source, Written: s.written, Region: s.region, Present: s.present, Heads: s.heads, Revoked: s.revoked, Ended: s.Store.Ended, Farewell: s.farewell, Pulse: s.pulse,
		Delivered: s.gauges.delivery.Observe,
		Bus:       c.Bus, Log: c.Log,
	})
	s.mux = http.NewServeMux()
	for _, route := range s.routes() {
		s.mux.Handle(route.pattern, s.serve(route))
	}
	s.mux.Handle("GET "+static.Prefix, static.Handler())
	s.mux.Handle(everythingElse, s.serve(route{everythingElse, anyone, notHere}))
	s.handler, err = s.wrap(s.mux)
	return s, err
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// SetupCode returns what sign-up asks for while there is no account, or "" when
// there is one.
func (s *Server) SetupCode(ctx context.Context) (string, error) {
	if has, err := s.Store.HasUsers(ctx); has || err != nil {
		return "", err
	}
	return s.setupCode, nil
}

// Run serves open sockets and tidies up until ctx ends.
func (s *Server) Run(ctx context.Context) {
	tidied := make(chan struct{})
	go func() {
		defer close(tidied)
		for {
			if err := s.forgetKeys(ctx); err != nil && ctx.Err() == nil {
				s.Log.Warn("forget old drafts and keys", "error", err)
			}
			if err := s.eraseCopies(ctx); err != nil && ctx.Err() == nil {
				s.Log.Warn("erase what was reported", "error", err)
			}
			if err := s.forgetHeld(ctx); err != nil && ctx.Err() == nil {
				s.Log.Warn("forget what was held", "error", err)
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Hour):
			}
		}
	}()
	worked := make(chan struct{})
	go func() {
		defer close(worked)
		s.work(ctx)
	}()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.endMeasures(ctx)
	}()
	counted := make(chan struct{})
	go func() {
		defer close(counted)
		s.countWaits(ctx)
	}()
	measured := make(chan struct{})
	go func() {
		defer close(measured)
		s.measure(ctx)
	}()
	forgotten := make(chan struct{})
	go func() {
		defer close(forgotten)
		s.forget(ctx)
	}()
	noted := make(chan struct{})
	go func() {
		defer close(noted)
		s.note(ctx)
	}()
	s.hub.Run(ctx)
	<-noted
	<-counted
	<-measured
	<-forgotten
	<-worked
	<-ended
	<-tidied
}

// forgetKeys forgets drafts that are old or sent, and, if that is done, the keys by which
// is known what was sent.
func (s *Server) forgetKeys(ctx context.Context) error {
	if err := s.Store.ForgetDrafts(ctx); err != nil {
		return err
	}
	_, err := s.Store.ForgetKeys(ctx)
	return err
}

// saveEvery is how long what was read waits to be kept.
const saveEvery = 2 * time.Second

// note saves what was read and ends what is typed no more, until ctx ends.
func (s *Server) note(ctx context.Context) {
	sweep, save := time.NewTicker(time.Second), time.NewTicker(saveEvery)
	defer sweep.Stop()
	defer save.Stop()
	kept := s.Store.Settings().Retention
	for {
		select {
		case <-ctx.Done():
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveEvery) // what was read last
			defer cancel()
			s.saveRead(ctx)
			return
		case now := <-sweep.C:
			s.refreshSettings(ctx)
			kept = s.noteRetention(kept)
			for _, room := range s.typing.expired(now) {
				s.Bus.Publish(live.Hint{Topic: typingTopic(room)})
			}
		case <-save.C:
			s.saveRead(ctx)
		}
	}
}

// refreshSettings learns what another process has set.
func (s *Server) refreshSettings(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	changed, err := s.Store.RefreshSettings(ctx)
	if err != nil && ctx.Err() == nil {
		s.Log.Warn("ask what is set", "error", err)
	}
	if changed {
		s.settingsChanged()
	}
	if err := s.Store.RefreshRules(ctx); err != nil && ctx.Err() == nil {
		s.Log.Warn("ask for the rules", "error", err)
	}
}

// Drain makes the server not ready and closes every socket with 1012, so that the
// browsers come back to the next process. It returns when they are gone or ctx ends.
func (s *Server) Drain(ctx context.Context) {
	if !s.draining.Swap(true) {
		close(s.drained)
	}
	s.hub.Close(ctx, live.Restart, "restart")
}

// everythingElse is the pattern of what is no route.
const everythingElse = "/"

func notHere(http.ResponseWriter, *http.Request) error { return store.ErrNotFound }

func (s *Server) showHealth(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := w.Write([]byte("ok\n"))
	return err
}

func (s *Server) showReadiness(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	answer := "ok\n"
	if s.draining.Load() {
		w.WriteHeader(http.StatusServiceUnavailable)
		answer = "draining\n"
	} else if err := s.Store.Ready(r.Context()); err != nil {
		s.Log.Warn("not ready", "error", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		answer = "the database does not take writes\n"
	}
	_, err := w.Write([]byte(answer))
	return err
}
