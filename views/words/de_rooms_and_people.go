package words

// germanRoomsAndPeople is the pages around a room: finding rooms and people, its members.
var germanRoomsAndPeople = map[string]string{
	"%d members. These are the first of them by name; find the others by typing.": "%d Mitglieder. Das sind die ersten nach dem Namen; die anderen findest du, indem du tippst.",
	"A member already: %s.": "Schon Mitglied: %s.",
	"Add people":            "Personen hinzufügen",
	"Added: %s.":            "Hinzugefügt: %s.",
	"Find a member":         "Mitglied finden",
	"No member has a name like that. Try the beginning of another word of it.": "Kein Mitglied heißt so. Versuch den Anfang eines anderen Wortes des Namens.",
	"No room has that in its name.":                                            "Kein Raum hat das in seinem Namen.",
	"Nobody found. Try the beginning of another word of the name.":             "Niemand gefunden. Versuch den Anfang eines anderen Wortes des Namens.",
	"On this page": "Auf dieser Seite",
	"Several people have a name like that. Tick whom you mean.":         "Mehrere Personen heißen so. Kreuze an, wen du meinst.",
	"There are more people. Type the beginning of a name to find them.": "Es gibt noch mehr Personen. Tippe den Anfang eines Namens, um sie zu finden.",
	"There are more. Type more of the name.":                            "Es gibt noch mehr. Tippe mehr vom Namen.",
	"is a member":                                                       "ist Mitglied",
	"Nobody else is in this room yet.":                                  "Außer dir ist noch niemand in diesem Raum.",
	"Only you read what you write here.":                                "Nur du liest, was du hier schreibst.",
	"Links, drafts, what to buy: it is all found again here.":           "Links, Entwürfe, was einzukaufen ist: Hier findest du alles wieder.",
	"Write a note": "Notiz schreiben",
	"Everybody is in this room already. Whoever comes next can be added here.":   "Alle sind schon in diesem Raum. Wer neu dazukommt, kann hier hinzugefügt werden.",
	"Nobody else has an account yet. You can write notes to yourself meanwhile.": "Noch hat niemand sonst ein Konto. Du kannst dir inzwischen Notizen schreiben.",
	"Invite somebody who has no account":                                         "Jemanden ohne Konto einladen",
	"There are more rooms. Type a part of the name to find them.":                "Es gibt noch mehr Räume. Tippe einen Teil des Namens, um sie zu finden.",
	"You have left the room.":                                                    "Du hast den Raum verlassen.",
}
