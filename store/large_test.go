package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

func TestEntriesAreFoundHoweverFarBackTheyAre(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		const many, second = 12_000, int64(1_000_000)
		numbers := fmt.Sprintf("with recursive n (i) as (select cast(1 as bigint) union all select i + 1 from n where i < %d) ", many)
		for _, statement := range []string{
			numbers + "insert into log_entries (id, at, by_id, by_name, address, act, target_kind, target_id, target_seq, target_name, was, now, reason) select i, i * 1000000, i % 2, '', '', 'room.rename', 'room', i % 10, 0, '', '', '', '' from n",
			numbers + "insert into log_words (word, entry_id) select case when i <= 11000 then 'early' else 'late' end, i from n",
			numbers + "insert into log_words (word, entry_id) select 'each', i from n",
			numbers + "insert into log_words (word, entry_id) select 'seldom', i from n where i in (7, 70, 700)",
			"update counters set value = 12000 where name = 'entry'",
		} {
			db.MustExec(statement)
		}
		at := func(i int64) time.Time { return time.UnixMicro(i * second) }
		for what, want := range map[string]struct {
			q    store.EntryQuery
			want []store.EntryID
		}{
			"a word of the old ones":          {store.EntryQuery{Word: "early"}, []store.EntryID{11000, 10999, 10998, 10997}},
			"a word of few old ones":          {store.EntryQuery{Word: "sel"}, []store.EntryID{700, 70, 7}},
			"two words, one of them seldom":   {store.EntryQuery{Word: "each seldom"}, []store.EntryID{700, 70, 7}},
			"two words of very many":          {store.EntryQuery{Word: "each early"}, []store.EntryID{11000, 10999, 10998, 10997}},
			"two words that are never one's":  {store.EntryQuery{Word: "early late"}, nil},
			"three words":                     {store.EntryQuery{Word: "ea early seldom", Before: 700}, []store.EntryID{70, 7}},
			"with somebody who did it":        {store.EntryQuery{Word: "early seldom", By: 1}, []store.EntryID{7}},
			"with what it was done to":        {store.EntryQuery{Word: "early seldom", On: store.Target{Kind: store.OnRoom, ID: 7}}, []store.EntryID{7}},
			"from some time on":               {store.EntryQuery{Word: "early", Since: at(10_999)}, []store.EntryID{11000, 10999}},
			"from a long time ago on":         {store.EntryQuery{Word: "seldom", Since: at(70)}, []store.EntryID{700, 70}},
			"in a time":                       {store.EntryQuery{Word: "early", Since: at(5), Until: at(7)}, []store.EntryID{6, 5}},
			"from a time on that is to come":  {store.EntryQuery{Word: "late", Since: at(many + 1)}, nil},
			"a word that nothing begins with": {store.EntryQuery{Word: "never"}, nil},
		} {
			entries, err := s.Entries(t.Context(), want.q, 4)
			must(t, err)
			var got []store.EntryID
			for _, e := range entries {
				got = append(got, e.ID)
			}
			if !slices.Equal(got, want.want) {
				t.Errorf("%s: %v, want %v", what, got, want.want)
			}
		}
	})
}

func TestTheMembersOfALargeRoomAreListedAsThoseOfASmallOne(t *testing.T) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		ada, ben, cleo := crew(t, s)
		room := makeRoom(t, s, ben, "Kitchen", store.OpenRoom)
		must(t, s.Join(t.Context(), room, ada.ID))
		must(t, s.Join(t.Context(), room, cleo.ID))
		listed := func() (all []string) {
			t.Helper()
			for _, limit := range []int{10, 1} {
				r, err := s.AnyRoom(t.Context(), room)
				must(t, err)
				people, err := s.People(t.Context(), r, limit)
				must(t, err)
				for _, p := range people {
					all = append(all, fmt.Sprint(p.Username, p.Owner))
				}
			}
			return all
		}
		for _, change := range []func() error{
			func() error { return nil },
			func() error { return s.Leave(t.Context(), room, ada.ID) },
			func() error { return suspend(t.Context(), s, store.Actor{}, cleo.ID) },
		} {
			must(t, change())
			small := listed()
			db.MustExec("update rooms set member_count = member_count + 1000000 where id = $1", room)
			if large := listed(); !slices.Equal(large, small) || len(small) == 0 {
				t.Errorf("%q, and of a small room %q", large, small)
			}
			db.MustExec("update rooms set member_count = member_count - 1000000 where id = $1", room)
		}
	})
}
