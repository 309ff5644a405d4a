package handlers_test

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"parley/store"
	"parley/store/storetest"
)

// settingsForm is one of the forms as the page has it, with what is entered in changes.
func (b *browser) settingsForm(form string, changes ...string) url.Values {
	b.w.t.Helper()
	page := b.get("/admin/settings").body
	_, section, _ := strings.Cut(page, `<section id="settings-`+form+`"`)
	section, _, _ = strings.Cut(section, "</section>")
	values := url.Values{}
	for _, m := range regexp.MustCompile(`<input[^>]*>`).FindAllString(section, -1) {
		if strings.Contains(m, `type="checkbox"`) && !strings.Contains(m, " checked") || strings.Contains(m, `type="file"`) {
			continue
		}
		values.Set(attribute(m, "name"), attribute(m, "value"))
	}
	for _, m := range regexp.MustCompile(`<textarea[^>]*name="(\w+)"[^>]*>\n?([^<]*)<`).FindAllStringSubmatch(section, -1) {
		values.Set(m[1], m[2])
	}
	for _, m := range regexp.MustCompile(`(?s)<select[^>]*name="(\w+)".*?value="(\w+)" selected`).FindAllStringSubmatch(section, -1) {
		values.Set(m[1], m[2])
	}
	for i := 0; i < len(changes); i += 2 {
		if values.Set(changes[i], changes[i+1]); changes[i+1] == "" {
			values.Del(changes[i])
		}
	}
	return values
}

func attribute(tag, name string) string {
	_, rest, _ := strings.Cut(tag, " "+name+`="`)
	value, _, _ := strings.Cut(rest, `"`)
	return html.UnescapeString(value)
}

// sets saves one of the forms with changes.
func (b *browser) sets(form string, changes ...string) {
	b.w.t.Helper()
	a := b.post("/admin/settings", b.settingsForm(form, changes...))
	if want := "/admin/settings?saved=" + form + "#settings-" + form; a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != want {
		b.w.t.Fatalf("set %v: %s\n%s", changes, a.Status, a.body)
	}
	if a := b.get("/admin/settings?saved=" + form); strings.Count(a.body, "Saved.") != 1 {
		b.w.t.Errorf("the page does not say that it is saved")
	}
}

func has(t *testing.T, what, page string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(page, part) {
			t.Errorf("%s lacks %q", what, part)
		}
	}
}

// offAccent is a stylesheet that is not even loaded.
var offAccent = regexp.MustCompile(`<link id="place-accent"[^>]* disabled`)

func TestThePlaceHasItsNameWelcomeAndColourEverywhere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		if a := w.browser().get("/login"); !strings.Contains(a.body, "<title id=\"title\">Sign in · Parley</title>") || !offAccent.MatchString(a.body) {
			t.Error("Parley's own page is another")
		}
		ada.sets("general", "name", "Büro & <Co>", "welcome", "Come in.\nTake a seat.", "accent", "#2f6f4f")
		accent := ""
		for path, who := range map[string]*browser{"/login": w.browser(), "/register": w.browser(), "/rooms/1-lobby": ada, "/profile": ada, "/nothing": ada} {
			page := who.get(path).body
			has(t, path, page, " · Büro &amp; &lt;Co&gt;</title>", `<link id="place-accent" rel="stylesheet" href="/accent.css?of=2f6f4f&amp;v=`)
			if offAccent.MatchString(page) {
				t.Errorf("%s: the colour is switched off", path)
			}
			accent = strings.ReplaceAll(regexp.MustCompile(`/accent\.css[^"]*`).FindString(page), "&amp;", "&")
			if who == ada && path != "/nothing" {
				has(t, path, page, `<bdi class="sidebar__text">Büro &amp; &lt;Co&gt;</bdi>`)
			} else if path != "/nothing" {
				has(t, path, page, "Come in. Take a seat.")
			}
		}
		a := w.browser().get(accent)
		if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "text/css; charset=utf-8" || !strings.Contains(a.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("the stylesheet: %s %v", a.Status, a.Header)
		}
		has(t, "the stylesheet", a.body, "--accent: light-dark(#", "--wash:")
		for _, path := range []string{"/accent.css?of=2f6f4f&v=other", "/accent.css?of=2f6f4f"} {
			if a := w.browser().get(path); a.StatusCode != http.StatusOK || a.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %s %s", path, a.Status, a.Header.Get("Cache-Control"))
			}
		}
		for _, colour := range []string{"ffffff", "2f6f4f;}", "", "red", "%232f6f4f"} {
			if a := w.browser().get("/accent.css?of=" + url.QueryEscape(colour)); a.StatusCode != http.StatusNotFound {
				t.Errorf("the colour %q: %s", colour, a.Status)
			}
		}
		// Parley's own colour is none of this place.
		ada.sets("general", "accent", "#4260C4", "welcome", "")
		if a := w.browser().get("/login"); !offAccent.MatchString(a.body) || !strings.Contains(a.body, "Welcome back.") {
			t.Error("Parley's own is not back")
		}
	})
}

func TestAMistakeInTheSettingsKeepsWhatWasEntered(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		wrong := func(form string, sentence string, changes ...string) {
			t.Helper()
			a := ada.post("/admin/settings", ada.settingsForm(form, changes...))
			if a.StatusCode != http.StatusUnprocessableEntity {
				t.Errorf("%v: %s", changes, a.Status)
			}
			has(t, fmt.Sprint(changes), a.body, sentence, `aria-invalid="true"`, changes[len(changes)-1])
		}
		wrong("general", "contrast is under 4.5 : 1", "name", "Elsewhere", "accent", "#ffdd00")
		if a := ada.post("/admin/settings", ada.settingsForm("general", "name", "Elsewhere", "accent", "#ffdd00")); !strings.Contains(a.body, `value="Elsewhere"`) {
			t.Error("the name is lost")
		}
		wrong("general", "Enter a name of 1 to 40 characters.", "name", strings.Repeat("n", 41))
		wrong("general", "Use at most 300 characters.", "welcome", strings.Repeat("w", 301))
		wrong("accounts", "Choose one from the list.", "sign_up", "ajar", "domains", "example.com")
		wrong("accounts", "Enter domains like example.com", "domains", "example.com, nonsense")
		wrong("messages", "Enter a number from 50 to 8000.", "most", "8001")
		wrong("messages", "Enter a number from 50 to 8000.", "most", "many")
		wrong("messages", "Enter a number from 1 to 1000.", "burst", "0")
		wrong("messages", "Enter a number from 1 to 6000.", "per_minute", "-3")
		wrong("messages", "Enter a number of minutes", "edit_within", "99999999999999999")
		wrong("messages", "Enter a number of minutes", "delete_within", "307445734562")
		wrong("messages", "Enter a number of days", "retention", "213503982335")
		if in := w.store.Settings(); in.Version != 0 {
			t.Errorf("something is set: %+v", in)
		}
		ada.sets("messages", "retention", "30", "edit_within", "")
		if in := w.store.Settings(); in.Retention != 30*24*time.Hour || in.EditWithin != 0 {
			t.Errorf("set is %+v", in)
		}
	})
}

func TestTwoAdministratorsDoNotOverwriteEachOther(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		mine, other := ada.settingsForm("general", "name", "Mine", "welcome", ""), ada.settingsForm("rooms", "members_create", "")
		ada.sets("general", "name", "Theirs", "accent", "#2f6f4f")
		// Another form is not in the way, also if its page is older.
		if a := ada.post("/admin/settings", other); a.StatusCode != http.StatusSeeOther || w.store.Settings().MembersCreateRooms {
			t.Errorf("another form: %s", a.Status)
		}
		a := ada.post("/admin/settings", mine)
		if a.StatusCode != http.StatusConflict || w.store.Settings().Name != "Theirs" {
			t.Fatalf("the older form: %s, and the name is %q", a.Status, w.store.Settings().Name)
		}
		has(t, "the conflict", a.body, "Somebody else changed this while you did.", "ada changed this meanwhile. It is now: “Theirs”", `name="name" type="text" value="Mine"`,
			"ada changed this meanwhile. It is now: “#2f6f4f”", `type="color" value="#2f6f4f"`, `name="was.name" value="Theirs"`)
		// The second save decides, and keeps what was not touched.
		again := url.Values{"form": {"general"}}
		for _, name := range []string{"was.name", "was.welcome", "was.accent", "name", "accent"} {
			tag := regexp.MustCompile(`<input[^>]*name="` + regexp.QuoteMeta(name) + `"[^>]*>`).FindString(a.body)
			again.Set(name, attribute(tag, "value"))
		}
		if a := ada.post("/admin/settings", again); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("again: %s", a.Status)
		}
		if in := w.store.Settings(); in.Name != "Mine" || in.Accent != "#2f6f4f" {
			t.Errorf("set is %q in %q", in.Name, in.Accent)
		}
	})
}

// What another process has set shows in this one's pages, also in those that are open.
func TestSettingsReachTheOtherProcesses(t *testing.T) {
	dsn := "sqlite:" + storetest.File(t)
	stores := make([]*store.Store, 2)
	for i := range stores {
		s, err := store.Open(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		stores[i] = s
	}
	here, there := newWorld(t, stores[0]), newWorld(t, stores[1])
	ada, ben := here.signUp("ada"), there.signUp("ben")
	c, _ := ben.follow(`{"type":"resume","rev":"0"}`)
	form := ada.settingsForm("general")
	ada.sets("general", "name", "Elsewhere", "accent", "#2f6f4f")
	frames(t, c, `Elsewhere</bdi>`, `/accent.css?of=2f6f4f`, `· Elsewhere</title>`)
	has(t, "a new page", ben.get("/rooms").body, "Rooms · Elsewhere")
	// And a form is up to date though its process had not heard of it.
	in := stores[1].Settings()
	in.Name = "There"
	if err := stores[1].SetSettings(t.Context(), store.Actor{User: 1}, in); err != nil {
		t.Fatal(err)
	}
	if a := ada.post("/admin/settings", form); a.StatusCode != http.StatusConflict || !strings.Contains(a.body, "There”") {
		t.Errorf("an old form: %s", a.Status)
	}
}

// frames reads until all parts have come.
func frames(t *testing.T, c *websocket.Conn, parts ...string) {
	t.Helper()
	for len(parts) > 0 {
		if err := c.SetReadDeadline(time.Now().Add(15 * time.Second)); err != nil {
			t.Fatal(err)
		}
		_, frame, err := c.ReadMessage()
		if err != nil {
			t.Fatalf("waiting for %q: %v", parts, err)
		}
		parts = slices.DeleteFunc(parts, func(part string) bool { return strings.Contains(string(frame), part) })
	}
}

func TestWhereOneCannotSignUpThePagesSaySo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		ada.sets("accounts", "domains", "example.com example.org")
		has(t, "the form", w.browser().get("/register").body, "An address of example.com, example.org.")
		form := account("ben")
		form.Set("email", "ben@elsewhere.example")
		a := w.browser().post("/register", form)
		if a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("another domain: %s", a.Status)
		}
		has(t, "another domain", a.body, "Use an address of one of the domains", "ben@elsewhere.example")
		for mode, sentence := range map[string]string{"invited": "Accounts are by invitation here.", "closed": "Administrators create the accounts here."} {
			ada.sets("accounts", "sign_up", mode)
			a := w.browser().get("/register")
			if has(t, mode, a.body, sentence); a.StatusCode != http.StatusOK || strings.Contains(a.body, `action="/register"`) {
				t.Errorf("%s: the page has a form", mode)
			}
			a = w.browser().get("/login")
			if has(t, mode, a.body, sentence); strings.Contains(a.body, "/register") {
				t.Errorf("%s: the sign-in page leads to the form", mode)
			}
			a = w.browser().post("/register", account("ben"))
			if has(t, mode, a.body, sentence, `value="ben@example.com"`); a.StatusCode != http.StatusForbidden {
				t.Errorf("%s: an account is created all the same: %s", mode, a.Status)
			}
		}
		ada.sets("accounts", "sign_up", "open")
		w.signUp("ben")
	})
}

func TestLimitsOfMessagesApplyAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		ben.say("one")
		ada.sets("messages", "burst", "2", "per_minute", "1", "most", "50")
		status := func(body string) int { return ben.post("/rooms/1/messages", draft(body)).StatusCode }
		a := ben.post("/rooms/1/messages", draft(strings.Repeat("long ", 11)))
		if a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("a long message: %s", a.Status)
		}
		has(t, "a long message", a.body, "This message has 54 characters; 50 fit.", strings.Repeat("long ", 10))
		if got := status("two"); got != http.StatusSeeOther {
			t.Errorf("the second: %d", got)
		}
		a = ben.post("/rooms/1/messages", draft("kept text"))
		if has(t, "the third", a.body, "That was a lot in a short time.", "kept text"); a.StatusCode != http.StatusTooManyRequests {
			t.Errorf("the third: %s", a.Status)
		}
		ada.sets("messages", "burst", "1000", "per_minute", "6000")
		deadline := time.Now().Add(15 * time.Second)
		for got := 0; got != http.StatusSeeOther; got = status("four") { // a hundredth of a second
			if time.Now().After(deadline) {
				t.Fatalf("with other limits: %d", got)
			}
		}
	})
}

func TestAMessageThatIsTooOldToBeChangedSaysSo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		ben.say("an old message")
		ada.sets("messages", "edit_within", "5", "delete_within", "60")
		has(t, "the card", ben.get("/rooms/1/messages/1/more").body, "You can edit it until", "You can delete it until", "/edit")
		has(t, "the form", ben.get("/rooms/1/messages/1/edit").body, "You can edit it until")
		has(t, "the question", ben.get("/rooms/1/messages/1/delete").body, "You can delete it until")
		if a := ada.get("/rooms/1/messages/1/more"); strings.Contains(a.body, "You can edit it") {
			t.Error("who is not the author is told when the author can edit")
		}
		in := w.store.Settings()
		in.EditWithin, in.DeleteWithin = time.Microsecond, time.Microsecond
		if err := w.store.SetSettings(t.Context(), store.Actor{}, in); err != nil {
			t.Fatal(err)
		}
		card := ben.get("/rooms/1/messages/1/more").body
		has(t, "the card", card, "The time to edit it is over.", "The time to delete it is over.")
		if strings.Contains(card, `hx-get="/rooms/1/messages/1/edit"`) || strings.Contains(card, `hx-get="/rooms/1/messages/1/delete"`) {
			t.Error("the card offers what is too late")
		}
		for path, sentence := range map[string]string{
			"/rooms/1/messages/1/edit": "The time to edit this message is over.", "/rooms/1/messages/1/delete": "The time to delete this message is over.",
		} {
			a := ben.get(path)
			if has(t, path, a.body, sentence); a.StatusCode != http.StatusForbidden {
				t.Errorf("%s: %s", path, a.Status)
			}
		}
		for _, headers := range [][]string{nil, {"HX-Request", "true"}} {
			a := ben.post("/rooms/1/messages/1", url.Values{"body": {"a better text"}}, headers...)
			if has(t, "the late text", a.body, "The time to edit this message is over.", "a better text</textarea>"); a.StatusCode != http.StatusForbidden {
				t.Errorf("a late text: %s", a.Status)
			}
			a = ben.post("/rooms/1/messages/1/delete", url.Values{}, headers...)
			if has(t, "the late delete", a.body, "The time to delete this message is over."); a.StatusCode != http.StatusForbidden {
				t.Errorf("a late delete: %s", a.Status)
			}
		}
		// To somebody else it is not theirs, as ever.
		if a := ada.post("/rooms/1/messages/1", url.Values{"body": {"mine"}}); a.StatusCode != http.StatusNotFound {
			t.Errorf("another person: %s", a.Status)
		}
	})
}

// upload posts a form with a file.
func (b *browser) upload(path string, fields url.Values, file []byte) answer {
	b.w.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name := range fields {
		m.WriteField(name, fields.Get(name)) // a buffer takes everything
	}
	if file != nil {
		part, err := m.CreateFormFile("logo", `../../"évil.png`)
		if err != nil {
			b.w.t.Fatal(err)
		}
		part.Write(file)
	}
	m.Close()
	req, err := http.NewRequest("POST", b.w.http.URL+path, &body)
	if err != nil {
		b.w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", m.FormDataContentType())
	req.Header.Set("Origin", b.w.http.URL)
	resp, err := b.client.Do(req)
	if err != nil {
		b.w.t.Fatal(err)
	}
	defer resp.Body.Close()
	var got bytes.Buffer
	got.ReadFrom(resp.Body)
	return answer{resp, got.String()}
}

func TestALogoIsShownAndCannotBeAnythingElse(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		var good bytes.Buffer
		if err := png.Encode(&good, image.NewNRGBA(image.Rect(0, 0, 40, 20))); err != nil {
			t.Fatal(err)
		}
		send := func(b *browser, file []byte, changes ...string) answer {
			t.Helper()
			return b.upload("/admin/settings/logo", ada.settingsForm("logo", append(changes, "remove", "")...), file)
		}
		if a := ben.upload("/admin/settings/logo", url.Values{}, good.Bytes()); a.StatusCode != http.StatusNotFound {
			t.Errorf("a member: %s", a.Status)
		}
		if a := send(ada, good.Bytes(), "as", "99"); a.StatusCode != http.StatusConflict {
			t.Errorf("a page that was made for another: %s", a.Status)
		}
		for what, file := range map[string][]byte{"nothing": {}, "an SVG": []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "too much": make([]byte, store.LogoBytes+1)} {
			if a := send(ada, file); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, `class="field__error" id="logo-error"`) {
				t.Errorf("%s: %s", what, a.Status)
			}
		}
		if a := send(ada, good.Bytes()); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("a picture: %s %s", a.Status, a.body)
		}
		old := ada.settingsForm("logo", "remove", "yes")
		page := w.browser().get("/login").body
		address := regexp.MustCompile(`/logo/[0-9a-f]+\.png`).FindString(page)
		a := w.browser().get(address)
		if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "image/png" || a.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(a.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %s %v", address, a.Status, a.Header)
		}
		if config, kind, err := image.DecodeConfig(strings.NewReader(a.body)); err != nil || kind != "png" || config.Width != 40 {
			t.Errorf("it is a %s of %d, %v", kind, config.Width, err)
		}
		icon := strings.Replace(address, ".png", ".svg", 1)
		has(t, "the icon", page, `type="image/svg+xml" href="`+icon+`"`)
		if a := w.browser().get(icon); a.Header.Get("Content-Type") != "image/svg+xml" || !strings.Contains(a.body, "data:image/png;base64,") {
			t.Errorf("%s: %s %v", icon, a.Status, a.Header)
		}
		has(t, "its dot", w.browser().get(strings.Replace(address, ".png", "-new.svg", 1)).body, "<circle")
		if a := w.browser().get(strings.Replace(address, ".png", "-new.png", 1)); a.StatusCode != http.StatusNotFound {
			t.Errorf("a dot on a PNG: %s", a.Status)
		}
		if a := ada.post("/admin/settings/logo", ada.settingsForm("logo", "remove", "yes")); a.StatusCode != http.StatusSeeOther || w.store.Settings().Logo != "" {
			t.Errorf("take it away: %s", a.Status)
		}
		if a := ada.upload("/admin/settings/logo", old, nil); a.StatusCode != http.StatusConflict || !strings.Contains(a.body, "ada changed this meanwhile. It is now: nothing") {
			t.Errorf("an old form: %s", a.Status)
		}
		// No other form is read in parts.
		if a := ada.upload("/rooms/1/messages", draft("in parts"), nil); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("a message in parts: %s", a.Status)
		}
	})
}

func BenchmarkSettings(b *testing.B) {
	s := storetest.SQLite(b)
	in := s.Settings()
	in.Domains = []string{"example.com"}
	if err := s.SetSettings(b.Context(), store.Actor{}, in); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = s.Settings().PostsBurst
	}
}
