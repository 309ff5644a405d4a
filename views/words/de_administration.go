package words

// germanAdministration is what all pages of administration have in common.
var germanAdministration = map[string]string{
	"%s published %s, which was held":        "%s hat %s veröffentlicht, zuvor zurückgehalten",
	"%s turned down a held message of %s":    "%s hat eine zurückgehaltene Nachricht von %s abgelehnt",
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
