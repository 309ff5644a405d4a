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
	"Until %s.":           "Bis %s.",
	"Until it is lifted.": "Bis es aufgehoben wird.",
}
