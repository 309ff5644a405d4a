package store

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"github.com/mtibben/confusables"
	"golang.org/x/net/idna"
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
		case r < ' ' && !unicode.IsSpace(r), r == 0x7f: // nobody sees it
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
		if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) && !unicode.IsSpace(r) {
			continue
		}
		r = unicode.ToLower(framed(r))
		if plain, is := hooked[r]; is {
			r = plain
		}
		alike := string(r)
		if r >= 0x80 { // of plain letters a skeleton has two for an m
			alike = confusables.Skeleton(alike)
		}
		for _, like := range alike {
			like = unicode.ToLower(like)
			if plain, is := plainLetters[like]; is {
				like = plain
			}
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

// framed is the letter that r shows in a frame, or as a half of a flag, of which Unicode
// says no likeness: otherwise r.
func framed(r rune) rune {
	for _, first := range []rune{0x1F150, 0x1F170, 0x1F1E6} { // Ⓐ and 🄰 filled, and flags
		if r >= first && r < first+26 {
			return 'a' + r - first
		}
	}
	return r
}

// plainLetters are letters that Unicode calls no likeness of a Latin one, and that pass for
// it: small capitals, which are also what it makes of Cyrillic letters whose capitals look
// Latin, and the Greek ones of such capitals.
var plainLetters = map[rune]rune{
	'ᴀ': 'a', 'ʙ': 'b', 'ᴄ': 'c', 'ᴅ': 'd', 'ᴇ': 'e', 'ꜰ': 'f', 'ɢ': 'g', 'ʜ': 'h', 'ɪ': 'i', 'ᴊ': 'j', 'ᴋ': 'k', 'ĸ': 'k', 'ʟ': 'l', 'ᴍ': 'm', 'ʍ': 'm',
	'ɴ': 'n', 'ᴏ': 'o', 'ᴘ': 'p', 'ꞯ': 'q', 'ʀ': 'r', 'ꜱ': 's', 'ᴛ': 't', 'ᴜ': 'u', 'ᴠ': 'v', 'ᴡ': 'w', 'ʏ': 'y', 'ᴢ': 'z',
	'ꞓ': 'e', 'ζ': 'z', 'μ': 'm', 'χ': 'x', 'ϝ': 'f', 'ς': 'c', 'п': 'n',
}

// hooked are letters with a hook, a stroke or a tail of which Unicode names no likeness, and
// those of Cherokee and Lisu whose capitals look like a Latin one, by that letter.
var hooked = likenesses(`aⱥᶏ bᵬᶀꞗꮟƅ cƈɕꞔ𝼝 dȡᵭᶁᶑꟈ𝼥ꮷ eᶒⱸꬴ fᶂ gꞡ hⱨꞕꮒ iᶖ𝼚ꓲ jʝ kᶄⱪꝁꝃꝅꞣ lȴɬᶅⱡꝉꞎꬷꬸꬹ𝼑𝼓𝼦 mɱᵯᶆꬺ nɲȵᶇꞑꞥꬻ𝼧 oⱺꝍ𝼛 pᵱᶈꝑꝓꝕ qɋꝗꝙ ` +
	`rɾᵳᶉꞧꭉ𝼖𝼨 sȿᶊꞩꟊ𝼞𝼩ꮥ tƫʈȶⱦ𝼉𝼪 uᶙꞹ vⱱⱴꝟ wⱳꮤ xᶍꭖꭗꭘꭙ yꭹꮍ zɀʑᶎⱬ`)

// likenesses reads words that each begin with a letter and go on with what looks like it.
func likenesses(words string) map[rune]rune {
	all := map[rune]rune{}
	for _, word := range strings.Fields(words) {
		for _, like := range word[1:] {
			all[like] = rune(word[0])
		}
	}
	return all
}

// capitals are the Greek letters that look like another Latin one than their small forms.
var capitals = map[rune]rune{'Β': 'b', 'Η': 'h', 'Ν': 'n', 'Υ': 'y', 'ϒ': 'y', 'Ϲ': 'c'}

func isCapital(r rune) bool { return r >= 'Β' && r <= 'Ϲ' && capitals[r] != 0 } // the block of Greek

// asCapitals is text with capitals taken for the letters that they look like.
func asCapitals(text string) string {
	return strings.Map(func(r rune) rune { return cmp.Or(capitals[r], r) }, text)
}

// rightToLeft turns round how all after it is shown, letters of any script (UAX 9, X4).
const rightToLeft = '\u202e'

// turned is text as it is seen where rightToLeft turns it round: until the end of its line,
// or the sign that ends that, and not one that ends what began in it, or nothing.
func turned(text string) string {
	out := make([]rune, 0, len(text))
	from := -1                           // of what is turned round
	outer, embedded, isolated := 0, 0, 0 // what is open: isolates around it, and what began in it
	end := func() {
		if from >= 0 {
			slices.Reverse(out[from:])
		}
		from, embedded, isolated = -1, 0, 0
	}
	for _, r := range text {
		switch {
		case r == rightToLeft && from < 0:
			from = len(out)
			continue
		case r == '\n', r == '\u2029':
			end()
			outer = 0
		case r >= '\u2066' && r <= '\u2068' && from < 0:
			outer++
		case r >= '\u2066' && r <= '\u2068':
			isolated++
		case r == '\u2069' && isolated > 0:
			isolated--
		case r == '\u2069' && outer > 0:
			end()
			outer--
		case r >= '\u202a' && r <= '\u202e' && r != '\u202c' && from >= 0:
			embedded++
		case r == '\u202c' && embedded > 0:
			embedded--
		case r == '\u202c' && isolated == 0:
			end()
		}
		out = append(out, r)
	}
	end()
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
	if strings.Contains(name, "xn--") {
		if plain, err := idna.ToUnicode(name); err == nil {
			name = plain
		}
	}
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
	if strings.Contains(text, "%") { // as browsers read it
		text = percents.ReplaceAllStringFunc(text, func(hidden string) string {
			plain, _ := url.PathUnescape(hidden) // percents matches nothing else
			return plain
		})
	}
	if !strings.ContainsAny(text, ".。．｡") {
		return nil
	}
	var hosts []string
	text = strings.NewReplacer("。", ".", "．", ".", "｡", ".").Replace(text)
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("/\\()<>[]{}\"'`,;!?@:=&#|*", r)
	}) {
		word = strings.Trim(word, ".-_~") // a link leaves such marks out
		if at := strings.IndexByte(word, '.'); at > 0 && at < len(word)-1 {
			hosts = append(hosts, foldHost(word))
		}
	}
	return hosts
}

var percents = regexp.MustCompile(`(?:%[0-9A-Fa-f]{2})+`)
