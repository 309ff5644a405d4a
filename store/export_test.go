package store

import (
	"time"

	"github.com/lucasb-eyer/go-colorful"
)

// SetClock replaces the time that the store goes by.
func (s *Store) SetClock(now func() time.Time) { s.now = now }

// Contrast is that of two colours "#rrggbb".
func Contrast(a, b string) float64 {
	x, _ := colorful.Hex(a)
	y, _ := colorful.Hex(b)
	return contrast(x, y)
}
