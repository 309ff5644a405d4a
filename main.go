package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // zones also where the system has none

	"parley/handlers"
	"parley/handlers/live"
	"parley/store"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "parley: "+err.Error())
		os.Exit(1)
	}
}

// config is what flags and environment say.
type config struct {
	listen    string
	admin     string
	data      string
	database  string
	publicURL string
	proxies   string
	logLevel  string
	unlimited bool

	reason string        // of a suspension
	lasts  time.Duration // of a suspension; 0: until it is lifted
}

const usage = `Parley is a team chat that you host yourself.

  parley [serve]                        serve it (the default)
  parley demo                           serve a made-up world that is gone when you stop
  parley user reset-password NAME       print a one-time link to set a new password
  parley user suspend NAME              end all sessions of NAME and refuse new ones, until it is
                                        lifted; --for 24h ends it by itself, and --words "…" is
                                        what NAME is told
  parley user reactivate NAME           let NAME sign in again

Flags, each with its environment variable:
`

// run is the whole program; an error is one sentence for the person who started it.
func run(args []string, out io.Writer) error {
	var c config
	flags := flag.NewFlagSet("parley", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&c.listen, "listen", "localhost:8080", "`address` to listen on")
	flags.StringVar(&c.admin, "admin-listen", "", "`address` for /metrics, /debug/pprof/ and /readyz, like localhost:9090; whoever reaches it sees them")
	flags.StringVar(&c.data, "data", "data", "`folder` for all that is kept")
	flags.StringVar(&c.database, "database", "", "sqlite:PATH or postgres://… `address` (default parley.db in the data folder)")
	flags.StringVar(&c.publicURL, "public-url", "", "`URL` at which browsers reach Parley, like https://chat.example.com")
	flags.StringVar(&c.proxies, "trusted-proxies", "127.0.0.0/8,::1", "`networks` whose X-Forwarded-For is believed when there is a public URL")
	flags.StringVar(&c.logLevel, "log-level", "info", "the least `level` to log: debug, info, warn or error")

	command, rest := "serve", args
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		command, rest = args[0], args[1:]
	}
	if command == "user" {
		flags.StringVar(&c.reason, "reason", string(store.OtherReason), "why somebody is suspended")
		flags.DurationVar(&c.lasts, "for", 0, "how long somebody is suspended")
	}
	var names []string
	for { // flags may stand before and after the words
		if err := flags.Parse(rest); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				help(flags, out)
				return err
			}
			return fmt.Errorf("%w; see parley --help", err)
		}
		if flags.NArg() == 0 {
			break
		}
		names, rest = append(names, flags.Arg(0)), flags.Args()[1:]
	}
	if err := fromEnvironment(flags); err != nil {
		return err
	}
	c.unlimited = os.Getenv("PARLEY_RATE_LIMITS") == "off"
	if c.database == "" {
		c.database = "sqlite:" + filepath.Join(c.data, "parley.db")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch {
	case command == "serve" && len(names) == 0:
		return serve(ctx, stop, c, out)
	case command == "demo" && len(names) == 0:
		return demo(ctx, stop, c, out)
	case command == "user" && len(names) == 2:
		return user(ctx, c, names[0], names[1], out)
	}
	return fmt.Errorf("there is no command %q; see parley --help", strings.Join(append([]string{command}, names...), " "))
}

func help(flags *flag.FlagSet, out io.Writer) {
	fmt.Fprint(out, usage)
	flags.VisitAll(func(f *flag.Flag) {
		value, text := flag.UnquoteUsage(f)
		fmt.Fprintf(out, "\n  --%s %s\n        %s", f.Name, value, text)
		if f.DefValue != "" {
			fmt.Fprintf(out, " (default %s)", f.DefValue)
		}
		fmt.Fprintf(out, "\n        %s, or %s_FILE for a file that holds it\n", envName(f.Name), envName(f.Name))
	})
	fmt.Fprint(out, "\n  PARLEY_RATE_LIMITS=off\n        no rate limits: for load tests only\n")
}

func envName(flagName string) string {
	return "PARLEY_" + strings.ToUpper(strings.ReplaceAll(flagName, "-", "_"))
}

// fromEnvironment sets the flags that the command line did not.
func fromEnvironment(flags *flag.FlagSet) error {
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	var failed error
	flags.VisitAll(func(f *flag.Flag) {
		name := envName(f.Name)
		value, found := os.LookupEnv(name)
		if path := os.Getenv(name + "_FILE"); !found && path != "" {
			content, err := os.ReadFile(path)
			if err != nil {
				failed = fmt.Errorf("%s_FILE: %w", name, err)
				return
			}
			value, found = strings.TrimSpace(string(content)), true
		}
		if found && !given[f.Name] {
			if err := f.Value.Set(value); err != nil {
				failed = fmt.Errorf("%s: %w", name, err)
			}
		}
	})
	return failed
}

// logger writes text to a terminal and JSON to everything else.
func logger(level string, to *os.File) (*slog.Logger, error) {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("log level %q: choose debug, info, warn or error", level)
	}
	options := &slog.HandlerOptions{Level: least}
	if info, err := to.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		return slog.New(slog.NewTextHandler(to, options)), nil
	}
	return slog.New(slog.NewJSONHandler(to, options)), nil
}

// open makes the data folder, readable by its owner alone, and opens the database.
func open(ctx context.Context, c config) (*store.Store, error) {
	if err := os.MkdirAll(c.data, 0o700); err != nil {
		return nil, fmt.Errorf("the data folder cannot be made: %w", err)
	}
	if path, ok := strings.CutPrefix(c.database, "sqlite:"); ok {
		// SQLite's own message does not say which folder, nor why.
		probe, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, fmt.Errorf("the database cannot be written: %w", err)
		}
		_ = probe.Close() // nothing was written
	}
	return store.Open(ctx, c.database)
}

func serve(ctx context.Context, stop func(), c config, out io.Writer) error {
	log, err := logger(c.logLevel, os.Stderr)
	if err != nil {
		return err
	}
	slog.SetDefault(log)
	settings := handlers.Config{Bus: &live.Local{}, Log: log, Unlimited: c.unlimited}
	if c.publicURL != "" {
		if settings.PublicURL, err = handlers.ParsePublicURL(c.publicURL); err != nil {
			return err
		}
		if settings.Proxies, err = handlers.ParseProxies(c.proxies); err != nil {
			return err
		}
	}
	listener, err := listen(c)
	if err != nil {
		return err
	}
	defer listener.Close()
	admin, err := listenAdmin(c, log)
	if err != nil {
		return err
	}
	if admin != nil {
		defer admin.Close()
	}
	_, settings.ListenPort, _ = net.SplitHostPort(listener.Addr().String()) // a listener's address has both
	if settings.Store, err = open(ctx, c); err != nil {
		return err
	}
	defer settings.Store.Close()
	server, err := handlers.New(ctx, settings)
	if err != nil {
		return err
	}
	if c.unlimited {
		log.Warn("RATE LIMITS ARE OFF (PARLEY_RATE_LIMITS=off). Never serve people like this.")
	}
	address := "http://localhost:" + settings.ListenPort
	if settings.PublicURL != nil {
		address = settings.PublicURL.String()
		code, err := server.SetupCode(ctx)
		if err != nil {
			return err
		}
		if code != "" {
			log.Info("there is no account yet; sign up with this set-up code", "code", code, "at", address+"/register")
		}
	}
	if admin != nil {
		defer server.ServeAdmin(admin)()
	}
	fmt.Fprintln(out, "Parley is ready at "+address)
	return server.Serve(ctx, stop, listener)
}

// demo serves a named world from a temporary folder.
func demo(ctx context.Context, stop func(), c config, out io.Writer) error {
	if c.publicURL != "" {
		return errors.New("the demo has an administrator whose password everybody knows: it serves this machine alone, without --public-url")
	}
	dir, err := os.MkdirTemp("", "parley-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c.data, c.database = dir, "sqlite:"+filepath.Join(dir, "parley.db")
	world, err := open(ctx, c)
	if err != nil {
		return err
	}
	if err := errors.Join(world.Demo(ctx, time.Now()), world.Close()); err != nil {
		return err
	}
	fmt.Fprintf(out, "Sign in as ada, ben, cleo, mei or dan with the password %q.\n", store.DemoPassword)
	return serve(ctx, stop, c, out)
}

// listen opens the port; beyond loopback only with a public URL, for without one
// no browser elsewhere could use it.
func listen(c config) (net.Listener, error) {
	host, _, err := net.SplitHostPort(c.listen)
	if err != nil {
		return nil, fmt.Errorf("--listen %s: write it like localhost:8080", c.listen)
	}
	if ip, err := netip.ParseAddr(host); c.publicURL == "" && host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("to listen on %s, say where browsers reach Parley: add --public-url https://chat.example.com", c.listen)
	}
	listener, err := net.Listen("tcp", c.listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is taken by another program; choose another port with --listen", c.listen)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", c.listen, err)
	}
	return listener, nil
}

// listenAdmin opens the port for those who run the machine; nil if there is to be none.
// What is there is for whoever reaches it: beyond loopback the log says so.
func listenAdmin(c config, log *slog.Logger) (net.Listener, error) {
	if c.admin == "" {
		return nil, nil
	}
	listener, err := net.Listen("tcp", c.admin)
	if err != nil {
		return nil, fmt.Errorf("--admin-listen %s: %w", c.admin, err)
	}
	if !handlers.OnLoopback(listener) {
		log.Error("ANYBODY WHO REACHES THE ADMIN LISTENER CAN READ ITS FIGURES AND PROFILES: it asks for no password. Protect it by a firewall, or use --admin-listen localhost:PORT.", "address", listener.Addr().String())
	}
	return listener, nil
}

// user does one act on an account.
func user(ctx context.Context, c config, act, name string, out io.Writer) error {
	acts := map[string]func(*store.Store, store.User) error{
		"reset-password": func(s *store.Store, u store.User) error {
			token, err := s.CreateReset(ctx, u.ID)
			if err != nil {
				return err
			}
			base := strings.TrimSuffix(c.publicURL, "/")
			if base == "" {
				base = "http://" + c.listen
			}
			fmt.Fprintf(out, "%s/reset?token=%s\nThe link works once, for an hour.\n", base, token)
			return nil
		},
		"suspend": func(s *store.Store, u store.User) error {
			in := store.Measure{User: u.ID, Reason: store.Reason(c.reason)}
			if c.lasts != 0 {
				in.Until = time.Now().Add(c.lasts).UTC().Truncate(time.Microsecond)
			}
			if _, err := s.Suspend(ctx, store.Actor{}, in); err != nil {
				return err
			}
			fmt.Fprintf(out, "%s is suspended and signed out everywhere.\n", u.Username)
			return nil
		},
		"reactivate": func(s *store.Store, u store.User) error {
			if _, err := s.Reactivate(ctx, store.Actor{}, u.ID); err != nil {
				return err
			}
			fmt.Fprintf(out, "%s can sign in again.\n", u.Username)
			return nil
		},
	}
	do := acts[act]
	if do == nil {
		return fmt.Errorf("there is no command user %q; see parley --help", act)
	}
	s, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer s.Close()
	u, err := s.UserByLogin(ctx, name)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("there is no account %q", name)
	}
	if err != nil {
		return err
	}
	err = do(s, u)
	var invalid store.Invalid
	if errors.As(err, &invalid) {
		return errors.New(invalid.Text)
	}
	return err
}
