package store

import (
	"testing"
	"time"

	"github.com/lucasb-eyer/go-colorful"
)

// SetClock replaces the time that the store goes by.
func (s *Store) SetClock(now func() time.Time) { s.now = now }

// SettingOf is one of the database's own settings, as its connections have it.
func (s *Store) SettingOf(t *testing.T, name string) (value string) {
	t.Helper()
	if err := s.db.GetContext(t.Context(), &value, "show "+name); err != nil {
		t.Fatal(err)
	}
	return value
}

// Contrast is that of two colours "#rrggbb".
func Contrast(a, b string) float64 {
	x, _ := colorful.Hex(a)
	y, _ := colorful.Hex(b)
	return contrast(x, y)
}
