package words

// germanCases are the words of deciding a case, and of what follows from it.
var germanCases = map[string]string{
	"An objection was granted":                                                               "Einem Widerspruch wurde stattgegeben",
	"The account was made active again":                                                      "Das Konto wurde wieder freigegeben",
	"Ended by itself, %s":                                                                    "Von selbst geendet, %s",
	"It has ended already: see what was done.":                                               "Es ist schon vorbei: Sieh unter dem nach, was getan wurde.",
	"Ended by itself before anybody had decided about it":                                    "Von selbst geendet, bevor jemand darüber entschieden hat",
	"It ended by itself before anybody had decided about your objection.":                    "Es ist von selbst zu Ende gegangen, bevor jemand über deinen Widerspruch entschieden hat.",
	"It was lifted, so nobody has to decide about your objection any more.":                  "Es wurde aufgehoben: Über deinen Widerspruch muss niemand mehr entscheiden.",
	"Lifted before anybody had decided about it":                                             "Aufgehoben, bevor jemand darüber entschieden hat",
	"%s has closed this case. What you wrote is still here: open the case again to send it.": "%s hat diesen Fall geschlossen. Was du geschrieben hast, ist noch da: Öffne den Fall wieder, um es zu senden.",
	"%s has this case now. What you wrote is still here: take the case over to send it.":     "%s hat diesen Fall jetzt. Was du geschrieben hast, ist noch da: Übernimm den Fall, um es zu senden.",
	"This is decided already:":                                                               "Das ist schon entschieden:",
	"What you wrote, which was not sent":                                                     "Was du geschrieben hast und was nicht gesendet wurde",
	"You imposed this, so somebody else decides:":                                            "Du hast das verhängt, also entscheidet jemand anderes:",
	"You reported this yourself: if somebody else can decide it, leave it to them.":          "Du hast das selbst gemeldet: Wenn jemand anderes entscheiden kann, überlass es ihnen.",
	"and others":                "und andere",
	"Answer":                    "Antwort",
	"Choose a date and a time.": "Wähle ein Datum und eine Uhrzeit.",
	"Choose how long it lasts.": "Wähle, wie lange es dauert.",
	"In plain words. They read it with the reason, and without your name or who reported it.": "In einfachen Worten. Es wird mit dem Grund gelesen, ohne deinen Namen und ohne den derer, die es gemeldet haben.",
	"In your time zone: %s":   "In deiner Zeitzone: %s",
	"Until a date of my own…": "Bis zu einem eigenen Zeitpunkt…",
	"Lifted by %s, %s":        "Aufgehoben von %s, %s",
	"Lifted, %s":              "Aufgehoben, %s",
}
