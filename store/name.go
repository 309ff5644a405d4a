package store

import (
	"errors"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Problems are all mistakes of one form, in the order of its fields.
type Problems []Invalid

func (p Problems) Error() string {
	var all []string
	for _, i := range p {
		all = append(all, i.Error())
	}
	return strings.Join(all, "; ")
}

// ByField maps each field to its sentence.
func (p Problems) ByField() map[string]string {
	m := make(map[string]string, len(p))
	for _, i := range p {
		m[i.Field] = i.Text
	}
	return m
}

func isConflict(err error) bool { return errors.Is(err, ErrConflict) }

func checkSignUp(in SignUp) (username, email string, p Problems) {
	username = norm.NFC.String(strings.TrimSpace(in.Username))
	if text := checkUsername(username); text != "" {
		p = append(p, Invalid{"username", text})
	}
	email = norm.NFC.String(strings.TrimSpace(in.Email))
	if !validEmail(email) {
		p = append(p, Invalid{"email", "Enter an email address like ada@example.com."})
	}
	if text := checkPassword(in.Password, username, email); text != "" {
		p = append(p, Invalid{"password", text})
	}
	return username, email, p
}

func checkUsername(name string) string {
	if n := utf8.RuneCountInString(name); n < 2 || n > 30 {
		return "Use 2 to 30 letters, digits, dots, hyphens or underscores."
	}
	if !utf8.ValidString(name) {
		return "Use letters, digits, dots, underscores and hyphens."
	}
	script, letters := "", 0
	for _, r := range name {
		switch {
		case r == '.' || r == '_' || r == '-' || r >= '0' && r <= '9':
		case unicode.IsLetter(r) || unicode.IsMark(r):
			if invisible(r) {
				return "Use letters, digits, dots, underscores and hyphens."
			}
			if unicode.IsLetter(r) {
				letters++
			}
			if is := scriptOf(r); is != "" && script == "" {
				script = is
			} else if is != "" && is != script {
				return "Use letters of one script only."
			}
		default:
			return "Use letters, digits, dots, underscores and hyphens."
		}
	}
	if letters == 0 && !strings.ContainsAny(name, "0123456789") {
		return "Use at least one letter or digit."
	}
	return ""
}

// invisible letters and marks of Unicode: fillers that render as nothing.
func invisible(r rune) bool {
	return unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) || unicode.Is(unicode.Variation_Selector, r) || unicode.Is(unicode.Cf, r)
}

// scriptOf names the script of r as usernames see it; "" for what all scripts
// share. Japanese and Korean mix scripts by nature (UTS 39, section 5.1).
func scriptOf(r rune) string {
	for name, table := range unicode.Scripts {
		if !unicode.Is(table, r) {
			continue
		}
		switch name {
		case "Common", "Inherited":
			return ""
		case "Han", "Hiragana", "Katakana", "Hangul", "Bopomofo":
			return "Han"
		}
		return name
	}
	return "unknown"
}

// nameKey is what must be unique: a name without case, compatibility forms and
// the letters that look like Latin ones, so that "аdа" in Cyrillic is "ada".
func nameKey(name string) string {
	folded := cases.Fold().String(norm.NFKC.String(strings.TrimSpace(readable(name))))
	return norm.NFC.String(strings.Map(func(r rune) rune {
		if latin, ok := lookAlikes[r]; ok {
			return latin
		}
		return r
	}, folded))
}

// LoginKey is what a username or e-mail counts as: equal for all spellings that
// sign in to the same account.
func LoginKey(login string) string { return nameKey(login[:min(len(login), 1024)]) }

// lookAlikes are the Cyrillic, Greek and Armenian lower-case letters that whole
// names can imitate Latin with (from the confusables of UTS 39).
var lookAlikes = map[rune]rune{
	'а': 'a', 'в': 'b', 'с': 'c', 'ԁ': 'd', 'е': 'e', 'һ': 'h', 'і': 'i', 'ј': 'j', 'к': 'k', 'ӏ': 'l', 'м': 'm', 'н': 'h',
	'о': 'o', 'р': 'p', 'ԛ': 'q', 'г': 'r', 'ѕ': 's', 'т': 't', 'ѵ': 'v', 'ԝ': 'w', 'х': 'x', 'у': 'y', 'ү': 'y', 'з': '3',
	'α': 'a', 'β': 'b', 'ε': 'e', 'η': 'n', 'ι': 'i', 'κ': 'k', 'ν': 'v', 'ο': 'o', 'ρ': 'p', 'τ': 't', 'υ': 'u', 'χ': 'x', 'ω': 'w', 'γ': 'y',
	'օ': 'o', 'ո': 'n', 'ս': 'u', 'ց': 'g', 'հ': 'h', 'ı': 'i',
}

func validEmail(address string) bool {
	if len(address) > 254 || strings.ContainsFunc(address, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) || invisible(r) }) {
		return false
	}
	a, err := mail.ParseAddress(address)
	if err != nil || a.Address != address {
		return false
	}
	_, domain, _ := strings.Cut(address, "@")
	return strings.Contains(domain, ".") || domain == "localhost"
}

func emailKey(address string) string {
	return cases.Fold().String(norm.NFKC.String(strings.TrimSpace(readable(address))))
}

// mailbox is where mail to address arrives, as emailKey has it: without what follows a
// plus, which most hosts leave to its owner (RFC 5233), and at Gmail, which has two names
// and does not look at dots, without those. It is for refusing new accounts, never for
// finding one.
func mailbox(address string) string {
	key := emailKey(address)
	at := strings.LastIndexByte(key, '@')
	if at < 1 || key[0] == '"' {
		return key
	}
	local, host := key[:at], key[at+1:]
	if plus := strings.IndexByte(local, '+'); plus > 0 {
		local = local[:plus]
	}
	if host == "gmail.com" || host == "googlemail.com" {
		host = "gmail.com"
		if plain := strings.ReplaceAll(local, ".", ""); plain != "" {
			local = plain
		}
	}
	return local + "@" + host
}
