package words

var germanAccounts = map[string]string{}
