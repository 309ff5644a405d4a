package words

// germanRules is what is said of rules and of messages that wait for a moderator.
var germanRules = map[string]string{
	"Choose a word, a phrase or a host.":           "Wähl ein Wort, eine Wortfolge oder einen Host.",
	"Choose what happens.":                         "Wähl, was geschieht.",
	"Enter the name of a host, like example.com.":  "Gib den Namen eines Hosts ein, wie example.com.",
	"Enter what to look for: letters or digits.":   "Gib ein, wonach gesucht wird: Buchstaben oder Ziffern.",
	"There are 5,000 rules. Delete one first.":     "Es gibt 5.000 Regeln. Lösch zuerst eine.",
	"There is a rule for this already.":            "Dafür gibt es schon eine Regel.",
	"This is more than one word. Choose a phrase.": "Das ist mehr als ein Wort. Wähl eine Wortfolge.",
	"Use at most 100 characters.":                  "Nimm höchstens 100 Zeichen.",
	"Use at most 200 characters.":                  "Nimm höchstens 200 Zeichen.",
}
