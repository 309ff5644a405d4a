package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

// zephyr has a number and words of their own that are nowhere else in a database.
const (
	zephyrID   = 987654321
	zephyrWord = "zephyr"
)

// whole is a life in which everything is kept about Zephyr that is ever kept about
// anybody. A new table that leads to people is found by toPerson, and needs a line here.
func whole(t *testing.T, s *store.Store, db *sqlx.DB) (ada store.Actor, zephyr store.User) {
	t.Helper()
	ctx := t.Context()
	a, ben, _ := crew(t, s)
	ada = by(a)
	db.MustExec(db.Rebind("update counters set value = ? where name = 'user'"), zephyrID-1)
	invited, _, err := s.CreateInvitation(ctx, ada, store.InvitationDraft{Life: time.Hour, Uses: 2, Role: store.Member, Note: "for somebody"})
	must(t, err)
	zephyr, err = s.CreateUser(ctx, store.SignUp{Username: zephyrWord, Email: "zephyr@example.com", Password: "correct horse battery", Invitation: invited, Address: "192.0.2.99"})
	must(t, err)
	as := by(zephyr)
	must(t, s.SetProfile(ctx, zephyr.ID, store.Profile{Name: "Zephyr West", About: "zephyr's line", Zone: "UTC", Announce: store.AnnounceAll}))

	// In office.
	must(t, s.SetRole(ctx, ada, zephyr.ID, store.Administrator))
	_, _, err = s.CreateInvitation(ctx, as, store.InvitationDraft{Life: time.Hour, Uses: 1, Role: store.Member, Email: "friend@zephyr.example", Note: "zephyr's friend"})
	must(t, err)
	holds, err := s.CreateRule(ctx, as, store.Rule{Kind: store.RuleWord, Text: "casino", Act: store.RuleHolds, Active: true})
	must(t, err)
	must(t, s.RefreshRules(ctx))
	rude := post(t, s, ben, "1", "rude")
	about, err := s.ReportMessage(ctx, lobby, rude.Seq, a.ID, store.Spam, "look")
	must(t, err)
	must(t, s.AssignCase(ctx, as, about.ID, about.Version, zephyr.ID))
	must(t, s.AddNote(ctx, zephyr.ID, about.ID, "zephyr thinks so"))
	about, err = s.CaseFor(ctx, about.ID, zephyr.ID)
	must(t, err)
	warned, err := s.ImposeInCase(ctx, as, about.ID, about.Version, store.Measure{Kind: store.Warning, User: ben.ID, Room: lobby, Reason: store.Spam, Words: "stop"}, true)
	must(t, err)
	must(t, s.CreateAppeal(ctx, ben.ID, warned.ID, "why"))
	must2(s.DecideAppeal(ctx, ada, warned.ID, true, "indeed"))(t)
	calm, err := s.Impose(ctx, ada, store.Measure{Kind: store.TimeOut, User: ben.ID, Reason: store.Spam, Until: time.Now().Add(time.Hour)})
	must(t, err)
	must(t, s.CreateAppeal(ctx, ben.ID, calm.ID, "no"))
	must2(s.DecideAppeal(ctx, as, calm.ID, true, "indeed"))(t)
	must2(s.CreateSignInLink(ctx, as, ben.ID, ""))(t)
	_, err = s.PostMessage(ctx, store.Draft{Room: lobby, Author: ben.ID, Key: "2", Body: "casino"})
	var waits store.Waits
	if !errors.As(err, &waits) {
		t.Fatalf("a casino: %v", err)
	}
	held, err := s.HeldFor(ctx, zephyr.ID, 0, 10)
	must(t, err)
	must2(s.PublishHeld(ctx, as, held[0].ID))(t)
	must(t, s.SetRole(ctx, ada, zephyr.ID, store.Member))

	// As anybody.
	kitchen := makeRoom(t, s, zephyr, "Kitchen", store.PrivateRoom)
	must2(s.Converse(ctx, zephyr.ID, []store.UserID{ben.ID}))(t)
	say(t, s, kitchen, zephyr, "soup by zephyr")
	mine := post(t, s, zephyr, "3", "hello from zephyr")
	post(t, s, ben, "4", "hello @zephyr")
	post(t, s, zephyr, "5", "and again")
	post(t, s, ben, "7", "yes")
	_, err = s.PostMessage(ctx, store.Draft{Room: lobby, Author: zephyr.ID, Key: "6", Body: "zephyr's casino"})
	if !errors.As(err, &waits) {
		t.Fatalf("another casino: %v", err)
	}
	begin(t, s, kitchen, zephyr, "8", "zephyr has begun")
	must(t, s.Mute(ctx, zephyr.ID, ben.ID, true))
	must(t, s.Mute(ctx, ben.ID, zephyr.ID, false))
	must2(s.ReportMessage(ctx, lobby, rude.Seq, zephyr.ID, store.Spam, "zephyr says so"))(t)
	must2(s.ReportMessage(ctx, lobby, mine.Seq, ben.ID, store.Spam, "this one"))(t)
	person, err := s.ReportPerson(ctx, zephyr.ID, ben.ID, store.Spam, "all of them")
	must(t, err)
	must(t, s.CloseCase(ctx, ada, person.ID, person.Version))
	for i, text := range []string{"zephyr objects", "zephyr objects again"} {
		m, err := s.Impose(ctx, ada, store.Measure{Kind: store.TimeOut, User: zephyr.ID, Room: lobby, Reason: store.Spam, Words: "calm down", Until: time.Now().Add(time.Duration(i+1) * time.Hour)})
		must(t, err)
		must(t, s.CreateAppeal(ctx, zephyr.ID, m.ID, text))
		if i == 0 {
			must2(s.DecideAppeal(ctx, ada, m.ID, false, "no"))(t)
		}
	}
	zephyr, err = s.Authenticate(ctx, zephyrWord, "correct horse battery")
	must(t, err)
	must2(s.CreateSession(ctx, zephyr, "zephyr's browser", "192.0.2.99"))(t)
	must2(s.CreateReset(ctx, zephyr.ID))(t)
	must2(s.CreateSignInLink(ctx, ada, zephyr.ID, ""))(t)
	must(t, s.CreateExport(ctx, zephyr.ID))
	finish(t, s)
	if holds.ID == 0 {
		t.Fatal("no rule")
	}
	return ada, zephyr
}

// toPerson are the columns that by their name lead to a person.
var toPerson = regexp.MustCompile(`^(user|author|by|other|last_author|prev_author|taken_by|closed_by|ended_by|decided_by|created_by)(_id)?$`)

func tablesOf(t *testing.T, db *sqlx.DB) (tables []string) {
	t.Helper()
	query := "select name from sqlite_master where type = 'table'"
	if db.DriverName() == "pgx" {
		query = "select table_name from information_schema.tables where table_schema = current_schema()"
	}
	must(t, db.Select(&tables, query))
	return slices.DeleteFunc(tables, func(table string) bool {
		return strings.HasPrefix(table, "sqlite_") || strings.HasPrefix(table, "goose_")
	})
}

// traces are the columns, as "table.column", in which Zephyr is found, by number or word,
// and all that lead to a person by name.
func traces(t *testing.T, db *sqlx.DB) (found, lead []string) {
	t.Helper()
	for _, table := range tablesOf(t, db) {
		rows, err := db.Queryx("select * from " + table)
		must(t, err)
		columns, err := rows.Columns()
		must(t, err)
		for _, column := range columns {
			if toPerson.MatchString(column) {
				lead = append(lead, table+"."+column)
			}
		}
		in := map[string]bool{}
		for rows.Next() {
			values, err := rows.SliceScan()
			must(t, err)
			for i, v := range values {
				if bytes, is := v.([]byte); is {
					v = string(bytes)
				}
				text := strings.ToLower(fmt.Sprint(v))
				if strings.Contains(text, zephyrWord) || regexp.MustCompile(fmt.Sprintf(`\b%d\b`, zephyrID)).MatchString(text) {
					in[table+"."+columns[i]] = true
				}
			}
		}
		must(t, rows.Close())
		found = append(found, slices.Sorted(maps.Keys(in))...)
	}
	slices.Sort(found)
	return found, lead
}

// exportedAs is in which record of an export what a table has of a person is, or why it
// is in none.
var exportedAs = map[string]string{
	"users": "account", "sessions": "session", "members": "membership", "messages": "message", "mentions": "mention", "mutes": "mute",
	"invitations": "invitation", "arrivals": "arrival", "measures": "measure", "appeals": "measure", "reports": "report", "held": "held", "drafts": "draft", "log_entries": "act",

	"cases":        "none: until something is done about one, that it is there tells who reported them",
	"case_notes":   "none: what an office writes is about others",
	"rules":        "none: their text is the place's, and that they wrote it is an act",
	"rooms":        "none: it is their membership and their messages",
	"log_words":    "none: by them entries are found",
	"name_words":   "none: by them people are found",
	"post_keys":    "none: they tell a post that is sent twice, for a day",
	"resets":       "none: secrets that work for an hour",
	"signin_links": "none: secrets that work for an hour",
	"jobs":         "none: what is being done for them just now",
	"export_parts": "none: the export itself",
	"counters":     "none: the last number",
	"refusals":     "none: they hold while they are banned, and cannot ask",

	"figures":          "none: numbers of the server",
	"invitation_rooms": "none: rooms",
	"logos":            "none: the place's",
	"room_words":       "none: by them rooms are found",
	"secrets":          "none: the server's",
	"settings":         "none: the place's",
}

func TestAllThatIsStoredAboutAPersonIsInTheirExportOrHasAReason(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		_, zephyr := whole(t, s, db)
		kinds := map[string]int{}
		e, err := s.ExportOf(t.Context(), zephyr.ID)
		must(t, err)
		var all strings.Builder
		for n := int64(1); n <= e.Parts(); n++ {
			part, err := s.ExportPart(t.Context(), zephyr.ID, e.ID, n)
			must(t, err)
			all.WriteString(part)
		}
		for line := range strings.Lines(all.String()) {
			var record struct{ Kind string }
			must(t, json.Unmarshal([]byte(line), &record))
			kinds[record.Kind]++
		}
		found, lead := traces(t, db)
		for _, table := range tablesOf(t, db) {
			if exportedAs[table] == "" {
				t.Errorf("%s: is what it keeps of a person exported, and as what?", table)
			}
		}
		for _, column := range lead {
			if !slices.Contains(found, column) {
				t.Errorf("%s has nothing of Zephyr: have their life do so, that this can be looked at", column)
			}
		}
		for _, column := range found {
			table, _, _ := strings.Cut(column, ".")
			kind, known := exportedAs[table]
			switch {
			case !known:
				t.Errorf("%s is neither exported nor left out for a reason", column)
			case !strings.HasPrefix(kind, "none: ") && kinds[kind] == 0:
				t.Errorf("%s: the export has no record of %s", column, kind)
			}
		}
		for _, words := range []string{"zephyr's line", "zephyr's browser", "friend@zephyr.example", "zephyr's friend", "soup by zephyr", "hello from zephyr", "zephyr's casino",
			"zephyr has begun", "zephyr says so", "zephyr objects", "zephyr objects again", "calm down", "192.0.2.99"} {
			if !strings.Contains(all.String(), words) {
				t.Errorf("the export lacks %q", words)
			}
		}
		for _, others := range []string{"rude", "this one", `"act":"case.close","after"`, "zephyr thinks so", "argon2", "ada"} {
			if strings.Contains(all.String(), others) {
				t.Errorf("the export has %q", others)
			}
		}
	})
}

// stays is what is left of an account that is deleted with its messages, and why.
var stays = map[string]string{
	"users.id":                "the number by which all the rest knows it",
	"members.user_id":         "it was there: direct conversations stay the others'",
	"users.username_key":      "its number, so that the name is free",
	"users.email_key":         "its number, so that the address is free",
	"signin_links.by_id":      "a number, for an hour",
	"messages.body":           "what others wrote",
	"messages.author_id":      "the places of its messages",
	"messages.prev_author":    "the places of its messages",
	"rooms.last_author":       "the places of its messages",
	"rooms.prev_author":       "the places of its messages",
	"rooms.created_by":        "a number",
	"rooms.people_key":        "numbers: whose conversation it is, for the others",
	"users.muted":             "numbers: others chose so, and its messages may be there still",
	"mutes.other_id":          "others chose so, and its messages may be there still",
	"arrivals.user_id":        "that an invitation was used",
	"invitations.by_id":       "who invited whom",
	"rules.by_id":             "a number",
	"appeals.user_id":         "that there was an objection, without its text",
	"appeals.decided_by":      "a number",
	"held.decided_by":         "a number",
	"measures.user_id":        "what was done to it",
	"measures.by_id":          "what it did in office",
	"measures.ended_by":       "what it did in office",
	"cases.user_id":           "what was reported",
	"cases.taken_by":          "what it did in office",
	"cases.closed_by":         "what it did in office",
	"cases.copy_body":         "evidence, until 90 days after its case is closed",
	"case_notes.by_id":        "what it did in office",
	"case_notes.text":         "what it did in office: words about others, for those who decide",
	"reports.user_id":         "that it reported, without its note",
	"jobs.user_id":            "the job that did this",
	"jobs.by_id":              "who asked for it",
	"counters.value":          "the last number",
	"log_entries.by_id":       "the log is never changed",
	"log_entries.by_name":     "the log is never changed",
	"log_entries.target_id":   "the log is never changed",
	"log_entries.target_name": "the log is never changed",
	"log_entries.now":         "the log is never changed",
	"log_words.word":          "by them the log is found",
}

func TestWhatIsLeftOfADeletedAccountHasAReason(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		ada, zephyr := whole(t, s, db)
		must(t, s.DeleteAccount(t.Context(), ada, zephyr.ID, true))
		finish(t, s)
		found, _ := traces(t, db)
		for _, column := range found {
			if stays[column] == "" {
				t.Errorf("%s is left, for no reason", column)
			}
		}
		for _, column := range slices.Sorted(maps.Keys(stays)) {
			if !slices.Contains(found, column) {
				t.Errorf("%s is said to stay, and does not", column)
			}
		}
		var open int
		if must(t, db.Get(&open, "select count(*) from appeals where decided_at = 0")); open != 0 {
			t.Errorf("%d objections wait for an answer that nobody reads", open)
		}
	})
}
