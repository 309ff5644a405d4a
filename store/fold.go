package store

import (
	"strings"
	"unicode"

	"github.com/mtibben/confusables"
	"golang.org/x/text/unicode/norm"
)

// fold is text as rules compare it: words in lower case between single spaces, with a
// space before and after all. What only looks different is alike: wide and ornamental
// letters, letters of another script that look the same (Unicode TR 39), letters with
// and without marks. What is invisible is not there.
func fold(text string) []byte {
	out := make([]byte, 1, len(text)+2)
	out[0] = ' '
	put := func(r rune) {
		if r < 0x80 {
			switch c := byte(r); {
			case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
				out = append(out, c)
			case 'A' <= c && c <= 'Z':
				out = append(out, c+'a'-'A')
			case out[len(out)-1] != ' ':
				out = append(out, ' ')
			}
			return
		}
		r = unicode.ToLower(r)
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			out = append(out, string(r)...)
		} else if out[len(out)-1] != ' ' {
			out = append(out, ' ')
		}
	}
	plain := true
	for i := range len(text) {
		plain = plain && text[i] < 0x80
	}
	if plain { // most texts, and most of the cost would be for nothing
		for i := range len(text) {
			put(rune(text[i]))
		}
	} else {
		for _, r := range norm.NFKD.String(text) {
			switch {
			case r < 0x80:
				put(r)
			case 0x300 <= r && r < 0x370: // by far the most frequent marks
			case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Variation_Selector):
			default:
				for _, like := range confusables.Skeleton(string(unicode.ToLower(r))) {
					if !unicode.Is(unicode.Mn, like) {
						put(like)
					}
				}
			}
		}
	}
	if out[len(out)-1] != ' ' {
		out = append(out, ' ')
	}
	return out
}

// spaceless says whether text is in a script that puts no spaces between words.
func spaceless(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
	})
}

// foldHost is the name of a host as rules compare it.
func foldHost(name string) string {
	name = strings.Trim(strings.ToLower(name), ".")
	if !strings.ContainsFunc(name, func(r rune) bool { return r >= 0x80 }) {
		return name
	}
	labels := strings.Split(name, ".")
	for i, label := range labels {
		labels[i] = strings.ReplaceAll(strings.TrimSpace(string(fold(label))), " ", "-")
	}
	return strings.Join(labels, ".")
}

// hostsIn are the names of hosts in text, whether they are links or only look like one.
func hostsIn(text string) []string {
	if !strings.ContainsAny(text, ".。．｡") {
		return nil
	}
	var hosts []string
	text = strings.NewReplacer("。", ".", "．", ".", "｡", ".").Replace(text)
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("/\\()<>[]{}\"'`,;!?@:=&#|*", r)
	}) {
		if at := strings.IndexByte(word, '.'); at > 0 && at < len(word)-1 {
			hosts = append(hosts, foldHost(word))
		}
	}
	return hosts
}
