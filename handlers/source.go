package handlers

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/text/language"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
	"parley/views/words"
)

// What the live core asks about rooms and people. A topic is a room, and a reason is a
// store.Denial.

func topicOf(room store.RoomID) live.Topic {
	return live.Topic("room/" + strconv.FormatInt(int64(room), 10))
}

// logOf is the log that a page follows, "" if it shows none.
func logOf(page views.Connection) live.Topic {
	if page.Room == 0 {
		return ""
	}
	return topicOf(page.Room)
}

// roomOf is the room that topic is, 0 if it is none.
func roomOf(topic live.Topic) store.RoomID {
	room, _ := parseRoom(topic)
	return room
}

// parseRoom says whether topic is a room, and which.
func parseRoom(topic live.Topic) (store.RoomID, bool) {
	number, is := strings.CutPrefix(string(topic), "room/")
	id, err := strconv.ParseInt(number, 10, 64)
	if !is || err != nil {
		return 0, false
	}
	return store.RoomID(id), true
}

// audience is all that a shared frame depends on: language and time zone, and whether
// the page ends where the log does, for one that does not is only told how much is new.
type audience struct {
	language language.Tag
	zone     *time.Location
	past     bool
}

func audienceOf(user store.User, language language.Tag, past bool) audience {
	return audience{language, views.Zone(user), past}
}

// audienceNow is the audience of a page that is made for user now, but for its past.
func audienceNow(ctx context.Context, user store.User) string {
	return string(audienceOf(user, words.Of(ctx), false).String())
}

// String is the audience for the live core: "de Europe/Berlin", or "de Europe/Berlin past".
func (a audience) String() live.Audience {
	name := a.language.String() + " " + a.zone.String()
	if a.past {
		name += " past"
	}
	return live.Audience(name)
}

func parseAudience(name live.Audience) audience {
	tag, rest, _ := strings.Cut(string(name), " ")
	zone, past, _ := strings.Cut(rest, " ")
	return audience{words.Match(tag), views.Location(zone), past != ""}
}

// spoken is the context in which to render for the audience.
func (a audience) spoken() context.Context { return words.With(context.Background(), a.language) }

// frameRows is how many messages one frame carries: a page takes it in one go.
const frameRows = 100

func (s *Server) source(ctx context.Context, topic live.Topic, after live.Rev, audiences []live.Audience) (live.Change, error) {
	room := roomOf(topic)
	c, err := s.Store.ChangesSince(ctx, room, store.Rev(after), frameRows)
	if err != nil {
		return live.Change{}, err
	}
	return s.change(c, room, after, audiences)
}

func (s *Server) written(_ context.Context, topic live.Topic, after, upto live.Rev, audiences []live.Audience) (live.Change, bool, error) {
	room := roomOf(topic)
	posted, ok := s.Store.Posted(room, store.Rev(after), store.Rev(upto), frameRows)
	if !ok {
		return live.Change{}, false, nil
	}
	c, err := s.change(posted, room, after, audiences)
	return c, true, err
}

// change renders what happened in room after a revision.
func (s *Server) change(c store.Changes, room store.RoomID, after live.Rev, audiences []live.Audience) (live.Change, error) {
	change := live.Change{Upto: live.Rev(c.Upto), More: c.More, Torn: c.Torn, Frames: make(map[live.Audience][]byte, len(audiences))}
	for _, user := range c.Gone {
		change.Gone = append(change.Gone, live.Person(user))
	}
	if c.Deleted {
		s.deleted.Store(room, true) // for the farewell
	}
	var added, changed []store.Message
	var gone []store.Seq
	for _, m := range c.Messages {
		if m.Seq <= c.Forgot {
			gone = append(gone, m.Seq)
		} else if m.PostedRev > store.Rev(after) {
			added = append(added, m)
		} else {
			changed = append(changed, m)
		}
	}
	change.Inserts = len(added)
	for _, m := range added {
		if change.Posted.IsZero() || m.CreatedAt.Before(change.Posted) {
			change.Posted = m.CreatedAt
		}
	}
	for _, m := range c.Messages {
		change.Last = max(change.Last, int64(m.Seq))
	}
	for _, name := range audiences {
		a := parseAudience(name)
		html, err := fragment(a.spoken(), a.changes(room, added, changed, gone, c.Upto))
		if err != nil {
			return live.Change{}, fmt.Errorf("render the changes of room %d: %w", room, err)
		}
		change.Frames[name] = html
	}
	return change, nil
}

func (a audience) changes(room store.RoomID, added, changed []store.Message, gone []store.Seq, upto store.Rev) templ.Component {
	news := views.Changes(room, added, changed, upto, a.zone)
	if a.past {
		news = views.ChangesBelow(room, added, changed, upto, a.zone)
	}
	if len(gone) > 0 {
		return templ.Join(views.Forgotten(room, gone), news)
	}
	return news
}

// page is what a page says of itself when it comes back.
type page struct {
	audience
	rev  store.Rev  // it was right at
	have store.Have // of its newest messages
}

// answer is what a page has to be told when it comes back.
func (s *Server) answer(ctx context.Context, room store.Room, p page) (live.Answer, error) {
	d, err := s.Store.DifferenceSince(ctx, room.ID, p.rev, p.have, p.past)
	if err != nil {
		return live.Answer{}, err
	}
	news := p.changes(room.ID, d.New, d.Changed, d.Gone, d.Upto)
	if d.Replace && p.past {
		news = views.Reload() // too much has changed to tell, and its list is another
	} else if d.Replace {
		more := len(d.New) > 0 && d.New[0].Seq > d.Forgot+1
		news = views.Replace(room, d.New, more, d.Upto, p.zone)
	}
	html, err := fragment(p.spoken(), news, views.Connected())
	return live.Answer{Frame: html, Upto: live.Rev(d.Upto), Last: int64(d.LastSeq)}, err
}

func (s *Server) heads(ctx context.Context, topics []live.Topic) (map[live.Topic]live.Rev, error) {
	var rooms []store.RoomID
	for _, topic := range topics {
		if room, is := parseRoom(topic); is {
			rooms = append(rooms, room)
		}
	}
	heads, err := s.Store.Heads(ctx, rooms)
	found := make(map[live.Topic]live.Rev, len(heads))
	for room, rev := range heads {
		found[topicOf(room)] = live.Rev(rev)
	}
	return found, err
}

func (s *Server) revoked(ctx context.Context, viewers []live.Viewer) ([]live.Reason, error) {
	asked := make([]store.Viewer, len(viewers))
	for i, v := range viewers {
		asked[i] = needed(v.Needs, store.Viewer{Session: store.SessionID(v.Session), User: store.UserID(v.Person), Room: roomOf(v.Topic)})
	}
	denials, err := s.Store.Denials(ctx, asked)
	reasons := make([]live.Reason, len(denials))
	for i, d := range denials {
		reasons[i] = live.Reason(d)
	}
	return reasons, err
}

func (s *Server) farewell(v live.Viewer, why live.Reason) []byte {
	a := parseAudience(v.Audience)
	// Of a page without a log it is what its part needs.
	room := cmp.Or(roomOf(v.Topic), needed(v.Needs, store.Viewer{}).Room)
	var ending views.Ending
	switch store.Denial(why) {
	case store.SessionEnded:
		part := ""
		if v.Needs != "" && !strings.HasPrefix(v.Needs, "member of ") {
			part = "administration"
		}
		ending = signedOut(roomOf(v.Topic), part)
	case store.NotTheRole:
		ending = views.Demoted
	default:
		ending = s.gone(a.spoken(), room, store.UserID(v.Person), a.zone)
	}
	html, err := fragment(a.spoken(), views.Ended(ending))
	if err != nil {
		s.Log.Error("render a farewell", "error", err)
	}
	return html
}

// gone is the end of a page about room that its person has read until now.
func (s *Server) gone(ctx context.Context, room store.RoomID, user store.UserID, zone *time.Location) views.Ending {
	if _, is := s.deleted.Load(room); is {
		return views.RoomDeleted
	}
	return s.removed(ctx, room, user, zone)
}

// pulse is what every socket is sent with each beat.
func (s *Server) pulse(audience live.Audience) []byte {
	html, err := fragment(parseAudience(audience).spoken(), views.Pulse())
	if err != nil {
		s.Log.Error("render the pulse", "error", err)
	}
	return html
}

func loginURL(room store.RoomID) string {
	if room == 0 {
		return "/login"
	}
	return "/login?next=" + url.QueryEscape(fmt.Sprintf("/rooms/%d", room))
}
