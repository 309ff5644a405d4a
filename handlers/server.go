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
	handler   http.Handler
}

// New returns a server; it fails if the database does not answer.
func New(ctx context.Context, c Config) (*Server, error) {
	code, err := c.Store.Secret(ctx, "setup")
	if err != nil {
		return nil, err
	}
	s := &Server{Config: c, setupCode: code[:16], limits: newLimits(c.Unlimited), jobs: make(chan struct{}, 1), forgets: make(chan struct{}, 1), drained: make(chan struct{}), origins: trustedOrigins(c.PublicURL, c.ListenPort)}
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
	mux := http.NewServeMux()
	for _, route := range s.routes() {
		mux.Handle(route.pattern, s.serve(route))
	}
	mux.Handle("GET "+static.Prefix, static.Handler())
	mux.Handle("/", s.serve(route{"/", anyone, notHere}))
	s.handler, err = s.wrap(mux)
	return s, err
}

// who may use a route at all; what they may do to a room or a message is asked of
// the store with the request itself.
type who int

const (
	anyone    who = iota
	guest         // who is signed in is sent to their room
	person        // who is not signed in is sent to sign in
	moderator     // to every other person there is nothing here
	administrator
)

// role is what one has to be on the whole instance to use a route.
func (w who) role() store.Role {
	switch w {
	case administrator:
		return store.Administrator
	case moderator:
		return store.Moderator
	}
	return store.Member
}

type route struct {
	pattern string
	who     who
	handle  func(http.ResponseWriter, *http.Request) error
}

// createMessagePattern is the route whose errors bring a text back.
const createMessagePattern = "POST /rooms/{room}/messages"

// routes is every address that Parley has, but for static files.
func (s *Server) routes() []route {
	return []route{
		{"GET /{$}", anyone, s.showLanding},
		{"GET /healthz", anyone, s.showHealth},
		{"GET /readyz", anyone, s.showReadiness},

		{"GET /register", guest, s.newAccount},
		{"POST /register", guest, s.createAccount},
		{"GET /login", guest, s.newSession},
		{"POST /login", guest, s.createSession},
		{"POST /logout", anyone, s.deleteSession},
		{"GET /zone", anyone, s.showZone},
		{"GET /composer/text", anyone, s.showText},
		{"GET /reset", anyone, s.newPassword},
		{"POST /reset", anyone, s.createPassword},

		// What is going on.
		{"GET /admin", administrator, s.showOverview},
		{"GET /admin/sockets", administrator, s.showSockets},
		{"GET /admin/sockets/{socket}/end", administrator, s.askEndSocket},
		{"POST /admin/sockets/{socket}/end", administrator, s.endSocket},
		{"GET /admin/sessions", administrator, s.showSessions},
		{"POST /admin/sessions/end", administrator, s.endAnySession},
		{"GET /admin/sessions/of/{user}/end", administrator, s.askEndSessions},
		{"POST /admin/sessions/of/{user}/end", administrator, s.endSessionsOf},

		// Invitations and one-time links.
		{"GET /join", anyone, s.showJoin},
		{"POST /join", person, s.acceptInvitation},
		{"GET /link", anyone, s.showSignInLink},
		{"POST /link", anyone, s.useSignInLink},
		{"GET /admin/invitations", administrator, s.showInvitations},
		{"POST /admin/invitations", administrator, s.createInvitation},
		{"GET /admin/invitations/new", administrator, s.newInvitation},
		{"GET /admin/invitations/{invitation}", administrator, s.showInvitation},
		{"GET /admin/invitations/{invitation}/withdraw", administrator, s.askWithdraw},
		{"POST /admin/invitations/{invitation}/withdraw", administrator, s.withdrawInvitation},
		{"GET /admin/people/{user}/link", administrator, s.newSignInLink},
		{"POST /admin/people/{user}/link", administrator, s.createSignInLink},

		{"GET /me.css", person, s.showStyle},
		{"GET /profile", person, s.showProfile},
		{"POST /profile", person, s.updateProfile},
		{"POST /profile/password", person, s.updatePassword},
		{"POST /profile/sessions/end", person, s.endLogin},
		{"POST /profile/sessions/others", person, s.endOtherLogins},

		// Accounts: one's own, and everybody's for administrators.
		{"GET /profile/delete", person, s.askOwnDeletion},
		{"POST /profile/delete", person, s.createOwnDeletion},
		{"GET /profile/export", person, s.showExport},
		{"POST /profile/export", person, s.createExport},
		{"GET /admin/people", administrator, s.showAccounts},
		{"POST /admin/people", administrator, s.createPersonAccount},
		{"GET /admin/people/new", administrator, s.newPersonAccount},
		{"GET /admin/people/{user}", administrator, s.showAccount},
		{"POST /admin/people/{user}", administrator, s.updateAccount},
		{"POST /admin/people/{user}/role", administrator, s.updateRole},
		{"POST /admin/people/{user}/sessions/end", administrator, s.endLoginOf},
		{"GET /admin/people/{user}/suspend", administrator, s.askSuspension},
		{"POST /admin/people/{user}/suspend", administrator, s.createSuspension},
		{"POST /admin/people/{user}/reactivate", administrator, s.deleteSuspension},
		{"GET /admin/people/{user}/delete", administrator, s.askDeletion},
		{"POST /admin/people/{user}/delete", administrator, s.createDeletion},

		{"GET /go", person, s.showJump},
		{"GET /go/list", person, s.showFound},
		{"GET /people/{user}", person, s.showPerson},
		{"POST /people/{user}/mute", person, s.updateMute},
		{"GET /mutes", person, s.showMutes},

		{"GET /people/{user}/moderate", person, s.moderatePerson},
		{"GET /rooms/{room}/moderate", person, s.moderateRoom},
		{"GET /rooms/{room}/moderation/log", person, s.showRoomLog},
		{"POST /rooms/{room}/moderators", person, s.updateModerators},
		{"GET /rooms/{room}/messages/{seq}/hide", person, s.askHide},
		{"GET /rooms/{room}/messages/{seq}/hidden", person, s.showHidden},
		{"POST /measures", person, s.createMeasure},
		{"POST /measures/{measure}/lift", person, s.liftMeasure},
		{"GET /moderation/newcomers", moderator, s.showNewcomers},
		{"GET /moderation/appeals", person, s.showAppeals},
		{"GET /moderation/appeals/{measure}", person, s.showAppeal},
		{"POST /moderation/appeals/{measure}", person, s.decideAppeal},
		{"GET /notices", person, s.showNotices},
		{"POST /notices/{measure}/appeal", person, s.createAppeal},
		{"POST /appeal", anyone, s.createAppealOutside},

		{"GET /direct/new", person, s.newDirect},
		{"POST /direct", person, s.createDirect},
		{"POST /read", person, s.markAllRead},

		// Settings
		{"GET /accent.css", anyone, s.showAccent},
		{"GET /logo/{file}", anyone, s.showLogo},
		{"GET /admin/settings", administrator, s.showSettings},
		{"POST /admin/settings", administrator, s.updateSettings},
		{updateLogoPattern, administrator, s.updateLogo},

		// Rooms and the log, under administration.
		{"GET /admin/rooms", administrator, s.showRoomRecords},
		{"GET /admin/rooms/{room}", administrator, s.showRoomRecord},
		{"POST /admin/rooms/{room}", administrator, s.updateRoomRecord},
		{"POST /admin/rooms/{room}/archive", administrator, s.archiveRoomRecord},
		{"POST /admin/rooms/{room}/reopen", administrator, s.reopenRoomRecord},
		{"POST /admin/rooms/{room}/members", administrator, s.giveMember},
		{"GET /admin/rooms/{room}/keep", administrator, s.askKeep},
		{"POST /admin/rooms/{room}/keep", administrator, s.updateKeep},
		{"GET /admin/rooms/{room}/delete", administrator, s.askDeleteRoom},
		{"POST /admin/rooms/{room}/delete", administrator, s.deleteRoom},
		{"POST /admin/rooms/{room}/spare", administrator, s.spareRoom},
		{"GET /admin/log", administrator, s.showLog},
		{"POST /admin/log/export", administrator, s.exportLog},

		{"GET /rooms", person, s.showRooms},
		{"POST /rooms", person, s.createRoom},
		{"GET /rooms/new", person, s.newRoom},
		{"GET /rooms/{room}/about", person, s.showAbout},
		{"POST /rooms/{room}/about", person, s.updateRoom},
		{"POST /rooms/{room}/archive", person, s.archiveRoom},
		{"POST /rooms/{room}/reopen", person, s.reopenRoom},
		{"POST /rooms/{room}/join", person, s.createMembership},
		{"POST /rooms/{room}/leave", person, s.deleteMembership},
		{"POST /rooms/{room}/members", person, s.createMember},
		{"POST /rooms/{room}/members/remove", person, s.deleteMember},
		{"POST /rooms/{room}/involvement", person, s.updateInvolvement},

		{"GET /rooms/{room}", person, s.showRoom},
		{"GET /rooms/{room}/follow", person, s.showFollow},
		{"GET /rooms/{room}/stream", person, s.showStream},
		{"GET /rooms/{room}/write", person, s.showWrite},
		{"GET /rooms/{room}/live", anyone, s.openSocket},
		{"GET /live", anyone, s.openSocket},
		{"GET /rooms/{room}/messages", person, s.showMessages},
		{createMessagePattern, person, s.createMessage},
		{"GET /rooms/{room}/messages/{seq}", person, s.showMessage},
		{"POST /rooms/{room}/messages/{seq}", person, s.updateMessage},
		{"POST /rooms/{room}/messages/{seq}/unread", person, s.markUnread},
		{"GET /rooms/{room}/new.css", person, s.showNewSince},
		{"GET /rooms/{room}/read.css", person, s.noteRead},
		{"GET /rooms/{room}/messages/{seq}/more", person, s.showMore},
		{"GET /rooms/{room}/messages/{seq}/edit", person, s.editMessage},
		{"GET /rooms/{room}/messages/{seq}/delete", person, s.askDelete},
		{"POST /rooms/{room}/messages/{seq}/delete", person, s.deleteMessage},

		// Reports, and the cases that they are about.
		{"GET /rooms/{room}/messages/{seq}/report", person, s.askReport},
		{"POST /rooms/{room}/messages/{seq}/report", person, s.createReport},
		{"GET /people/{user}/report", person, s.askReportPerson},
		{"POST /people/{user}/report", person, s.createPersonReport},
		{"GET /reports", person, s.showReports},
		{"GET /moderation", moderator, s.showQueue},
		{"GET /rooms/{room}/moderation", person, s.showRoomQueue},
		{"GET /moderation/cases/{case}", person, s.showCase},
		{"POST /moderation/cases/{case}/taker", person, s.updateTaker},
		{"POST /moderation/cases/{case}/close", person, s.closeCase},
		{"POST /moderation/cases/{case}/reopen", person, s.reopenCase},
		{"POST /moderation/cases/{case}/notes", person, s.createNote},
		{"POST /moderation/cases/{case}/measures", person, s.createCaseMeasure},

		// Rules, and what they hold.
		{"GET /moderation/rules", moderator, s.showRules},
		{"POST /moderation/rules", moderator, s.createRule},
		{"POST /moderation/rules/trial", moderator, s.tryRule},
		{"GET /moderation/rules/{rule}", moderator, s.showRule},
		{"POST /moderation/rules/{rule}", moderator, s.updateRule},
		{"GET /moderation/rules/{rule}/delete", moderator, s.askDeleteRule},
		{"POST /moderation/rules/{rule}/delete", moderator, s.deleteRule},
		{"GET /moderation/held", person, s.showHeld},
		{"POST /moderation/held/{held}/publish", person, s.publishHeld},
		{"POST /moderation/held/{held}/refuse", person, s.turnDownHeld},
		{"POST /held/{held}/withdraw", person, s.withdrawHeld},
	}
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
			if _, err := s.Store.ForgetKeys(ctx); err != nil && ctx.Err() == nil {
				s.Log.Warn("forget old keys", "error", err)
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
	<-measured
	<-forgotten
	<-worked
	<-ended
	<-tidied
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
