package words

// germanDesk is what is said of what waits for a moderator, and of what is in force.
var germanDesk = map[string]string{
	"Why":            "Warum",
	"Find measures":  "Maßnahmen finden",
	"In force":       "In Kraft",
	"In force in %s": "In Kraft in %s",
	"Nobody else is in a room of yours yet, and nothing waits for you.":                 "In deinen Räumen ist noch niemand außer dir, und nichts wartet auf dich.",
	"Nothing in force is like that.":                                                    "Nichts davon ist in Kraft.",
	"Nothing is in force that you could lift. What moderators do comes here by itself.": "Nichts ist in Kraft, was du aufheben könntest. Was die Moderation tut, erscheint hier von selbst.",
	"Nothing was done: somebody has lifted this in the meantime, or its time was over.": "Es ist nichts geschehen: Jemand hat das inzwischen aufgehoben, oder seine Zeit war um.",
	"Objections in %s":          "Widersprüche in %s",
	"Show all that is in force": "Alles zeigen, was in Kraft ist",
	"The rooms that you own or moderate, and what waits for you there.": "Die Räume, die dir gehören oder die du moderierst, und was dort auf dich wartet.",
	"Whom":            "Wen",
	"Your rooms":      "Deine Räume",
	"everywhere":      "überall",
	"it is lifted":    "es aufgehoben wird",
	"since %s":        "seit %s",
	"the report":      "die Meldung",
	"waiting for you": "für dich",
}
