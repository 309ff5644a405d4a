package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// What administrators do about rooms that need not be theirs. They see what a room is
// called and how large it is, and never what is said in it; a direct conversation is not
// there for them.

// recordsPage is how many rooms a page of administration lists.
const recordsPage = 50

// mostShownMembers is how many members of a room its administration names.
const mostShownMembers = 20

// mostShownFormer is from how many of those who were in a room one chooses whose it is.
const mostShownFormer = 200

func (s *Server) showRoomRecords(w http.ResponseWriter, r *http.Request) error {
	page, err := s.adminPage(r, "Rooms", "")
	if err != nil {
		return err
	}
	q := r.URL.Query()
	v := views.RoomRecords{Page: page, Now: time.Now(), Query: store.RoomQuery{
		Name: q.Get("q"), Kind: store.Kind(q.Get("kind")), State: store.RoomState(q.Get("state")), Sort: store.RoomSort(q.Get("sort")), After: q.Get("after"),
	}}
	if v.Rooms, err = s.Store.RoomRecords(r.Context(), v.Query, recordsPage+1); err != nil {
		return err
	}
	if len(v.Rooms) > recordsPage {
		v.Rooms, v.More = v.Rooms[:recordsPage], true
	}
	return s.render(w, r, http.StatusOK, views.RoomRecordsPage(v))
}

func init() {
	liveParts["room"] = part{needs: store.Administrator, show: (*Server).roomPart}
}

// roomPart is what is live on the page of a room's administration.
func (s *Server) roomPart(ctx context.Context, rest string) (parts, []live.Topic, error) {
	id, err := strconv.ParseInt(rest, 10, 64)
	if err != nil {
		return nil, nil, err
	}
	room := store.RoomID(id)
	status, err := s.roomStatus(ctx, room)
	if err != nil {
		return nil, nil, err
	}
	made := func(zone *time.Location) []templ.Component {
		return []templ.Component{views.RoomStatusRegion(status, zone, true)}
	}
	return made, []live.Topic{topicOf(room), headTopic(room), termsTopic(room), peopleTopic(room), jobTopic(store.Job{Room: room}), keepTopic}, nil
}

// roomStatus is a room's figures; of one that is deleted, or being so, how far that is.
func (s *Server) roomStatus(ctx context.Context, room store.RoomID) (views.RoomStatus, error) {
	settings := s.Store.Settings()
	v := views.RoomStatus{Settings: settings}
	var err error
	if v.Room, err = s.Store.RoomRecord(ctx, room); err != nil && !errors.Is(err, store.ErrNotFound) {
		return v, err
	}
	if v.Gone = err != nil; v.Gone {
		v.Room.ID = room
		if v.Deletion, err = s.Store.RoomDeletion(ctx, room); err != nil {
			return v, err
		}
	}
	return v, nil
}

func (s *Server) showRoomRecord(w http.ResponseWriter, r *http.Request) error {
	room, err := s.Store.RoomRecord(r.Context(), roomNumber(r))
	if err != nil {
		return err
	}
	done := map[string]string{
		"room": "The room is saved.", "keep": "Saved. Its members see it at the top of the room.", "delete": "The room will be deleted in a day. Until then you can call it off here.",
		"spared": "The room stays.", "member": "They are in the room now, and own it.",
	}[r.URL.Query().Get("saved")]
	return s.roomRecord(w, r, http.StatusOK, views.RoomRecord{Room: room, Done: done})
}

// roomRecord completes and shows the page of a room's administration.
func (s *Server) roomRecord(w http.ResponseWriter, r *http.Request, status int, v views.RoomRecord) error {
	var err error
	if v.Page, err = s.adminPage(r, v.Room.Name, "room/"+strconv.FormatInt(int64(v.Room.ID), 10)); err != nil {
		return err
	}
	if v.Charter.Values == nil {
		v.Charter = charterFields(store.Membership{Room: v.Room.Room})
	}
	if v.Keep.Values == nil {
		v.Keep = keepFields(v.Room.Keep)
	}
	if v.Status, err = s.roomStatus(r.Context(), v.Room.ID); err != nil {
		return err
	}
	if v.Room.Members > 0 {
		v.People, err = s.Store.FirstMembers(r.Context(), v.Room.ID, mostShownMembers)
	} else {
		v.People, err = s.Store.FormerMembers(r.Context(), v.Room.ID, mostShownFormer)
	}
	if err != nil {
		return err
	}
	_, err = s.Store.Membership(r.Context(), v.Room.ID, v.Me.ID)
	if v.Mine = err == nil; err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return s.render(w, r, status, views.RoomRecordPage(v))
}

// keepFields are how the form asks for how long a room keeps its messages.
func keepFields(keep store.Keep) views.Fields {
	values := map[string]string{before + "keep": strconv.FormatInt(int64(keep), 10)}
	switch keep {
	case store.KeepAsAll:
		values["keep"] = "all"
	case store.KeepForever:
		values["keep"] = "ever"
	default:
		values["keep"], values["days"] = "days", strconv.FormatInt(int64(keep), 10)
	}
	return views.Fields{Values: values}
}

// answerRecord answers an act on a room: with its page again if something was wrong,
// and otherwise with the page that says what was done.
func (s *Server) answerRecord(w http.ResponseWriter, r *http.Request, err error, done string, wrong func(*views.RoomRecord, views.Fields)) error {
	room := roomNumber(r)
	var problems store.Problems
	if problem := (store.Invalid{}); errors.As(err, &problem) {
		problems = store.Problems{problem}
	}
	if errors.As(err, &problems) {
		v := views.RoomRecord{}
		if v.Room, err = s.Store.RoomRecord(r.Context(), room); err != nil {
			return err
		}
		wrong(&v, fieldsOf(r, problems))
		return s.roomRecord(w, r, http.StatusUnprocessableEntity, v)
	}
	if errors.Is(err, store.ErrOutdated) {
		return s.recordOutdated(w, r, nil)
	}
	if err != nil {
		return err
	}
	s.roomChanged(room)
	s.Bus.Publish(live.Hint{Topic: termsTopic(room)})
	return seeOther(w, r, views.RoomRecordURL(room)+"?saved="+templ.SafeURL(done))
}

// recordOutdated shows the page again with what others made of its form meanwhile: of
// the one that is posted, or of the question how long messages are kept.
func (s *Server) recordOutdated(w http.ResponseWriter, r *http.Request, asked url.Values) error {
	v := views.RoomRecord{}
	var err error
	if v.Room, err = s.Store.RoomRecord(r.Context(), roomNumber(r)); err != nil {
		return err
	}
	by, err := s.changesOf(r.Context(), store.Target{Kind: store.OnRoom, ID: int64(v.Room.ID)}, roomChanges)
	if err != nil {
		return err
	}
	if posted := r.PostForm; posted.Has("keep") {
		asked = posted
	}
	if asked == nil {
		v.Charter = outdated(r, charterFields(store.Membership{Room: v.Room.Room}), by)
		return s.roomRecord(w, r, http.StatusConflict, v)
	}
	v.Keep = keepFields(v.Room.Keep)
	v.Keep.Values["keep"], v.Keep.Values["days"] = asked.Get("keep"), asked.Get("days")
	v.Keep.Errors = map[string]string{"keep": by.sentence(r.Context(), "keep", v.Room.Keep.String())}
	return s.roomRecord(w, r, http.StatusConflict, v)
}

func (s *Server) updateRoomRecord(w http.ResponseWriter, r *http.Request) error {
	err := s.Store.SetCharter(r.Context(), s.actor(r), roomNumber(r), charterOf(r))
	return s.answerRecord(w, r, err, "room", func(v *views.RoomRecord, f views.Fields) { v.Charter = f })
}

func (s *Server) archiveRoomRecord(w http.ResponseWriter, r *http.Request) error {
	return s.setArchived(w, r, true)
}

func (s *Server) reopenRoomRecord(w http.ResponseWriter, r *http.Request) error {
	return s.setArchived(w, r, false)
}

func (s *Server) setArchived(w http.ResponseWriter, r *http.Request, archived bool) error {
	err := s.Store.SetArchived(r.Context(), s.actor(r), roomNumber(r), archived)
	return s.answerRecord(w, r, err, "room", func(v *views.RoomRecord, f views.Fields) { v.Problem = f.Errors["name"] })
}

func (s *Server) giveMember(w http.ResponseWriter, r *http.Request) error {
	room := roomNumber(r)
	if _, err := s.Store.RoomRecord(r.Context(), room); err != nil {
		return err
	}
	user, err := s.personNamed(r.Context(), r.PostForm.Get("person"))
	if err == nil {
		if err = s.Store.GiveMember(r.Context(), s.actor(r), room, user.ID); err == nil {
			s.peopleChanged(room, user.ID)
		}
	}
	return s.answerRecord(w, r, err, "member", func(v *views.RoomRecord, f views.Fields) { v.Person = f })
}

// askKeep asks whether the room shall keep its messages for another time: what it
// forgets cannot be brought back.
func (s *Server) askKeep(w http.ResponseWriter, r *http.Request) error {
	room, err := s.Store.RoomRecord(r.Context(), roomNumber(r))
	if err != nil {
		return err
	}
	q := r.URL.Query()
	if was, says := wasKept(q); says && was != room.Keep {
		return s.recordOutdated(w, r, q)
	}
	keep, err := keepOf(q.Get("keep"), q.Get("days"))
	if err != nil {
		v := views.RoomRecord{Room: room, Keep: keepFields(room.Keep)}
		v.Keep.Values["keep"], v.Keep.Values["days"] = q.Get("keep"), q.Get("days")
		v.Keep.Errors = map[string]string{"days": "Enter a number of days up to 3650."}
		return s.roomRecord(w, r, http.StatusUnprocessableEntity, v)
	}
	v := views.KeepQuestion{Room: room, Keep: keep, Choice: q.Get("keep"), Settings: s.Store.Settings()}
	if v.Page, err = s.adminPage(r, room.Name, ""); err != nil {
		return err
	}
	if v.Now, err = s.Store.Forgettable(r.Context(), room.Room, keep); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.KeepPage(v))
}

func (s *Server) updateKeep(w http.ResponseWriter, r *http.Request) error {
	keep, err := keepOf(r.PostForm.Get("keep"), r.PostForm.Get("days"))
	if err == nil {
		var shown []store.Keep
		if was, says := wasKept(r.PostForm); says {
			shown = []store.Keep{was}
		}
		err = s.Store.SetKeep(r.Context(), s.actor(r), roomNumber(r), keep, shown...)
	}
	if err == nil {
		defer s.keepChanged()
	}
	return s.answerRecord(w, r, err, "keep", func(v *views.RoomRecord, f views.Fields) { v.Keep = f })
}

// wasKept is for how long a room kept its messages when form was shown, if it says so.
func wasKept(form url.Values) (store.Keep, bool) {
	n, err := strconv.ParseInt(form.Get(before+"keep"), 10, 64)
	return store.Keep(n), err == nil
}

// keepOf reads for how long a room shall keep its messages.
func keepOf(choice, days string) (store.Keep, error) {
	switch choice {
	case "all":
		return store.KeepAsAll, nil
	case "ever":
		return store.KeepForever, nil
	}
	n, err := strconv.Atoi(strings.TrimSpace(days))
	if err != nil || n < 1 || n > store.MostKeepDays {
		return 0, store.Invalid{Field: "days", Text: "Enter a number of days up to 3650."}
	}
	return store.Keep(n), nil
}

func (s *Server) askDeleteRoom(w http.ResponseWriter, r *http.Request) error {
	room, err := s.Store.RoomRecord(r.Context(), roomNumber(r))
	if err != nil {
		return err
	}
	page, err := s.adminPage(r, room.Name, "")
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.DeleteRoomPage(page, room))
}

func (s *Server) deleteRoom(w http.ResponseWriter, r *http.Request) error {
	err := s.Store.DeleteRoom(r.Context(), s.actor(r), roomNumber(r))
	return s.answerRecord(w, r, err, "delete", nil)
}

func (s *Server) spareRoom(w http.ResponseWriter, r *http.Request) error {
	err := s.Store.SpareRoom(r.Context(), s.actor(r), roomNumber(r))
	return s.answerRecord(w, r, err, "spared", nil)
}
