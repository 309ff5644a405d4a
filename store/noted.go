package store

import (
	"strconv"
	"strings"
)

// Noted is what the log keeps of an act of moderation, in its entry's Now.
type Noted struct {
	What   string // until when it holds, or of a message that was turned down the rule
	Amount int    // see Measure
	Words  string // what people were told
}

// The beginnings of the lines of a Noted; the words are its last, and can have more.
const notedAmount, notedWords = "amount ", "told "

func (n Noted) String() string {
	var lines []string
	if n.What != "" {
		lines = append(lines, n.What)
	}
	if n.Amount != 0 {
		lines = append(lines, notedAmount+strconv.Itoa(n.Amount))
	}
	if n.Words != "" {
		lines = append(lines, notedWords+n.Words)
	}
	return strings.Join(lines, "\n")
}

// NotedIn reads what String has made for an entry of act; older entries have a What alone,
// and so has what was turned down: the text of a rule can look like anything.
func NotedIn(act Act, text string) Noted {
	var n Noted
	if act == Act("moderation."+TurnDown) {
		return Noted{What: text}
	}
	for text != "" {
		if words, is := strings.CutPrefix(text, notedWords); is {
			n.Words = words
			break
		}
		line, rest, _ := strings.Cut(text, "\n")
		if amount, is := strings.CutPrefix(line, notedAmount); is {
			n.Amount, _ = strconv.Atoi(amount) // what is none is 0
		} else {
			n.What = line
		}
		text = rest
	}
	return n
}
