// Package static is what a browser keeps: the stylesheet, the htmx bundle and the
// icons. Each has a URL with a hash of its content and is cached for ever.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
)

//go:embed css/*.css icons/*.svg vendor/htmx.js text/*.html
var files embed.FS

// Prefix is the path below which Handler serves.
const Prefix = "/static/"

// styles are the parts of app.css, in their order. What is not named here is an
// asset of its own.
var styles = []string{
	"tokens", "reset", "base", "layout", "button", "field", "form", "card", "avatar", "icon",
	"sidebar", "people", "room", "message", "composer", "live", "asked", "contrast",
}

// adminStyles are those of admin.css, which the pages of administration have beside it.
var adminStyles = []string{"admin", "table", "join", "invitation", "settings", "moderation", "desk", "account", "figure", "record", "log"}

type asset struct {
	kind        string
	plain, gzip []byte
	url         string
}

var (
	byName = map[string]*asset{} // "app.css"
	byURL  = map[string]*asset{}
)

func init() {
	add("htmx.js", "text/javascript; charset=utf-8", read("vendor/htmx.js"))
	for _, dir := range []struct{ glob, kind string }{
		{"icons/*.svg", "image/svg+xml"},
		{"text/*.html", "text/html; charset=utf-8"},
	} {
		names, err := fs.Glob(files, dir.glob)
		if err != nil {
			panic(err) // the pattern is a constant
		}
		for _, name := range names {
			add(path.Base(name), dir.kind, read(name))
		}
	}
	var app bytes.Buffer
	for _, name := range styles {
		app.Write(read("css/" + name + ".css"))
	}
	add("app.css", "text/css; charset=utf-8", linked(app.Bytes()))
	var admin bytes.Buffer
	for _, name := range adminStyles {
		admin.Write(read("css/" + name + ".css"))
	}
	add("admin.css", "text/css; charset=utf-8", linked(admin.Bytes()))
	add("join.css", "text/css; charset=utf-8", read("css/join.css"))
	add("noscript.css", "text/css; charset=utf-8", read("css/noscript.css"))
}

var iconURL = regexp.MustCompile(`url\(icons/([a-z0-9-]+\.svg)\)`)

// linked puts the icons themselves in place of their names in a stylesheet: they
// are smaller than a request for each, and there when the server is not.
func linked(css []byte) []byte {
	return iconURL.ReplaceAllFunc(css, func(match []byte) []byte {
		svg := read("icons/" + string(iconURL.FindSubmatch(match)[1]))
		return []byte("url(data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(bytes.TrimSpace(svg)) + ")")
	})
}

func read(name string) []byte {
	data, err := files.ReadFile(name)
	if err != nil {
		panic(err) // the files are part of the program
	}
	return data
}

func add(name, kind string, data []byte) {
	sum := sha256.Sum256(data)
	ext := path.Ext(name)
	a := &asset{kind: kind, plain: data}
	a.url = Prefix + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	var z bytes.Buffer
	w, _ := gzip.NewWriterLevel(&z, gzip.BestCompression) // the level is valid
	w.Write(data)                                         // a buffer takes everything
	w.Close()
	if z.Len() < len(data) {
		a.gzip = z.Bytes()
	}
	byName[name], byURL[a.url] = a, a
}

// URL returns the address of the asset name ("app.css"). An unknown name is a
// mistake in the program.
func URL(name string) string {
	a := byName[name]
	if a == nil {
		panic(fmt.Sprintf("static: no asset %q", name))
	}
	return a.url
}

// Handler serves every asset under its URL, and 404 for the rest.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := byURL[r.URL.Path]
		if a == nil {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Vary", "Accept-Encoding")
		data := a.plain
		if a.gzip != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			data = a.gzip
		}
		h.Set("Content-Length", strconv.Itoa(len(data)))
		w.Write(data) // who asked may have left
	})
}
