package words

// germanCases are the words of deciding a case, and of what follows from it.
var germanCases = map[string]string{
	"Ended by itself, %s":                      "Von selbst geendet, %s",
	"It has ended already: see what was done.": "Es ist schon vorbei: Sieh unter dem nach, was getan wurde.",
	"Lifted by %s, %s":                         "Aufgehoben von %s, %s",
	"Lifted, %s":                               "Aufgehoben, %s",
}
