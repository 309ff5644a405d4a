package store

import "regexp"

// isEmoji says that text is one emoji: a picture with its variants, several of them joined
// to one, a flag, or a keycap. Pictures that a later Unicode brings are in the same block.
func isEmoji(text string) bool { return oneEmoji.MatchString(text) }

const (
	picture = `[\x{1F000}-\x{1FAFF}\p{So}\x{2194}\x{25FB}-\x{25FE}\x{203C}\x{2049}\x{2139}\x{3030}][\x{FE0F}\x{1F3FB}-\x{1F3FF}]*[\x{E0020}-\x{E007F}]*`
	flag    = `[\x{1F1E6}-\x{1F1FF}]{2}`
	keycap  = `[0-9#*]\x{FE0F}?\x{20E3}`
)

var oneEmoji = regexp.MustCompile(`^(?:` + flag + `|` + keycap + `|` + picture + `(?:\x{200D}` + picture + `)*)$`)
