package store

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"
)

// Scheme is which colours a person wants.
type Scheme string

// The schemes. SchemeAuto follows the system's.
const (
	SchemeAuto  Scheme = ""
	SchemeLight Scheme = "light"
	SchemeDark  Scheme = "dark"
)

// Announce is what a screen reader says of new messages.
type Announce string

// What can be announced.
const (
	AnnounceAll      Announce = "all"
	AnnounceMentions Announce = "mentions"
	AnnounceCount    Announce = "count"
)

// Status is what a person says about their day.
type Status struct {
	Emoji string
	Text  string
	Until time.Time // zero: until it is changed
}

// At is the status as of now: one that has ended is empty.
func (s Status) At(now time.Time) Status {
	if !s.Until.IsZero() && !s.Until.After(now) {
		return Status{}
	}
	return s
}

// Profile is what people set about themselves.
type Profile struct {
	Name, About, Zone, Language string
	Status                      Status
	Scheme                      Scheme
	Announce                    Announce
	ShowsTyping, ShowsSeen      bool
}

// The most characters of a profile's texts.
const (
	nameRunes  = 60
	aboutRunes = 160
	emojiRunes = 10
)

const notEmoji = "Use one emoji, like ☕. Words go into the status."

// SetProfile changes what user says about themselves. It fails with Problems that
// name every mistaken field, and with Restraint if they have a time-out everywhere and
// would say something else to others: what is theirs alone they change, and a line or a
// status they take back.
func (s *Store) SetProfile(ctx context.Context, user UserID, in Profile) error {
	var p Problems
	line := func(field, text string, most int, sentence string) string {
		text = oneLine(text)
		if utf8.RuneCountInString(text) > most {
			p = append(p, Invalid{field, sentence})
		}
		return text
	}
	name := line("name", in.Name, nameRunes, "Use at most 60 characters.")
	if name == "" {
		p = append(p, Invalid{"name", "Enter the name that others see."})
	}
	about := line("about", in.About, aboutRunes, "Use at most 160 characters.")
	emoji := line("emoji", in.Status.Emoji, emojiRunes, notEmoji)
	if emoji != "" && utf8.RuneCountInString(emoji) <= emojiRunes && !isEmoji(emoji) {
		p = append(p, Invalid{"emoji", notEmoji})
	}
	status := line("status", in.Status.Text, nameRunes, "Use at most 60 characters.")
	if !ValidZone(in.Zone) {
		p = append(p, Invalid{"zone", "That is not a time zone. Choose one from the list, like Europe/Berlin."})
	}
	if in.Scheme != SchemeAuto && in.Scheme != SchemeLight && in.Scheme != SchemeDark {
		p = append(p, Invalid{"scheme", "Choose one from the list."})
	}
	if in.Announce != AnnounceAll && in.Announce != AnnounceMentions && in.Announce != AnnounceCount {
		p = append(p, Invalid{"announce", "Choose one from the list."})
	}
	if len(in.Language) > 16 {
		p = append(p, Invalid{"language", "Choose one from the list."})
	}
	if len(p) > 0 {
		return p
	}
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		if err := s.lockPerson(ctx, tx, user); err != nil {
			return err
		}
		var was userRow
		if err := tx.GetContext(ctx, &was, saidOf, user); err != nil {
			return err
		}
		has := Status{was.StatusEmoji, was.StatusText, fromMicros(was.StatusUntil)}.At(s.now())
		if name != was.Name || about != was.About && about != "" || emoji != has.Emoji && emoji != "" || status != has.Text && status != "" {
			if err := s.timedOut(ctx, tx, user); err != nil {
				return err
			}
		}
		var username string
		if err := tx.GetContext(ctx, &username, setProfile, name, about, emoji, status, micros(in.Status.Until), in.Zone, readable(in.Language),
			in.Scheme, in.Announce, in.ShowsTyping, in.ShowsSeen, user); err != nil {
			return err
		}
		return setNameWords(ctx, tx, User{ID: user, Username: username, Name: name})
	})
}

const saidOf = "select name, about, status_emoji, status_text, status_until from users where id = $1"

const setProfile = `
update users
   set name = $1, about = $2, status_emoji = $3, status_text = $4, status_until = $5, zone = $6, language = $7,
       scheme = $8, announce = $9, shows_typing = $10, shows_seen = $11
 where id = $12
returning username`

// Here notes that users were connected until now.
func (s *Store) Here(ctx context.Context, users []UserID) error {
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		for _, user := range users {
			if _, err := tx.ExecContext(ctx, "update users set here_at = $1 where id = $2 and deleted_at = 0", micros(s.now()), user); err != nil {
				return err
			}
		}
		return nil
	})
}

// PeopleNamed returns at most limit active people of whose names a word begins
// so, by name; with an empty text the first of all.
func (s *Store) PeopleNamed(ctx context.Context, text string, limit int) ([]User, error) {
	key := nameKey(clip(oneLine(text), 100))
	var rows []userRow
	var err error
	if key == "" {
		err = s.list(ctx, &rows, firstPeople, limit)
	} else {
		err = s.list(ctx, &rows, peopleNamed, key, key+"\U0010ffff", limit)
	}
	return usersOf(rows), s.plain(err)
}

const firstPeople = userColumns + `
 where u.deleted_at = 0 and u.suspended_at = 0
 order by u.name_key, u.id
 limit $1`

const peopleNamed = userColumns + `
 where u.suspended_at = 0 and u.id in (select w.user_id from name_words w where w.word >= $1 and w.word < $2 order by w.word limit 500)
 order by u.name_key, u.id
 limit $3`

// setNameWords keeps by what u is found and sorted.
func setNameWords(ctx context.Context, tx *transaction, u User) error {
	if _, err := tx.ExecContext(ctx, "update users set name_key = $1 where id = $2", nameKey(u.Name), u.ID); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "delete from name_words where user_id = $1", u.ID); err != nil {
		return err
	}
	for _, word := range append(strings.Fields(u.Name), u.Username, u.Name) {
		if _, err := tx.ExecContext(ctx, "insert into name_words (word, user_id) values ($1, $2) on conflict do nothing", nameKey(word), u.ID); err != nil {
			return err
		}
	}
	return nil
}

// oneLine is text as one line without white space around it or what cannot be read.
func oneLine(text string) string { return strings.Join(strings.Fields(readable(text)), " ") }
