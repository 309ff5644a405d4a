package e2e

import (
	"fmt"
	"math"
)

// judge compares what the ledger says was tried with the messages that the database
// has, and returns what is wrong, a sentence for each. A post that was acknowledged is
// there once, one that was refused is not, of the others nobody knows; and the same for
// edits, deletes, and what a moderator hid or restored, where none that was acknowledged may be undone by an older one.
// The first since messages are in no ledger.
func judge(entries []entry, messages []Row, since int) (wrong []string) {
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	tried := byNumber(entries)
	deleted, hidden, of := map[int]int{}, map[int]int{}, map[int][]*tries{}
	for _, a := range tried {
		of[a.Message] = append(of[a.Message], a)
		if a.Do == "delete" && a.outcome != failed {
			deleted[a.Seq] = a.Message
		}
		if a.Do == "hide" && a.outcome != failed {
			hidden[a.Seq] = a.Message
		}
	}

	// Each message that is there was posted, once. One that is gone has no text: who
	// deleted it knew which it was.
	place := map[int]int{} // message -> seq
	for i, r := range messages {
		if r.Seq != i+1 {
			say("message %d stands where %d should", r.Seq, i+1)
		}
		if i < since {
			continue
		}
		message, version, is := unmark(r.Text)
		if r.Hidden {
			if message, is = hidden[r.Seq]; !is {
				say("message %d is hidden, and nobody hid it", r.Seq)
				continue
			}
			if r.Text != "" {
				say("message %d is hidden, and can be read: %q", r.Seq, r.Text)
			}
			wrong = append(wrong, judgeHidden(r, of[message])...)
		} else if r.Gone {
			if message, is = deleted[r.Seq]; !is {
				say("message %d is gone, and nobody deleted it", r.Seq)
				continue
			}
		} else if post := tried[message]; !is || post == nil || post.Do != "post" {
			say("message %d was posted by nobody: %q", r.Seq, r.Text)
			continue
		} else if bad := judgeHidden(r, of[message]); len(bad) > 0 {
			wrong = append(wrong, bad...)
		} else if v := tried[version]; v == nil || v.Message != message || v.Do == "delete" {
			say("message %d has a text that nobody gave it: %q", r.Seq, r.Text)
		}
		if other, twice := place[message]; twice {
			say("post %d is there twice, as %d and %d", message, other, r.Seq)
		}
		place[message] = r.Seq
	}
	for number, a := range tried {
		seq, there := place[a.Message]
		switch {
		case a.Do == "post" && a.outcome == ok && !there:
			say("post %d was acknowledged and is lost", number)
		case a.Do == "post" && a.outcome == failed && there:
			say("post %d was refused and is there", number)
		case a.Do != "post" && a.outcome == ok && !there:
			say("%s %d was acknowledged, and its message %d is lost", a.Do, number, a.Message)
		case a.Do != "post" && there && seq != a.Seq:
			say("%s %d was of message %d, which is %d now", a.Do, number, a.Seq, seq)
		}
	}
	for _, r := range messages {
		if message, version, is := unmark(r.Text); is && !r.Gone && tried[version] != nil {
			wrong = append(wrong, judgeText(r, tried[version], of[message])...)
		}
	}
	return append(wrong, judgeOrder(entries, tried, place)...)
}

// tries is an attempt with its outcome and its time: the lines of the ledger between
// which it happened, if it did.
type tries struct {
	attempt
	number     int
	outcome    outcome
	begin, end int
}

func byNumber(entries []entry) map[int]*tries {
	all := map[int]*tries{}
	for i, e := range entries {
		switch a := all[e.Number]; {
		case a == nil:
			all[e.Number] = &tries{attempt: e.Attempt, number: e.Number, outcome: unknown, begin: i, end: math.MaxInt}
		case e.Outcome == ok:
			a.outcome, a.end = ok, i
		case e.Outcome == failed && a.outcome == unknown && a.end == math.MaxInt:
			a.outcome, a.end = failed, i
		case e.Outcome == unknown:
			a.outcome, a.end = unknown, math.MaxInt-1 // whatever a later try says but ok
		}
	}
	return all
}

// judgeText says whether r, which shows what one attempt wrote, shows the last of what
// was acknowledged about its message.
func judgeText(r Row, shown *tries, all []*tries) (wrong []string) {
	if shown.Do == "edit" && shown.outcome == failed {
		wrong = append(wrong, fmt.Sprintf("message %d shows edit %d, which was refused", r.Seq, shown.number))
	}
	for _, a := range all {
		switch {
		case a.outcome != ok:
		case a.Do == "delete":
			wrong = append(wrong, fmt.Sprintf("message %d was deleted and is back: %q", r.Seq, r.Text))
		case a.Do == "edit" && shown.end < a.begin:
			wrong = append(wrong, fmt.Sprintf("message %d shows attempt %d, and edit %d was acknowledged after it", r.Seq, shown.number, a.number))
		}
	}
	return wrong
}

// judgeHidden says whether the last that a moderator did to r, of what was acknowledged,
// is what it shows.
func judgeHidden(r Row, all []*tries) (wrong []string) {
	did, undo := "hide", "restore"
	if r.Hidden {
		did, undo = undo, did
	}
	for _, a := range all {
		if a.Do != did || a.outcome != ok {
			continue
		}
		undone := false // perhaps, by one that ended after a began
		for _, b := range all {
			undone = undone || b.Do == undo && b.outcome != failed && b.end > a.begin
		}
		if !undone {
			wrong = append(wrong, fmt.Sprintf("message %d is %v, and %s %d was acknowledged after all else", r.Seq, r, did, a.number))
		}
	}
	return wrong
}

// judgeOrder says whether a post that began when another was acknowledged stands
// after it.
func judgeOrder(entries []entry, tried map[int]*tries, place map[int]int) (wrong []string) {
	floor := 0 // the newest that was acknowledged
	begun := map[int]int{}
	for i, e := range entries {
		a := tried[e.Number]
		seq, there := place[a.Message]
		if a.Do != "post" || !there {
			continue
		}
		if a.begin == i {
			begun[e.Number] = floor
		}
		if e.Outcome == ok {
			if seq <= begun[e.Number] {
				wrong = append(wrong, fmt.Sprintf("post %d is message %d, and began when %d was acknowledged", e.Number, seq, begun[e.Number]))
			}
			floor = max(floor, seq)
		}
	}
	return wrong
}

// judgeList says whether a page shows just what the database has, from its first row
// on: at least as much as a fresh load.
func judgeList(name string, list, messages []Row) (wrong []string) {
	if len(list) < min(len(messages), pageSize) {
		return []string{fmt.Sprintf("%s shows %d messages of %d", name, len(list), len(messages))}
	}
	if len(list) > len(messages) {
		return []string{fmt.Sprintf("%s shows %d messages, and there are %d", name, len(list), len(messages))}
	}
	for i, want := range messages[len(messages)-len(list):] {
		if list[i] != want {
			wrong = append(wrong, fmt.Sprintf("%s shows %v, and the database has %v", name, list[i], want))
		}
	}
	return wrong
}

// pageSize is how many messages a fresh page shows.
const pageSize = 50
