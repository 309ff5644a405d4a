package handlers

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
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
	head.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // who asked may have left
	return nil
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

func idString(id store.UserID) string { return strconv.FormatInt(int64(id), 10) }
