package handlers_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/store/storetest"
)

func TestARefusalSaysWhenToTryAgainAsOneWouldCountIt(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), unlimited)
	ada, ben := w.signUp("ada"), w.signUp("ben")
	for _, tt := range []struct {
		lasts    time.Duration
		en, says string
	}{
		{90 * time.Minute, "Try again in 90 minutes.", "Versuch es in 90 Minuten noch einmal."},
		{24 * time.Hour, "Try again in 24 hours.", "Versuch es in 24 Stunden noch einmal."},
		{72 * time.Hour, "Try again in 3 days.", "Versuch es in 3 Tagen noch einmal."},
		{30 * 24 * time.Hour, "Try again in 30 days.", "Versuch es in 30 Tagen noch einmal."},
	} {
		ada.post("/measures", url.Values{"kind": {"time-out"}, "user": {"2"}, "for": {tt.lasts.String()}, "reason": {"spam"}})
		for language, says := range map[string]string{"en": tt.en, "de": tt.says} {
			a := ben.post("/rooms/1/messages", draft("hello"), "Accept-Language", language)
			if a.StatusCode != http.StatusForbidden || !strings.Contains(a.body, says) {
				t.Errorf("a time-out of %v: %s, without %q", tt.lasts, a.Status, says)
			}
			// The header stays in seconds (RFC 9110, 10.2.3). Some have passed since.
			if after, _ := strconv.Atoi(a.Header.Get("Retry-After")); after > int(tt.lasts.Seconds()) || after < int(tt.lasts.Seconds())-30 {
				t.Errorf("a time-out of %v: Retry-After is %d", tt.lasts, after)
			}
		}
	}
}
