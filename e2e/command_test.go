package e2e

import (
	"bytes"
	"database/sql"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fails runs the program, which must end by itself with code 1 and one sentence.
func fails(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command(binary, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	watchdog := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
	defer watchdog.Stop()
	err := cmd.Wait()
	if cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("parley %v: %v, want exit code 1", args, err)
	}
	if lines := strings.Count(strings.TrimSpace(out.String()), "\n"); lines > 0 {
		t.Errorf("parley %v says more than a sentence: %s", args, out.String())
	}
	return out.String()
}

func TestAStartThatCannotWorkSaysWhyInOneSentence(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	free := fmt.Sprintf("localhost:%d", freePort(t))
	says := func(got, want string) {
		t.Helper()
		if !strings.Contains(got, want) {
			t.Errorf("got %q, want %q in it", got, want)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	says(fails(t, "--listen", l.Addr().String(), "--data", dir), "is taken by another program; choose another port with --listen")
	says(fails(t, "--listen", ":8080", "--data", dir), "add --public-url")
	says(fails(t, "--listen", "0.0.0.0:8080", "--data", dir), "add --public-url")
	says(fails(t, "--listen", "example.com:8080", "--data", dir), "add --public-url")
	says(fails(t, "--public-url", "chat.example.com", "--data", dir), "write it like https://chat.example.com")
	says(fails(t, "--nonsense"), "see parley --help")
	says(fails(t, "dance"), "there is no command")
	says(fails(t, "user", "suspend", "nobody", "--data", filepath.Join(dir, "fresh")), "there is no account")
	says(fails(t, "--listen", free, "--database", "mysql://x", "--data", dir), "postgres://")

	blocked := filepath.Join(dir, "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	says(fails(t, "--listen", free, "--data", filepath.Join(blocked, "data")), "the data folder cannot be made")

	s := newServer(t)
	s.Seed(1)
	db, err := sql.Open("sqlite", filepath.Join(s.data, "parley.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("insert into goose_db_version (version_id, is_applied) values (9999, 1)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	says(fails(t, "--listen", free, "--data", s.data), "made by a newer Parley")
}

func TestHelpListsEveryFlagWithItsVariable(t *testing.T) {
	t.Parallel()
	out, err := exec.Command(binary, "--help").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, flag := range []string{"listen", "data", "database", "public-url", "trusted-proxies", "log-level"} {
		variable := "PARLEY_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
		for _, want := range []string{"--" + flag, variable + ",", variable + "_FILE"} {
			if !strings.Contains(string(out), want) {
				t.Errorf("the help lacks %s", want)
			}
		}
	}
}

func TestAFreshFolderIsMadeForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	if err := os.RemoveAll(s.data); err != nil {
		t.Fatal(err)
	}
	s.Start()
	info, err := os.Stat(s.data)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("got %v, %v; want 0700", info.Mode(), err)
	}
	s.Says(s.URL)
	if got := s.Log(); strings.Count(got, "\n") != 1 || !strings.Contains(got, s.URL) {
		t.Errorf("it says %q, want one line with the address", got)
	}
	person(t, s, "ada").Post("the first message")
}

func TestRateLimitsThatAreOffAreShoutedAbout(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.env = []string{"PARLEY_RATE_LIMITS=off", "PARLEY_LOG_LEVEL=warn"}
	s.Start()
	s.Says("RATE LIMITS ARE OFF")
	ada := person(t, s, "ada")
	for range 60 {
		ada.Post("as fast as it goes")
	}
}

func TestSIGTERMEndsInOrderWithinTenSeconds(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.LoseServer()
	ada.SignUp("Ada")
	ada.Until(connected)
	start := time.Now()
	if err := s.Stop(); err != nil {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
	s.Start()
	ada.Until(connected)
}

func TestASecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	s := serve(t)
	// A request whose body never comes keeps the first stop waiting.
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "POST /login HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nlog", s.addr, s.URL)
	eventually(t, "the first signal is heard", func() bool {
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		return strings.Contains(s.Log(), "stopping")
	})
	start := time.Now()
	_ = s.Stop() // it ends by the signal
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestTheLogHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	s := serve(t, "--log-level", "debug")
	ada := person(t, s, "ada")
	ada.Post("a-canary-in-a-message")
	link := s.Command("user", "reset-password", "ada")
	_, token, _ := strings.Cut(strings.Fields(link)[0], "token=")
	if resp, err := ada.client.Get(strings.TrimSpace(strings.Fields(link)[0])); err != nil {
		t.Fatal(err)
	} else {
		resp.Body.Close()
	}
	s.Says(`"path":"/reset"`)
	for _, canary := range []string{"a-canary-in-a-message", password, token, "ada@example.com"} {
		if strings.Contains(s.Log(), canary) {
			t.Errorf("the log has %q", canary)
		}
	}
}
