package words

var germanSettings = map[string]string{}
