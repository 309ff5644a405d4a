package handlers_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/handlers"
	"parley/store"
)

// administration is every page of administration and moderation, with its filters,
// orders and searches, and what is far down in a list.
var administration = []string{
	"/admin", "/admin?range=day", "/admin?range=week",
	"/admin/sockets", "/admin/sockets?from=5000", "/admin/sockets?q=moss", "/admin/sockets/5000/end",
	"/admin/sessions", "/admin/sessions?q=cem", "/admin/sessions?q=moss000777", sessionsInTheMiddle, page("/admin/sessions/of/%d/end", busiest),

	"/admin/invitations", "/admin/invitations?before=5000", "/admin/invitations/new", "/admin/invitations/5000", "/admin/invitations/9600/withdraw",

	"/admin/people", "/admin/people?sort=newest", "/admin/people?sort=here", "/admin/people?show=members", "/admin/people?show=members&sort=newest",
	"/admin/people?show=moderators&sort=here", "/admin/people?show=administrators", "/admin/people?show=suspended", "/admin/people?show=suspended&sort=here", "/admin/people?show=deleted",
	"/admin/people?after=50000.cem+stone050000", "/admin/people?sort=newest&after=50000.x", "/admin/people?sort=here&after=50000.1700000000000000",
	"/admin/people?q=moss0500", "/admin/people?q=cem&sort=here", "/admin/people?q=u&show=moderators", "/admin/people?q=u&show=suspended&sort=newest", "/admin/people?q=u00777@mail", "/admin/people?q=zzz",
	"/admin/people/new", "/admin/people/4002", page("/admin/people/%d", busiest), page("/admin/people/%d/link", busiest), page("/admin/people/%d/suspend", busiest), page("/admin/people/%d/delete", busiest),

	"/admin/settings",

	"/admin/rooms", "/admin/rooms?after=5000+room+5000", "/admin/rooms?sort=members", "/admin/rooms?sort=members&after=5000+4", "/admin/rooms?sort=size&kind=private", "/admin/rooms?sort=size&after=5000+90",
	"/admin/rooms?sort=activity", "/admin/rooms?sort=activity&after=5000+1700000000000000", "/admin/rooms?q=room", "/admin/rooms?q=50", "/admin/rooms?q=room&sort=activity&kind=private",
	"/admin/rooms?state=used", "/admin/rooms?state=archived", "/admin/rooms?state=empty", "/admin/rooms?state=deletion", "/admin/rooms?q=zzz",
	"/admin/rooms/1", page("/admin/rooms/%d", openRoom), page("/admin/rooms/%d", privateRoom), page("/admin/rooms/%d", roomWithNone),
	"/admin/rooms/1/keep?keep=days&days=1", page("/admin/rooms/%d/keep?keep=days&days=30", openRoom), page("/admin/rooms/%d/delete", openRoom),

	"/admin/log", "/admin/log?before=50000", "/admin/log?before=1100", "/admin/log?by=ada", "/admin/log?by=u000502", "/admin/log?by=u000777", "/admin/log?act=room.rename", "/admin/log?act=rule.create",
	page("/admin/log?on=account&id=%d", busiest), "/admin/log?on=room", "/admin/log?on=room&id=40", "/admin/log?on=rule",
	"/admin/log?q=no77", "/admin/log?q=no7", "/admin/log?q=target", "/admin/log?q=target+ada", "/admin/log?q=192.0.2.7",
	"/admin/log?q=legacy", "/admin/log?q=legacy+ada", "/admin/log?q=legacy+target", "/admin/log?q=l&before=50000", "/admin/log?q=legacy+officer&act=room.rename&on=room", "/admin/log?q=legacy&by=u000777", "/admin/log?q=zzz",
	"/admin/log?since=2020-01-01&until=2020-01-02", page("/admin/log?since=%s", yesterday), page("/admin/log?until=%s", yesterday), page("/admin/log?q=target&act=room.rename&on=room&since=%s", yesterday),

	"/moderation", "/moderation?tab=mine", "/moderation?tab=closed", "/moderation?after=2.1800000000000000.5000",
	page("/moderation?tab=closed&after=0.%d.5000", time.Now().Add(-5000*time.Second).UnixMicro()),
	"/moderation?room=1", "/moderation?room=1&reason=violence", "/moderation?reason=violence", "/moderation?reason=hate&after=2.1800000000000000.5000", "/moderation?tab=closed&reason=violence", "/moderation?tab=mine&room=1&reason=hate",
	"/rooms/1/moderation?reason=violence", "/rooms/1/moderation?tab=open", "/rooms/1/moderation?tab=mine", "/rooms/1/moderation?tab=closed", "/rooms/1/moderation/log", "/rooms/1/moderate", page("/people/%d/moderate", busiest), "/people/4002/moderate",
	"/moderation/cases/5002", "/moderation/cases/5005", "/moderation/cases/5040", "/moderation/cases/5040?reason=violence", "/moderation/cases/5040?room=1&reason=hate",
	"/moderation/newcomers", "/moderation/appeals", "/moderation/appeals?room=1", page("/moderation/appeals?after=%d.5000", time.Now().Add(-5000*time.Second).UnixMicro()), "/moderation/appeals/5000",
	"/moderation/measures", "/moderation/measures?before=5000", "/moderation/measures?kind=time-out", "/moderation/measures?kind=slow", "/moderation/measures?q=stone", "/moderation/measures?q=zzz", "/moderation/measures?room=1", "/moderation/measures?room=1&kind=hide&q=u",
	"/moderation/rules", "/moderation/rules?q=forbidden&from=500", "/moderation/rules/500", "/moderation/rules/500/delete",
	"/moderation/held", "/moderation/held?room=1", "/moderation/held/5000/refuse",
}

// sessionsInTheMiddle goes on after 50,000 of them.
var sessionsInTheMiddle = page("/admin/sessions?after=%d.hash50000", time.Now().Add(-50_000*time.Second).UnixMicro())

var yesterday = time.Now().AddDate(0, 0, -1).Format(time.DateOnly)

func page(format string, of any) string { return fmt.Sprintf(format, of) }

// administrationParts is what is pushed to those pages when it has changed, and to the
// pages around a room.
var administrationParts = []string{
	"figures/hour", "charts/hour", "charts/day", "charts/week", "sockets/", "sockets/q=moss", "invitations", "invitations/5000", page("person/%d", busiest),
	"room/1", page("room/%d", roomWithNone), "queue/1/open/0", "queue/1/mine/0", "queue/1/closed/0", "queue/1/open/1", "queue/1/open/0/reason=violence", "queue/1/closed/0/room=1&reason=hate", "case/5002/1", "case/5040/1/reason=violence", "appeals/1/0", "appeals/1/1", "measures/1/0/", "measures/1/1/kind=warn", "desk/1", page("desk/%d", ofTheLobby), page("appeals/%d/0", ofTheLobby), page("measures/%d/0/", ofTheLobby), "held/1/0", "held/1/1",
	page("past/1/%d/0", busiest), "past/1/0/1", "past/1/0/0", "appeal/1/5000", "rules/q=&from=500", "rules/q=forbidden&from=", "rule/500/1", "refuse/1/5000",
	"rooms/1", "members/1/1", "barred/1/1", page("card/%d/1", busiest),
}

func TestEveryPageOfAdministrationIsMeasured(t *testing.T) {
	measured := http.NewServeMux()
	for _, pattern := range handlers.Patterns() {
		measured.HandleFunc(pattern, func(http.ResponseWriter, *http.Request) {})
	}
	known := map[string]bool{}
	for _, path := range administration {
		_, pattern := measured.Handler(httptest.NewRequest(http.MethodGet, path, nil))
		known[pattern] = true
	}
	for _, pattern := range handlers.Patterns() {
		if (strings.HasPrefix(pattern, "GET /admin") || strings.HasPrefix(pattern, "GET /moderation")) && !known[pattern] {
			t.Errorf("the page %q is not measured", pattern)
		}
	}
	for _, part := range handlers.LiveParts() {
		if slices.Contains([]string{"administration", "data", "notices", "reports"}, part) { // nothing is live there, or it is one's own
			continue
		}
		if !slices.ContainsFunc(administrationParts, func(measured string) bool { name, _, _ := strings.Cut(measured, "/"); return name == part }) {
			t.Errorf("the live part %q is not measured", part)
		}
	}
}

// BenchmarkAdministration is what each page of administration and moderation takes in a
// world of all sizes, request and rendering included, and each part that is pushed. It
// reports the median: the issues ask for less than 100 ms.
func BenchmarkAdministration(b *testing.B) {
	atFullScale(b, func(b *testing.B, w *world, ada *browser) {
		var people []store.UserID
		for i := range store.UserID(10_000) {
			people = append(people, 2+i*9)
		}
		w.server.OpenPages(b, people)
		at, err := url.Parse(w.http.URL)
		if err != nil {
			b.Fatal(err)
		}
		for _, path := range administration {
			r := httptest.NewRequest(http.MethodGet, w.http.URL+path, nil)
			for _, c := range ada.client.Jar.Cookies(at) {
				r.AddCookie(c)
			}
			b.Run(path, func(b *testing.B) {
				median(b, func() {
					a := httptest.NewRecorder()
					if w.server.ServeHTTP(a, r.Clone(b.Context())); a.Code != http.StatusOK {
						b.Fatalf("%s: %d", path, a.Code)
					}
				})
			})
		}
		for _, part := range administrationParts {
			b.Run("part/"+part, func(b *testing.B) {
				median(b, func() {
					if err := w.server.RenderPart(b.Context(), part); err != nil {
						b.Fatal(err)
					}
				})
			})
		}
	})
}

// median reports the median of what fn takes, and how much CPU time of this process: with
// SQLite that is all of it, whatever else the machine does.
func median(b *testing.B, fn func()) {
	fn() // statements are prepared once
	var all []time.Duration
	used := cpu(b)
	for b.Loop() {
		start := time.Now()
		fn()
		all = append(all, time.Since(start))
	}
	used = cpu(b) - used
	slices.Sort(all)
	b.ReportMetric(float64(used.Microseconds())/1000/float64(len(all)), "cpu-ms")
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "median-ms")
}
