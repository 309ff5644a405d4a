package handlers_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/store"
)

// adminGet reads from the admin listener.
func (w *world) adminGet(path string, change ...func(*http.Request)) (*http.Response, string) {
	w.t.Helper()
	admin := httptest.NewServer(w.server.AdminHandler(true))
	defer admin.Close()
	req, err := http.NewRequest(http.MethodGet, admin.URL+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, fn := range change {
		fn(req)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp, string(text)
}

// samples reads Prometheus' text format strictly: each sample belongs to the family
// whose HELP and TYPE came last.
func samples(t *testing.T, text string) map[string]float64 {
	t.Helper()
	sample := regexp.MustCompile(`^([a-z_]+)(\{[a-z_]+="(?:[^"\\\n]|\\[\\"n])*"(?:,[a-z_]+="(?:[^"\\\n]|\\[\\"n])*")*\})? (\S+)$`)
	all := map[string]float64{}
	family, kind, helped := "", "", ""
	seen := map[string]bool{}
	if !strings.HasSuffix(text, "\n") {
		t.Error("the last line has no end")
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if name, is := strings.CutPrefix(line, "# HELP "); is {
			helped, _, _ = strings.Cut(name, " ")
			continue
		}
		if name, is := strings.CutPrefix(line, "# TYPE "); is {
			family, kind, _ = strings.Cut(name, " ")
			if family != helped || seen[family] {
				t.Errorf("%q follows the help of %q", line, helped)
			}
			seen[family] = true
			continue
		}
		m := sample.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("this is no sample: %q", line)
			continue
		}
		name := m[1]
		if kind == "histogram" {
			for _, end := range []string{"_bucket", "_sum", "_count"} {
				name = strings.TrimSuffix(name, end)
			}
		}
		if name != family || kind == "counter" && !strings.HasSuffix(name, "_total") {
			t.Errorf("%q stands below %s %s", line, kind, family)
		}
		value, err := strconv.ParseFloat(m[3], 64)
		if err != nil {
			t.Errorf("%q: %v", line, err)
		}
		if _, twice := all[m[1]+m[2]]; twice {
			t.Errorf("%s is there twice", m[1]+m[2])
		}
		all[m[1]+m[2]] = value
	}
	return all
}

func TestPrometheusReadsTheFiguresOnAListenerOfTheirOwn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		a, _ := ada.follow(`{"type":"resume","rev":"0"}`)
		ben.follow(`{"type":"resume","rev":"0"}`)
		for i := range 3 {
			ada.say(fmt.Sprintf("message %d", i))
			read(t, a, fmt.Sprintf("message %d", i))
		}
		// The last is counted when it was sent to everyone.
		var got map[string]float64
		for range 100 {
			resp, text := w.adminGet("/metrics")
			if kind := resp.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/plain; version=0.0.4") {
				t.Fatalf("got %s of %s", resp.Status, kind)
			}
			if got = samples(t, text); got["parley_deliveries_total"] >= 6 {
				break
			}
		}
		for name, want := range map[string]float64{
			"parley_people_online": 2, "parley_sockets_open": 2, "parley_messages_total": 3, "parley_deliveries_total": 6, "parley_resumes_total": 2,
		} {
			if got[name] != want {
				t.Errorf("%s is %v, want %v", name, got[name], want)
			}
		}
		for _, name := range []string{"parley_delivery_seconds", "parley_write_seconds"} {
			count, last := got[name+"_count"], 0.0
			if count < 1 || got[name+`_bucket{le="+Inf"}`] != count || got[name+"_sum"] <= 0 {
				t.Errorf("%s: %v in all, %v in the last step, sum %v", name, count, got[name+`_bucket{le="+Inf"}`], got[name+"_sum"])
			}
			for i := range store.Steps - 1 {
				step, is := got[fmt.Sprintf(`%s_bucket{le="%s"}`, name, strconv.FormatFloat(store.StepEnd(i).Seconds(), 'g', -1, 64))]
				if !is || step < last {
					t.Errorf("%s: step %d has %v after %v", name, i, step, last)
				}
				last = step
			}
		}
		for _, name := range []string{"parley_database_bytes", "parley_memory_bytes", "parley_goroutines", "parley_commits_total", "parley_writes_total", "parley_start_time_seconds"} {
			if got[name] < 1 {
				t.Errorf("%s is %v", name, got[name])
			}
		}

		// A page that may no longer look is counted by its reason.
		ben.post("/logout", nil)
		for range 1000 {
			if _, text := w.adminGet("/metrics"); samples(t, text)[`parley_sockets_dropped_total{reason="signed out"}`] == 1 {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
		t.Error("the socket that was dropped is not counted")
	})
}

func TestTheAdminListenerHasProfilesAndAnswersToItsOwnNameAlone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for path, want := range map[string]int{"/metrics": 200, "/readyz": 200, "/debug/pprof/": 200, "/debug/pprof/goroutine?debug=1": 200, "/debug/pprof/cmdline": 200, "/admin": 404, "/": 404, "/healthz": 404} {
			if resp, _ := w.adminGet(path); resp.StatusCode != want {
				t.Errorf("%s: got %s, want %d", path, resp.Status, want)
			}
			if resp, _ := w.adminGet(path, func(r *http.Request) { r.Host = "evil.example:9090" }); resp.StatusCode != http.StatusMisdirectedRequest {
				t.Errorf("%s by the name of another site: got %s", path, resp.Status)
			}
		}
		w.server.Drain(t.Context())
		if resp, _ := w.adminGet("/readyz"); resp.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("readyz of a server that drains: got %s", resp.Status)
		}
	})
}

func TestTheOverviewShowsEachFigureWithItsChartAndTable(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		if a := ada.get("/admin"); strings.Count(a.body, "Nothing was measured yet") != 13 {
			t.Errorf("an empty overview: %s", a.body)
		}
		w.server.KeepFigure(t.Context(), time.Now())
		for _, within := range []string{"", "hour", "day", "week", "nonsense"} {
			a := ada.get("/admin?range=" + within)
			for what, want := range map[string]int{"<svg ": 13, `class="figure__now"`: 13, "<details": 13, "<tbody><tr>": 13, "style=": 0} {
				if got := strings.Count(a.body, what); got != want {
					t.Errorf("range %q: %d of %s, want %d", within, got, what, want)
				}
			}
		}
		de := ada.get("/admin", "Accept-Language", "de")
		if !strings.Contains(de.body, "Nachrichten pro Minute") || strings.Contains(de.body, "Messages per minute") {
			t.Error("the German overview is not German")
		}
	})
}

func TestFiguresMoveForThoseWhoLookAndOnlyForAdministrators(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		const address = "/live?title=Overview&part=figures/hour"
		c, first := ada.followAt(address, `{"type":"resume"}`)
		if !strings.Contains(first, `id="posts-now"`) || !strings.Contains(first, `id="posts-chart"`) || !strings.Contains(first, `id="posts-table"`) {
			t.Errorf("the page is first told %.2000s", first)
		}
		for range 7 {
			ben.say("hello")
		}
		frame := read(t, c, `<bdi>7</bdi>`)
		if strings.Contains(frame, "-chart") {
			t.Error("the charts come with each number, though no minute is over")
		}
		w.server.KeepFigure(t.Context(), time.Now())
		if frame := read(t, c, `id="posts-chart"`); strings.Contains(frame, "<details") || strings.Contains(frame, "hx-get") || strings.Contains(frame, "nonce") {
			t.Errorf("the charts are %s", frame)
		}

		b, _, err := ben.dialAt(address)
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		if text, code := closed(t, b); code != 1008 || !strings.Contains(text, "no longer for you to see") || strings.Contains(text, "posts-now") {
			t.Errorf("Ben, who is no administrator, got %d and %s", code, text)
		}
		if a := ben.get(address); strings.Contains(a.body, "hx-ws") {
			t.Errorf("the dead man's switch connects Ben: %s", a.body)
		}
	}, unlimited)
}

func TestNothingIsRenderedWhileNobodyLooks(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		if moving := w.server.Moving(); len(moving) != 0 {
			t.Errorf("nobody looks, and %v move", moving)
		}
		c, _ := ada.followAt("/live?title=Overview&part=figures/day", `{"type":"resume"}`)
		if moving := w.server.Moving(); fmt.Sprint(moving) != "[figures/day]" {
			t.Errorf("Ada looks at the day, and %v move", moving)
		}
		c.Close()
		for range 1000 {
			if len(w.server.Moving()) == 0 {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
		t.Errorf("Ada has left, and %v move", w.server.Moving())
	})
}

func TestTheListOfOpenPagesSaysThatItIsThoseOfOneProcess(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		const sentence = "Listed are the pages of the one that answered you"
		if a := ada.get("/admin/sockets"); strings.Contains(a.body, sentence) {
			t.Error("alone it speaks of others")
		}
		now := time.Now()
		if err := w.store.KeepFigure(t.Context(), store.Figure{Node: "another", At: now.Truncate(time.Minute).Add(-time.Minute)}, now); err != nil {
			t.Fatal(err)
		}
		has(t, "beside another", ada.get("/admin/sockets").body, "In the last minutes 2 processes served this place", sentence)
	})
}

var socketEnd = regexp.MustCompile(`/admin/sockets/(\d+)/end`)

func TestAnAdministratorSeesOpenPagesWithoutTheirContentsAndEndsOne(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben, cleo := w.signUp("ada"), w.signUp("ben"), w.signUp("cleo")
		if a := ben.post("/direct", url.Values{"with": {"3"}}); a.Header.Get("Location") != "/rooms/2-direct" {
			t.Fatalf("start a conversation: %s", a.Status)
		}
		ben.post("/rooms/2/messages", draft("a secret of ours"))
		b, _ := ben.followAt("/rooms/2/live", `{"type":"resume","rev":"0"}`)
		// A page that calls itself by the names of a conversation.
		cleo.followAt("/live?here=2&title=Ben+and+Cleo", `{"type":"resume"}`)
		lobby, _ := ben.follow(`{"type":"resume","rev":"0"}`)

		a := ada.get("/admin/sockets")
		for _, want := range []string{"ben", "cleo", "a direct conversation", "Lobby", "127.0.0.1", "3 open pages"} {
			if !strings.Contains(a.body, want) {
				t.Errorf("the list lacks %q", want)
			}
		}
		for _, secret := range []string{"a secret of ours", "Ben and Cleo", "direct</a>"} {
			if strings.Contains(a.body, secret) {
				t.Errorf("the list shows %q", secret)
			}
		}
		if a := ada.get("/admin/sockets?q=cle"); !strings.Contains(a.body, "1 open page") || strings.Count(a.body, `data-label="Person"`) != 1 {
			t.Errorf("a search for Cleo: %s", a.body)
		}
		if a := ada.get("/admin/sockets?q=zzz"); !strings.Contains(a.body, "Nobody of that name") {
			t.Error("a search for nobody does not say so")
		}

		// The first of Ben's is the conversation: the oldest is the last of the list.
		all := socketEnd.FindAllStringSubmatch(a.body, -1)
		if len(all) != 3 {
			t.Fatalf("got %d pages to end", len(all))
		}
		end := "/admin/sockets/" + all[2][1] + "/end"
		if a := ben.post(end, nil); a.StatusCode != http.StatusNotFound {
			t.Errorf("Ben ends it himself: %s", a.Status)
		}
		if a := ada.get(end); !strings.Contains(a.body, "End this open page of \u2068ben\u2069?") || !strings.Contains(a.body, "a direct conversation") || strings.Contains(a.body, "cleo") {
			t.Errorf("the question is %s", a.body)
		}
		if a := ada.post(end, nil); a.Header.Get("Location") != "/admin/sockets" {
			t.Errorf("end it: %s %s", a.Status, a.body)
		}
		if text, code := closed(t, b); code != 1008 || !strings.Contains(text, "An administrator has ended this page") {
			t.Errorf("the page gets %d and %s", code, text)
		}
		if a := ada.post(end, nil); a.StatusCode != http.StatusNotFound {
			t.Errorf("end it again: %s", a.Status)
		}
		// The other page lives on, and so does the session.
		ada.say("still here")
		read(t, lobby, "still here")
		entries, err := w.store.Entries(t.Context(), store.EntryQuery{Act: "socket.end"}, 10)
		if err != nil || len(entries) != 1 || entries[0].ByName != "ada" || entries[0].Target.Name != "ben" {
			t.Errorf("the log has %v, %v", entries, err)
		}
	})
}

func TestAnAdministratorEndsSessionsAndTheirSocketsEndAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		again := w.browser()
		if a := again.post("/login", url.Values{"login": {"ben"}, "password": {password}}, "User-Agent", "Mozilla/5.0 (X11; Linux) Firefox/140"); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("sign in: %s", a.Status)
		}
		first, _ := ben.follow(`{"type":"resume","rev":"0"}`)
		second, _ := again.follow(`{"type":"resume","rev":"0"}`)
		a := ada.get("/admin/sessions?q=ben")
		// The list of Ben's has the newest first; its own form ends it.
		found := regexp.MustCompile(`name="session" value="([0-9a-f]+)"`).FindAllStringSubmatch(a.body, -1)
		if len(found) != 2 || !strings.Contains(a.body, "Firefox, Linux") || strings.Contains(a.body, "this browser") {
			t.Fatalf("got %d sessions of Ben's: %s", len(found), a.body)
		}
		if all := ada.get("/admin/sessions"); strings.Count(all.body, `data-label="Person"`) != 3 || !strings.Contains(all.body, "this browser") {
			t.Errorf("the list of all: %s", all.body)
		}
		firefox := found[0][1]
		if strings.Index(a.body, "Firefox") > strings.Index(a.body, found[0][1]) {
			firefox = found[1][1]
		}
		start := time.Now()
		if a := ada.post("/admin/sessions/end", url.Values{"session": {firefox}}); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("end one: %s", a.Status)
		}
		if text, code := closed(t, second); code != 1008 || !strings.Contains(text, "You are signed out") {
			t.Errorf("its page gets %d and %s", code, text)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("it took %v", took)
		}
		if a := again.get("/rooms"); a.StatusCode != http.StatusSeeOther {
			t.Errorf("the session that ended: got %s", a.Status)
		}
		if a := ben.get("/rooms"); a.StatusCode != http.StatusOK {
			t.Errorf("Ben's other session: got %s", a.Status)
		}
		if a := ada.get("/admin/sessions/of/2/end"); !strings.Contains(a.body, "Sign \u2068ben\u2069 out everywhere?") {
			t.Errorf("the question is %s", a.body)
		}
		if a := ada.post("/admin/sessions/of/2/end", nil); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("end all: %s", a.Status)
		}
		if _, code := closed(t, first); code != 1008 {
			t.Errorf("the other page gets %d", code)
		}
		if a := ada.get("/admin/sessions?q=ben"); !strings.Contains(a.body, "Nobody of that name is signed in.") {
			t.Errorf("the list afterwards: %s", a.body)
		}
	})
}
