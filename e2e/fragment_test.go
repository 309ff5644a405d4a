package e2e

import (
	"fmt"
	"strings"
	"sync"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// fragment is one part of an answer or a frame, with what htmx does with it.
type fragment struct {
	how  string // "upsert", "reload", or the first word of hx-swap-oob
	to   string // a selector; "": the element with the same id
	node *html.Node
	rows []Row // the articles in it, or the one that it is
}

// fragments are the parts of html that htmx puts in place. What is neither an upsert
// nor out of band goes nowhere: the page's #live has hx-swap="none".
func fragments(text string) ([]fragment, error) {
	nodes, err := html.ParseFragment(strings.NewReader(text), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		return nil, err
	}
	var all []fragment
	for _, n := range nodes {
		if all, err = collect(all, n); err != nil {
			return nil, fmt.Errorf("%w in %q", err, text)
		}
	}
	return all, nil
}

func collect(all []fragment, n *html.Node) ([]fragment, error) {
	if n.Type != html.ElementNode {
		return all, nil
	}
	f := fragment{node: n}
	oob := attr(n, "hx-swap-oob")
	switch {
	case n.Data == "hx-upsert":
		f.how, f.to = "upsert", attr(n, "hx-target")
	case n.Data == "meta" && attr(n, "http-equiv") == "refresh":
		f.how = "reload"
	case oob != "":
		if end := strings.IndexAny(oob, ": "); end < 0 {
			f.how = oob
		} else if f.how = oob[:end]; oob[end] == ':' {
			f.to = oob[end+1:]
		}
	default:
		var err error
		for c := range n.ChildNodes() {
			if all, err = collect(all, c); err != nil {
				return nil, err
			}
		}
		return all, nil
	}
	var err error
	f.rows, err = rowsIn(n)
	return append(all, f), err
}

// rowsIn are the articles of n, or n itself if it is one.
func rowsIn(n *html.Node) ([]Row, error) {
	if n.Data == "article" {
		r, err := rowOf(n)
		return []Row{r}, err
	}
	var all []Row
	for c := range n.ChildNodes() {
		if c.Type != html.ElementNode {
			continue
		}
		rows, err := rowsIn(c)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	return all, nil
}

// known are the frames read last: thousands of pages are sent the same bytes.
var known struct {
	sync.Mutex
	frames map[string][]fragment
}

// fragmentsOf is fragments of a frame, which must be what hx-ws takes for HTML.
func fragmentsOf(frame string) ([]fragment, error) {
	if !strings.HasPrefix(frame, "<") {
		return nil, fmt.Errorf("a frame that is not HTML: %q", frame)
	}
	known.Lock()
	all, is := known.frames[frame]
	known.Unlock()
	if is {
		return all, nil
	}
	all, err := fragments(frame)
	if err != nil {
		return nil, err
	}
	known.Lock()
	defer known.Unlock()
	if len(known.frames) >= 64 || known.frames == nil {
		known.frames = map[string][]fragment{}
	}
	known.frames[frame] = all
	return all, nil
}
