package store_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

// Who is banned gets no new account with another spelling of their mailbox; who has
// another mailbox, however like it looks, gets theirs.
func TestABanRefusesEverySpellingOfTheMailboxAndNobodyElses(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		j := judge(t, s)
		n := 0
		sign := func(email string) error {
			n++
			_, err := s.CreateUser(t.Context(), store.SignUp{Username: fmt.Sprint("new", n), Email: email, Password: "correct horse battery"})
			return err
		}
		for _, row := range []struct {
			banned          string
			refused, admits []string
		}{
			{"bad@example.com",
				[]string{"bad+x@example.com", "BAD+1+2@Example.COM", "ｂａｄ+wide@example.com", "bad+@example.com"},
				[]string{"b.ad@example.com", "bad+x@example.org", "bad-x@example.com", "badx@example.com", "x+bad@example.com", "bad@mail.example.com", "bаd@example.com", "bad+x@example.com.example.org"}},
			{"worse+tag@example.com",
				[]string{"worse@example.com", "worse+other@example.com"},
				[]string{"wors@example.com", "tag@example.com", "worse.tag@example.com"}},
			{"b.a.d+x@gmail.com",
				[]string{"bad@gmail.com", "ba.d@googlemail.com", "B.A.D+y@GoogleMail.com"},
				[]string{"bade@gmail.com", "bad@gmail.example.com", "b.a.d@hotmail.com", "bad@gmail.co"}},
			{"dots.matter@example.net", []string{"dots.matter+1@example.net"}, []string{"dotsmatter@example.net"}},
		} {
			n++
			u, err := s.CreateUser(t.Context(), store.SignUp{Username: fmt.Sprint("bad", n), Email: row.banned, Password: "correct horse battery"})
			must(t, err)
			ban := j.impose(j.ada, store.Measure{Kind: store.Ban, User: u.ID})
			for _, email := range row.refused {
				var p store.Problems
				if err := sign(email); !errors.As(err, &p) || p[0] != store.ErrRefused {
					t.Errorf("%s is banned, and %s: %v", row.banned, email, err)
				}
			}
			for _, email := range row.admits {
				if err := sign(email); err != nil {
					t.Errorf("%s is banned, and %s: %v", row.banned, email, err)
				}
			}
			j.lift(ban)
			for _, email := range row.refused {
				if err := sign(email); err != nil {
					t.Errorf("%s is banned no more, and %s: %v", row.banned, email, err)
				}
			}
		}
		// So does a ban of before mailboxes were known, which is kept as it was written.
		var measure int64
		must(t, db.Get(&measure, "select max(id) from measures"))
		for _, old := range []string{"old+x@example.com", "o.ld+x@gmail.com", "aged@googlemail.com", "d.o.t@gmail.com"} {
			db.MustExec("insert into refusals (kind, value, measure_id, until_at) values ('email', $1, $2, 0)", old, measure)
		}
		for email, refused := range map[string]bool{
			"old+x@example.com": true, "old@example.com": true, "old+y@example.com": true, "o.l.d@googlemail.com": true, "a.ged+1@gmail.com": true, "dot@gmail.com": true,
			"old@example.org": false, "ol@example.com": false, "x@example.com": false, "aged@example.com": false,
		} {
			var p store.Problems
			if err := sign(email); (errors.As(err, &p) && p[0] == store.ErrRefused) != refused {
				t.Errorf("with the old bans, %s: %v", email, err)
			}
		}
	})
}
