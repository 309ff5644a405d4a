package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Parley is the built program with a prepared data folder, of which each start gets a
// copy: people who are signed in, each with a room of their own, and all in the Lobby.
// It is used as the pages say: forms with their fields, and what the page carries.
type Parley struct {
	program string
	data    string
	people  []person
}

// person is somebody who has signed up.
type person struct {
	cookie string
	lobby  string // path of its page
	own    string
}

// prepare signs people up, on a server of its own.
func (p *Parley) prepare(ctx context.Context, people int) error {
	addr, err := freeAddress()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(p.data, 0o700); err != nil {
		return err
	}
	server, err := start(ctx, p.command(ctx, addr, p.data), addr, filepath.Dir(p.data))
	if err != nil {
		return err
	}
	defer server.Stop()
	for i := range people {
		someone, err := signUp("http://"+addr, fmt.Sprintf("reader%d", i))
		if err != nil {
			return err
		}
		p.people = append(p.people, someone)
	}
	return nil
}

func (p *Parley) command(ctx context.Context, addr, data string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.program, "--listen", addr, "--data", data)
	cmd.Env = append(os.Environ(), "PARLEY_RATE_LIMITS=off", "PARLEY_LOG_LEVEL=warn")
	return cmd
}

// launch is the command that serves a copy of the data.
func (p *Parley) launch(ctx context.Context, addr, folder string) (*exec.Cmd, error) {
	data := filepath.Join(folder, "data")
	return p.command(ctx, addr, data), os.CopyFS(data, os.DirFS(p.data))
}

func signUp(base, name string) (someone person, err error) {
	jar, _ := cookiejar.New(nil) // without options it cannot fail
	browser := &http.Client{Jar: jar}
	secret := "correct horse " + name
	someone.lobby, err = fill(browser, base, "/register", url.Values{"username": {name}, "email": {name + "@example.com"}, "password": {secret}})
	if err != nil {
		return someone, err
	}
	someone.own, err = fill(browser, base, "/rooms", url.Values{"name": {"Room of " + name}, "kind": {"private"}})
	if err != nil {
		return someone, err
	}
	at, err := url.Parse(base)
	if err != nil {
		return someone, err
	}
	for _, c := range jar.Cookies(at) {
		someone.cookie += c.Name + "=" + c.Value + "; "
	}
	someone.cookie = strings.TrimSuffix(someone.cookie, "; ")
	return someone, nil
}

// fill sends a form as a browser does, and returns the path of the page that it leads to.
func fill(browser *http.Client, base, path string, form url.Values) (string, error) {
	req, err := http.NewRequest(http.MethodPost, base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", base)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := browser.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("POST %s: %s", path, resp.Status)
	}
	return resp.Request.URL.Path, nil
}

// pages loads the pages of a scene, and one more for each sender.
func (p *Parley) pages(addr string, s Scene) (pages []Page, post Post, err error) {
	readers, err := p.sheets(addr, s, min(s.Pages, s.People))
	if err != nil {
		return nil, nil, err
	}
	senders, err := p.sheets(addr, s, s.Senders())
	if err != nil {
		return nil, nil, err
	}
	for i := range s.Pages {
		page := readers[i%len(readers)]
		page.Room = i % s.Rooms
		pages = append(pages, page.Page)
	}
	return pages, func(sender int, text string) error { return senders[sender].post(text) }, nil
}

// sheet is a loaded page of a room.
type sheet struct {
	Page
	addr, action string
	rev, as, key string
	conn         net.Conn
	in           *bufio.Reader
}

// sheets loads n pages, of the people of the scene in turn: of their own rooms if
// there are as many, otherwise of the Lobby.
func (p *Parley) sheets(addr string, s Scene, n int) ([]*sheet, error) {
	all := make([]*sheet, n)
	for i := range all {
		someone := p.people[i%s.People]
		path := someone.lobby
		if s.Rooms == s.Pages {
			path = someone.own
		}
		var err error
		if all[i], err = load(addr, path, someone.cookie); err != nil {
			return nil, err
		}
		if s.Front {
			all[i].Says = append([]string{`{"type":"front"}`}, all[i].Says...)
		}
	}
	return all, nil
}

func load(addr, path, cookie string) (*sheet, error) {
	req, err := http.NewRequest(http.MethodGet, "http://"+addr+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Cookie", cookie)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	s := &sheet{addr: addr, Page: Page{Cookie: cookie}}
	for _, f := range []struct {
		id, attribute string
		to            *string
	}{
		{"live", "hx-ws:connect", &s.Path}, {"composer", "action", &s.action},
		{"rev", "value", &s.rev}, {"as", "value", &s.as}, {"key", "value", &s.key},
	} {
		if *f.to, err = read(body, f.id, f.attribute); err != nil {
			return nil, fmt.Errorf("GET %s: %w", path, err)
		}
	}
	s.Says = []string{fmt.Sprintf(`{"type":"resume","rev":%q,"as":%q}`, s.rev, s.as)}
	return s, nil
}

// read is an attribute of the element with the id.
func read(page []byte, id, attribute string) (string, error) {
	at := bytes.Index(page, []byte(` id="`+id+`"`))
	if at < 0 {
		return "", fmt.Errorf("there is no #%s", id)
	}
	tag, _, _ := bytes.Cut(page[bytes.LastIndexByte(page[:at], '<')+1:], []byte(">"))
	_, value, found := bytes.Cut(tag, []byte(" "+attribute+`="`))
	if !found {
		return "", fmt.Errorf("#%s has no %s", id, attribute)
	}
	value, _, _ = bytes.Cut(value, []byte(`"`))
	return html.UnescapeString(string(value)), nil
}

// post sends text as the composer does, on a connection of its own that ends with the
// server, and takes the next key from the answer.
func (s *sheet) post(text string) error {
	if s.conn == nil {
		conn, err := net.Dial("tcp", s.addr)
		if err != nil {
			return err
		}
		s.conn, s.in = conn, bufio.NewReader(conn)
	}
	form := url.Values{"body": {text}, "key": {s.key}, "as": {s.as}, "rev": {s.rev}}.Encode()
	_, err := fmt.Fprintf(s.conn, "POST %s HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nSec-Fetch-Site: same-origin\r\nHX-Request: true\r\n"+
		"Cookie: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", s.action, s.addr, s.addr, s.Cookie, len(form), form)
	if err != nil {
		return err
	}
	resp, err := http.ReadResponse(s.in, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("POST %s: %s: %.300s", s.action, resp.Status, answer)
	}
	s.key, err = read(answer, "key", "value")
	return err
}
