package store

import (
	"context"
	"database/sql"
	"errors"
)

// ErrInvitation is the answer to every token that does not work: to one that never was
// as to one that is used up.
var ErrInvitation = Invalid{"invitation", "This invitation does not work: it has expired, is used up or was withdrawn. Ask for a new link."}

// MaySignUp is nil if the settings let somebody with that invitation, "" for none, have
// an account, and Invalid with the sentence if not.
func (s *Store) MaySignUp(ctx context.Context, invitation Token) error {
	mode := s.Settings().SignUp
	if mode == SignUpOpen && invitation == "" {
		return nil
	}
	if has, err := s.HasUsers(ctx); err != nil || !has {
		return err // the first account is the owner's
	}
	switch {
	case mode == SignUpClosed:
		return ErrSignUpClosed
	case invitation == "":
		return ErrNotInvited
	}
	// Asked again when it is used; here it saves the work of hashing a password.
	_, err := s.Invited(ctx, invitation)
	if errors.Is(err, ErrNotFound) {
		return ErrInvitation
	}
	return err
}

// takeInvitation uses t once more for an account with that e-mail. The update is the
// lock: of two who take the last use one is told that there is none.
func (s *Store) takeInvitation(ctx context.Context, tx *transaction, t Token, email string) (Invitation, []RoomID, error) {
	var r invitationRow
	now := micros(s.now())
	if err := tx.GetContext(ctx, &r.ID, takeInvitation, t.hash(), now); err != nil {
		if isNone(err) {
			err = ErrInvitation
		}
		return Invitation{}, nil, err
	}
	if err := tx.GetContext(ctx, &r, invitationColumns+" where i.id = $1", r.ID); err != nil {
		return Invitation{}, nil, err
	}
	i := r.invitation()
	if i.Email != "" && emailKey(i.Email) != emailKey(email) {
		return i, nil, Invalid{"email", "This invitation is for another email address. Use the one that it was sent to."}
	}
	var rooms []RoomID
	err := tx.SelectContext(ctx, &rooms, "select room_id from invitation_rooms where invitation_id = $1 order by room_id", i.ID)
	return i, rooms, err
}

const takeInvitation = `
update invitations
   set used = used + 1
 where token_hash = $1 and withdrawn_at = 0 and used < most and expires_at > $2
   and (by_id = 0 or exists (select 1 from users u where u.id = invitations.by_id and u.role = 'administrator' and u.suspended_at = 0))
returning id`

// arrive notes that user came with i, which was just taken.
func (s *Store) arrive(ctx context.Context, tx *transaction, i Invitation, by Actor, created bool) error {
	if _, err := tx.ExecContext(ctx, "insert into arrivals (invitation_id, user_id, place, at, created) values ($1, $2, $3, $4, $5)",
		i.ID, by.User, i.Used, micros(s.now()), created); err != nil {
		return err
	}
	now := "came into its rooms"
	if created {
		now = "account created as " + string(i.Role)
	}
	return s.record(ctx, tx, by, Entry{Act: "invitation.use", Target: i.target(), Now: now})
}

// enter makes user a member of a room on the word of inviter, if that still is a room in
// use that inviter may give, and no moderator has removed user from it. It says whether
// user was not in it before.
func (s *Store) enter(ctx context.Context, tx *transaction, room RoomID, inviter, user UserID) (bool, error) {
	if err := s.lockRoom(ctx, tx, room); err != nil {
		return false, err
	}
	var n int
	if err := tx.GetContext(ctx, &n, roomToEnter, room, inviter, user, micros(s.now())); err != nil {
		if isNone(err) {
			err = nil
		}
		return false, err
	}
	return true, setMember(ctx, tx, room, user, true, false)
}

const roomToEnter = `
select 1
  from rooms r
 where r.id = $1 and ` + givable + `(cast($2 as bigint) = 0 or exists (select 1 from members x where x.room_id = r.id and x.user_id = $2 and x.present)))
   and not exists (select 1 from members x
                    where x.room_id = r.id and x.user_id = $3
                      and (x.present or exists (select 1 from measures y where y.id = x.barred and (y.until_at = 0 or y.until_at > $4))))`

// AcceptInvitation has by, who has an account, come into the rooms of the invitation
// that t is the link of, and returns those that they were not in. Their role stays. It
// fails with Invalid if the invitation does not work, or not for them.
func (s *Store) AcceptInvitation(ctx context.Context, by Actor, t Token) (joined []RoomID, err error) {
	u, err := s.User(ctx, by.User)
	if err != nil {
		return nil, err
	}
	return joined, s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		joined = nil
		i, rooms, err := s.takeInvitation(ctx, tx, t, u.Email)
		if err != nil {
			return err
		}
		// Once each: who was removed from a room does not come back by the same link.
		var n int
		err = tx.GetContext(ctx, &n, "select 1 from arrivals where invitation_id = $1 and user_id = $2", i.ID, by.User)
		if err == nil {
			return Invalid{"invitation", "You have used this invitation already."}
		} else if !isNone(err) {
			return err
		}
		for _, room := range rooms { // all of them, and then who comes: a removal has its room first, too
			if err := s.lockRoom(ctx, tx, room); err != nil {
				return err
			}
		}
		for _, room := range rooms {
			came, err := s.enter(ctx, tx, room, i.By, by.User)
			if err != nil {
				return err
			}
			if came {
				joined = append(joined, room)
			}
		}
		if len(joined) == 0 {
			return s.whyNowhere(ctx, tx, rooms, by.User)
		}
		return s.arrive(ctx, tx, i, by, false)
	})
}

// whyNowhere is Invalid with why user comes into none of an invitation's rooms. It names
// no room: whoever may know of one was told when they were removed from it.
func (s *Store) whyNowhere(ctx context.Context, tx *transaction, rooms []RoomID, user UserID) error {
	out := 0
	for _, room := range rooms {
		err := s.notBarred(ctx, tx, room, user)
		if errors.As(err, new(Restraint)) {
			return Invalid{"invitation", "A moderator has removed you from a room of this invitation, so it does not bring you back. What you can do about that is under “Decided about you”."}
		}
		if err != nil {
			return err
		}
		if _, err := standing(ctx, tx, room, user); isNone(err) {
			out++
		} else if err != nil {
			return err
		}
	}
	if out > 0 || len(rooms) == 0 {
		return Invalid{"invitation", "This invitation leads to no room that you could come into."}
	}
	return Invalid{"invitation", "You are in all rooms of this invitation already."}
}

// InvitedBy returns how user's account came to be, and who made the invitation:
// ErrNotFound if they came without one.
func (s *Store) InvitedBy(ctx context.Context, user UserID) (Arrival, Named, error) {
	var r struct {
		arrivalRow
		ByID   UserID `db:"by_id"`
		ByName string `db:"by_name"`
	}
	err := s.get(ctx, &r, invitedBy, user)
	return r.arrival(), Named{r.ByID, r.ByName}, s.plain(err)
}

const invitedBy = `
select a.invitation_id, u.id as user_id, u.name, a.at, a.created, i.by_id, coalesce(b.name, '') as by_name
  from arrivals a
  join invitations i on i.id = a.invitation_id
  join users u on u.id = a.user_id
  left join users b on b.id = i.by_id
 where a.user_id = $1 and a.created`

// InvitedFrom returns at most limit people whose accounts were created by invitations of
// user, the newest first; if there are more, those of the newest invitations.
func (s *Store) InvitedFrom(ctx context.Context, user UserID, limit int) ([]Arrival, error) {
	var rows []arrivalRow
	if err := s.list(ctx, &rows, invitedFrom, user, limit); err != nil {
		return nil, s.plain(err)
	}
	all := make([]Arrival, len(rows))
	for i, r := range rows {
		all[i] = r.arrival()
	}
	return all, nil
}

// Of somebody who invites very many, those of the newest invitations: they are found one
// after the other, and no others are looked at.
const invitedFrom = `
select a.invitation_id, a.user_id, u.name, a.at, a.created
  from (select x.invitation_id, x.user_id, x.at, x.created
          from invitations i
          join arrivals x on x.invitation_id = i.id
         where i.by_id = $1 and x.created
         order by i.id desc, x.place desc
         limit $2) a
  join users u on u.id = a.user_id
 order by a.at desc`

// showsPassword is nil if password is user's, otherwise Invalid at the field "again".
func (s *Store) showsPassword(ctx context.Context, user UserID, password string) error {
	u, err := s.User(ctx, user)
	if err != nil {
		return err
	}
	if password == "" {
		return Invalid{"again", "Enter your own password."}
	}
	_, err = s.Authenticate(ctx, u.Username, password)
	if err == ErrNotFound {
		return Invalid{"again", "That is not your password."}
	}
	return err
}

// isNone says whether err is that there is no such row.
func isNone(err error) bool { return errors.Is(err, sql.ErrNoRows) || errors.Is(err, ErrNotFound) }
