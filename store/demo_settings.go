package store

import "context"

// demoSettings is what Ada has set.
func (s *Store) demoSettings(ctx context.Context, ada UserID) error {
	in := s.Settings()
	in.Welcome = `This is a made-up team. Look around: everything is forgotten when the demo stops.`
	return s.SetSettings(ctx, Actor{User: ada, Address: "203.0.113.7"}, in)
}
