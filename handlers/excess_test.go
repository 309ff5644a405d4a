package handlers_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func TestATextThatIsTooLongIsToldByHowMuch(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		c.report("dan", "/rooms/1/messages/1")
		ben := fmt.Sprint(c.ids["ben"])
		c.does("mod", "/measures", url.Values{"kind": {"warn"}, "user": {ben}, "reason": {"spam"}}, 303)
		for _, row := range []struct {
			who, path, field string
			form             url.Values
			most             int
		}{
			{"ben", "/notices/1/appeal", "text", nil, 2000},
			{"mod", "/moderation/cases/1/notes", "text", url.Values{"version": {"1"}}, 1000},
			{"mod", "/measures", "words", url.Values{"kind": {"warn"}, "user": {ben}, "reason": {"spam"}}, 1000},
			{"dan", "/rooms/1/messages/2/report", "note", url.Values{"reason": {"spam"}}, 1000},
		} {
			form := url.Values{}
			for name, values := range row.form {
				form[name] = values
			}
			form.Set(row.field, strings.Repeat("ä", row.most+1234))
			a := c.does(row.who, row.path, form, 422)
			want := strings.Replace(fmt.Sprintf("This has %d characters, and %d fit. Shorten it by 1,234.", row.most+1234, row.most), "00 fit", "00 fit", 1)
			if plain := strings.ReplaceAll(a.body, ",", ""); !strings.Contains(plain, strings.ReplaceAll(want, ",", "")) {
				t.Errorf("%s: the page lacks %q", row.path, want)
			}
		}
	})
}
