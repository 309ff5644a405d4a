package store

import (
	"context"
	"time"
)

// demoCases has people report each other: a case that nobody has, one that many
// reported, one of a direct conversation, one that is taken, one that Ben handed over, and
// two that are closed.
func (s *Store) demoCases(ctx context.Context, people map[string]UserID, now time.Time, past *demoPast) {
	say := func(room RoomID, by, key, text string) (Seq, error) {
		m, err := s.demoPost(ctx, Draft{Room: room, Author: people[by], Key: "demo case " + key, Body: text})
		return m.Seq, err
	}
	report := func(room RoomID, seq Seq, by string, why Reason, note string) (CaseID, error) {
		c, err := s.ReportMessage(ctx, room, seq, people[by], why, note)
		return c.ID, err
	}
	at := func(ago time.Duration, do func() error) { past.at(demoAfternoon(now).Add(-ago), do) }

	var market, direct RoomID
	at(90*time.Hour, func() (err error) {
		if market, err = s.CreateRoom(ctx, people["ben"], Charter{Name: "Flea market", Topic: "What you no longer need, somebody else does", Kind: OpenRoom}); err != nil {
			return err
		}
		for _, name := range []string{"cleo", "dan", "mei"} {
			if err := s.Join(ctx, market, people[name]); err != nil {
				return err
			}
		}
		direct, err = s.Converse(ctx, people["dan"], []UserID{people["mei"]})
		return err
	})
	for _, one := range []struct {
		room    *RoomID
		by, key string
		text    string
		deleted bool
		ago     time.Duration
		reports []demoReport
	}{
		{&market, "cleo", "0", "Two theatre tickets for Saturday, row three. First come, first served", false, 81 * time.Hour, nil},
		{&market, "dan", "1", "Cheap watches, real gold! Write to me, only today", true, 80 * time.Hour, []demoReport{{"cleo", Spam, "His account may be in other hands"}, {"ben", Spam, ""}, {"mei", Spam, "Also in my direct messages"}}},
		{&market, "ben", "5", "Trains are better than people, and I have a model of one to sell", false, 50 * time.Hour, []demoReport{{"dan", OtherReason, "Is that a joke?"}}},
		{&market, "mei", "6", "How much is the train?", false, 49 * time.Hour, nil},
		{&market, "ben", "2", "Not for sale to somebody who breaks the build every week. Look for another job", false, 30 * time.Hour, []demoReport{{"mei", Harassment, "This is about me, and everybody knows it"}, {"cleo", Harassment, ""}}},
		{&market, "cleo", "7", "Ben, that was not necessary.", false, 29 * time.Hour, nil},
		{&market, "dan", "8", "I have everybody's private numbers from the party list. Two euros each, write to me", false, 28 * time.Hour, []demoReport{{"cleo", Harassment, "Mine is on it, and I gave it for the party"}}},
		{&market, "cleo", "4", "Who votes for longer lunch breaks?", false, 26 * time.Hour, []demoReport{{"dan", OffTopic, ""}}},
		{&direct, "dan", "3", "If you tell anybody about the invoice you will be sorry", true, 4 * time.Hour, []demoReport{{"mei", Violence, "I do not feel safe with him"}}},
	} {
		var seq Seq
		at(one.ago, func() (err error) {
			seq, err = say(*one.room, one.by, one.key, one.text)
			return err
		})
		last := one.ago
		for i, r := range one.reports {
			last = one.ago - time.Duration(i+1)*17*time.Minute
			at(last, func() error {
				id, err := report(*one.room, seq, r.by, r.why, r.note)
				if err != nil {
					return err
				}
				return s.demoDecided(ctx, one.key, id, i == len(one.reports)-1, people)
			})
		}
		if one.deleted {
			at(last, func() error {
				_, err := s.DeleteMessage(ctx, *one.room, seq, people[one.by])
				return err
			})
		}
	}
	at(2*time.Hour, func() error {
		_, err := s.ReportPerson(ctx, people["dan"], people["mei"], Harassment, "It does not stop with one message")
		return err
	})
}

// demoAfternoon is the last time before now that it was three in the afternoon: from there
// the past of moderation is counted, whenever one looks.
func demoAfternoon(now time.Time) time.Time {
	at := now.Truncate(24 * time.Hour).Add(15 * time.Hour)
	if at.After(now) {
		at = at.AddDate(0, 0, -1)
	}
	return at
}

type demoReport struct {
	by   string
	why  Reason
	note string
}

// demoHandedOver has from take a case and give it to to, and both note why.
func (s *Store) demoHandedOver(ctx context.Context, from, to Actor, id CaseID) error {
	if err := s.AssignCase(ctx, from, id, 1, from.User); err != nil {
		return err
	}
	if err := s.AddNote(ctx, from.User, id, "I sit next to him, so I should not decide this. Ada, can you?"); err != nil {
		return err
	}
	if err := s.AssignCase(ctx, from, id, 2, to.User); err != nil {
		return err
	}
	return s.AddNote(ctx, to.User, id, "I have it. He says that it was meant as a joke; I ask him to delete the list first.")
}

// demoDecided is what Ada did about some of them, after the last report.
func (s *Store) demoDecided(ctx context.Context, key string, id CaseID, last bool, people map[string]UserID) error {
	ada := Actor{User: people["ada"]}
	switch {
	case !last:
		return nil
	case key == "2":
		if err := s.AssignCase(ctx, ada, id, 1, ada.User); err != nil {
			return err
		}
		return s.AddNote(ctx, ada.User, id, "I talk to both of them after lunch, before anything else.")
	case key == "8":
		return s.demoHandedOver(ctx, Actor{User: people["ben"]}, ada, id)
	case key == "4":
		_, err := s.ImposeInCase(ctx, ada, id, 1, Measure{Kind: Warning, Reason: OffTopic, Words: "This room is for what you buy and sell. The Lobby is a better place to ask."}, true)
		return err
	case key == "5":
		return s.CloseCase(ctx, ada, id, 1)
	}
	return nil
}
