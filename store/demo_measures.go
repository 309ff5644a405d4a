package store

import (
	"context"
	"time"
)

// demoMeasures has moderators act: Ben made the Flea market and gives a time-out there,
// Ada hides a message and has lifted a ban, and somebody objects.
func (s *Store) demoMeasures(ctx context.Context, people map[string]UserID) error {
	clock := s.now
	defer func() { s.now = clock }()
	begin := clock()
	at := func(ago time.Duration) { s.now = func() time.Time { return begin.Add(-ago) } }
	ada, ben := Actor{User: people["ada"]}, Actor{User: people["ben"]}
	rooms, err := s.RoomsToBrowse(ctx, people["ben"], false)
	if err != nil {
		return err
	}
	var market RoomID
	for _, r := range rooms {
		if r.Name == "Flea market" {
			market = r.ID
		}
	}

	at(70 * time.Hour)
	ban, err := s.Impose(ctx, ada, Measure{Kind: Ban, User: people["dan"], Reason: Spam, Words: "Your account sells watches that are not yours to sell."})
	if err != nil {
		return err
	}
	at(69 * time.Hour)
	if err := s.CreateAppeal(ctx, people["dan"], ban.ID, "Somebody had my password. I have changed it, and it is not on a note any more."); err != nil {
		return err
	}
	at(68 * time.Hour)
	if _, err := s.DecideAppeal(ctx, Actor{User: people["cleo"]}, ban.ID, true, "That is plausible, and you were quick. Welcome back."); err != nil {
		return err
	}

	at(47 * time.Hour)
	m, err := s.PostMessage(ctx, Draft{Room: market, Author: people["mei"], Key: "demo measure", Body: "Whoever took my bicycle lamp: I know where you sit"})
	if err != nil {
		return err
	}
	at(46 * time.Hour)
	if _, err := s.Impose(ctx, ada, Measure{Kind: HideMessage, Room: market, Seq: m.Seq, Reason: Violence, Words: "I understand that you are angry. Please say it without a threat."}); err != nil {
		return err
	}
	at(3 * time.Hour)
	if _, err := s.Impose(ctx, ben, Measure{Kind: SlowMode, Room: market, Amount: 30, Reason: OffTopic}); err != nil {
		return err
	}
	at(2 * time.Hour)
	out, err := s.Impose(ctx, ben, Measure{Kind: TimeOut, User: people["mei"], Room: market, Until: begin.Add(22 * time.Hour), Reason: OffTopic, Words: "Seven posts about one lamp are enough for today."})
	if err != nil {
		return err
	}
	at(time.Hour)
	return s.CreateAppeal(ctx, people["mei"], out.ID, "It was four posts, and I only asked whether anybody has seen it.")
}
