package words

var germanFigures = map[string]string{}
