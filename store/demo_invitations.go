package store

import (
	"context"
	"slices"
	"time"
)

// demoInvited is one invitation of the demo, the oldest first.
type demoInvited struct {
	ago    time.Duration
	draft  InvitationDraft
	rooms  []string
	guests []string
	after  func(s *Store, ctx context.Context, by Actor, i Invitation) error // what happened to it
}

const demoDay = 24 * time.Hour

var demoInvitations = []demoInvited{
	{9 * demoDay, InvitationDraft{Life: demoDay, Uses: 2, Role: Member, Note: "The first two"}, nil, []string{"ben", "cleo"}, nil},
	{8 * demoDay, InvitationDraft{Life: 3 * demoDay, Uses: 10, Role: Member, Note: "Poster in the kitchen"}, []string{"Kitchen"}, []string{"dan"}, nil},
	{6 * demoDay, InvitationDraft{Life: 30 * demoDay, Uses: 25, Role: Member, Note: "Mailing list, by mistake"}, nil, nil,
		func(s *Store, ctx context.Context, by Actor, i Invitation) error {
			return s.WithdrawInvitation(ctx, by, i.ID)
		}},
	{5 * demoDay, InvitationDraft{Life: 30 * demoDay, Uses: 5, Role: Moderator, Note: "From Ben, when he looked after this place"}, nil, nil,
		func(s *Store, ctx context.Context, by Actor, i Invitation) error {
			return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
				_, err := tx.ExecContext(ctx, "update invitations set by_id = (select id from users where username_key = 'ben') where id = $1", i.ID)
				return err
			})
		}},
	{3 * demoDay, InvitationDraft{Life: 30 * demoDay, Uses: 8, Role: Member, Note: "Translators"}, []string{"Release 1.4"}, []string{"mei"}, nil},
	{5 * time.Hour, InvitationDraft{Life: 7 * demoDay, Uses: 1, Role: Moderator, Email: "noor@example.org", Note: "Noor, for the evenings"}, nil, nil, nil},
	{time.Hour, InvitationDraft{Life: demoDay, Uses: 3, Role: Member}, nil, nil, nil},
}

// demoInvite makes invitations in every state, with the people of the demo as guests.
func (s *Store) demoInvite(ctx context.Context, people map[string]UserID, now time.Time, past *demoPast) error {
	by := Actor{people["ada"], "192.0.2.10"}
	rooms, err := s.RoomsToGive(ctx, by.User)
	if err != nil {
		return err
	}
	for _, d := range demoInvitations {
		for _, r := range rooms {
			if slices.Contains(d.rooms, r.Name) {
				d.draft.Rooms = append(d.draft.Rooms, r.ID)
			}
		}
		if d.draft.Asks() {
			d.draft.Password = DemoPassword
		}
		var t Token
		var made Invitation
		at := now.Add(-d.ago)
		past.at(at, func() (err error) {
			t, made, err = s.CreateInvitation(ctx, by, d.draft)
			return err
		})
		for _, name := range d.guests {
			at = at.Add(40 * time.Minute)
			past.at(at, func() error {
				return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
					i, _, err := s.takeInvitation(ctx, tx, t, name+"@example.com")
					if err != nil {
						return err
					}
					return s.arrive(ctx, tx, i, Actor{people[name], "192.0.2.20"}, true)
				})
			})
		}
		if d.after != nil {
			past.at(at.Add(20*time.Minute), func() error { return d.after(s, ctx, by, made) })
		}
	}
	return nil
}
