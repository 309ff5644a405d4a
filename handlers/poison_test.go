package handlers_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

// Whatever a page says of itself, it is answered to the pulse, and it harms nobody.
func TestPoisonedResumesAreAnsweredAndHarmless(t *testing.T) {
	list := func(n int, row func(i int) string) string {
		rows := make([]string, n)
		for i := range rows {
			rows[i] = row(i)
		}
		return "[" + strings.Join(rows, ",") + "]"
	}
	long := func(int) string { return `"1.2"` }
	resumes := map[string]string{
		"no rows":                   `"rev":"4"`,
		"null":                      `"rev":null,"have":null`,
		"an empty list":             `"rev":"4","have":[]`,
		"an empty string":           `"rev":"4","have":""`,
		"a number":                  `"rev":"4","have":7`,
		"an object":                 `"rev":"4","have":{"1":"2"}`,
		"a list in a list":          `"rev":"4","have":[["1.2"]]`,
		"nulls":                     `"rev":"4","have":[null,null,"1.2"]`,
		"numbers":                   `"rev":"4","have":[1.2,2.3]`,
		"words":                     `"rev":"4","have":["x","","1","1.","."," 1.2","1.2 ","1.2.3","+1.2","0x1.2","١.٢"]`,
		"SQL":                       `"rev":"4","have":["1); drop table messages; --.2","1 or 1=1.2"]`,
		"HTML":                      `"rev":"<script>","have":["<i id=pulse>.2"]`,
		"NUL":                       `"rev":"4","have":["1\u0000.2","\u0000"]`,
		"half a surrogate":          `"rev":"4","have":["\ud800.2"]`,
		"negative rows":             `"rev":"4","have":["-1.2","-9223372036854775808.1"]`,
		"row 0":                     `"rev":"4","have":["0.0"]`,
		"negative revisions":        `"rev":"4","have":["1.-2","2.-9223372036854775808"]`,
		"the largest row":           `"rev":"4","have":["9223372036854775807.9223372036854775807"]`,
		"larger than any row":       `"rev":"4","have":["9223372036854775808.1","99999999999999999999999999.1"]`,
		"rows that do not exist":    `"rev":"4","have":["1.2","999.1000"]`,
		"revisions to come":         `"rev":"4","have":["1.900","2.900","3.900"]`,
		"one row twice":             `"rev":"4","have":["1.2","1.2"]`,
		"one row, at two revisions": `"rev":"4","have":["1.2","1.900","1.1"]`,
		"one row, 2,000 times":      `"rev":"4","have":` + list(2000, long),
		"499 rows":                  `"rev":"4","have":` + list(499, func(i int) string { return fmt.Sprintf(`"%d.1"`, i+1) }),
		"500 rows":                  `"rev":"4","have":` + list(500, func(i int) string { return fmt.Sprintf(`"%d.1"`, i+1) }),
		"1,200 rows":                `"rev":"4","have":` + list(1200, func(i int) string { return fmt.Sprintf(`"%d.1"`, i+1) }),
		"5,000 empty rows":          `"rev":"4","have":` + list(5000, func(int) string { return `""` }),
		"8,000 numbers":             `"rev":"4","have":` + list(8000, func(int) string { return `0` }),
		"a row of 15,000 digits":    `"rev":"4","have":"` + strings.Repeat("9", 15000) + `.1"`,
		"a revision of 15,000":      `"rev":` + strings.Repeat("9", 15000),
		"rev 0":                     `"rev":"0"`,
		"rev -1":                    `"rev":"-1"`,
		"the smallest rev":          `"rev":"-9223372036854775808"`,
		"the largest rev":           `"rev":"9223372036854775807"`,
		"a rev with a point":        `"rev":4.5`,
		"a rev with an exponent":    `"rev":4e3`,
		"a rev that is a list":      `"rev":["4","5"]`,
		"a rev that is an object":   `"rev":{"4":5}`,
		"a rev that is true":        `"rev":true`,
		"keys twice":                `"rev":"1","rev":"4","have":"1.2","have":["2.3"]`,
		"keys that nobody knows":    `"rev":"4","HEADERS":{"HX-Request":"true"},"__proto__":{"x":1}`,
		"a page in the past":        `"rev":"4","past":"1","have":["1.2","x"]`,
		"a page in the past at all": `"rev":"-4","past":"\u0000"`,
	}
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		for i := range 3 {
			ada.say(fmt.Sprintf("message %d", i+1))
		}
		bystander, before := ben.follow(resume)
		for name, said := range resumes {
			t.Run(name, func(t *testing.T) {
				c := ada.open()
				c.t = t
				c.say(masked(fin|opText, `{"type":"resume",`+said+`}`))
				text, rest := c.alive()
				if !strings.Contains(text, pulse) || strings.Contains(text, "<script>") || rest != "" {
					t.Errorf("got %.300q and %q", text, rest)
				}
			})
		}
		for name, said := range map[string]string{ // more than a frame may have
			"10,000 rows":         list(10_000, long),
			"10,000 short rows":   list(10_000, func(int) string { return `0` }),
			"a row of 100,000":    `"` + strings.Repeat("9", 100_000) + `"`,
			"100,000 open arrays": strings.Repeat("[", 100_000),
		} {
			t.Run(name, func(t *testing.T) {
				c := ada.open()
				c.t = t
				c.say(masked(fin|opText, `{"type":"resume","rev":"4","have":`+said+`}`))
				c.until(frame(fin|opClose, tooLarge))
				c.ended()
			})
		}
		ada.say("afterwards")
		read(t, bystander, "afterwards")
		if _, after := ben.follow(resume); !strings.Contains(after, before[:strings.Index(before, "message 3")]) {
			t.Errorf("a fresh page is another:\n%s\nbefore:\n%s", after, before)
		}
	}, unlimited)
}

func TestWhatIsJSONButNotOursIsIgnored(t *testing.T) {
	ways(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		for _, said := range []string{
			``, ` `, `{`, `}`, `null`, `true`, `0`, `1e999`, `""`, `"resume"`, `[]`, `["resume"]`, `[{"type":"resume","rev":"0"}]`, `{}`,
			`{"type":null}`, `{"type":1}`, `{"type":["resume"]}`, `{"type":{"resume":1}}`, `{"type":""}`, `{"type":"Resume"}`, `{"type":"resume "}`,
			`{"type":"subscribe"}`, `{"type":"post","body":"hello"}`, `{"kind":"resume"}`, `{"type":"resume","rev":"0"} {}`, `{"type":"resume","rev":"0",}`,
			`{"target":"body","swap":"innerHTML","text":"x"}`, `{"channel":"ui","payload":"<b>x</b>"}`, `<i id="pulse">`,
			strings.Repeat("[", 16<<10), strings.Repeat(`{"a":`, 3000), "\x00", "\ufeff" + resume, "'" + resume + "'",
		} {
			c := ada.open()
			c.say(masked(fin|opText, said))
			if text, rest := c.alive(); text+rest != "" {
				t.Errorf("%.80q: got %.300q and %q", said, text, rest)
			}
		}
	}, unlimited)
}

// A frame that parses as JSON is a command to hx-ws, so what people write is never one.
func TestWhatPeopleWriteIsNeverAFrameOfItsOwn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		c := ben.open()
		c.say(masked(fin|opText, resume))
		// look reads on until a frame has mark.
		look := func(what, mark string) {
			for {
				head, payload, err := c.next()
				if err != nil {
					t.Fatalf("%q: %v", what, err)
				}
				if head != fin|opText {
					continue
				}
				if !strings.HasPrefix(payload, "<") || json.Valid([]byte(payload)) || !utf8.ValidString(payload) || strings.ContainsRune(payload, 0) {
					t.Errorf("%q: got the frame %q", what, payload)
				}
				if strings.Contains(payload, mark) {
					return
				}
			}
		}
		texts := []string{
			`{}`, `[]`, `null`, `true`, `7`, `"x"`, ` {"a":1} `, "\n[1]\n", `{"target":"body","swap":"innerHTML","text":"x"}`, `{"channel":"ui","format":"html","payload":"<b>x</b>"}`,
			"```\n{\"target\":\"body\"}\n```", "`{}`", "{\"a\":\n1}", "\ufeff{}", "\u2028{}",
		}
		for i, text := range texts {
			mark := fmt.Sprintf(`data-seq="%d"`, 2*i+1)
			ada.say(text)
			look(text, mark)
			if a := ada.post(fmt.Sprintf("/rooms/1/messages/%d", 2*i+1), url.Values{"body": {text + " "}}); a.StatusCode >= 500 {
				t.Errorf("edit to %q: %s", text, a.Status)
			}
			ada.say("between")
			look(text, fmt.Sprintf(`data-seq="%d"`, 2*i+2))
		}
		for _, text := range []string{"\x00", "a\x00b", "\xff", "{\"a\":\"\xff\"}", "\xed\xa0\x80", "\xc0\x80"} {
			if a := ada.post("/rooms/1/messages", draft(text)); a.StatusCode != http.StatusUnprocessableEntity {
				t.Errorf("%q: got %s, want 422", text, a.Status)
			}
		}
		for _, name := range []string{`{"a":1}`, `[1]`, `null`, `7`} { // of people and rooms, which are shown too
			for path, form := range map[string]url.Values{
				"/profile":       {"name": {name}, "announce": {"all"}, "zone": {"Europe/Berlin"}, "status": {name}},
				"/rooms/1/about": {"name": {name}, "topic": {name}, "kind": {"open"}},
			} {
				if a := ada.post(path, form); a.StatusCode != http.StatusSeeOther {
					t.Errorf("%s with %s: %s", path, name, a.Status)
				}
			}
			ada.say("as " + name)
			look(name, "as ")
		}
	}, unlimited)
}
