package words

var germanInvitations = map[string]string{}
