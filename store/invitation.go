package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// InvitationID numbers the invitations.
type InvitationID int64

// The bounds of an invitation.
const (
	MostInvited       = 1000 // uses
	LongestInvitation = 90 * 24 * time.Hour
	mostNoteRunes     = 200
)

// Invitation is a link with which people come: it says for how long, how many, as what
// and into which rooms. The link itself is known to whom it was shown when it was made.
type Invitation struct {
	ID          InvitationID
	By          UserID // 0: the server itself
	ByName      string
	ByActive    bool // whoever made it is an administrator still; otherwise it works no more
	CreatedAt   time.Time
	ExpiresAt   time.Time
	WithdrawnAt time.Time // zero: never
	Most        int       // uses
	Used        int
	Role        Role
	Email       string // that the account must have; "": any
	Note        string
	Rooms       []Room    // that there are still
	Arrivals    []Arrival // the newest
}

// Arrival is somebody who used an invitation.
type Arrival struct {
	Invitation InvitationID
	User       UserID
	Name       string
	At         time.Time
	Created    bool // their account; otherwise they had one and came into its rooms
}

// InvitationState is whether an invitation works, or why not.
type InvitationState string

// The states of an invitation.
const (
	Working   InvitationState = "working"
	Expired   InvitationState = "expired"
	UsedUp    InvitationState = "used up"
	Withdrawn InvitationState = "withdrawn"
	Orphaned  InvitationState = "orphaned" // whoever made it administers no more
)

// State is that of the invitation at now.
func (i Invitation) State(now time.Time) InvitationState {
	switch {
	case !i.WithdrawnAt.IsZero():
		return Withdrawn
	case i.Used >= i.Most:
		return UsedUp
	case !i.ExpiresAt.After(now):
		return Expired
	case !i.ByActive:
		return Orphaned
	}
	return Working
}

// Left is how many more can come.
func (i Invitation) Left() int { return max(0, i.Most-i.Used) }

// target is the invitation in the log.
func (i Invitation) target() Target {
	name := i.Note
	if name == "" {
		name = i.Email
	}
	return Target{Kind: OnInvitation, ID: int64(i.ID), Name: name}
}

// summary is what the log says of the invitation: rooms by number.
func (i Invitation) summary() string {
	said := []string{string(i.Role), fmt.Sprintf("%d uses", i.Most), "until " + i.ExpiresAt.Format(time.DateTime)}
	for _, r := range i.Rooms {
		said = append(said, fmt.Sprintf("room %d", r.ID))
	}
	if i.Email != "" {
		said = append(said, i.Email)
	}
	return strings.Join(said, ", ")
}

// InvitationDraft is what an administrator enters for a new invitation.
type InvitationDraft struct {
	Life     time.Duration
	Uses     int
	Role     Role
	Rooms    []RoomID
	Email    string
	Note     string
	Password string // their own again, if it Asks
}

// Asks says whether who makes the invitation shows their password again: who comes with
// it has power over others.
func (in InvitationDraft) Asks() bool { return in.Role != Member }

func (in *InvitationDraft) check() (p Problems) {
	in.Email, in.Note = norm.NFC.String(strings.TrimSpace(in.Email)), norm.NFC.String(strings.TrimSpace(readable(in.Note)))
	if in.Life <= 0 || in.Life > LongestInvitation {
		p = append(p, Invalid{"life", "Choose one from the list."})
	}
	if in.Uses < 1 || in.Uses > MostInvited {
		p = append(p, Invalid{"uses", "Enter a number from 1 to 1000."})
	}
	if !slices.Contains(roles, in.Role) {
		p = append(p, Invalid{"role", "Choose one from the list."})
	}
	if in.Email != "" && !validEmail(in.Email) {
		p = append(p, Invalid{"email", "Enter an email address like ada@example.com."})
	}
	if utf8.RuneCountInString(in.Note) > mostNoteRunes {
		p = append(p, Invalid{"note", "Use at most 200 characters."})
	}
	if in.Email != "" {
		in.Uses = 1 // only one account has that address
	}
	slices.Sort(in.Rooms)
	in.Rooms = slices.Compact(in.Rooms)
	return p
}

// CreateInvitation makes an invitation and returns the token of its link, which cannot
// be learnt again. It fails with Problems, among them for a wrong password where one is
// asked for ("again"), and for a room that is not by's to give ("rooms").
func (s *Store) CreateInvitation(ctx context.Context, by Actor, in InvitationDraft) (Token, Invitation, error) {
	p := in.check()
	if in.Asks() && by.User != 0 {
		if err := s.showsPassword(ctx, by.User, in.Password); err != nil {
			problem, is := err.(Invalid)
			if !is {
				return "", Invitation{}, err
			}
			p = append(p, problem)
		}
	}
	if len(p) > 0 {
		return "", Invitation{}, p
	}
	t, now := NewToken(), s.now()
	i := Invitation{By: by.User, ByActive: true, CreatedAt: now, ExpiresAt: now.Add(in.Life), Most: in.Uses, Role: in.Role, Email: in.Email, Note: in.Note}
	err := s.administer(ctx, by, func(ctx context.Context, tx *transaction) ([]Entry, error) {
		i.Rooms = nil
		for _, id := range in.Rooms {
			var r Room
			if err := tx.GetContext(ctx, &r, roomToGive, id, by.User); err != nil {
				if isNone(err) {
					return nil, Invalid{"rooms", "One of these rooms is not there any more, or not yours to give. Choose again."}
				}
				return nil, err
			}
			i.Rooms = append(i.Rooms, r)
		}
		if err := tx.GetContext(ctx, &i.ID, nextID, "invitation"); err != nil {
			return nil, err
		}
		if _, err := tx.ExecContext(ctx, insertInvitation, i.ID, t.hash(), i.By, micros(now), micros(i.ExpiresAt), i.Most, i.Role, i.Email, i.Note); err != nil {
			return nil, err
		}
		for _, r := range i.Rooms {
			if _, err := tx.ExecContext(ctx, "insert into invitation_rooms (invitation_id, room_id) values ($1, $2)", i.ID, r.ID); err != nil {
				return nil, err
			}
		}
		return []Entry{{Act: "invitation.create", Target: i.target(), Now: i.summary()}}, nil
	})
	if problem, is := err.(Invalid); is {
		return "", Invitation{}, Problems{problem}
	}
	return t, i, err
}

// A room that somebody may give: an open one in use, or a private one that they are in.
const roomToGive = `
select ` + roomFields + `
  from rooms r
 where r.id = $1 and ` + givable + `exists (select 1 from members x where x.room_id = r.id and x.user_id = $2 and x.present))`

const givable = `r.archived_at = 0 and (r.kind = 'open' or r.kind = 'private' and `

const insertInvitation = `
insert into invitations (id, token_hash, by_id, created_at, expires_at, most, role, email, note)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

// RoomsToGive returns, by name, the first 500 rooms that user may put into an invitation.
func (s *Store) RoomsToGive(ctx context.Context, user UserID) ([]Room, error) {
	var rooms []Room
	err := s.list(ctx, &rooms, roomsToGive, user)
	return rooms, s.plain(err)
}

// The index by name holds just the rooms in use that are no direct conversations.
const roomsToGive = `
select ` + roomFields + `
  from rooms r
 where r.name_key > '' and (r.kind = 'open' or exists (select 1 from members x where x.room_id = r.id and x.user_id = $1 and x.present))
 order by r.name_key
 limit 500`

// WithdrawInvitation has an invitation work no more. One that works no more already
// fails with ErrConflict.
func (s *Store) WithdrawInvitation(ctx context.Context, by Actor, id InvitationID) error {
	return s.administer(ctx, by, func(ctx context.Context, tx *transaction) ([]Entry, error) {
		var r invitationRow
		if err := tx.GetContext(ctx, &r, invitationColumns+" where i.id = $1", id); err != nil {
			return nil, err
		}
		res, err := tx.ExecContext(ctx, "update invitations set withdrawn_at = $1 where id = $2 and withdrawn_at = 0", micros(s.now()), id)
		if err := one(res, err); err != nil {
			if err == ErrNotFound {
				err = ErrConflict
			}
			return nil, err
		}
		i := r.invitation()
		return []Entry{{Act: "invitation.withdraw", Target: i.target(), Was: fmt.Sprintf("%d of %d used", i.Used, i.Most), Now: "withdrawn"}}, nil
	})
}

// Invitations returns at most limit invitations, the newest first, from before that one
// on (0: from the newest), with their rooms and the last few who came with each.
func (s *Store) Invitations(ctx context.Context, before InvitationID, limit int) ([]Invitation, error) {
	if before == 0 {
		before = 1 << 62
	}
	return s.invitations(ctx, 5, invitationsBefore, before, limit)
}

const invitationsBefore = invitationColumns + `
 where i.id < $1
 order by i.id desc
 limit $2`

// Invitation returns the invitation id with all who came, or ErrNotFound.
func (s *Store) Invitation(ctx context.Context, id InvitationID) (Invitation, error) {
	return first(s.invitations(ctx, MostInvited, invitationColumns+" where i.id = $1", id))
}

// Invited returns the invitation that t is the link of while it works, or ErrNotFound.
func (s *Store) Invited(ctx context.Context, t Token) (Invitation, error) {
	i, err := first(s.invitations(ctx, 0, invitationColumns+" where i.token_hash = $1", t.hash()))
	if err == nil && i.State(s.now()) != Working {
		return Invitation{}, ErrNotFound
	}
	return i, err
}

func first(all []Invitation, err error) (Invitation, error) {
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	return append(all, Invitation{})[0], err
}

const invitationColumns = `
select i.id, i.by_id, coalesce(u.name, '') as by_name, i.by_id = 0 or coalesce(u.role = 'administrator' and u.suspended_at = 0, false) as by_active,
       i.created_at, i.expires_at, i.withdrawn_at, i.most, i.used, i.role, i.email, i.note
  from invitations i
  left join users u on u.id = i.by_id`

type invitationRow struct {
	ID          InvitationID
	ByID        UserID `db:"by_id"`
	ByName      string `db:"by_name"`
	ByActive    bool   `db:"by_active"`
	CreatedAt   int64  `db:"created_at"`
	ExpiresAt   int64  `db:"expires_at"`
	WithdrawnAt int64  `db:"withdrawn_at"`
	Most, Used  int
	Role        Role
	Email, Note string
}

func (r invitationRow) invitation() Invitation {
	return Invitation{
		ID: r.ID, By: r.ByID, ByName: r.ByName, ByActive: r.ByActive, CreatedAt: fromMicros(r.CreatedAt), ExpiresAt: fromMicros(r.ExpiresAt),
		WithdrawnAt: fromMicros(r.WithdrawnAt), Most: r.Most, Used: r.Used, Role: r.Role, Email: r.Email, Note: r.Note,
	}
}

// invitations reads invitations with their rooms and the last arrivals of each.
func (s *Store) invitations(ctx context.Context, arrivals int, query string, args ...any) ([]Invitation, error) {
	var rows []invitationRow
	if err := s.list(ctx, &rows, query, args...); err != nil || len(rows) == 0 {
		return nil, s.plain(err)
	}
	all, at, ids := make([]Invitation, len(rows)), map[InvitationID]*Invitation{}, make([]InvitationID, len(rows))
	for i, r := range rows {
		all[i], ids[i] = r.invitation(), r.ID
		at[r.ID] = &all[i]
	}
	var rooms []struct {
		Invitation InvitationID `db:"invitation_id"`
		Room
	}
	if err := s.in(ctx, &rooms, roomsOfInvitations, ids); err != nil {
		return nil, err
	}
	for _, r := range rooms {
		at[r.Invitation].Rooms = append(at[r.Invitation].Rooms, r.Room)
	}
	if arrivals == 0 {
		return all, nil
	}
	var came []arrivalRow
	if err := s.in(ctx, &came, arrivalsOfInvitations, ids, arrivals); err != nil {
		return nil, err
	}
	for _, r := range came {
		at[r.InvitationID].Arrivals = append(at[r.InvitationID].Arrivals, r.arrival())
	}
	return all, nil
}

const roomsOfInvitations = `
select x.invitation_id, ` + roomFields + `
  from invitation_rooms x
  join rooms r on r.id = x.room_id
 where x.invitation_id in (?) and r.archived_at = 0
 order by x.invitation_id, x.room_id`

const arrivalsOfInvitations = arrivalColumns + `
  join users u on u.id = a.user_id
 where i.id in (?) and a.place > i.used - ?
 order by a.invitation_id, a.place desc`

const arrivalColumns = `
select a.invitation_id, u.id as user_id, u.name, a.at, a.created
  from arrivals a
  join invitations i on i.id = a.invitation_id`

type arrivalRow struct {
	InvitationID InvitationID `db:"invitation_id"`
	UserID       UserID       `db:"user_id"`
	Name         string
	At           int64
	Created      bool
}

func (r arrivalRow) arrival() Arrival {
	return Arrival{r.InvitationID, r.UserID, r.Name, fromMicros(r.At), r.Created}
}
