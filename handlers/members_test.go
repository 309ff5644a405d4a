package handlers_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

func TestOfManyMembersOneIsToldHowManyThereAreAndFindsThemByName(t *testing.T) {
	storetest.Embedded(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		w := newWorld(t, s)
		ada := w.signUp("ada")
		for i := 2; i <= 151; i++ {
			name := fmt.Sprintf("moss%03d", i)
			db.MustExec(`insert into users (id, username, username_key, email, email_key, name, name_key, role, password, created_at) values ($1, $2, $2, $2, $2, $2, $2, 'member', 'x', 1)`, i, name)
			db.MustExec("insert into name_words (word, user_id) values ($1, $2)", name, i)
			db.MustExec("insert into members (room_id, user_id, rev) values (1, $1, 1)", i)
		}
		db.MustExec("update rooms set member_count = 151 where id = 1")
		page := ada.get("/rooms/1/about").body
		if n := strings.Count(page, `id="member-`); n != 100 || !strings.Contains(page, "151 members. These are the first of them by name") || !strings.Contains(page, `name="member"`) {
			t.Errorf("the page about the room lists %d", n)
		}
		found := ada.get("/rooms/1/about?member=moss15").body
		if n := strings.Count(found, `id="member-`); n != 2 || !strings.Contains(found, "moss151") {
			t.Errorf("by name %d are found", n)
		}
		if none := ada.get("/rooms/1/about?member=zzz").body; !strings.Contains(none, "No member has a name like that") {
			t.Error("of nobody found nothing is said")
		}
		room := ada.get("/rooms/1-lobby").body
		for _, want := range []string{"Here now · 1", "Not here · 150", "And 51 others."} {
			if !strings.Contains(strings.Join(strings.Fields(room), " "), want) {
				t.Errorf("beside the room %q is not said", want)
			}
		}
	})
}
