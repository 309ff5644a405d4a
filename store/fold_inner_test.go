package store

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/runenames"
)

// What Unicode calls a Latin letter with something is that letter for rules.
func TestALetterWithSomethingIsThatLetter(t *testing.T) {
	others := map[rune]bool{ // which look like another one, or have a sign beside them
		'Ŀ': true, 'ŀ': true, 'Ʋ': true, 'ʋ': true, 'ᶌ': true, 'Ꞓ': true, 'ꞓ': true, 'ẚ': true, 'ǅ': true, 'ǈ': true, 'ǋ': true, 'ǲ': true,
	}
	n := 0
	for r := rune(0x80); r < 0x1DF00; r++ {
		if !unicode.Is(unicode.Latin, r) || others[r] {
			continue
		}
		_, letter, _ := strings.Cut(runenames.Name(r), " LETTER ")
		base, with, _ := strings.Cut(letter, " WITH ")
		if len(base) != 1 || with == "" {
			continue
		}
		n++
		if got := foldedRune(r); got != strings.ToLower(base) {
			t.Errorf("%c, %s, is %q", r, runenames.Name(r), got)
		}
	}
	if n < 700 {
		t.Errorf("there are only %d of them", n)
	}
}
