package store

import (
	"context"
	"errors"
	"strings"
	"time"
)

// demoDesk is what Ben moderates beside the Flea market, which he made, and what waits
// for him: he looks after the Kitchen, where somebody was reported; in the Flea market a
// message is held. Mei objects there to what Ada did, which is not his to decide, and to
// what he did himself, which is somebody else's.
func (s *Store) demoDesk(ctx context.Context, people map[string]UserID, now time.Time, past *demoPast) {
	at := func(when time.Time, do func(kitchen, market RoomID) error) {
		past.at(when, func() error {
			rooms, err := s.RoomsToBrowse(ctx, people["ben"], false)
			by := map[string]RoomID{}
			for _, r := range rooms {
				by[r.Name] = r.ID
			}
			if err == nil {
				err = do(by["Kitchen"], by["Flea market"])
			}
			return err
		})
	}
	noon := demoAfternoon(now)
	at(noon.Add(-88*time.Hour), func(kitchen, _ RoomID) error {
		return s.SetModerator(ctx, Actor{User: people["ada"]}, kitchen, people["ben"], true)
	})
	at(noon.Add(-45*time.Hour), func(_, market RoomID) error {
		all, err := s.MeasuresIn(ctx, market, 1)
		if err == nil {
			err = s.CreateAppeal(ctx, people["mei"], all[0].ID, "It was no threat: the lamp is in the kitchen, and I do know where Ben sits.")
		}
		return err
	})
	at(noon.Add(-22*time.Hour), func(kitchen, _ RoomID) error {
		all, err := s.MessagesBefore(ctx, kitchen, people["cleo"], 0, 100)
		for _, m := range all {
			if m.Author == people["dan"] && strings.Contains(m.Body, "my noodles") {
				_, err = s.ReportMessage(ctx, kitchen, m.Seq, people["cleo"], OtherReason, "They were mine, and he knows it")
			}
		}
		return err
	})
	at(now.Add(-25*time.Minute), func(_, market RoomID) error {
		var waits Waits
		_, err := s.PostMessage(ctx, Draft{Room: market, Author: people["cleo"], Key: "demo desk", Body: "A box of poker chips from the old casino, complete but for one. Five euros, and you carry it."})
		if !errors.As(err, &waits) {
			return errors.Join(errors.New("demo: nothing holds the chips"), err)
		}
		return nil
	})
}
