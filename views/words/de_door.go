package words

// germanDoor is what one sees of an open room that one is not in.
var germanDoor = map[string]string{
	"This room is archived":        "Dieser Raum ist archiviert",
	"You are not in this room yet": "Du bist noch nicht in diesem Raum",
	"Only who was in it can read it. Ask one of them, or whoever runs this place, to open it again: then you can join.": "Lesen kann ihn nur, wer darin war. Bitte jemanden davon, oder wer hier verwaltet, ihn wieder zu öffnen: dann kannst du beitreten.",
	"It is open: join to read what was written in it, and to write.":                                                    "Er ist offen: Tritt bei, um zu lesen, was darin geschrieben wurde, und um zu schreiben.",
}

// germanBarred is for who was removed from a room.
var germanBarred = map[string]string{
	"A moderator removed you from this room":                                       "Die Moderation hat dich aus diesem Raum entfernt",
	"A moderator removed you from this room until %s.":                             "Die Moderation hat dich bis %s aus diesem Raum entfernt.",
	"You cannot come back until %s.":                                               "Du kannst bis %s nicht zurückkommen.",
	"You cannot come back until that is lifted.":                                   "Du kannst nicht zurückkommen, bis das aufgehoben wird.",
	"If you think that this is wrong, you can object: somebody looks at it again.": "Wenn du das für falsch hältst, kannst du widersprechen: Dann sieht es sich noch jemand an.",
	"Object…":            "Widersprechen…",
	"Your objection":     "Dein Widerspruch",
	"You can come back":  "Du kannst zurückkommen",
	"You are back in it": "Du bist wieder darin",
	"What kept you out has ended, and you are in this room again.":                  "Was dich ferngehalten hat, ist vorbei, und du bist wieder in diesem Raum.",
	"What kept you out has ended. Join to read and to write here again.":            "Was dich ferngehalten hat, ist vorbei. Tritt bei, um hier wieder zu lesen und zu schreiben.",
	"What kept you out has ended":                                                   "Was dich ferngehalten hat, ist vorbei",
	"This room is not open to everybody now. Somebody who is in it can let you in.": "Dieser Raum steht jetzt nicht allen offen. Wer darin ist, kann dich hereinlassen.",
	"Open the room":    "Raum öffnen",
	"removed":          "entfernt",
	"removed until %s": "entfernt bis %s",
}

// germanOutage is for who follows a room without scripts.
var germanOutage = map[string]string{
	"Nothing new any more?": "Kommt nichts Neues mehr?",
	"Load it again":         "Neu laden",
}

// germanQuestions is what is asked before a room is archived, left or opened.
var germanQuestions = map[string]string{
	"Archive %s?": "%s archivieren?",
	"Its members can still read it, and nobody can write in it or join it any more. Another room may take its name.": "Wer darin ist, kann ihn weiter lesen; niemand kann mehr darin schreiben oder ihm beitreten. Ein anderer Raum darf seinen Namen bekommen.",
	"Whoever manages it can open it again.": "Wer ihn verwaltet, kann ihn wieder öffnen.",
	"Leave %s?":                             "%s verlassen?",
	"It is private: you do not see it any more, and cannot come back unless somebody in it adds you again.":                                   "Er ist privat: Du siehst ihn nicht mehr und kommst nur zurück, wenn dich jemand darin wieder hinzufügt.",
	"It is open: you can join again at any time.":                                                                                             "Er ist offen: Du kannst jederzeit wieder beitreten.",
	"You are an owner of it, and are none any more when you come back. Where no owner is left, administrators who are in the room manage it.": "Er gehört dir, und das nicht mehr, wenn du zurückkommst. Wo er niemandem mehr gehört, verwalten ihn Administratoren, die darin sind.",
	"Open %s to everybody?": "%s für alle öffnen?",
	"Open it to everybody":  "Für alle öffnen",
	"Everybody with an account can then join it, and read all that was written in it until now.": "Alle mit einem Konto können dann beitreten und alles lesen, was bisher darin geschrieben wurde.",
	"Back to the settings of the room": "Zurück zu den Einstellungen des Raums",
	"Archive room…":                    "Raum archivieren…",
	"Leave room…":                      "Raum verlassen…",
}

// germanWelcome is for who has just begun a place.
var germanWelcome = map[string]string{
	"You run this place": "Du betreibst das hier",
	"Yours is the first account, so you are its administrator. Nobody else is here yet.": "Deins ist das erste Konto, also bist du Administrator. Noch ist niemand sonst hier.",
	"Invite people":   "Leute einladen",
	"Say who you are": "Sag, wer du bist",
	"Name this place": "Namen und Logo wählen",
}

// germanStatus is of the profile.
var germanStatus = map[string]string{
	"Use one emoji, like ☕. Words go into the status.": "Nimm ein Emoji, wie ☕. Wörter kommen in den Status.",
}
