package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

func TestARuleFindsWhatItSaysHoweverItIsSpelled(t *testing.T) {
	s := storetest.SQLite(t)
	ada, _, _ := crew(t, s)
	for _, r := range []store.Rule{
		{Kind: store.RuleWord, Text: "Casino", Act: store.RuleHolds},
		{Kind: store.RulePhrase, Text: "free money", Act: store.RuleRefuses},
		{Kind: store.RuleWord, Text: "money", Act: store.RuleFlags},
		{Kind: store.RuleHost, Text: "bad.example", Act: store.RuleRefuses},
		{Kind: store.RuleWord, Text: "赌博", Act: store.RuleFlags},
	} {
		_, err := s.CreateRule(t.Context(), store.Actor{User: ada.ID}, r)
		must(t, err)
	}
	for body, want := range map[string]store.RuleAct{
		"the casino is open":                store.RuleHolds,
		"CASINO!":                           store.RuleHolds,
		"c\u200ba\u00adsino":                store.RuleHolds, // invisible in between
		"саsіno":                            store.RuleHolds, // Cyrillic с, а and і
		"ｃａｓｉｎｏ":                            store.RuleHolds,
		"𝓬𝓪𝓼𝓲𝓷𝓸":                            store.RuleHolds,
		"càsínö":                            store.RuleHolds,
		"c\u3164a\u115fs\x07i\u2065no":      store.RuleHolds, // letters and signs that nobody sees
		"CASIΝO":                            store.RuleHolds, // a Greek capital, whose small letter looks like a v
		"МОΝЕУ, ΜΟΝΕΥ":                      store.RuleFlags, // capitals of both
		"ᴄᴀsɪɴᴏ":                            store.RuleHolds,
		"🅒🅐🅢🅘🅝🅞":                            store.RuleHolds,
		"🇨🇦🇸🇮🇳🇴":                            store.RuleHolds,
		"see \u202eonisac\u202c, now":       store.RuleHolds, // it is shown turned round
		"see \u202eonis\u2069ac\u202c, now": store.RuleHolds, // nothing is open that the first sign could end
		"see \u202e\u202a\u202conisac":      store.RuleHolds, // what it ends began inside
		"\u2067\u202eonisac\u2069, now":     store.RuleHolds, // it ends with what is around it
		"\u202eelpmaxe.dab":                 store.RuleRefuses,
		"onisac":                            "",
		"\u13df\u13aa\u13d5\u13a5NO":        store.RuleHolds, // Cherokee capitals
		"ꓚꓮꓢꓲꓠꓳ":                            store.RuleHolds, // Lisu
		"ƈąşɨɲø":                            store.RuleHolds,
		"ɱønɇɏ":                             store.RuleFlags,
		"casinos and occasions":             "",
		"money":                             store.RuleFlags,
		"ｍoney":                             store.RuleFlags,
		"free   money":                      store.RuleRefuses,
		"Free, money":                       store.RuleRefuses,
		"freemoney":                         "",
		"c a s i n o":                       "", // what the page of rules says they do not catch
		"c-a-s-i-n-o":                       "",
		"cas1no":                            "",
		"c@sino":                            "",
		"money money free money":            store.RuleRefuses, // the strictest counts
		"see https://bad.example/x":         store.RuleRefuses,
		"see www.BAD.example.":              store.RuleRefuses,
		"see http://a.b.bаd.example":        store.RuleRefuses, // Cyrillic а
		"https://%EF%BD%82ad.example/":      store.RuleRefuses, // a wide b: there it leads
		"https://bad%E3%80%82example":       store.RuleRefuses,
		"https://bad.example_":              store.RuleRefuses, // the mark is not of the link
		"(~bad.example~)":                   store.RuleRefuses,
		"https://xn--bd-7kc.example":        store.RuleRefuses, // Cyrillic а once more
		"https://notbad.example/":           "",
		"https://bad.example.org/":          "",
		"我喜欢赌博吗":                            store.RuleFlags,
		"nothing of that":                   "",
		strings.Repeat("a long text ", 9):   "",
	} {
		r, broken := s.Broken(body)
		if broken != (want != "") || r.Act != want {
			t.Errorf("%q: got %q, want %q", body, r.Act, want)
		}
	}
}

func TestRulesAreTriedChangedAndDeletedByModerators(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, _ := crew(t, s)
		by := store.Actor{User: ada.ID}
		post(t, s, ben, "1", "come to my casino")
		post(t, s, ben, "2", "or stay at home")
		rule := store.Rule{Kind: store.RuleWord, Text: "casino", Act: store.RuleRefuses, Sentence: "No gambling here."}
		caught, looked, err := s.Trial(t.Context(), ada.ID, rule)
		if err != nil || looked != 2 || len(caught) != 1 || caught[0].Seq != 1 {
			t.Errorf("the trial caught %v of %d, %v", caught, looked, err)
		}
		// What is hidden counts for who may read it, and what is deleted for nobody.
		must2(s.Impose(t.Context(), by, store.Measure{Kind: store.HideMessage, Room: lobby, Seq: 1, Reason: store.Spam}))(t)
		must2(s.DeleteMessage(t.Context(), lobby, 2, ben.ID))(t)
		if caught, looked, err = s.Trial(t.Context(), ada.ID, rule); err != nil || looked != 1 || len(caught) != 1 || caught[0].Body != "come to my casino" {
			t.Errorf("of hidden ones the trial caught %+v of %d, %v", caught, looked, err)
		}
		if caught, looked, err = s.Trial(t.Context(), ben.ID, rule); err != nil || looked != 0 || len(caught) != 0 {
			t.Errorf("for who moderates nothing it caught %+v of %d, %v", caught, looked, err)
		}
		// What moderators write is refused, and nothing else.
		post(t, s, ada, "3", "no casino for me")
		rule.Act = store.RuleHolds
		if caught, looked, err = s.Trial(t.Context(), ada.ID, rule); err != nil || looked != 2 || len(caught) != 1 || caught[0].Author != ben.ID {
			t.Errorf("that would hold: %+v of %d, %v", caught, looked, err)
		}
		rule.Act = store.RuleRefuses
		if caught, looked, err = s.Trial(t.Context(), ada.ID, rule); err != nil || looked != 2 || len(caught) != 2 {
			t.Errorf("that would refuse: %+v of %d, %v", caught, looked, err)
		}
		_, err = s.CreateRule(t.Context(), store.Actor{User: ben.ID}, rule)
		wants(t, "a member makes a rule", err, store.ErrNotFound)
		rule, err = s.CreateRule(t.Context(), by, rule)
		must(t, err)
		var problem store.Invalid
		if _, err = s.CreateRule(t.Context(), by, store.Rule{Kind: store.RuleWord, Text: "CASINO", Act: store.RuleFlags}); !errors.As(err, &problem) {
			t.Errorf("the same rule again: %v", err)
		}
		if _, broken := s.Broken("casino"); !broken {
			t.Error("the rule does nothing")
		}
		rule.Act, rule.Active = store.RuleHolds, false
		must(t, s.ChangeRule(t.Context(), by, rule))
		if _, broken := s.Broken("casino"); broken {
			t.Error("a rule that is off does something")
		}
		must(t, s.DeleteRule(t.Context(), by, rule.ID))
		wants(t, "deleted twice", s.DeleteRule(t.Context(), by, rule.ID), store.ErrNotFound)
		log, err := s.Entries(t.Context(), store.EntryQuery{On: store.Target{Kind: store.OnRule}}, 10)
		if err != nil || len(log) != 3 {
			t.Errorf("the log has %+v, %v", log, err)
		}
	})
}

// What was written in two rooms in turn is looked at from the newest back, a thousand of it.
func TestATrialLooksAtTheLastThousandOfAllRooms(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		ada, ben, _ := crew(t, s)
		kitchen := makeRoom(t, s, ada, "Kitchen", store.PrivateRoom)
		for i, room := range []store.RoomID{lobby, kitchen} {
			db.MustExec(`with recursive n (i) as (select 1 union all select i + 1 from n where i < 700)
insert into messages (room_id, seq, rev, posted_rev, author_id, body, created_at) select $1, i, i, i, $2, 'zebra ' || (2 * i - 1 + $3), 1700000000000000 + 2 * i + $3 from n`, int64(room), int64(ben.ID), i)
			db.MustExec("update rooms set last_seq = 700, rev = 700, last_at = 1700000000001400 + $1 where id = $2", i, int64(room))
		}
		caught, looked, err := s.Trial(t.Context(), ada.ID, store.Rule{Kind: store.RuleWord, Text: "zebra", Act: store.RuleFlags})
		must(t, err)
		if looked != 1000 || len(caught) != 1000 || caught[0].Body != "zebra 1400" || caught[999].Body != "zebra 401" {
			t.Errorf("it looked at %d, and caught %d, from %q to %q", looked, len(caught), caught[0].Body, caught[len(caught)-1].Body)
		}
		if caught, looked, err = s.Trial(t.Context(), ada.ID, store.Rule{Kind: store.RuleWord, Text: "400", Act: store.RuleFlags}); err != nil || looked != 1000 || len(caught) != 0 {
			t.Errorf("it looked further back: %d, %+v, %v", looked, caught, err)
		}
	})
}

// 500 characters against 1,000 rules: the goal is 50 µs.
func BenchmarkRules(b *testing.B) {
	s := storetest.SQLite(b)
	ada, err := s.CreateUser(b.Context(), store.SignUp{Username: "ada", Email: "ada@example.com", Password: "correct horse battery", MayBeFirst: true})
	if err != nil {
		b.Fatal(err)
	}
	for i := range 1000 {
		r := store.Rule{Kind: store.RuleWord, Text: fmt.Sprintf("forbidden%dword", i), Act: store.RuleFlags}
		if i%10 == 0 {
			r = store.Rule{Kind: store.RuleHost, Text: fmt.Sprintf("host%d.example", i), Act: store.RuleFlags}
		}
		if _, err := s.CreateRule(b.Context(), store.Actor{User: ada.ID}, r); err != nil {
			b.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"plain":    strings.Repeat("The release is on Friday, see docs.example.org for it. ", 10)[:500],
		"accented": string([]rune(strings.Repeat("Größere Räume für schöne Gespräche über Äpfel und Öfen. ", 10))[:500]),
		"Cyrillic": string([]rune(strings.Repeat("Выпуск будет в пятницу, смотрите на доске. ", 20))[:500]),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, broken := s.Broken(text); broken {
					b.Fatal("caught")
				}
			}
		})
	}
}

func TestARuleIsChangedByWhoSawItAndTheLogSaysWhatItWas(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, _ := crew(t, s)
		by := store.Actor{User: ada.ID}
		other, err := s.CreateRule(t.Context(), by, store.Rule{Kind: store.RuleWord, Text: "poker", Act: store.RuleFlags})
		must(t, err)
		rule, err := s.CreateRule(t.Context(), by, store.Rule{Kind: store.RuleWord, Text: "casino", Act: store.RuleRefuses, Sentence: "No."})
		must(t, err)
		now := func() store.Rule {
			t.Helper()
			r, err := s.RuleByID(t.Context(), rule.ID)
			must(t, err)
			return r
		}
		entries := func() (all []string) {
			t.Helper()
			log, err := s.Entries(t.Context(), store.EntryQuery{On: store.Target{Kind: store.OnRule, ID: int64(rule.ID)}}, 10)
			must(t, err)
			for _, e := range log {
				all = append(all, fmt.Sprintf("%s of %s: %s -> %s", e.Act, e.Target.Name, e.Was, e.Now))
			}
			return all
		}
		in := now()
		in.Kind, in.Text, in.Sentence = store.RulePhrase, "the  casino ", "Not here, please."
		wants(t, "a member changes it", s.ChangeRule(t.Context(), store.Actor{User: ben.ID}, in), store.ErrNotFound)
		must(t, s.ChangeRule(t.Context(), by, in))
		if got := now(); got.Kind != store.RulePhrase || got.Text != "the casino" || got.Sentence != "Not here, please." || got.Act != store.RuleRefuses || !got.Active || got.Version != 2 {
			t.Errorf("it is %+v", got)
		}
		if _, broken := s.Broken("a casino"); broken {
			t.Error("it finds what it found before")
		}
		if r, broken := s.Broken("the CASINO"); !broken || r.Sentence != "Not here, please." {
			t.Errorf("it does not find what it says now: %+v", r)
		}
		wants(t, "by who saw it before", s.ChangeRule(t.Context(), by, in), store.ErrConflict)
		in = now()
		must(t, s.ChangeRule(t.Context(), by, in)) // nothing
		if got := now(); got.Version != 2 {
			t.Errorf("it has changed from nothing: %+v", got)
		}
		var problem store.Invalid
		in.Kind, in.Text = store.RuleWord, "POKER"
		if err := s.ChangeRule(t.Context(), by, in); !errors.As(err, &problem) || problem.Field != "text" {
			t.Errorf("into another rule: %v", err)
		}
		in.Text = "two words"
		if err := s.ChangeRule(t.Context(), by, in); !errors.As(err, &problem) || problem.Field != "text" {
			t.Errorf("into no word: %v", err)
		}
		in.ID, in.Text = 99, "blackjack"
		wants(t, "what is not there", s.ChangeRule(t.Context(), by, in), store.ErrNotFound)
		want := []string{
			"rule.sentence of the casino: No. -> Not here, please.",
			"rule.words of the casino: word: casino -> phrase: the casino",
			"rule.create of casino:  -> word: refuse",
		}
		if got := entries(); !slices.Equal(got, want) {
			t.Errorf("the log has %q", got)
		}
		if r, err := s.RuleByID(t.Context(), other.ID); err != nil || r.Text != "poker" {
			t.Errorf("the other is %+v, %v", r, err)
		}
	})
}

func TestARuleOfAHostTakesItOutOfAnAddress(t *testing.T) {
	s := storetest.SQLite(t)
	ada, _, _ := crew(t, s)
	for address, host := range map[string]string{
		"https://evil.example/path?x=1#y": "evil.example", "http://evil2.example": "evil2.example", "evil3.example/": "evil3.example",
		"https://ada:secret@evil4.example:8080/": "evil4.example", "evil5.example:443": "evil5.example", "HTTPS://Evil6.example": "Evil6.example",
	} {
		r, err := s.CreateRule(t.Context(), store.Actor{User: ada.ID}, store.Rule{Kind: store.RuleHost, Text: address, Act: store.RuleRefuses})
		if err != nil || r.Text != host {
			t.Errorf("%s: %q, %v", address, r.Text, err)
		}
		if _, broken := s.Broken("see https://" + strings.ToLower(host) + "/other"); !broken {
			t.Errorf("%s: the rule does not find it", address)
		}
	}
	for _, none := range []string{"https://", "two words.example", "/path.html", "nothing"} {
		if _, err := s.CreateRule(t.Context(), store.Actor{User: ada.ID}, store.Rule{Kind: store.RuleHost, Text: none, Act: store.RuleRefuses}); !errors.As(err, new(store.Invalid)) {
			t.Errorf("%q is a host: %v", none, err)
		}
	}
}
