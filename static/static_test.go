package static

import (
	"io/fs"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"testing"
)

func TestEveryStylesheetIsServed(t *testing.T) {
	names, err := fs.Glob(files, "css/*.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		name = strings.TrimSuffix(path.Base(name), ".css")
		if name != "noscript" && !slices.Contains(styles, name) && !slices.Contains(adminStyles, name) {
			t.Errorf("css/%s.css is in no bundle", name)
		}
	}
}

func TestAnAssetIsCachedForEverUnderANameThatChangesWithIt(t *testing.T) {
	r := httptest.NewRequest("GET", URL("app.css"), nil)
	r.Header.Set("Accept-Encoding", "gzip, br")
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("got %d %v", w.Code, w.Header())
	}
	w = httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest("GET", "/static/app.css", nil))
	if w.Code != 404 {
		t.Errorf("without its hash: got %d, want 404", w.Code)
	}
}

func TestTheStylesheetNamesOnlyWhatIsServed(t *testing.T) {
	for part := range strings.SplitSeq(string(byName["app.css"].plain), "url(") {
		if url, _, ok := strings.Cut(part, ")"); ok && strings.HasPrefix(url, "icons/") {
			t.Errorf("%s is no icon of ours", url)
		}
	}
}
