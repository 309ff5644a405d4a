package words

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"
)

var (
	said     = regexp.MustCompile(`(?:say\(ctx|Say\([^"]*?), "((?:[^"\\]|\\.)*)"`)
	titled   = regexp.MustCompile(`(?:@(?:lone|framed)\(.*|Title: |Sentence: |Word: |s\.me\(.*|title :?= )"([A-Z][^"]*)"`)
	sentence = regexp.MustCompile(`"([A-Z][^"]*[a-z][^"]*\.)"`)
)

// keys are all texts that the program says: what is passed to say, the titles, and
// every whole sentence of the handlers and the store.
func keys(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	read := func(pattern string, expressions ...*regexp.Regexp) {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_templ.go") || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(filepath.Base(path), "demo") {
				continue
			}
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(string(source)) {
				if strings.HasPrefix(strings.TrimSpace(line), "//") || strings.Contains(line, "Log.") || strings.Contains(line, "http.Error") {
					continue
				}
				for _, e := range expressions {
					for _, m := range e.FindAllStringSubmatch(line, -1) {
						found[m[1]] = path
					}
				}
			}
		}
	}
	read("../*.templ", said, titled)
	read("../*.go", said)
	read("../../handlers/*.go", said, titled, sentence)
	read("../../store/*.go", sentence)
	return found
}

func TestEveryTextIsThereInGermanAndNoneIsLeftOver(t *testing.T) {
	all := keys(t)
	if len(all) < 150 {
		t.Fatalf("only %d texts were found", len(all))
	}
	verb := regexp.MustCompile(`%(\[\d\])?[sd]`)
	for key, path := range all {
		if _, plural := counted[language.German][key]; plural {
			continue
		}
		text, is := german[key]
		if !is {
			t.Errorf("%s: no German for %q", path, key)
		} else if got, want := len(verb.FindAllString(text, -1)), len(verb.FindAllString(key, -1)); got != want {
			t.Errorf("%q has %d values, in German %d", key, want, got)
		}
	}
	for key := range german {
		if all[key] == "" {
			t.Errorf("nothing says %q", key)
		}
	}
	for tag, forms := range counted {
		for key := range forms {
			if all[key] == "" {
				t.Errorf("nothing says %q", key)
			}
			if _, is := counted[Languages[0]][key]; !is {
				t.Errorf("%v: %q is counted here alone", tag, key)
			}
		}
	}
}

func TestTheLanguageIsTheOneThatSuitsBest(t *testing.T) {
	for _, row := range []struct {
		wanted []string
		want   language.Tag
	}{
		{[]string{"", "de-AT,de;q=0.9,en;q=0.5"}, language.German},
		{[]string{"", "fr, en;q=0.5"}, language.English},
		{[]string{"en", "de"}, language.English},
		{[]string{"de", "en"}, language.German},
		{[]string{"", ""}, language.English},
		{[]string{"nonsense", "x-y-z;q=what"}, language.English},
	} {
		if got := Match(row.wanted...); got != row.want {
			t.Errorf("%q: got %v, want %v", row.wanted, got, row.want)
		}
	}
}

func TestTextsAreSaidInTheLanguageOfTheContext(t *testing.T) {
	de := With(t.Context(), language.German)
	at := time.Date(2026, 3, 4, 15, 4, 0, 0, time.UTC)
	for got, want := range map[string]string{
		Say(t.Context(), "Send"):               "Send",
		Say(de, "Send"):                        "Senden",
		Told(de, "A room of that name, 100%"):  "A room of that name, 100%",
		Say(de, "%d members", 1):               "1 Mitglied",
		Say(t.Context(), "%d members", 1234):   "1,234 members",
		Say(de, "%d members", 1234):            "1.234 Mitglieder",
		Say(de, "%d new since %s", 2, "14:02"): "2 neue seit 14:02",
		Moment(de, at):                         "Mittwoch, 4. März 2026, 15:04",
		Day(t.Context(), at):                   "Wednesday, 4 March 2026",
		Date(t.Context(), at):                  "4 March",
		Date(de, at):                           "4. März",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if !slices.Contains(Languages, Of(t.Context())) {
		t.Error("a context without a language has none of ours")
	}
}

func BenchmarkSay(b *testing.B) {
	de := With(b.Context(), language.German)
	for b.Loop() {
		Say(de, "Send")
	}
}

func TestAFloodOfLanguagesIsNotKept(t *testing.T) {
	for i := range 2 * mostMatched {
		if got := Match("", fmt.Sprintf("de;q=0.%d, en;q=0.1", i+2)); got != language.German {
			t.Fatalf("got %s for German", got)
		}
	}
	Match(strings.Repeat("en, ", mostAsked))
	if n := len(matched); n == 0 || n > mostMatched {
		t.Errorf("%d are kept", n)
	}
	if got := Match("", "en"); got != language.English {
		t.Errorf("got %s for English", got)
	}
	if got := Match("de", "en"); got != language.German {
		t.Errorf("got %s for somebody who has chosen German", got)
	}
}
