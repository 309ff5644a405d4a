package words

var germanModeration = map[string]string{}
