package e2e

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// sheet is a room's page as a browser holds it, reduced to what a fault could harm.
type sheet struct {
	room    string // data-room of #messages
	rows    []Row
	rev, as string
	key     string // of the next message
	connect string // where #live connects; "": nowhere
	says    string // the text of a #live that does not connect
	notice  string
	before  string // where older messages begin; "": no more are loaded
	shown   string

	pulses int
	resume bool // the page asks once more, at once
	reload bool // the page loads itself again
}

var errNoRoom = errors.New("the page is no room")

// sheetOf reads a whole page.
func sheetOf(page string) (sheet, error) {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return sheet{}, err
	}
	list, live, rev := byID(doc, "messages"), byID(doc, "live"), byID(doc, "rev")
	if list == nil || live == nil || rev == nil {
		return sheet{}, errNoRoom
	}
	s := sheet{room: attr(list, "data-room"), rev: attr(rev, "value"), connect: attr(live, "hx-ws:connect")}
	if as := byID(doc, "as"); as != nil {
		s.as = attr(as, "value")
	}
	if key := byID(doc, "key"); key != nil {
		s.key = attr(key, "value")
	}
	if older := byID(doc, "older"); older != nil {
		s.older(older)
	}
	s.rows, err = rowsIn(list)
	return s, err
}

func (s *sheet) older(n *html.Node) {
	field := func(name string) string {
		if found := find(n, func(n *html.Node) bool { return attr(n, "name") == name }); found != nil {
			return attr(found, "value")
		}
		return ""
	}
	s.before, s.shown = field("before"), field("shown")
}

// apply puts f in its place as htmx does.
func (s *sheet) apply(f fragment) error {
	switch f.how {
	case "reload":
		s.reload = true
	case "upsert":
		if f.to != "#messages[data-room='"+s.room+"']" {
			return nil // another room's: it finds nothing
		}
		for _, r := range f.rows {
			s.put(r, true)
		}
	case "delete":
		if f.to == "" {
			s.remove(attr(f.node, "id"))
		}
	case "innerHTML":
		if f.to == "#messages" || f.to == "#messages[data-room='"+s.room+"']" {
			s.rows = slices.Clone(f.rows)
		}
	case "true", "outerHTML", "outerMorph":
		s.replace(f)
	case "afterbegin", "beforeend", "afterend", "beforebegin":
	default:
		return fmt.Errorf("a fragment with an unknown swap %q", f.how)
	}
	return nil
}

// replace is by id, and only if the page has it.
func (s *sheet) replace(f fragment) {
	switch id := attr(f.node, "id"); id {
	case "rev":
		s.rev = attr(f.node, "value")
	case "key":
		s.key = attr(f.node, "value")
	case "older":
		s.older(f.node)
	case "pulse":
		s.pulses++
	case "notice":
		s.notice = strings.TrimSpace(textOf(f.node))
	case "resume":
		s.resume = strings.Contains(attr(f.node, "hx-trigger"), "load")
	case "live":
		live := f.node
		if inner := find(live, func(n *html.Node) bool { return n != live && attr(n, "id") == "live" }); inner != nil {
			live = inner // the frame around it is stripped
		}
		s.connect = attr(live, "hx-ws:connect")
		if s.says = ""; s.connect == "" {
			s.says = strings.TrimSpace(textOf(live))
		}
	default:
		if f.node.Data == "article" && strings.HasPrefix(id, "m-"+s.room+"-") {
			s.put(f.rows[0], false)
		}
	}
}

// put replaces the row of the same message; insert: or puts it in order.
func (s *sheet) put(r Row, insert bool) {
	i, found := slices.BinarySearchFunc(s.rows, r.Seq, func(r Row, seq int) int { return r.Seq - seq })
	if found {
		s.rows[i] = r
	} else if insert {
		s.rows = slices.Insert(s.rows, i, r)
	}
}

func (s *sheet) remove(id string) {
	s.rows = slices.DeleteFunc(s.rows, func(r Row) bool { return id == fmt.Sprintf("m-%s-%d", s.room, r.Seq) })
}

// have is what hx-ws sends of the newest rows: nothing, one, or a list.
func (s *sheet) have() any {
	rows := s.rows[max(0, len(s.rows)-500):]
	all := make([]string, len(rows))
	for i, r := range rows {
		all[i] = fmt.Sprintf("%d.%d", r.Seq, r.Rev)
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return all
}
