package handlers

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"parley/store"
	"parley/views"
	"parley/views/words"
)

// settingField is one value of the settings in its form.
type settingField struct {
	form  string // the part of the page that it is in
	name  string
	entry string // what the log calls it
	show  func(store.Settings) string
	read  func(*store.Settings, string)
}

var settingFields = []settingField{
	{"general", "name", "name", func(in store.Settings) string { return in.Name }, func(in *store.Settings, v string) { in.Name = v }},
	{"general", "welcome", "welcome", func(in store.Settings) string { return in.Welcome }, func(in *store.Settings, v string) { in.Welcome = v }},
	{"general", "accent", "accent", func(in store.Settings) string { return cmp.Or(in.Accent, views.OwnAccent) }, func(in *store.Settings, v string) {
		if in.Accent = v; strings.EqualFold(v, views.OwnAccent) {
			in.Accent = ""
		}
	}},
	{"accounts", "sign_up", "accounts.sign_up", func(in store.Settings) string { return string(in.SignUp) }, func(in *store.Settings, v string) { in.SignUp = store.SignUpMode(v) }},
	{"accounts", "domains", "accounts.domains", func(in store.Settings) string { return strings.Join(in.Domains, " ") },
		func(in *store.Settings, v string) { in.Domains = strings.Fields(strings.ReplaceAll(v, ",", " ")) }},
	switchField("rooms", "members_create", "rooms.members_create", func(in *store.Settings) *bool { return &in.MembersCreateRooms }),
	switchField("rooms", "moderation_names", "moderation.names", func(in *store.Settings) *bool { return &in.ModerationNames }),
	numberField("messages", "most", "messages.most", func(in *store.Settings) *int { return &in.MostRunes }),
	numberField("messages", "burst", "messages.burst", func(in *store.Settings) *int { return &in.PostsBurst }),
	numberField("messages", "per_minute", "messages.per_minute", func(in *store.Settings) *int { return &in.PostsPerMin }),
	timeField("messages", "edit_within", "messages.edit_within", time.Minute, func(in *store.Settings) *time.Duration { return &in.EditWithin }),
	timeField("messages", "delete_within", "messages.delete_within", time.Minute, func(in *store.Settings) *time.Duration { return &in.DeleteWithin }),
	timeField("messages", "retention", "messages.retention", 24*time.Hour, func(in *store.Settings) *time.Duration { return &in.Retention }),
	switchField("privacy", "shows_typing", "accounts.shows_typing", func(in *store.Settings) *bool { return &in.NewShowsTyping }),
	switchField("privacy", "shows_seen", "accounts.shows_seen", func(in *store.Settings) *bool { return &in.NewShowsSeen }),
}

func switchField(form, name, entry string, of func(*store.Settings) *bool) settingField {
	return settingField{form, name, entry, func(in store.Settings) string {
		if *of(&in) {
			return "yes"
		}
		return ""
	}, func(in *store.Settings, v string) { *of(in) = v != "" }}
}

func numberField(form, name, entry string, of func(*store.Settings) *int) settingField {
	return settingField{form, name, entry, func(in store.Settings) string { return strconv.Itoa(*of(&in)) }, func(in *store.Settings, v string) { *of(in) = whole(v) }}
}

func timeField(form, name, entry string, unit time.Duration, of func(*store.Settings) *time.Duration) settingField {
	return settingField{form, name, entry, func(in store.Settings) string { return strconv.FormatInt(int64(*of(&in)/unit), 10) },
		func(in *store.Settings, v string) {
			// What is out of all bounds must not come round to what is not.
			*of(in) = min(time.Duration(whole(v)), 1<<62/unit) * unit
		}}
}

// whole is the number in v: 0 for nothing, and what no setting takes for what is no number.
func whole(v string) int {
	if v = strings.TrimSpace(v); v == "" {
		return 0
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		return -1
	}
	return n
}

func (s *Server) showSettings(w http.ResponseWriter, r *http.Request) error {
	return s.settingsPage(w, r, http.StatusOK, views.SettingsForm{Done: r.URL.Query().Get("saved")})
}

// settingsPage completes and shows the page with what is set now, but for what f has.
func (s *Server) settingsPage(w http.ResponseWriter, r *http.Request, status int, f views.SettingsForm) error {
	var err error
	if f.Page, err = s.adminPage(r, "Settings", ""); err != nil {
		return err
	}
	in := s.Store.Settings()
	f.Logo, f.Was = in.Logo, map[string]map[string]string{}
	if f.Fields.Values == nil {
		f.Fields.Values = map[string]string{}
	}
	for _, one := range settingFields {
		if f.Was[one.form] == nil {
			f.Was[one.form] = map[string]string{}
		}
		f.Was[one.form][one.name] = one.show(in)
		if one.form != f.Posted {
			f.Fields.Values[one.name] = one.show(in)
		}
	}
	return s.render(w, r, status, views.SettingsPage(f))
}

// updateSettings saves one of the forms. It carries what it was made of, so that what
// somebody else has changed in it meanwhile is shown before it is replaced.
func (s *Server) updateSettings(w http.ResponseWriter, r *http.Request) error {
	form := r.PostForm
	f := views.SettingsForm{Posted: form.Get("form"), Fields: views.Fields{Values: map[string]string{}}}
	for _, one := range settingFields {
		if one.form == f.Posted {
			f.Fields.Values[one.name] = form.Get(one.name)
		}
	}
	if len(f.Fields.Values) == 0 {
		return store.ErrNotFound
	}
	save := func(in store.Settings) error {
		for _, one := range settingFields {
			if one.form == f.Posted {
				one.read(&in, form.Get(one.name))
			}
		}
		return s.Store.SetSettings(r.Context(), s.actor(r), in)
	}
	return s.saveSettings(w, r, f, save, func(now store.Settings) (changed []settingField) {
		for _, one := range settingFields {
			if one.form == f.Posted && changedSince(form, one.name, one.show(now)) {
				changed = append(changed, one)
			}
		}
		return changed
	})
}

// changedSince says whether a value is now another than the one that the form was made of.
func changedSince(form url.Values, name, now string) bool {
	return form.Has("was."+name) && form.Get("was."+name) != now
}

// saveSettings saves what f was posted for, unless somebody changed that meanwhile.
func (s *Server) saveSettings(w http.ResponseWriter, r *http.Request, f views.SettingsForm, save func(store.Settings) error, changed func(store.Settings) []settingField) error {
	for {
		// As they are everywhere: what another process has set is a change, too.
		if changed, err := s.Store.RefreshSettings(r.Context()); err != nil {
			return err
		} else if changed {
			s.settingsChanged()
		}
		now := s.Store.Settings()
		if theirs := changed(now); len(theirs) > 0 {
			return s.showTheirs(w, r, f, now, theirs)
		}
		err := save(now)
		var problems store.Problems
		switch {
		case err == nil:
			s.settingsChanged()
			return seeOther(w, r, views.SettingsURL(f.Posted, true))
		case errors.As(err, &problems):
			f.Fields.Errors = problems.ByField()
			return s.settingsPage(w, r, http.StatusUnprocessableEntity, f)
		case !errors.Is(err, store.ErrConflict):
			return err
		}
		// Something has changed just now, perhaps not in this form: look again.
	}
}

// showTheirs shows f again with what others changed in it. What was typed is kept, and
// the next save decides.
func (s *Server) showTheirs(w http.ResponseWriter, r *http.Request, f views.SettingsForm, now store.Settings, theirs []settingField) error {
	log, err := s.Store.Entries(r.Context(), store.EntryQuery{Act: "setting.change", On: store.Target{Kind: store.OnSetting}}, 100)
	if err != nil {
		return err
	}
	f.Fields.Errors = map[string]string{}
	for _, one := range theirs {
		who := words.Say(r.Context(), "Somebody")
		for _, e := range log { // the newest first
			if e.Target.Name == one.entry && e.ByName != "" {
				who = e.ByName
				break
			}
		}
		is := one.show(now)
		f.Fields.Errors[one.name] = words.Say(r.Context(), "%s changed this meanwhile. It is now: %s", who, views.SettingInWords(r.Context(), one.name, is))
		if f.Fields.Values[one.name] == r.PostForm.Get("was."+one.name) {
			f.Fields.Values[one.name] = is // nothing of one's own is lost
		}
	}
	f.Fields.Problem = "Somebody else changed this while you did. What you entered is still here: look at it, and save again to decide."
	return s.settingsPage(w, r, http.StatusConflict, f)
}

// updateLogoPattern is the one route whose form has a file.
const updateLogoPattern = "POST /admin/settings/logo"

func (s *Server) updateLogo(w http.ResponseWriter, r *http.Request) error {
	f := views.SettingsForm{Posted: "logo"}
	var picture []byte
	if r.PostForm.Get("remove") == "" {
		file, _, err := r.FormFile("logo")
		if err == nil {
			picture, err = io.ReadAll(file) // it is in memory
		}
		if err != nil || len(picture) == 0 {
			f.Fields.Errors = map[string]string{"logo": "Choose a picture first."}
			return s.settingsPage(w, r, http.StatusUnprocessableEntity, f)
		}
	}
	save := func(in store.Settings) error { return s.Store.SetLogo(r.Context(), s.actor(r), in.Version, picture) }
	return s.saveSettings(w, r, f, save, func(now store.Settings) []settingField {
		if !changedSince(r.PostForm, "logo", now.Logo) {
			return nil
		}
		return []settingField{{form: "logo", name: "logo", entry: "logo", show: func(in store.Settings) string { return in.Logo }}}
	})
}
