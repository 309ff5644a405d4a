package views

import (
	"context"

	"parley/store"
)

// moderationActs are those acts of moderation that the log's page lets one choose.
var moderationActs = []store.Act{
	"moderation.hide", "moderation.lift-hide", "moderation.turn-down", "moderation.lift-turn-down", "moderation.warn", "moderation.lift-warn", "moderation.time-out", "moderation.lift-time-out", "moderation.remove", "moderation.lift-remove",
	"moderation.suspend", "moderation.lift-suspend", "moderation.ban", "moderation.lift-ban", "moderation.slow", "moderation.lift-slow",
	"moderation.lock", "moderation.lift-lock", "moderation.newcomer", "moderation.lift-newcomer", "moderation.wait", "moderation.lift-wait",
	"appeal.grant", "appeal.refuse", "case.close", "case.reopen", "moderator.appoint", "moderator.dismiss", "rule.create", "rule.words", "rule.change", "rule.sentence", "rule.delete", "rule.publish",
}

// removedFrom is the sentence of a removal.
func removedFrom(ctx context.Context, e store.Entry, by, on, in string) string {
	if e.Room == 0 {
		return say(ctx, "%s removed %s from a room", by, on)
	}
	return say(ctx, "%s removed %s from %s", by, on, in)
}

// moderationSentence is the sentence of an act of moderation, "" if it is none.
func moderationSentence(ctx context.Context, e store.Entry, by, on, in string) string {
	switch e.Act {
	case "moderation.hide":
		return say(ctx, "%s hid %s", by, on)
	case "moderation.lift-hide":
		return say(ctx, "%s showed %s again", by, on)
	case "moderation.warn":
		return say(ctx, "%s warned %s", by, on)
	case "moderation.lift-warn":
		return say(ctx, "%s took back the warning of %s", by, on)
	case "moderation.time-out":
		return say(ctx, "%s gave %s a time-out", by, on)
	case "moderation.lift-time-out":
		return say(ctx, "%s lifted the time-out of %s", by, on)
	case "moderation.remove":
		return removedFrom(ctx, e, by, on, in)
	case "moderation.lift-remove":
		if e.Room != 0 {
			return say(ctx, "%s let %s back into %s", by, on, in)
		}
		return say(ctx, "%s let %s back into a room", by, on)
	case "moderation.suspend":
		return say(ctx, "%s suspended %s", by, on)
	case "moderation.lift-suspend":
		return say(ctx, "%s lifted the suspension of %s", by, on)
	case "moderation.lift-ban":
		return say(ctx, "%s lifted the ban of %s", by, on)
	case "moderation.ban":
		return say(ctx, "%s banned %s", by, on)
	case "moderation.slow":
		return say(ctx, "%s made %s slow", by, on)
	case "moderation.lift-slow":
		return say(ctx, "%s made %s as fast as before", by, on)
	case "moderation.lock":
		return say(ctx, "%s locked %s", by, on)
	case "moderation.lift-lock":
		return say(ctx, "%s unlocked %s", by, on)
	case "moderation.newcomer":
		return say(ctx, "%s limited what newcomers may do", by)
	case "moderation.lift-newcomer":
		return say(ctx, "%s lifted the limits for newcomers", by)
	case "moderation.wait":
		return say(ctx, "%s had newcomers wait before they write", by)
	case "moderation.lift-wait":
		return say(ctx, "%s let newcomers write at once again", by)
	case "appeal.grant":
		return say(ctx, "%s granted the objection of %s", by, on)
	case "appeal.refuse":
		return say(ctx, "%s refused the objection of %s", by, on)
	case "case.close":
		return say(ctx, "%s closed a case about %s", by, on)
	case "case.reopen":
		return say(ctx, "%s opened a case about %s again", by, on)
	case "moderator.appoint":
		if e.Room != 0 {
			return say(ctx, "%s made %s moderator of %s", by, on, in)
		}
		return say(ctx, "%s made %s moderator of a room", by, on)
	case "moderator.dismiss":
		if e.Room != 0 {
			return say(ctx, "%s made %s a plain member of %s", by, on, in)
		}
		return say(ctx, "%s made %s a plain member of a room", by, on)
	case "rule.create":
		return say(ctx, "%s made the rule “%s”", by, on)
	case "rule.change":
		return say(ctx, "%s changed the rule “%s”", by, on)
	case "rule.words":
		return say(ctx, "%s changed what the rule “%s” looks for", by, on)
	case "rule.sentence":
		return say(ctx, "%s changed what the rule “%s” tells the author", by, on)
	case "rule.publish":
		return say(ctx, "%s published %s, which was held", by, on)
	case "moderation.lift-turn-down":
		return say(ctx, "%s published a message of %s that was turned down", by, on)
	case "moderation.turn-down", "rule.turn-down": // before that was a measure
		return say(ctx, "%s turned down a held message of %s", by, on)
	case "rule.delete":
		return say(ctx, "%s deleted the rule “%s”", by, on)
	}
	return ""
}
