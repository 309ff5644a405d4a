package handlers

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// stopWait is how long a stop may take before what is left is cut off.
const stopWait = 10 * time.Second

// OnLoopback says whether only this machine reaches listener.
func OnLoopback(listener net.Listener) bool {
	address, err := netip.ParseAddrPort(listener.Addr().String())
	return err == nil && address.Addr().Unmap().IsLoopback()
}

// Serve serves on listener until ctx ends, then stops in order: not ready, sockets told to
// come back, requests finished. stop is called when that begins: a second signal then ends
// the program at once.
func (s *Server) Serve(ctx context.Context, stop func(), listener net.Listener) error {
	web := s.web(s)
	web.ReadTimeout, web.WriteTimeout = 60*time.Second, 60*time.Second
	running, end := context.WithCancel(context.WithoutCancel(ctx)) // it outlives the signal, to drain
	ran := make(chan struct{})
	go func() { s.Run(running); close(ran) }()
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(listener) }()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		stop() // from here on a signal has its default effect
		s.Log.Info("stopping")
		limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWait)
		s.Drain(limit)
		if err = web.Shutdown(limit); err != nil {
			err = web.Close()
		}
		cancel()
	}
	end()
	<-ran
	return err
}

// ServeAdmin serves AdminHandler on listener until stop is called. A profile takes as long
// as it was asked to.
func (s *Server) ServeAdmin(listener net.Listener) (stop func()) {
	web := s.web(s.AdminHandler(OnLoopback(listener)))
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.Log.Error("the admin listener ended", "error", err)
		}
	}()
	s.Log.Info("figures and profiles are served", "at", "http://"+listener.Addr().String()+"/metrics")
	return func() {
		_ = web.Close() // a profile under way is of no use any more
		<-served
	}
}

// web is a server with the limits that each has.
func (s *Server) web(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       120 * time.Second,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
}
