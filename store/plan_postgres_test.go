package store_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

// The lists that moderators narrow down are served by indexes in PostgreSQL, too: where it
// is not to go through a table, it need not.
func TestNoListOfModerationGoesThroughATableInPostgreSQL(t *testing.T) {
	dsn := storetest.Postgres(t)
	s, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	db, err := sqlx.Connect("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if jit := s.SettingOf(t, "jit"); jit != "off" {
		t.Errorf("jit is %s: PostgreSQL would compile for half a second what takes it milliseconds", jit)
	}
	tx := db.MustBegin()
	defer tx.Rollback()
	tx.MustExec("set local enable_seqscan = off")
	tx.MustExec("set local plan_cache_mode = force_generic_plan")
	for name, query := range store.ListsOfModeration() {
		t.Run(name, func(t *testing.T) {
			places := map[string]bool{}
			for _, place := range regexp.MustCompile(`\$\d+`).FindAllString(query, -1) {
				places[place] = true
			}
			tx.MustExec("prepare asked as " + query)
			defer tx.MustExec("deallocate asked")
			var plan string
			if err := tx.Get(&plan, "explain (format json) execute asked("+strings.TrimSuffix(strings.Repeat("null, ", len(places)), ", ")+")"); err != nil {
				t.Fatal(err)
			}
			var steps []map[string]any
			if err := json.Unmarshal([]byte(plan), &steps); err != nil {
				t.Fatal(err)
			}
			for _, step := range wholes(steps[0]["Plan"].(map[string]any)) {
				if step != "Index Scan rooms_by_list_name" { // in the order that is asked for, of which the list is the beginning
					t.Error(step)
				}
			}
		})
	}
}

// wholes are the steps of a plan that go through all of a table, or of an index.
func wholes(step map[string]any) (all []string) {
	kind := step["Node Type"].(string)
	switch {
	case kind == "Seq Scan":
		all = append(all, fmt.Sprint(kind, " ", step["Relation Name"]))
	case strings.Contains(kind, "Index") && step["Index Cond"] == nil:
		all = append(all, fmt.Sprint(kind, " ", step["Index Name"]))
	}
	below, _ := step["Plans"].([]any)
	for _, one := range below {
		all = append(all, wholes(one.(map[string]any))...)
	}
	return all
}
