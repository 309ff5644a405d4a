package store

import "time"

// SetClock has s take now for the time.
func SetClock(s *Store, now func() time.Time) { s.now = now }
