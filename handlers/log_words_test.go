package handlers_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func TestTheLogSaysWhatPeopleWereToldAndTheFiguresOfAnAct(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		ben := fmt.Sprint(c.ids["ben"])
		long := "Goodbye & good luck. " + strings.Repeat("You know why. ", 30)
		for _, row := range []struct {
			form url.Values
			says []string
		}{
			{url.Values{"kind": {"slow"}, "room": {"1"}, "amount": {"90"}, "for": {"1h"}, "words": {"One at a time"}}, []string{"until ", "90 seconds", "Told the room: “One at a time”"}},
			{url.Values{"kind": {"newcomer"}, "amount": {"1"}, "for": {"24h"}}, []string{"until ", "1 hour<"}},
			{url.Values{"kind": {"wait"}, "amount": {"90"}}, []string{"90 minutes"}},
			{url.Values{"kind": {"time-out"}, "user": {ben}, "room": {"1"}, "for": {"1h"}, "words": {"Breathe"}}, []string{"until ", "Told them: “Breathe”"}},
			{url.Values{"kind": {"warn"}, "user": {ben}, "words": {"Mind\nyour tone"}}, []string{"Told them: “Mind\nyour tone”"}},
			{url.Values{"kind": {"warn"}, "user": {ben}}, nil},
			{url.Values{"kind": {"ban"}, "user": {ben}, "for": {"24h"}, "addresses": {"yes"}, "words": {long}}, []string{"until ", "their addresses are refused, too", "Told them: “Goodbye &amp; good luck. ", "…”"}},
		} {
			kind := row.form.Get("kind")
			c.does("ada", "/measures", with(row.form, "reason", "other"), 303)
			main := c.main("ada", "/admin/log?act=moderation."+kind)
			entry, _, _ := strings.Cut(main[strings.Index(main, `class="log__entry"`):], "</li>")
			if a := (answer{body: entry}); !a.says(row.says...) || strings.Contains(entry, "Told") != row.form.Has("words") || a.says("amount") {
				t.Errorf("of %s the log says\n%s\nwithout one of %q", kind, entry, row.says)
			}
		}
		// It is found by what was said, and where the ban is, it says that the addresses are refused.
		if main := c.main("ada", "/admin/log?q=goodbye"); strings.Count(main, `class="log__entry"`) != 1 {
			t.Errorf("looked for by its words:\n%s", main)
		}
		for _, path := range []string{"/moderation/measures?kind=ban", "/people/" + ben + "/moderate"} {
			if main := c.main("ada", path); !strings.Contains(main, "their addresses are refused, too") {
				t.Errorf("%s does not say that addresses are refused:\n%s", path, main)
			}
		}

		// What is said in a private room stays there.
		room := c.does("ada", "/rooms", url.Values{"name": {"Cellar"}, "kind": {"private"}}, 303).Header.Get("Location")
		room = strings.Split(strings.TrimPrefix(room, "/rooms/"), "-")[0]
		c.does("ada", "/measures", url.Values{"kind": {"lock"}, "room": {room}, "for": {"1h"}, "reason": {"other"}, "words": {"Between us"}}, 303)
		if main := c.main("ada", "/admin/log?act=moderation.lock"); !strings.Contains(main, "until ") || strings.Contains(main, "Between us") {
			t.Errorf("of a private room the log says\n%s", main)
		}

		// A room's log says what the room was told, and never what a person was.
		if main := c.main("dan", "/rooms/1/moderation/log"); strings.Contains(main, "Breathe") || !strings.Contains(main, "One at a time") || !strings.Contains(main, "90 seconds") {
			t.Errorf("the room's log says\n%s", main)
		}
	})
}
