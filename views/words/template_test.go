package words

import (
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"unicode"

	parser "github.com/a-h/templ/parser/v2"
	"github.com/a-h/templ/parser/v2/visitor"
)

// read are the attributes that people read or hear.
var read = []string{"title", "placeholder", "aria-label", "alt", "label", "aria-description", "aria-roledescription", "aria-valuetext", "data-says", "data-new"}

// bare are string literals of Go that are put into a page as they are.
var bare = regexp.MustCompile(`^\s*"[^"]*\pL{2}`)

// A sentence that a template has in itself would be English for everybody.
func TestNoTemplateSaysAnythingThatIsNotInTheCatalogue(t *testing.T) {
	paths, err := filepath.Glob("../*.templ")
	if err != nil || len(paths) == 0 {
		t.Fatal(err)
	}
	seen := 0
	for _, path := range paths {
		file, err := parser.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		says := func(what, text string) {
			seen++
			if slices.ContainsFunc([]rune(text), unicode.IsLetter) {
				t.Errorf("%s: %s %q is not in the catalogue", filepath.Base(path), what, text)
			}
		}
		v := visitor.New()
		v.Text = func(n *parser.Text) error { says("the text", n.Value); return nil }
		v.ConstantAttribute = func(n *parser.ConstantAttribute) error {
			if slices.Contains(read, n.Key.String()) {
				says("the "+n.Key.String(), n.Value)
			}
			return nil
		}
		v.StringExpression = func(n *parser.StringExpression) error {
			if seen++; bare.MatchString(n.Expression.Value) {
				t.Errorf("%s: %s is not in the catalogue", filepath.Base(path), n.Expression.Value)
			}
			return nil
		}
		if err := file.Visit(v); err != nil {
			t.Fatal(err)
		}
	}
	if seen < 500 {
		t.Errorf("only %d texts were found", seen)
	}
}
