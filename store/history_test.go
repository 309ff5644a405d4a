package store_test

import (
	"fmt"
	"testing"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

func TestOneReadsBackToTheBeginningOfAHundredThousandMessages(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		const n = 100_000
		ada := person(t, s, "ada")
		if _, err := db.Exec(fmt.Sprintf(`
with recursive numbers (i) as (select 1 union all select i + 1 from numbers where i < %d)
insert into messages (room_id, seq, rev, posted_rev, author_id, body, created_at)
select 1, i, i + 1, i + 1, %d, 'message', i from numbers`, n, ada.ID)); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(fmt.Sprintf("update rooms set last_seq = %d, rev = %d where id = 1", n, n+1)); err != nil {
			t.Fatal(err)
		}
		before, pages := store.Seq(0), 0
		for {
			rows, err := s.MessagesBefore(t.Context(), lobby, ada.ID, before, 500)
			if err != nil {
				t.Fatal(err)
			}
			if len(rows) == 0 {
				break
			}
			before, pages = rows[0].Seq, pages+1
		}
		if before != 1 || pages != n/500 {
			t.Errorf("got to message %d in %d pages", before, pages)
		}
		d, err := s.DifferenceSince(t.Context(), lobby, 5000, store.Have{4999: 5000}, false)
		if err != nil || !d.Replace || len(d.New) != store.PageSize || d.New[len(d.New)-1].Seq != n {
			t.Errorf("after a long absence: %d rows, replace %v, %v", len(d.New), d.Replace, err)
		}
	})
}
