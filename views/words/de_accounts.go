package words

var germanAccounts = map[string]string{
	"This is the last administrator. Make somebody else one first.": "Das ist der letzte Administrator. Mach zuerst jemand anderen dazu.",
	"There is an account with this address.":                        "Mit dieser Adresse gibt es ein Konto.",
	"Use at most 500 characters.":                                   "Nimm höchstens 500 Zeichen.",
}
