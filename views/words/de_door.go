package words

import "maps"

// germanDoor is what one sees of an open room that one is not in.
var germanDoor = map[string]string{
	"This room is archived":        "Dieser Raum ist archiviert",
	"You are not in this room yet": "Du bist noch nicht in diesem Raum",
	"Only who was in it can read it. Ask one of them, or whoever runs this place, to open it again: then you can join.": "Lesen kann ihn nur, wer darin war. Bitte jemanden davon, oder wer hier verwaltet, ihn wieder zu öffnen: dann kannst du beitreten.",
	"It is open: join to read what was written in it, and to write.":                                                    "Er ist offen: Tritt bei, um zu lesen, was darin geschrieben wurde, und um zu schreiben.",
}

// germanOutage is for who follows a room without scripts.
var germanOutage = map[string]string{
	"Nothing new any more?": "Kommt nichts Neues mehr?",
	"Load it again":         "Neu laden",
}

func init() {
	maps.Copy(german, germanDoor)
	maps.Copy(german, germanOutage)
}
