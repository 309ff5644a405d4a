package views

import (
	"context"
	"strconv"
	"time"

	"parley/store"
)

// measureTitle is what an act of moderation is called.
func measureTitle(ctx context.Context, kind store.MeasureKind) string {
	switch kind {
	case store.HideMessage:
		return say(ctx, "Hide the message")
	case store.TurnDown:
		return say(ctx, "Turn down a held message")
	case store.Warning:
		return say(ctx, "Warn")
	case store.TimeOut:
		return say(ctx, "Time-out")
	case store.Removal:
		return say(ctx, "Remove from the room")
	case store.Suspension:
		return say(ctx, "Suspend")
	case store.Ban:
		return say(ctx, "Ban")
	case store.SlowMode:
		return say(ctx, "Slow mode")
	case store.RoomLock:
		return say(ctx, "Lock the room")
	case store.NewcomerCap:
		return say(ctx, "Limit newcomers")
	case store.NewcomerLag:
		return say(ctx, "Have newcomers wait")
	}
	return string(kind)
}

// measureWord is measureTitle where it may be in a room or everywhere: it says which.
func measureWord(ctx context.Context, m store.Measure) string {
	switch {
	case m.Kind == store.Warning && m.Room != 0:
		return say(ctx, "Warn, in this room's name")
	case m.Kind == store.TimeOut && m.Room != 0:
		return say(ctx, "Time-out in this room")
	case m.Kind == store.TimeOut:
		return say(ctx, "Time-out everywhere")
	}
	return measureTitle(ctx, m.Kind)
}

// measureHelp is what it does, in a sentence.
func measureHelp(ctx context.Context, kind store.MeasureKind) string {
	switch kind {
	case store.HideMessage:
		return say(ctx, "Others see that it is hidden; its author can still read it.")
	case store.Warning:
		return say(ctx, "A notice, and nothing else.")
	case store.TimeOut:
		return say(ctx, "They read on, and cannot write until it ends.")
	case store.Removal:
		return say(ctx, "They leave the room and cannot come back until it ends.")
	case store.Suspension:
		return say(ctx, "They are signed out and cannot sign in until it ends.")
	case store.Ban:
		return say(ctx, "As a suspension, and their e-mail cannot be used for a new account.")
	case store.SlowMode:
		return say(ctx, "Each member writes one message in so many seconds.")
	case store.RoomLock:
		return say(ctx, "Only the moderators of the room write.")
	case store.NewcomerCap:
		return say(ctx, "New accounts send no links and start no direct conversations for so many hours.")
	case store.NewcomerLag:
		return say(ctx, "New accounts read for so many minutes before they write.")
	}
	return ""
}

// lasts are how long a measure can last, to choose from.
func lasts(ctx context.Context, endless bool) [][2]string {
	all := [][2]string{
		{"10m", say(ctx, "10 minutes")}, {"1h", say(ctx, "1 hour")}, {"8h", say(ctx, "8 hours")}, {"24h", say(ctx, "1 day")},
		{"72h", say(ctx, "3 days")}, {"168h", say(ctx, "1 week")}, {"720h", say(ctx, "30 days")},
	}
	if endless {
		all = append(all, [2]string{"", say(ctx, "Until it is lifted")})
	}
	return append(all, [2]string{OwnEnd, say(ctx, "Until a date of my own…")})
}

// Noticed is what a measure says at now to the person it is on.
func Noticed(ctx context.Context, m store.Measure, now time.Time, zone *time.Location) string {
	where := m.RoomName
	until := ""
	if !m.Until.IsZero() {
		until = moment(ctx, m.Until.In(zone))
	}
	if !m.Holds(now) {
		switch m.Kind {
		case store.HideMessage:
			if where != "" {
				return say(ctx, "A message of yours in %s was hidden, and is shown again.", where)
			}
			return say(ctx, "A message of yours was hidden, and is shown again.")
		case store.TurnDown:
			return turnedDownOnce(ctx, where, m.EndedBy != 0)
		case store.TimeOut:
			if where != "" {
				return say(ctx, "You could not write in %s.", where)
			}
			return say(ctx, "You could not write.")
		case store.Suspension, store.Ban:
			return say(ctx, "You could not sign in.")
		}
		until = "" // it is no more
	}
	switch m.Kind {
	case store.HideMessage:
		if where != "" {
			return say(ctx, "A message of yours in %s was hidden. You can still read it.", where)
		}
		return say(ctx, "A message of yours was hidden. You can still read it.")
	case store.TurnDown:
		if where != "" {
			return say(ctx, "A message of yours in %s was turned down, so nobody else reads it.", where)
		}
		return say(ctx, "A message of yours was turned down, so nobody else reads it.")
	case store.Warning:
		if where != "" {
			return say(ctx, "This is a warning, in %s.", where)
		}
		return say(ctx, "This is a warning.")
	case store.TimeOut:
		if where != "" {
			return say(ctx, "You cannot write in %s until %s.", where, until)
		}
		return say(ctx, "You cannot write until %s.", until)
	case store.Removal:
		if until != "" {
			return say(ctx, "You were removed from %s until %s.", where, until)
		}
		return say(ctx, "You were removed from %s.", where)
	case store.Suspension, store.Ban:
		if until != "" {
			return say(ctx, "You cannot sign in until %s.", until)
		}
		return say(ctx, "You cannot sign in any more.")
	}
	return ""
}

// turnedDownOnce says of a message in where, "" if that is not known, what became of it
// after it was turned down.
func turnedDownOnce(ctx context.Context, where string, published bool) string {
	switch {
	case published && where != "":
		return say(ctx, "A message of yours in %s was turned down, and is published after all.", where)
	case published:
		return say(ctx, "A message of yours was turned down, and is published after all.")
	case where != "":
		return say(ctx, "A message of yours in %s was turned down. What it said is erased.", where)
	}
	return say(ctx, "A message of yours was turned down. What it said is erased.")
}

// liftWord is what the button says that lifts a measure of the kind.
func liftWord(ctx context.Context, kind store.MeasureKind) string {
	if kind == store.TurnDown {
		return say(ctx, "Publish")
	}
	return say(ctx, "Lift")
}

// untilWord says until when m holds, which has an end.
func untilWord(ctx context.Context, m store.Measure, zone *time.Location) string {
	if m.Kind == store.TurnDown {
		return say(ctx, "kept until %s", moment(ctx, m.Until.In(zone)))
	}
	return say(ctx, "until %s", moment(ctx, m.Until.In(zone)))
}

// Usually is the choice of how long an act lasts that is usual for it: see
// store.MeasureKind's Usual.
const Usually = "usually"

// OwnEnd is the choice of an end of one's own, which a field beside it says.
const OwnEnd = "own"

// usual is the choice among lasts that is usual for kind.
func usual(kind store.MeasureKind) string {
	if kind.Usual() == 0 {
		return "" // until it is lifted
	}
	return strconv.Itoa(int(kind.Usual().Hours())) + "h"
}

// grave says whether an act takes somebody out of somewhere.
func grave(kind store.MeasureKind) bool {
	return kind == store.Removal || kind == store.Suspension || kind == store.Ban
}

// measureUnit is of what a measure has a number, "" if it has none.
func measureUnit(ctx context.Context, kind store.MeasureKind) string {
	switch kind {
	case store.SlowMode:
		return say(ctx, "Seconds between two messages of a member")
	case store.NewcomerCap:
		return say(ctx, "Hours that an account is new")
	case store.NewcomerLag:
		return say(ctx, "Minutes until a new account can write")
	}
	return ""
}

// measureFigure is what the number of a measure means, in the unit in which it was entered;
// "" if it has none.
func measureFigure(ctx context.Context, kind store.MeasureKind, amount int) string {
	if amount <= 0 {
		return ""
	}
	switch kind {
	case store.SlowMode:
		return say(ctx, "%d seconds", amount)
	case store.NewcomerCap:
		return say(ctx, "%d hours", amount)
	case store.NewcomerLag:
		return say(ctx, "%d minutes", amount)
	case store.Ban:
		return say(ctx, "their addresses are refused, too")
	}
	return ""
}

// lasting is a time in words, and all of it: "30 seconds", "90 seconds", "5 minutes".
func lasting(ctx context.Context, d time.Duration) string {
	switch {
	case d >= 2*time.Hour && d%time.Hour == 0:
		return say(ctx, "%d hours", int(d/time.Hour))
	case d >= 2*time.Minute && d%time.Minute == 0:
		return say(ctx, "%d minutes", int(d/time.Minute))
	}
	return say(ctx, "%d seconds", int(d/time.Second))
}
