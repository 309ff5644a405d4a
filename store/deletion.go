package store

import (
	"context"
	"fmt"
)

// DeletedName is what a deleted account is called, in every language's own words where
// it is shown.
const DeletedName = "Deleted account"

// DeleteAccount deletes user for good on behalf of by, and their messages' texts with
// erase. At once nobody can sign in as them and nothing says who they were; what they
// are in and have written is a job. It fails with ErrLastAdministrator.
func (s *Store) DeleteAccount(ctx context.Context, by Actor, user UserID, erase bool) error {
	return s.overAccount(ctx, by, user, func(ctx context.Context, tx *transaction, u User) ([]Entry, error) {
		return s.deleteAccount(ctx, tx, by, u, erase)
	})
}

// DeleteOwnAccount is the same by shown, who has just shown their password, from address.
func (s *Store) DeleteOwnAccount(ctx context.Context, shown User, address string, erase bool) error {
	by := Actor{User: shown.ID, Address: address}
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		u, err := accountFor(ctx, tx, shown.ID)
		if err != nil {
			return err
		}
		// The password may have been changed while it was checked.
		if err := one(tx.ExecContext(ctx, "update users set id = id where id = $1 and password = $2 and suspended_at = 0", u.ID, shown.proof)); err != nil {
			return err
		}
		entries, err := s.deleteAccount(ctx, tx, by, u, erase)
		if err != nil {
			return err
		}
		entries[0].ByName = u.Name
		return s.record(ctx, tx, by, entries...)
	})
}

func (s *Store) deleteAccount(ctx context.Context, tx *transaction, by Actor, u User, erase bool) ([]Entry, error) {
	if err := dispensable(ctx, tx, u); err != nil {
		return nil, err
	}
	// A key that nobody can sign up with; the password is none that anybody can enter.
	key := fmt.Sprintf("#%d", u.ID)
	if err := s.lockPerson(ctx, tx, u.ID); err != nil { // what is being held just now, too
		return nil, err
	}
	var kept []MeasureID
	if err := tx.SelectContext(ctx, &kept, "delete from held where user_id = $1 returning measure_id", u.ID); err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, deleteUser, key, DeletedName, Member, nobody(), micros(s.now()), u.ID); err != nil {
		return nil, err
	}
	if err := endSessions(ctx, tx, u.ID, ""); err != nil {
		return nil, err
	}
	for _, forget := range []string{
		"delete from name_words where user_id = $1",
		"delete from post_keys where author_id = $1",
		"delete from drafts where user_id = $1",
		"delete from mutes where user_id = $1",
		"delete from signin_links where user_id = $1",
		"update invitations set email = '', note = '' where by_id = $1",
		withdrawAppeals,
		endExports,
	} {
		if _, err := tx.ExecContext(ctx, forget, u.ID); err != nil {
			return nil, err
		}
	}
	if err := s.endWithText(ctx, tx, kept); err != nil {
		return nil, err
	}
	job, now := Job{Kind: KeepMessages, User: u.ID, By: by.User}, "messages kept"
	if erase {
		job.Kind, now = EraseMessages, "messages erased"
	}
	_, err := s.addJob(ctx, tx, job)
	return []Entry{{Act: DeleteAccountAct, Target: onAccount(u), Now: now}}, err
}

// withdrawAppeals takes back what nobody waits for an answer to any more.
const withdrawAppeals = `
delete from appeals
 where decided_at = 0 and measure_id in (select id from measures where user_id = $1)`

// What a person wrote to moderators is erased with their messages. What others reported
// of theirs stays with its case, as evidence, until CopyLife after it closes.
const (
	eraseAppeals = "update appeals set text = '' where measure_id in (select id from measures where user_id = $1)"
	eraseReports = "update reports set note = '' where user_id = $1"
)

// keepAccount keeps user from being deleted until the transaction ends: what it adds of
// theirs is there for the job that ends what they leave. It is sql.ErrNoRows if they are
// deleted.
func keepAccount(ctx context.Context, tx *transaction, user UserID) error {
	kept := "select 1 from users where id = $1 and deleted_at = 0"
	if tx.tx != nil { // the embedded database has one writer
		kept += " for key share"
	}
	var n int
	return tx.GetContext(ctx, &n, kept, user)
}

// What nobody said of themselves is as in a new account.
const deleteUser = `
update users
   set username = '', username_key = $1, email = '', email_key = $1, name = $2, name_key = '', role = $3, password = $4,
       zone = '', last_room = 0, about = '', status_emoji = '', status_text = '', status_until = 0, language = '', scheme = '',
       announce = 'count', shows_typing = false, shows_seen = false, here_at = 0, muted = '',
       suspended_at = case when suspended_at = 0 then $5 else suspended_at end, deleted_at = $5
 where id = $6`

// DeletionOf returns the job that ends what user leaves behind, or ErrNotFound.
func (s *Store) DeletionOf(ctx context.Context, user UserID) (Job, error) {
	j, err := s.JobOf(ctx, EraseMessages, user)
	if err == ErrNotFound {
		return s.JobOf(ctx, KeepMessages, user)
	}
	return j, err
}
