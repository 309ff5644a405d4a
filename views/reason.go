package views

import (
	"context"

	"parley/store"
)

// reasonWord is why, in a few words.
func reasonWord(ctx context.Context, why store.Reason) string {
	switch why {
	case store.Spam:
		return say(ctx, "Spam or advertising")
	case store.Harassment:
		return say(ctx, "Harassment or bullying")
	case store.Hate:
		return say(ctx, "Hate")
	case store.Violence:
		return say(ctx, "Violence or threats")
	case store.Illegal:
		return say(ctx, "Something illegal")
	case store.Heated:
		return say(ctx, "Heated discussion")
	case store.Flood:
		return say(ctx, "Flood of messages")
	case store.Maintenance:
		return say(ctx, "Maintenance")
	case store.OffTopic:
		return say(ctx, "Off topic")
	case store.ByRule:
		return say(ctx, "A rule of this place")
	case store.Elsewhere:
		return say(ctx, "In another team, or on other work now")
	case store.OtherReason:
		return say(ctx, "Something else")
	}
	return string(why)
}

// reasonOptions are the list to choose from; the first is no choice yet.
func reasonOptions(ctx context.Context, reasons []store.Reason) [][2]string {
	all := [][2]string{{"", say(ctx, "Choose a reason")}}
	for _, why := range reasons {
		all = append(all, [2]string{string(why), reasonWord(ctx, why)})
	}
	return all
}

// anyReason is the list of what people report for; the first is all of it.
func anyReason(ctx context.Context) [][2]string {
	all := reasonOptions(ctx, store.Reasons)
	all[0][1] = say(ctx, "Any reason")
	return all
}

// caseThing is what c is about, in a few words.
func caseThing(ctx context.Context, c store.Case) string {
	switch {
	case c.Seq == 0:
		return say(ctx, "Person")
	case c.RoomKind == store.DirectRoom:
		return say(ctx, "Message in a direct conversation")
	case !c.Sees():
		return say(ctx, "Message in a private room")
	}
	return say(ctx, "Message in %s", c.RoomName)
}

// excerpt is the beginning of what was reported last.
func excerpt(c store.Case) string {
	if len(c.Copies) == 0 {
		return ""
	}
	text := []rune(c.Copies[len(c.Copies)-1].Body)
	if len(text) > 160 {
		return string(text[:159]) + "…"
	}
	return string(text)
}
