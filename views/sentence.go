package views

import (
	"context"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"parley/store"
)

// piece is a part of a sentence of the log.
type piece struct {
	Text string
	Name bool
	To   templ.SafeURL // of a name that leads somewhere; "": none
}

// The places of the names in a sentence, until they are put there: no text has these.
const byPlace, onPlace, inPlace = "\x01", "\x02", "\x03"

// sentence is what e says was done by whom to what, and where, with links to all.
func sentence(ctx context.Context, e store.Entry) []piece {
	var all []piece
	text := said(ctx, e, byPlace, onPlace, inPlace)
	if e.Room != 0 && !strings.Contains(text, inPlace) {
		text = say(ctx, "%s, in %s", text, inPlace)
	}
	for text != "" {
		at := strings.IndexAny(text, byPlace+onPlace+inPlace)
		if at < 0 {
			return append(all, piece{Text: text})
		}
		if at > 0 {
			all = append(all, piece{Text: text[:at]})
		}
		switch text[at : at+1] {
		case byPlace:
			all = append(all, doer(e))
		case onPlace:
			all = append(all, target(ctx, e))
		default:
			all = append(all, place(ctx, e))
		}
		text = text[at+1:]
	}
	return all
}

func doer(e store.Entry) piece {
	if e.By == 0 {
		return piece{Text: "Parley", Name: true}
	}
	return piece{Text: e.ByName, Name: true, To: AccountURL(e.By)}
}

// place is the room in which something was done to somebody, or to a message.
func place(ctx context.Context, e store.Entry) piece {
	if e.InRoom == "" {
		return piece{Text: say(ctx, "a direct conversation")}
	}
	return piece{Text: e.InRoom, Name: true, To: RoomRecordURL(e.Room)}
}

func target(ctx context.Context, e store.Entry) piece {
	p := piece{Text: e.Target.Name, Name: true}
	switch e.Target.Kind {
	case store.OnAccount:
		p.To = AccountURL(store.UserID(e.Target.ID))
	case store.OnRoom:
		p.To = RoomRecordURL(store.RoomID(e.Target.ID))
	case store.OnInvitation:
		p.To = invitationURL(store.InvitationID(e.Target.ID))
		if p.Text == "" {
			p.Text = id(e.Target.ID)
		}
	case store.OnMessage:
		p.Text = say(ctx, "message %d", int(e.Target.Seq))
		if e.Room == 0 { // before rooms were named here
			p.Text = say(ctx, "message %d in room %d", int(e.Target.Seq), int(e.Target.ID))
		}
	case store.OnSetting:
		p.Text = settingName(ctx, e.Target.Name)
	}
	if p.Text == "" {
		p.Text = targetWord(ctx, e.Target.Kind)
	}
	return p
}

// said is the sentence for e with by, on and in in the places of who did it to what, and
// in which room if it has one. An act that has no sentence of its own is said as it is called.
func said(ctx context.Context, e store.Entry, by, on, in string) string {
	switch e.Act {
	case store.RoomRename:
		return say(ctx, "%s renamed the room %s", by, on)
	case store.RoomTopic:
		return say(ctx, "%s changed the topic of %s", by, on)
	case store.RoomConvert:
		return say(ctx, "%s changed who comes into %s", by, on)
	case store.RoomEveryone:
		return say(ctx, "%s changed whether new accounts are in %s", by, on)
	case store.RoomArchive:
		return say(ctx, "%s archived %s", by, on)
	case store.RoomReopen:
		return say(ctx, "%s opened %s again", by, on)
	case store.RoomKeep:
		return say(ctx, "%s changed how long %s keeps messages", by, on)
	case store.RoomDelete:
		return say(ctx, "%s decided to delete %s", by, on)
	case store.RoomSpare:
		return say(ctx, "%s called off the deletion of %s", by, on)
	case store.RoomErase:
		return say(ctx, "%s erased the room %s", by, on)
	case store.RoomEnter:
		return say(ctx, "%s gave the room %s to somebody", by, on)
	case store.MemberRemove:
		return removedFrom(ctx, e, by, on, in)
	case store.AdministratorSignIn:
		return say(ctx, "%s signed in as administrator", by)
	case store.LogExport:
		return say(ctx, "%s exported the log", by)
	case "account.create":
		return say(ctx, "%s created the account of %s", by, on)
	case "account.rename":
		return say(ctx, "%s changed the name of %s", by, on)
	case "account.username":
		return say(ctx, "%s changed the username of %s", by, on)
	case "account.email":
		return say(ctx, "%s changed the e-mail of %s", by, on)
	case "account.role":
		return say(ctx, "%s changed the role of %s", by, on)
	case "account.suspend":
		return say(ctx, "%s suspended the account of %s", by, on)
	case "account.reactivate":
		return say(ctx, "%s made the account of %s active again", by, on)
	case "account.delete":
		return say(ctx, "%s deleted the account of %s", by, on)
	case "session.end":
		return say(ctx, "%s ended a session of %s", by, on)
	case "session.end_all":
		return say(ctx, "%s ended all sessions of %s", by, on)
	case "socket.end":
		return say(ctx, "%s ended an open page of %s", by, on)
	case "setting.change":
		return say(ctx, "%s changed the setting “%s”", by, on)
	case "invitation.create":
		return say(ctx, "%s made the invitation %s", by, on)
	case "invitation.withdraw":
		return say(ctx, "%s withdrew the invitation %s", by, on)
	case "invitation.use":
		return say(ctx, "%s came by the invitation %s", by, on)
	case "signin_link.create":
		return say(ctx, "%s made a sign-in link for %s", by, on)
	case "signin_link.use":
		return say(ctx, "%s signed in by a link", by)
	case "message.delete":
		return say(ctx, "%s deleted %s", by, on)
	}
	if text := moderationSentence(ctx, e, by, on, in); text != "" {
		return text
	}
	return by + ": " + string(e.Act) + " · " + on
}

// acts are those that the log's page lets one choose, in its order.
var acts = []store.Act{
	store.AdministratorSignIn,
	"account.create", "account.rename", "account.username", "account.email", "account.role", "account.suspend", "account.reactivate", "account.delete", "session.end", "session.end_all", "socket.end",
	"invitation.create", "invitation.withdraw", "invitation.use", "signin_link.create", "signin_link.use",
	store.RoomRename, store.RoomTopic, store.RoomConvert, store.RoomEveryone, store.RoomArchive, store.RoomReopen, store.RoomKeep,
	store.RoomDelete, store.RoomSpare, store.RoomErase, store.RoomEnter, store.MemberRemove,
	"message.delete", "setting.change", store.LogExport,
}

func actOptions(ctx context.Context) [][2]string {
	all := [][2]string{{"", say(ctx, "All")}}
	for _, act := range slices.Concat(acts, moderationActs) {
		text := said(ctx, store.Entry{Act: act}, "…", "…", "…")
		all = append(all, [2]string{string(act), text})
	}
	return all
}

func targetOptions(ctx context.Context) [][2]string {
	all := [][2]string{{"", say(ctx, "All")}}
	for _, kind := range store.TargetKinds {
		all = append(all, [2]string{string(kind), targetWord(ctx, kind)})
	}
	return all
}

func targetWord(ctx context.Context, kind store.TargetKind) string {
	switch kind {
	case store.OnAccount:
		return say(ctx, "an account")
	case store.OnRoom:
		return say(ctx, "a room")
	case store.OnMessage:
		return say(ctx, "a message")
	case store.OnSession:
		return say(ctx, "a session")
	case store.OnInvitation:
		return say(ctx, "an invitation")
	case store.OnSetting:
		return say(ctx, "a setting")
	case store.OnRule:
		return say(ctx, "a rule")
	case store.OnLog:
		return say(ctx, "the log")
	}
	return string(kind)
}

// settingName is what people call a setting.
func settingName(ctx context.Context, name string) string {
	switch name {
	case "name":
		return say(ctx, "Name of this place")
	case "logo":
		return say(ctx, "Logo of this place")
	case "welcome":
		return say(ctx, "Welcome text")
	case "accent":
		return say(ctx, "Accent colour")
	case "accounts.sign_up":
		return say(ctx, "Who may sign up")
	case "accounts.domains":
		return say(ctx, "E-mail domains")
	case "accounts.shows_typing":
		return say(ctx, "New accounts show that they type")
	case "accounts.shows_seen":
		return say(ctx, "New accounts show what they have read")
	case "rooms.members_create":
		return say(ctx, "Members create rooms")
	case "messages.most":
		return say(ctx, "Longest message")
	case "messages.burst":
		return say(ctx, "Messages at once")
	case "messages.per_minute":
		return say(ctx, "Messages per minute")
	case "messages.edit_within":
		return say(ctx, "Time to edit")
	case "messages.delete_within":
		return say(ctx, "Time to delete")
	case "messages.retention":
		return say(ctx, "How long messages are kept")
	}
	return name
}
