package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/store"
	"parley/store/storetest"
)

// set changes the settings as Ada.
func set(t *testing.T, s *store.Store, ada store.UserID, change func(*store.Settings)) {
	t.Helper()
	in := s.Settings()
	change(&in)
	must(t, s.SetSettings(t.Context(), store.Actor{User: ada}, in))
}

// mistaken fails unless err is Problems about field alone, "" for none.
func mistaken(t *testing.T, what string, err error, field string) {
	t.Helper()
	var p store.Problems
	errors.As(err, &p)
	if field == "" && err == nil || len(p) == 1 && p[0].Field == field && strings.HasSuffix(p[0].Text, ".") {
		return
	}
	t.Errorf("%s: got %v, want a problem with %q", what, err, field)
}

func TestSettingsAreCheckedFieldByField(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, _, _ := crew(t, s)
		for _, row := range []struct {
			what   string
			change func(*store.Settings)
			field  string
		}{
			{"a name", func(in *store.Settings) { in.Name = " Grüner \n Salon " }, ""},
			{"a name that is too long", func(in *store.Settings) { in.Name = strings.Repeat("é", 41) }, "name"},
			{"a name that nobody sees", func(in *store.Settings) { in.Name = "\u200b" }, "name"},
			{"a welcome", func(in *store.Settings) { in.Welcome = strings.Repeat("é", 300) }, ""},
			{"a welcome that is too long", func(in *store.Settings) { in.Welcome = strings.Repeat("é", 301) }, "welcome"},
			{"an accent", func(in *store.Settings) { in.Accent = "#2F6F4F" }, ""},
			{"a light accent", func(in *store.Settings) { in.Accent = "#ffcc00" }, "accent"},
			{"an accent just under the contrast", func(in *store.Settings) { in.Accent = "#777777" }, "accent"}, // 4.48
			{"an accent just over it", func(in *store.Settings) { in.Accent = "#767676" }, ""},                  // 4.54
			{"an accent that is none", func(in *store.Settings) { in.Accent = "red;}" }, "accent"},
			{"no accent", func(in *store.Settings) { in.Accent = "" }, ""},
			{"a mode of sign-up", func(in *store.Settings) { in.SignUp = store.SignUpClosed }, ""},
			{"a mode that is none", func(in *store.Settings) { in.SignUp = "ajar" }, "sign_up"},
			{"domains", func(in *store.Settings) { in.Domains = []string{"@B.example.com", "a.example", "b.example.com"} }, ""},
			{"a domain that is none", func(in *store.Settings) { in.Domains = []string{"example"} }, "domains"},
			{"an address for a domain", func(in *store.Settings) { in.Domains = []string{"ada@example.com"} }, "domains"},
			{"short messages", func(in *store.Settings) { in.MostRunes = 49 }, "most"},
			{"long messages", func(in *store.Settings) { in.MostRunes = store.MessageRunes + 1 }, "most"},
			{"no messages at all", func(in *store.Settings) { in.PostsBurst = 0 }, "burst"},
			{"no messages in a minute", func(in *store.Settings) { in.PostsPerMin = 0 }, "per_minute"},
			{"a time before now", func(in *store.Settings) { in.EditWithin = -time.Minute }, "edit_within"},
			{"a time that never ends", func(in *store.Settings) { in.DeleteWithin = 366 * 24 * time.Hour }, "delete_within"},
			{"keeping for a century", func(in *store.Settings) { in.Retention = 100 * 365 * 24 * time.Hour }, "retention"},
		} {
			in := s.Settings()
			row.change(&in)
			mistaken(t, row.what, s.SetSettings(t.Context(), store.Actor{User: ada.ID}, in), row.field)
		}
		in := s.Settings()
		if in.Name != "Grüner Salon" || in.Accent != "" || !slices.Equal(in.Domains, []string{"a.example", "b.example.com"}) {
			t.Errorf("kept is %+v", in)
		}
		set(t, s, ada.ID, func(in *store.Settings) { in.Name = "" })
		if got := s.Settings().Name; got != "Parley" {
			t.Errorf("without a name it is %q", got)
		}
	})
}

func TestSignUpIsAsTheSettingsSay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		n := 0
		signUp := func(change func(*store.SignUp)) error {
			n++
			name := fmt.Sprintf("person%d", n)
			in := store.SignUp{Username: name, Email: name + "@example.com", Password: "correct horse battery", MayBeFirst: true}
			if change != nil {
				change(&in)
			}
			_, err := s.CreateUser(t.Context(), in)
			return err
		}
		elsewhere := func(in *store.SignUp) { in.Email = in.Username + "@other.example" }
		must(t, signUp(nil)) // the first
		set(t, s, 1, func(in *store.Settings) { in.Domains = []string{"example.com"} })
		mistaken(t, "another domain", signUp(elsewhere), "email")
		mistaken(t, "a domain below it", signUp(func(in *store.SignUp) { in.Email = "x@sub.example.com" }), "email")
		must(t, signUp(func(in *store.SignUp) { in.Email = "UPPER@Example.COM" }))
		must(t, signUp(func(in *store.SignUp) { elsewhere(in); in.Granted = true }))
		for _, mode := range []store.SignUpMode{store.SignUpInvited, store.SignUpClosed} {
			set(t, s, 1, func(in *store.Settings) { in.SignUp = mode })
			mistaken(t, string(mode), signUp(nil), "")
			err := signUp(nil)
			if want := map[store.SignUpMode]store.Invalid{store.SignUpInvited: store.ErrNotInvited, store.SignUpClosed: store.ErrSignUpClosed}[mode]; !reflectsProblem(err, want) {
				t.Errorf("%s: got %v", mode, err)
			}
			// It does not say which names are taken.
			if err := signUp(func(in *store.SignUp) { in.Username = "person1" }); strings.Contains(err.Error(), "taken") {
				t.Errorf("%s: got %v", mode, err)
			}
			must(t, signUp(func(in *store.SignUp) { in.Granted = true }))
		}
	})
}

func reflectsProblem(err error, want store.Invalid) bool {
	var p store.Problems
	return errors.As(err, &p) && len(p) == 1 && p[0] == want
}

func TestTheFirstAccountIsAlwaysPossible(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		// Whoever has the server itself can have set it before there is anybody.
		in := s.Settings()
		in.SignUp, in.Domains, in.NewShowsTyping, in.NewShowsSeen = store.SignUpClosed, []string{"example.com"}, false, false
		must(t, s.SetSettings(t.Context(), store.Actor{}, in))
		u, err := s.CreateUser(t.Context(), store.SignUp{Username: "ada", Email: "ada@other.example", Password: "correct horse battery", MayBeFirst: true})
		must(t, err)
		if u, err = s.User(t.Context(), u.ID); err != nil || u.Role != store.Administrator || u.ShowsTyping || u.ShowsSeen {
			t.Errorf("got %+v, %v", u, err)
		}
	})
}

// Another process's settings are asked in the transaction, not remembered.
func TestSignUpThatWasJustClosedElsewhereIsClosed(t *testing.T) {
	dsn := "sqlite:" + storetest.File(t)
	var two [2]*store.Store
	for i := range two {
		s, err := store.Open(t.Context(), dsn)
		must(t, err)
		defer s.Close()
		two[i] = s
	}
	ada, _, _ := crew(t, two[0])
	set(t, two[0], ada.ID, func(in *store.Settings) { in.SignUp = store.SignUpClosed })
	_, err := two[1].CreateUser(t.Context(), store.SignUp{Username: "dan", Email: "dan@example.com", Password: "correct horse battery"})
	mistaken(t, "sign up elsewhere", err, "")
	if err == nil {
		t.Error("an account was created")
	}
}

func TestMessagesAreAsLongAsTheSettingsSay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, _ := crew(t, s)
		set(t, s, ada.ID, func(in *store.Settings) { in.MostRunes = 60 })
		long := store.Draft{Room: 1, Author: ben.ID, Key: "long", Body: strings.Repeat("é", 61)}
		_, err := s.PostMessage(t.Context(), long)
		if want := (store.TooLong{Runes: 61, Most: 60}); !errors.Is(err, want) {
			t.Errorf("post: got %v, want %v", err, want)
		}
		m, err := s.PostMessage(t.Context(), store.Draft{Room: 1, Author: ben.ID, Key: "fits", Body: long.Body[2:]})
		must(t, err)
		if _, err := s.EditMessage(t.Context(), 1, m.Seq, ben.ID, long.Body); !errors.Is(err, store.TooLong{Runes: 61, Most: 60}) {
			t.Errorf("edit: got %v", err)
		}
		set(t, s, ada.ID, func(in *store.Settings) { in.MostRunes = 61 })
		_, err = s.PostMessage(t.Context(), long)
		must(t, err)
	})
}

func TestAMessageCanBeChangedAsLongAsTheSettingsSay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, _ := crew(t, s)
		now := time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC)
		s.SetClock(func() time.Time { return now })
		m, err := s.PostMessage(t.Context(), store.Draft{Room: 1, Author: ben.ID, Key: "k", Body: "first"})
		must(t, err)
		set(t, s, ada.ID, func(in *store.Settings) { in.EditWithin, in.DeleteWithin = 5*time.Minute, time.Hour })
		may := func(do store.Action) bool {
			t.Helper()
			room, err := s.Membership(t.Context(), 1, ben.ID)
			must(t, err)
			return store.May(room.Standing(ben), do, &m)
		}
		edit := func(text string) error {
			_, err := s.EditMessage(t.Context(), 1, m.Seq, ben.ID, text)
			return err
		}
		now = m.CreatedAt.Add(5*time.Minute - time.Microsecond)
		must(t, edit("second"))
		if !may(store.Edit) || !may(store.Delete) {
			t.Error("it is too early to forbid anything")
		}
		now = m.CreatedAt.Add(5 * time.Minute)
		wants(t, "edit", edit("third"), store.TooLate{Do: store.Edit})
		if may(store.Edit) || !may(store.Delete) {
			t.Error("what one may do is not what the store does")
		}
		// Anybody else is told nothing of it.
		_, err = s.EditMessage(t.Context(), 1, m.Seq, ada.ID, "mine")
		wants(t, "another edits", err, store.ErrNotFound)
		now = m.CreatedAt.Add(time.Hour)
		_, err = s.DeleteMessage(t.Context(), 1, m.Seq, ben.ID)
		wants(t, "delete", err, store.TooLate{Do: store.Delete})
		// The settings apply to what is there, at once.
		set(t, s, ada.ID, func(in *store.Settings) { in.EditWithin, in.DeleteWithin = 0, 0 })
		must(t, edit("fourth"))
		_, err = s.DeleteMessage(t.Context(), 1, m.Seq, ben.ID)
		must(t, err)
	})
}

func TestAnAccentCanBeReadInBothSchemes(t *testing.T) {
	dark := "#17191e" // the paper of the dark scheme, about
	for r := 0; r < 256; r += 51 {
		for g := 0; g < 256; g += 51 {
			for b := 0; b < 256; b += 51 {
				accent := fmt.Sprintf("#%02x%02x%02x", r, g, b)
				shades, ok := store.ShadesOf(accent)
				if want := store.Contrast(accent, "#ffffff") >= 4.5; ok != want {
					t.Errorf("%s: taken %t, want %t", accent, ok, want)
				}
				if !ok {
					continue
				}
				for _, pair := range [][3]string{
					{"light on paper", shades.Light.Accent, "#ffffff"}, {"light on wash", shades.Light.Accent, shades.Light.Wash}, {"light, strong, on wash", shades.Light.Strong, shades.Light.Wash},
					{"faint on light wash", "#656971", shades.Light.Wash}, {"faint on dark wash", "#8f939b", shades.Dark.Wash},
					{"text on light", shades.Light.On, shades.Light.Accent}, {"text on light, strong", shades.Light.On, shades.Light.Strong},
					{"dark on paper", shades.Dark.Accent, dark}, {"dark on wash", shades.Dark.Accent, shades.Dark.Wash}, {"dark, strong, on wash", shades.Dark.Strong, shades.Dark.Wash},
					{"text on dark", shades.Dark.On, shades.Dark.Accent}, {"text on dark, strong", shades.Dark.On, shades.Dark.Strong},
				} {
					if got := store.Contrast(pair[1], pair[2]); got < 4.5 {
						t.Errorf("%s, %s: %.2f", accent, pair[0], got)
					}
				}
			}
		}
	}
	// The examples of WCAG's own techniques.
	for pair, want := range map[[2]string]float64{{"#000000", "#ffffff"}: 21, {"#777777", "#ffffff"}: 4.48, {"#ff0000", "#ffffff"}: 4.0} {
		if got := store.Contrast(pair[0], pair[1]); got < want-.005 || got > want+.005 {
			t.Errorf("%v: got %.3f, want %.2f", pair, got, want)
		}
	}
}

// picture is an image of that size, written by encode.
func picture(t *testing.T, width, height int, encode func(*bytes.Buffer, image.Image) error) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	m.Set(0, 0, color.NRGBA{200, 30, 30, 255})
	var b bytes.Buffer
	must(t, encode(&b, m))
	return b.Bytes()
}

func asPNG(b *bytes.Buffer, m image.Image) error  { return png.Encode(b, m) }
func asJPEG(b *bytes.Buffer, m image.Image) error { return jpeg.Encode(b, m, nil) }
func asGIF(b *bytes.Buffer, m image.Image) error  { return gif.Encode(b, m, nil) }

func TestALogoIsAPictureMadeAnew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, _ := crew(t, s)
		give := func(by store.UserID, data []byte) error {
			return s.SetLogo(t.Context(), store.Actor{User: by}, s.Settings().Version, data)
		}
		good := picture(t, 1000, 300, asPNG)
		wants(t, "a member", give(ben.ID, good), store.ErrNotFound)
		for what, data := range map[string][]byte{
			"text": []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), "a GIF": picture(t, 10, 10, asGIF), "half a picture": good[:len(good)/2],
			"too many bytes": append(picture(t, 10, 10, asPNG), make([]byte, store.LogoBytes)...), "too many pixels": picture(t, 4097, 1, asPNG),
		} {
			mistaken(t, what, give(ada.ID, data), "logo")
		}
		if got := s.Settings().Logo; got != "" {
			t.Errorf("a logo is set: %q", got)
		}
		// What hides behind the picture is gone.
		must(t, give(ada.ID, append(bytes.Clone(good), "<script>alert(1)</script>"...)))
		first := s.Settings().Logo
		data, err := s.Logo(t.Context(), first)
		must(t, err)
		config, kind, err := image.DecodeConfig(bytes.NewReader(data))
		if err != nil || kind != "png" || config.Width != 512 || config.Height != 153 || bytes.Contains(data, []byte("script")) {
			t.Errorf("kept is a %s of %d × %d, %v", kind, config.Width, config.Height, err)
		}
		webp := []byte("RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x000\x01\x00\x9d\x01\x2a\x01\x00\x01\x00\x02\x004\x25\xa4\x00\x03p\x00\xfe\xfb\xfdP\x00")
		must(t, give(ada.ID, webp))
		must(t, give(ada.ID, picture(t, 20, 20, asJPEG)))
		third := s.Settings().Logo
		_, err = s.Logo(t.Context(), first)
		wants(t, "the one before the last", err, store.ErrNotFound)
		must(t, give(ada.ID, nil))
		_, err = s.Logo(t.Context(), third)
		must(t, err) // pages under way show it
		if got := s.Settings().Logo; got != "" {
			t.Errorf("the logo was taken away and is %q", got)
		}
		wants(t, "an old form", s.SetLogo(t.Context(), store.Actor{User: ada.ID}, 0, good), store.ErrConflict)
		log, err := s.Entries(t.Context(), store.EntryQuery{Act: "setting.change"}, 10)
		must(t, err)
		if len(log) != 4 || log[0].Target.Name != "logo" || log[0].Was != third || log[0].Now != "" {
			t.Errorf("the log has %+v", log)
		}
	})
}
