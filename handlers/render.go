package handlers

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"parley/store"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// render writes c as the whole answer. It is rendered before anything is sent, so
// that a mistake in it is still an error, and without the request's cancellation,
// which templ refuses: who posts and leaves has posted.
func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := c.Render(context.WithoutCancel(r.Context()), b); err != nil {
		return err
	}
	head := w.Header()
	head.Set("Content-Type", "text/html; charset=utf-8")
	html := b.Bytes()
	if len(html) >= worthPacking && packs(r) {
		z := buffers.Get().(*bytes.Buffer)
		defer buffers.Put(z)
		z.Reset()
		if err := pack(z, html); err != nil {
			return err
		}
		html = z.Bytes()
		head.Set("Content-Encoding", "gzip")
	}
	head.Set("Content-Length", strconv.Itoa(len(html)))
	w.WriteHeader(status)
	_, _ = w.Write(html) // who asked may have left
	return nil
}

// worthPacking is from how many bytes on an answer is compressed: what is less fits
// into one packet.
const worthPacking = 1200

// packs says whether the browser takes gzip.
func packs(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, quality, _ := strings.Cut(strings.ReplaceAll(part, " ", ""), ";")
		if name == "gzip" {
			return quality != "q=0"
		}
	}
	return false
}

var packers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, 4) // the level is valid
	return z
}}

// pack compresses html. A page has no secret that an attacker could guess at by its
// length (BREACH, breachattack.com): its nonce and keys are new each time.
func pack(w *bytes.Buffer, html []byte) error {
	z := packers.Get().(*gzip.Writer)
	defer packers.Put(z)
	z.Reset(w)
	if _, err := z.Write(html); err != nil {
		return err
	}
	return z.Close()
}

// fragment renders what is pushed to many: without a nonce, on nobody's behalf, in
// the language of the context.
func fragment(spoken context.Context, all ...templ.Component) ([]byte, error) {
	var b bytes.Buffer
	for _, c := range all {
		if err := c.Render(spoken, &b); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// seeOther answers a form with another page.
func seeOther(w http.ResponseWriter, r *http.Request, to templ.SafeURL) error {
	http.Redirect(w, r, string(to), http.StatusSeeOther)
	return nil
}

func idString(id store.UserID) string { return strconv.FormatInt(int64(id), 10) }
