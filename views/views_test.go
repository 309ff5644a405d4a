package views

import (
	"context"
	"strings"
	"testing"
	"time"

	"parley/store"
)

func TestTheLineSaysTheDayWhenItIsNotToday(t *testing.T) {
	now := time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC)
	for at, want := range map[time.Time]string{
		now.Add(-time.Hour):      "08:00",
		now.Add(-9 * time.Hour):  "00:00",
		now.Add(-10 * time.Hour): "yesterday 23:00",
		now.AddDate(0, 0, -2):    "13 January 09:00",
		now.AddDate(-1, 0, 0):    "15 January 2025 09:00",
	} {
		if got := sinceWhen(context.Background(), at, now); got != want {
			t.Errorf("%v is %q, want %q", at, got, want)
		}
	}
	css := NewSinceCSS(context.Background(), store.Message{Room: 1, Seq: 5, CreatedAt: time.Now().AddDate(0, 0, -1)}, time.UTC)
	if !strings.Contains(css, `"New since yesterday `) {
		t.Errorf("the line is drawn by %s", css)
	}
}

func TestMessagesOfOnePersonWithinFiveMinutesOfADayAreOneBlock(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	noon := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	midnight := noon.Truncate(24 * time.Hour)
	for _, c := range []struct {
		name         string
		before, at   time.Time
		by           store.UserID // who wrote before; 0: nobody
		zone         *time.Location
		follows, day bool
	}{
		{"the first of a room", time.Time{}, noon, 0, time.UTC, false, true},
		{"at once", noon, noon, 1, time.UTC, true, false},
		{"just within five minutes", noon, noon.Add(5*time.Minute - time.Microsecond), 1, time.UTC, true, false},
		{"five minutes later", noon, noon.Add(5 * time.Minute), 1, time.UTC, false, false},
		{"after somebody else", noon, noon.Add(time.Second), 2, time.UTC, false, false},
		{"by a clock that was set back", noon, noon.Add(-time.Minute), 1, time.UTC, true, false},
		{"over midnight", midnight.Add(-time.Second), midnight.Add(time.Second), 1, time.UTC, false, true},
		{"over a midnight that is not the reader's", midnight.Add(-time.Second), midnight.Add(time.Second), 1, tokyo, true, false},
		{"over the reader's midnight", midnight.Add(15*time.Hour - time.Second), midnight.Add(15 * time.Hour), 1, tokyo, false, true},
		{"a year later to the day", noon.AddDate(-1, 0, 0), noon, 1, time.UTC, false, true},
	} {
		m := store.Message{Author: 1, CreatedAt: c.at, PrevAuthor: c.by, PrevAt: c.before}
		day, block := opens(m, c.zone)
		if block == c.follows {
			t.Errorf("%s: it opens a block is %v", c.name, block)
		}
		if day != c.day {
			t.Errorf("%s: it is a new day is %v", c.name, day)
		}
	}
}
