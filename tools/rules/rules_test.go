// Package rules holds what is true of the code as a whole.
package rules

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the repository's.
const root = "../.."

type goPackage struct {
	ImportPath string
	Standard   bool
	Imports    []string
	Module     *struct {
		Path, Version, Dir string
	}
}

func list(t *testing.T, args ...string) []goPackage {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Standard,Imports,Module"}, args...)...)
	cmd.Dir = root
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := d.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// Who may import whom. So the store cannot publish inside a transaction, and the
// live core knows no rooms and no HTML.
var mayImport = map[string][]string{
	"parley":                     {"parley/handlers", "parley/handlers/live", "parley/store"},
	"parley/handlers":            {"parley/views", "parley/views/words", "parley/store", "parley/handlers/live", "parley/static"},
	"parley/handlers/live":       {},
	"parley/views":               {"parley/store", "parley/static", "parley/views/text", "parley/views/words"},
	"parley/views/text":          {},
	"parley/views/words":         {},
	"parley/static":              {},
	"parley/store":               {"parley/store/migrations", "parley/store/internal/cost"},
	"parley/store/internal/cost": {},
	"parley/store/migrations":    {},
	"parley/store/storetest":     {"parley/store", "parley/store/internal/cost"},
	"parley/e2e":                 {},
	"parley/bench":               {},
	"parley/bench/peers/hub":     {},
	"parley/tools/rules":         {},
}

// Where a library may be used, if not everywhere.
var onlyIn = map[string][]string{
	"github.com/gorilla/":        {"parley/handlers", "parley/bench/peers/hub"},
	"github.com/jmoiron/sqlx":    {"parley/store", "parley/store/storetest"},
	"modernc.org/sqlite":         {"parley/store"},
	"github.com/jackc/pgx":       {"parley/store"},
	"github.com/pressly/goose":   {"parley/store"},
	"github.com/nats-io/":        {"parley/handlers/live"},
	"database/sql":               {"parley/store", "parley/store/storetest"},
	"golang.org/x/crypto/argon2": {"parley/store"},
}

func TestPackagesImportOnlyWhatTheyMay(t *testing.T) {
	for _, p := range list(t, "./...") {
		allowed, known := mayImport[p.ImportPath]
		if !known {
			t.Errorf("%s is a new package: say here what it may import", p.ImportPath)
		}
		for _, path := range p.Imports {
			if (path == "parley" || strings.HasPrefix(path, "parley/")) && !slices.Contains(allowed, path) {
				t.Errorf("%s imports %s", p.ImportPath, path)
			}
			for prefix, where := range onlyIn {
				if strings.HasPrefix(path, prefix) && !slices.Contains(where, p.ImportPath) {
					t.Errorf("%s imports %s", p.ImportPath, path)
				}
			}
		}
	}
}

func TestOnlyMainReadsTheEnvironment(t *testing.T) {
	reads := regexp.MustCompile(`os\.(Getenv|LookupEnv|Environ)\(`)
	for _, dir := range []string{"handlers", "store", "views", "static"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, _ os.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "storetest") {
				return err
			}
			source, err := os.ReadFile(path)
			if reads.Match(source) {
				t.Errorf("%s reads the environment", path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// licences are the texts that a program under the MIT licence may contain.
var licences = map[string]*regexp.Regexp{
	"MIT":        regexp.MustCompile(`(?i)permission is hereby granted, free of charge`),
	"Apache-2.0": regexp.MustCompile(`(?i)apache license\s+version 2\.0`),
	"BSD":        regexp.MustCompile(`(?i)redistribution and use in source and binary forms`),
	"ISC":        regexp.MustCompile(`(?i)permission to use, copy, modify, and/?(or)? distribute this\s+software\s+for\s+any\s+purpose`),
}

// TestWhatIsLinkedMayBeLinked writes THIRD_PARTY_NOTICES.md when PARLEY_NOTICES is
// "write", and otherwise compares it.
func TestWhatIsLinkedMayBeLinked(t *testing.T) {
	texts := map[string]string{}
	for _, p := range list(t, "-deps", ".") {
		if p.Standard || p.Module == nil || p.Module.Path == "parley" || texts[p.Module.Path] != "" {
			continue
		}
		found, _ := filepath.Glob(filepath.Join(p.Module.Dir, "[Ll][Ii][Cc][Ee][Nn][SsCc][Ee]*")) // the pattern is right
		if len(found) == 0 {
			t.Errorf("%s has no licence", p.Module.Path)
			continue
		}
		text, err := os.ReadFile(found[0])
		if err != nil {
			t.Fatal(err)
		}
		texts[p.Module.Path] = string(text)
	}
	for name, path := range map[string]string{"htmx (static/vendor)": "static/vendor/htmx.LICENSE", "Lucide icons (static/icons)": "static/icons/LICENSE",
		"Common passwords, from @zxcvbn-ts/language-common (store)": "store/common-passwords.LICENSE",
	} {
		text, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(text)
	}
	var names []string
	for name, text := range texts {
		names = append(names, name)
		ok := false
		for _, pattern := range licences {
			ok = ok || pattern.MatchString(text)
		}
		if !ok {
			t.Errorf("%s: the licence is none of those we may link", name)
		}
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString("# Third-party notices\n\nParley contains the following, under these licences.\n")
	for _, name := range names {
		b.WriteString("\n## " + name + "\n\n```\n" + strings.TrimSpace(strings.ReplaceAll(texts[name], "\r", "")) + "\n```\n")
	}
	path := filepath.Join(root, "THIRD_PARTY_NOTICES.md")
	if os.Getenv("PARLEY_NOTICES") == "write" {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != b.String() {
		t.Errorf("THIRD_PARTY_NOTICES.md is not up to date (%v): run PARLEY_NOTICES=write go test ./tools/rules", err)
	}
}
