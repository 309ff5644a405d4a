package words

// germanMeasures is what is said of acts of moderation.
var germanMeasures = map[string]string{
	"Choose an end that is still to come.": "Wähl ein Ende, das noch kommt.",
	"Choose a reason.": "Wähl einen Grund.",
	"Choose what to do.": "Wähl, was geschehen soll.",
	"That is too long. Say it in a few sentences.": "Das ist zu lang. Sag es in ein paar Sätzen.",
}
