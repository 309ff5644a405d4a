package views_test

import (
	"regexp"
	"testing"

	"golang.org/x/text/language"

	"parley/store"
	"parley/views"
	"parley/views/words"
)

func TestTheLogSaysWhatWasDecidedAndExportedInWords(t *testing.T) {
	this := regexp.MustCompile(` 20\d\d`) // of a day in another year than the one in which this runs
	for _, row := range []struct {
		act         store.Act
		text        string
		english, in string
	}{
		{"case.close", "nothing", "“Nothing done”", "“Nichts unternommen”"},
		{"case.close", "measures", "“Measures taken”", "“Etwas unternommen”"},
		{store.LogExport, "csv", "“CSV”", "“CSV”"},
		{store.LogExport, "jsonl act=room.rename&by=ada&on=room&since=2026-11-18", "“JSON Lines · Done by: ada · Act: … renamed the room … · Done to: a room · From: 18 November”", ""},
		{store.LogExport, "csv since=2026-11-18&until=2026-11-20", "“CSV · From: 18 November · To: 20 November”", "“CSV · Von: 18. November · Bis zum: 20. November”"},
		{"moderation.ban", "until 2026-11-20T10:00:00Z", "“until 20 November, 10:00”", "“bis 20. November, 10:00”"},
	} {
		for tag, want := range map[language.Tag]string{language.English: row.english, language.German: row.in} {
			if got := this.ReplaceAllString(views.EntryValue(words.With(t.Context(), tag), row.act, row.text), ""); want != "" && got != want {
				t.Errorf("%s %q in %s: got %s, want %s", row.act, row.text, tag, got, want)
			}
		}
	}
}
