package store

import (
	"context"
	"time"
)

// demoGovernment is what its administrators did in a week: it is what the log shows. One
// room waits to be deleted, one forgets, one is nobody's. Now is today, as of Demo.
func (s *Store) demoGovernment(ctx context.Context, people map[string]UserID, now time.Time, past *demoPast) {
	ada := Actor{User: people["ada"], Address: "192.0.2.14"}
	at := func(days, hour, minute int) time.Time {
		y, m, d := now.UTC().Date()
		if days == 0 { // whatever the hour is now
			return now.Add(time.Duration(minute-30) * time.Minute)
		}
		return time.Date(y, m, d-days, hour, minute, 0, 0, time.UTC)
	}
	signIn := func() error {
		return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
			return s.recordSignIn(ctx, tx, ada.User, ada.Address)
		})
	}
	var wiki, standup, surprise RoomID
	steps := []struct {
		days, hour, minute int
		do                 func() error
	}{
		{7, 8, 2, signIn},
		{7, 8, 10, func() (err error) {
			wiki, err = s.CreateRoom(ctx, people["cleo"], Charter{Name: "Wiki", Topic: "What we knew in March", Kind: OpenRoom})
			return err
		}},
		{7, 8, 12, func() (err error) {
			standup, err = s.CreateRoom(ctx, people["ben"], Charter{Name: "Standup notes", Kind: PrivateRoom})
			return err
		}},
		{7, 8, 13, func() error { return s.AddMember(ctx, standup, Actor{User: people["ben"]}, people["cleo"]) }},
		{7, 8, 14, func() (err error) {
			surprise, err = s.CreateRoom(ctx, people["dan"], Charter{Name: "Surprise", Topic: "Shh", Kind: PrivateRoom})
			return err
		}},
		{6, 9, 31, func() error {
			in := s.Settings()
			in.MembersCreateRooms = false
			return s.SetSettings(ctx, ada, in)
		}},
		{5, 7, 55, signIn},
		{5, 8, 3, func() error {
			in := s.Settings()
			in.MembersCreateRooms = true
			return s.SetSettings(ctx, ada, in)
		}},
		{5, 8, 20, func() error { return s.SetKeep(ctx, ada, standup, 30) }},
		{4, 13, 40, func() error {
			_, err := s.demoPost(ctx, Draft{Room: standup, Author: people["ben"], Key: "demo", Body: "Trains first, then tests"})
			return err
		}},
		{3, 8, 44, signIn},
		{3, 8, 47, func() error {
			return s.SetCharter(ctx, ada, wiki, Charter{Name: "Old wiki", Topic: "What we knew in March", Kind: OpenRoom})
		}},
		{3, 8, 48, func() error { return s.SetArchived(ctx, ada, wiki, true) }},
		{2, 10, 5, func() error {
			if err := s.ArchiveRoom(ctx, surprise, Actor{User: people["dan"]}); err != nil {
				return err
			}
			return s.Leave(ctx, surprise, people["dan"])
		}},
		{1, 9, 12, signIn},
		{1, 9, 14, func() error { return s.DeleteRoom(ctx, ada, wiki) }},
		{1, 9, 20, func() error { return s.SpareRoom(ctx, ada, wiki) }},
		{0, 7, 2, signIn},
		{0, 7, 9, func() error {
			return s.RecordExport(ctx, ada, "csv since="+now.AddDate(0, 0, -7).Format(time.DateOnly))
		}},
	}
	for _, step := range steps {
		past.at(at(step.days, step.hour, step.minute), step.do)
	}
	// From now on, for a day.
	past.at(now, func() error { return s.DeleteRoom(ctx, ada, wiki) })
}
