package handlers_test

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestACaseIsHandedOverToWhoMayTakeItAndOlderActsAreFolded(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		c.report("dan", "/rooms/1/messages/1") // in the Lobby, of Ben
		c.report("dan", "/rooms/2/messages/1") // in Cleo's Kitchen
		for i := range 5 {
			c.does("mod", "/measures", url.Values{"kind": {"warn"}, "user": {fmt.Sprint(c.ids["ben"])}, "reason": {"spam"}, "words": {fmt.Sprintf("Warning %d.", i+1)}}, 303)
		}
		takers := func(who, path string) (names []string) {
			_, list, _ := strings.Cut(c.main(who, path), `name="to"`)
			list, _, _ = strings.Cut(list, "</select>")
			for _, o := range regexp.MustCompile(`\(@(\w+)\)</option>`).FindAllStringSubmatch(list, -1) {
				names = append(names, o[1])
			}
			return names
		}
		if got := takers("mod", "/moderation/cases/1"); !slices.Equal(got, []string{"ada", "mia"}) {
			t.Errorf("Mod can hand it over to %q", got)
		}
		if got := takers("mod", "/moderation/cases/2"); !slices.Equal(got, []string{"ada", "mia"}) {
			t.Errorf("Mod, who is not in it, learns from whom the Kitchen is: %q", got)
		}
		c.does("cleo", "/rooms/2/members", url.Values{"person": {"mod"}}, 303)
		if got := takers("mod", "/moderation/cases/2"); !slices.Equal(got, []string{"ada", "cleo", "mia"}) {
			t.Errorf("Mod can hand the one of the Kitchen over to %q", got)
		}
		if a := c.does("mod", "/moderation/cases/1/taker", url.Values{"version": {"1"}, "to": {""}, "words": {"Half <written>"}}, 422); !strings.Contains(a.body, "Choose somebody.</p>") || !strings.Contains(a.body, "Half &lt;written&gt;") {
			t.Error("that nobody was chosen is not said, or words are lost")
		}
		c.does("mod", "/moderation/cases/1/taker", url.Values{"version": {"1"}, "to": {fmt.Sprint(c.ids["mod"])}}, 303)
		main := c.main("mod", "/moderation/cases/1")
		if !strings.Contains(main, `href="#act-title">Do something</a>`) {
			t.Error("nothing leads down to the acts")
		}
		open, folded, found := strings.Cut(main, "<summary>2 earlier acts</summary>")
		folded, _, _ = strings.Cut(folded, "</details>")
		if !found || !strings.Contains(open, "Warning 3.") || !strings.Contains(folded, "Warning 2.") || !strings.Contains(folded, "Warning 1.") {
			t.Error("the older acts are not folded")
		}
	})
}
