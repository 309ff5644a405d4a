package store

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The bounds of what can be set.
const (
	placeNameRunes  = 40
	welcomeRunes    = 300
	mostDomains     = 50
	fewestRunes     = 50 // of the most that a message may have
	mostBurst       = 1000
	mostPerMinute   = 6000
	longestWindow   = 365 * 24 * time.Hour
	longestRetained = 10 * 365 * 24 * time.Hour
)

// checkSettings is in as it is kept, and what is wrong with it, by the fields of the
// form.
func checkSettings(in Settings) (Settings, Problems) {
	var p Problems
	wrong := func(is bool, field, text string) {
		if is {
			p = append(p, Invalid{field, text})
		}
	}
	in.Name = cmp.Or(norm.NFC.String(oneLine(in.Name)), defaultSettings.Name)
	wrong(utf8.RuneCountInString(in.Name) > placeNameRunes || roomKey(in.Name) == "", "name", "Enter a name of 1 to 40 characters.")
	in.Welcome = norm.NFC.String(oneLine(in.Welcome))
	wrong(utf8.RuneCountInString(in.Welcome) > welcomeRunes, "welcome", "Use at most 300 characters.")
	in.Accent = strings.ToLower(strings.TrimSpace(in.Accent))
	if in.Accent != "" {
		_, legible := ShadesOf(in.Accent)
		is := hexColour.MatchString(in.Accent)
		wrong(!is, "accent", "Enter a colour like #2f6f4f.")
		wrong(is && !legible, "accent", "Text in this colour is hard to read on white: its contrast is under 4.5 : 1. Choose a darker one.")
	}
	wrong(in.SignUp != SignUpOpen && in.SignUp != SignUpInvited && in.SignUp != SignUpClosed, "sign_up", "Choose one from the list.")
	in.Domains = domainsOf(in.Domains)
	wrong(slices.ContainsFunc(in.Domains, func(d string) bool { return !validEmail("a@" + d) }), "domains", "Enter domains like example.com, with spaces between them.")
	wrong(len(in.Domains) > mostDomains, "domains", "Enter at most 50 domains.")
	wrong(in.MostRunes < fewestRunes || in.MostRunes > MessageRunes, "most", "Enter a number from 50 to 8000.")
	wrong(in.PostsBurst < 1 || in.PostsBurst > mostBurst, "burst", "Enter a number from 1 to 1000.")
	wrong(in.PostsPerMin < 1 || in.PostsPerMin > mostPerMinute, "per_minute", "Enter a number from 1 to 6000.")
	wrong(in.EditWithin < 0 || in.EditWithin > longestWindow, "edit_within", "Enter a number of minutes up to a year, or 0 for always.")
	wrong(in.DeleteWithin < 0 || in.DeleteWithin > longestWindow, "delete_within", "Enter a number of minutes up to a year, or 0 for always.")
	wrong(in.Retention < 0 || in.Retention > longestRetained, "retention", "Enter a number of days up to ten years, or 0 for always.")
	return in, p
}

// domainsOf are all as they are kept: folded, sorted, and each once.
func domainsOf(all []string) []string {
	var kept []string
	for _, d := range all {
		if d = emailKey(strings.TrimPrefix(d, "@")); d != "" {
			kept = append(kept, d)
		}
	}
	slices.Sort(kept)
	return slices.Compact(kept)
}

// What CreateUser says to whom the settings do not let in.
var (
	ErrSignUpClosed = Invalid{"", "Administrators create the accounts here. Ask one of them for yours."}
	ErrNotInvited   = Invalid{"", "Accounts are by invitation here. Open the link that you were sent, or ask somebody for one."}
	errDomain       = Invalid{"email", "Use an address of one of the domains that are allowed here."}
)

// TakesEmail says whether a new account may have that address.
func (in Settings) TakesEmail(address string) bool {
	_, domain, _ := strings.Cut(emailKey(address), "@")
	return len(in.Domains) == 0 || slices.Contains(in.Domains, domain)
}

// admits is nil if the settings let somebody create the account. Who has an invitation
// is let in where it is redeemed, in the same transaction.
func (in Settings) admits(who SignUp, email string) error {
	switch {
	case who.Granted:
		return nil
	case in.SignUp == SignUpClosed:
		return ErrSignUpClosed
	case who.Invitation != "":
		return nil
	case in.SignUp == SignUpInvited:
		return ErrNotInvited
	case !in.TakesEmail(email):
		return errDomain
	}
	return nil
}
