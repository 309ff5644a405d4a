package views

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"parley/store"
)

// valueOf is text, a value before or after e, as people read it: a time is the reader's.
func valueOf(ctx context.Context, e store.Entry, text string, zone *time.Location) string {
	if text != "" && strings.HasPrefix(string(e.Act), "moderation.") {
		return notedValue(ctx, e, store.NotedIn(e.Act, text), zone)
	}
	switch text {
	case "":
		return ""
	case "yes":
		return say(ctx, "Yes")
	case "no":
		return say(ctx, "No")
	}
	switch e.Act {
	case store.RoomDelete, store.RoomSpare:
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			return moment(ctx, t.In(zone))
		}
	case store.RoomConvert:
		switch text {
		case "open":
			return say(ctx, "Open room")
		case "private":
			return say(ctx, "Private room")
		}
	case "account.create", "account.role":
		return roleName(ctx, store.Role(text))
	case "account.delete":
		switch text {
		case "messages kept":
			return say(ctx, "The messages are kept")
		case "messages erased":
			return say(ctx, "The messages are erased")
		}
	case "session.end":
		return Device(text)
	case "rule.create", "rule.words":
		kind, rest, _ := strings.Cut(text, ": ")
		if e.Act == "rule.create" {
			rest = ruleActWord(ctx, store.RuleAct(rest))
		}
		return ruleKindWord(ctx, store.RuleKind(kind)) + ": " + rest
	case "rule.change", "rule.delete":
		act, off := strings.CutSuffix(text, ", off")
		if act = ruleActWord(ctx, store.RuleAct(act)); off {
			act += ", " + say(ctx, "Off")
		}
		return act
	case "case.close":
		if text == string(store.MeasuresDone) {
			return say(ctx, "Measures taken")
		}
		return say(ctx, "Nothing done")
	case store.LogExport:
		return exported(ctx, text)
	case "invitation.use":
		if role, created := strings.CutPrefix(text, "account created as "); created {
			return say(ctx, "Account created as %s", roleName(ctx, store.Role(role)))
		}
		return say(ctx, "Came into its rooms")
	case "invitation.create":
		return promised(ctx, text, zone)
	case "invitation.withdraw":
		if text == "withdrawn" {
			return ""
		}
		var used, most int
		if _, err := fmt.Sscanf(text, "%d of %d used", &used, &most); err == nil {
			return say(ctx, "%d of %d uses left", most-used, most)
		}
	case store.RoomKeep, "setting.change":
		switch text {
		case "as everywhere":
			return say(ctx, "As everywhere")
		case "for ever":
			return say(ctx, "For ever")
		}
		if d, err := time.ParseDuration(text); err == nil {
			return settingTime(ctx, e, d)
		}
	}
	return text
}

// notedValue is until when an act of moderation holds, and its figure; what people were told
// is a line of its own.
func notedValue(ctx context.Context, e store.Entry, n store.Noted, zone *time.Location) string {
	kind := store.MeasureKind(strings.TrimPrefix(string(e.Act), "moderation."))
	var parts []string
	if until, is := strings.CutPrefix(n.What, "until "); kind == store.TurnDown {
		parts = append(parts, caughtBy(ctx, n.What))
	} else if t, err := time.Parse(time.RFC3339, until); is && err == nil {
		parts = append(parts, say(ctx, "until %s", moment(ctx, t.In(zone))))
	} else if n.What != "" {
		parts = append(parts, n.What)
	}
	if figure := measureFigure(ctx, kind, n.Amount); figure != "" {
		parts = append(parts, figure)
	}
	return strings.Join(parts, " · ")
}

// toldIn is what people were told of the act of moderation e, "" if nothing.
func toldIn(ctx context.Context, e store.Entry) string {
	if !strings.HasPrefix(string(e.Act), "moderation.") {
		return ""
	}
	text := clip(store.NotedIn(e.Act, e.Now).Words, mostTold)
	switch {
	case text == "":
		return ""
	case e.Target.Kind == store.OnRoom:
		return say(ctx, "Told the room: “%s”", text)
	}
	return say(ctx, "Told them: “%s”", text)
}

// mostTold is how much a list shows of what people were told.
const mostTold = 300

// reasonOf is why e was done: those of the list in words.
func reasonOf(ctx context.Context, e store.Entry) string {
	if strings.HasPrefix(string(e.Act), "moderation.lift-") {
		switch e.Reason {
		case "appeal":
			return say(ctx, "An objection was granted")
		case "reactivated":
			return say(ctx, "The account was made active again")
		}
	}
	if strings.HasPrefix(string(e.Act), "moderation.") || strings.HasPrefix(string(e.Act), "appeal.") {
		return reasonWord(ctx, store.Reason(e.Reason))
	}
	return e.Reason
}

// reasonLabel is what the reason of e is called: of a decided objection it is the answer.
func reasonLabel(ctx context.Context, e store.Entry) string {
	if strings.HasPrefix(string(e.Act), "appeal.") && reasonOf(ctx, e) == e.Reason {
		return say(ctx, "Answer")
	}
	return say(ctx, "Reason")
}

// exported is what an export of the log was asked for: its format, and the fields of
// the log's form.
func exported(ctx context.Context, text string) string {
	format, query, _ := strings.Cut(text, " ")
	parts := []string{strings.ToUpper(format)}
	if format == "jsonl" {
		parts[0] = "JSON Lines"
	}
	q, err := url.ParseQuery(query)
	if err != nil {
		return text
	}
	for _, name := range asked {
		value := q.Get(name)
		if value == "" {
			continue
		}
		label := ""
		switch name {
		case "q":
			label = say(ctx, "Word")
		case "by":
			label = say(ctx, "Done by")
		case "act":
			label, value = say(ctx, "Act"), strings.TrimSpace(said(ctx, store.Entry{Act: store.Act(value)}, "…", "…", "…"))
		case "on":
			label, value = say(ctx, "Done to"), targetWord(ctx, store.TargetKind(value))
		case "id":
			label = say(ctx, "Number")
		case "since", "until":
			if label = say(ctx, "From"); name == "until" {
				label = say(ctx, "To")
			}
			if day, err := time.Parse(time.DateOnly, value); err == nil {
				value = date(ctx, day, time.Now())
			}
		}
		parts = append(parts, label+": "+value)
	}
	return strings.Join(parts, " · ")
}

// EntryValue is text, what an act made of something, as one would say it within a sentence.
func EntryValue(ctx context.Context, act store.Act, text string) string {
	if text == "" {
		return say(ctx, "nothing")
	}
	return "“" + valueOf(ctx, store.Entry{Act: act}, text, time.UTC) + "”"
}

// settingTime is how long d is, where 0 is no limit.
func settingTime(ctx context.Context, e store.Entry, d time.Duration) string {
	switch {
	case d == 0 && e.Target.Name == "messages.retention":
		return say(ctx, "For ever")
	case d == 0:
		return say(ctx, "Always")
	case d%(24*time.Hour) == 0:
		return say(ctx, "%d days", int(d/(24*time.Hour)))
	case d%time.Hour == 0:
		return say(ctx, "%d hours", int(d/time.Hour))
	}
	return say(ctx, "%d minutes", int(d/time.Minute))
}

// promised is the summary of an invitation in words: its parts stand between commas.
func promised(ctx context.Context, summary string, zone *time.Location) string {
	parts := strings.Split(summary, ", ")
	for i, part := range parts {
		var n int
		if expires, err := time.Parse(time.DateTime, strings.TrimPrefix(part, "until ")); err == nil {
			parts[i] = say(ctx, "until %s", moment(ctx, expires.In(zone)))
		} else if _, err := fmt.Sscanf(part, "%d uses", &n); err == nil {
			parts[i] = say(ctx, "%d uses", n)
		} else if _, err := fmt.Sscanf(part, "room %d", &n); err == nil {
			parts[i] = say(ctx, "room %d", n)
		} else if i == 0 {
			parts[i] = roleName(ctx, store.Role(part))
		}
	}
	return strings.Join(parts, ", ")
}
