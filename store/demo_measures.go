package store

import (
	"context"
	"time"
)

// demoMeasures has moderators act: Ben made the Flea market and gives a time-out there,
// Ada hides a message, has lifted a ban and limits newcomers, who can do it all an hour after
// they came. Somebody objects, Mei has muted somebody, and Release 1.4 is locked when it is out.
func (s *Store) demoMeasures(ctx context.Context, people map[string]UserID, now time.Time, past *demoPast) {
	ada, ben := Actor{User: people["ada"]}, Actor{User: people["ben"]}
	ago := func(d time.Duration, do func() error) { past.at(now.Add(-d), do) }
	at := func(d time.Duration, do func() error) { past.at(demoAfternoon(now).Add(-d), do) } // among the cases
	var ban, out Measure
	var m Message
	var market RoomID
	at(70*time.Hour, func() (err error) {
		ban, err = s.Impose(ctx, ada, Measure{Kind: Ban, User: people["dan"], Reason: Spam, Words: "Your account sells watches that are not yours to sell."})
		return err
	})
	at(69*time.Hour, func() error {
		return s.CreateAppeal(ctx, people["dan"], ban.ID, "Somebody had my password. I have changed it, and it is not on a note any more.")
	})
	at(68*time.Hour, func() error {
		_, err := s.DecideAppeal(ctx, ada, ban.ID, true, "That is plausible, and you were quick. Welcome back.")
		return err
	})
	at(47*time.Hour, func() error {
		rooms, err := s.RoomsToBrowse(ctx, people["ben"], false)
		for _, r := range rooms {
			if r.Name == "Flea market" {
				market = r.ID
			}
		}
		if err == nil {
			m, err = s.demoPost(ctx, Draft{Room: market, Author: people["mei"], Key: "demo measure", Body: "Whoever took my bicycle lamp: I know where you sit"})
		}
		return err
	})
	at(46*time.Hour, func() error {
		_, err := s.Impose(ctx, ada, Measure{Kind: HideMessage, Room: market, Seq: m.Seq, Reason: Violence, Words: "I understand that you are angry. Please say it without a threat."})
		return err
	})
	at(21*time.Hour, func() error {
		_, err := s.Impose(ctx, ada, Measure{Kind: NewcomerCap, Amount: 1, Until: now.Add(5 * 24 * time.Hour), Reason: Spam})
		return err
	})
	ago(100*time.Minute, func() error {
		rooms, err := s.RoomsToBrowse(ctx, people["ada"], false)
		for _, r := range rooms {
			if r.Name == "Release 1.4" {
				_, err = s.Impose(ctx, ada, Measure{Kind: RoomLock, Room: r.ID, Reason: OtherReason, Words: "It is out. What comes next is in the Workshop."})
			}
		}
		return err
	})
	ago(90*time.Minute, func() error { return s.Mute(ctx, people["mei"], people["dan"], false) })
	ago(3*time.Hour, func() error {
		_, err := s.Impose(ctx, ben, Measure{Kind: SlowMode, Room: market, Amount: 30, Reason: Heated, Words: "The lamp is being looked for. One message in half a minute is enough, please."})
		return err
	})
	ago(2*time.Hour, func() (err error) {
		out, err = s.Impose(ctx, ben, Measure{Kind: TimeOut, User: people["mei"], Room: market, Until: now.Add(22 * time.Hour), Reason: OffTopic, Words: "Seven posts about one lamp are enough for today."})
		return err
	})
	ago(time.Hour, func() error {
		return s.CreateAppeal(ctx, people["mei"], out.ID, "It was four posts, and I only asked whether anybody has seen it.")
	})
}
