package words

// germanAdministration is what all pages of administration have in common.
var germanAdministration = map[string]string{
	"Back to the rule":                       "Zurück zur Regel",
	"Administration":                         "Verwaltung",
	"Invitations":                            "Einladungen",
	"Log":                                    "Protokoll",
	"Open pages":                             "Offene Seiten",
	"Overview":                               "Überblick",
	"People":                                 "Personen",
	"Sessions":                               "Sitzungen",
	"Settings":                               "Einstellungen",
	"This page is no longer for you to see.": "Diese Seite ist nicht mehr für dich bestimmt.",
}
