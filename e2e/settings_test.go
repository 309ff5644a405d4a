package e2e

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/jmoiron/sqlx"

	"parley/store"
)

// promote makes name an administrator; the server must not run.
func (s *Server) promote(name string) {
	s.t.Helper()
	db, err := sqlx.Connect("sqlite", filepath.Join(s.data, "parley.db"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("update users set role = 'administrator' where username_key = $1", name); err != nil {
		s.t.Fatal(err)
	}
}

// settingSaved: the page says so in the section of form.
func settingSaved(form string) string {
	return arrived + ` && document.querySelector("#settings-` + form + ` .saved")?.textContent === "Saved."`
}

// change sets a field of a form of the settings to value, as one types it.
func (w *Window) change(selector, value string) {
	w.t.Helper()
	w.do(setValue(selector, value))
}

func TestTheNameAndColourOfAPlaceReachOpenPages(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	ben.Until(connected)
	about := ben.second()
	about.Open("/profile")
	about.Until(connected)
	about.Type("#about", "Half a line ")
	ben.Type("#composer-text", "Half a message")
	const accent = `getComputedStyle(document.documentElement).getPropertyValue("--accent")`
	before := eval[string](ben, accent)

	ada.Open("/admin/settings")
	ada.Until(arrived)
	ada.change("#name", "Werkstatt")
	ada.change("#accent", "#a02020")
	ada.Submit("#settings-general button", settingSaved("general"))
	for _, w := range []*Window{ben, about, ada} {
		w.Until(`document.querySelector("#place-brand").textContent.trim() === "Werkstatt"`)
		w.Until(`document.title.endsWith(" · Werkstatt")`)
	}
	for _, w := range []*Window{ben, about} {
		w.Until(accent + ` !== "` + before + `"`)
	}
	if got := eval[string](ben, `document.activeElement.id + ": " + document.getElementById("composer-text").value`); got != "composer-text: Half a message" {
		t.Errorf("what was being written is %q", got)
	}
	if got := eval[string](about, `document.activeElement.id + ": " + document.getElementById("about").value`); got != "about: Half a line " {
		t.Errorf("what was being written is %q", got)
	}
	ben.do(chromedp.KeyEvent(", and the rest"))
	ben.Submit("#composer button", composed)
	ben.Shows("Half a message, and the rest")

	// Another colour takes its place, and Parley's own comes back, in the open page.
	red := eval[string](ben, accent)
	ada.Open("/admin/settings")
	ada.change("#accent", "#2f6f4f")
	ada.Submit("#settings-general button", settingSaved("general"))
	ben.Until(accent + ` !== "` + red + `" && ` + accent + ` !== "` + before + `"`)
	ada.Open("/admin/settings")
	ada.change("#accent", "#4260c4")
	ada.Submit("#settings-general button", settingSaved("general"))
	ben.Until(accent + ` === "` + before + `"`)
}

func TestALogoReachesOpenPages(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	ben.Until(connected)
	path := filepath.Join(t.TempDir(), "logo.png")
	m := image.NewNRGBA(image.Rect(0, 0, 120, 60))
	for i := range m.Pix {
		m.Pix[i] = 0x80
	}
	m.Set(0, 0, color.White)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, m); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	ada.Open("/admin/settings")
	ada.Until(arrived)
	ada.do(chromedp.SetUploadFiles(chromedp.CSS("#logo"), []string{path}))
	ada.Submit("#settings-logo .button--main", settingSaved("logo"))
	for _, w := range []*Window{ben, ada} {
		w.Until(`document.querySelector("#place-brand img")?.naturalWidth === 120`)
	}
	// It is the icon of the pages, too, and Chromium draws it.
	for _, name := range []string{".svg", "-new.svg"} {
		if name == "-new.svg" {
			ben.Open("/profile")
			ben.Until(connected)
			ada.Open("/rooms/1")
			ada.Until(connected)
			ada.Say("Look at our mark")
		}
		ben.Until(`document.querySelector("#icon").href.endsWith("` + name + `") && /\/logo\//.test(document.querySelector("#icon").href)`)
		ben.Until(`(window["drawn` + name + `"] ??= Object.assign(new Image(), {src: document.querySelector("#icon").href})).complete && (() => {
			const c = Object.assign(document.createElement("canvas"), {width: 32, height: 32}).getContext("2d");
			c.drawImage(window["drawn` + name + `"], 0, 0, 32, 32);
			return c.getImageData(16, 16, 1, 1).data[3] > 0;
		})()`)
	}
	ada.Open("/admin/settings")
	ada.Until(connected)
	nobody := window(t, s)
	nobody.Open("/login")
	nobody.Until(`document.querySelector(".lone__head img")?.naturalWidth === 120`)
	ada.Submit("#settings-logo [name=remove]", settingSaved("logo"))
	ben.Until(`document.querySelector("#place-brand > span.mark") && !document.querySelector("#place-brand img")`)
}

func TestTwoAdministratorsInTheSameFormSeeEachOther(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Start()
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	s.promote("ben")
	s.Start()
	ben.Allow("status of 409")
	for _, w := range []*Window{ada, ben} {
		w.Open("/admin/settings")
		w.Until(arrived)
	}
	ben.change("#name", "Ben's place")
	ben.change("#welcome", "Hello from Ben")
	ada.change("#name", "Ada's place")
	ada.Submit("#settings-general button", settingSaved("general"))
	ben.Submit("#settings-general button", arrived+` && document.querySelector("#settings-general .form__error")`)
	if got := eval[string](ben, `document.getElementById("name-error").textContent`); got != "Ada changed this meanwhile. It is now: “Ada's place”" {
		t.Errorf("Ben is told %q", got)
	}
	if got := eval[string](ben, `document.getElementById("name").value + ", " + document.getElementById("welcome").value + ", " + document.title`); got != "Ben's place, Hello from Ben, Settings · Ada's place" {
		t.Errorf("Ben has %q", got)
	}
	ben.Submit("#settings-general button", settingSaved("general"))
	ada.Until(`document.querySelector("#place-brand").textContent.trim() === "Ben's place"`)
}

func TestNobodySignsUpWhereItIsClosed(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben, nobody := window(t, s), window(t, s), window(t, s)
	ada.Joins("Ada")
	// Ben has the form open when it is closed.
	ben.Allow("status of 403")
	ben.Open("/register")
	ben.Type("#username", "Ben")
	ben.Type("#email", "ben@example.com")
	ben.Type("#password", password)
	ada.Open("/admin/settings")
	ada.change("#sign_up", "closed")
	ada.Submit("#settings-accounts button", settingSaved("accounts"))
	ben.Submit("form.card button", arrived+` && document.querySelector(".form__error")?.textContent === "Administrators create the accounts here. Ask one of them for yours."`)
	if got := eval[string](ben, `document.getElementById("email").value`); got != "ben@example.com" {
		t.Errorf("what Ben entered is %q", got)
	}
	for _, path := range []string{"/register", "/login"} {
		nobody.Open(path)
		nobody.Sees("Administrators create the accounts here.")
		if eval[bool](nobody, `!!document.querySelector("form[action='/register'], a[href^='/register']")`) {
			t.Errorf("%s offers what is closed", path)
		}
	}
}

func TestLimitsApplyToThePagesThatAreOpen(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	ben.Until(connected)
	ben.Say("An early word")
	ben.Click("#m-1-1 .message__tool--more")
	ben.Until(`document.querySelector("#editor a[href$='/edit']")`)
	ben.Click("#editor a[href$='/edit']")
	ben.Until(`document.querySelector("#edit")`)
	ben.Allow("status of 422", "status of 403")
	ada.Open("/admin/settings")
	ada.change("#most", "50")
	ada.Submit("#settings-messages button", settingSaved("messages"))
	long := "This message is quite a lot longer than fifty characters are."
	ben.Type("#composer-text", long)
	ben.Submit("#composer button", composed+` && document.getElementById("notice").textContent.includes("50 fit")`)
	if got := eval[string](ben, `document.getElementById("composer-text").value`); got != long {
		t.Errorf("the text is %q", got)
	}
	// What is too old by now stays in its form.
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	s.While(func(db *store.Store) {
		in := db.Settings()
		in.EditWithin = 1000
		if err := db.SetSettings(t.Context(), store.Actor{}, in); err != nil {
			t.Fatal(err)
		}
	})
	s.Start()
	ben.Until(connected)
	ben.Click("#edit-text")
	ben.Press(kb.End)
	ben.do(chromedp.KeyEvent(", changed"))
	ben.Submit("#edit .button--main", `document.getElementById("notice").textContent.includes("The time to edit this message is over.")`)
	if got := eval[string](ben, `document.getElementById("edit-text").value`); got != "An early word, changed" {
		t.Errorf("the changed text is %q", got)
	}
}

func TestMembersCreateRoomsAsLongAsTheSettingsSay(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Allow("status of 404")
	ben.Joins("Ben")
	const way = `document.querySelector("main a[href='/rooms/new']")`
	for _, may := range []bool{false, true} {
		ada.Open("/admin/settings")
		ada.Click("[name=members_create]")
		ada.Submit("#settings-rooms button", settingSaved("rooms"))
		ada.Open("/rooms")
		ben.Open("/rooms")
		if !eval[bool](ada, `!!`+way) || eval[bool](ben, `!!`+way) != may {
			t.Errorf("members may: %v, and it is not offered to whom it is for", may)
		}
		ben.Open("/rooms/new")
		if may {
			ben.Type("#name", "Kitchen")
			ben.Submit("main form button", inRoom+` && location.pathname === "/rooms/2-kitchen"`)
		} else {
			ben.Sees("There is nothing here")
		}
	}
}

func TestThePageOfSettingsIsPlainAndAccessibleInItsOwnColours(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Joins("Ada")
	ada.Say("A message with a link to https://example.com/")
	ada.Allow("status of 422", "status of 409")
	check := func(name string) {
		t.Helper()
		for _, width := range []int64{1440, 800, 320} {
			ada.size(width, 900)
			ada.plain(name)
		}
		for _, scheme := range []string{"light", "dark"} {
			ada.scheme(scheme)
			ada.size(1440, 900)
			ada.accessible(name + " in " + scheme)
			ada.size(390, 844)
			ada.accessible(name + " on a phone in " + scheme)
		}
		ada.size(1440, 900)
	}
	ada.Open("/admin/settings")
	check("settings")
	ada.change("#most", "9")
	ada.Submit("#settings-messages button", arrived+` && document.querySelector("#most-error")`)
	check("settings with a mistake")
	for _, accent := range []string{"#767676", "#a02020", "#0b6b2f"} {
		ada.Open("/admin/settings")
		ada.change("#accent", accent)
		ada.Submit("#settings-general button", settingSaved("general"))
		check("settings in " + accent)
		ada.Open("/rooms/1-lobby?at=1#m-1-1")
		ada.Until(connected)
		check("room in " + accent)
	}
}
