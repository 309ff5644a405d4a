package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A history: two posts one after the other, an edit of the first, a third that was
// deleted, one refused and one without an answer.
func aHistory() (*Ledger, []Row) {
	l := &Ledger{}
	one := l.Post()
	l.After(one, ok)
	two := l.Post()
	l.After(two, ok)
	early := l.Change("edit", one, 1)
	l.After(early, ok)
	edit := l.Change("edit", one, 1)
	l.After(edit, ok)
	three := l.Post()
	l.After(three, unknown)
	l.After(three, ok) // tried again
	l.After(l.Change("delete", three, 3), ok)
	l.After(l.Post(), failed)
	l.After(l.Post(), unknown)
	l.After(l.Change("edit", three, 3), failed)
	return l, []Row{
		{Seq: 1, Rev: 4, Author: 1, Text: mark(one, edit)},
		{Seq: 2, Rev: 2, Author: 1, Text: mark(two, two)},
		{Seq: 3, Rev: 6, Author: 1, Gone: true},
	}
}

func TestTheJudgeCatchesWhatAFaultCouldDo(t *testing.T) {
	l, right := aHistory()
	if wrong := judge(l.Entries(), right, 0); len(wrong) > 0 {
		t.Fatalf("of a history in order it says %q", wrong)
	}
	if wrong := judge(l.Entries(), append(slices.Clone(right), Row{Seq: 4, Rev: 7, Author: 1, Text: mark(8, 8)}), 0); len(wrong) > 0 {
		t.Errorf("of a post without an answer that is there it says %q", wrong)
	}
	renumbered := func(rows ...Row) []Row {
		for i := range rows {
			rows[i].Seq = i + 1
		}
		return rows
	}
	for name, tt := range map[string]struct {
		messages []Row
		says     string
	}{
		"lost":                  {right[:1], "post 2 was acknowledged and is lost"},
		"lost at the start":     {right[1:], "stands where 1 should"},
		"doubled":               {append(slices.Clone(right), Row{Seq: 4, Rev: 7, Text: mark(2, 2)}), "there twice"},
		"out of order":          {renumbered(right[1], right[0], right[2]), "began when"},
		"stale edit":            {renumbered(Row{Text: mark(1, 3)}, right[1], right[2]), "edit 4 was acknowledged after it"},
		"edit lost altogether":  {renumbered(Row{Text: mark(1, 1)}, right[1], right[2]), "acknowledged after it"},
		"resurrected":           {renumbered(right[0], right[1], Row{Text: mark(5, 5)}), "was deleted and is back"},
		"refused and there":     {append(slices.Clone(right), Row{Seq: 4, Text: mark(7, 7)}), "was refused and is there"},
		"refused edit is shown": {renumbered(right[0], right[1], Row{Text: mark(5, 9)}), "which was refused"},
		"gone by itself":        {renumbered(right[0], Row{Gone: true}, right[2]), "nobody deleted it"},
		"from nowhere":          {append(slices.Clone(right), Row{Seq: 4, Text: "hello"}), "posted by nobody"},
		"another's text":        {renumbered(Row{Text: mark(1, 2)}, right[1], right[2]), "nobody gave it"},
	} {
		wrong := judge(l.Entries(), tt.messages, 0)
		if !strings.Contains(strings.Join(wrong, "\n"), tt.says) {
			t.Errorf("%s: it says %q, want %q", name, wrong, tt.says)
		}
	}
}

func TestTheJudgeCatchesAPageThatDiffersFromTheDatabase(t *testing.T) {
	var messages []Row
	for i := range 120 {
		messages = append(messages, Row{Seq: i + 1, Rev: i + 1, Author: 1, Text: fmt.Sprint(i)})
	}
	page := func(change func([]Row) []Row) []Row { return change(slices.Clone(messages[40:])) }
	if wrong := judgeList("the page", page(func(r []Row) []Row { return r }), messages); len(wrong) > 0 {
		t.Errorf("of a right page it says %q", wrong)
	}
	for name, list := range map[string][]Row{
		"one is missing":        page(func(r []Row) []Row { return slices.Delete(r, 10, 11) }),
		"the newest is missing": page(func(r []Row) []Row { return r[:len(r)-1] }),
		"one is there twice":    page(func(r []Row) []Row { return slices.Insert(r, 10, r[10]) }),
		"an old one appeared":   page(func(r []Row) []Row { return slices.Insert(r, 0, messages[3]) }),
		"one is stale":          page(func(r []Row) []Row { r[10].Rev--; return r }),
		"one has another text":  page(func(r []Row) []Row { r[10].Text = "?"; return r }),
		"two changed places":    page(func(r []Row) []Row { r[10], r[11] = r[11], r[10]; return r }),
		"less than a page":      page(func(r []Row) []Row { return r[60:] }),
		"nothing":               nil,
	} {
		if len(judgeList("the page", list, messages)) == 0 {
			t.Errorf("%s: nothing is said", name)
		}
	}
}

func TestTheJudgeCatchesWhatAModeratorsActCouldComeTo(t *testing.T) {
	l := newLedger(t)
	acts := func(does ...string) {
		l.After(l.Post(), ok)
		message := l.count
		seq := 0
		for _, e := range l.Entries() {
			if e.Attempt.Do == "post" {
				seq++
			}
		}
		for _, do := range does {
			l.After(l.Change(do, message, seq), ok)
		}
	}
	acts("hide")
	acts("hide", "restore")
	acts("hide", "restore", "hide")
	acts()
	right := []Row{
		{Seq: 1, Author: 2, Gone: true, Hidden: true},
		{Seq: 2, Author: 2, Text: mark(3, 3)},
		{Seq: 3, Author: 2, Gone: true, Hidden: true},
		{Seq: 4, Author: 2, Text: mark(10, 10)},
	}
	if wrong := judge(l.Entries(), right, 0); len(wrong) > 0 {
		t.Fatalf("of a history in order it says %q", wrong)
	}
	for name, tt := range map[string]struct {
		at   int
		is   Row
		says string
	}{
		"shown again by itself": {0, Row{Text: mark(1, 1)}, "hide 2 was acknowledged after all else"},
		"hidden for ever":       {1, Row{Gone: true, Hidden: true}, "restore 5 was acknowledged after all else"},
		"restored by itself":    {2, Row{Text: mark(6, 6)}, "hide 9 was acknowledged after all else"},
		"hidden by nobody":      {3, Row{Gone: true, Hidden: true}, "nobody hid it"},
		"hidden, and it leaks":  {0, Row{Gone: true, Hidden: true, Text: "m1 v1"}, "can be read"},
	} {
		messages := slices.Clone(right)
		tt.is.Seq, tt.is.Author = tt.at+1, 2
		messages[tt.at] = tt.is
		if wrong := judge(l.Entries(), messages, 0); !strings.Contains(strings.Join(wrong, "\n"), tt.says) {
			t.Errorf("%s: it says %q, want %q", name, wrong, tt.says)
		}
	}
}
