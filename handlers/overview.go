package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

func init() {
	liveParts["figures"] = part{needs: store.Administrator, show: (*Server).figuresPart, beside: "charts", moving: true}
	liveParts["charts"] = part{needs: store.Administrator, show: (*Server).chartsPart}
}

// rangeOf is the range of that name, the last hour if there is none.
func rangeOf(name string) store.Range {
	for _, r := range store.Ranges {
		if r.Name == name {
			return r
		}
	}
	return store.LastHour
}

// showOverview is what is going on, as numbers and charts.
func (s *Server) showOverview(w http.ResponseWriter, r *http.Request) error {
	within := rangeOf(r.URL.Query().Get("range"))
	title := "Overview"
	page, err := s.adminPage(r, title, "figures/"+within.Name)
	if err != nil {
		return err
	}
	now, err := s.figureNow(r.Context())
	if err != nil {
		return err
	}
	charts, err := s.charts(r.Context(), within)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.OverviewPage(page, now, charts))
}

// figureNow is what is going on here, and what was in the last minute elsewhere.
func (s *Server) figureNow(ctx context.Context) (views.Figures, error) {
	now := time.Now()
	f := s.gauges.recent(s.totals(ctx), now)
	others, err := s.Store.FiguresOfOthers(ctx, s.gauges.node, now)
	for _, other := range others {
		f = f.Beside(other)
	}
	return views.Figures{Now: f, Processes: 1 + len(others), Version: version(), Up: now.Sub(s.gauges.started)}, err
}

func (s *Server) charts(ctx context.Context, within store.Range) (views.Charts, error) {
	now := time.Now()
	all, err := s.Store.Figures(ctx, within, now)
	return views.Charts{Range: within, Now: now, Figures: all}, err
}

func (s *Server) figuresPart(ctx context.Context, _ string) (parts, []live.Topic, error) {
	now, err := s.figureNow(ctx)
	return fixed(views.FigureNumbers(now)), nil, err
}

func (s *Server) chartsPart(ctx context.Context, rest string) (parts, []live.Topic, error) {
	charts, err := s.charts(ctx, rangeOf(rest))
	return func(zone *time.Location) []templ.Component {
		return []templ.Component{views.FigureCharts(charts, zone)}
	}, nil, err
}
