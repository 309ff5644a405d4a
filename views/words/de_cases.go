package words

// germanCases are the words of deciding a case, and of what follows from it.
var germanCases = map[string]string{
	"Ended by itself, %s":                                                   "Von selbst geendet, %s",
	"It has ended already: see what was done.":                              "Es ist schon vorbei: Sieh unter dem nach, was getan wurde.",
	"Ended by itself before anybody had decided about it":                   "Von selbst geendet, bevor jemand darüber entschieden hat",
	"It ended by itself before anybody had decided about your objection.":   "Es ist von selbst zu Ende gegangen, bevor jemand über deinen Widerspruch entschieden hat.",
	"It was lifted, so nobody has to decide about your objection any more.": "Es wurde aufgehoben: Über deinen Widerspruch muss niemand mehr entscheiden.",
	"Lifted before anybody had decided about it":                            "Aufgehoben, bevor jemand darüber entschieden hat",
	"Lifted by %s, %s": "Aufgehoben von %s, %s",
	"Lifted, %s":       "Aufgehoben, %s",
}
