package store

import (
	"fmt"
	"unicode/utf8"
)

// Excess is the Invalid of a text that is too long: it has Runes characters, and Most fit.
type Excess struct {
	Field       string
	Runes, Most int
}

func (e Excess) Error() string {
	return fmt.Sprintf("%s: %d characters, and %d fit", e.Field, e.Runes, e.Most)
}

// As makes an Invalid of it, for those who ask for no more.
func (e Excess) As(target any) bool {
	problem, is := target.(*Invalid)
	if is {
		*problem = Invalid{e.Field, "That is too long. Say it in a few sentences."}
	}
	return is
}

// fits is nil for a text of at most so many characters, and otherwise Excess.
func fits(field, text string, most int) error {
	if n := utf8.RuneCountInString(text); n > most {
		return Excess{field, n, most}
	}
	return nil
}
