package words

var germanRooms = map[string]string{}
