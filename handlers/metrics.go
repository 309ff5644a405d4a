package handlers

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"net/http/pprof"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/store"
)

// AdminHandler is for a listener of its own, which only those who run the machine can
// reach: the figures as Prometheus reads them, the profiles of the running program, and
// whether it is ready. None of it asks who is asking. local: the listener is on loopback,
// and answers only those who call it so: a page of another site whose name was made to
// lead there gets nothing.
func (s *Server) AdminHandler(local bool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", s.showMetrics)
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		_ = s.showReadiness(w, r) // who asked may have left
	})
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("POST /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if local && !loopback(hostname(r.Host)) {
			http.Error(w, "This listener answers to localhost alone.", http.StatusMisdirectedRequest)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (s *Server) showMetrics(w http.ResponseWriter, r *http.Request) {
	var text bytes.Buffer
	writeMetrics(&text, s.totals(r.Context()), version(), s.gauges.started)
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write(text.Bytes()) // who asked may have left
}

// writeMetrics writes the figures of this process since it began in Prometheus' text
// format (https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4).
func writeMetrics(b *bytes.Buffer, f store.Figure, version string, started time.Time) {
	head := func(name, kind, help string) {
		fmt.Fprintf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
	}
	for _, m := range []struct {
		name, kind, help string
		value            int64
	}{
		{"parley_people_online", "gauge", "People with an open page", f.People},
		{"parley_sockets_open", "gauge", "Open sockets, one for each open page", f.Sockets},
		{"parley_queue_bytes", "gauge", "Bytes that wait for slow browsers", f.QueueBytes},
		{"parley_messages_total", "counter", "Messages that were posted", f.Posts},
		{"parley_deliveries_total", "counter", "Messages times the open pages that they were sent to", f.Deliveries},
		{"parley_resumes_total", "counter", "Pages that came, or came back, and were told what they lack", f.Resumes},
		{"parley_commits_total", "counter", "Commits that the database confirmed", f.Commits},
		{"parley_writes_total", "counter", "Writes that the commits confirmed, several in one", f.Writes},
		{"parley_database_bytes", "gauge", "Size of the database", f.DatabaseBytes},
		{"parley_memory_bytes", "gauge", "Memory that the process has", f.MemoryBytes},
		{"parley_goroutines", "gauge", "Goroutines", f.Goroutines},
		{"parley_start_time_seconds", "gauge", "When the process began, in seconds since 1970", started.Unix()},
	} {
		head(m.name, m.kind, m.help)
		fmt.Fprintf(b, "%s %d\n", m.name, m.value)
	}
	head("parley_sockets_dropped_total", "counter", "Sockets that the server closed, by its reason")
	for _, why := range slices.Sorted(maps.Keys(f.Dropped)) {
		fmt.Fprintf(b, "parley_sockets_dropped_total{reason=\"%s\"} %d\n", escaped(why), f.Dropped[why])
	}
	head("parley_build_info", "gauge", "What was built; its value is always 1")
	fmt.Fprintf(b, "parley_build_info{version=\"%s\"} 1\n", escaped(version))
	for _, h := range []struct {
		name, help string
		times      store.Times
	}{
		{"parley_delivery_seconds", "From a post to the last open page that it was sent to", f.Delivery},
		{"parley_write_seconds", "From asking for a write to its confirmation by the database", f.Write},
	} {
		head(h.name, "histogram", h.help)
		n := int64(0)
		for i, count := range h.times.Counts {
			end := "+Inf"
			if n += count; store.StepEnd(i) != 0 {
				end = strconv.FormatFloat(store.StepEnd(i).Seconds(), 'g', -1, 64)
			}
			fmt.Fprintf(b, "%s_bucket{le=\"%s\"} %d\n", h.name, end, n)
		}
		fmt.Fprintf(b, "%s_sum %s\n%s_count %d\n", h.name, strconv.FormatFloat(h.times.Sum.Seconds(), 'g', -1, 64), h.name, n)
	}
}

var escaped = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace
