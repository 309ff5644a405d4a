package e2e

import (
	"bytes"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// read is the page at path as a text browser shows it, 80 characters wide.
func (p *Person) read(path string) string {
	p.t.Helper()
	resp, err := p.client.Get(p.base + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	html, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	cmd := exec.Command("w3m", "-T", "text/html", "-I", "utf-8", "-O", "utf-8", "-cols", "80", "-dump")
	cmd.Stdin = bytes.NewReader(html)
	out, err := cmd.Output()
	if err != nil {
		p.t.Fatalf("w3m, which apt-get installs: %v", err)
	}
	return string(out)
}

// follows fails unless the lines are in text, in this order; "…" at a line's end
// stands for whatever ends it.
func follows(t *testing.T, text string, lines ...string) {
	t.Helper()
	rest := strings.Split(text, "\n")
	for _, want := range lines {
		start, any := strings.CutSuffix(want, "…")
		found := false
		for !found && len(rest) > 0 {
			line := strings.TrimSpace(rest[0])
			rest = rest[1:]
			found = line == want || any && strings.HasPrefix(line, start)
		}
		if !found {
			t.Fatalf("there is no line %q, or not in its place, in\n%s", want, text)
		}
	}
}

func TestATextBrowserReadsARoomLineByLine(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := person(t, s, "ada"), person(t, s, "ben")
	ada.Post("Soup is on:\nlentils, lemon")
	ben.Post("Coming")
	ada.Post("Which of you took the salt?")
	ada.edit(3, "Which of us took the salt?")
	ada.Post("Found it")
	ada.post("/rooms/1/messages/4/delete", nil)
	room := ben.read("/rooms/1-lobby")
	follows(t, room,
		"Skip to the message field", "Parley", "Unread", "• Lobby 4 unread", "• Browse rooms", "• New message", "ben", "Profile", "Sign out",
		"Lobby", "This is the beginning of Lobby.",
		"ada …", "Soup is on:", "lentils, lemon",
		"ben …", "Coming",
		"ada …", "Which of us took the salt? edited",
		"ada …", "This message was deleted.",
		"Message", "Send", "Follow this room live", "Here now · 2", "• ada", "• ben", "All members")
	for line := range strings.Lines(room) {
		if strings.TrimSpace(line) == "•" {
			t.Errorf("the room has a bullet with nothing in\n%s", room)
		}
	}
	for _, wrong := range []string{"not connected", "Nobody has written", "AD", "BE", "Edit"} {
		if strings.Contains(room, wrong) {
			t.Errorf("the room reads %q in\n%s", wrong, room)
		}
	}
	follows(t, ben.read("/rooms"), "Show rooms", "Rooms", "New room", "• Lobby 4 unread", "2 members", "Open Lobby", "Archived rooms")
	follows(t, ben.read("/rooms/1/about"), "Show rooms Back to the room", "Lobby", "Members", "• Here now:", "ada", "• Here now:", "ben", "What you are told", "(*) Everything", "( ) Only when you are mentioned")
	follows(t, ben.read("/profile"), "Profile", "Name that others see [ben…", "[*] Others see when I type", "Password", "Username [ben…")
	follows(t, ben.read("/direct/new"), "New message", "[ ] Here now: ada @ada", "Open conversation")
	if got := ben.read("/people/1"); strings.Contains(got, "AD") {
		t.Errorf("the card reads the avatar's letters:\n%s", got)
	}
}
