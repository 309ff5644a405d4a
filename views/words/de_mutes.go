package words

// germanMutes is what one may do about people by oneself.
var germanMutes = map[string]string{
	"Block":                    "Blockieren",
	"Blocked since %s":         "Blockiert seit %s",
	"Muted":                    "Stumm",
	"Only mute":                "Nur stummschalten",
	"Mute":                     "Stummschalten",
	"Muted and blocked people": "Stummgeschaltete und blockierte Personen",
	"Muted since %s":           "Stumm seit %s",
	"One of these people does not want to talk to you directly. Leave them out.": "Eine dieser Personen möchte nicht direkt mit dir schreiben. Lass sie weg.",
	"Unblock":                      "Nicht mehr blockieren",
	"Undo":                         "Rückgängig",
	"Undone: you read them again.": "Rückgängig gemacht: Du liest sie wieder.",
	"Unmute":                       "Nicht mehr stummschalten",
	"You cannot mute yourself.":    "Du kannst dich nicht selbst stummschalten.",
	"You have muted 200 people. Undo one of them first.":                 "Du hast 200 Personen stummgeschaltet. Mach erst bei einer davon rückgängig.",
	"You have muted nobody. Open a person’s card to mute or block them.": "Du hast niemanden stummgeschaltet. Öffne die Karte einer Person, um sie stummzuschalten oder zu blockieren.",
	"You can write again.":               "Du kannst wieder schreiben.",
	"You can write again in a second.":   "Du kannst in einer Sekunde wieder schreiben.",
	"You can write again in %d seconds.": "Du kannst in %d Sekunden wieder schreiben.",
	"You can write again in %d minutes.": "Du kannst in %d Minuten wieder schreiben.",
	"You can write again in %d hours.":   "Du kannst in %d Stunden wieder schreiben.",
	"You have blocked %s.":               "Du hast %s blockiert.",
	"You have muted %s. If you block them, they cannot talk to you directly either.": "Du hast %s stummgeschaltet. Wenn du blockierst, kann die Person dir auch nicht direkt schreiben.",
	"You need not read %s until then. They are not told.":                            "Bis dahin musst du %s nicht lesen. Die Person erfährt nichts davon.",
}
