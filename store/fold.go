package store

import (
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

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
	for _, r := range text {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			out = append(out, byte(r))
		case 'A' <= r && r <= 'Z':
			out = append(out, byte(r)+'a'-'A')
		case r < 0x80:
			if out[len(out)-1] != ' ' {
				out = append(out, ' ')
			}
		default:
			// What a letter becomes does not depend on its neighbours: only the order of
			// marks does, and there are none left.
			for like := foldedRune(r); like != ""; like = like[1:] {
				if like[0] != ' ' || out[len(out)-1] != ' ' {
					out = append(out, like[0])
				}
			}
		}
	}
	if out[len(out)-1] != ' ' {
		out = append(out, ' ')
	}
	return out
}

// folded are what runes become, in pages that are made when one of theirs is asked for:
// finding it out costs more than all else about a message. Of the planes above, which
// have rare ideographs, nothing is kept.
var folded [0x20000 / foldedPage]atomic.Pointer[[foldedPage]string]

const foldedPage = 256

func foldedRune(r rune) string {
	if int(r) >= len(folded)*foldedPage {
		return foldRune(r)
	}
	page := folded[r/foldedPage].Load()
	if page == nil {
		page = new([foldedPage]string)
		for i := range page {
			page[i] = foldRune(r/foldedPage*foldedPage + rune(i))
		}
		folded[r/foldedPage].Store(page)
	}
	return page[r%foldedPage]
}

// foldRune is what r becomes: what looks like it, in lower case, without marks.
func foldRune(r rune) string {
	var out []byte
	for _, r := range norm.NFKD.String(string(r)) {
		if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Variation_Selector) {
			continue
		}
		alike := string(unicode.ToLower(r))
		if r >= 0x80 { // of plain letters a skeleton has two for an m
			alike = confusables.Skeleton(alike)
		}
		for _, like := range alike {
			like = unicode.ToLower(like)
			switch {
			case unicode.Is(unicode.Mn, like):
			case unicode.IsLetter(like) || unicode.IsDigit(like):
				out = utf8.AppendRune(out, like)
			default:
				out = append(out, ' ')
			}
		}
	}
	return string(out)
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
