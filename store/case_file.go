package store

import (
	"context"
	"slices"
	"time"
)

// Note is what one moderator writes to the others about a case.
type Note struct {
	By     UserID
	ByName string
	At     time.Time
	Text   string
}

// File is a case with all that its moderators see of it.
type File struct {
	Case
	Told     []Report // by their time
	Notes    []Note
	Done     []Measure                 // about this case
	Around   []Message                 // of the room, as far as who asks may read it
	Earlier  []Case                    // of the same person
	Measures []Measure                 // on the same person, but for those of this case
	Names    map[UserID]string         // of who did them, or lifted them
	Lifts    map[MeasureID]bool        // which of Done and Measures who asks may lift now
	Down     map[MeasureID]HeldMessage // what those turned down that who asks may lift
	Allowed  []Measure                 // what who asks may do about it; each has its kind and where
}

// What a file shows at most of each.
const (
	mostTold    = 200
	mostAround  = 4 // messages before, and after
	mostEarlier = 20
)

// CaseFor returns the case for user, or ErrNotFound if they do not handle it.
func (s *Store) CaseFor(ctx context.Context, id CaseID, user UserID) (Case, error) {
	c, _, err := s.caseFor(ctx, id, user)
	return c, err
}

func (s *Store) caseFor(ctx context.Context, id CaseID, user UserID) (Case, Officer, error) {
	all, err := s.cases(ctx, caseByID, user, id)
	if err != nil || len(all) == 0 {
		return Case{}, Officer{}, orNotFound(err)
	}
	o, err := officerIn(ctx, reads{s}, all[0].Room, user)
	if err != nil {
		return Case{}, o, s.plain(err)
	}
	if !handles(o, all[0]) {
		return Case{}, o, ErrNotFound
	}
	return all[0], o, nil
}

// CaseFile returns all about the case for user, or ErrNotFound if they do not handle it.
func (s *Store) CaseFile(ctx context.Context, id CaseID, user UserID) (File, error) {
	c, o, err := s.caseFor(ctx, id, user)
	f := File{Case: c, Names: map[UserID]string{}}
	if err != nil {
		return f, err
	}
	var told []reportRow
	if err := s.list(ctx, &told, reportsOf, id, mostTold); err != nil {
		return f, s.plain(err)
	}
	for _, r := range told {
		f.Told = append(f.Told, r.report())
	}
	var notes []struct {
		ByID   UserID `db:"by_id"`
		ByName string `db:"by_name"`
		At     int64
		Text   string
	}
	if err := s.list(ctx, &notes, notesOf, id); err != nil {
		return f, s.plain(err)
	}
	for _, n := range notes {
		f.Notes = append(f.Notes, Note{n.ByID, n.ByName, fromMicros(n.At), n.Text})
	}
	if f.Done, err = s.MeasuresOf(ctx, id); err != nil {
		return f, err
	}
	if c.Seq != 0 && o.Sees() {
		if f.Around, err = s.messages(ctx, messagesAround, c.Room, c.Seq-mostAround, c.Seq+mostAround, 2*mostAround+1); err != nil {
			return f, err
		}
	}
	if err := s.past(ctx, &f, o); err != nil {
		return f, err
	}
	if err := s.namesOf(ctx, &f); err != nil {
		return f, err
	}
	if f.Lifts, err = s.liftable(ctx, user, slices.Concat(f.Done, f.Measures)); err != nil {
		return f, err
	}
	down := slices.DeleteFunc(slices.Clone(f.Measures), func(m Measure) bool { return !f.Lifts[m.ID] })
	if f.Down, err = s.TurnedDown(ctx, down); err != nil {
		return f, err
	}
	f.Allowed, err = s.allowedOn(ctx, c, o)
	return f, err
}

const reportsOf = `
select p.case_id, p.user_id as by_id, u.name as by_name, p.at, p.reason, p.note
  from reports p
  join users u on u.id = p.user_id
 where p.case_id = $1
 order by p.at, p.user_id
 limit $2`

const notesOf = `
select n.by_id, u.name as by_name, n.at, n.text
  from case_notes n
  join users u on u.id = n.by_id
 where n.case_id = $1
 order by n.id`

// The limit says to PostgreSQL how few they are.
const messagesAround = messageColumns + " where m.room_id = $1 and m.seq between $2 and $3 order by m.seq limit $4"

// past reads what there was with the person before: who moderates one room sees what
// was there.
func (s *Store) past(ctx context.Context, f *File, o Officer) (err error) {
	everywhere := o.rank() >= instanceRank
	if everywhere {
		f.Earlier, err = s.cases(ctx, casesOf, o.User, f.User, f.ID, mostEarlier)
	} else {
		f.Earlier, err = s.cases(ctx, casesOfIn, o.User, f.User, f.ID, mostEarlier, f.Room)
	}
	if err != nil {
		return err
	}
	if f.Measures, err = s.MeasuresOn(ctx, f.User, mostEarlier); err != nil {
		return err
	}
	f.Measures = slices.DeleteFunc(f.Measures, func(m Measure) bool { return m.Case == f.ID || !everywhere && m.Room != f.Room })
	f.Measures, err = s.inSight(ctx, o, f.Measures)
	return err
}

// namesOf reads who did what the file has, and who lifted it.
func (s *Store) namesOf(ctx context.Context, f *File) error {
	var ids []UserID
	for _, m := range slices.Concat(f.Done, f.Measures) {
		ids = append(ids, m.By, m.EndedBy)
	}
	if len(ids) == 0 {
		return nil
	}
	var names []Named
	if err := s.in(ctx, &names, "select id, name from users where id in (?)", ids); err != nil {
		return err
	}
	for _, n := range names {
		f.Names[n.ID] = n.Name
	}
	return nil
}

// liftable says which of all hold, and by may lift.
func (s *Store) liftable(ctx context.Context, by UserID, all []Measure) (map[MeasureID]bool, error) {
	holding := slices.DeleteFunc(all, func(m Measure) bool { return !m.Holds(s.now()) })
	mine, err := s.Lifts(ctx, by, holding)
	lifts := make(map[MeasureID]bool, len(mine))
	for _, m := range mine {
		lifts[m.ID] = true
	}
	return lifts, err
}

// inSight are those of all that were not done in a room which o may not read: what is
// said to somebody there is said there.
func (s *Store) inSight(ctx context.Context, o Officer, all []Measure) ([]Measure, error) {
	sees := map[RoomID]bool{0: true, o.Room: o.Sees()}
	for _, m := range all {
		if _, known := sees[m.Room]; known {
			continue
		}
		there, err := officerIn(ctx, reads{s}, m.Room, o.User)
		if err != nil {
			return nil, s.plain(err)
		}
		sees[m.Room] = there.Sees()
	}
	return slices.DeleteFunc(all, func(m Measure) bool { return !sees[m.Room] }), nil
}

// onPersons are the kinds of measures on who is in a case, from the mildest on.
var onPersons = []MeasureKind{HideMessage, Warning, TimeOut, Removal, Suspension, Ban}

// allowedOn is what o may do about c: the kinds that MayModerate permits, each in the
// room, everywhere, or both.
func (s *Store) allowedOn(ctx context.Context, c Case, o Officer) ([]Measure, error) {
	o.Case = c.Seq != 0
	target, err := officerIn(ctx, reads{s}, c.Room, c.User)
	if err != nil {
		return nil, s.plain(err)
	}
	everywhere, err := officerIn(ctx, reads{s}, 0, o.User)
	if err != nil {
		return nil, s.plain(err)
	}
	targetEverywhere, err := officerIn(ctx, reads{s}, 0, c.User)
	if err != nil {
		return nil, s.plain(err)
	}
	var all []Measure
	for _, kind := range onPersons {
		if _, is := effects[kind]; !is {
			continue
		}
		if m := (Measure{Kind: kind, User: c.User, Room: c.Room, Seq: c.Seq, Case: c.ID}); c.Room != 0 && MayModerate(o, m, target) {
			all = append(all, m)
		}
		if m := (Measure{Kind: kind, User: c.User, Case: c.ID}); MayModerate(everywhere, m, targetEverywhere) {
			all = append(all, m)
		}
	}
	return all, nil
}
