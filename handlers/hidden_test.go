package handlers_test

import (
	"net/url"
	"strings"
	"testing"
)

func TestThePanelOfAHiddenMessageSaysToModeratorsWhoHidItAndLeadsBackIfAnotherWasQuicker(t *testing.T) {
	inOneCourt(t, func(t *testing.T, c *court) {
		c.does("mod", "/measures", url.Values{"kind": {"hide"}, "room": {"1"}, "seq": {"1"}, "reason": {"spam"}, "words": {"No <watches>"}}, 303)
		panel := func(name string) string {
			t.Helper()
			a := c.people[name].get("/rooms/1/messages/1/hidden")
			_, editor, _ := strings.Cut(a.body, `id="editor-title"`)
			editor, _, _ = strings.Cut(editor, "</section>")
			return editor
		}
		if got := panel("ada"); !strings.Contains(got, "<bdi>mod</bdi>") || !strings.Contains(got, "Spam or advertising") || !strings.Contains(got, "No &lt;watches&gt;</q>") {
			t.Errorf("Ada reads %s", got)
		}
		if got := panel("ben"); !strings.Contains(got, "mine") || strings.Contains(got, "mod") {
			t.Errorf("Ben, who wrote it, reads %s", got)
		}
		form := url.Values{"panel": {"yes"}}
		c.does("mia", "/measures/1/lift", form, 303)
		a := c.does("ada", "/measures/1/lift", form, 409)
		if !strings.Contains(a.body, "mia has already shown it again.") || !strings.Contains(a.body, `id="messages"`) {
			t.Errorf("Ada is led to %s", a.body)
		}
		if a := c.does("mia", "/measures/1/lift", form, 409); !strings.Contains(a.body, "This message is shown again already.") {
			t.Error("Mia is told of herself")
		}
	})
}
