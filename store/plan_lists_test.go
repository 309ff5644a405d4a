package store

// ListsOfModeration are the queries of the lists that moderators narrow down, by name.
func ListsOfModeration() map[string]string {
	force := func(q InForce, everywhere bool) string { query, _ := q.statement(everywhere, 1, 51); return query }
	cases := func(q Queue) string { query, _ := q.statement(51); return query }
	next := func(q Queue) string { query, _ := q.next(); return query }
	rooms := func(q Queue) string { query, _ := q.rooms(200); return query }
	spam, mark := CaseFilter{In: 1, Reason: Spam}, CaseMark{1, 1, 1}
	return map[string]string{
		"open cases":           cases(Queue{}),
		"open cases next":      cases(Queue{After: mark}),
		"open cases in":        cases(Queue{Room: 1, After: mark}),
		"open cases filtered":  cases(Queue{CaseFilter: spam, After: mark}),
		"open cases why":       cases(Queue{CaseFilter: CaseFilter{Reason: Spam}}),
		"cases taken":          cases(Queue{Tab: "mine", After: mark}),
		"cases taken in":       cases(Queue{Tab: "mine", Room: 1}),
		"cases taken filtered": cases(Queue{Tab: "mine", CaseFilter: spam}),
		"closed cases":         cases(Queue{Tab: "closed", After: mark}),
		"closed cases in":      cases(Queue{Tab: "closed", Room: 1}),
		"closed filtered":      cases(Queue{Tab: "closed", CaseFilter: spam, After: mark}),
		"rooms of cases":       rooms(Queue{}),
		"rooms of closed":      rooms(Queue{Tab: "closed"}),
		"next case":            next(Queue{After: mark}),
		"next case in":         next(Queue{Room: 1}),
		"next case filtered":   next(Queue{CaseFilter: spam, After: mark}),
		"in force":             force(InForce{Before: 1}, true),
		"in force named":       force(InForce{Name: "ada", Kind: Ban}, true),
		"in force of rooms":    force(InForce{Kind: TimeOut}, false),
		"in force in":          force(InForce{Room: 1, Name: "ada", Before: 1}, false),
	}
}
