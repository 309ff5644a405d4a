package words

// germanOut is what is said of those who are out of a room, or of this place.
var germanOut = map[string]string{
	"%s lifted the ban of %s":                                      "%s hat den Ausschluss von %s aufgehoben",
	"%s lifted the suspension of %s":                               "%s hat die Sperre von %s aufgehoben",
	"%s made the account of %s active again":                       "%s hat das Konto von %s wieder aktiviert",
	"%s suspended the account of %s":                               "%s hat das Konto von %s gesperrt",
	"Banned on %s by %s.":                                          "Ausgeschlossen am %s von %s.",
	"Banned on %s.":                                                "Ausgeschlossen am %s.",
	"Nobody suspends themselves. Another administrator can do it.": "Niemand sperrt sich selbst. Eine andere Person aus der Administration kann es tun.",
	"They are signed out everywhere at once, and cannot sign in until it ends. What they wrote stays. Who tries to sign in reads why and until when, and can object.": "Die Person wird sofort überall abgemeldet und kann sich nicht anmelden, bis es endet. Was sie geschrieben hat, bleibt. Wenn sie sich anmelden will, liest sie, warum und bis wann, und kann Einspruch einlegen.",
	"A moderator has removed them from this room. Somebody who moderates it can let them in again.":                                                                   "Die Moderation hat die Person aus diesem Raum entfernt. Wer ihn moderiert, kann sie wieder hereinlassen.",
	"Remove %s from %s?": "%s aus %s entfernen?",
	"Remove…":            "Entfernen…",
	"They leave the room at once and cannot come back until it ends. They read why and until when, and can object. Whoever adds them again before lifts it.": "Die Person verlässt den Raum sofort und kann nicht zurückkommen, bis es endet. Sie liest, warum und bis wann, und kann Einspruch einlegen. Wer sie vorher wieder hinzufügt, hebt es auf.",
	"Until %s.":           "Bis %s.",
	"Until it is lifted.": "Bis es aufgehoben wird.",
}
