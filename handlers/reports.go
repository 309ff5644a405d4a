package handlers

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// mostReports is how many of their reports somebody is shown.
const mostReports = 200

func init() {
	liveParts["reports"] = part{own: true, show: reportsPart}
}

// askReport asks why to report a message.
func (s *Server) askReport(w http.ResponseWriter, r *http.Request) error {
	room, c, err := s.complaintAt(r)
	if err != nil {
		return err
	}
	if err := s.reportedBefore(r, &c, c.Message.Author); err != nil {
		return err
	}
	return s.showEditor(w, r, room, views.ReportForm(c))
}

// reportedBefore has the form begin with what the asker has reported of it already: what
// is sent then takes its place.
func (s *Server) reportedBefore(r *http.Request, c *views.Complaint, user store.UserID) error {
	before, err := s.Store.OwnReport(r.Context(), c.Message.Room, c.Message.Seq, user, asker(r).User.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	c.Before = before
	c.Fields.Values = map[string]string{"reason": string(before.Reason), "note": before.Note}
	return err
}

// complaintAt is the report of the message that the path names, which is not the asker's.
func (s *Server) complaintAt(r *http.Request) (store.Membership, views.Complaint, error) {
	room, m, err := s.messageAt(r, store.Read)
	if err == nil && m.Author == asker(r).User.ID {
		err = store.ErrNotFound
	}
	return room, views.Complaint{Message: m, Room: room, As: asker(r).User.ID}, err
}

func (s *Server) createReport(w http.ResponseWriter, r *http.Request) error {
	room, c, err := s.complaintAt(r)
	if err != nil {
		return err
	}
	about, err := s.Store.ReportMessage(r.Context(), room.ID, c.Message.Seq, asker(r).User.ID, store.Reason(r.PostForm.Get("reason")), r.PostForm.Get("note"))
	if err != nil {
		return s.reportAgain(r, c, err, func(form views.Complaint) (templ.Component, error) {
			return s.withEditor(r, room, views.ReportForm(form), "")
		})
	}
	return s.reported(w, r, about)
}

// askReportPerson asks why to report somebody.
func (s *Server) askReportPerson(w http.ResponseWriter, r *http.Request) error {
	c, err := s.complaintAbout(r)
	if err != nil {
		return err
	}
	if err := s.reportedBefore(r, &c, c.Person.ID); err != nil {
		return err
	}
	if htmx(r) {
		return s.render(w, r, http.StatusOK, views.ReportForm(c))
	}
	page, err := s.reportPage(r, c)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, page)
}

func (s *Server) reportPage(r *http.Request, c views.Complaint) (templ.Component, error) {
	page, err := s.me(r.Context(), asker(r), c.Person.Name, 0)
	return views.ReportPage(page, c), err
}

// complaintAbout is the report of the person that the path names, who is not the asker.
func (s *Server) complaintAbout(r *http.Request) (views.Complaint, error) {
	id, err := userOf(r.PathValue("user"))
	if err != nil {
		return views.Complaint{}, err
	}
	user, err := s.Store.User(r.Context(), id)
	if err == nil && (!user.SuspendedAt.IsZero() || id == asker(r).User.ID) {
		err = store.ErrNotFound
	}
	return views.Complaint{Person: user, As: asker(r).User.ID}, err
}

func (s *Server) createPersonReport(w http.ResponseWriter, r *http.Request) error {
	c, err := s.complaintAbout(r)
	if err != nil {
		return err
	}
	about, err := s.Store.ReportPerson(r.Context(), c.Person.ID, asker(r).User.ID, store.Reason(r.PostForm.Get("reason")), r.PostForm.Get("note"))
	if err != nil {
		return s.reportAgain(r, c, err, func(form views.Complaint) (templ.Component, error) { return s.reportPage(r, form) })
	}
	return s.reported(w, r, about)
}

// reportAgain is err with the form again and what was typed into it.
func (s *Server) reportAgain(r *http.Request, c views.Complaint, err error, page func(views.Complaint) (templ.Component, error)) error {
	var problem store.Invalid
	if mistake(r, err, &problem) {
		c.Fields = fieldsOf(r, store.Problems{problem})
		if problem.Field == "report" {
			c.Fields.Problem = problem.Text
		}
	} else {
		c.Fields = fieldsOf(r, nil)
	}
	return kept{
		error: err,
		form:  func() templ.Component { return views.EditAgain(views.ReportForm(c)) },
		page: func(sentence string) (templ.Component, error) {
			if problem.Text == "" {
				c.Fields.Problem = sentence
			}
			return page(c)
		},
	}
}

func (s *Server) reported(w http.ResponseWriter, r *http.Request, c store.Case) error {
	s.caseChanged(c)
	s.Bus.Publish(live.Hint{Topic: reportsTopic(asker(r).User.ID)})
	if htmx(r) {
		about, err := s.reportedOne(r, c.User)
		if err != nil {
			return err
		}
		return s.render(w, r, http.StatusOK, views.Thanked(about))
	}
	return seeOther(w, r, "/reports?saved=report&about="+templ.SafeURL(idString(c.User)))
}

// reportedOne is whom the asker has just reported, for what they can do by themselves.
func (s *Server) reportedOne(r *http.Request, user store.UserID) (views.Card, error) {
	card := views.Card{Me: asker(r).User}
	var err error
	if card.Person, err = s.Store.User(r.Context(), user); err != nil {
		return card, err
	}
	card.Muted, err = s.muted(r.Context(), card.Me, user)
	return card, err
}

// reportsTopic is hinted at when user reported something.
func reportsTopic(user store.UserID) live.Topic { return live.Topic("reported/" + idString(user)) }

// showReports is what the asker reported, and what became of it.
func (s *Server) showReports(w http.ResponseWriter, r *http.Request) error {
	ctx, me := r.Context(), asker(r).User.ID
	all, err := s.Store.ReportsBy(ctx, me, mostReports)
	if err != nil {
		return err
	}
	s.readReports(ctx, me, all)
	page, err := s.me(ctx, asker(r), "Your reports", 0)
	if err != nil {
		return err
	}
	page.Live.Part = "reports/" + idString(me)
	done := map[string]string{"report": "Thank you. Moderators will look at it."}[r.URL.Query().Get("saved")]
	var about views.Card
	if user, err := userOf(r.URL.Query().Get("about")); err == nil && done != "" && user != asker(r).User.ID {
		if about, err = s.reportedOne(r, user); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return s.render(w, r, http.StatusOK, views.ReportsPage(page, all, done, about))
}

// readReports notes that user was shown what became of all: nothing counts it any more.
func (s *Server) readReports(ctx context.Context, user store.UserID, all []store.Reported) {
	if !slices.ContainsFunc(all, func(one store.Reported) bool { return one.News }) {
		return
	}
	if err := s.Store.ReadReports(ctx, user); err != nil {
		s.Log.Warn("note that reports were read", "user", user, "error", err) // they are read all the same
		return
	}
	s.changedFor(user)
}

// mostReporters is how many of those who reported something are told at once what became of
// it; the others see it on their next page.
const mostReporters = 500

// reportersTold has the pages of who reported the case say that something became of it.
func (s *Server) reportersTold(ctx context.Context, id store.CaseID) {
	if id == 0 {
		return
	}
	reporters, err := s.Store.ReportersOf(ctx, id, mostReporters)
	if err != nil {
		s.Log.Warn("tell who reported a case", "case", id, "error", err) // their next page does
	}
	s.changedFor(reporters...)
}

func reportsPart(s *Server, ctx context.Context, rest string) (parts, []live.Topic, error) {
	user, err := userOf(rest)
	if err != nil {
		return nil, nil, err
	}
	all, err := s.Store.ReportsBy(ctx, user, mostReports)
	if err == nil && s.hub.Watched(live.Topic("part/reports/"+rest)) {
		s.readReports(ctx, user, all)
	}
	depends := []live.Topic{reportsTopic(user), personTopic(user)}
	for _, one := range all {
		depends = append(depends, caseTopic(one.Case))
	}
	return func(zone *time.Location) []templ.Component {
		return []templ.Component{views.ReportsRegion(all, zone, true)}
	}, depends, err
}
