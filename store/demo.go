package store

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"
)

// DemoPassword is that of everyone in the world of Demo.
const DemoPassword = "noodles by the window"

//go:embed demo.txt
var demoStory string

// demoPeople say something of themselves; here is how long ago they were last.
var demoPeople = []struct {
	username, name, zone, about string
	status                      Status
	here                        time.Duration
}{
	{"ada", "Ada Lindqvist", "Europe/Berlin", "Releases, and cake after them", Status{Emoji: "☕", Text: "Back at three"}, 0},
	{"ben", "Ben Okafor", "Europe/Berlin", "Tests, trains and noodles", Status{}, 40 * time.Minute},
	{"cleo", "Cleo Winter", "Europe/Berlin", "Ask me about the coffee machine", Status{Emoji: "🎧", Text: "Heads down"}, 5 * time.Minute},
	{"mei", "Mei Tanaka", "Asia/Tokyo", "Eight hours ahead of most of you", Status{}, 3 * time.Hour},
	{"dan", "Dan Rossi", "Europe/Rome", "", Status{Emoji: "🌴", Text: "Away until Monday"}, 26 * time.Hour},
}

// Demo fills an empty database with a named world: a few people, some rooms, and
// what was said there in the days before today, which is a moment. Nobody else may use the store
// meanwhile: it lets the clock stand where the story is.
func (s *Store) Demo(ctx context.Context, today time.Time) error {
	present := today
	if today.UTC().Hour() < 12 { // the last day's story ends at 13:00 in Berlin
		today = today.AddDate(0, 0, -1)
	}
	clock := s.now
	defer func() { s.now = clock }()
	at := func(daysAgo int, hour string) (time.Time, error) {
		t, err := time.Parse("15:04", hour)
		y, m, d := today.UTC().Date()
		return time.Date(y, m, d-daysAgo, t.Hour()-1, t.Minute(), 0, 0, time.UTC), err // the story's hours are Berlin's in winter
	}
	started, err := at(9, "09:00")
	if err != nil {
		return err
	}
	s.now = func() time.Time { return started }
	ids := map[string]UserID{}
	for _, p := range demoPeople {
		u, err := s.CreateUser(ctx, SignUp{Username: p.username, Email: p.username + "@example.com", Password: DemoPassword, Zone: p.zone, MayBeFirst: true})
		if err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		ids[p.username] = u.ID
		if err := s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
			_, err := tx.ExecContext(ctx, demoPerson, p.name, p.about, p.status.Emoji, p.status.Text, micros(clock().Add(-p.here)), u.ID)
			if err != nil {
				return err
			}
			return setNameWords(ctx, tx, User{ID: u.ID, Username: p.username, Name: p.name})
		}); err != nil {
			return err
		}
	}
	var room RoomID
	var ago int
	var drafts []Draft // of the room; their keys are the times
	flush := func() error {
		for i, d := range drafts {
			var daysAgo int
			var hour string
			if _, err := fmt.Sscan(d.Key, &daysAgo, &hour); err != nil {
				return err
			}
			when, err := at(daysAgo, hour)
			if err != nil {
				return err
			}
			s.now = func() time.Time { return when.Add(time.Duration(i%50) * time.Second) }
			d.Key = fmt.Sprintf("demo %d %d", room, i)
			if _, err := s.PostMessage(ctx, d); err != nil {
				return fmt.Errorf("demo: %w", err)
			}
		}
		drafts = nil
		return nil
	}
	for line := range strings.Lines(demoStory) {
		line = strings.TrimSuffix(line, "\n")
		hour, rest, _ := strings.Cut(line, " ")
		switch {
		case hour == "#":
			if err := flush(); err != nil {
				return err
			}
			name, topic, _ := strings.Cut(rest, ": ")
			if room, err = s.demoRoom(ctx, name, topic, ids); err != nil {
				return err
			}
		case hour == "@":
			if _, err := fmt.Sscan(rest, &ago); err != nil {
				return err
			}
		case len(hour) == 5 && hour[2] == ':':
			who, text, _ := strings.Cut(rest, ": ")
			drafts = append(drafts, Draft{Room: room, Author: ids[who], Key: fmt.Sprintf("%d %s", ago, hour), Body: text})
		case len(drafts) > 0: // the message goes on
			drafts[len(drafts)-1].Body += "\n" + line
		}
	}
	if err := flush(); err != nil {
		return err
	}
	if err := s.demoRead(ctx, ids); err != nil {
		return err
	}
	s.now = clock
	var past demoPast
	s.demoGovernment(ctx, ids, clock(), &past)
	if err := s.demoInvite(ctx, ids, clock(), &past); err != nil {
		return err
	}
	s.demoCases(ctx, ids, clock(), &past)
	s.demoRules(ctx, ids, clock(), &past)
	s.demoMeasures(ctx, ids, clock(), &past)
	s.demoDesk(ctx, ids, clock(), &past)
	if err := past.happen(s); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if err := s.demoSettings(ctx, ids["ada"]); err != nil {
		return err
	}
	if err := s.demoAccounts(ctx, ids); err != nil {
		return err
	}
	if err := s.demoSessions(ctx, ids, present); err != nil {
		return err
	}
	return s.demoFigures(ctx, present)
}

const demoPerson = `
update users
   set name = $1, about = $2, status_emoji = $3, status_text = $4, here_at = $5
 where id = $6`

// demoPast is what was done in the demo, by several people in turn: the log has it in the
// order in which it happened.
type demoPast []demoAct

type demoAct struct {
	at time.Time
	do func() error
}

// at adds what happened then.
func (p *demoPast) at(when time.Time, do func() error) { *p = append(*p, demoAct{when, do}) }

// happen does it all, the oldest first.
func (p demoPast) happen(s *Store) error {
	clock := s.now
	defer func() { s.now = clock }()
	slices.SortStableFunc(p, func(a, b demoAct) int { return a.at.Compare(b.at) })
	for _, act := range p {
		s.now = func() time.Time { return act.at }
		if err := act.do(); err != nil {
			return err
		}
	}
	return nil
}

// demoRead has everyone have read everything, but for the last of Release 1.4 and a
// direct word of Ben's to Ada.
func (s *Store) demoRead(ctx context.Context, people map[string]UserID) error {
	// Ada and Mei have talked before; Cleo and Dan with Ada, too.
	for _, d := range []struct {
		by, text string
		with     []UserID
	}{
		{"mei", "The translation is in. Sleep well when you get there.", []UserID{people["ada"]}},
		{"cleo", "Shall we give Ben a real dishwasher for his birthday?", []UserID{people["ada"], people["dan"]}},
	} {
		room, err := s.Converse(ctx, people[d.by], d.with)
		if err != nil {
			return err
		}
		if _, err := s.PostMessage(ctx, Draft{Room: room, Author: people[d.by], Key: "demo direct", Body: d.text}); err != nil {
			return err
		}
	}
	for _, user := range people {
		if err := s.MarkAllSeen(ctx, user); err != nil {
			return err
		}
	}
	rooms, err := s.RoomsOf(ctx, people["ada"])
	if err != nil {
		return err
	}
	for _, m := range rooms {
		if m.Name == "Release 1.4" {
			if err := s.MarkUnread(ctx, m.ID, people["ada"], m.LastSeq-2); err != nil {
				return err
			}
		}
	}
	direct, err := s.Converse(ctx, people["ben"], []UserID{people["ada"]})
	if err != nil {
		return err
	}
	_, err = s.demoPost(ctx, Draft{Room: direct, Author: people["ben"], Key: "demo direct", Body: "@ada do you have a minute after lunch? It is about the release."})
	return err
}

// demoPost posts d for somebody who sees it there.
func (s *Store) demoPost(ctx context.Context, d Draft) (Message, error) {
	m, err := s.PostMessage(ctx, d)
	if err == nil {
		err = s.MarkSeen(ctx, []Place{{Room: d.Room, User: d.Author, Seq: m.Seq}})
	}
	return m, err
}

// demoRoom returns the room of that name, with everyone in it; the Lobby is there.
func (s *Store) demoRoom(ctx context.Context, name, topic string, people map[string]UserID) (RoomID, error) {
	room := RoomID(1)
	if name == "Lobby" {
		return room, nil
	}
	return room, s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		if err := tx.GetContext(ctx, &room, nextID, "room"); err != nil {
			return err
		}
		slug := strings.NewReplacer(" ", "-", ".", "-").Replace(strings.ToLower(name))
		if _, err := tx.ExecContext(ctx, "insert into rooms (id, slug, name, name_key, list_name, topic, created_at) values ($1, $2, $3, $4, $4, $5, $6)", room, slug, name, roomKey(name), topic, micros(s.now())); err != nil {
			return err
		}
		if err := setRoomWords(ctx, tx, room, name); err != nil {
			return err
		}
		for _, user := range people {
			if err := setMember(ctx, tx, room, user, true, false); err != nil {
				return err
			}
		}
		return nil
	})
}
