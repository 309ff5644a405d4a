package store_test

import (
	"slices"
	"testing"
	"time"

	"parley/store"
	"parley/store/storetest"
)

// What is asked for one person after another costs as much as for one and the same: no
// statement is planned anew for it. Where it was, that was 8 to 200 times as much.
func BenchmarkOnePersonAfterAnother(b *testing.B) {
	s := storetest.SQLite(b)
	var people []store.UserID
	for _, name := range []string{"ada", "ben"} {
		u, err := s.CreateUser(b.Context(), store.SignUp{Username: name, Email: name + "@example.com", Password: "correct horse battery", MayBeFirst: true})
		if err != nil {
			b.Fatal(err)
		}
		people = append(people, u.ID)
	}
	asks := map[string]func(store.UserID) error{
		"Aside":      func(u store.UserID) error { _, err := s.Aside(b.Context(), u); return err },
		"RoomsOf":    func(u store.UserID) error { _, err := s.RoomsOf(b.Context(), u); return err },
		"Membership": func(u store.UserID) error { _, err := s.Membership(b.Context(), 1, u); return err },
	}
	for name, ask := range asks {
		b.Run(name, func(b *testing.B) {
			median := func(step int) time.Duration {
				took := make([]time.Duration, max(b.N, 100))
				for i := range took {
					start := time.Now()
					if err := ask(people[i*step%2]); err != nil {
						b.Fatal(err)
					}
					took[i] = time.Since(start)
				}
				slices.Sort(took)
				return took[len(took)/2]
			}
			median(1) // every connection has the statement
			same, others := median(2), median(1)
			b.ReportMetric(float64(others)/float64(same), "others/same")
			if others > 5*same {
				b.Errorf("it takes %v for one person, and %v for one after another", same, others)
			}
		})
	}
}
