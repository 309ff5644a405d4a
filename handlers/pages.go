package handlers

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unique"

	"github.com/a-h/templ"
	"golang.org/x/text/language"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
	"parley/views/words"
)

// pages are the open pages of this process, as administrators see them. The zero value
// is ready.
type pages struct {
	mu    sync.Mutex
	last  int64
	all   map[int64]*openPage
	moves map[string]int // how many have each part that changes all the time
}

// openPage is one of them, with its socket.
type openPage struct {
	number  int64
	user    store.UserID
	spoken  language.Tag
	socket  *live.Socket
	room    store.RoomID // that it is about; 0: none
	part    string
	since   time.Time
	device  unique.Handle[string]
	address string
}

func (p *pages) add(session store.Session, page views.Connection, socket *live.Socket, agent, address string, spoken language.Tag) *openPage {
	// What a page calls itself is not kept: it can be the names of a conversation.
	one := &openPage{user: session.User.ID, spoken: spoken, socket: socket, room: cmp.Or(page.Room, page.Here),
		part: page.Part, since: time.Now(), device: unique.Make(views.Device(agent)), address: address}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil {
		p.all, p.moves = map[int64]*openPage{}, map[string]int{}
	}
	p.last++
	one.number = p.last
	p.all[one.number] = one
	if kind, is := partOf(page); is && kind.moving {
		p.moves[page.Part]++
	}
	return one
}

func (p *pages) remove(one *openPage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.all, one.number)
	if p.moves[one.part]--; p.moves[one.part] <= 0 {
		delete(p.moves, one.part)
	}
}

// moving are the parts that somebody looks at and that change all the time.
func (p *pages) moving() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]string, 0, len(p.moves))
	for part := range p.moves {
		all = append(all, part)
	}
	return all
}

// list is all of them that do not close, the newest first.
func (p *pages) list() []*openPage {
	p.mu.Lock()
	all := make([]*openPage, 0, len(p.all))
	for _, one := range p.all {
		if one.socket.Closing() == 0 {
			all = append(all, one)
		}
	}
	p.mu.Unlock()
	slices.SortFunc(all, func(a, b *openPage) int { return cmp.Compare(b.number, a.number) })
	return all
}

// at is the one that the path names, or ErrNotFound; so is one that closes.
func (p *pages) at(r *http.Request) (*openPage, error) {
	number, err := strconv.ParseInt(r.PathValue("socket"), 10, 64)
	if err != nil {
		return nil, store.ErrNotFound
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if one := p.all[number]; one != nil && one.socket.Closing() == 0 {
		return one, nil
	}
	return nil, store.ErrNotFound
}

func init() {
	liveParts["sockets"] = part{needs: store.Administrator, show: (*Server).socketsPart, moving: true}
}

// mostPagesListed is how many open pages one page lists.
const mostPagesListed = 50

// showSockets lists the open pages of this process.
func (s *Server) showSockets(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	asked := url.Values{}
	for _, name := range []string{"q", "from"} {
		if value := clipTitle(strings.TrimSpace(q.Get(name))); value != "" && len(value) < 60 {
			asked.Set(name, value)
		}
	}
	title := "Open pages"
	page, err := s.adminPage(r, title, "sockets/"+asked.Encode())
	if err != nil {
		return err
	}
	list, err := s.openPages(r.Context(), asked)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.SocketsPage(page, list))
}

func (s *Server) socketsPart(ctx context.Context, rest string) (parts, []live.Topic, error) {
	asked, err := url.ParseQuery(rest)
	if err != nil {
		return nil, nil, err
	}
	list, err := s.openPages(ctx, asked)
	return func(zone *time.Location) []templ.Component {
		return []templ.Component{views.SocketList(list, zone, true)}
	}, nil, err
}

// openPages are those that asked is about, with the names that their people and rooms
// have now.
func (s *Server) openPages(ctx context.Context, asked url.Values) (views.Sockets, error) {
	from, _ := strconv.Atoi(asked.Get("from")) // what is no number is the beginning
	list := views.Sockets{Query: asked.Get("q"), From: max(0, from), Now: time.Now()}
	all := s.pages.list()
	if list.Query != "" {
		names, err := s.namesOf(ctx, all)
		if err != nil {
			return list, err
		}
		part := strings.ToLower(list.Query)
		all = slices.DeleteFunc(all, func(one *openPage) bool { return !strings.Contains(strings.ToLower(names[one.user]), part) })
	}
	list.Total = len(all)
	all = all[min(list.From, len(all)):]
	all = all[:min(mostPagesListed, len(all))]
	others, err := s.Store.FiguresOfOthers(ctx, s.gauges.node, list.Now)
	if err != nil {
		return list, err
	}
	list.Others = len(others)
	list.Open, err = s.described(ctx, all)
	return list, err
}

// namesOf are the names of the people of all.
func (s *Server) namesOf(ctx context.Context, all []*openPage) (map[store.UserID]string, error) {
	var users []store.UserID
	for _, one := range all {
		users = append(users, one.user)
	}
	slices.Sort(users)
	names := map[store.UserID]string{}
	for chunk := range slices.Chunk(slices.Compact(users), 1000) {
		some, err := s.Store.Names(ctx, chunk)
		if err != nil {
			return nil, err
		}
		for user, name := range some {
			names[user] = name
		}
	}
	return names, nil
}

func (s *Server) described(ctx context.Context, all []*openPage) ([]views.Socket, error) {
	names, err := s.namesOf(ctx, all)
	if err != nil {
		return nil, err
	}
	var rooms []store.RoomID
	for _, one := range all {
		if one.room != 0 && !slices.Contains(rooms, one.room) {
			rooms = append(rooms, one.room)
		}
	}
	roomNames, err := s.Store.RoomNames(ctx, rooms)
	if err != nil {
		return nil, err
	}
	open := make([]views.Socket, len(all))
	for i, one := range all {
		name, known := roomNames[one.room]
		open[i] = views.Socket{
			Number: one.number, User: one.user, Name: names[one.user], Since: one.since, Device: one.device.Value(), Address: one.address,
			Room: name, Direct: known && name == "", Administration: one.part != "", Pending: one.socket.Pending(),
		}
	}
	return open, nil
}

func (s *Server) askEndSocket(w http.ResponseWriter, r *http.Request) error {
	one, err := s.pages.at(r)
	if err != nil {
		return err
	}
	described, err := s.described(r.Context(), []*openPage{one})
	if err != nil {
		return err
	}
	title := "End an open page"
	page, err := s.adminPage(r, title, "")
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.EndSocketPage(page, described[0]))
}

// endSocket closes an open page with a sentence. It does not come back by itself: who
// loads it again, and may, has it again.
func (s *Server) endSocket(w http.ResponseWriter, r *http.Request) error {
	one, err := s.pages.at(r)
	if err != nil {
		return err
	}
	html, err := fragment(words.With(context.Background(), one.spoken), views.Ended(views.EndedByAdministrator))
	if err != nil {
		return err
	}
	if err := s.Store.LogSocketEnd(r.Context(), s.actor(r), one.user, one.address+" "+one.device.Value()); err != nil {
		return err
	}
	s.changedFor(one.user)
	one.socket.Close(live.Revoked, "ended", live.Text(html))
	return seeOther(w, r, "/admin/sockets")
}
