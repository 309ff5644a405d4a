package store

import "time"

// Later moves the store's clock on by d.
func (s *Store) Later(d time.Duration) {
	now := s.now
	s.now = func() time.Time { return now().Add(d) }
}
