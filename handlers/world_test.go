package handlers_test

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"parley/handlers"
	"parley/handlers/live"
	"parley/store"
	"parley/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const password = "correct horse battery"

// world is a server on a real database with people: Ada, who came first and so
// administers, wrote the Lobby's first message; Ben is a member; Cleo was one.
type world struct {
	t      testing.TB
	store  *store.Store
	server *handlers.Server
	http   *httptest.Server
	dial   func() (net.Conn, error)
	logged *strings.Builder
}

// option changes the configuration of a world.
type option func(*handlers.Config)

func unlimited(c *handlers.Config) { c.Unlimited = true }

// overTLS has the server itself speak TLS: its frames go through the flusher.
func overTLS(c *handlers.Config) {
	c.PublicURL = &url.URL{Scheme: "https", Host: "127.0.0.1:" + c.ListenPort}
}

func newWorld(t testing.TB, s *store.Store, options ...option) *world {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dial := func() (net.Conn, error) { return net.Dial("tcp", l.Addr().String()) }
	return newWorldAt(t, s, l, dial, options...)
}

// newWorldAt serves what l accepts, and reaches it by dial.
func newWorldAt(t testing.TB, s *store.Store, l net.Listener, dial func() (net.Conn, error), options ...option) *world {
	t.Helper()
	w := &world{t: t, store: s, dial: dial, logged: &strings.Builder{}}
	var handler http.Handler
	serve := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { handler.ServeHTTP(rw, r) })
	w.http = &httptest.Server{Listener: l, Config: &http.Server{Handler: serve}}
	_, port, _ := strings.Cut(w.http.Listener.Addr().String(), ":")
	c := handlers.Config{Store: s, Bus: &live.Local{}, Log: slog.New(slog.DiscardHandler), ListenPort: port}
	for _, o := range options {
		o(&c)
	}
	var err error
	if w.server, err = handlers.New(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	handler = w.server
	ctx := t.Context()
	ran := make(chan struct{})
	go func() { w.server.Run(ctx); close(ran) }()
	if c.PublicURL != nil && c.PublicURL.Host == w.http.Listener.Addr().String() {
		w.http.StartTLS()
	} else {
		w.http.Start()
	}
	w.http.Client().Transport.(*http.Transport).DialContext = func(context.Context, string, string) (net.Conn, error) { return dial() }
	t.Cleanup(func() {
		w.server.Drain(ctx) // ctx has ended: at once
		w.http.Close()
		<-ran
	})
	return w
}

// each runs fn on both databases.
func each(t *testing.T, fn func(t *testing.T, w *world), options ...option) {
	storetest.Each(t, func(t *testing.T, s *store.Store) { fn(t, newWorld(t, s, options...)) })
}

// browser is a client with cookies that sends what a browser sends.
type browser struct {
	w      *world
	client *http.Client
}

func (w *world) browser() *browser {
	jar, _ := cookiejar.New(nil) // without options it cannot fail
	return &browser{w: w, client: &http.Client{Jar: jar, Transport: w.http.Client().Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is what came back.
type answer struct {
	*http.Response
	body string
}

func (b *browser) do(method, path string, form url.Values, headers ...string) answer {
	b.w.t.Helper()
	req, err := http.NewRequest(method, b.w.http.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.w.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", b.w.http.URL)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		} else if req.Header.Set(headers[i], headers[i+1]); headers[i+1] == "" {
			req.Header.Del(headers[i])
		}
	}
	resp, err := b.client.Do(req)
	if err != nil {
		b.w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.w.t.Fatal(err)
	}
	return answer{resp, string(body)}
}

func (b *browser) get(path string, headers ...string) answer {
	b.w.t.Helper()
	return b.do(http.MethodGet, path, nil, headers...)
}

func (b *browser) post(path string, form url.Values, headers ...string) answer {
	b.w.t.Helper()
	return b.do(http.MethodPost, path, form, headers...)
}

func account(name string) url.Values {
	return url.Values{"username": {name}, "email": {name + "@example.com"}, "password": {password}}
}

// signUp creates an account and is signed in with it.
func (w *world) signUp(name string) *browser {
	w.t.Helper()
	b, form := w.browser(), account(name)
	if w.http.TLS != nil { // not for this machine alone
		form.Set("code", w.setupCode())
	}
	if a := b.post("/register", form); a.StatusCode != http.StatusSeeOther {
		w.t.Fatalf("sign up %s: %s\n%s", name, a.Status, a.body)
	}
	return b
}

func (w *world) setupCode() string {
	w.t.Helper()
	code, err := w.server.SetupCode(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}

func draft(body string) url.Values { return url.Values{"body": {body}, "key": {rand.Text()}} }

// say posts to the Lobby.
func (b *browser) say(body string) {
	b.w.t.Helper()
	if a := b.post("/rooms/1/messages", draft(body)); a.StatusCode != http.StatusSeeOther {
		b.w.t.Fatalf("say: %s\n%s", a.Status, a.body)
	}
}
