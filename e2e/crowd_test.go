package e2e

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"parley/store"
)

// long says whether the faults run in their long form: `make e2e-long`.
var long = os.Getenv("PARLEY_E2E_LONG") == "1"

// either is short, or what takes its place in the long form.
func either[T any](short, extended T) T {
	if long {
		return extended
	}
	return short
}

// chance is this test's own source of chance. Its seed is printed, and is the same
// again with PARLEY_E2E_SEED.
func chance(t testing.TB) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if given, err := strconv.ParseUint(os.Getenv("PARLEY_E2E_SEED"), 10, 64); err == nil {
		seed = given
	}
	t.Logf("PARLEY_E2E_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// between is a time of at least from and less than to.
func between(r *rand.Rand, from, to time.Duration) time.Duration {
	return from + time.Duration(r.Int64N(int64(to-from)))
}

// Crowd creates n people, who are in the Lobby and signed in. The server must not
// run. The first is called p1, and is the administrator of a server without people.
func (s *Server) Crowd(n int) []*Person {
	s.t.Helper()
	all := make([]*Person, n)
	s.While(func(db *store.Store) {
		for i := range all {
			name := fmt.Sprintf("p%d", i+1)
			u, err := db.CreateUser(s.t.Context(), store.SignUp{Username: name, Email: name + "@example.com", Password: password, MayBeFirst: true})
			if err != nil {
				s.t.Fatal(err)
			}
			token, err := db.CreateSession(s.t.Context(), u, "thin", "127.0.0.1")
			if err != nil {
				s.t.Fatal(err)
			}
			all[i] = signedIn(s.t, s, string(token))
		}
	})
	return all
}

// History writes n messages of somebody called Historian in the Lobby, "message 1"
// the oldest. The server must not run.
func (s *Server) History(n int) {
	s.t.Helper()
	s.While(func(db *store.Store) {
		u, err := db.CreateUser(s.t.Context(), store.SignUp{Username: "Historian", Email: "h@example.com", Password: password, MayBeFirst: true})
		if err != nil {
			s.t.Fatal(err)
		}
		for i := range n {
			draft := store.Draft{Room: 1, Author: u.ID, Key: fmt.Sprint(i), Body: fmt.Sprintf("message %d", i+1)}
			if _, err := db.PostMessage(s.t.Context(), draft); err != nil {
				s.t.Fatal(err)
			}
		}
	})
}

// Flood adds n messages of p1 to the Lobby, with one statement, for posting them takes
// long. The server must not run.
func (s *Server) Flood(n int) {
	s.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(s.data, "parley.db"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(flood, n); err != nil {
		s.t.Fatal(err)
	}
}

const flood = `
with recursive n (i) as (select 1 union all select i + 1 from n where i < $1)
insert into messages (room_id, seq, rev, posted_rev, author_id, body, created_at, prev_author, prev_at, mentions)
select 1, last_seq + i, rev + i, rev + i, 1, 'flood ' || i || ', and some more words, as many as people write at once', 1700000000000000 + i, 1, 1700000000000000, ''
  from rooms, n
 where id = 1;
update rooms set rev = rev + $1, last_seq = last_seq + $1 where id = 1`

// Unlimited lifts the limits of one person and one address.
func (s *Server) Unlimited() { s.env = append(s.env, "PARLEY_RATE_LIMITS=off") }

// allLive waits until all pages follow the room.
func allLive(t testing.TB, all ...*Thin) {
	t.Helper()
	within(t, time.Minute, "all pages are live", func() bool {
		for _, c := range all {
			if is, _ := c.Live(); !is {
				return false
			}
		}
		return true
	})
}
