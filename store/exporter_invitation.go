package store

import "context"

// invitations writes those that they made, never their links.
func (e *exporter) invitations(ctx context.Context) error {
	type row struct {
		ID          InvitationID
		CreatedAt   int64 `db:"created_at"`
		ExpiresAt   int64 `db:"expires_at"`
		WithdrawnAt int64 `db:"withdrawn_at"`
		Most, Used  int
		Role        Role
		Email, Note string
	}
	return exported(ctx, e, exportRows, func(r row) map[string]any {
		return map[string]any{"kind": "invitation", "number": r.ID, "made": stamp(r.CreatedAt), "expires": stamp(r.ExpiresAt), "withdrawn": stamp(r.WithdrawnAt), "uses": r.Most, "used": r.Used,
			"role": r.Role, "email": r.Email, "note": r.Note}
	}, func(r row) [2]int64 { return [2]int64{int64(r.ID), 0} }, exportedInvitations, e.user, e.after[0], exportRows)
}

const exportedInvitations = `
select id, created_at, expires_at, withdrawn_at, most, used, role, email, note
  from invitations
 where by_id = $1 and id > $2
 order by id
 limit $3`

// arrivals writes which invitations they used.
func (e *exporter) arrivals(ctx context.Context) error {
	type row struct {
		Invitation InvitationID `db:"invitation_id"`
		At         int64
		Created    bool
	}
	return exported(ctx, e, exportRows, func(r row) map[string]any {
		return map[string]any{"kind": "arrival", "invitation": r.Invitation, "at": stamp(r.At), "account_created": r.Created}
	}, func(r row) [2]int64 { return [2]int64{int64(r.Invitation), 0} }, exportedArrivals, e.user, e.after[0], exportRows)
}

const exportedArrivals = `
select invitation_id, at, created
  from arrivals
 where user_id = $1 and invitation_id > $2
 order by invitation_id
 limit $3`
