package e2e

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// Row is what a page shows of one message. All faults are judged by lists of these.
type Row struct {
	Seq, Rev, Author int
	Text             string // without the mark that it was edited; "" if it is gone
	Gone             bool
	Hidden           bool // by a moderator, and so gone for everybody
}

func (r Row) String() string {
	if r.Hidden {
		return fmt.Sprintf("%d.%d %d: hidden", r.Seq, r.Rev, r.Author)
	}
	if r.Gone {
		return fmt.Sprintf("%d.%d %d: gone", r.Seq, r.Rev, r.Author)
	}
	return fmt.Sprintf("%d.%d %d: %s", r.Seq, r.Rev, r.Author, r.Text)
}

// rowOf reads an article of the list by the page's contract; only the body of a
// message has no other mark than its class.
func rowOf(article *html.Node) (Row, error) {
	have := find(article, func(n *html.Node) bool { return attr(n, "name") == "have" })
	if have == nil {
		return Row{}, fmt.Errorf("an article without a have: %s", attr(article, "id"))
	}
	seq, rev, _ := strings.Cut(attr(have, "value"), ".")
	var r Row
	for to, text := range map[*int]string{&r.Seq: seq, &r.Rev: rev, &r.Author: attr(article, "data-author")} {
		n, err := strconv.Atoi(text)
		if err != nil {
			return Row{}, fmt.Errorf("the article %s: %w", attr(article, "id"), err)
		}
		*to = n
	}
	if attr(article, "data-seq") != seq || !strings.HasSuffix(attr(article, "id"), "-"+seq) {
		return Row{}, fmt.Errorf("the article %s is called %s and has %s", attr(article, "id"), attr(article, "data-seq"), seq)
	}
	body := find(article, func(n *html.Node) bool { return hasClass(n, "message__body") })
	if r.Gone = body == nil; !r.Gone {
		r.Text = strings.Join(strings.Fields(textOf(body)), " ")
	}
	r.Hidden = r.Gone && find(article, func(n *html.Node) bool { return strings.HasSuffix(attr(n, "href"), "/hidden") }) != nil
	return r, nil
}

// textOf is the text of n without the mark that it was edited.
func textOf(n *html.Node) string {
	switch {
	case n.Type == html.TextNode:
		return n.Data
	case hasClass(n, "message__edited"):
		return ""
	}
	var b strings.Builder
	for c := range n.ChildNodes() {
		b.WriteString(textOf(c))
	}
	return b.String()
}

func hasClass(n *html.Node, class string) bool {
	for _, c := range strings.Fields(attr(n, "class")) {
		if c == class {
			return true
		}
	}
	return false
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// find returns n or what is in it, the first element that is so.
func find(n *html.Node, is func(*html.Node) bool) *html.Node {
	if n.Type == html.ElementNode && is(n) {
		return n
	}
	for c := range n.ChildNodes() {
		if found := find(c, is); found != nil {
			return found
		}
	}
	return nil
}

func byID(n *html.Node, id string) *html.Node {
	return find(n, func(n *html.Node) bool { return attr(n, "id") == id })
}
