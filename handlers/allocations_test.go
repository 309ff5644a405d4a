package handlers_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/store/storetest"
)

// BenchmarkMessage takes a message all the way: the form, the store, the fragment, every
// open page. What is allocated must not grow with the pages. The form's own request and
// its answer are part of it.
func BenchmarkMessage(b *testing.B) {
	for _, pages := range []int{10, 1000} {
		b.Run(fmt.Sprintf("pages=%d", pages), func(b *testing.B) {
			w := newWorld(b, storetest.SQLite(b), unlimited)
			ada := w.signUp("ada")
			place, err := url.Parse(w.http.URL)
			if err != nil {
				b.Fatal(err)
			}
			var reached atomic.Int64
			for range pages {
				c, _ := ada.follow(`{"type":"resume","rev":"0"}`)
				go func() {
					buf, mark := make([]byte, 4096), []byte("<hx-upsert ")
					for {
						n, err := c.NetConn().Read(buf)
						if err != nil {
							return
						}
						reached.Add(int64(bytes.Count(buf[:n], mark)))
					}
				}()
			}
			cookie := ada.client.Jar.Cookies(place)[0]
			post := func(body string) {
				want := reached.Load() + int64(pages)
				r := httptest.NewRequest(http.MethodPost, w.http.URL+"/rooms/1/messages", strings.NewReader(draft(body).Encode()))
				r.AddCookie(cookie)
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set("Origin", w.http.URL)
				r.Header.Set("HX-Request", "true")
				answer := httptest.NewRecorder()
				w.server.ServeHTTP(answer, r)
				if answer.Code != http.StatusOK {
					b.Fatalf("post: %d %.300s", answer.Code, answer.Body)
				}
				for reached.Load() < want {
					time.Sleep(50 * time.Microsecond)
				}
			}
			time.Sleep(2500 * time.Millisecond) // who is here is rendered every two seconds at most
			for i := range 5 {
				post(fmt.Sprintf("warm %d", i))
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			b.ResetTimer()
			for i := range b.N {
				post(fmt.Sprintf("message %d", i))
			}
			b.StopTimer()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(b.N), "allocs/message")
		})
	}
}
