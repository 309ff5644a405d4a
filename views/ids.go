package views

import (
	"context"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"parley/store"
	"parley/views/words"
)

// The page contract: tests, scripts and the browser's own resume rely on these ids.
const (
	messagesID = "messages"
	windowID   = "window"
	composerID = "composer"
	editorID   = "editor"
	noticeID   = "notice"
	liveID     = "live"
	pulseID    = "pulse"
	olderID    = "older"
)

func id[N ~int64](n N) string { return strconv.FormatInt(int64(n), 10) }

// MessageID is the DOM id of a message in its room's list.
func MessageID(room store.RoomID, seq store.Seq) string {
	return "m-" + id(room) + "-" + id(seq)
}

// roomLinkID and personLinkID are entries of lists that are pushed in another order:
// by their ids they are moved, with the focus that one of them has.
func roomLinkID(room store.RoomID) string   { return "side-" + id(room) }
func personLinkID(user store.UserID) string { return "here-" + id(user) }

// number is n in an address.
func number[N ~int64](n N) templ.SafeURL { return templ.SafeURL(id(n)) }

// RoomURL is a room's page. The slug is for people; the number counts.
func RoomURL(r store.Room) templ.SafeURL {
	return "/rooms/" + number(r.ID) + "-" + templ.SafeURL(url.PathEscape(r.Slug))
}

// RoomActionURL is where the room's page about itself does something, like "join".
func RoomActionURL(room store.RoomID, do string) templ.SafeURL {
	return "/rooms/" + number(room) + "/" + templ.SafeURL(do)
}

// AddURL is the form that lets people into a room.
func AddURL(room store.RoomID) templ.SafeURL { return RoomActionURL(room, "about?add=1") }

// RoomRecordURL is the page of a room's administration.
func RoomRecordURL(room store.RoomID) templ.SafeURL { return "/admin/rooms/" + number(room) }

// RoomAtURL is the room's page around message seq, which it marks.
func RoomAtURL(r store.Room, seq store.Seq) templ.SafeURL {
	return RoomURL(r) + "?at=" + number(seq) + "#" + templ.SafeURL(MessageID(r.ID, seq))
}

// RoomNewURL is the room's page where one left off: around message seq, with the line
// before it, whatever one has read meanwhile.
func RoomNewURL(r store.Room, seq store.Seq) templ.SafeURL {
	return RoomURL(r) + "?at=" + number(seq) + "&new=" + number(seq) + "#" + templ.SafeURL(MessageID(r.ID, seq))
}

// PersonURL is a person's card.
func PersonURL(user store.UserID) templ.SafeURL { return "/people/" + number(user) }

// MuteURL is where one mutes or blocks a person, or undoes it.
func MuteURL(user store.UserID) templ.SafeURL { return PersonURL(user) + "/mute" }

// RoomBeforeURL is the page of a room that ends before message seq.
func RoomBeforeURL(r store.Room, seq store.Seq) templ.SafeURL {
	return RoomURL(r) + "?before=" + number(seq)
}

// RoomAfterURL is the page of a room that begins after message seq.
func RoomAfterURL(r store.Room, seq store.Seq) templ.SafeURL {
	return RoomURL(r) + "?after=" + number(seq)
}

// NewSinceURL is the stylesheet that draws the line before message seq.
func NewSinceURL(room store.RoomID, seq store.Seq) templ.SafeURL {
	return "/rooms/" + number(room) + "/new.css?from=" + number(seq)
}

// ReadURL notes, for a browser without scripts, that it shows the room up to seq.
func ReadURL(room store.RoomID, seq store.Seq) templ.SafeURL {
	return "/rooms/" + number(room) + "/read.css?upto=" + number(seq)
}

// MessagesURL takes new messages by POST and gives older ones by GET.
func MessagesURL(room store.RoomID) templ.SafeURL { return "/rooms/" + number(room) + "/messages" }

// DraftURL takes what one has begun to write there.
func DraftURL(room store.RoomID) templ.SafeURL { return RoomActionURL(room, "draft") }

// MessageURL takes another text for the message by POST.
func MessageURL(room store.RoomID, seq store.Seq) templ.SafeURL {
	return "/rooms/" + number(room) + "/messages/" + number(seq)
}

// EditURL is the form for the message's text.
func EditURL(room store.RoomID, seq store.Seq) templ.SafeURL { return MessageURL(room, seq) + "/edit" }

// DeleteURL asks by GET whether to delete the message, and does it by POST.
func DeleteURL(room store.RoomID, seq store.Seq) templ.SafeURL {
	return MessageURL(room, seq) + "/delete"
}

// ReportURL asks by GET why to report the message, and does it by POST.
func ReportURL(room store.RoomID, seq store.Seq) templ.SafeURL {
	return MessageURL(room, seq) + "/report"
}

// ReportPersonURL is ReportURL for a person.
func ReportPersonURL(user store.UserID) templ.SafeURL { return PersonURL(user) + "/report" }

// CaseURL is a case's page; below it are its acts.
func CaseURL(c store.CaseID) templ.SafeURL { return "/moderation/cases/" + number(c) }

// CaseIn is CaseURL for who comes from a queue that is narrowed down, and goes on in it.
func CaseIn(c store.CaseID, f store.CaseFilter) templ.SafeURL {
	return asking(CaseURL(c), FilterOf(f))
}

// FilterOf is f in an address.
func FilterOf(f store.CaseFilter) url.Values {
	v := url.Values{}
	if f.In != 0 {
		v.Set("room", id(f.In))
	}
	if f.Reason != "" {
		v.Set("reason", string(f.Reason))
	}
	return v
}

func asking(path templ.SafeURL, what url.Values) templ.SafeURL {
	if len(what) == 0 {
		return path
	}
	return path + "?" + templ.SafeURL(what.Encode())
}

// CaseActURL is where something is done about a case, like "close".
func CaseActURL(c store.CaseID, do string) templ.SafeURL { return CaseURL(c) + "/" + templ.SafeURL(do) }

// QueueURL is a queue: of a room, or of the instance.
func QueueURL(q store.Queue) templ.SafeURL {
	path := templ.SafeURL("/moderation")
	if q.Room != 0 {
		path = RoomActionURL(q.Room, "moderation")
	}
	v := FilterOf(q.CaseFilter)
	if q.Tab != "" && q.Tab != "open" {
		v.Set("tab", q.Tab)
	}
	if q.After.ID != 0 {
		v.Set("after", q.After.String())
	}
	return asking(path, v)
}

// RuleURL is a rule's page; below it one deletes it.
func RuleURL(r store.RuleID) templ.SafeURL { return "/moderation/rules/" + number(r) }

// HeldURL is what waits for a moderator in a room, or everywhere (0).
func HeldURL(room store.RoomID) templ.SafeURL {
	if room == 0 {
		return "/moderation/held"
	}
	return "/moderation/held?room=" + number(room)
}

// HeldActURL is where what waits is decided, like "publish".
func HeldActURL(m store.HeldID, do string) templ.SafeURL {
	return "/moderation/held/" + number(m) + "/" + templ.SafeURL(do)
}

// AppealsURL is the list of objections in a room, or wherever one moderates (0).
func AppealsURL(room store.RoomID) templ.SafeURL {
	if room == 0 {
		return "/moderation/appeals"
	}
	return "/moderation/appeals?room=" + number(room)
}

// InForceURL is a list of what is in force.
func InForceURL(q store.InForce) templ.SafeURL {
	v := url.Values{}
	for name, value := range map[string]string{"room": id(q.Room), "kind": string(q.Kind), "q": q.Name, "before": id(q.Before)} {
		if value != "" && value != "0" {
			v.Set(name, value)
		}
	}
	return asking("/moderation/measures", v)
}

// WithdrawURL takes back one's own held message, by POST.
func WithdrawURL(m store.HeldID) templ.SafeURL { return "/held/" + number(m) + "/withdraw" }

// UnreadURL makes the message and all after it unread by POST.
func UnreadURL(room store.RoomID, seq store.Seq) templ.SafeURL {
	return MessageURL(room, seq) + "/unread"
}

// TextURL is an empty field for a message, which a browser keeps for ever.
func TextURL(ctx context.Context) templ.SafeURL {
	return templ.SafeURL("/composer/text?lang=" + words.Of(ctx).String())
}

// withNext is the address of a form that leads to next afterwards, if there is one.
func withNext(path, next string) templ.SafeURL {
	if next == "" {
		return templ.SafeURL(path)
	}
	return templ.SafeURL(path + "?" + url.Values{"next": {next}}.Encode())
}

// LiveURL is a page's socket, and by a plain GET the region that connects to it. What
// the page shows, which does not change, is in the address; what does is in its frames.
func LiveURL(c Connection) templ.SafeURL {
	switch {
	case c.Past:
		return "/rooms/" + number(c.Room) + "/live?past=1"
	case c.Room != 0:
		return "/rooms/" + number(c.Room) + "/live"
	}
	q := url.Values{"here": {id(c.Here)}, "title": {c.Title}}
	if c.Part != "" {
		q.Set("part", c.Part)
	}
	return templ.SafeURL("/live?" + q.Encode())
}

// LiftURL ends a measure before its time, by POST.
func LiftURL(m store.MeasureID) templ.SafeURL { return "/measures/" + number(m) + "/lift" }

// AppealURL objects to a measure on oneself, by POST.
func AppealURL(m store.MeasureID) templ.SafeURL { return "/notices/" + number(m) + "/appeal" }

// AppealDecisionURL answers the appeal against a measure, by POST.
func AppealDecisionURL(m store.MeasureID) templ.SafeURL {
	return "/moderation/appeals/" + number(m)
}

// AccountURL is an administrator's page about a person.
func AccountURL(user store.UserID) templ.SafeURL { return "/admin/people/" + number(user) }

// AccountActURL does something to an account.
func AccountActURL(user store.UserID, act string) templ.SafeURL {
	return AccountURL(user) + templ.SafeURL("/"+act)
}

// AccountsURL is a list of accounts.
func AccountsURL(q store.AccountQuery) templ.SafeURL {
	v := url.Values{}
	for name, value := range map[string]string{"q": q.Text, "show": string(q.Show), "sort": string(q.Order), "after": q.After} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return asking("/admin/people", v)
}
