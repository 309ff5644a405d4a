package views

import (
	"context"
	"strings"
	"time"

	"parley/store"
)

// LiftedSentence says that a measure was lifted, and what of the same effect goes on.
func LiftedSentence(ctx context.Context, still []store.Measure, zone *time.Location) string {
	lifted := say(ctx, "Lifted. What it did is undone.")
	if len(still) == 0 {
		return lifted
	}
	all := make([]string, len(still))
	for i, m := range still {
		all[i] = holdingWord(ctx, m, zone)
	}
	return say(ctx, "Lifted. Still in force: %s.", strings.Join(all, "; "))
}

// holdingWord is what m is, where, and until when it holds.
func holdingWord(ctx context.Context, m store.Measure, zone *time.Location) string {
	word := measureTitle(ctx, m.Kind)
	if figure := measureFigure(ctx, m.Kind, m.Amount); figure != "" {
		word += " · " + figure
	}
	switch {
	case m.User != 0 && m.RoomName != "":
		word += " · " + apart(m.RoomName)
	case m.Kind == store.TimeOut:
		word += " · " + say(ctx, "everywhere")
	}
	if m.Until.IsZero() {
		return word + " · " + say(ctx, "until it is lifted")
	}
	return word + " · " + untilWord(ctx, m, zone)
}

// MeanwhileSentence tells me that m was done just before they did the same. A warning does
// not go on, and who was removed cannot be removed once more.
func MeanwhileSentence(ctx context.Context, m store.Measure, me store.UserID, zone *time.Location) string {
	again := " " + say(ctx, "If it takes one more, send this again.")
	if m.Kind == store.Removal {
		again = ""
	}
	who, until := apart(named(ctx, m.ByName)), say(ctx, "until further notice")
	if !m.Until.IsZero() {
		until = untilWord(ctx, m, zone)
	}
	switch {
	case !m.Kind.Lasts() && m.By == me:
		return say(ctx, "You have done this already.") + again
	case !m.Kind.Lasts():
		return say(ctx, "Nothing was done: %s has done this just now.", who) + again
	case m.By == me:
		return say(ctx, "You have done this already, and it holds %s.", until) + again
	default:
		return say(ctx, "Nothing was done: %s has done this just now, and it holds %s.", who, until) + again
	}
}

// keepsOff says whether an act of the kind keeps somebody from something for as long as it
// holds: that stands over the forms.
func keepsOff(kind store.MeasureKind) bool {
	return kind != store.Warning && kind != store.HideMessage && kind != store.TurnDown
}

// holding are those of Past that keep the person, or on the page of a room everybody in it,
// from something now, and rest the others.
func (v Moderation) holding() (holding, rest []store.Measure) {
	for _, m := range v.Past {
		if keepsOff(m.Kind) && m.Holds(time.Now()) && (v.Person.ID != 0 || m.User == 0) {
			holding = append(holding, m)
		} else {
			rest = append(rest, m)
		}
	}
	return holding, rest
}

// seen is the newest of Past, 0 if there is none.
func (v Moderation) seen() store.MeasureID {
	newest := store.MeasureID(0)
	for _, m := range v.Past {
		newest = max(newest, m.ID)
	}
	return newest
}

// rests says whether m, a slow mode, goes on only when a newer one ends.
func (v Moderation) rests(m store.Measure) bool {
	for _, other := range v.Past {
		if m.Kind == store.SlowMode && other.Kind == m.Kind && other.ID > m.ID && other.Holds(time.Now()) {
			return m.Holds(time.Now())
		}
	}
	return false
}
