package handlers_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"parley/handlers"
	"parley/handlers/live"
	"parley/store"
	"parley/store/storetest"
)

// lorem is a message as people write them: of 20 to 280 characters.
func lorem(i int) string {
	words := strings.Fields("the coffee machine on the second floor speaks of descaling again and nobody knows where the tablets went after the move from the old building so I will bring some tomorrow unless somebody was faster")
	var b strings.Builder
	for n := range 4 + i*7%45 {
		fmt.Fprintf(&b, "%s ", words[(n*3+i)%len(words)])
	}
	return fmt.Sprintf("%s(%d)", b.String(), i)
}

// packed is what an answer weighs on the wire.
func (b *browser) packed(path string) (html string, bytes int) {
	b.w.t.Helper()
	req, err := http.NewRequest("GET", b.w.http.URL+path, nil)
	if err != nil {
		b.w.t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip") // set by hand, it is not unpacked
	resp, err := b.client.Do(req)
	if err != nil {
		b.w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		b.w.t.Fatalf("%s: %s, %v", path, resp.Status, err)
	}
	if got := resp.Header.Get("Content-Encoding"); got != "gzip" {
		b.w.t.Errorf("%s is not compressed: %q", path, got)
	}
	return b.get(path).body, len(body)
}

func TestTheRoomsPageAndItsAssetsAreSmall(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), unlimited)
	ada := w.signUp("ada")
	for i := range 50 {
		ada.say(lorem(i))
	}
	html, page := ada.packed("/rooms/1-lobby")
	if n := strings.Count(html, "<article"); n != 50 {
		t.Fatalf("the page has %d messages", n)
	}
	if page > 30_000 {
		t.Errorf("the page of 50 messages has %d bytes, 30,000 are the limit", page)
	}
	assets := 0
	for _, url := range regexp.MustCompile(`/static/[^"]+\.(?:css|js|svg)`).FindAllString(html, -1) {
		if strings.Contains(url, "noscript") {
			continue
		}
		req, err := http.NewRequest("GET", w.http.URL+url, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Encoding", "gzip")
		resp, err := ada.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		assets += int(n)
	}
	if assets < 10_000 || assets > 30_000 {
		t.Errorf("the assets have %d bytes, 30,000 are the limit", assets)
	}
	t.Logf("page %d bytes, assets %d bytes, compressed", page, assets)
	// The README says it as it is.
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	says := regexp.MustCompile(`with 50 messages is about (\d+) kB compressed, all its assets together about (\d+) kB`).FindSubmatch(readme)
	if says == nil {
		t.Fatal("the README does not say how small a page is")
	}
	for i, is := range []int{page, assets} {
		said, err := strconv.Atoi(string(says[i+1]))
		if off := said*1000 - is; err != nil || max(off, -off) > 1000 {
			t.Errorf("the README says %d kB, it is %d bytes", said, is)
		}
	}
}

// roomOf50 renders the page of 50 messages from SQLite, without the network and without
// compression.
func roomOf50(t testing.TB) func() {
	s := storetest.SQLite(t)
	ada, err := s.CreateUser(t.Context(), store.SignUp{Username: "ada", Email: "ada@example.com", Password: password, MayBeFirst: true})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		if _, err := s.PostMessage(t.Context(), store.Draft{Room: 1, Author: ada.ID, Key: fmt.Sprint(i), Body: lorem(i)}); err != nil {
			t.Fatal(err)
		}
	}
	server, err := handlers.New(t.Context(), handlers.Config{Store: s, Bus: &live.Local{}, ListenPort: "80"})
	if err != nil {
		t.Fatal(err)
	}
	render := server.RoomPage(ada, 1)
	return func() {
		if err := render(t.Context(), io.Discard); err != nil {
			t.Fatal(err)
		}
	}
}

// What the page costs is measured by the benchmark, when somebody asks. What it allocates
// does not depend on the machine: who makes it grow is told at once.
func TestTheRoomsPageAllocatesNoMoreThanWhatItWasMeasuredWith(t *testing.T) {
	const measured = 1463 // with 350 µs
	if n := testing.AllocsPerRun(50, roomOf50(t)); n > 1.1*measured {
		t.Errorf("the page of 50 messages allocates %.0f times, and %d when it was measured", n, measured)
	}
}

// mostCPU is what the page may cost.
const mostCPU = 400 * time.Microsecond

func BenchmarkRoomPage(b *testing.B) {
	render := roomOf50(b)
	b.ReportAllocs()
	before := cpu(b)
	for b.Loop() {
		render()
	}
	each := (cpu(b) - before) / time.Duration(b.N)
	b.ReportMetric(float64(each)/float64(time.Microsecond), "cpu-µs/op")
	if each > mostCPU {
		b.Errorf("the page of 50 messages costs %v of the processor, %v are the limit", each, mostCPU)
	}
}

// cpu is the CPU time that this process has used: it hardly depends on what else the
// machine does.
func cpu(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
