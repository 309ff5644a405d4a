package store

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// harmless is a walk along an index in the order that is asked for, of which a page is
// the beginning, or one over what another step has found.
var harmless = regexp.MustCompile(`^SCAN (u USING INDEX (people_\w+|sqlite_autoindex_users_\d)|\(?w\)?|e|found|\(subquery-\d+\))$`)

var place = regexp.MustCompile(`\$\d+`)

// Scans are the steps in which query, of the embedded database, goes through all of a table.
func (s *Store) Scans(ctx context.Context, query string) (scans []string, err error) {
	var plan []struct {
		ID, Parent, Notused int
		Detail              string
	}
	if err := s.db.SelectContext(ctx, &plan, "explain query plan "+place.ReplaceAllString(query, "1")); err != nil {
		return nil, err
	}
	made := map[string]bool{} // by the query itself: they are as short as a page
	for _, step := range plan {
		if name, is := strings.CutPrefix(step.Detail, "CO-ROUTINE "); is {
			made["SCAN "+name] = true
		}
		if made[step.Detail] {
			continue
		}
		if strings.HasPrefix(step.Detail, "SCAN") && !strings.Contains(step.Detail, "CONSTANT ROW") && !harmless.MatchString(step.Detail) && step.Detail != "SCAN few" {
			scans = append(scans, step.Detail)
		}
	}
	return scans, nil
}

// Prepared are the queries that the embedded database was asked, but for those with a list
// of values in them, which are different each time.
func (s *Store) Prepared() []string {
	all := map[string]bool{}
	s.queries.Range(func(query, _ any) bool { all[query.(string)] = true; return true })
	s.readers.mu.Lock()
	defer s.readers.mu.Unlock()
	for _, c := range s.readers.free {
		for query := range c.direct {
			all[query] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}
